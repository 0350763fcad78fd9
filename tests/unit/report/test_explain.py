"""`landsync explain` offline, in words; and the ministry's table under a scheme of four groups."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from sync.folder.judgement import load_findings, load_verdicts
from validators.findings import FINDINGS_SCHEMA

# judgement/datasets.json as it was before measures were kept as they are counted; `fixes` was a number of rows.
BEFORE_MEASURED = {
    "as_of": "2026-11-20",
    "policy": "2025-three-groups/1",
    "province": "08",
    "communes": [
        {
            "code": "00715",
            "read": 300,
            "accepted": 290,
            "quarantined": 10,
            "unreadable": 0,
            "rows_with_error": 40,
            "group": 2,
            "assured_group": 3,
            "reasons": [
                {"vi": "Tỷ lệ thửa có lỗi vượt 10 %.", "en": "More than 10 % of parcels have errors."}
            ],
            "fixes": 11,
            "measures": {"duy_nhat": 1.0, "xac_thuc": None},
            "provisional": True,
            "not_applicable": {},
            "not_run": ["IDN-CLAIMED"],
            "policy": "2025-three-groups/1",
            "findings": {"ATT-AREA": 40},
        }
    ],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `landsync check --out` left of a small province with faults."""
    folder = tmp_path_factory.mktemp("explain")
    made = CliRunner().invoke(
        app,
        ["generate", "--out", str(folder / "nation"), "--parcels", "600", "--provinces", "08",
         "--communes-per-province", "2", "--defects", "0.05", "--seed", "4"],
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    checked = CliRunner().invoke(
        app, ["check", str(folder / "nation" / "08"), "--province", "08", "--out", str(folder / "out")]
    )
    assert checked.exit_code in (0, 3), checked.output
    return folder / "out"


def told(*arguments: object, lang: str = "vi") -> str:
    """What a person sees; an exception of Python fails the test."""
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200", "LANDSYNC_LANG": lang})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout + done.stderr


def summary(report: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((report / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("Nhóm", "Điều kiện", "chưa xét", "Cách sửa", "chọn dần", "Chưa chạy: ")),
        ("en", ("Group", "Rule", "not run", "What to do", "greedily", "Not run: ")),
    ],
)
def test_a_commune_in_words(report: Path, lang: str, words: tuple[str, ...]) -> None:
    commune = next(each for each in summary(report)["communes"] if each["group"] > 1)
    text = told("explain", commune["code"], "--report", report, lang=lang)
    assert all(word in text for word in words), text
    assert commune["reasons"][0][lang].split(",")[0] in text
    for each in commune["fixes"]["checks"]:
        assert each["check"] in text


@pytest.mark.parametrize(("lang", "words"), [("vi", ("tờ ", "Cách sửa")), ("en", ("sheet ", "What to do"))])
def test_a_parcel_in_words(report: Path, lang: str, words: tuple[str, ...]) -> None:
    findings = pq.read_table(
        report / "judgement" / "findings.parquet", filters=[("check_code", "=", "ATT-AREA")]
    )
    line = findings.slice(0, 1).to_pylist()[0]
    text = told("explain", f"row:{line['row_no']}", "--report", report, lang=lang)
    assert all(word in text for word in words), text
    assert "ATT-AREA" in text


def test_every_parcel_of_the_delivery_can_be_asked_for(report: Path) -> None:
    parcels = pq.read_table(report / "judgement" / "parcels.parquet")
    assert len(parcels) == summary(report)["read"]
    row = next(each for each in parcels.to_pylist() if each["sheet_no"] and each["decision"] == "accept")
    name = f"{row['dataset']}/{row['sheet_no']}/{row['parcel_no']}"
    done = CliRunner().invoke(app, ["explain", name, "--report", str(report), "--json"])
    document = json.loads(done.stdout)
    assert document["row_no"] == row["row_no"] if document["kind"] == "parcel" else document["candidates"]


def test_a_folder_without_a_judgement_gets_a_sentence(tmp_path: Path) -> None:
    assert "EXPLAIN-FOLDER" in told("explain", "00715", "--report", tmp_path)


def test_a_run_judged_before_these_columns_can_still_be_read(report: Path, tmp_path: Path) -> None:
    folder = tmp_path / "judgement"
    folder.mkdir()
    new = pq.read_table(report / "judgement" / "findings.parquet")
    old = new.drop_columns(["other_rows", "excused", "others", "width_mm"])
    pq.write_table(old, folder / "findings.parquet")
    (folder / "datasets.json").write_text(json.dumps(BEFORE_MEASURED), encoding="utf-8")
    read = load_findings(tmp_path)
    assert read.schema.equals(FINDINGS_SCHEMA)
    assert read["other_rows"].to_pylist() == [[]] * len(new)
    assert not any(read["excused"].to_pylist())
    (verdict,) = load_verdicts(tmp_path)
    assert (verdict.code, verdict.group, verdict.rows_with_error) == ("00715", 2, 40)
    assert (verdict.measured, verdict.group_code, verdict.group_title) == ({}, None, None)
    assert (verdict.fixes, verdict.excused) == (None, 0)  # mending was counted in another way
    assert verdict.findings == {"ATT-AREA": 40}
    assert isinstance(read["finding_id"], pa.ChunkedArray)
