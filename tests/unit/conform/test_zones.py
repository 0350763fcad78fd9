"""Conform: which zone each part is in, and what is held because its coordinates contradict it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parcels.admin_units import communes
from parcels.errors import DeliveryRejected
from sync.conform.plausible import distance_km, reach_of
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from tests.support.strip import COMMUNE, LAYER, NEIGHBOUR, ZONE, conformed, profile_of, snapshot_of, strip
from validators.policy import policy_at

Write = Callable[..., Path]


def test_parts_in_different_zones_keep_their_own(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(2), "goi/a.gpkg")
    gpkg(strip(2, NEIGHBOUR, epsg=9211, first=10), "goi/b.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "b.gpkg"\nepsg = 9211\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\n'
    )
    folder = conformed(tmp_path / "goi", profile, tmp_path / "run")
    table = snapshot_of(folder)
    assert table["part_no"].to_pylist() == [0, 0, 1, 1]  # in the order of delivery.toml
    assert table["source_srid"].to_pylist() == [9211, 9211, 9209, 9209]
    assert Conformed.load(folder).holds == {}


def test_zones_of_the_profile_are_told_apart_by_what_the_file_states(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    table = snapshot_of(conformed(gpkg(strip(1, epsg=9211)), profile, tmp_path / "run"))
    assert table["source_srid"].to_pylist() == [9211]


def test_an_undeclared_crs_is_refused_when_the_file_states_none_of_the_zones(
    gpkg: Write, tmp_path: Path
) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(strip(1, epsg=9210)), profile, tmp_path / "run")
    assert caught.value.code == "DLV-CRS-UNDECLARED"
    assert not (tmp_path / "run" / "snapshot").exists()


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_without_a_crs_are_not_told_to_declare_a_zone(
    shapefile: Write, tmp_path: Path, swapped: bool
) -> None:
    metres = strip(2, epsg=9209)
    degrees = metres.to_crs(4326)
    if swapped:
        degrees = degrees.set_geometry(shapely.transform(degrees.geometry, lambda xy: xy[:, ::-1]))
    path = shapefile(degrees, "a.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(DeliveryRejected) as caught:
        conformed(path, profile_of(parts=[]), tmp_path / "run")
    assert "epsg = 4756" in caught.value.hint.vi
    assert "epsg = 4326" in caught.value.hint.en
    assert "9209" not in str(caught.value)
    path = shapefile(metres, "b.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(DeliveryRejected) as caught:
        conformed(path, profile_of(parts=[]), tmp_path / "run2")
    assert "epsg = 9209 (Hà Giang), epsg = 9211 (Tuyên Quang)" in caught.value.hint.vi


def test_an_old_province_has_its_zone_even_where_the_profile_is_silent(
    shapefile: Write, tmp_path: Path
) -> None:
    shapefile(strip(1, epsg=9211), "goi/a.shp").with_suffix(".prj").unlink()
    toml = tmp_path / "goi" / "delivery.toml"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.shp"\nold_province = "Tuyên Quang"\n')
    folder = conformed(tmp_path / "goi", profile_of(parts=[]), tmp_path / "run")
    assert snapshot_of(folder)["source_srid"].to_pylist() == [9211]
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.shp"\nold_province = "Hà Nội"\n')
    with pytest.raises(DeliveryRejected) as caught:
        conformed(
            tmp_path / "goi",
            profile_of(parts=[{"old_province": "Hà Giang", "epsg": 9209}]),
            tmp_path / "run2",
        )
    assert caught.value.code == "DLV-CRS-UNDECLARED"


def test_a_file_that_states_another_crs_is_held(gpkg: Write, tmp_path: Path) -> None:
    path = gpkg(strip(2, epsg=9210))
    folder = conformed(path, profile_of(parts=[{"epsg": ZONE}]), tmp_path / "run")
    (reason, *_) = Conformed.load(folder).holds[COMMUNE]
    assert reason.code == "CRS-MISMATCH"
    assert "9209" in reason.vi
    assert "9210" in reason.en


def test_a_prj_with_a_shifted_false_easting_is_held(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    path = shapefile(strip(2))
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("500000.0", "510000.0"))
    folder = conformed(path, profile, tmp_path / "run")
    assert [reason.code for reason in Conformed.load(folder).holds[COMMUNE]] == ["CRS-MISMATCH"]


def test_parcels_far_from_their_commune_hold_that_commune_alone(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    frame = pd.concat([strip(5), strip(5, NEIGHBOUR, first=50)])
    shift = np.where(frame["maXa"] == COMMUNE, 25_000.0, 0.0)
    frame.geometry = [
        shapely.affinity.translate(geometry, dx) for geometry, dx in zip(frame.geometry, shift, strict=True)
    ]
    path = shapefile(frame)
    path.with_suffix(".prj").unlink()  # what the file does not state cannot contradict
    holds = Conformed.load(conformed(path, profile, tmp_path / "run")).holds
    assert list(holds) == [COMMUNE]
    assert [reason.code for reason in holds[COMMUNE]] == ["CRS-IMPLAUSIBLE"]
    assert "Phường Hà Giang 2" in holds[COMMUNE][0].vi


def test_a_few_stray_parcels_do_not_hold_a_commune(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    frame = strip(11)
    frame.loc[:4, "geometry"] = frame.geometry[:5].translate(400_000)
    path = shapefile(frame)
    assert Conformed.load(conformed(path, profile, tmp_path / "run")).holds == {}


def test_no_commune_of_2025_is_implausible_at_its_own_place_and_a_zone_error_is(shared_data: Path) -> None:
    polygons = gpd.read_file(shared_data / "admin" / "communes_2025_simplified.gpkg").set_index(
        "commune_code"
    )
    inside = polygons.geometry.representative_point()
    known = communes()
    caught = 0
    for commune in known:
        reach = reach_of(commune, policy_at(date(2026, 7, 1)).crs)
        assert reach is not None
        point = inside[commune.code]
        assert distance_km(point.x, point.y, reach.lon, reach.lat) <= reach.allowed
        caught += distance_km(reach.lon + 0.25, reach.lat, reach.lon, reach.lat) > reach.allowed
    assert caught > 0.97 * len(known)  # a quarter of a degree: the neighbouring zone


@pytest.mark.parametrize("epsg", [6957, 32648, 999999])
def test_a_crs_that_is_not_vietnams_is_refused(gpkg: Write, tmp_path: Path, epsg: int) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(strip(1)), profile_of(parts=[{"epsg": epsg}]), tmp_path / "run")
    assert caught.value.code in ("DLV-CRS", "CRS-DEPRECATED")
