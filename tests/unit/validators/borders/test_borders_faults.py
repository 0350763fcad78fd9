"""Faults at the seam of two communes: every seeded one is found from both sides, and nothing else."""

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from parcels.crs import VN2000, WGS84
from tests.support.seams import (
    COMMUNES,
    ELSEWHERE,
    HOME,
    ORIGIN,
    SIDE,
    Nation,
    as_whole,
    cases,
    codes_of,
    lattice,
    one_by_one,
)

A, B, C, D = COMMUNES[:4]
NEXT_ZONE = 9210  # 105°45
ACROSS, UP = 8, 6


def halves(west=A, east=B, seed=0, zone=None):
    """A coverage whose west is one commune and whose east another."""
    column = np.arange(ACROSS * UP) % ACROSS
    return Nation.of(lattice(ACROSS, UP, seed), np.where(column < ACROSS // 2, west, east), zone)


def at(row, column):
    return row * ACROSS + column


def moved_corners(shape, dx, *corners):
    """A parcel some of whose corners (0 south-west, 1 south-east, 2 north-east, 3 north-west) lie further east."""
    ring = shapely.get_coordinates(shape)
    ring[list(corners), 0] += dx
    ring[4] = ring[0]
    return shapely.Polygon(ring)


ZONES = {
    "one zone": (A, B, {}),
    "two zones": (A, B, {A: HOME, B: NEXT_ZONE}),
    "degrees": (A, B, {A: VN2000, B: VN2000}),
    "WGS 84 and a zone": (A, B, {A: WGS84, B: HOME}),
    "two provinces": (A, ELSEWHERE[0], {A: HOME, ELSEWHERE[0]: NEXT_ZONE}),
}
zones = pytest.mark.parametrize(("west", "east", "zone"), ZONES.values(), ids=ZONES)


def both_sides(found):
    assert all(len(sides) == 2 and sides[0] == sides[1] for sides in found.values())
    return found


@zones
@pytest.mark.parametrize("seed", range(4))
def test_a_correct_border_has_no_fault(tmp_path, west, east, zone, seed):
    nation = halves(west, east, seed, zone)
    assert cases(as_whole(nation, tmp_path).values()) == {}
    assert cases(one_by_one(nation, tmp_path).values()) == {}


@zones
@pytest.mark.parametrize("depth", [0.05, 0.3, 3.0])
def test_an_overlap_is_one_case_for_both_sides(tmp_path, west, east, zone, depth):
    nation = halves(west, east, 1, zone)
    middle = at(2, ACROSS // 2 - 1)
    nation = nation.change(middle, moved_corners(nation.shapes[middle], depth, 1, 2))
    found = both_sides(cases(as_whole(nation, tmp_path).values()))
    ((case, _),) = [sides for sides in found.values() if sides[0][2] > depth * SIDE / 2]
    check, sides, area, width, detail, place, srid = case
    taken = nation.shapes[middle].intersection(nation.shapes[middle + 1])
    assert (check, sides, detail, srid) == (
        "BRD-OVERLAP",
        tuple(sorted((west, east))),
        "|".join(sorted((west, east))),
        VN2000,
    )
    assert area == pytest.approx(taken.area, rel=2e-3, abs=0.01)
    assert width <= depth * 1000 + 1
    assert width >= depth * 900
    assert shapely.is_valid(shapely.from_wkb(place))
    assert set(codes_of(found)) == {"BRD-OVERLAP"}
    assert found == both_sides(cases(one_by_one(nation, tmp_path).values()))


@zones
@pytest.mark.parametrize("depth", [0.05, 0.3, 0.9])
def test_a_gap_is_one_case_for_both_sides(tmp_path, west, east, zone, depth):
    nation = halves(west, east, 2, zone)
    middle = at(3, ACROSS // 2)
    nation = nation.change(middle, moved_corners(nation.shapes[middle], depth, 0, 3))
    found = both_sides(cases(as_whole(nation, tmp_path).values()))
    ((case, _),) = found.values()
    check, sides, area, width, _, place, srid = case
    # Where its corners went, the parcel also parted from its own neighbours: hairs that the other commune is no part of.
    missing = halves(west, east, 2).shapes[middle].difference(nation.shapes[middle])
    missing = missing.intersection(shapely.union_all(nation.shapes[nation.commune == west]).buffer(1.0))
    assert (check, sides, srid) == ("BRD-GAP", tuple(sorted((west, east))), VN2000)
    assert area == pytest.approx(missing.area, rel=0.02, abs=0.03)
    assert depth * 850 <= width <= depth * 1000 + 3
    assert shapely.is_valid(shapely.from_wkb(place))
    assert found == both_sides(cases(one_by_one(nation, tmp_path).values()))


def test_a_gap_along_a_whole_border_is_one_case_and_names_all_parcels_along_it(tmp_path):
    nation = halves()
    for row in range(UP):
        middle = at(row, ACROSS // 2)
        nation = nation.change(middle, moved_corners(nation.shapes[middle], 0.4, 0, 3))
    tables = as_whole(nation, tmp_path)
    found = both_sides(cases(tables.values()))
    assert codes_of(found) == ["BRD-GAP"]
    (finding,) = tables[A].to_pylist()
    assert len(finding["others"]) == 2 * UP - 1
    assert finding["other_dataset"] == B


def test_land_wider_than_a_gap_is_a_road(tmp_path):
    nation = halves()
    east = nation.commune == B
    shapes = nation.shapes.copy()
    shapes[east] = [translate(shape, 1.5, 0) for shape in shapes[east]]
    for row in range(UP):  # both sides parallel, so that the road is as wide everywhere
        shapes[at(row, ACROSS // 2)] = translate(halves().shapes[at(row, ACROSS // 2)], 1.5, 0)
    nation = Nation(shapes, nation.commune, nation.key, {})
    assert cases(as_whole(nation, tmp_path).values()) == {}


@pytest.mark.parametrize("width", [1.2, 6.0])
def test_a_road_that_ends_at_a_border_is_no_gap(tmp_path, width):
    """The free corners between the road's sides and the other commune's parcels are narrow only at their tips."""
    nation = halves()
    for row in range(
        UP // 2, UP
    ):  # the north of each commune moves away: a lane from the east and one from the west
        for column in range(ACROSS):
            here = at(row, column)
            nation = nation.change(here, translate(nation.shapes[here], 0, width))
    assert cases(as_whole(nation, tmp_path).values()) == {}


@pytest.mark.parametrize("degrees", [40, 65, 70])
@pytest.mark.parametrize("drawn", [(1, 1), (1, 2), (2, 1), (3, 3)])
def test_an_open_corner_between_two_communes_is_no_gap_however_often_its_sides_are_drawn(
    tmp_path, degrees, drawn
):
    """Both sides of the corner are touched, its third is open; a parcel that is drawn twice touches it no longer."""
    x, y = ORIGIN
    slope = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]) * 20
    west = shapely.box(x - 20, y - 20, x, y + 20)
    east = shapely.Polygon([(x, y), (x, y - 20), (x + 25, y - 20), (x + slope[0], y + slope[1])])
    times = [west] * drawn[0] + [east] * drawn[1]
    nation = Nation.of(np.array(times, dtype=object), [A] * drawn[0] + [B] * drawn[1])
    assert cases(as_whole(nation, tmp_path).values()) == {}
    strip = shapely.box(x + 0.4, y, x + 20, y + 20)  # closed on three sides and open at its end: a gap
    nation = Nation.of(np.array([*times, strip], dtype=object), [*nation.commune, B])
    found = both_sides(cases(as_whole(nation, tmp_path).values()))
    assert "BRD-GAP" in codes_of(found)


def test_a_lane_inside_a_commune_that_ends_at_the_border_is_its_own_affair(tmp_path):
    nation = halves()
    below = at(2, ACROSS // 2 - 1)
    low = nation.shapes[below]
    ring = shapely.get_coordinates(low)
    for upper, lower in ((2, 1), (3, 0)):  # down along its sides, so that it stays on the border
        side = ring[lower] - ring[upper]
        ring[upper] += side * 0.8 / np.hypot(*side)
    nation = nation.change(below, shapely.Polygon(ring))
    assert cases(as_whole(nation, tmp_path).values()) == {}


def test_a_narrow_fault_and_a_small_one_are_within_tolerance(tmp_path):
    nation = halves()
    middle = at(2, ACROSS // 2 - 1)
    narrow = nation.change(middle, moved_corners(nation.shapes[middle], 0.015, 1, 2))
    assert cases(as_whole(narrow, tmp_path).values()) == {}
    for depth in (0.004, -0.004):
        small = nation.change(middle, moved_corners(nation.shapes[middle], depth, 1, 2))
        assert cases(as_whole(small, tmp_path).values()) == {}


def test_an_exclave_in_its_hole_is_correct_and_one_without_a_hole_overlaps(tmp_path):
    nation = Nation.of(lattice(9, 9), [A] * 81)
    commune = nation.commune.copy()
    commune[40] = B
    correct = Nation(nation.shapes, commune, nation.key, {})
    assert cases(as_whole(correct, tmp_path).values()) == {}
    doubled = nation.plus(nation.shapes[40].buffer(-2), B, "exclave")
    found = both_sides(cases(as_whole(doubled, tmp_path).values()))
    assert codes_of(found) == ["BRD-OVERLAP"]
    assert found == both_sides(cases(one_by_one(doubled, tmp_path).values()))


def test_an_exclave_with_a_ring_of_no_mans_land_has_one_gap_around_it(tmp_path):
    nation = Nation.of(lattice(5, 5), [A] * 25)
    commune = nation.commune.copy()
    commune[12] = B
    shrunk = Nation(nation.shapes, commune, nation.key, {}).change(
        12, nation.shapes[12].buffer(-0.3, join_style="mitre")
    )
    found = both_sides(cases(as_whole(shrunk, tmp_path).values()))
    assert codes_of(found) == ["BRD-GAP"]
    ((case, _),) = found.values()
    assert shapely.get_num_interior_rings(shapely.from_wkb(case[5])) == 1


def test_a_commune_that_lies_on_another_is_seen_parcel_by_parcel(tmp_path):
    west = lattice(4, 4)
    nation = Nation.of(np.concatenate((west, west)), [A] * 16 + [B] * 16)
    found = both_sides(cases(as_whole(nation, tmp_path).values()))
    assert codes_of(found) == ["BRD-OVERLAP"] * 16
    assert found == both_sides(cases(one_by_one(nation, tmp_path).values()))


def quarters(seed=0, zone=None):
    """Four communes that meet in one corner."""
    row, column = np.divmod(np.arange(ACROSS * UP), ACROSS)
    quarter = 2 * (row >= UP // 2) + (column >= ACROSS // 2)
    return Nation.of(lattice(ACROSS, UP, seed), np.array([A, B, C, D])[quarter], zone)


@pytest.mark.parametrize("seed", range(3))
def test_where_four_communes_meet_nothing_is_made_up(tmp_path, seed):
    zone = {A: HOME, B: NEXT_ZONE, C: 9209, D: VN2000}
    assert cases(as_whole(quarters(seed, zone), tmp_path).values()) == {}


def test_a_hole_where_communes_meet_is_a_case_of_each_pair_that_bounds_it(tmp_path):
    nation = quarters()
    corner = at(UP // 2 - 1, ACROSS // 2 - 1)  # the parcel of A at the corner of all four
    ring = shapely.get_coordinates(nation.shapes[corner])
    ring[2] -= (0.6, 0.6)
    nation = nation.change(corner, shapely.Polygon(ring))
    found = both_sides(cases(as_whole(nation, tmp_path).values()))
    pairs = {sides[0][1] for sides in found.values()}
    assert {tuple(sorted((A, B))), tuple(sorted((A, C)))} <= pairs
    assert set(codes_of(found)) == {"BRD-GAP"}
    assert found == both_sides(cases(one_by_one(nation, tmp_path).values()))


def test_an_island_has_no_seam(tmp_path):
    far = [translate(shape, 5000, 0) for shape in lattice(3, 3)]
    nation = Nation.of(np.concatenate((lattice(3, 3), far)), [A] * 9 + [B] * 9)
    assert cases(as_whole(nation, tmp_path).values()) == {}


def test_a_broken_polygon_takes_part_as_what_its_lines_enclose(tmp_path):
    nation = halves()
    middle = at(2, ACROSS // 2)
    x, y = shapely.get_coordinates(nation.shapes[middle])[:4].mean(axis=0)
    bow = shapely.Polygon([(x - 25, y - 5), (x + 5, y + 5), (x + 5, y - 5), (x - 25, y + 5)])
    found = both_sides(cases(as_whole(nation.change(middle, bow), tmp_path).values()))
    assert "BRD-OVERLAP" in codes_of(found)
    assert not shapely.is_valid(bow)


def test_the_longest_parcel_of_a_border_is_looked_at_where_it_meets_the_other_side(tmp_path):
    """A river of many vertices along the border, with one strip that nobody has."""
    steps = np.arange(0.0, 400.0, 2.0)
    wave = 3 * np.sin(steps / 15)
    bank = np.column_stack((ORIGIN[0] + wave, ORIGIN[1] + steps))
    far_bank = bank[::-1] - (12.0, 0.0)
    river = shapely.Polygon([*bank, *far_bank])
    field_ = np.array([*bank, (ORIGIN[0] + 60, ORIGIN[1] + 398), (ORIGIN[0] + 60, ORIGIN[1])])
    correct = Nation.of([river, shapely.Polygon(field_)], [A, B])
    assert cases(as_whole(correct, tmp_path).values()) == {}
    field_[100:120, 0] += 0.3
    found = both_sides(cases(as_whole(correct.change(1, shapely.Polygon(field_)), tmp_path).values()))
    ((case, _),) = found.values()
    assert case[0] == "BRD-GAP"
    assert case[2] == pytest.approx(0.3 * 2 * 20, rel=0.03)
