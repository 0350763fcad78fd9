"""Completeness from the table of the land statistics to page, workbook, status and views, offline and at the centre."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of, rewrite, undeclare

pytestmark = [pytest.mark.db, pytest.mark.e2e]


@pytest.fixture
def nation(landsync: Landsync, tmp_path: Path) -> Path:
    """600 faultless parcels of three communes in two zones, and what the land statistics expect of them."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation"


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(path: Path, lines: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def wished(nation: Path) -> tuple[Path, dict[str, str]]:
    """A table in which the first commune is whole, the second lacks a fifth, the third has a tenth too many parcels."""
    lines = lines_of(nation / "expected.csv")
    for line, factor in zip(lines, (1.0, 1.25, 1 / 1.1), strict=True):
        for name in ("parcels", "area_m2"):
            line[name] = str(round(int(line[name]) * factor))
    states = dict(
        zip((line["commune_code"] for line in lines), ("complete", "incomplete", "more"), strict=True)
    )
    return table(nation / "wished.csv", lines), states


def states_of(document: dict[str, Any]) -> dict[str, str]:
    return {commune["code"]: commune["completeness"]["state"] for commune in document["communes"]}


def test_an_office_sees_what_is_missing_and_what_nobody_knows(
    landsync: Landsync, nation: Path, tmp_path: Path
) -> None:
    delivery, out = nation / PROVINCE, tmp_path / "report"
    without = landsync("check", delivery, "--province", PROVINCE, "--out", out)
    assert set(states_of(without.document).values()) == {"unknown"}
    assert all(commune["measures"]["du"] is None for commune in without.document["communes"])
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("Chưa biết độ đầy đủ: chưa có số thửa") == 3
    assert page.count("chưa biết<div") == 3
    told_to_a_person = CliRunner().invoke(
        app, ["check", str(delivery), "--province", PROVINCE, "--out", str(out)]
    )
    assert "completeness unknown 3" in told_to_a_person.stderr
    sheet = openpyxl.load_workbook(out / "findings.xlsx")["Tổng hợp"]
    head = [cell.value for cell in sheet[1]]
    assert {row[head.index("Đủ · Complete")].value for row in sheet.iter_rows(2)} == {"chưa biết · unknown"}

    path, states = wished(nation)
    told = landsync("check", delivery, "--province", PROVINCE, "--out", out, "--expected", path)
    assert states_of(told.document) == states
    counted = {commune["code"]: commune for commune in told.document["communes"]}
    for line in lines_of(path):
        commune = counted[line["commune_code"]]
        there = commune["parcels"] / int(line["parcels"])
        assert commune["completeness"]["figures"][0]["expected"] == int(line["parcels"])
        assert commune["measures"]["du"] == pytest.approx(there, rel=0.02)
        assert commune["group"] == (2 if states[commune["code"]] == "incomplete" else 1)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("theo «Thống kê đất đai (dữ liệu mẫu)», số liệu ngày 31/12/2025") >= 6
    assert "giao nộp trùng" in page
    sheet = openpyxl.load_workbook(out / "findings.xlsx")["Tổng hợp"]
    said = [row[head.index("Độ đầy đủ · Completeness")].value for row in sheet.iter_rows(2)]
    assert [text.split(":")[0] for text in said] == [
        "Đủ so với thống kê",
        "Chưa đủ so với thống kê",
        "Nhiều hơn thống kê",
    ]
    short = next(code for code, state in states.items() if state == "incomplete")
    explained = landsync("explain", short, "--report", out).document
    assert explained["completeness"]["state"] == "incomplete"
    assert explained["fixes"]["deliver"]
    bad = lines_of(path)
    bad[0]["parcels"] = "-3"
    refused = landsync(
        "check", delivery, "--province", PROVINCE, "--out", out, "--expected", table(nation / "bad.csv", bad)
    )
    assert (refused.status, refused.document["error"]["code"]) == (4, "EXP-ROWS")


def test_the_centre_counts_the_whole_commune_whatever_part_came(
    landsync: Landsync, nation: Path, tmp_path: Path
) -> None:
    delivery = nation / PROVINCE
    path, states = wished(nation)
    assert landsync("sync", "--province", PROVINCE, delivery).status == 0
    view = "SELECT commune_code, completeness, du FROM analyst.commune_quality WHERE delivered ORDER BY commune_code"
    assert {row[1:] for row in landsync.query(view)} == {("unknown", None)}
    status = landsync("status", "--province", PROVINCE)
    assert status.document["provinces"][0]["completeness_unknown"] == 3

    loaded = landsync("expected", "load", path).document
    assert (loaded["stored"], loaded["communes"]) == (6, 3)
    assert landsync("expected", "load", path).document["stored"] == 0
    checked = landsync("expected", "load", path, "--check-only").document
    assert checked["stored"] is None
    context = tmp_path / "08.context"
    exported = landsync("context", "export", "--province", PROVINCE, "--out", context).document
    assert exported["expected"] == 3
    offline = landsync(
        "check", delivery, "--province", PROVINCE, "--context", context, "--out", tmp_path / "offline"
    )
    assert states_of(offline.document) == states

    synced = landsync("sync", "--province", PROVINCE, delivery).document
    assert states_of(synced) == states
    before = landsync.query(view)
    assert {row[0]: row[1] for row in before} == states
    assert float(max(row[2] for row in before)) == pytest.approx(1.1, abs=0.02)
    line = landsync("status", "--province", PROVINCE).document["provinces"][0]
    assert [line[name] for name in ("incomplete", "more_than_expected", "completeness_unknown")] == [1, 1, 0]
    assert (line["group1"], line["group2"]) == (2, 1)

    part = copy_of(delivery, "part")
    for file in sorted(part.glob("*.gpkg")):
        rewrite(part, file.name, lambda frame: frame.iloc[:40])
    undeclare(part)
    toml = part / "delivery.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("2026-11-20T22", "2026-11-20T23"), encoding="utf-8")
    offline = landsync(
        "check", part, "--province", PROVINCE, "--context", context, "--out", tmp_path / "part-report"
    )
    assert set(states_of(offline.document).values()) == {"part"}
    assert all(commune["measures"]["du"] is None for commune in offline.document["communes"])
    assert landsync("sync", "--province", PROVINCE, part).status == 0
    assert landsync.query(view) == before

    report = landsync("report", "national", "--format", "html", "--out", tmp_path / "national.html")
    assert report.status == 0
    explained = landsync("explain", before[0][0]).document
    assert explained["completeness"]["state"] == before[0][1]
    assert json.loads(json.dumps(explained["completeness"]["figures"]))
