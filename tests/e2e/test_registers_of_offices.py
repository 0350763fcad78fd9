"""Registers as offices have them, read by `landsync check`: the right reason for every row, and no other."""

import json
from collections import Counter, defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from sync.report.explain.judged import PARCELS
from tests.support.register_file import (
    PROVINCE,
    RegisterFile,
    register_file,
    with_placeholders,
    with_twenty_faults,
)
from validators.tally import incidence

# Of the commune, or nothing that an office mends.
_LEFT_OUT = {"IDN-NATIONAL-MISSING", "ATT-UNDATED", "CNT-SHEET-GAP", "CNT-NUMBER-GAP"}


def checked(delivery: Path, province: str, out: Path) -> dict[str, Any]:
    """The summary of `landsync check`."""
    done = CliRunner().invoke(
        app, ["check", str(delivery), "--province", province, "--out", str(out), "--json"]
    )
    assert done.exit_code in (0, 3), done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def said_by_row(out: Path) -> dict[int, set[str]]:
    """What was found in each row, by its number in the delivery."""
    table = pq.read_table(out / "judgement" / "findings.parquet")
    finding, rows = incidence(table)
    codes = table["check_code"].to_pylist()
    found: dict[int, set[str]] = defaultdict(set)
    for at, row in zip(finding.tolist(), rows.tolist(), strict=True):
        if codes[at] not in _LEFT_OUT:
            found[row].add(codes[at])
    return found


def wrong_rows(made: RegisterFile, out: Path) -> dict[int, tuple[set[str], set[str]]]:
    """Rows of which something else is said than should be: what should be, what is."""
    found = said_by_row(out)
    return {
        row: (expected, found[row]) for row, expected in enumerate(made.expected) if found[row] != expected
    }


def test_a_faultless_register_of_zeros_has_no_error(tmp_path: Path) -> None:
    made = register_file()
    said = checked(made.save(tmp_path / "goi"), PROVINCE, tmp_path / "out")
    assert said["quarantined"] == 0
    assert wrong_rows(made, tmp_path / "out") == {}
    assert [commune["group"] for commune in said["communes"]] == [1, 1, 1]


def test_every_row_of_a_register_of_zeros_and_placeholders_has_its_right_reasons(tmp_path: Path) -> None:
    made = with_placeholders()
    said = checked(made.save(tmp_path / "goi"), PROVINCE, tmp_path / "out")
    assert wrong_rows(made, tmp_path / "out") == {}
    assert said["quarantined"] == made.counts()["IDN-MISSING"]
    assert "IDN-DUP-SHEET" not in said["findings"]  # 0/0 repeats nothing
    assert "IDN-DUP-SOURCE" not in said["findings"]
    parcels = pq.read_table(tmp_path / "out" / PARCELS)
    assert parcels["source_key"].null_count == len(parcels)
    assert sorted(parcels["file_row"].to_pylist()) == list(range(1, len(made.frame) + 1))
    assert said["read"] == said["accepted"] + said["quarantined"] == len(made.frame)
    refused = parcels.filter(pc.equal(parcels["decision"], "quarantine"))["row_no"].to_pylist()
    assert set(refused) == {row for row, codes in enumerate(made.expected) if "IDN-MISSING" in codes}
    messages = pq.read_table(tmp_path / "out" / "judgement" / "findings.parquet")["message_vi"].to_pylist()
    assert any("số thứ tự thửa («---» được coi là chưa ghi)" in text for text in messages)
    assert any("diện tích pháp lý («0» được coi là chưa ghi)" in text for text in messages)
    assert any("«6 ODT» → 6, ODT" in text for text in messages)
    assert any("«thua 7» → 7" in text for text in messages)
    assert any("«12;13»." in text for text in messages)


@pytest.mark.shared_data
def test_numbers_with_the_land_use_from_a_label_are_told_and_not_changed(
    shared_data: Path, tmp_path: Path
) -> None:
    said = checked(shared_data / "reports" / "21-number-with-use", "08", tmp_path / "out")
    assert said["findings"] == {"IDN-NUMBER-FORM": 6}
    table = pq.read_table(tmp_path / "out" / "judgement" / "findings.parquet")
    assert sorted(table["detail"].to_pylist()) == [f"«{k} ODT» → {k}, ODT" for k in range(1, 7)]
    numbers = pq.read_table(tmp_path / "out" / PARCELS)["parcel_no"].to_pylist()
    assert sorted(numbers) == [f"{k} ODT" for k in range(1, 7)]


class Listed(HTMLParser):
    """The findings that a report lists under a commune: (parcel, other parcels, code), in order."""

    def __init__(self, commune: str) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._commune, self._here, self._cell = f"xa-{commune}", False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h3":
            self._here = dict(attrs).get("id") == self._commune
        if tag == "tr" and self._here:
            self.lines.append([])
        if tag == "td" and self._here:
            self.lines[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.lines[-1][-1] += data


def listed(out: Path, commune: str) -> list[list[str]]:
    """The cells of each finding that the report lists under a commune."""
    page = Listed(commune)
    page.feed((out / "report.html").read_text(encoding="utf-8"))
    return [line for line in page.lines if line]


def test_twenty_faults_of_a_register_without_ids_are_all_told_first_and_at_their_parcels(
    tmp_path: Path,
) -> None:
    made, faults = with_twenty_faults()
    assert len(faults) >= 20
    out = tmp_path / "out"
    checked(made.save(tmp_path / "goi"), PROVINCE, out)
    assert wrong_rows(made, out) == {}

    table = pq.read_table(out / "judgement" / "findings.parquet")
    lines = [line for line in table.to_pylist() if line["dataset"] == "21292"]
    told = listed(out, "21292")
    assert len(told) == len([line for line in lines if line["severity"] != "info"]) <= 25
    places = {(line["check_code"], row) for line in lines for row in (line["row_no"], *line["other_rows"])}
    for fault in faults:
        assert (fault.check, fault.row) in places
        if fault.other is not None:
            assert (fault.check, fault.other) in places
    shown = Counter(cells[1] for cells in told)
    assert shown == Counter(line["check_code"] for line in lines if line["severity"] != "info")
    assert [cells[0] for cells in told if cells[1] == "IDN-NATIONAL-MISSING"] == ["cả xã"]

    severity = {line["check_code"]: line["severity"] for line in lines}
    ranks = [("error", "warning").index(severity[cells[1]]) for cells in told]
    assert ranks == sorted(ranks)  # errors first on the page …
    of_table = [("error", "warning", "info").index(each) for each in table["severity"].to_pylist()]
    assert of_table == sorted(of_table)  # … in the tables that explain reads …
    book = openpyxl.load_workbook(out / "findings.xlsx", read_only=True)
    levels = [str(row[1]).partition(" ")[0] for row in book["21292"].iter_rows(min_row=2, values_only=True)]
    assert levels == sorted(levels, key=("Lỗi", "Cảnh", "Thông").index)  # … in the workbook …
    assert len(levels) == len(lines)  # no row for each parcel without an id
    layers = dict.fromkeys(str(name)[:3] for name, _ in pyogrio.list_layers(out / "findings.gpkg"))
    worst = {code[:3]: "info" for code in severity}
    for code, level in severity.items():
        worst[code[:3]] = min(worst[code[:3]], level)  # error, info, warning: only errors matter here
    with_errors = [worst[family] == "error" for family in layers if family in worst]
    assert with_errors == sorted(with_errors, reverse=True)  # … and families with errors before those without


def test_the_rows_of_what_is_told_once_are_listed_on_demand(tmp_path: Path) -> None:
    made = register_file(30)
    out = tmp_path / "out"
    said = checked(made.save(tmp_path / "goi"), PROVINCE, out)
    assert said["findings"]["IDN-NATIONAL-MISSING"] == 3
    asked = ["explain", "21292", "--report", str(out), "--rows", "IDN-NATIONAL-MISSING"]
    document = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert [row["row_no"] for row in document["rows"]] == list(range(30))
    assert (document["rows"][0]["sheet_no"], document["rows"][0]["parcel_no"]) == ("1", "1")
    assert "1" in CliRunner().invoke(app, asked).stdout
    assert CliRunner().invoke(app, [*asked[:-1], "IDN-NIX"]).exit_code == 2
    parcel = ["explain", "21292/1/7", "--report", str(out), "--json"]
    found = json.loads(CliRunner().invoke(app, parcel).stdout)["findings"]
    assert [each["code"] for each in found] == ["IDN-NATIONAL-MISSING"]
