"""Drawings: the small province by levels, and everything in a drawing that does not fit is told."""

import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely

from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths, read_part
from tests.support.formats import drawing as written
from tests.support.formats.drawing import CARRIED
from tests.support.formats.reading import layers_of, read_all, refusal
from tests.support.tiny import Tiny, tiny
from tests.unit.intake.sources.test_format_matrix import conform, fetch

KINDS = {"dgn": (written.write_dgn, written.dgn), "dxf": (written.write_dxf, written.dxf)}
WEST, SOUTH = 400_000.0, 2_328_000.0


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def snapshot(kind: str, tmp_path: Path) -> tuple[pa.Table, Path]:
    """The small province by way of drawings."""
    folder, run = tmp_path / "delivery", tmp_path / "run"
    folder.mkdir()
    delivered = KINDS[kind][0](tiny(), folder)
    fetch(delivered.path, delivered.profile, run)
    conform(run, delivered.profile)
    return pa.concat_tables([read_part(path) for path in part_paths(run).values()]), run


def names(table: pa.Table | dict[str, pa.Array]) -> list[tuple[str, str, str]]:
    parts = (table[name].to_pylist() for name in ("commune_code", "sheet_no", "parcel_no"))
    return list(zip(*parts, strict=True))


def test_a_drawing_gives_every_polygon_to_a_millimetre_and_what_its_labels_say(
    snapshot: tuple[pa.Table, Path],
) -> None:
    rows, made = snapshot[0], tiny()
    place = {name: k for k, name in enumerate(names(rows))}
    assert len(set(names(made.columns))) == len(made)
    at = np.array([place[name] for name in names(made.columns)])
    for name in CARRIED:
        wanted = made.columns[name].to_pylist()
        if name == "area_legal_m2":
            wanted = [None if value is None else round(value, 1) for value in wanted]
        found = rows[name].take(pa.array(at)).to_pylist()
        assert [float(v) if name == "area_legal_m2" and v is not None else v for v in found] == wanted, name
    drawn = shapely.from_wkb(rows["source_wkb"].take(pa.array(at)).to_numpy(zero_copy_only=False))
    assert same_to_a_millimetre(drawn, as_drawn(made))


def as_drawn(made: Tiny) -> np.ndarray:
    """The larger part of the parcel in two parts: the other is a polygon of its own."""
    geometry = made.geometry.copy()
    parts = shapely.get_parts(geometry[1])
    geometry[1] = parts[np.argmax(shapely.area(parts))]
    return geometry


def same_to_a_millimetre(ours: np.ndarray, theirs: np.ndarray) -> bool:
    apart = shapely.hausdorff_distance(shapely.boundary(ours), shapely.boundary(theirs))
    same_holes = shapely.get_num_interior_rings(ours) == shapely.get_num_interior_rings(theirs)
    return bool((apart <= 0.001).all() and same_holes.all())


def test_a_hole_and_a_second_part_are_polygons_of_their_own_without_a_number(
    snapshot: tuple[pa.Table, Path],
) -> None:
    rows, run = snapshot
    assert rows.num_rows == len(tiny()) + 2
    assert rows["parcel_no"].null_count == 2
    assert rows["source_wkb"].null_count == 0
    assert sum(part.notes.polygons_without_number or 0 for part in Conformed.load(run).parts) == 2


def sheet(
    kind: str, path: Path, lines: list[list[tuple[float, float]]], texts: list[tuple[str, str, float, float]]
) -> Path:
    """One drawing; coordinates are metres from the corner of the sheet."""
    file = path / f"00691-12.{kind}"
    moved = np.array([shapely.linestrings(np.array(line) + np.array((WEST, SOUTH))) for line in lines])
    KINDS[kind][1](file, moved, [(level, said, x + WEST, y + SOUTH) for level, said, x, y in texts])
    return file


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def test_a_parcel_inside_a_parcel_is_its_hole_and_keeps_its_own_labels(kind: str, tmp_path: Path) -> None:
    texts = [("13", "1", 1.0, 1.0), ("13", "2", 5.0, 5.0), ("4", "84.0", 1.5, 1.0), ("29", "ODT", 5.0, 5.0)]
    rows = read_all(sheet(kind, tmp_path, [square(0, 0, 10), square(3, 3, 4)], texts))
    areas = dict(
        zip(rows["soThua"].to_pylist(), shapely.area(shapely.from_wkb(rows["wkb"].to_pylist())), strict=True)
    )
    assert areas == {"1": pytest.approx(84.0), "2": pytest.approx(16.0)}
    assert rows.sort_by("soThua")["dienTich"].to_pylist() == ["84.0", None]
    assert rows.sort_by("soThua")["loaiDatPhapLy"].to_pylist() == [None, "ODT"]


def test_lines_that_only_cross_bound_parcels_too(kind: str, tmp_path: Path) -> None:
    lines = [square(0, 0, 10), [(5.0, -1.0), (5.0, 11.0)]]
    file = sheet(kind, tmp_path, lines, [("13", "1", 2.0, 2.0), ("13", "2", 7.0, 2.0)])
    rows = read_all(file)
    assert sorted(rows["soThua"].to_pylist()) == ["1", "2"]
    (layer,) = layers_of(file)
    assert layer.notes["dangling_lines"]["count"] == 2
    assert layer.notes["dangling_lines"]["length_m"] == pytest.approx(2.0)


def test_what_does_not_fit_is_told_and_nothing_is_lost(kind: str, tmp_path: Path) -> None:
    lines = [
        square(0, 0, 10),
        square(20, 0, 10),
        square(40, 0, 10),
        [(60.0, 0.0), (70.0, 0.0), (70.0, 10.0), (60.0, 10.0)],
    ]
    texts = [
        ("13", "1", 2.0, 2.0),
        ("13", "1", 4.0, 2.0),
        ("13", "2", 22.0, 2.0),
        ("13", "3", 26.0, 2.0),
        ("13", "4", 65.0, 5.0),
        ("4", "100.0", 65.0, 6.0),
    ]
    file = sheet(kind, tmp_path, lines, texts)
    (layer,) = layers_of(file)
    rows = read_all(file)
    west = shapely.bounds(shapely.from_wkb(rows["wkb"].to_pylist()))[:, 0] - WEST
    by_place = sorted(zip(west.tolist(), rows["soThua"].to_pylist(), strict=True), key=str)
    assert by_place == [(0.0, "1"), (20.0, None), (40.0, None), (pytest.approx(np.nan, nan_ok=True), "4")]
    assert layer.rows == 4
    assert layer.notes["polygons"] == 3
    assert layer.notes["polygons_without_number"] == 1
    assert layer.notes["soThua"] == {
        "labels": 5,
        "in_no_polygon": 1,
        "in_one_polygon_several": 1,
        "places_in_no_polygon": [[WEST + 65, SOUTH + 5]],
        "places_of_several": [[WEST + 22, SOUTH + 2], [WEST + 26, SOUTH + 2]],
    }
    assert layer.notes["dienTich"]["in_no_polygon"] == 1
    assert layer.notes["dangling_lines"]["count"] == 1
    assert layer.notes["dangling_lines"]["length_m"] == pytest.approx(30.0)


def test_levels_are_what_the_profile_says(kind: str, tmp_path: Path) -> None:
    file = sheet(kind, tmp_path, [square(0, 0, 10)], [("50", "9", 2.0, 2.0), ("13", "1", 4.0, 4.0)])
    assert read_all(file, number=[50])["soThua"].to_pylist() == ["9"]
    assert refusal(file, boundary=[23]).code == "DLV-NO-BOUNDARY"
    assert read_all(file, boundary=[23, "Level 10"]).num_rows == 1


def test_the_file_s_name_says_commune_and_sheet(kind: str, tmp_path: Path) -> None:
    file = sheet(kind, tmp_path, [square(0, 0, 10)], [])
    rows = read_all(file, name="(?P<xa>[0-9]{5})-(?P<to>[0-9]+)")
    assert (rows["xa"].to_pylist(), rows["to"].to_pylist()) == (["00691"], ["12"])
    assert refusal(file, name="to (?P<to>[0-9]+)").code == "DLV-NAME-PATTERN"


def test_old_fonts_stay_as_they_were_delivered(kind: str, tmp_path: Path) -> None:
    """The bytes of TCVN3 as the letters of code page 1252, which is what a later stage converts."""
    file = sheet(
        kind, tmp_path, [square(0, 0, 10)], [("2", "§Êt ë" if kind == "dxf" else "#1#2#3", 2.0, 2.0)]
    )
    if kind == "dgn":  # GDAL writes ASCII only
        file.write_bytes(file.read_bytes().replace(b"#1#2#3", "§Êt ë ".encode("cp1252")))
        assert read_all(file)["loaiDat"].to_pylist() == ["§Êt ë "]
        return
    assert read_all(file)["loaiDat"].to_pylist() == ["§Êt ë"]


@pytest.mark.parametrize(
    ("version", "page", "declared"),
    [
        ("AC1015", "cp1252", "TCVN3"),
        ("AC1015", "utf-8", "UTF-8"),
        ("AC1021", "utf-8", "TCVN3"),
        ("AC1021", "utf-8", None),
    ],
)
def test_a_dxf_is_unicode_since_2007_whatever_is_declared(
    version: str, page: str, declared: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "a.dxf"
    entities = written.polyline(np.array(square(0, 0, 10))) + written.text("2", "§Êt ë", 1.0, 1.0)
    file.write_text(written.document(entities, version), encoding=page)
    assert read_all(file, encoding=declared)["loaiDat"].to_pylist() == ["§Êt ë"]


def polygons(tmp_path: Path, *entities: str, version: str = "AC1015", **said: object) -> np.ndarray:
    """The polygons of a DXF made of entities."""
    file = tmp_path / "a.dxf"
    file.write_text(written.document("".join(entities), version), encoding="cp1252")
    return np.asarray(shapely.from_wkb(read_all(file, **said)["wkb"].to_pylist()))


def line(*said: object) -> str:
    return written.groups(0, "LINE", 8, "10", *said)


def test_a_dxf_s_curves_keep_to_the_tolerance(tmp_path: Path) -> None:
    """A circle, an ellipse twice as long as wide, and half a circle drawn by a bulge."""
    circle = written.groups(0, "CIRCLE", 8, "10", 10, 100, 20, 100, 40, 20)
    ellipse = written.groups(
        0,
        "ELLIPSE",
        100,
        "AcDbEntity",
        8,
        "10",
        100,
        "AcDbEllipse",
        10,
        200,
        20,
        100,
        11,
        20,
        21,
        0,
        40,
        0.5,
        41,
        0,
        42,
        2 * np.pi,
    )
    bulge = written.groups(0, "LWPOLYLINE", 100, "AcDbEntity", 8, "10", 100, "AcDbPolyline", 90, 2, 70, 1)
    bulge += written.groups(10, 300, 20, 100, 42, 1, 10, 320, 20, 100, 42, 0)
    for tolerance in (0.001, 0.1):
        found = polygons(tmp_path, circle, ellipse, bulge, curve_tolerance_m=tolerance)
        areas = sorted(shapely.area(found).tolist())
        exact = sorted([np.pi * 400, np.pi * 200, np.pi * 50])
        lost = np.array(exact) - np.array(areas)
        assert (lost > 0).all()
        assert (lost <= tolerance * 2 * np.pi * 20).all()


def test_a_mirrored_arc_lies_on_its_own_side(tmp_path: Path) -> None:
    """With its axis downwards an arc's x counts to the left."""
    arc = written.groups(0, "ARC", 8, "10", 10, -100, 20, 0, 40, 10, 50, 0, 51, 180, 210, 0, 220, 0, 230, -1)
    (half,) = polygons(tmp_path, arc, line(10, 90, 20, 0, 11, 110, 21, 0))
    assert shapely.area(half) == pytest.approx(np.pi * 50, abs=0.1)
    assert shapely.bounds(half).tolist() == pytest.approx([90, 0, 110, 10], abs=0.001)


def test_a_spline_of_a_dxf_bounds_a_parcel(tmp_path: Path) -> None:
    spline = written.groups(
        0, "SPLINE", 100, "AcDbEntity", 8, "10", 100, "AcDbSpline", 70, 8, 71, 2, 72, 6, 73, 3
    )
    spline += written.groups(*(item for knot in (0, 0, 0, 1, 1, 1) for item in (40, knot)))
    spline += written.groups(10, 0, 20, 0, 10, 10, 20, 20, 10, 20, 20, 0)
    (found,) = polygons(tmp_path, spline, line(10, 0, 20, 0, 11, 20, 21, 0))
    assert shapely.area(found) == pytest.approx(2 / 3 * 20 * 10, abs=0.02)  # a parabola's two thirds


def test_what_stands_in_a_block_stands_where_the_block_was_put(tmp_path: Path) -> None:
    file = tmp_path / "a.dxf"
    block = written.groups(0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 8, "0", 2, "O", 70, 0, 10, 0, 20, 0)
    block += written.polyline(np.array(square(0, 0, 10)), "0") + written.text("13", "7", 1.0, 1.0)
    block += written.groups(0, "ENDBLK", 0, "ENDSEC")
    insert = written.groups(
        0, "INSERT", 100, "AcDbEntity", 8, "Level 10", 100, "AcDbBlockReference", 2, "O", 10, 500, 20, 600
    )
    whole = written.document(insert).replace("0\nSECTION\n2\nENTITIES", block + "0\nSECTION\n2\nENTITIES")
    file.write_text(whole, encoding="cp1252")
    rows = read_all(file)
    assert rows["soThua"].to_pylist() == ["7"]
    assert shapely.bounds(shapely.from_wkb(rows["wkb"].to_pylist())).tolist() == [[500, 600, 510, 610]]


def test_polygons_that_a_gis_program_wrote_as_fillings_are_boundaries(tmp_path: Path) -> None:
    file = tmp_path / "a.dxf"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            file,
            shapely.to_wkb(np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])),
            [np.array(["10", "10"], dtype=object)],
            ["Layer"],
            geometry_type="Polygon",
            driver="DXF",
        )
    assert shapely.area(shapely.from_wkb(read_all(file)["wkb"].to_pylist())).tolist() == [100, 100]


def test_a_drawing_of_two_versions_at_once_is_refused_and_one_of_r12_read(tmp_path: Path) -> None:
    """ezdxf would read a later kind in an R12 drawing without its layer."""
    file = tmp_path / "a.dxf"
    file.write_text(
        written.document(written.polyline(np.array(square(0, 0, 10))), "AC1009"), encoding="cp1252"
    )
    assert refusal(file).code == "DLV-DXF-VERSION"
    vertices = "".join(written.groups(0, "VERTEX", 8, "10", 10, x, 20, y) for x, y in square(0, 0, 10)[:4])
    old = (
        written.groups(0, "POLYLINE", 8, "10", 66, 1, 70, 1) + vertices + written.groups(0, "SEQEND", 8, "10")
    )
    assert shapely.area(polygons(tmp_path, old, version="AC1009")).tolist() == [100]


def test_what_is_no_dxf_is_not_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "a.dxf"
    file.write_bytes(b"PK\x03\x04 something")
    assert refusal(file).code == "DLV-NOT-THIS-FORMAT"


def test_a_drawing_cut_anywhere_is_refused(kind: str, tmp_path: Path) -> None:
    whole = sheet(kind, tmp_path, [square(0, 0, 10), square(20, 0, 10)], [("13", "1", 2.0, 2.0)]).read_bytes()
    end = len(whole) - (2 if kind == "dgn" else 6)  # what follows the last element is only the mark
    for size in np.linspace(1, end, 23).astype(int).tolist():
        file = tmp_path / f"cut.{kind}"
        file.write_bytes(whole[:size])
        assert refusal(file).code in {"DLV-TRUNCATED", "DLV-NOT-THIS-FORMAT", "DLV-CORRUPT"}, size
