"""`landsync explain` and `landsync rehearse` on a synchronised province, and explain from a report without a database."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sync.folder.judgement import Judged
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE
from validators.policy import named_policy

pytestmark = [pytest.mark.db, pytest.mark.e2e]


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """1,200 parcels of three communes with enough faults for more than one group."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 1200, "--provinces", PROVINCE,
        "--communes-per-province", 3, "--defects", 0.05, "--seed", 3,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def strict(folder: Path, *, errors: float = 0.0, more: str = "") -> Path:
    """A policy of three groups of which the second asks for fewer errors than anybody has."""
    path = folder / "strict.toml"
    word = '{ vi = "x", en = "x" }'
    groups = "".join(
        f'[[groups]]\ncode = "{number}"\ntitle = {word}\nmeaning = {word}\n'
        + (f'rules = [{{ share = "errors", at_most = {limit} }}]\n' if limit is not None else "")
        for number, limit in ((1, 0.0), (2, errors), (3, None))
    )
    path.write_text(
        'id = "strict"\nversion = 1\nvalid_from = 2026-01-01\nextends = "2025-three-groups"\n'
        f"title = {word}\n{groups}{more}",
        encoding="utf-8",
    )
    return path


def sync(landsync: Landsync, delivery: Path) -> dict:  # type: ignore[type-arg]
    told = landsync("sync", "--province", PROVINCE, delivery)
    assert told.status == 0, told.words
    return told.document


def test_a_commune_is_explained_from_its_last_run(landsync: Landsync, delivery: Path) -> None:
    summary = sync(landsync, delivery)
    for line in summary["communes"]:
        told = landsync("explain", line["code"])
        said = told.document
        assert told.status == 0
        assert (said["kind"], said["group"], said["read"]) == ("commune", line["group"], line["parcels"])
        assert said["source"]["run"] == summary["run"]
        mine = [each for each in said["groups"] if each["is_its_group"]]
        assert [each["number"] for each in mine] == [line["group"]]
        assert not any(rule["state"] == "fails" for rule in mine[0]["rules"])
        if line["group"] == 1:
            assert said["fixes"] is None
        else:
            better = said["groups"][line["group"] - 2]
            assert any(rule["state"] == "fails" for rule in better["rules"])
            fixes = {
                key: value for key, value in said["fixes"].items() if key not in {"checks", "finding_ids"}
            }
            assert fixes == {key: value for key, value in line["fixes"].items() if key != "checks"}
            assert len(said["fixes"]["finding_ids"]) == said["fixes"]["findings"]
        for measure in said["measures"]:
            assert measure["share"] is None or 0 <= measure["good"] <= measure["of"]


def test_the_ledger_keeps_what_a_group_was_counted_from(landsync: Landsync, delivery: Path) -> None:
    summary = sync(landsync, delivery)
    rows = landsync.query(
        "SELECT commune_code, usability_group, group_code, rows_with_error, measured -> 'dung' ->> 'of', rows_read "
        "FROM land.dataset"
    )
    groups = {line["code"]: line["group"] for line in summary["communes"]}
    assert {row[0]: row[1] for row in rows} == groups
    assert all(row[2] == str(row[1]) and row[3] is not None and int(row[4]) == row[5] for row in rows)
    status = landsync("status").document
    totals = status["totals"]
    assert totals["communes"] == sum(totals["groups"].values()) + totals["not_delivered"]
    assert sum(totals["groups"].values()) == totals["group1"] + totals["group2"] + totals["group3"] == 3


def test_a_parcel_is_explained_by_whatever_names_it(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    query = (
        "SELECT parcel_uid::text, commune_code, source_key, national_id, sheet_no, parcel_no FROM land.parcel "
        "WHERE national_id IS NOT NULL AND sheet_no IS NOT NULL AND parcel_no IS NOT NULL LIMIT 1"
    )
    ((uid, commune, key, national, sheet, number),) = landsync.query(query)
    told = [landsync("explain", name) for name in (uid, key, national, f"{commune}/{sheet}/{number}")]
    for each in told:
        assert each.status == 0, each.words
        assert (each.document["kind"], each.document["source_key"]) == ("parcel", key)
        assert (each.document["live"]["state"], each.document["live"]["parcel_uid"]) == ("live", uid)
        assert each.document["decision"] == "accept"


def test_a_quarantined_parcel_says_why_and_that_it_is_not_live(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    query = (
        "SELECT source_key, codes FROM ledger.quarantine WHERE source_key IS NOT NULL AND commune_code <> '-' "
        "AND codes = ARRAY['GEO-INVALID'] LIMIT 1"
    )
    ((key, codes),) = landsync.query(query)
    said = landsync("explain", key).document
    assert (said["live"]["state"], said["decision"], said["counts_as_refused"]) == (
        "not_live",
        "quarantine",
        True,
    )
    assert {each["code"] for each in said["findings"] if each["quarantines"]} == set(codes)
    assert all(each["advice"]["vi"] and each["advice"]["en"] for each in said["findings"])


def test_what_nobody_knows_gets_a_sentence(landsync: Landsync, delivery: Path) -> None:
    told = landsync("explain", "00001234567")
    assert (told.status, told.document["error"]["code"]) == (2, "EXPLAIN-UNKNOWN")
    (first, *_) = json.loads((delivery.parent / "nation.json").read_text(encoding="utf-8")).keys()
    assert first
    never = landsync("explain", "00004")
    assert (never.status, never.document["error"]["code"]) == (2, "EXPLAIN-NOT-DELIVERED")
    both = landsync("explain", "00004", "--run", "x", "--report", "y")
    assert (both.status, both.document["error"]["code"]) == (2, "EXPLAIN-USAGE")


def test_a_run_whose_folder_is_gone_is_explained_by_the_ledger(landsync: Landsync, delivery: Path) -> None:
    summary = sync(landsync, delivery)
    line = summary["communes"][0]
    shutil.rmtree(landsync.home / "runs" / summary["run"])
    said = landsync("explain", line["code"]).document
    assert (said["source"]["kind"], said["group"], said["reasons"]) == (
        "ledger",
        line["group"],
        line["reasons"],
    )
    assert said["fixes"] == line["fixes"]
    gone = landsync("explain", line["code"], "--run", summary["run"])
    assert (gone.status, gone.document["error"]["code"]) == (2, "EXPLAIN-RUN")


def test_the_report_alone_explains_the_same_and_holds_no_personal_data(
    landsync: Landsync, delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    summary = landsync("check", delivery, "--province", PROVINCE, "--out", out).document
    monkeypatch.setenv("LANDSYNC_DSN", "postgresql://nobody@127.0.0.1:1/none")
    line = next(each for each in summary["communes"] if each["group"] != 1)
    said = landsync("explain", line["code"], "--report", out).document
    assert (said["group"], said["reasons"]) == (line["group"], line["reasons"])
    assert said["fixes"]["findings"] == line["fixes"]["findings"]
    assert set(said["not_run"]) <= set(summary["not_run"])
    parcels = pq.read_table(out / "judgement" / "parcels.parquet")
    assert len(parcels) == summary["read"]
    assert set(parcels.column_names) == {
        "row_no", "dataset", "decision", "source_system", "source_key", "national_id", "map_set", "map_scale",
        "sheet_no", "parcel_no", "old_commune_code", "file", "file_row",
    }  # fmt: skip
    key = next(each for each in parcels["source_key"].to_pylist() if each)
    parcel = landsync("explain", key, "--report", out).document
    assert parcel["kind"] in {"parcel", "candidates"}
    assert landsync("explain", "nobody", "--report", out).document["error"]["code"] == "EXPLAIN-UNKNOWN"
    assert landsync("explain", "x", "--report", tmp_path).document["error"]["code"] == "EXPLAIN-FOLDER"


def test_a_name_of_several_parcels_lists_them(landsync: Landsync, delivery: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    landsync("check", delivery, "--province", PROVINCE, "--out", out)
    findings = pq.read_table(
        out / "judgement" / "findings.parquet", filters=[("check_code", "=", "IDN-DUP-NATIONAL")]
    )
    parcels = pq.read_table(out / "judgement" / "parcels.parquet").to_pylist()
    row = next(each for each in parcels if each["row_no"] == findings["row_no"][0].as_py())
    told = landsync("explain", row["national_id"], "--report", out)
    assert (told.status, told.document["kind"]) == (2, "candidates")
    assert len(told.document["candidates"]) >= 2
    one = told.document["candidates"][0]
    said = landsync("explain", f"row:{one['row_no']}", "--report", out).document
    assert (said["kind"], said["row_no"]) == ("parcel", one["row_no"])


# --- rehearsal


def balanced(document: dict) -> None:  # type: ignore[type-arg]
    lines = [*document["provinces"], document["totals"]]
    for line in lines:
        assert line["communes"] == line["unchanged"] + line["better"] + line["worse"] + line["not_rehearsed"]
        ways = ("regrouped", "judged_again", "by_counts", "not_rehearsed")
        assert line["communes"] == sum(line[way] for way in ways)
    assert document["totals"]["communes"] == sum(each["communes"] for each in document["matrix"])
    assert document["totals"]["communes"] == sum(each["communes"] for each in document["provinces"])
    assert len(document["changes"]) == document["totals"]["better"] + document["totals"]["worse"]


def test_the_policy_in_force_changes_nobodys_group(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    told = landsync("rehearse", "2025-three-groups")
    assert told.status == 0
    assert (told.document["totals"]["unchanged"], told.document["totals"]["regrouped"]) == (3, 3)
    assert told.document["agreed"]
    balanced(told.document)


def test_another_scheme_is_rehearsed_without_a_line_of_code(landsync: Landsync, delivery: Path) -> None:
    summary = sync(landsync, delivery)
    told = landsync("rehearse", "2026-abce", "--limit", "1")
    assert told.status == 0
    balanced(told.document)
    assert {each["to"] for each in told.document["matrix"]} <= {"A", "B", "C", "E"}
    before = {line["code"]: line["group"] for line in summary["communes"]}
    for each in told.document["changes"]:
        explained = landsync("explain", each["code"], "--policy", "2026-abce").document
        assert (explained["group_code"], explained["reasons"]) == (each["to"], each["reasons"])
        assert each["from"] == str(before[each["code"]])
    after = landsync("rehearse", "2026-abce").document
    assert after["draft"]
    # Nothing was written by any of this.
    assert {
        row[0]: row[1] for row in landsync.query("SELECT commune_code, usability_group FROM land.dataset")
    } == before


def test_above_the_agreed_share_it_exits_3(landsync: Landsync, delivery: Path, tmp_path: Path) -> None:
    sync(landsync, delivery)
    told = landsync("rehearse", strict(tmp_path))
    balanced(told.document)
    assert told.document["totals"]["worse"] > 0
    assert (told.status, told.document["agreed"]) == (3, False)
    assert landsync("rehearse", strict(tmp_path), "--limit", "1").status == 0
    wrong = landsync("rehearse", "2026-abce", "--limit", "much")
    assert (wrong.status, wrong.document["error"]["code"]) == (2, "REHEARSE-LIMIT")
    unknown = landsync("rehearse", "2031")
    assert (unknown.status, unknown.document["error"]["code"]) == (2, "POLICY-UNKNOWN")


def test_other_tolerances_are_judged_anew_from_the_snapshot(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    summary = sync(landsync, delivery)
    # Nobody's area is wrong when it may be ten times too large: fewer errors than today.
    lax = strict(tmp_path, errors=0.9, more="[tolerances]\narea_share = 1.0\narea_m2 = 1000000\n")
    told = landsync("rehearse", lax, "--limit", "1")
    assert told.document["totals"]["judged_again"] == 3
    balanced(told.document)
    assert not list((landsync.home / "runs").glob("*rehearse*"))
    assert (
        Judged.load(landsync.home / "runs" / summary["run"]).policy == named_policy("2025-three-groups").name
    )


def test_where_the_snapshot_expired_the_counts_decide_what_they_can(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    summary = sync(landsync, delivery)
    shutil.rmtree(landsync.home / "runs" / summary["run"])
    same = landsync("rehearse", "2025-three-groups").document
    assert (same["totals"]["by_counts"], same["totals"]["unchanged"]) == (3, 3)
    other = strict(tmp_path, errors=0.9, more="[tolerances]\narea_m2 = 1000000\n")
    told = landsync("rehearse", other)
    assert told.document["totals"]["not_rehearsed"] == 3
    assert {each["run"] for each in told.document["not_rehearsed"]} == {summary["run"]}
    assert (told.status, told.document["changed_share"]) == (3, 1.0)  # not known is not agreed
    balanced(told.document)


def test_before_anything_was_accepted_there_is_nothing_to_rehearse(landsync: Landsync) -> None:
    told = landsync("rehearse", "2026-abce")
    assert (told.status, told.document["error"]["code"]) == (2, "REHEARSE-NOTHING")
