"""An id that two provinces give, through the command line: the land goes live, the id is withheld and comes once it is free."""

from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync, landsync
from tests.support.deliveries import copy_of, rewrite

__all__ = ["landsync"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]
GIVER, TAKER, COUNT = "01", "08", 3


def test_the_land_goes_live_and_the_id_comes_once_it_is_free(landsync: Landsync, tmp_path: Path) -> None:
    landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 240, "--provinces", f"{GIVER},{TAKER}",
        "--communes-per-province", 2,
    )  # fmt: skip
    given, taken = (next((tmp_path / "nation").glob(f"**/{code}")) for code in (GIVER, TAKER))
    assert landsync("sync", "--province", GIVER, given).status == 0
    ids = [
        national_id
        for (national_id,) in landsync.query(
            "SELECT national_id FROM land.parcel WHERE province_code = %s AND national_id IS NOT NULL ORDER BY 1 LIMIT %s",
            GIVER,
            COUNT,
        )
    ]

    def with_ids(values: list[str | None], province: str, *, of: list[str] | None = None):  # type: ignore[no-untyped-def]
        column = str(load_profile(province).columns["national_id"])

        def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            frame = frame.copy()
            rows = frame.index[:COUNT] if of is None else frame.index[frame[column].isin(of)]
            frame.loc[rows, column] = values[: len(rows)]
            return frame

        return change

    def rewritten(folder: Path, name: str, hours: int, change) -> Path:  # type: ignore[no-untyped-def]
        made = copy_of(folder, name, hours=hours)
        first, *others = sorted(made.glob("*.gpkg"))
        for file in [first, *others] if folder is given else [first]:
            rewrite(made, file.name, change)
        return made

    claims = rewritten(taken, "claims", 1, with_ids(list(ids), TAKER))
    told = landsync("sync", "--province", TAKER, claims)
    assert told.status == 0
    assert (told.document["quarantined"], told.document["held"]) == (0, 0)
    withheld = landsync.query(
        "SELECT w.national_id, p.national_id FROM land.withheld_id AS w JOIN land.parcel AS p USING (province_code, parcel_uid) ORDER BY 1"
    )
    assert withheld == [(each, None) for each in ids]
    cases = landsync.query(
        "SELECT state FROM ledger.finding_case WHERE province_code = %s AND check_code = 'IDN-WITHHELD'",
        TAKER,
    )
    assert cases == [("new",)] * COUNT
    said = landsync("status", "--province", GIVER).document["withheld"]
    assert [(row["province_code"], row["holder_province_code"], row["ids"]) for row in said] == [
        (TAKER, GIVER, COUNT)
    ]
    for province, waits in ((GIVER, False), (TAKER, True)):
        [(uid,)] = landsync.query(
            "SELECT parcel_uid::text FROM land.parcel_alias WHERE province_code = %s AND alias_kind = 'national_id' AND alias_value = %s "
            "AND recorded_to IS NULL",
            province,
            ids[0],
        )
        [told] = landsync("explain", uid).document["live"]["withheld"]
        assert (told["national_id"], told["waits"]) == (ids[0], waits)
        assert told["other_province_code"] == (GIVER if waits else TAKER)
    gives = rewritten(given, "gives", 2, with_ids([None] * COUNT, GIVER, of=ids))
    assert landsync("sync", "--province", GIVER, gives).status == 0
    again = rewritten(taken, "again", 3, with_ids(list(ids), TAKER))
    told = landsync("sync", "--province", TAKER, again)
    assert (told.status, told.document["changed"]) == (0, COUNT)
    assert landsync.query("SELECT count(*) FROM land.withheld_id") == [(0,)]
    published = landsync.query(
        "SELECT national_id FROM analyst.parcel WHERE province_code = %s AND national_id = ANY(%s) ORDER BY 1",
        TAKER,
        ids,
    )
    assert [national_id for (national_id,) in published] == ids
    states = landsync.query(
        "SELECT DISTINCT state FROM ledger.finding_case WHERE province_code = %s AND check_code = 'IDN-WITHHELD'",
        TAKER,
    )
    assert states == [("fixed",)]
    assert landsync("reconcile", "--all").status == 0
