"""Who took land over and is not registered: form PL3-01 says it, the register keeps it, and only the form takes it back."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from sync.declared.profile import SHIPPED
from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of
from tests.support.formats.pl3_01 import write_pl3_01

pytestmark = [pytest.mark.db, pytest.mark.e2e]
LIVING = "SELECT transferee_name, transfer_reason FROM land_private.transferee ORDER BY 1"


def with_form(delivery: Path, rows: list[dict[str, Any]]) -> None:
    write_pl3_01(delivery / "pl3.xlsx", rows)
    with (delivery / "delivery.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[lists]]\nfile = "pl3.xlsx"\n')


def test_only_the_form_takes_a_transferee_back(
    landsync: Landsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = (SHIPPED / f"{PROVINCE}.toml").read_text(encoding="utf-8")
    own = tmp_path / "profiles"
    own.mkdir()
    (own / f"{PROVINCE}.toml").write_text(profile + '\n[lists]\nextends = "pl3_01"\n', encoding="utf-8")
    monkeypatch.setenv("LANDSYNC_PROVINCES", str(own))
    settings.cache_clear()
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    first = tmp_path / "nation" / PROVINCE
    days = [copy_of(first, f"day {day}", hours=24 * day) for day in range(3)]
    parcels = gpd.read_file(next(iter(sorted(first.glob("*.gpkg"))))).iloc[:2]
    keys = [
        {"commune_code": p.maXa, "sheet_no": p.soHieuToBanDo, "parcel_no": p.soThuTuThua}
        for p in parcels.itertuples()
    ]
    both = [
        keys[0]
        | {
            "number": 1,
            "person_name": "Lê Văn A",
            "transferee_name": "Hồ Thị T",
            "transfer_reason": "giấy tay",
        },
        keys[0]
        | {
            "number": 2,
            "person_name": "Lê Thị B",
            "transferee_name": "Hồ Thị T",
            "transfer_reason": "giấy tay",
        },
        keys[1] | {"number": 3, "person_name": "Vũ Văn C", "transferee_name": "Đỗ Văn U"},
    ]
    with_form(days[0], both)
    assert landsync("sync", "--province", PROVINCE, days[0]).status == 0
    assert landsync.query(LIVING) == [("Hồ Thị T", "giấy tay"), ("Đỗ Văn U", None)]
    assert landsync("sync", "--province", PROVINCE, days[1]).status == 0
    assert len(landsync.query(LIVING)) == 2  # a map says nothing of them
    with_form(days[2], [*both[:2], {**both[2], "transferee_name": None}])
    told = landsync("sync", "--province", PROVINCE, days[2])
    assert (told.status, landsync.query(LIVING)) == (0, [("Hồ Thị T", "giấy tay")])
    columns = [line for line in told.document["columns"] if line["column_group"] == "transferee"]
    assert [(line["closed"], line["emptied"]) for line in columns] == [(1, 1)]
    assert landsync.query("SELECT count(*) FROM land_private.transferee_version") == [(1,)]
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0
