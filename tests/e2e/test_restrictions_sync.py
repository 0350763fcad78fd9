"""What restricts a right: a table of the delivery says it, the register keeps it, and only a table takes it back."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from sync.declared.profile import SHIPPED
from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of

pytestmark = [pytest.mark.db, pytest.mark.e2e]
LIVING = "SELECT restriction_kind, restriction_from FROM land_private.restriction ORDER BY 1, 2"
TABLE = """
[tables.restrictions]
layer = "han_che"
[tables.restrictions.columns]
parcel_key = "thuaDatId"
restriction_kind = "loai"
restriction_from = "tuNgay"
"""


def with_table(delivery: Path, rows: list[tuple[str, str, str]]) -> None:
    """The first file of the delivery with a layer of restrictions: key of the parcel, kind, from."""
    frame = pd.DataFrame(rows, columns=["thuaDatId", "loai", "tuNgay"], dtype="string")
    pyogrio.write_dataframe(frame, sorted(delivery.glob("*.gpkg"))[0], layer="han_che", append=True)


def test_only_a_table_lifts_a_restriction(
    landsync: Landsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "profiles"
    own.mkdir()
    shipped = (SHIPPED / f"{PROVINCE}.toml").read_text(encoding="utf-8")
    (own / f"{PROVINCE}.toml").write_text(shipped + TABLE, encoding="utf-8")
    monkeypatch.setenv("LANDSYNC_PROVINCES", str(own))
    settings.cache_clear()
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    first = tmp_path / "nation" / PROVINCE
    days = [copy_of(first, f"day {day}", hours=24 * day) for day in range(4)]
    one, two = pyogrio.read_dataframe(sorted(first.glob("*.gpkg"))[0])["thuaDatId"].iloc[:2]
    mortgage, dispute = (one, "thế chấp", "01/02/2020"), (one, "tranh chấp", "03/04/2024")
    with_table(days[0], [mortgage, dispute, (two, "thế chấp", "05/06/2021"), ("nobody's", "thế chấp", "")])
    told = landsync("sync", "--province", PROVINCE, days[0])
    assert told.status == 0
    mortgages = [("mortgage", date(2020, 2, 1)), ("mortgage", date(2021, 6, 5))]
    assert landsync.query(LIVING) == [("dispute", date(2024, 4, 3)), *mortgages]
    assert landsync("sync", "--province", PROVINCE, days[1]).status == 0
    assert len(landsync.query(LIVING)) == 3  # no table: nothing is said of them
    with_table(days[2], [mortgage, (two, "thế chấp", "05/06/2021")])
    told = landsync("sync", "--province", PROVINCE, days[2])
    assert (told.status, landsync.query(LIVING)) == (0, mortgages)
    changed = [line for line in told.document["columns"] if line["column_group"] == "restriction"]
    assert [(line["closed"], line["emptied"]) for line in changed] == [(1, 1)]
    with_table(days[3], [])
    assert landsync("sync", "--province", PROVINCE, days[3]).status == 0
    assert landsync.query(LIVING) == []  # a table without rows says that there is none
    assert landsync.query("SELECT count(*) FROM land_private.restriction_version") == [(3,)]
    assert landsync.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0
