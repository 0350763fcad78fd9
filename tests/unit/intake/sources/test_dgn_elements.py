"""DGN v7 element by element: GDAL reads the same points, and curves stay within the tolerance that is stated."""

import contextlib
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sync.intake.sources import curves
from sync.intake.sources import dgn_elements as v7
from tests.support.formats import dgn_bytes as made
from tests.support.formats import drawing as written
from tests.support.formats.reading import layers_of, read_all, refusal

WEST, SOUTH = 400_000.0, 2_328_000.0
FRAME = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]


def drawing_of(path: Path, *elements: bytes, frame: bool = False, **options: object) -> Path:
    """A file of GDAL's with elements of our own; the corner of the sheet is (0, 0) of theirs."""
    file = path / "sheet.dgn"
    file.unlink(missing_ok=True)
    corner = np.array([shapely.linestrings(np.array(FRAME) + np.array((WEST, SOUTH)))])
    written.dgn(file, corner, [], level=10 if frame else 63, **options)
    made.add(file, *elements)
    return file


def boundary(file: Path, **said: object) -> np.ndarray:
    """The polygons, from the corner of the sheet."""
    rows = read_all(file, **said)
    return shapely.transform(
        shapely.from_wkb(rows["wkb"].to_pylist()), lambda at: at - np.array((WEST, SOUTH))
    )


def by_gdal(file: Path, kind: int) -> np.ndarray:
    frame = pyogrio.read_dataframe(file)
    return shapely.transform(
        frame.geometry[frame["Type"] == kind].to_numpy(), lambda at: at - np.array((WEST, SOUTH))
    )


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        (made.arc((50, 50), (30, 30), 20, 250), v7.ARC),
        (made.arc((50, 50), (30, 12), 20, -130, turned=35), v7.ARC),
        (made.arc((50, 50), (8, 8), 0, 0), v7.ARC),
        (made.ellipse((50, 50), (30, 12), turned=70), v7.ELLIPSE),
    ],
)
def test_an_arc_runs_where_gdal_draws_it_and_keeps_to_the_tolerance(
    element: bytes, kind: int, tmp_path: Path
) -> None:
    file = drawing_of(tmp_path, element)
    (theirs,) = by_gdal(file, kind)
    with file.open("rb") as opened:
        found = [item for item in v7.elements(opened.read()) if item.kind == kind]
        opened.seek(0)
        units = v7.units_of(next(v7.elements(opened.read())))
    turn = v7.turn(found[0], units)
    line = curves.ellipse(turn.centre, turn.major, turn.minor, turn.start, turn.sweep, 0.001)
    ours = shapely.linestrings(line - np.array((WEST, SOUTH)))
    vertices = shapely.points(shapely.get_coordinates(theirs))
    assert shapely.distance(ours, vertices).max() < 0.0015
    fine = curves.ellipse(turn.centre, turn.major, turn.minor, turn.start, turn.sweep, 1e-6)
    assert shapely.hausdorff_distance(shapely.linestrings(line), shapely.linestrings(fine)) <= 0.001
    assert len(line) < len(fine)


HALF = np.radians(15)


@pytest.mark.parametrize(
    ("quaternion", "end"),
    [
        ((1, 0, 0, 0), (50 + 30 * np.cos(np.radians(300)), 50 + 12 * np.sin(np.radians(300)))),
        (
            (0, 1, 0, 0),
            (50 + 30 * np.cos(np.radians(300)), 50 - 12 * np.sin(np.radians(300))),
        ),  # seen from below
    ],
)
def test_an_arc_in_space_is_seen_from_above(
    quaternion: tuple[float, ...], end: tuple[float, float], tmp_path: Path
) -> None:
    """GDAL leaves the rotation in space out when it draws."""
    line = drawn_in_space(tmp_path, quaternion)
    assert line[0].tolist() == pytest.approx([80, 50], abs=1e-3)
    assert line[-1].tolist() == pytest.approx(end, abs=1e-3)


def test_an_arc_turned_in_space_lies_as_one_turned_in_the_plane(tmp_path: Path) -> None:
    """The sign of the last part is the one that GDAL writes for a text that is turned to the left."""
    line = drawn_in_space(tmp_path, (np.cos(HALF), 0, 0, -np.sin(HALF)))
    assert line[0].tolist() == pytest.approx(
        [50 + 30 * np.cos(2 * HALF), 50 + 30 * np.sin(2 * HALF)], abs=1e-3
    )


def drawn_in_space(path: Path, quaternion: tuple[float, ...]) -> np.ndarray:
    element = made.arc_in_space((50, 50), (30, 12), 300, quaternion)
    content = drawing_of(path, element, **{"3D": "YES"}).read_bytes()
    units = v7.units_of(next(v7.elements(content)))
    assert units.three_d
    (found,) = [item for item in v7.elements(content) if item.kind == v7.ARC]
    turn = v7.turn(found, units)
    line = curves.ellipse(turn.centre, turn.major, turn.minor, turn.start, turn.sweep, 0.001)
    return line - np.array((WEST, SOUTH))


def test_a_circle_s_area_comes_as_near_as_its_tolerance_says(tmp_path: Path) -> None:
    file = drawing_of(tmp_path, made.ellipse((50, 50), (20, 20)))
    exact = np.pi * 20**2
    for tolerance in (0.001, 0.1):
        (circle,) = boundary(file, curve_tolerance_m=tolerance)
        assert 0 < exact - shapely.area(circle) <= 2 * np.pi * 20 * tolerance
    (layer,) = layers_of(file)
    assert (layer.notes["curves"], layer.notes["curve_tolerance_m"]) == (1, 0.001)


def test_a_b_spline_bounds_a_parcel(tmp_path: Path) -> None:
    """Of order 2 it is the polygon of its poles; of order 4 and closed, the known curve inside of them."""
    square = [(20.0, 20.0), (60.0, 20.0), (60.0, 60.0), (20.0, 60.0)]
    (straight,) = boundary(drawing_of(tmp_path, made.b_spline(2, *square, square[0])))
    assert shapely.area(straight) == pytest.approx(1600, abs=1e-6)
    (smooth,) = boundary(drawing_of(tmp_path, made.b_spline(4, *square, closed=True)))
    corner = (
        np.array(square[3]) + 4 * np.array(square[0]) + np.array(square[1])
    ) / 6  # where a cubic one passes
    assert shapely.distance(shapely.boundary(smooth), shapely.points(corner)) < 0.001


def test_microstation_s_curve_runs_where_gdal_draws_it(tmp_path: Path) -> None:
    through = [(10.0, 10.0), (20.0, 30.0), (40.0, 25.0), (60.0, 50.0), (80.0, 20.0), (90.0, 40.0)]
    ends = [(0.0, 5.0), (5.0, 6.0)], [(95.0, 60.0), (97.0, 80.0)]
    element = made.row_of_points(v7.CURVE, *ends[0], *through, *ends[1])
    file = drawing_of(tmp_path, element, made.row_of_points(v7.LINE_STRING, through[-1], through[0]))
    (theirs,) = by_gdal(file, v7.CURVE)
    content = file.read_bytes()
    (found,) = [item for item in v7.elements(content) if item.kind == v7.CURVE]
    line = curves.interpolated(v7.vertices(found, v7.units_of(next(v7.elements(content)))), 0.001)
    ours = shapely.linestrings(line - np.array((WEST, SOUTH)))
    assert shapely.distance(ours, shapely.points(shapely.get_coordinates(theirs))).max() < 0.002
    assert len(boundary(file)) > 0


def test_a_shape_closes_itself_and_a_deleted_element_bounds_nothing(tmp_path: Path) -> None:
    file = drawing_of(
        tmp_path,
        made.row_of_points(v7.SHAPE, (10, 10), (20, 10), (20, 20)),
        made.row_of_points(v7.SHAPE, (30, 10), (40, 10), (40, 20), deleted=True),
    )
    assert shapely.area(boundary(file)).tolist() == [pytest.approx(50)]
    (layer,) = layers_of(file)
    assert layer.notes["elements_deleted"] == 1


def test_what_bounds_but_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = drawing_of(
        tmp_path,
        made.element(33, 10, bytes(20)),  # a dimension
        made.arc((50, 50), (1e9, 1e9), 0, 0),  # a circle as large as the Moon's orbit
        frame=True,
    )
    (layer,) = layers_of(file)
    assert layer.rows == 1
    assert layer.notes["elements_not_read"] == {"level 10 type 33": 1}
    assert layer.notes["elements_damaged"] == 1


def test_units_are_told_and_can_be_said(tmp_path: Path) -> None:
    file = drawing_of(tmp_path, frame=True)
    (layer,) = layers_of(file)
    assert (layer.notes["master_unit"], layer.notes["metres_per_master_unit"]) == ("m", 1.0)
    rows = read_all(file, metres_per_unit=0.5)
    assert shapely.area(shapely.from_wkb(rows["wkb"].to_pylist())).tolist() == [pytest.approx(2500)]
    assert layer.crs is None


def test_what_lies_behind_the_end_is_told(tmp_path: Path) -> None:
    """A mark in the middle of a file hides what follows; programs fill their last block with anything."""
    file = drawing_of(tmp_path, frame=True)
    assert layers_of(file)[0].notes["bytes_after_the_end"] == 0
    file.write_bytes(file.read_bytes() + bytes(100))
    assert layers_of(file)[0].notes["bytes_after_the_end"] == 100


def test_dgn_v8_is_known_and_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "v8.dgn"
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000))
    found = refusal(file)
    assert found.code == "DLV-DGN-V8"
    assert "V7" in found.hint.vi


@given(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-12))
def test_vax_numbers_are_read_as_they_were_written(value: float) -> None:
    assert v7.vax_d(made.vax(value), 0) == value


@given(st.binary(max_size=400))
def test_no_bytes_break_the_walk(content: bytes) -> None:
    with contextlib.suppress(v7.CutOffError):
        assert all(len(element.raw) >= 4 for element in v7.elements(content))
