"""Neighbours of a delivery: the same findings however communes are handed in, at a cost that follows the borders."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import scale, translate

from parcels.crs import VN2000
from parcels.model import UNKNOWN_COMMUNE
from parcels.versions import END
from sync.check.neighbours import Neighbours
from tests.conftest import counts
from tests.support.known import KnownTables, live
from tests.support.seams import (
    AS_OF,
    COMMUNES,
    ELSEWHERE,
    PROVINCE,
    REACH_M,
    Nation,
    as_whole,
    cases,
    delivered,
    lattice,
    one_by_one,
)
from validators import borders, topology
from validators.borders.land import boxes_of
from validators.live import LIVE_SCHEMA

SEAMS = (*topology.CHECKS, *borders.CHECKS)
# Three by two communes, two of another province, in four zones and degrees.
CODES = (*COMMUNES[:4], *ELSEWHERE[:2])
ZONES = {CODES[1]: 9210, CODES[2]: VN2000, CODES[4]: 9209, CODES[5]: 9210}
ACROSS, UP = 9, 6
some_times = settings(max_examples=counts(6))


def checkered(seed):
    """A coverage of six communes that meet along borders and in corners, now and then a parcel inside another."""
    row, column = np.divmod(np.arange(ACROSS * UP), ACROSS)
    commune = np.array(CODES)[(column // 3) * 2 + row // 3]
    rng = np.random.default_rng(seed)
    strays = rng.choice(ACROSS * UP, 2, replace=False)
    commune[strays] = rng.choice(CODES, 2)
    return Nation.of(lattice(ACROSS, UP, seed), commune, ZONES)


def edited(nation, seed, edits):
    """The nation after some random edits of its parcels."""
    rng = np.random.default_rng(seed)
    for number in range(edits):
        at = int(rng.choice(np.flatnonzero(np.isin(nation.commune, CODES))))
        shape = nation.shapes[at]
        match rng.integers(6):
            case 0:
                nation = nation.change(at, translate(shape, *rng.uniform(-0.9, 0.9, 2)))
            case 1:
                nation = nation.change(at, scale(shape, *rng.uniform(0.93, 1.07, 2)))
            case 2:
                nation = nation.without(at)
            case 3:  # it changes hands
                nation = replace(nation, commune=nation.commune.copy())
                nation.commune[at] = rng.choice(CODES)
            case 4:  # another commune has it too, or a part of it
                taker = rng.choice(CODES)
                nation = nation.plus(shape.buffer(rng.uniform(-4, 1)), taker, f"edit-{seed}-{number}")
            case 5:
                nation = nation.change(at, translate(shape, *rng.uniform(-30, 30, 2)))
    return nation


def judged(run, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        return run(*arguments[:1], Path(folder), *arguments[1:])


@given(seed=st.integers(0, 10**6), edits=st.integers(0, 12), split=st.integers(1, 2 ** len(CODES) - 2))
@some_times
def test_as_one_delivery_by_commune_or_in_two_deliveries_and_in_any_order_the_findings_are_the_same(
    seed, edits, split
):
    nation = edited(checkered(seed), seed, edits)
    whole = cases(judged(as_whole, nation, SEAMS).values())
    assert whole == cases(judged(one_by_one, nation, SEAMS).values())
    assert whole == cases(judged(as_whole, nation.shuffled(seed), SEAMS).values())
    found = {}
    for side in (0, 1):
        codes = [
            code for number, code in enumerate(CODES) if split >> number & 1 == side and code in nation.codes
        ]
        others = nation.known(set(nation.codes) - set(codes))
        with tempfile.TemporaryDirectory() as folder:
            found |= delivered(nation, codes, Path(folder), others, SEAMS)
    assert whole == cases(found.values())


@given(seed=st.integers(0, 10**6), edits=st.integers(1, 12))
@some_times
def test_both_sides_of_a_seam_say_the_same(seed, edits):
    nation = edited(checkered(seed), seed, edits)
    for several in cases(judged(as_whole, nation, borders.CHECKS).values()).values():
        first, second = several
        assert first == second


def four(n):
    """A square of n by n parcels, four communes; the parcels along its inner borders grow with n only."""
    row, column = np.divmod(np.arange(n * n), n)
    return Nation.of(lattice(n, n), np.array(COMMUNES[:4])[2 * (row >= n // 2) + (column >= n // 2)])


class Counting(KnownTables):
    """Counts what it hands out."""

    handed = 0

    def near(self, commune_code, boxes, replaced=()):
        found = super().near(commune_code, boxes, replaced)
        self.handed += found.num_rows
        return found


def looked_at(nation, folder):
    """Parcels that the seams of a delivery keep, and that seams hand out when each commune comes alone."""
    held = Neighbours(nation.write(folder, nation.codes), PROVINCE, REACH_M).held
    handed = 0
    for code in nation.codes:
        known = Counting(
            live_of={other: live(nation.dataset(other)) for other in nation.codes if other != code}
        )
        Neighbours(nation.write(folder, [code]), PROVINCE, REACH_M).of(code, known)
        handed += known.handed
    return held, handed


def test_sixteen_times_the_area_and_four_times_the_border_cost_four_times_as_much(tmp_path):
    small, large = (looked_at(four(n), tmp_path) for n in (30, 120))
    for one, four_times in zip(small, large, strict=True):
        assert one > 0
        assert four_times <= 5 * one


def test_roads_inside_a_commune_cost_nothing(tmp_path):
    nation = four(24)
    apart = replace(nation, shapes=np.array([shape.buffer(-0.4) for shape in nation.shapes], dtype=object))
    assert looked_at(apart, tmp_path)[0] <= looked_at(nation, tmp_path)[0]


def test_the_boxes_asked_for_cover_the_land_and_are_no_bounding_box(tmp_path):
    nation = four(40)
    corner = Nation.of(nation.shapes[nation.commune != COMMUNES[3]], [COMMUNES[0]] * 1200)  # an L
    neighbours = Neighbours(corner.write(tmp_path, [COMMUNES[0]]), PROVINCE, REACH_M)
    boxes = boxes_of(neighbours.cells(COMMUNES[0]))
    land = shapely.union_all(corner.dataset(COMMUNES[0]).stored)
    cover = shapely.union_all(shapely.box(*boxes.T))
    assert cover.covers(land.buffer(REACH_M * 0.9e-5))
    assert cover.area < 0.9 * shapely.box(*land.bounds).area
    assert len(boxes) < 60
    assert shapely.area(shapely.box(*boxes.T)).sum() == pytest.approx(cover.area)


def test_what_is_delivered_now_stands_in_place_of_what_was_live(tmp_path):
    nation = four(8)
    old = nation.change(3, nation.shapes[3].buffer(3))
    neighbours = Neighbours(nation.write(tmp_path, nation.codes), PROVINCE, REACH_M)
    table = neighbours.of(COMMUNES[1], old.known(nation.codes))
    assert set(table["parcel_uid"].to_pylist()) == {None}
    assert set(table["commune_code"].to_pylist()) == {COMMUNES[0], COMMUNES[2], COMMUNES[3]}
    assert table.schema == LIVE_SCHEMA


def test_without_what_is_live_only_several_communes_know_neighbours(tmp_path):
    nation = four(8)
    alone = Neighbours(nation.write(tmp_path, COMMUNES[:1]), PROVINCE, REACH_M)
    assert alone.of(COMMUNES[0], None) is None
    together = Neighbours(nation.write(tmp_path, COMMUNES[:2]), PROVINCE, REACH_M)
    assert together.of(COMMUNES[0], None).num_rows


def test_a_change_set_is_seen_beside_what_it_leaves_as_it_is(tmp_path):
    nation = four(8)
    mine = np.flatnonzero(nation.commune == COMMUNES[0])
    theirs = np.flatnonzero(nation.commune == COMMUNES[1])
    ours = next(at for at in mine if nation.shapes[at].touches(nation.shapes[theirs[0]]))
    moved = nation.change(theirs[0], translate(nation.shapes[theirs[0]], 0.5, 0.5))
    changes = replace(
        moved,
        shapes=moved.shapes[[ours, *theirs[:2]]],
        commune=moved.commune[[ours, *theirs[:2]]],
        key=moved.key[[ours, *theirs[:2]]],
    )
    paths = changes.write(tmp_path, COMMUNES[:2])
    ended = pq.read_table(paths[COMMUNES[1]])
    action = pa.array([None, END], pa.string())
    pq.write_table(
        ended.set_column(ended.schema.get_field_index("action"), "action", action), paths[COMMUNES[1]]
    )
    table = Neighbours(paths, PROVINCE, REACH_M, AS_OF).of(COMMUNES[0], nation.known(nation.codes))
    seen = dict(zip(table["source_key"].to_pylist(), table["parcel_uid"].to_pylist(), strict=True))
    assert seen[nation.key[theirs[0]]] is None  # as delivered
    assert nation.key[theirs[1]] not in seen  # it ends
    live = {code for key, uid in seen.items() if uid for code in nation.commune[nation.key == key]}
    assert COMMUNES[1] in live
    assert COMMUNES[0] not in live


def test_rows_of_no_commune_are_nobodys_neighbours(tmp_path):
    nation = four(8)
    paths = nation.write(tmp_path, nation.codes)
    paths[UNKNOWN_COMMUNE] = paths.pop(COMMUNES[0])
    neighbours = Neighbours(paths, PROVINCE, REACH_M)
    assert neighbours.of(UNKNOWN_COMMUNE, KnownTables()).num_rows == 0
    assert UNKNOWN_COMMUNE not in neighbours.delivered(COMMUNES[1])["commune_code"].to_pylist()


def test_a_delivery_without_any_place_has_no_neighbours(tmp_path):
    nation = four(8)
    empty = replace(nation, shapes=np.full(64, None, dtype=object))
    neighbours = Neighbours(empty.write(tmp_path, nation.codes), PROVINCE, REACH_M)
    assert neighbours.of(COMMUNES[0], None) is None
    assert neighbours.of(COMMUNES[0], nation.known(COMMUNES[:4])).num_rows == 0
