"""Boundaries of communes: any polygon layer, held against the list of communes before it decides anything."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from parcels.admin_units import communes
from parcels.errors import DeliveryRejected, LandsyncError, UsageError
from sync.cli.app import app
from sync.folder.boundaries import load_boundaries, write_boundaries
from sync.intake.boundaries import read_boundaries
from sync.known.boundary_checks import _gaps, _overlaps, check_boundaries
from tests.support.divided import cells, divided, frame_of, inside, profile_at

PROVINCE = "20"
HERE = communes(PROVINCE)[:4]
SIDE = 0.05


def layer(**changes: object) -> gpd.GeoDataFrame:
    """Squares around the points of four communes, WGS 84."""
    at = np.array([[place.lon, place.lat] for place in HERE])
    columns: dict[str, object] = {"maXa": [place.code for place in HERE], "ten": [p.name for p in HERE]}
    boxes = shapely.box(*(at - SIDE / 2).T, *(at + SIDE / 2).T)
    return gpd.GeoDataFrame(columns | changes, geometry=boxes, crs="EPSG:4326")


def written(tmp_path: Path, frame: gpd.GeoDataFrame, name: str = "ranh.gpkg") -> Path:
    path = tmp_path / name
    driver = "ESRI Shapefile" if name.endswith(".shp") else "GPKG"
    frame.to_file(path, driver=driver)
    return path


def refused(path: Path, **options: object) -> LandsyncError:
    with pytest.raises(LandsyncError) as caught:
        check_boundaries(read_boundaries(path, **options).boundaries)  # type: ignore[arg-type]
    for sentence in (caught.value.message, caught.value.hint):
        assert sentence.vi
        assert sentence.en
    return caught.value


@pytest.mark.parametrize("name", ["ranh.gpkg", "ranh.shp"])
@pytest.mark.parametrize("column", ["maXa", "ma_xa", "COMMUNE_CODE", "xaId"])
def test_the_column_of_codes_is_found_by_its_name(tmp_path: Path, name: str, column: str) -> None:
    frame = layer().rename(columns={"maXa": column})
    found = read_boundaries(written(tmp_path, frame, name))
    assert found.boundaries.codes == tuple(sorted(place.code for place in HERE))
    assert found.epsg == 4326


def test_a_number_regains_the_zeros_of_its_code(tmp_path: Path) -> None:
    frame = layer(maXa=[int(place.code) for place in HERE])
    assert read_boundaries(written(tmp_path, frame)).boundaries.codes == tuple(
        sorted(place.code for place in HERE)
    )


def test_the_polygons_of_one_commune_become_one_outline(tmp_path: Path) -> None:
    code = HERE[0].code
    frame = layer(maXa=[code] * 4)
    found = read_boundaries(written(tmp_path, frame))
    assert found.boundaries.codes == (code,)
    assert found.polygons == 4
    assert found.boundaries.polygons[0].geom_type == "MultiPolygon"


def test_a_file_in_a_zone_is_placed_as_one_in_degrees(tmp_path: Path) -> None:
    degrees = read_boundaries(written(tmp_path, layer())).boundaries
    zone = layer().to_crs("EPSG:5899")
    path = written(tmp_path, zone, "zone.gpkg")
    metres = read_boundaries(path)
    assert metres.epsg == 5899
    assert (
        shapely.distance(
            shapely.centroid(metres.boundaries.polygons), shapely.centroid(degrees.polygons)
        ).max()
        < 3e-6
    )


@pytest.mark.parametrize(
    ("frame", "options", "code", "status"),
    [
        (layer().drop(columns="maXa"), {}, "BND-COLUMN", 2),
        (layer(), {"code_column": "ma_khac"}, "BND-COLUMN", 2),
        (layer(), {"layer": "khác"}, "BND-LAYER", 2),
        (layer().set_crs("EPSG:32648", allow_override=True), {}, "BND-CRS", 2),
        (layer(maXa=["99999", *(place.code for place in HERE[1:])]), {}, "BND-CODES", 4),
        (layer(maXa=["06006", None, "06007", "06008"]), {"code_column": "maXa"}, "BND-CODES", 4),
        (layer(maXa=[place.code for place in communes("96")[:4]]), {}, "BND-PLACE", 4),
    ],
)
def test_a_layer_that_cannot_be_right_is_refused_with_what_to_do(
    tmp_path: Path, frame: gpd.GeoDataFrame, options: dict[str, object], code: str, status: int
) -> None:
    error = refused(written(tmp_path, frame), **options)
    assert (error.code, error.exit_status) == (code, status)


def test_an_outline_that_is_no_polygon_or_invalid_is_refused_and_not_mended(tmp_path: Path) -> None:
    frame = layer()
    x, y = HERE[0].lon, HERE[0].lat
    frame.loc[0, "geometry"] = shapely.from_wkt(
        f"POLYGON (({x} {y}, {x + 0.1} {y + 0.1}, {x + 0.1} {y}, {x} {y + 0.1}, {x} {y}))"
    )
    frame.loc[1, "geometry"] = None
    error = refused(written(tmp_path, frame))
    assert isinstance(error, DeliveryRejected)
    assert error.code == "BND-INVALID"
    assert error.facts["communes"] == sorted([HERE[0].code, HERE[1].code])


def test_a_missing_file_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_boundaries(tmp_path / "không có.gpkg")
    assert caught.value.code == "BND-NOT-FOUND"


def test_overlaps_gaps_and_what_is_missing_are_reported_with_their_size() -> None:
    old, parts = next((old, parts) for old, parts in divided("01").items() if len(parts) == 2)
    whole = cells(parts, 105.5, 21.0)
    hole = shapely.box(105.505, 21.005, 105.506, 21.006)
    wider = shapely.box(105.519, 21.0, 105.52, 21.001)
    polygons = whole.polygons.copy()
    polygons[0] = shapely.multipolygons([shapely.difference(polygons[0], hole)])
    polygons[1] = shapely.multipolygons([shapely.union(polygons[1], wider)])
    moved = type(whole)(whole.codes, whole.valid_from, polygons, whole.sources)
    (gap,) = _gaps(moved, 1.0)
    (overlap,) = _overlaps(moved, 1.0)
    assert gap.area_m2 == pytest.approx(0.001**2 * 110_950 * 103_900, rel=0.01)
    assert overlap.area_m2 == pytest.approx(gap.area_m2, rel=0.001)
    assert overlap.communes == tuple(sorted(parts))
    assert 105.505 < gap.lon < 105.506
    assert _overlaps(moved, overlap.area_m2 + 1) == ()
    assert old


def test_boundaries_reach_a_run_as_a_file_and_come_back_the_same(tmp_path: Path) -> None:
    before = cells([place.code for place in HERE], 106.5, 21.5)
    write_boundaries(tmp_path, before)
    after = load_boundaries(tmp_path)
    assert after is not None
    assert (after.codes, after.valid_from, after.sources) == (before.codes, before.valid_from, before.sources)
    assert shapely.equals_exact(after.polygons, before.polygons, 0).all()
    read = gpd.read_parquet(tmp_path / "boundaries.parquet")
    assert read.crs.to_epsg() == 4756
    assert load_boundaries(tmp_path / "không có") is None


def test_the_check_offline_takes_boundaries_from_a_file(tmp_path: Path) -> None:
    """And without them it says that nothing decides."""
    province = "01"
    old, parts = next((old, parts) for old, parts in divided(province).items() if len(parts) == 2)
    outlines = cells(parts, 105.5, 21.0)
    gpd.GeoDataFrame(
        {"commune_code": list(outlines.codes)}, geometry=outlines.polygons, crs="EPSG:4756"
    ).to_file(tmp_path / "ranh.gpkg", driver="GPKG")
    delivery = tmp_path / "goi"
    delivery.mkdir()
    frame_of([(old, "1", inside(outlines.polygons[1], 5))]).to_file(
        delivery / "thua.gpkg", driver="GPKG", layer="thua_dat"
    )
    (delivery / "delivery.toml").write_text('province = "01"\ncommune_codes = "old"\n', encoding="utf-8")
    profile = tmp_path / "01.toml"
    columns = "".join(f'{key} = "{value}"\n' for key, value in profile_at(province).columns.items())
    profile.write_text(
        f'province = "01"\nsystem = "vbdlis"\n[columns]\n{columns}[[parts]]\nlayer = "thua_dat"\nepsg = 4756\n',
        encoding="utf-8",
    )
    words = ["check", str(delivery), "--profile", str(profile), "--json", "--out"]
    without = CliRunner().invoke(app, [*words, str(tmp_path / "a")])
    with_them = CliRunner().invoke(
        app, [*words, str(tmp_path / "b"), "--boundaries", str(tmp_path / "ranh.gpkg")]
    )
    assert json.loads(without.stdout)["findings"]["IDN-COMMUNE-EXPIRED"] == 5
    said = json.loads(with_them.stdout)
    assert "IDN-COMMUNE-EXPIRED" not in said["findings"]
    assert [(entry["code"], entry["parcels"]) for entry in said["communes"]] == [(outlines.codes[1], 5)]


def test_the_command_checks_a_layer_without_a_database(tmp_path: Path) -> None:
    path = written(tmp_path, layer())
    run = CliRunner().invoke(app, ["boundaries", "load", str(path), "--check-only", "--json"])
    said = json.loads(run.stdout)
    assert run.exit_code == 0
    assert (said["communes"], said["stored"], said["points_outside"]) == (4, None, [])
    assert len(said["missing"]) == len(communes(PROVINCE)) - 4
    wrong = CliRunner().invoke(app, ["boundaries", "load", str(path), "--code-column", "khac", "--json"])
    assert (wrong.exit_code, json.loads(wrong.stdout)["error"]["code"]) == (2, "BND-COLUMN")
