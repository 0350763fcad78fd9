"""A parcel over a new commune border is in the commune that its row says. Delivered by both sides it is one case that is told, and never two
living parcels in silence."""

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync, Told
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
HERE, BESIDE = "01", "24"
NAMES = ("commune_code", "source_key", "national_id", "parcel_no")
Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


def columns(province: str) -> tuple[str, ...]:
    """What the province calls commune, key, id and number."""
    mapped = load_profile(province).columns
    return tuple(str(mapped[name]) for name in NAMES)


COMMUNE, KEY, ID, NUMBER = columns(HERE)


@pytest.fixture
def first(landsync: Landsync, tmp_path: Path) -> Path:
    """The province's first delivery, live."""
    landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 120, "--provinces", f"{HERE},{BESIDE}",
        "--communes-per-province", 2,
    )  # fmt: skip
    folder = tmp_path / "nation" / HERE
    assert landsync("sync", "--province", HERE, folder).status == 0
    return folder


def of_both(frame: gpd.GeoDataFrame, **values: str | None) -> gpd.GeoDataFrame:
    """The parcel at the border once more, as the other commune delivers it."""
    here, there = sorted(frame[COMMUNE].unique())
    row = frame.loc[[frame.index[frame[COMMUNE] == here][5]]].copy()
    row[COMMUNE], row[NUMBER] = there, "9999"
    for name, value in values.items():
        row[{"key": KEY, "id": ID}[name]] = value
    return gpd.GeoDataFrame(pd.concat([frame, row], ignore_index=True), crs=frame.crs)


def night(landsync: Landsync, first: Path, hours: int, change: Change, only: str | None = None) -> Told:
    """What the province delivers later; only one commune of it."""
    made = copy_of(first, f"night{hours}", hours)

    def delivered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        changed = change(frame)
        return changed if only is None else changed[changed[COMMUNE] == only]

    rewrite(made, "hanoi.gpkg", delivered)
    if only:
        said = (made / "delivery.toml").read_text(encoding="utf-8")
        said = re.sub(r"complete_for = \[[^\]]*\]", f'complete_for = ["{only}"]', said)
        (made / "delivery.toml").write_text(said, encoding="utf-8")
    return landsync("sync", "--province", HERE, made)


def cases(landsync: Landsync) -> list[tuple[object, ...]]:
    """The open overlaps at seams, with what the other side is."""
    return landsync.query(
        "SELECT state, province_code, coalesce(other_province_code, province_code), commune_code <> other_commune_code, "
        "cardinality(handles) + cardinality(other_handles) FROM analyst.finding WHERE check_code = 'BRD-OVERLAP' AND state <> 'fixed'"
    )


def live(landsync: Landsync) -> int:
    return int(landsync.query("SELECT count(*) FROM land.parcel")[0][0])


def codes(landsync: Landsync) -> dict[str, int]:
    return dict(
        landsync.query(
            "SELECT check_code, count(*) FROM analyst.finding WHERE check_code LIKE 'IDN-DUP%%' AND state <> 'fixed' GROUP BY 1"
        )
    )


ONE_CASE = [("new", HERE, HERE, True, 2)]


@pytest.mark.parametrize(
    ("values", "code"), [({"id": None}, "IDN-DUP-SOURCE"), ({"key": "other"}, "IDN-DUP-NATIONAL")]
)
def test_of_two_rows_with_one_key_or_one_id_neither_goes_live_and_what_was_stays(
    landsync: Landsync, first: Path, values: dict[str, str | None], code: str
) -> None:
    before = live(landsync)
    told = night(landsync, first, 1, lambda frame: of_both(frame, **values))
    assert (told.status, told.document["quarantined"], told.document["ended"], live(landsync)) == (
        0,
        2,
        0,
        before,
    )
    assert codes(landsync) == {code: 2}, "told to each of the two communes"
    assert cases(landsync) == ONE_CASE


def test_the_same_land_under_other_names_is_one_case_of_both_communes_until_one_gives_it_up(
    landsync: Landsync, first: Path
) -> None:
    before = live(landsync)
    told = night(landsync, first, 1, lambda frame: of_both(frame, key="other", id=None))
    assert (told.document["new"], told.document["quarantined"], live(landsync)) == (1, 0, before + 1)
    assert cases(landsync) == ONE_CASE
    night(landsync, first, 2, lambda frame: frame)
    assert (live(landsync), cases(landsync)) == (before, [])


def test_communes_that_deliver_one_after_the_other(landsync: Landsync, first: Path) -> None:
    """Under one key it is one parcel, of the commune that delivered it last; under another key one case of both."""
    before = live(landsync)
    here, there = (
        code for (code,) in landsync.query("SELECT DISTINCT commune_code FROM land.parcel ORDER BY 1")
    )
    told = night(landsync, first, 1, lambda frame: of_both(frame, id=None), only=there)
    assert (told.status, told.document["new"], live(landsync)) == (0, 0, before)
    moved = landsync.query(
        "SELECT v.commune_code, p.commune_code FROM land.parcel_version AS v JOIN land.parcel AS p USING (parcel_uid)"
    )
    assert moved == [(here, there)], "it passed, and its history says so"
    assert cases(landsync) == ONE_CASE, "and the two communes are told that both have it"
    night(landsync, first, 2, lambda frame: frame, only=here)
    assert landsync.query("SELECT DISTINCT commune_code FROM land.parcel WHERE parcel_no = '9999'") == []
    told = night(landsync, first, 3, lambda frame: of_both(frame, key="other", id=None), only=there)
    assert (told.document["new"], live(landsync)) == (1, before + 1)
    assert cases(landsync) == ONE_CASE


@pytest.mark.parametrize("with_id", [True, False])
def test_of_two_provinces_each_has_its_parcel_and_the_overlap_is_one_case_of_both(
    landsync: Landsync, first: Path, *, with_id: bool
) -> None:
    folder = first.parent / BESIDE
    assert landsync("sync", "--province", BESIDE, folder).status == 0
    before = live(landsync)
    file = next(folder.glob("*.gpkg")).name
    of_here = gpd.read_file(first / "hanoi.gpkg").iloc[[5]]
    _, key, number_id, number = columns(BESIDE)

    def taken(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        row = frame.iloc[[5]].copy()
        row["geometry"] = of_here.to_crs(frame.crs).geometry.to_numpy()
        row[key], row[number] = of_here[KEY].to_numpy(), "9999"
        row[number_id] = of_here[ID].to_numpy() if with_id else None
        return gpd.GeoDataFrame(pd.concat([frame, row], ignore_index=True), crs=frame.crs)

    made = copy_of(folder, "taken")
    rewrite(made, file, taken)
    told = landsync("sync", "--province", BESIDE, made)
    assert told.status == 0
    assert live(landsync) == before + 1
    assert told.document["findings"].get("IDN-WITHHELD", 0) == int(with_id)
    ids = landsync.query("SELECT national_id FROM land.parcel WHERE national_id IS NOT NULL")
    assert len(ids) == len(set(ids)), "a national id is of one parcel of the nation"
    assert cases(landsync) == [("new", HERE, BESIDE, True, 2)]
