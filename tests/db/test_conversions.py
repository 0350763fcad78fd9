"""What became of old communes and sheets is recorded with each parcel; boundaries are kept as they were loaded."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from parcels.model import UNKNOWN_COMMUNE
from sync.care.reconcile import reconcile
from sync.cli.app import app
from sync.folder.boundaries import BOUNDARIES, load_boundaries
from sync.folder.conform import Conformed
from sync.known.boundaries import boundaries_of, hand_over, store_boundaries
from sync.load.merge import Merged
from sync.load.receipt import totals
from sync.run import finish_run, start_run
from sync.settings import settings
from sync.stages import run_stage
from tests.support.database import Database
from tests.support.divided import cells, divided, frame_of, inside, profile_at
from tests.support.judged import COMMUNES, Plot, run_merge

pytestmark = pytest.mark.db
Deliver = Callable[..., Merged]
NEW = COMMUNES[0]
ALL = "SELECT old_code, old_sheet_no, new_code, new_sheet_no, decided_by FROM {} ORDER BY old_code, old_sheet_no"


@pytest.fixture
def deliver(database: Database, tmp_path: Path) -> Deliver:
    """Bring rows into the database of this test."""
    return lambda plots, **options: run_merge(database.dsn, tmp_path, plots, **options)


@pytest.fixture
def installed(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An installation of its own around the database of this test."""
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    settings.cache_clear()
    yield database
    settings.cache_clear()


def converted(count: int, sheet: str = "61") -> list[Plot]:
    return [
        Plot(f"k{i}", None, str(i + 1), NEW, x=i, sheet=sheet, came_from=("00001", str(i), "sheet"))
        for i in range(count)
    ]


def test_every_converted_parcel_says_where_it_came_from(database: Database, deliver: Deliver) -> None:
    plots = [*converted(2), Plot("k9", None, "9", NEW, x=9)]
    deliver(plots)
    assert database.query(ALL.format("analyst.parcel_conversion")) == [
        ("00001", "0", NEW, "61", "sheet"),
        ("00001", "1", NEW, "61", "sheet"),
    ]
    told = database.query(
        "SELECT count(*) FROM analyst.parcel_conversion JOIN land.parcel USING (province_code, parcel_uid, run_id)",
    )
    assert told == [(2,)]


def test_the_same_conversion_again_is_recorded_once_and_another_is_added(
    database: Database, deliver: Deliver
) -> None:
    plots = converted(2)
    deliver(plots)
    deliver(plots)
    assert len(database.query(ALL.format("land.parcel_conversion"))) == 2
    deliver([replace(plots[0], came_from=("00001", "0", "geometry")), plots[1]])
    assert len(database.query(ALL.format("land.parcel_conversion"))) == 3
    latest = database.query(ALL.format("analyst.parcel_conversion"))
    assert [row[4] for row in latest] == ["geometry", "sheet"]


def test_a_conversion_is_no_part_of_the_content_hash(database: Database, deliver: Deliver) -> None:
    plots = converted(2)
    deliver(plots)
    plain = [replace(plot, came_from=None) for plot in plots]
    again = totals(deliver(plain).lines)
    assert (again["unchanged"], again["changed"]) == (2, 0)
    assert len(database.query(ALL.format("analyst.parcel_conversion"))) == 2  # where it came from stays true
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_rows_that_do_not_go_live_record_nothing(database: Database, deliver: Deliver) -> None:
    lost = Plot("q", None, "7", UNKNOWN_COMMUNE, refused=("IDN-COMMUNE-EXPIRED",))
    deliver([replace(lost, came_from=("00016", "1", "undecided")), *converted(1)], held=(NEW,))
    assert database.query(ALL.format("land.parcel_conversion")) == []


def test_a_later_load_stands_beside_the_earlier_one_and_the_same_bytes_are_loaded_once(
    database: Database,
) -> None:
    first = cells(COMMUNES[:2], 105.8, 21.0)
    assert store_boundaries(database.dsn, first, "a.gpkg", "test") == 2
    assert store_boundaries(database.dsn, first, "a.gpkg", "test") == 0
    second = replace(cells(COMMUNES[:1], 105.9, 21.0), sources=("1" * 64,))
    assert store_boundaries(database.dsn, second, "b.gpkg", "test") == 1
    assert database.query("SELECT count(*) FROM land.commune_boundary") == [(3,)]
    found = boundaries_of(database.dsn, "01", date(2026, 1, 1))
    assert found is not None
    assert (found.codes, found.sources) == (COMMUNES[:2], ("1" * 64, "0" * 64))
    assert shapely.equals_exact(found.polygons[0], second.polygons[0], 0)
    assert boundaries_of(database.dsn, "01", date(2025, 6, 30)) is None
    assert boundaries_of(database.dsn, "04", date(2026, 1, 1)) is None


def test_boundaries_are_handed_to_a_run_as_a_file(database: Database, tmp_path: Path) -> None:
    hand_over(database.dsn, "01", date(2026, 1, 1), tmp_path)
    assert not (tmp_path / BOUNDARIES).exists()
    store_boundaries(database.dsn, cells(COMMUNES, 105.8, 21.0), "a.gpkg", "test")
    hand_over(database.dsn, "01", date(2026, 1, 1), tmp_path)
    found = load_boundaries(tmp_path)
    assert found is not None
    assert found.codes == COMMUNES


def test_a_delivery_of_a_divided_commune_goes_live_where_the_loaded_boundaries_put_it(
    installed: Database, tmp_path: Path
) -> None:
    database = installed
    province = "01"
    old, parts = next((old, parts) for old, parts in divided(province).items() if len(parts) == 2)
    outlines = cells(parts, 105.5, 21.0)
    layer = gpd.GeoDataFrame({"ma_xa": list(outlines.codes)}, geometry=outlines.polygons, crs="EPSG:4756")
    # The communes of this test lie side by side, far from where they are: only storing them is under test here.
    layer.to_file(tmp_path / "ranh.gpkg", driver="GPKG")
    refused = CliRunner().invoke(app, ["boundaries", "load", str(tmp_path / "ranh.gpkg"), "--json"])
    assert (refused.exit_code, json.loads(refused.stdout)["error"]["code"]) == (4, "BND-PLACE")
    store_boundaries(database.dsn, outlines, "ranh.gpkg", "test")

    delivery = tmp_path / "goi"
    delivery.mkdir()
    rows = [(old, "1", inside(polygon, 4)) for polygon in outlines.polygons]
    frame_of(rows).to_file(delivery / "thua.gpkg", driver="GPKG", layer="thua_dat")
    (delivery / "delivery.toml").write_text('province = "01"\ncommune_codes = "old"\n', encoding="utf-8")
    profile = tmp_path / "01.toml"
    columns = "".join(f'{key} = "{value}"\n' for key, value in profile_at(province).columns.items())
    profile.write_text(
        f'province = "01"\nsystem = "vbdlis"\n[columns]\n{columns}[[parts]]\nlayer = "thua_dat"\nepsg = 4756\n',
        encoding="utf-8",
    )
    run = start_run(province, "test", path=delivery, profile=profile, dsn=database.dsn)
    for stage in ("fetch", "conform", "check"):
        run_stage(stage, run)
    said = Conformed.load(run.folder)
    assert said.communes == dict.fromkeys(outlines.codes, 4)
    assert said.conversion.boundaries == ("0" * 64,)
    finish_run(run.run_id, dsn=database.dsn)


def test_the_command_stores_a_layer_once(installed: Database, tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "admin" / "communes_2025_simplified.gpkg"
    layer = gpd.read_file(source, where="province_code = '46'")
    layer.to_file(tmp_path / "hue.gpkg", driver="GPKG")
    words = ["boundaries", "load", str(tmp_path / "hue.gpkg"), "--json"]
    first, second = (json.loads(CliRunner().invoke(app, words).stdout) for _ in range(2))
    assert (first["communes"], first["stored"], first["missing"], first["points_outside"]) == (40, 40, [], [])
    assert second["stored"] == 0
    told = installed.query(
        "SELECT count(*), bool_and(ST_IsValid(geom)), min(commune_name) IS NOT NULL FROM analyst.commune_boundary",
    )
    assert told == [(40, True, True)]
