"""The same bytes again cost a receipt and nothing else, and say to the letter what the whole way would have said."""

from pathlib import Path

import pytest

from sync.care.housekeeping import housekeeping
from sync.care.retention import _Kept as Kept
from sync.care.retention import load_policy
from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.support.again import every_table, sync, taken_again, told_of, whole_way
from tests.support.deliveries import PROVINCE, copy_of
from tests.support.otherwise import OTHERWISE, erased

pytestmark = [pytest.mark.db, pytest.mark.e2e]
RECEIPTS = "SELECT count(*) FROM ledger.receipt"


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """240 parcels of two communes, with faults of every kind that the generator seeds."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 240, "--provinces", PROVINCE,
        "--communes-per-province", 2, "--defects", "0.1", "--seed", 5,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def test_the_short_way_says_what_the_whole_way_says_and_writes_nothing(
    landsync: Landsync, delivery: Path
) -> None:
    first = sync(landsync, PROVINCE, delivery)
    assert not taken_again(first)
    before = every_table(landsync)
    short = sync(landsync, PROVINCE, delivery)
    assert taken_again(short)
    assert every_table(landsync) == before
    once_more = sync(landsync, PROVINCE, delivery)
    assert once_more.document["unchanged_since"] == first.document["run"]
    whole = whole_way(landsync, PROVINCE, delivery)
    assert told_of(landsync, short) == told_of(landsync, whole) == told_of(landsync, once_more)
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0


def test_a_dry_run_of_the_same_leaves_no_receipt(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    before = landsync.query(RECEIPTS)
    told = sync(landsync, PROVINCE, delivery, "--dry-run")
    assert taken_again(told)
    assert landsync.query(RECEIPTS) == before


def test_a_retried_load_writes_one_receipt(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    for name in ("conform", "check", "gate", "load", "load", "report", "report"):
        told = landsync("stage", name, "--run", run)
        assert told.status == 0
    assert landsync("stage", "report", "--run", run, "--finish").status == 0
    assert landsync.query(RECEIPTS) == [(2,)]


def test_a_run_is_not_the_same_as_itself(landsync: Landsync, delivery: Path) -> None:
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    for name in ("conform", "check", "gate", "load", "report"):
        assert landsync("stage", name, "--run", run).status == 0
    tried_again = landsync("stage", "fetch", "--run", run, "--finish")
    assert (tried_again.status, "unchanged_since" in tried_again.document) == (0, False)


def test_what_was_decided_between_two_stages_is_not_forgotten(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(landsync, PROVINCE, delivery)
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    erased(landsync, monkeypatch, delivery)
    for name in ("conform", "check", "gate", "load"):
        assert landsync("stage", name, "--run", run).status == 0
    landsync("stage", "report", "--run", run, "--finish")
    assert not taken_again(sync(landsync, PROVINCE, delivery))


def test_what_a_run_lives_on_is_kept_as_long_as_it_is(landsync: Landsync, delivery: Path) -> None:
    first = sync(landsync, PROVINCE, delivery).document["run"]
    assert taken_again(sync(landsync, PROVINCE, delivery))
    later = copy_of(delivery, "later")
    for _ in range(2):
        sync(landsync, PROVINCE, later)
    with landsync.database.connect() as link, link.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger.run_state SET finished_at = now() - interval '1 year' WHERE run_id = %s", (first,)
        )
        link.commit()
    policy = load_policy(settings().retention).model_copy(update={"runs": Kept(days=1, keep=1)})
    housekeeping(dsn=landsync.database.dsn, policy=policy)
    assert (landsync.home / "runs" / first / "judgement").is_dir()


def test_other_bytes_and_data_of_later_go_the_whole_way(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    later = copy_of(delivery, "later")
    assert not taken_again(sync(landsync, PROVINCE, later))
    assert not taken_again(sync(landsync, PROVINCE, delivery))  # older now, and held
    assert not taken_again(sync(landsync, PROVINCE, later))
    assert taken_again(sync(landsync, PROVINCE, later)), "the last run changed nothing"


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_what_could_be_judged_otherwise_is_judged(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch, otherwise: str
) -> None:
    sync(landsync, PROVINCE, delivery)
    more = OTHERWISE[otherwise](landsync, monkeypatch, delivery)
    assert not taken_again(sync(landsync, PROVINCE, delivery, *more))
