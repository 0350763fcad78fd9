"""A person is erased by the command: tried, done, told by explain, reconcile and the next receipt; her source brings her back."""

from pathlib import Path

import pytest

from sync.settings import settings
from tests.e2e.conftest import Landsync, Told
from tests.support.deliveries import PROVINCE, copy_of

pytestmark = [pytest.mark.db, pytest.mark.e2e]


def test_a_person_is_erased_and_everybody_is_told(
    landsync: Landsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 300, "--provinces", PROVINCE,
        "--communes-per-province", 2,
    )  # fmt: skip
    assert made.status == 0
    delivery = tmp_path / "nation" / PROVINCE
    assert landsync("sync", "--province", PROVINCE, delivery).status == 0
    [(uid, name, parcels, parcel)] = landsync.query(
        "SELECT user_uid::text, max(land_user_name), count(DISTINCT parcel_uid), min(parcel_uid::text) FROM land_private.land_user "
        "WHERE land_user_name IS NOT NULL GROUP BY user_uid HAVING count(DISTINCT parcel_uid) = 2 ORDER BY 1 LIMIT 1"
    )
    people = landsync("explain", parcel).document["live"]["people"]
    assert (people["land_users"], people["erased"], people["rights"]) == (1, 0, 1)
    asked = ("--user", uid, "--basis", "QĐ 15", "--reason", "bản án")

    def erase(*more: str, dsn: str = landsync.database.owner_dsn) -> Told:
        with monkeypatch.context() as patch:
            patch.setenv("LANDSYNC_DSN", dsn)
            settings.cache_clear()
            told = landsync("people", "erase", "--province", PROVINCE, *asked, *more)
        settings.cache_clear()
        return told

    refused = erase(dsn=landsync.database.dsn)
    assert (refused.status, "DB-RIGHTS" in refused.words) == (5, True), "a run's own account erases nobody"
    tried = erase("--dry-run")
    assert (tried.status, tried.document["parcels"], tried.document["dry_run"]) == (0, parcels, True)
    assert landsync("people", "erasures").document == {"erasures": []}
    done = erase()
    assert (done.status, done.document["parcels"], done.document["living"]) == (0, parcels, parcels)
    assert (len(done.document["kept"]["runs"]), len(done.document["kept"]["deliveries"])) == (1, 1)
    assert landsync.query("SELECT count(*) FROM land_private.land_user WHERE land_user_name = %s", name) == [
        (0,)
    ]
    assert landsync("explain", parcel).document["live"]["people"]["erased"] == 1
    assert sum(each["erased"] for each in landsync("reconcile", "--all").document["provinces"]) == 1
    assert erase().status == 2
    told = landsync("sync", "--province", PROVINCE, copy_of(delivery, "day 1", hours=24))
    assert told.status == 0
    shown = landsync("receipt", "show", told.document["run"]).document
    assert shown["totals"]["changed"] == parcels
    assert [event["basis"] for event in shown["erased"]] == ["QĐ 15"]
    assert landsync.query("SELECT count(*) FROM land_private.land_user WHERE land_user_name = %s", name) == [
        (parcels,)
    ]
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0
