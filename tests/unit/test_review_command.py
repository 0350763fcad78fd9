"""What `approve` tells a person whose yes was kept and did not suffice, and one in an installation that names nobody."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from sync import review
from sync.cli.app import app
from sync.platform import addresses

WAITS = {
    "communes": ["00004", "00008"],
    "because": "many",
    "parcels": 4321,
    "said_yes": ["cli:lan"],
    "said_otherwise": [],
}


def approve(patch: pytest.MonkeyPatch, result: dict[str, Any], *more: str) -> Any:
    patch.setenv("LANDSYNC_LANG", "en")
    patch.setattr(addresses, "resolve_dsn", lambda _settings: "postgresql://nowhere")
    patch.setattr(review, "approve", lambda *_given, **_named: result)
    return CliRunner().invoke(app, ["approve", "RUN", "--reason", "so", *more])


@pytest.mark.parametrize(
    ("because", "words"), [("many", "4321 parcels"), ("deliverer", "does not let it go live alone")]
)
def test_a_yes_that_does_not_suffice_ends_with_status_3_and_says_who_is_missing(
    monkeypatch: pytest.MonkeyPatch, because: str, words: str
) -> None:
    result = {"run": "RUN", "state": "held", "communes": ["00004"], "deciders_named": True}
    done = approve(monkeypatch, result | {"waits": WAITS | {"because": because}})
    assert done.exit_code == 3
    assert "another person must approve 00004, 00008" in done.stderr
    assert words in done.stderr
    assert "Approved" not in done.stderr


def test_programs_are_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"run": "RUN", "state": "held", "communes": ["00004"], "deciders_named": True, "waits": WAITS}
    done = approve(monkeypatch, result, "--json")
    assert (done.exit_code, json.loads(done.stdout)["waits"]) == (3, WAITS)


def test_where_nobody_is_named_it_goes_live_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"run": "NEXT", "state": "done", "communes": ["00004"], "deciders_named": False}
    done = approve(monkeypatch, result)
    assert done.exit_code == 0
    assert "names no deciders" in done.stderr
    assert "Approved: 00004" in done.stderr


def test_who_said_yes_to_the_other_reading_is_named_and_what_the_next_one_types(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = WAITS | {"said_yes": [], "said_otherwise": ["cli:minh"]}
    result = {"run": "RUN", "state": "held", "communes": ["00004"], "deciders_named": True, "waits": waits}
    done = approve(monkeypatch, result, "--reading", "moved")
    assert "cli:minh said yes to another reading" in done.stderr
    assert done.stderr.rstrip().endswith("--reading moved")
    assert "cli:minh" not in approve(monkeypatch, result | {"waits": WAITS}).stderr


def test_a_reading_that_there_is_not_is_refused_and_the_others_reach_the_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = {"run": "NEXT", "state": "done", "communes": ["00004"], "deciders_named": True}
    assert approve(monkeypatch, done, "--reading", "MOVED-COMMUNE").exit_code == 2
    given: list[Any] = []
    approve(monkeypatch, done)
    monkeypatch.setattr(review, "approve", lambda *_given, **named: given.append(named["reading"]) or done)
    for reading in ("rekeyed", "moved"):
        CliRunner().invoke(app, ["approve", "RUN", "--reason", "so", "--reading", reading])
    assert given == ["rekeyed", "moved"]
