"""Old communes and what became of them: none is left out, and what is said agrees with the table that rows are converted by."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from parcels import admin_units
from parcels.successors import COLUMNS, successors
from sync.cli.app import app
from tests.conftest import ROOT

REFERENCE = ROOT / "parcels" / "reference"


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_commune_of_before_is_in_the_list_and_19_have_no_successor() -> None:
    said: dict[str, set[str | None]] = defaultdict(set)
    for row in successors().to_pylist():
        said[row["old_code"]].add(row["new_code"])
    before = {row["commune_code"] for row in rows_of("communes.csv") if row["valid_from"] == "2025-01-01"}
    assert before <= said.keys()
    official: dict[str, set[str]] = defaultdict(set)
    for row in rows_of("commune_conversion.csv"):
        official[row["old_code"]].add(row["new_code"])
    assert {code: said[code] for code in official} == official
    assert sum(new == {None} for new in said.values()) == 19  # docs/known-limits.md says so
    assert not any(None in new and len(new) > 1 for new in said.values())


def test_the_list_and_the_conversion_of_rows_say_the_same() -> None:
    table = successors()
    converted, _ = admin_units.convert_codes(table["old_code"].to_pylist())
    for row, new in zip(table.to_pylist(), converted.to_pylist(), strict=True):
        if new is not None:
            assert (row["extent"], row["new_code"]) == ("whole", new)
    assert np.mean([new is not None for new in converted.to_pylist()]) > 0.9


def test_every_successor_is_a_commune_of_today_in_its_province() -> None:
    for row in successors().to_pylist():
        assert list(row) == list(COLUMNS)
        assert row["old_province"]
        if row["new_code"]:
            today = admin_units.commune(row["new_code"], admin_units.NEW_COMMUNES_FROM)
            assert today is not None
            assert (today.name, today.province_code) == (row["new_name"], row["province_code"])


def asked(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["communes", *arguments], env={"COLUMNS": "200", "LANDSYNC_LANG": "vi"})
    return done.exit_code, done.output


def test_two_old_codes_lead_to_one_new_commune_and_one_back_to_its_old_ones() -> None:
    status, said = asked("--old", "17020, 17023")
    assert status == 0
    assert said.count("17032") == 2
    status, said = asked("--new", "17032")
    assert status == 0
    assert "17020" in said
    assert "17023" in said


@pytest.mark.parametrize(
    "arguments",
    [("--old", "99999"), ("--old", "17020,x"), ("--old", ","), ("--new", "17020"), ("--province", "99")],
)
def test_a_code_that_is_none_is_told(arguments: tuple[str, ...]) -> None:
    status, said = asked(*arguments)
    assert (status, "CMN-UNKNOWN" in said) == (2, True)


def test_lists_for_excel_keep_leading_zeros(tmp_path: Path) -> None:
    wanted = [row for row in successors().to_pylist() if row["province_code"] == "08"]
    for name in ("xã.csv", "xã.XLSX"):
        assert asked("--province", "08", "--out", str(tmp_path / name))[0] == 0
    assert (tmp_path / "xã.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "xã.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *in_csv = csv.reader(file)
    book = openpyxl.load_workbook(tmp_path / "xã.XLSX")
    _, *in_book = ([cell.value or "" for cell in row] for row in book.active.iter_rows())
    assert in_csv == in_book == [[row[name] or "" for name in COLUMNS] for row in wanted]
    assert any(row[0].startswith("00") for row in in_csv)
    assert asked("--province", "08", "--out", str(tmp_path / "x.doc"))[0] == 2
