"""A commune's rows in any split and order end in the verdict of the whole.

The truth beside it is the same rows in one complete delivery to an empty database. Parts do not say that they are complete.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import psycopg2
import pyarrow as pa
import pyogrio
import pytest
import shapely

from sync import review
from sync.conform.expected import READ_SCHEMA
from sync.declared.profile import load_profile
from sync.known.statistics import store_expected
from sync.run import finish_run, start_run
from sync.settings import settings
from sync.stages import STAGES, run_stage
from tests.conftest import counts
from tests.support.database import Database
from tests.support.played import wipe
from tests.support.tiny import EPSG, PROVINCE, tiny

pytestmark = pytest.mark.db
BEGUN = datetime.fromisoformat("2026-11-20T22:00:00+07:00")
KEY, AREA, USE, NUMBER = "thuaDatId", "dienTichPhapLy", "loaiDat", "soThuTuThua"
STANDING = (
    "usability_group, rows_read, quarantined, unreadable, rows_with_error, reasons, measures, measured, fixes, "
    "assured_group, excused, provisional, completeness"
)


@pytest.fixture
def installed(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An installation of its own around the database of this test."""
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    settings.cache_clear()
    yield database
    settings.cache_clear()


def commune() -> tuple[str, gpd.GeoDataFrame]:
    """Thirty parcels of one commune, side by side, as the province delivers them."""
    small, code = tiny(), tiny().communes[0]
    table = small.delivered(load_profile(PROVINCE))
    mine = np.flatnonzero(np.asarray(small.columns["commune_code"]) == code)
    mine = mine[shapely.get_type_id(small.geometry[mine]) == 3]
    first = shapely.centroid(small.geometry[mine[0]])
    near = mine[np.argsort(shapely.distance(small.geometry[mine], first))[:30]]
    frame = table.take(pa.array(near)).to_pandas()
    return code, gpd.GeoDataFrame(frame, geometry=small.geometry[near], crs=EPSG)


def spoilt(frame: gpd.GeoDataFrame, chance: random.Random) -> gpd.GeoDataFrame:
    """Some of the rows wrong, each in its own way."""
    frame = frame.copy()
    geometry = np.array(frame.geometry.values, dtype=object)
    for at in chance.sample(range(len(frame)), chance.randint(0, 12)):
        corners = shapely.get_coordinates(shapely.envelope(geometry[at]))
        west, south, east, north = (
            corners[:, 0].min(),
            corners[:, 1].min(),
            corners[:, 0].max(),
            corners[:, 1].max(),
        )
        kind = chance.choice(["bow tie", "missing", "area", "use", "wide", "number", "far"])
        if kind == "bow tie":
            geometry[at] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
        elif kind == "missing":
            geometry[at] = None
        elif kind == "area":
            frame.loc[frame.index[at], AREA] = 99_999.0
        elif kind == "use":
            frame.loc[frame.index[at], USE] = "XYZ"
        elif kind == "number":
            frame.loc[frame.index[at], NUMBER] = None
        elif kind == "wide":
            geometry[at] = shapely.box(west, south, east, north + 3)
        else:
            geometry[at] = shapely.transform(geometry[at], lambda xy: xy + np.array([4000.0, 0.0]))
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=EPSG))


@dataclass
class Office:
    """The province: delivers parts of the commune, an hour after each other."""

    database: Database
    folder: Path
    delivered: int = 0

    def send(self, code: str, frame: gpd.GeoDataFrame, *, whole: bool) -> str:
        """Bring it in; its run."""
        self.delivered += 1
        delivery = self.folder / f"delivery{self.delivered}"
        delivery.mkdir(parents=True)
        pyogrio.write_dataframe(
            frame, delivery / "t.gpkg", layer="ThuaDat", driver="GPKG", geometry_type="Unknown"
        )
        moment = (BEGUN + timedelta(hours=self.delivered)).isoformat()
        (delivery / "delivery.toml").write_text(
            f'province = "{PROVINCE}"\nkind = "full"\nextracted_at = {moment}\ncommune_codes = "new"\n'
            f"complete_for = {[code] if whole else []}\n".replace("'", '"')
            + f'[[parts]]\nfile = "t.gpkg"\nepsg = {EPSG}\nold_province = "Quảng Ninh"\n',
            encoding="utf-8",
        )
        run = start_run(PROVINCE, "test", path=delivery, dsn=self.database.dsn)
        try:
            for stage in STAGES:
                run_stage(stage, run)
        finally:
            finish_run(run.run_id, dsn=self.database.dsn)
        return run.run_id

    def send_and_let_pass(self, code: str, frame: gpd.GeoDataFrame) -> None:
        """Bring a part in; a person lets pass that the commune grows by it."""
        run = self.send(code, frame, whole=False)
        if self.database.query("SELECT FROM ledger.hold_state WHERE run_id = %s AND state = 'open'", run):
            review.approve(self.database.dsn, run, (code,), "test", "the commune comes in parts")

    def standing(self, code: str) -> dict[str, object]:
        """What is thought of the commune now."""
        (row,) = self.database.query(f"SELECT {STANDING} FROM land.dataset WHERE commune_code = '{code}'")
        return dict(zip(STANDING.split(", "), row, strict=True))


def expect(database: Database, code: str, **amounts: int) -> None:
    """What the land statistics say of the commune."""
    rows = [
        {"commune_code": code, "figure": figure, "amount": amount, "source": "Thống kê", "stated_on": date(2025, 12, 31),
         "old_communes": [], "file_rows": ["2"]}
        for figure, amount in amounts.items()
    ]  # fmt: skip
    store_expected(database.dsn, pa.Table.from_pylist(rows, schema=READ_SCHEMA), "tk.csv", "0" * 64, "test")


def clean(database: Database) -> None:
    """As if nothing had been delivered."""
    wipe(database)
    with psycopg2.connect(database.superuser_dsn) as link, link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("ledger.quarantine_state", "ledger.finding_case", "ledger.finding_event", "land.dataset",
                      "land.source_state", "land.source_watermark", "ledger.hold_state", "ledger.hold"):  # fmt: skip
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("seed", range(counts(3)))
def test_any_split_and_order_end_in_the_verdict_of_the_whole(
    installed: Database, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    code, faultless = commune()
    frame = spoilt(faultless, chance)
    expect(
        installed, code, parcels=chance.choice([20, 30, 31]), area_m2=chance.choice([1_000, 3_000, 100_000])
    )
    office = Office(installed, tmp_path / "truth")
    office.send(code, frame, whole=True)
    truth = office.standing(code)
    told = {each["figure"]: each for each in truth["completeness"]["figures"]}  # type: ignore[index]
    assert told["parcels"]["there"] == 30
    clean(installed)

    office = Office(installed, tmp_path / "parts")
    order = list(range(len(frame)))
    chance.shuffle(order)
    pieces = [piece for piece in np.array_split(order, chance.randint(2, 5)) if len(piece)]
    if chance.random() < 0.5:
        pieces.append(np.array(chance.sample(order, 5)))  # some come again
    for piece in pieces:
        office.send_and_let_pass(code, frame.iloc[piece])
    assert office.standing(code) == truth


def test_one_good_row_does_not_make_a_commune_good_nor_one_bad_row_bad(
    installed: Database, tmp_path: Path
) -> None:
    code, faultless = commune()
    office = Office(installed, tmp_path)
    bad = faultless.copy()
    bad[AREA] = 99_999.0
    office.send(code, bad, whole=True)
    before = office.standing(code)
    assert (before["usability_group"], before["rows_with_error"]) == (2, 30)
    office.send(code, bad.iloc[:1].assign(**{AREA: faultless[AREA].iloc[:1]}), whole=False)
    after = office.standing(code)
    assert (after["usability_group"], after["rows_read"], after["rows_with_error"]) == (2, 30, 29)

    run = office.send(code, faultless, whole=True)
    assert office.standing(code)["usability_group"] == 2, (
        "all areas of a commune in one night wait for a person"
    )
    review.approve(installed.dsn, run, (code,), "test", "the areas were looked up")
    assert office.standing(code)["usability_group"] == 1
    west, south, east, north = faultless.geometry.iloc[0].bounds
    tie = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    office.send(
        code,
        faultless.iloc[:1].set_geometry(gpd.GeoSeries([tie], index=faultless.index[:1], crs=EPSG)),
        whole=False,
    )
    after = office.standing(code)
    assert (after["usability_group"], after["rows_read"], after["quarantined"]) == (
        2,
        30,
        1,
    )  # 1 of 30, none may
    office.send(code, faultless.iloc[:1], whole=False)
    assert office.standing(code)["usability_group"] == 1
