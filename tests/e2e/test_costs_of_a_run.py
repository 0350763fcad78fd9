"""A whole run says what each of its stages took: to programs, in its report, in the ledger."""

from pathlib import Path

import pytest

from sync.check import workers
from sync.folder.costs import Costs
from sync.stages import STAGES
from tests.e2e.conftest import Landsync
from tests.support.again import sync, whole_way

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "08"


def test_sync_tells_what_it_took_and_so_do_its_report_and_status(landsync: Landsync, tmp_path: Path) -> None:
    made = landsync(
        "generate", "--out", tmp_path, "--parcels", 300, "--provinces", PROVINCE, "--communes-per-province", 2
    )
    assert made.status == 0
    ways = (whole_way, whole_way, sync, whole_way)
    said = [
        way(landsync, PROVINCE, tmp_path / PROVINCE, *more).document
        for way, more in zip(ways, ((), ("--dry-run",), (), ()), strict=True)
    ]
    assert [one["costs"]["compared"] for one in said] == [
        0,
        0,
        0,
        1,
    ]  # a rehearsal goes another way, and so does what is the same again
    costs = said[-1]["costs"]
    assert [line["stage"] for line in costs["stages"]] == list(STAGES)
    for line in costs["stages"]:
        assert line["wall_seconds"] > 0
        assert line["peak_bytes"] > 1_000_000
        assert line["usual_seconds"] > 0
        assert line["bytes_read"] > 0
    by_stage = {line["stage"]: line for line in costs["stages"]}
    assert [by_stage[name]["rows_read"] for name in ("conform", "check", "load", "report")] == [said[-1]["read"]] * 4  # fmt: skip
    assert by_stage["load"]["server_cpu_seconds"] > 0
    assert by_stage["load"]["server_wal_bytes"] > 0
    (province,) = landsync("status", "--province", PROVINCE).document["provinces"]
    assert [line["wall_seconds"] for line in province["costs"]] == [
        line["wall_seconds"] for line in costs["stages"]
    ]
    folder = landsync.home / "runs" / said[-1]["run"]
    left = Costs.load(folder)
    assert [line.stage for line in left.stages] == list(STAGES)[:-1]
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    assert "Thời gian và tài nguyên" in page
    assert "What this run took" in page
    assert "as the last run of the province that went the same way" in page


def test_the_processes_that_judge_a_large_delivery_are_counted(
    landsync: Landsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LARGE", 1)
    monkeypatch.setattr(workers, "THREADS", 2)
    landsync("generate", "--out", tmp_path, "--parcels", 300, "--provinces", PROVINCE, "--communes-per-province", 2)  # fmt: skip
    said = landsync("sync", "--province", PROVINCE, tmp_path / PROVINCE).document
    took = {line["stage"]: line["worker_cpu_seconds"] for line in said["costs"]["stages"]}
    assert took.pop("check") > 0.5
    assert max(took.values()) < 0.5
