"""An ordinary day: one row or two of a commune whose coordinates do not show their CRS by themselves."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync, Told

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"  # Hà Nội: 105°00′, where UTM and the old Gauss-Krüger zone have the same meridian
COLUMNS = {name: str(rule) for name, rule in load_profile(PROVINCE).columns.items()}
COMMUNE, VERSION = COLUMNS["commune_code"], COLUMNS["source_version"]
FIRST = datetime.fromisoformat("2026-11-20T22:00:00+07:00")


class Office:
    """A province whose whole stock has been brought in; it then tells of days, a few rows each."""

    def __init__(self, landsync: Landsync, folder: Path) -> None:
        self.landsync, self.folder, self.days = landsync, folder, 0
        made = landsync(
            "generate", "--out", folder / "nation", "--parcels", 400, "--provinces", PROVINCE,
            "--communes-per-province", 3, "--defects", 0,
        )  # fmt: skip
        assert made.status == 0, made.words
        first = folder / "nation" / PROVINCE
        assert landsync("sync", "--province", PROVINCE, first).status == 0
        self.said = (first / "delivery.toml").read_text(encoding="utf-8")
        self.frames = {path.name: pyogrio.read_dataframe(path) for path in sorted(first.glob("*.gpkg"))}
        self.layers = {
            path.name: str(pyogrio.list_layers(path)[0][0]) for path in sorted(first.glob("*.gpkg"))
        }
        self.communes = {
            code: name for name, frame in self.frames.items() for code in sorted(frame[COMMUNE].unique())
        }

    def rows(self, commune: str) -> gpd.GeoDataFrame:
        """The commune's parcels as they were delivered."""
        frame = self.frames[self.communes[commune]]
        return frame[frame[COMMUNE] == commune].reset_index(drop=True)

    def day(self, commune: str, rows: gpd.GeoDataFrame, shift_crs: int | None = None) -> Told:
        """Bring in a change set of these rows, which say their action; in another CRS than it says, if one is named."""
        name = self.communes[commune]
        since = FIRST + timedelta(hours=self.days)
        self.days += 1  # each set is an hour, so that none is of the future
        folder = self.folder / f"day{self.days}"
        folder.mkdir()
        if shift_crs is not None:
            rows = rows.to_crs(shift_crs).set_crs(rows.crs, allow_override=True)
        pyogrio.write_dataframe(
            rows.assign(**{VERSION: str(self.days + 1)}),
            folder / name,
            layer=self.layers[name],
            driver="GPKG",
        )
        said = re.sub(r"complete_for = \[[^\]]*\]", "", self.said)
        until = since + timedelta(hours=1)
        said = re.sub(
            r"extracted_at = .*",
            f'kind = "changes"\nsince = {since.isoformat()}\nuntil = {until.isoformat()}',
            re.sub(r"(?m)^kind = .*\n", "", said),
        )
        parts = re.split(r"(?=\[\[parts\]\])", said)
        said = parts[0] + "".join(part for part in parts[1:] if f'"{name}"' in part)
        (folder / "delivery.toml").write_text(said, encoding="utf-8")
        return self.landsync("sync", "--province", PROVINCE, folder)


@pytest.fixture
def office(landsync: Landsync, tmp_path: Path) -> Office:
    return Office(landsync, tmp_path)


def updates(rows: gpd.GeoDataFrame, n: int = 1, text: str = "Thôn Thử") -> gpd.GeoDataFrame:
    """The first rows, with another address."""
    return rows.iloc[:n].assign(**{"action": "update", COLUMNS["address"]: text})


def new(rows: gpd.GeoDataFrame, shapes: list[shapely.Geometry], name: str) -> gpd.GeoDataFrame:
    """Rows of new parcels: another key, number and no national id."""
    values = {
        "source_key": [f"{rows[COMMUNE].iloc[0]}-{name}-{k}" for k in range(len(shapes))],
        "parcel_no": [9000 + 10 * len(name) + k for k in range(len(shapes))],
        "national_id": None,
        "certificate_no": None,
    }
    made = rows.iloc[: len(shapes)].assign(
        action="insert", **{COLUMNS[column]: value for column, value in values.items()}
    )
    return made.set_geometry(gpd.GeoSeries(shapes, index=made.index, crs=rows.crs))


def inside(rows: gpd.GeoDataFrame) -> int:
    """The place of a parcel with neighbours on its sides."""
    tree = shapely.STRtree(rows.geometry.to_numpy())
    row, _ = tree.query(rows.geometry.to_numpy(), predicate="touches")
    return int(pd.Series(row).value_counts().idxmax())


def halves(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """A parcel divided down the middle."""
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    boxes = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    return [shapely.intersection(shape, box) for box in boxes]


def test_one_row_to_five_of_any_commune_pass(office: Office) -> None:
    for commune in office.communes:
        for n in (1, 2, 3, 5):
            told = office.day(commune, updates(office.rows(commune), n, f"Thôn {n}"))
            assert told.status == 0, (commune, n, told.document)
            assert told.document["changed"] == n
    settled = [
        path for path in office.landsync.home.glob("runs/*/gate.json") if '"shown": 1' in path.read_text()
    ]
    assert settled, "without the witnesses it would have waited"


def test_a_parcel_divided_passes_and_one_that_ends(office: Office) -> None:
    for commune in office.communes:
        rows = office.rows(commune)
        parent = rows.iloc[[inside(rows)]]
        one, other = halves(parent.geometry.iloc[0])
        rest = parent.assign(action="update").set_geometry(
            gpd.GeoSeries([one], index=parent.index, crs=rows.crs)
        )
        told = office.day(commune, pd.concat([rest, new(parent, [other], "con")]))
        assert told.status == 0, told.document
        assert (told.document["changed"], told.document["new"]) == (1, 1), told.document
        told = office.day(commune, parent.assign(action="end"))
        assert (told.status, told.document["ended_by_row"]) == (0, 1)
        told = office.day(commune, new(parent, [one], "thuamoi"))
        assert (told.status, told.document["new"]) == (0, 1), "a new parcel among its neighbours"


@pytest.mark.parametrize("crs", [3405, 4756, 9210])
def test_rows_in_another_crs_than_they_say_are_held(office: Office, crs: int) -> None:
    for commune in office.communes:
        rows = office.rows(commune)
        if rows.crs.to_epsg() == crs:
            continue
        parent = rows.iloc[[inside(rows)]]
        one, other = halves(parent.geometry.iloc[0])
        rest = parent.assign(action="update").set_geometry(
            gpd.GeoSeries([one], index=parent.index, crs=rows.crs)
        )
        sets = [updates(rows, n) for n in (1, 2, 4)]
        sets += [pd.concat([rest, new(parent, [other], "con")]), new(parent, [other], "moi")]
        for frame in sets:
            told = office.day(commune, frame, crs)
            live = sum(told.document.get(name, 0) for name in ("new", "changed", "ended", "ended_by_row"))
            assert (live, told.document.get("held_communes")) in ((0, [commune]), (0, None), (0, [])), (
                told.document
            )
            assert told.status != 0 or told.document["quarantined"] == len(frame), (
                "degrees are specks in metres"
            )


def test_a_new_parcel_far_from_every_live_one_waits_and_beside_one_that_shows_the_place_it_does_not(
    office: Office,
) -> None:
    held = 0
    for commune in office.communes:
        rows = office.rows(commune)
        _, _, east, north = rows.total_bounds
        far = shapely.box(east + 60, north + 60, east + 80, north + 75)
        told = office.day(commune, new(rows, [far], "xa"))
        if told.status == 0:
            continue  # the place of this commune shows its CRS
        held += 1
        assert told.document["held_communes"] == [commune]
        (hold,) = office.landsync("status", "--province", PROVINCE).document["holds"]
        assert {reason["code"] for reason in hold["reasons"]} == {"CRS-UNDECIDED"}
        assert office.landsync("refuse", told.document["run"], "--reason", "xem").status == 0
        told = office.day(commune, pd.concat([updates(rows), new(rows, [far], "xa nua")]))
        assert (told.status, told.document["new"]) == (0, 1)
    assert held
