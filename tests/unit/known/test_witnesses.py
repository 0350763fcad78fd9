"""What a few rows may show of their CRS: by PROJ's own conversions, none in another one than declared ever passes."""

from datetime import date
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from parcels.crs import VN2000, WGS84, ZONES
from parcels.crs_hypotheses import declared, metres_between
from sync.folder.reasons import Shift
from sync.gate import settles
from sync.known.witnesses import NONE, Neighbourhood, Witnesses, usable, weigh
from sync.lab.measure.crs_matrix import Truth, chosen_communes, parcels_of, truths
from tests.conftest import counts
from validators.policy import policy_at

Geometries = NDArray[np.object_]
RULES = policy_at(date(2026, 11, 1)).crs
SHIFT_M = float(RULES.history_shift_m)
PARCELS = 80
TOLD_APART_M = (
    15.0  # two systems that put the land nearer than this are one for a cadastre that is surveyed anew
)
PLACES = [(zone, k) for zone in sorted(ZONES) for k in range(3)]


@cache
def village(zone: int, which: int) -> tuple[Geometries, list[Truth]]:
    """Parcels (WGS 84 degrees) of a commune of a zone, and all that its coordinates may be written in."""
    several = chosen_communes(zone, 1, which)
    commune = several[which % len(several)]
    return parcels_of(commune, PARCELS, which).polygons, list(truths(commune, zone))


def witnesses(delivered: Geometries, own: NDArray[np.int64], land: Geometries, epsg: int) -> Witnesses:
    live = Neighbourhood(land, np.isin(np.arange(len(land)), own))
    return weigh(delivered, own, live, declared(epsg), SHIFT_M)


def passes(said: Witnesses, found: int) -> bool:
    return settles(Shift(found=found, east_m=0.0, north_m=0.0, **said._asdict()), RULES)


def halves(shape: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
    """A parcel divided down its middle."""
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    one = shapely.intersection(shape, shapely.box(west, south, middle, north))
    return one, shapely.difference(shape, one)


class Day:
    """A few rows of a village, as they are on Earth: some of live parcels, some divided, some new where none is live."""

    def __init__(self, land: Geometries, rng: np.random.Generator) -> None:
        rows: list[shapely.Geometry] = []
        own: list[int] = []
        chosen = rng.permutation(len(land))[: rng.integers(1, 6)].tolist()
        stays = np.ones(len(land), dtype=bool)
        for k in chosen:
            what = rng.choice(["same", "divided", "new", "re-keyed"])
            if what == "divided":
                one, other = halves(land[k])
                rows += [one, other]
                own += [k, NONE]
            elif what == "same":
                rows.append(land[k])
                own.append(k)
            else:  # new land; or land that is live under another key, which may not show anything
                rows.append(land[k])
                own.append(NONE)
                stays[k] = what == "re-keyed"
        number = np.cumsum(stays) - 1
        self.land = land[stays]
        self.rows = np.array(rows, dtype=object)
        self.own = np.array([NONE if k == NONE else number[k] for k in own], dtype=np.int64)

    @property
    def found(self) -> int:
        return int((self.own != NONE).sum())


@settings(max_examples=counts(25), deadline=None)
@given(place=st.sampled_from(PLACES), seed=st.integers(0, 2**32 - 1))
def test_rows_in_another_system_never_pass_and_rows_of_live_parcels_in_the_right_one_do(
    place: tuple[int, int], seed: int
) -> None:
    zone, _ = place
    land, written = village(*place)
    rng = np.random.default_rng(seed)
    day = Day(land, rng)
    for epsg in (zone, int(rng.choice([3405, 3406, VN2000, WGS84, *ZONES]))):
        for truth in written:
            delivered = np.asarray(shapely.transform(day.rows, truth.write), dtype=object)
            there = metres_between(
                declared(epsg).place(shapely.get_coordinates(delivered)), shapely.get_coordinates(day.rows)
            )
            away = float(np.median(np.hypot(*there.T)))
            said = witnesses(delivered, day.own, day.land, epsg)
            if not away <= TOLD_APART_M:
                assert not passes(said, min(day.found, 4)), (epsg, truth.hypothesis.name, away)
            elif away < 0.01:
                assert said.against == 0
                if day.found == len(day.rows):
                    assert passes(said, min(day.found, 4)), (epsg, truth.hypothesis.name)


@settings(max_examples=counts(15), deadline=None)
@given(place=st.sampled_from(PLACES), seed=st.integers(0, 2**32 - 1))
def test_land_that_is_new_or_moved_never_passes_by_accident(place: tuple[int, int], seed: int) -> None:
    """The true system puts the rows in no place of theirs either: nothing but chance could speak for the wrong one."""
    zone, _ = place
    land, written = village(*place)
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(land))[: rng.integers(1, 6)]
    step = rng.uniform(0.0005, 0.002, (len(chosen), 2)) * rng.choice([-1, 1], (len(chosen), 2))
    rows = np.array(
        [shapely.transform(land[k], lambda xy, s=s: xy + s) for k, s in zip(chosen, step, strict=True)]
    )
    own = np.where(rng.random(len(chosen)) < 0.5, chosen, NONE).astype(np.int64)
    for truth in written:
        delivered = np.asarray(shapely.transform(rows, truth.write), dtype=object)
        assert not passes(witnesses(delivered, own, land, zone), int((own != NONE).sum())), (
            truth.hypothesis.name
        )


@pytest.mark.parametrize(
    ("said", "passes_"),
    [
        (Witnesses(1, 1, 0), True), (Witnesses(2, 1, 0), True), (Witnesses(3, 1, 0), False),
        (Witnesses(2, 1, 1), False), (Witnesses(0, 0, 0), False), (Witnesses(5, 3, 0), True),
    ],
)  # fmt: skip
def test_half_of_the_rows_must_show_it_and_none_speak_against_it(said: Witnesses, *, passes_: bool) -> None:
    assert passes(said, 1) is passes_


def test_few_live_parcels_are_enough_and_none_show_nothing() -> None:
    land, written = village(9209, 0)
    tree = shapely.STRtree(land)
    (beside,) = tree.query(land[5], predicate="touches")[:1]
    right = next(truth for truth in written if truth.column == "right")
    row = np.asarray(shapely.transform(land[[5]], right.write), dtype=object)
    new = np.array([NONE])
    assert passes(witnesses(row, new, land[[beside]], 9209), 0)
    assert not passes(witnesses(row, new, land[:0], 9209), 0)


def test_what_is_no_land_is_not_asked() -> None:
    nan = shapely.polygons([[0, 0], [10, np.nan], [10, 10], [0, 0]])
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = [shapely.box(0, 0, 1, 1), None, nan, bow, shapely.Polygon(), shapely.Point(1, 1)]
    assert usable(np.array(shapes, dtype=object)).tolist() == [True, False, False, False, False, False]
