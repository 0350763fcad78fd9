"""A database is written under one key: without it, or with another, nothing is loaded; what only looks needs none."""

from pathlib import Path

import pytest

from sync.keys import PrivateKey
from tests.conftest import KEY
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE
from tests.support.key import with_key

pytestmark = [pytest.mark.db, pytest.mark.e2e]


def test_nothing_is_loaded_without_the_key_of_the_database(landsync: Landsync, tmp_path: Path) -> None:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 60, "--provinces", PROVINCE,
        "--communes-per-province", 1,
    )  # fmt: skip
    delivery = tmp_path / "nation" / PROVINCE
    assert made.status == 0
    with with_key(tmp_path / "none"):
        refused = landsync("sync", "--province", PROVINCE, delivery)
        assert (refused.status, refused.document["error"]["code"]) == (5, "KEY-MISSING")
        assert (
            landsync("check", delivery, "--province", PROVINCE, "--out", tmp_path / "checked").status == 0
        ), "an office has no key"
    assert landsync.query("SELECT count(*) FROM ledger.private_key") == [(0,)]
    assert landsync("sync", "--province", PROVINCE, delivery).status == 0
    assert landsync.query("SELECT fingerprint FROM ledger.private_key") == [(PrivateKey(KEY).fingerprint,)]
    with with_key(tmp_path / "another", KEY[::-1]):
        refused = landsync("sync", "--province", PROVINCE, delivery)
        assert (refused.status, refused.document["error"]["code"]) == (5, "KEY-WRONG")
        assert landsync("reconcile", "--all").document["error"]["code"] == "KEY-WRONG"
    assert landsync.query("SELECT count(*) FROM ledger.receipt") == [(1,)]
    assert landsync.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    again = landsync("sync", "--province", PROVINCE, delivery)
    assert (again.status, again.document["receipt"]["totals"]["unchanged"]) == (0, 60)
    assert landsync("reconcile", "--all").status == 0
