"""What holds for topology whatever the parcels are: nothing is lost, the order of rows does not matter."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.model import Dataset
from tests.conftest import counts
from tests.unit.validators.validator_datasets import ORIGIN, context, dataset, verdict
from validators.base import Subject
from validators.plane import plane_of
from validators.topology import topology_of

QUICK = settings(max_examples=counts(40), deadline=None)
LONG = settings(max_examples=counts(8), deadline=None)

corner = st.tuples(st.integers(0, 6), st.integers(0, 6))
boxes = st.tuples(corner, st.tuples(st.integers(1, 4), st.integers(1, 4))).map(
    lambda given: shapely.box(*given[0], given[0][0] + given[1][0], given[0][1] + given[1][1])
)
triangles = (
    st.lists(corner, min_size=3, max_size=5, unique=True)
    .map(shapely.Polygon)
    .filter(lambda shape: shape.area > 0)
)
shapes_of_any_kind = st.lists(st.one_of(boxes, triangles), min_size=2, max_size=12)


def placed(shapes, step=1.0):
    return shapely.transform(np.array(shapes, dtype=object), lambda xy: xy * step + np.array(ORIGIN))


def pairs_found(data):
    """Pairs of rows with land in common, by the faults: rows of one shape stand for each other."""
    topology = topology_of(Subject(data, context(data)))
    same = np.arange(len(data))
    again = topology.duplicate
    exact = np.asarray(pc.is_valid(again.detail))
    same[again.rows[exact]] = again.others.row[exact]
    groups = {speaker: np.flatnonzero(same == speaker).tolist() for speaker in set(same.tolist())}
    found = {frozenset((a, b)) for rows in groups.values() for a in rows for b in rows if a != b}
    for faults in (again.keep(~exact), topology.inside, topology.overlap, topology.narrow):
        for one, other in zip(faults.rows.tolist(), faults.others.row.tolist(), strict=True):
            found |= {frozenset((a, b)) for a in groups[one] for b in groups[other]}
    return found


def pairs_there_are(data):
    """The same, by looking at every pair."""
    shapes = Subject(data, context(data)).fact(plane_of).shapes
    one, other = np.triu_indices(len(shapes), 1)
    common = shapely.area(shapely.intersection(shapes[one], shapes[other])) > 0.01
    return {frozenset(pair) for pair in zip(one[common].tolist(), other[common].tolist(), strict=True)}


@QUICK
@given(shapes_of_any_kind, st.sampled_from([0.5, 1.0, 1.37]))
def test_no_pair_of_parcels_with_land_in_common_is_lost_and_none_is_made_up(shapes, step):
    data = dataset(placed(shapes, step), national_id=[None] * len(shapes))
    assert pairs_found(data) == pairs_there_are(data)


@QUICK
@given(st.lists(st.lists(st.integers(1, 5), max_size=3, unique=True), min_size=2, max_size=4), st.booleans())
def test_no_pair_is_lost_between_whole_partitions_one_over_the_other(cuts, upright):
    """Layers of strips, each a faultless partition of the same land: their outlines coincide, their lines may."""
    strips = []
    for number, cut in enumerate(cuts):
        edges = [0, *sorted(cut), 6]
        for low, high in pairwise(edges):
            across = upright and number % 2
            strips.append(shapely.box(0, low, 6, high) if across else shapely.box(low, 0, high, 6))
    data = dataset(placed(strips), national_id=[None] * len(strips))
    assert pairs_found(data) == pairs_there_are(data)


def reordered(data, order):
    table = data.table.take(pa.array(order))
    table = table.set_column(0, table.schema.field(0), pa.array(np.arange(len(order))))
    forms = (form[order] for form in (data.delivered, data.rounded, data.stored))
    return Dataset(data.province_code, data.commune_code, table, *forms)


@LONG
@given(shapes_of_any_kind, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_finding_to_the_last_digit(shapes, random):
    bent = shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + 0.03 * np.sin(xy[:, ::-1] * 7))
    spread = placed(bent)
    scales = [random.choice(["500", "2000", None]) for _ in shapes]
    data = dataset(spread, national_id=[None] * len(shapes), map_scale=scales)
    order = list(range(len(data)))
    random.shuffle(order)
    one, other = (
        verdict(given).findings.sort_by("finding_id").drop_columns(["row_no", "other_rows"])
        for given in (data, reordered(data, order))
    )
    assert one.equals(other)


@LONG
@given(st.integers(0, 2**32 - 1))
def test_cells_drawn_apart_at_random_lose_no_overlap(seed):
    """Real shapes: cells of one partition, some of which were blown up, shrunk, moved or repeated."""
    random = np.random.default_rng(seed)
    points = shapely.multipoints(random.uniform(0, 100, (25, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 100, 100)))
    chosen = random.random(len(cells)) < 0.3
    grown = shapely.buffer(cells, random.choice([-0.2, 0.05, 0.3, 5.0], len(cells)), join_style="mitre")
    cells = np.where(chosen, grown, cells)
    cells = np.concatenate((cells, cells[random.integers(0, len(cells), 3)]))
    cells = cells[~shapely.is_empty(cells)]
    data = dataset(placed(cells), national_id=[None] * len(cells))
    assert pairs_found(data) == pairs_there_are(data)


@LONG
@given(shapes_of_any_kind, st.integers(0, 11))
def test_taking_a_row_out_makes_no_row_of_the_others_erroneous(shapes, gone):
    data = dataset(placed(shapes), national_id=[None] * len(shapes))
    left = [row for row in range(len(data)) if row != gone % len(data)]
    before = verdict(data).rows["has_error"].to_pylist()
    after = verdict(reordered(data, left)).rows["has_error"].to_pylist()
    assert all(was or not now for was, now in zip((before[row] for row in left), after, strict=True))
