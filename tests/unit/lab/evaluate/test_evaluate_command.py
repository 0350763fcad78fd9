"""`landsync evaluate` as a person and a program see it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli.app import app

KEYS = {"code", "seeded", "found", "false", "precision", "recall"}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate") / "n"
    wishes = [
        "--parcels",
        "400",
        "--provinces",
        "12",
        "--communes-per-province",
        "3",
        "--fault",
        "null_geometry=2",
    ]
    assert CliRunner().invoke(app, ["generate", "--out", str(folder), *wishes]).exit_code == 0
    return folder


def test_the_object_has_a_line_per_check_and_totals(nation: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(nation), "--json", "--at-least", "0.995"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert all(set(line) == KEYS for line in document["checks"])
    by_code = {line["code"]: line for line in document["checks"]}
    assert by_code["GEO-NULL"] == {
        "code": "GEO-NULL", "seeded": 2, "found": 2, "false": 0, "precision": 1.0, "recall": 1.0,
    }  # fmt: skip
    assert document["totals"]["worst"] == 1.0
    assert document["communes_that_differ"] == []
    assert "IDN-CLAIMED" in document["not_run"]  # a plain nation has no context
    assert {"code", "why_vi", "why_en"} == set(document["not_seeded"][0])


def test_a_check_that_stays_below_makes_the_exit_status_3(nation: Path) -> None:
    truth = nation / "truth_findings.csv"
    whole = truth.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    moved = next(line for line in lines if "GEO-NULL" in line)
    truth.write_text(whole.replace(moved, moved.replace("GEO-NULL", "GEO-SPIKE")), encoding="utf-8")
    try:
        done = CliRunner().invoke(app, ["evaluate", str(nation), "--at-least", "0.995"])
        assert done.exit_code == 3
        assert CliRunner().invoke(app, ["evaluate", str(nation)]).exit_code == 0
        assert "GEO-SPIKE" in done.output
    finally:
        truth.write_text(whole, encoding="utf-8")


def test_the_page_holds_the_table(nation: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(nation), "--markdown"])
    assert done.exit_code == 0, done.output
    assert "| GEO-NULL | 2 | 2 | 0 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |" in done.stdout


def test_either_a_folder_or_seeds_are_evaluated(nation: Path, tmp_path: Path) -> None:
    for wrong in ([], [str(nation), "--seeds", "2"], ["--seeds", "2", "--keep", str(tmp_path)]):
        done = CliRunner().invoke(app, ["evaluate", *wrong, "--json"])
        assert done.exit_code == 2
        assert json.loads(done.stdout)["error"]["code"] == "EVAL-WHAT"


def test_a_folder_that_is_no_nation_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["code"] == "EVAL-NO-NATION"


def test_runs_are_kept_where_asked_but_not_among_other_things(nation: Path, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    assert CliRunner().invoke(app, ["evaluate", str(nation), "--keep", str(keep)]).exit_code == 0
    assert (keep / "12" / "judgement" / "findings.parquet").is_file()
    again = CliRunner().invoke(app, ["evaluate", str(nation), "--keep", str(keep), "--json"])
    assert json.loads(again.stdout)["error"]["code"] == "EVAL-KEEP"
