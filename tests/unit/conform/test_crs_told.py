"""In which CRS each dataset of a delivery is: what the office is told, what it then writes, what the gate makes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parcels.admin_units import commune
from parcels.errors import DeliveryRejected
from parcels.identifiers import encode, national_ids
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.folder.gate import Gated
from sync.folder.reasons import CrsEvidence, Reason, Shift
from sync.folder.snapshot import part_paths, read_part
from sync.gate import gate
from tests.support.strip import COMMUNE, LAYER, NEIGHBOUR, ZONE, conformed, profile_of, strip

Write = Callable[..., Path]
IDS = {**profile_of().columns, "national_id": "maDinhDanh"}


def with_ids(frame: gpd.GeoDataFrame, epsg: int) -> gpd.GeoDataFrame:
    return frame.assign(maDinhDanh=national_ids(frame.geometry.to_numpy(), epsg).to_pylist())


def swapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(turned, crs=frame.crs))


def holds(folder: Path) -> dict[str, tuple[Reason, ...]]:
    return Conformed.load(folder).holds


def evidence_of(reason: Reason) -> CrsEvidence:
    assert reason.evidence is not None
    return reason.evidence


# --- files, sentences, corrections ---------------------------------------------------------------


def test_swapped_axes_are_proposed_and_what_was_proposed_passes(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(swapped(strip(4)), "goi/a.gpkg")
    toml = tmp_path / "goi" / "delivery.toml"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\n')
    ((reason,),) = holds(conformed(tmp_path / "goi", profile, tmp_path / "run")).values()
    assert reason.code == "CRS-IMPLAUSIBLE"
    assert 'epsg = 9209 và axes = "north-east"' in reason.vi
    assert 'epsg = 9209 and axes = "north-east"' in reason.en
    assert evidence_of(reason).proposal == "EPSG:9209 swapped"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\naxes = "north-east"\n')
    again = conformed(tmp_path / "goi", profile, tmp_path / "again")
    assert holds(again) == {}
    straight = conformed(gpkg(strip(4), "right.gpkg"), profile, tmp_path / "straight")
    geometry = [read_part(part_paths(folder)[COMMUNE])["geom"] for folder in (again, straight)]
    assert geometry[0].equals(geometry[1])


def test_axes_said_to_be_turned_that_are_not_are_proposed_the_other_way(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(strip(4), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\naxes = "north-east"\n'
    )
    ((reason,),) = holds(conformed(tmp_path / "goi", profile, tmp_path / "run")).values()
    assert 'axes = "east-north"' in reason.en


def test_two_datasets_of_one_file_may_be_in_two_systems(
    shapefile: Write, profile: Profile, tmp_path: Path
) -> None:
    other = strip(5, NEIGHBOUR, epsg=9210, first=50).set_crs(ZONE, allow_override=True)
    path = shapefile(pd.concat([strip(5), other]))
    path.with_suffix(".prj").unlink()
    folder = conformed(path, profile, tmp_path / "run")
    ((reason,),) = holds(folder).values()
    assert list(holds(folder)) == [NEIGHBOUR]
    assert "epsg = 9210" in reason.vi
    shown = Conformed.load(folder).crs
    assert [shown[code][0].outcome for code in (COMMUNE, NEIGHBOUR)] == ["agrees", "contradicted"]


@pytest.mark.parametrize(
    ("change", "proposed", "words"),
    [
        (lambda xy: xy - np.array([500_000.0, 0]), "EPSG:9209 no_false_easting", "cộng 500000 m"),
        (lambda xy: xy + np.array([18e6, 0]), "EPSG:9209 prefix", "bỏ số hiệu múi"),
        (lambda xy: xy / 0.3048, "EPSG:9209 feet", "từ foot sang mét"),
    ],
)
def test_what_no_epsg_code_can_say_is_to_be_mended_before_the_export(
    gpkg: Write, tmp_path: Path, change: Callable[..., Any], proposed: str, words: str
) -> None:
    frame = with_ids(strip(6), ZONE)
    moved = shapely.transform(frame.geometry.to_numpy(), change)
    path = gpkg(frame.set_geometry(gpd.GeoSeries(moved, crs=frame.crs)))
    ((reason,),) = holds(conformed(path, profile_of(columns=IDS), tmp_path / "run")).values()
    assert evidence_of(reason).proposal == proposed
    assert words in reason.vi
    assert "epsg = 9209" in reason.en


def test_a_file_that_is_right_against_the_declaration_is_named_as_the_proposal(
    gpkg: Write, tmp_path: Path
) -> None:
    folder = conformed(gpkg(strip(2, epsg=9210)), profile_of(parts=[{"epsg": ZONE}]), tmp_path / "run")
    ((reason,),) = holds(folder).values()
    assert reason.code == "CRS-MISMATCH"
    assert "khớp với hệ ghi trong tệp" in reason.vi
    assert "write epsg = 9210" in reason.en.lower()


def test_a_declaration_that_is_right_against_the_file_is_said_to_be(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    path = gpkg(strip(2).set_crs(9210, allow_override=True))
    ((reason,),) = holds(conformed(path, profile, tmp_path / "run")).values()
    assert reason.code == "CRS-MISMATCH"
    assert "fit the declared EPSG:9209" in reason.en


def test_what_is_not_declared_is_refused_with_what_it_seems_to_be(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(strip(3, epsg=9210)), profile, tmp_path / "run")
    assert caught.value.code == "DLV-CRS-UNDECLARED"
    assert "ghi epsg = 9210 cho phần này" in caught.value.message.vi
    assert "write epsg = 9210 for this part" in caught.value.message.en.lower()


def test_hanoi_1972_is_to_be_transformed_and_not_declared(gpkg: Write, tmp_path: Path) -> None:
    at = commune(COMMUNE)
    assert at is not None
    place = np.array([[at.lon, at.lat]], dtype=np.float64)
    from pyproj import Transformer  # noqa: PLC0415

    degrees = Transformer.from_crs(4326, 4147, always_xy=True, only_best=False, allow_ballpark=False)
    x, y = Transformer.from_crs(4147, 2044, always_xy=True).transform(*degrees.transform(*place[0]))
    squares = shapely.box(x + np.arange(6) * 20, y, x + np.arange(6) * 20 + 20, y + 20)
    frame = with_ids(strip(6), ZONE)
    frame = frame.assign(
        maDinhDanh=encode(
            place[0, 0] + (np.arange(6) * 20 + 10) / (111_320 * np.cos(np.radians(place[0, 1]))),
            np.full(6, place[0, 1] + 10 / 110_600),
        ).to_pylist()
    )
    path = gpkg(frame.set_geometry(gpd.GeoSeries(squares, crs=frame.crs)))
    ((reason,),) = holds(conformed(path, profile_of(columns=IDS), tmp_path / "run")).values()
    assert evidence_of(reason).proposal == "EPSG:2044 prefix"
    assert "HN-72 không được nhận trực tiếp" in reason.vi


# --- the gate ------------------------------------------------------------------------------------


@pytest.fixture
def undecided(gpkg: Write, tmp_path: Path) -> Path:
    """A conformed delivery in WGS 84 degrees, without ids: it might as well be VN-2000 degrees."""
    frame = strip(12).to_crs(4326)
    path = gpkg(frame)
    return conformed(path, profile_of(parts=[{"layer": LAYER, "epsg": 4326}]), tmp_path / "run")


def test_what_is_not_decided_waits_and_says_so(undecided: Path) -> None:
    ((reason,),) = holds(undecided).values()
    assert reason.code == "CRS-UNDECIDED"
    assert "EPSG:4756" in reason.vi
    assert gate(undecided)["held_communes"] == [COMMUNE]


def test_the_communes_own_parcels_settle_what_is_not_decided(undecided: Path) -> None:
    near = {(COMMUNE, 0): Shift(found=12, east_m=0.3, north_m=-0.2)}
    assert gate(undecided, places=near)["held_communes"] == []
    (settled,) = Gated.load(undecided).communes[COMMUNE].settled
    assert evidence_of(settled).history == Shift(found=12, east_m=0.3, north_m=-0.2)


@pytest.mark.parametrize(
    "place", [Shift(found=12, east_m=195.0, north_m=-112.0), Shift(found=2, east_m=0.0, north_m=0.0)]
)
def test_parcels_that_lie_elsewhere_or_too_few_of_them_settle_nothing(undecided: Path, place: Shift) -> None:
    assert gate(undecided, places={(COMMUNE, 0): place})["held_communes"] == [COMMUNE]
    reason, undated = Gated.load(undecided).communes[COMMUNE].reasons
    assert undated.code == "UNDATED"  # a file alone does not say when it was extracted
    assert ("225 m" in reason.vi) == (place.found == 12)


def test_the_history_settles_no_contradiction(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    folder = conformed(gpkg(swapped(strip(8))), profile, tmp_path / "run")
    assert gate(folder, places={(COMMUNE, 0): Shift(found=8, east_m=0.0, north_m=0.0)})["held_communes"] == [
        COMMUNE
    ]
