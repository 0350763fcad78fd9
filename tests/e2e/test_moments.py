"""When a delivery was extracted: said, not said, said wrongly; and what becomes of the register by it."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from sync import clock
from tests.e2e.conftest import Landsync, Told

pytestmark = [pytest.mark.db, pytest.mark.e2e]
EVERYTHING = (
    "SELECT coalesce(md5(string_agg(p.parcel_uid::text || encode(p.content_hash, 'hex') || "
    "coalesce(p.stale_since::text, ''), ',' ORDER BY p.parcel_uid)), '') FROM land.parcel AS p"
)
MARK = "SELECT snapshot_at FROM land.source_watermark"
WHEN = "SELECT extracted_at FROM land.dataset"
PROVINCE, COMMUNE = "08", "00691"


@pytest.fixture
def first(shared_data: Path, tmp_path: Path) -> Path:
    """The delivery of an office's whole commune, dated 2036."""
    return Path(shutil.copytree(shared_data / "reports" / "22a-year-2036", tmp_path / "first"))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Set the clock of this machine."""

    def set_to(moment: str) -> None:
        fixed = datetime.fromisoformat(moment)
        monkeypatch.setattr(clock, "now", lambda: fixed)

    set_to("2026-11-29T21:00:00+07:00")
    return set_to


def dated(delivery: Path, name: str, moment: str | None, without: int = 0) -> Path:
    """The same delivery with another time of extraction, or none, and without some of its parcels."""
    folder = Path(shutil.copytree(delivery, delivery.parent / name, copy_function=shutil.copy))
    toml = folder / "delivery.toml"
    toml.chmod(0o644)
    lines = [line for line in toml.read_text("utf-8").splitlines() if not line.startswith("extracted_at")]
    toml.write_text("\n".join([f"extracted_at = {moment}", *lines] if moment else lines) + "\n", "utf-8")
    if without:
        (folder / "t.gpkg").chmod(0o644)
        with closing(sqlite3.connect(folder / "t.gpkg")) as link:
            table = link.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
            for (trigger,) in link.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                link.execute(f'DROP TRIGGER "{trigger}"')
            link.execute(
                f'DELETE FROM "{table}" WHERE rowid IN (SELECT rowid FROM "{table}" LIMIT {without})'
            )
            link.commit()
    return folder


def sync(landsync: Landsync, delivery: Path, *more: object) -> Told:
    return landsync("sync", "--province", PROVINCE, delivery, *more)


def codes(told: Told) -> list[str]:
    return [
        reason["code"]
        for line in told.document["communes_loaded"]
        for reason in line["reasons"]
        if "code" in reason
    ]


def test_a_time_ten_years_ahead_is_refused_and_the_next_right_delivery_goes_live(
    landsync: Landsync, shared_data: Path, first: Path, at: object
) -> None:
    for command in (("check", first, "--out", first.parent / "out"), ("sync", first)):
        told = landsync(*command, "--province", PROVINCE)
        assert (told.status, told.document["error"]["code"]) == (4, "DLV-FUTURE")
    assert landsync.query(EVERYTHING) == [("",)]
    assert landsync.query("SELECT state FROM ledger.run_state") == [("rejected",)]
    right = sync(landsync, shared_data / "reports" / "22b-next-real")
    assert (right.status, right.document["decision"]) == (0, "accept")
    assert right.document["new"] == right.document["read"] > 0
    assert landsync.query(WHEN) == landsync.query(MARK)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("extracted_at = 2026-11-29T21:14:00+07:00", None),  # the office's clock is fast
        ("extracted_at = 2026-11-29T21:16:00+07:00", "DLV-FUTURE"),
        ("extracted_at = 2026-11-29T21:00:00Z", "DLV-FUTURE"),  # a local time called UTC
        ("extracted_at = 2026-11-29T21:05:00", None),  # without an offset: in Vietnam
        ("extracted_at = 9999-12-31T23:59:59-12:00", "DLV-FUTURE"),
        ("extracted_at = 1989-12-31T23:59:59+07:00", "DLV-TOO-EARLY"),
        ("extracted_at = 0001-01-01T00:00:00+14:00", "DLV-TOO-EARLY"),
        ("extracted_at = 20261120", "DLV-TOO-EARLY"),  # read as seconds since 1970
    ],
)
def test_only_a_time_that_can_be_is_taken(
    landsync: Landsync, first: Path, at: object, line: str, code: str | None
) -> None:
    told = landsync(
        "check",
        dated(first, "other", line.removeprefix("extracted_at = ")),
        "--province",
        PROVINCE,
        "--out",
        first.parent / "out",
    )
    assert told.document.get("error", {}).get("code") == code
    assert told.status == (4 if code else 0)


@pytest.mark.parametrize("said", ["since = {0}\nuntil = {1}", "sequence = 3\nextracted_at = {1}"])
def test_a_change_set_of_the_future_is_refused(
    landsync: Landsync, first: Path, at: object, said: str
) -> None:
    folder = dated(first, "changes", None)
    toml = folder / "delivery.toml"
    text = (
        toml.read_text("utf-8")
        .replace('kind = "full"', 'kind = "changes"')
        .replace('complete_for = ["00691"]', "")
    )
    times = said.format("2026-11-20T22:00:00+07:00", "2027-01-01T00:00:00+07:00")
    toml.write_text(f"{times}\n{text}", "utf-8")
    told = sync(landsync, folder)
    assert (told.status, told.document["error"]["code"]) == (4, "DLV-FUTURE")
    assert landsync.query("SELECT count(*) FROM ledger.change_set") == [(0,)]


def test_what_nobody_dates_is_judged_and_waits_until_somebody_does(
    landsync: Landsync, first: Path, at: object
) -> None:
    undated = dated(first, "undated", None)
    checked = landsync("check", undated, "--province", PROVINCE, "--out", first.parent / "out")
    assert (checked.status, checked.document["decision"]) == (0, "accept")  # offline nothing is stored
    reason = checked.document["communes"][0]["reasons"][0]
    assert (reason["code"], "extracted_at" in reason["vi"], "extracted_at" in reason["en"]) == (
        "UNDATED",
        True,
        True,
    )
    told = sync(landsync, undated)
    assert (told.status, told.document["decision"], codes(told)) == (3, "hold", ["UNDATED"])
    assert landsync.query(EVERYTHING) == [("",)]
    run = told.document["run"]

    def approve(*more: object) -> Told:
        return landsync("approve", run, "--reason", "asked the office", *more)

    assert approve().document["error"]["code"] == "REVIEW-UNDATED"
    assert approve("--extracted-at", "soon").document["error"]["code"] == "DLV-MOMENT"
    refused = approve("--extracted-at", "2036-01-01T00:00+07:00")
    assert (refused.status, refused.document["error"]["code"]) == (4, "DLV-FUTURE")
    assert landsync.query(EVERYTHING) == [("",)]
    done = approve("--extracted-at", "2026-11-20T22:00")
    assert (done.status, done.document["state"]) == (0, "done")
    stated = datetime.fromisoformat("2026-11-20T22:00+07:00")
    assert landsync.query(WHEN) == landsync.query(MARK) == [(stated,)]
    assert landsync.query("SELECT reason, stated_at FROM ledger.approval") == [("asked the office", stated)]
    assert landsync("reconcile", "--all").status == 0
    assert approve("--extracted-at", "2026-11-21T22:00").document["error"]["code"] == "REVIEW-APPROVED"


def test_what_is_dated_by_its_office_is_dated_by_nobody_else(
    landsync: Landsync, first: Path, at: object
) -> None:
    sync(landsync, dated(first, "live", "2026-11-20T22:00:00+07:00"))
    run = sync(landsync, dated(first, "late", "2026-11-19T22:00:00+07:00")).document["run"]
    told = landsync("approve", run, "--reason", "newer, really", "--extracted-at", "2026-11-21T22:00")
    assert (told.status, told.document["error"]["code"]) == (2, "REVIEW-DATED")


def test_undated_data_never_overwrite_newer_ones_nor_bring_back_what_ended(
    landsync: Landsync, first: Path, at: object
) -> None:
    whole = sync(landsync, dated(first, "whole", "2026-11-18T22:00:00+07:00")).document["read"]
    gone = sync(landsync, dated(first, "gone", "2026-11-20T22:00:00+07:00", without=1))
    assert gone.document["ended"] == 1
    before = landsync.query(EVERYTHING)
    run = sync(landsync, dated(first, "undated", None)).document["run"]
    assert landsync.query(EVERYTHING) == before
    older = landsync("approve", run, "--reason", "found on a disk", "--extracted-at", "2026-11-19T22:00")
    assert (older.status, older.document["state"]) == (3, "held")
    assert landsync.query(EVERYTHING) == before
    hold = landsync("status", "--province", PROVINCE).document["holds"][0]
    assert (hold["run_id"], hold["reasons"][0]["code"]) == (older.document["run"], "OLDER")
    # Knowing that, a person may still want it; and then the next right delivery is the newer one again.
    knowing = landsync("approve", older.document["run"], "--reason", "the newer one was wrong")
    assert (knowing.status, knowing.document["new"]) == (0, 1)
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(whole,)]
    assert landsync.query(WHEN) == landsync.query(MARK)
    after = sync(landsync, dated(first, "after", "2026-11-19T23:00:00+07:00", without=1))
    assert (after.status, after.document["ended"], after.document["ignored"]) == (0, 1, 0)
    back = sync(landsync, dated(first, "back", "2026-11-20T20:00:00+07:00"))
    assert (back.status, back.document["new"], back.document["ignored"]) == (0, 1, 0)
    assert landsync("reconcile", "--all").status == 0


def test_what_waits_gives_way_to_later_data_not_to_data_that_came_later(
    landsync: Landsync, first: Path, at: object
) -> None:
    sync(landsync, dated(first, "live", "2026-11-18T22:00:00+07:00"))
    newest = sync(landsync, dated(first, "newest", "2026-11-21T22:00:00+07:00", without=5)).document["run"]
    open_now = "SELECT run_id FROM ledger.hold_state WHERE state = 'open' ORDER BY 1"
    assert landsync.query(open_now) == [(newest,)]
    undated = sync(landsync, dated(first, "undated", None)).document["run"]
    sync(landsync, dated(first, "between", "2026-11-20T22:00:00+07:00"))
    # Neither what nobody dates nor what is older takes the place of the newest; what is dated takes that of the undated.
    assert landsync.query(open_now) == [(newest,)]
    assert landsync("approve", undated, "--reason", "x").document["error"]["code"] == "REVIEW-SUPERSEDED"
    assert landsync("approve", newest, "--reason", "really gone").status == 0
    assert (
        landsync.query(WHEN) == landsync.query(MARK) == [(datetime.fromisoformat("2026-11-21T22:00+07:00"),)]
    )


def test_a_bare_file_is_dated_by_whoever_brings_it_in(landsync: Landsync, first: Path, at: object) -> None:
    bare = first / "t.gpkg"
    refused = sync(landsync, first, "--extracted-at", "2026-11-20T22:00")
    assert (refused.status, refused.document["error"]["code"]) == (2, "DLV-DATED")
    undated = dated(first, "undated", None)
    future = sync(landsync, undated, "--extracted-at", "2036-11-20T22:00")
    assert (future.status, future.document["error"]["code"]) == (4, "DLV-FUTURE")
    told = sync(landsync, undated, "--extracted-at", "2026-11-20T22:00")
    assert (told.status, told.document["new"]) == (0, told.document["read"])
    stated = datetime.fromisoformat("2026-11-20T22:00+07:00")
    assert landsync.query(WHEN) == [(stated,)]
    assert landsync.query("SELECT stated_at FROM ledger.run ORDER BY started_at DESC LIMIT 1") == [(stated,)]
    assert bare.is_file()
