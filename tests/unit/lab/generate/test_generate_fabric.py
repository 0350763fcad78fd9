"""The fabric of one commune: complete, valid, shared vertices, on the millimetre grid."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.lab.generate.block import MAX_VERTICES, GroundKind, library
from sync.lab.generate.fabric import (
    FEWEST_PARCELS,
    RURAL,
    SMALLEST_MEAN_M2,
    URBAN,
    Fabric,
    Style,
    make_fabrics,
)
from tests.conftest import counts

CENTRE = (512_345.6, 2_301_234.5)
STYLES = st.sampled_from([URBAN, RURAL])


def build(seed: int, style: Style, parcels: int, radius: float = 1e5) -> Fabric:
    fabrics = make_fabrics(np.random.default_rng(seed), style, (parcels,), CENTRE, radius)
    assert fabrics is not None
    return fabrics[0]


def vertices(geometry: np.ndarray) -> np.ndarray:
    rings = shapely.get_rings(geometry, return_index=True)[1]
    return shapely.get_num_coordinates(geometry) - np.bincount(rings, minlength=len(geometry))


@settings(max_examples=counts(30))
@given(seed=st.integers(0, 2**32), style=STYLES, parcels=st.integers(FEWEST_PARCELS, 400))
def test_a_fabric_is_a_complete_coverage_without_overlaps_gaps_or_lakes(
    seed: int, style: Style, parcels: int
) -> None:
    fabric = build(seed, style, parcels)
    assert len(fabric.geometry) == parcels
    assert shapely.is_valid(fabric.geometry).all()
    assert shapely.coverage_is_valid(fabric.geometry)
    outline = shapely.coverage_union_all(fabric.geometry)
    assert outline.geom_type == "Polygon"
    assert not outline.interiors
    assert outline.is_valid
    assert outline.area == pytest.approx(shapely.area(fabric.geometry).sum())


@settings(max_examples=counts(30))
@given(seed=st.integers(0, 2**32), style=STYLES, parcels=st.integers(FEWEST_PARCELS, 200))
def test_coordinates_are_whole_millimetres_and_rings_have_4_to_30_vertices(
    seed: int, style: Style, parcels: int
) -> None:
    fabric = build(seed, style, parcels)
    xy = shapely.get_coordinates(fabric.geometry)
    assert (xy == np.rint(xy * 1000) / 1000).all()
    assert (vertices(fabric.geometry) >= 4).all()
    assert (vertices(fabric.geometry) <= MAX_VERTICES).all()


@settings(max_examples=counts(30))
@given(seed=st.integers(0, 2**32), parcels=st.integers(40, 400), radius=st.floats(70, 300))
def test_a_fabric_stays_in_its_circle_and_is_still_valid_when_shrunk(
    seed: int, parcels: int, radius: float
) -> None:
    fabrics = make_fabrics(np.random.default_rng(seed), RURAL, (parcels,), CENTRE, radius)
    if fabrics is None:
        return
    (fabric,) = fabrics
    distance = np.hypot(*(shapely.get_coordinates(fabric.geometry) - CENTRE).T)
    assert distance.max() <= radius
    assert shapely.is_valid(fabric.geometry).all()
    assert shapely.coverage_is_valid(fabric.geometry)
    assert shapely.area(fabric.geometry).mean() >= SMALLEST_MEAN_M2


def test_a_fabric_without_room_is_refused_instead_of_crushed() -> None:
    assert make_fabrics(np.random.default_rng(1), RURAL, (400,), CENTRE, 40.0) is None


def test_holes_are_filled_by_other_parcels_and_some_parcels_have_several_parts() -> None:
    fabric = build(3, RURAL, 3000)
    holes = shapely.get_num_interior_rings(fabric.geometry) > 0
    assert holes.sum() > 5
    filled = shapely.polygons([shapely.get_interior_ring(geometry, 0) for geometry in fabric.geometry[holes]])
    tree = shapely.STRtree(fabric.geometry)
    inside = tree.query(filled, predicate="covers")[0]
    assert set(inside) == set(range(len(filled)))
    several = shapely.get_type_id(fabric.geometry) == 6
    assert several.sum() > 5
    assert (shapely.get_num_geometries(fabric.geometry[several]) == 2).all()


def test_a_fabric_has_houses_fields_ponds_roads_and_canals() -> None:
    fabric = build(4, RURAL, 2000)
    assert set(np.unique(fabric.ground)) == {int(ground) for ground in GroundKind}


@settings(max_examples=counts(30))
@given(seed=st.integers(0, 2**32), parcels=st.integers(FEWEST_PARCELS, 600))
def test_sheets_and_numbers_are_unique_and_run_from_one(seed: int, parcels: int) -> None:
    fabric = build(seed, RURAL, parcels)
    pairs = set(zip(fabric.sheet.tolist(), fabric.number.tolist(), strict=True))
    assert len(pairs) == parcels
    for sheet in range(1, int(fabric.sheet.max()) + 1):
        numbers = fabric.number[fabric.sheet == sheet]
        assert numbers.tolist() == list(range(1, len(numbers) + 1))


def test_the_same_stream_gives_the_same_fabric_and_another_one_another() -> None:
    first, again, other = build(5, URBAN, 300), build(5, URBAN, 300), build(6, URBAN, 300)
    assert shapely.to_wkb(first.geometry).tolist() == shapely.to_wkb(again.geometry).tolist()
    assert shapely.to_wkb(first.geometry).tolist() != shapely.to_wkb(other.geometry).tolist()


def test_every_number_of_parcels_has_a_drawing_that_covers_its_block() -> None:
    drawn = library()
    assert set(drawn.parcels.tolist()) == set(range(drawn.fewest, drawn.most + 1))
    assert drawn.fewest <= FEWEST_PARCELS
    assert drawn.most >= 2 * drawn.fewest
    assert (drawn.labels >= 0).all()
    assert (drawn.labels.max(axis=(1, 2)) + 1 == drawn.parcels).all()
