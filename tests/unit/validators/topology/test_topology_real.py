"""Topology of real cadastres against what is known of them, and INTERLIS' own cases. Skipped where the data is absent.

Tolerances are those of the policy, which were fixed before these data were looked at, but for the gap width, which each
test states: the scale of no foreign map is known.
"""

import dataclasses
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from decimal import Decimal

import numpy as np
import pyogrio
import pytest
import shapely

from tests.unit.validators.validator_datasets import AS_OF, context, nowhere
from validators.base import Subject
from validators.plane import plane_of
from validators.policy import policy_at
from validators.topology import topology_of
from validators.topology.distinct import distinct
from validators.topology.widths import width_m

pytestmark = pytest.mark.shared_data
CM = 0.01


def policy(gap_width_m):
    now = policy_at(AS_OF)
    position = now.position_m.model_copy(
        update={"unknown": Decimal(str(gap_width_m)), "by_scale": {}, "assumed": None}
    )
    return now.model_copy(update={"position_m": position})


def read(path, layer=None):
    _, table = pyogrio.read_arrow(path, layer=layer)
    (name,) = {"geom", "wkb_geometry"} & set(table.column_names)
    return shapely.from_wkb(table[name].to_numpy())


def archived(archive, pattern, folder):
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return read(next(folder.rglob(pattern)))


def subject_of(shapes, epsg, gap_width_m=CM, measured_in=None):
    n = len(shapes)
    data = nowhere(shapes, epsg=epsg, national_id=[None] * n, commune_code=[None] * n)
    about = dataclasses.replace(context(data, policy=policy(gap_width_m)), measured_in=measured_in)
    return Subject(data, about)


def counts(subject):
    topology = subject.fact(topology_of)
    found = {field.name: len(getattr(topology, field.name)) for field in dataclasses.fields(topology)}
    return {kind: number for kind, number in found.items() if number}


@pytest.fixture(scope="session")
def swiss(shared_data):
    path = shared_data / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    return np.concatenate([read(path, layer) for layer in ("so_252400", "so_254900")])


@pytest.fixture(scope="session")
def french(shared_data):
    return read(shared_data / "cadastre" / "edigeo" / "edigeo_parcelles.gpkg")


@pytest.mark.parametrize("gap_width_m", [CM, 0.05, 0.3])
def test_the_swiss_partition_has_no_fault(swiss, gap_width_m):
    assert len(swiss) == 144
    assert counts(subject_of(swiss, 2056, gap_width_m)) == {}


@pytest.mark.parametrize(
    ("gap_width_m", "marked"), [(CM, 0), (0.05, 1), (0.1, 1), (0.15, 1), (0.3, 3)], ids=str
)
def test_the_french_sheets_have_no_fault_and_what_geos_marks_is_no_gap(french, gap_width_m, marked):
    """GEOS marks an edge that is near any other. The way to the other parcel leads through the parcel itself: a sharp corner."""
    assert len(french) == 900
    lines = shapely.coverage_invalid_edges(french, gap_width=gap_width_m)
    at = np.flatnonzero(~shapely.is_empty(lines))
    assert len(at) == marked
    subject = subject_of(french, 2154, gap_width_m)
    assert counts(subject) == {}
    land = shapely.buffer(shapely.union_all(french), 1e-6)
    for row in at:
        others = french[np.arange(len(french)) != row]
        points = shapely.line_interpolate_point(lines[row], np.linspace(0.1, 0.9, 9), normalized=True)
        ways = shapely.shortest_line(points[:, np.newaxis], others).ravel()
        ways = ways[shapely.length(ways) <= gap_width_m]
        assert len(ways)
        assert shapely.covers(land, ways).all()


def test_cambridge_has_55_overlaps(shared_data):
    """Measured in EPSG:26986, 24 invalid polygons made valid first; one of the 55 is a shape in another's place."""
    shapes = read(shared_data / "cadastre" / "cambridge" / "cambridge_parcels_fy2013.gpkg")
    assert len(shapes) == 13_159
    subject = subject_of(shapes, 4326, measured_in=26986)
    assert subject.fact(plane_of).made_valid.sum() == 24
    found = counts(subject)
    assert found["overlap"] + found["duplicate"] == 55
    assert found == {"overlap": 54, "duplicate": 1, "edge": 4, "gap": 23}
    # Another way to the gaps: holes of all land together, as wide as may be without a parcel.
    land = shapely.get_parts(shapely.union_all(subject.fact(plane_of).shapes))
    holes = shapely.get_parts(shapely.difference(shapely.polygons(shapely.get_exterior_ring(land)), land))
    holes = holes[shapely.area(holes) > 0.01]
    across = 2 * shapely.length(shapely.maximum_inscribed_circle(holes, tolerance=1e-4))
    assert (across <= 0.5).sum() == found["gap"]


def pairs_of_rows(subject):
    """Pairs of rows that share more than the tolerance: rows of one shape stand for each other."""
    topology, known = subject.fact(topology_of), distinct(subject, subject.fact(plane_of))
    rows = np.ones(len(subject), np.int64)
    rows[known.row] = known.rows
    same = int((known.rows * (known.rows - 1) // 2).sum())
    near = topology.duplicate.keep(~np.isin(topology.duplicate.rows, known.again))
    others = (near, topology.inside, topology.overlap, topology.narrow)
    return same, sum(int((rows[part.rows] * rows[part.others.row]).sum()) for part in others)


def groups_of(subject):
    known = distinct(subject, subject.fact(plane_of))
    several = known.rows > 1
    return int(several.sum()), int(known.rows[several].sum()), len(known.again)


def test_oakland_has_four_repeated_shapes(shared_data, tmp_path):
    shapes = archived(
        shared_data / "cadastre" / "oakland" / "us-ca-oakland-excerpt.zip", "OakParcels2013.shp", tmp_path
    )
    subject = subject_of(shapes, 2227)
    assert groups_of(subject) == (4, 8, 4)
    assert counts(subject) == {"duplicate": 4, "inside": 5, "overlap": 1, "gap": 2, "edge": 5}
    assert pairs_of_rows(subject) == (4, 8)


def test_berkeley_has_121_surplus_shapes_in_groups_of_144_rows_and_811_overlaps(shared_data, tmp_path):
    """The 811 are pairs of rows: 785 within the groups, 26 of rows whose shapes differ by some square centimetres."""
    shapes = archived(shared_data / "cadastre" / "berkeley" / "us-ca-berkeley-excerpt.zip", "*.shp", tmp_path)
    subject = subject_of(shapes, 32610)
    assert groups_of(subject) == (23, 144, 121)
    assert counts(subject) == {"duplicate": 121, "inside": 3}
    assert pairs_of_rows(subject) == (785, 26)


def test_survey_adjustments_of_new_zealand_lie_one_over_the_other(shared_data, tmp_path):
    """They are no partition: each row is the land that one adjustment of a survey moved."""
    shapes = archived(shared_data / "cadastre" / "linz_waca" / "gpkg-polygons.tgz", "*.gpkg", tmp_path)
    subject = subject_of(shapes, 4167, measured_in=2193)
    assert counts(subject) == {"duplicate": 4, "overlap": 282}
    shapes = subject.fact(plane_of).shapes
    one, other = np.triu_indices(len(shapes), 1)
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    assert (common > 0.01).sum() == sum(pairs_of_rows(subject)) == 312


# --- INTERLIS: AREA … WITHOUT OVERLAPS > 0.05; the answer is in the name of the file -----------------------------------

_NS = "{http://www.interlis.ch/INTERLIS2.3}"
INTERLIS_M = 0.05


def _arc(start, middle, end):
    """Points of an arc from start to end by way of the middle, a tenth of a millimetre from it at most.

    Drawn from the lower end on, so that both parcels at an arc get the same points.
    """
    if end < start:
        return _arc(end, middle, start)[::-1]
    a, b, c = (complex(*point) for point in (start, middle, end))
    w = (c - a) / (b - a)
    centre = (b - a) * (w - abs(w) ** 2) / (2j * w.imag) + a
    radius = abs(a - centre)
    sweep = np.angle((c - centre) / (a - centre))
    if np.sign(np.angle((b - centre) / (a - centre))) != np.sign(sweep) or abs(
        np.angle((b - centre) / (a - centre))
    ) > abs(sweep):
        sweep -= np.sign(sweep) * 2 * np.pi
    steps = int(np.ceil(abs(sweep) / (2 * np.arccos(1 - 1e-4 / radius))))
    points = centre + (a - centre) * np.exp(1j * sweep * np.linspace(0, 1, steps + 1))
    return [start, *((point.real, point.imag) for point in points[1:-1]), end]


def _boundary(element):
    points = []
    for vertex in element.find(f"{_NS}POLYLINE"):
        at = {child.tag.removeprefix(_NS): float(child.text) for child in vertex}
        end = (at["C1"], at["C2"])
        points += _arc(points[-1], (at["A1"], at["A2"]), end)[1:] if "A1" in at else [end]
    return points


def _surfaces(path):
    """The rings of each surface of a transfer file, outer one first."""
    return [
        [_boundary(boundary) for boundary in surface.iter(f"{_NS}BOUNDARY")]
        for surface in ET.parse(path).iter(f"{_NS}SURFACE")
    ]


def _own_overlap_m(rings):
    """How wide the land is that a surface's own boundary covers twice, or on its wrong side; 0 for none."""
    signed = [
        np.array(ring if (_twice_signed_area(ring) > 0) == (number == 0) else ring[::-1])
        for number, ring in enumerate(rings)
    ]
    lines = shapely.union_all([shapely.LinearRing(ring) for ring in signed])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    winding = np.array([sum(_winding(ring, point) for ring in signed) for point in inside])
    wrong = faces[~np.isin(winding, (0, 1))]
    return float(width_m(wrong).max(initial=0.0))


def _twice_signed_area(ring):
    x, y = (np.array(ring) - np.array(ring[0])).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def _winding(ring, point):
    x, y = (ring - point).T
    up, down = (y[:-1] <= 0) & (y[1:] > 0), (y[:-1] > 0) & (y[1:] <= 0)
    side = x[:-1] * y[1:] - x[1:] * y[:-1]
    return int((up & (side > 0)).sum() - (down & (side < 0)).sum())


INTERLIS = (
    "AreaSimple", "Area_1Boundary_NoOverlap", "Area_1Boundary_NotAllowedOverlap",
    "Area_1Boundary_PermissibleOverlap", "Area_2Boundaries_NoOverlap", "Area_2Boundaries_NotAllowedOverlap",
    "Area_2Boundaries_PermissibleOverlap", "Area_3Boundaries_NoOverlap", "Area_3Boundaries_PermissibleArcOverlaps",
    "Area_3Boundaries_PermissibleOverlap_GH366", "SurfaceSimple", "Surface_1Boundary_NoOverlap",
    "Surface_1Boundary_NotAllowedOverlap", "Surface_1Boundary_PermissibleOverlap", "Surface_2Boundaries_NoOverlap",
    "Surface_2Boundaries_NotAllowedOverlap", "Surface_2Boundaries_PermissibleOverlap",
)  # fmt: skip


@pytest.mark.parametrize("name", INTERLIS)
def test_overlaps_of_interlis_are_judged_as_interlis_does_at_its_tolerance(shared_data, name):
    surfaces = _surfaces(shared_data / "cases" / "interlis_area" / "Xtf23Overlap" / f"{name}.xtf")
    own = [_own_overlap_m(rings) for rings in surfaces]
    shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in surfaces]
    topology = subject_of(shapes, 2056, INTERLIS_M).fact(topology_of)
    allowed = max(own) <= INTERLIS_M and not (len(topology.overlap) + len(topology.inside))
    assert allowed == ("NotAllowed" not in name), (own, topology)
    # A polygon may not cross itself however little: this is where OGC is stricter than INTERLIS.
    assert shapely.is_valid(shapes).all() == (max(own) == 0)


def test_all_cases_of_interlis_are_looked_at(shared_data):
    folder = shared_data / "cases" / "interlis_area" / "Xtf23Overlap"
    assert {path.stem for path in folder.glob("*.xtf")} == set(INTERLIS)
