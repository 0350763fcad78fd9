"""A layer of which one row in twenty has a ring that covers nothing, through `landsync check`: each is its row's fault alone."""

import json
from pathlib import Path

import pyarrow.parquet as pq
from typer.testing import CliRunner

from sync.cli.app import app
from sync.report.explain.judged import PARCELS
from tests.e2e.test_check import PROFILE
from tests.support.degenerate_layer import ODD, ODD_IN, degenerate_layer

ROWS = 2_000
_OF_THE_COMMUNE = {"IDN-NATIONAL-MISSING", "ATT-UNDATED"}


def test_every_row_with_such_a_ring_is_refused_for_it_and_every_other_row_is_sound(tmp_path: Path) -> None:
    made = degenerate_layer(ROWS)
    assert len(made.odd) == ROWS // ODD_IN
    assert set(made.odd.values()) == set(ODD)
    (tmp_path / "08.toml").write_text(PROFILE, encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        ["check", str(made.save(tmp_path / "thua_dat.gpkg")), "--province", "08", "--profile", str(tmp_path / "08.toml"),
         "--out", str(out), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)

    rows = pq.read_table(out / PARCELS).to_pylist()
    assert sorted(row["file_row"] for row in rows) == list(range(1, ROWS + 1))
    assert (said["read"], said["unreadable"]) == (ROWS, 0)
    assert (said["quarantined"], said["accepted"]) == (len(made.odd), ROWS - len(made.odd))

    place = {row["row_no"]: row["file_row"] - 1 for row in rows}
    found: dict[int, list[tuple[str, str | None]]] = {}
    for each in pq.read_table(out / "judgement" / "findings.parquet").to_pylist():
        if each["check_code"] not in _OF_THE_COMMUNE:
            for row_no in (each["row_no"], *each["other_rows"]):
                found.setdefault(place[row_no], []).append((each["check_code"], each["detail"]))
    expected = made.expected
    wrong = {
        row: (made.odd.get(row), expected.get(row), found.get(row))
        for row in range(ROWS)
        if expected.get(row) != found.get(row)
    }
    assert wrong == {}
    refused = {place[row["row_no"]] for row in rows if row["decision"] == "quarantine"}
    assert refused == set(made.odd)
