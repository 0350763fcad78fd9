"""GML: axes by the CRS's name, values as text, nothing beside the file believed or written, no half file."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import shapely

from parcels.wkb import geometry_types
from sync.intake.sources import source_of
from tests.support.formats.gml import NAMESPACES, surface
from tests.support.formats.reading import layers_of, read_all, refusal

FORMS = ("urn:ogc:def:crs:EPSG::{}", "http://www.opengis.net/def/crs/EPSG/0/{}", "EPSG:{}")
# The zones of VN-2000 name easting first; the others northing or latitude, unless the name is of the short form.
NORTH_FIRST = {5899: False, 9209: False, 4756: True, 4326: True, 3059: True}
SQUARE = shapely.box(10, 20, 11, 22)


def document(*members: str, more: str = "", before: str = "") -> str:
    inside = "".join(f"<gml:featureMember>{member}</gml:featureMember>" for member in members)
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<gml:FeatureCollection {NAMESPACES} {more}>{inside}</gml:FeatureCollection>'


def member(values: str = "<dc:so>007</dc:so>", srs: str = FORMS[0].format(5899), **how: bool) -> str:
    return f'<dc:Thua gml:id="t1">{values}<dc:g>{surface(SQUARE, srs, **how)}</dc:g></dc:Thua>'


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("epsg", sorted(NORTH_FIRST))
def test_easting_comes_first_however_the_crs_is_named(tmp_path: Path, epsg: int, form: str) -> None:
    north_first = NORTH_FIRST[epsg] and not form.startswith("EPSG")
    (tmp_path / "t.gml").write_text(document(member(srs=form.format(epsg), north_first=north_first)))
    assert layers_of(tmp_path / "t.gml")[0].crs == f"EPSG:{epsg}"
    (read,) = shapely.from_wkb(read_all(tmp_path / "t.gml")["wkb"].to_pylist())
    assert shapely.bounds(read).tolist() == [10, 20, 11, 22]


def test_values_are_text_as_written(tmp_path: Path) -> None:
    one = "<dc:a>9007199254740993</dc:a><dc:b>012</dc:b><dc:c>12.0</dc:c><dc:d>2026-11-20</dc:d><dc:e>true</dc:e>"
    two = "<dc:a>1</dc:a><dc:b>12</dc:b><dc:f>Nguyễn &amp; con</dc:f>"
    (tmp_path / "t.gml").write_text(document(member(one), member(two)), encoding="utf-8")
    read = read_all(tmp_path / "t.gml")
    values = {name: read[name].to_pylist() for name in read.column_names if name not in ("wkb", "gml_id")}
    assert values == {
        "a": ["9007199254740993", "1"],
        "b": ["012", "12"],
        "c": ["12.0", None],
        "d": ["2026-11-20", None],
        "e": ["true", None],
        "f": [None, "Nguyễn & con"],
    }


def test_a_zone_named_in_several_ways_is_one_zone(tmp_path: Path) -> None:
    named = [member(srs=form.format(4756), north_first=not form.startswith("EPSG")) for form in FORMS]
    (tmp_path / "t.gml").write_text(document(*named))
    assert layers_of(tmp_path / "t.gml")[0].crs == "EPSG:4756"
    bounds = shapely.bounds(shapely.from_wkb(read_all(tmp_path / "t.gml")["wkb"].to_pylist()))
    assert bounds.tolist() == [[10, 20, 11, 22]] * 3


def test_two_zones_in_a_layer_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.gml").write_text(document(member(), member(srs="urn:ogc:def:crs:EPSG::5897")))
    assert refusal(tmp_path / "t.gml").code == "DLV-CRS-MIXED"


def test_a_file_without_srs_name_states_no_crs(tmp_path: Path) -> None:
    (tmp_path / "t.gml").write_text(document(member(srs="")))
    assert layers_of(tmp_path / "t.gml")[0].crs is None


def test_any_cut_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.gml"
    content = document(*[member()] * 5).encode()
    path.write_bytes(content)
    assert read_all(path).num_rows == 5
    for size in range(0, len(content), 53):
        path.write_bytes(content[:size])
        assert refusal(path).code in {"DLV-TRUNCATED", "DLV-EMPTY-FILE", "DLV-CORRUPT"}, size
    path.write_bytes(content[: len(content) // 2])
    assert refusal(path).code == "DLV-TRUNCATED"


def test_what_lies_beside_the_file_is_neither_believed_nor_added_to(tmp_path: Path) -> None:
    path = tmp_path / "t.gml"
    path.write_text(
        document(
            member(),
            more='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:vn:diachinh t.xsd"',
        )
    )
    (tmp_path / "t.gfs").write_text(
        "<GMLFeatureClassList><GMLFeatureClass><Name>Thua</Name><ElementPath>Thua</ElementPath>"
        "<PropertyDefn><Name>khac</Name><ElementPath>so</ElementPath><Type>Integer</Type></PropertyDefn>"
        "</GMLFeatureClass></GMLFeatureClassList>"
    )
    (tmp_path / "t.xsd").write_text("<not a schema")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert source_of(path).members(path) == (path,)
    assert read_all(path)["so"].to_pylist() == ["007"]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_address[1]}", asked
    http.shutdown()
    http.server_close()


def test_no_address_in_the_file_is_asked(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    address, asked = server
    more = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xsi:schemaLocation="urn:vn:diachinh {address}/t.xsd"'
    )
    linked = f'<dc:xa xlink:href="{address}/xa.gml#1"/><dc:so>1</dc:so>'
    (tmp_path / "t.gml").write_text(document(member(linked), more=more))
    assert read_all(tmp_path / "t.gml").num_rows == 1
    assert asked == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            document(member(), before='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            "DLV-XML-DOCTYPE",
        ),
        ('<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', "DLV-NOT-THIS-FORMAT"),
        ("<a/>", "DLV-NOT-THIS-FORMAT"),
        ("\x1f\x8b\x08", "DLV-CORRUPT"),
        (document(member()).replace("</dc:Thua>", ""), "DLV-CORRUPT"),
        (document(member()) + "<a/>", "DLV-CORRUPT"),
    ],
)
@pytest.mark.parametrize("suffix", ["gml", "xml"])
def test_what_is_no_gml_is_refused(tmp_path: Path, content: str, code: str, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    path.write_text(content)
    assert refusal(path).code in ({code} if suffix == "gml" else {code, "DLV-FORMAT"})


def ring(*points: str) -> str:
    return f"<gml:LinearRing><gml:posList>{' '.join(points)}</gml:posList></gml:LinearRing>"


def square(east: int) -> str:
    corners = [
        f"{east} 457000",
        f"{east + 8} 457000",
        f"{east + 8} 457009",
        f"{east} 457009",
        f"{east} 457000",
    ]
    return f"<gml:exterior>{ring(*corners)}</gml:exterior>"


def arc(east: int) -> str:
    segments = (
        f"<gml:Arc><gml:posList>{east} 457000 {east + 4} 457002 {east + 8} 457000</gml:posList></gml:Arc>"
        f"<gml:LineStringSegment><gml:posList>{east + 8} 457000 {east + 8} 457009 {east} 457009 {east} 457000"
        "</gml:posList></gml:LineStringSegment>"
    )
    curve = (
        f"<gml:curveMember><gml:Curve><gml:segments>{segments}</gml:segments></gml:Curve></gml:curveMember>"
    )
    return f"<gml:exterior><gml:Ring>{curve}</gml:Ring></gml:exterior>"


DUTCH = "urn:ogc:def:crs:EPSG::28992"


def perceel(number: int, kind: str) -> str:
    """A parcel as the Dutch service writes it: its life, a label point before or behind its outline, curves in some."""
    east = 181000 + 10 * number
    point = f'<dc:plaats><gml:Point srsName="{DUTCH}"><gml:pos>{east + 4} 457004</gml:pos></gml:Point></dc:plaats>'
    outline = {
        "straight": f'<gml:Polygon srsName="{DUTCH}">{square(east)}</gml:Polygon>',
        "arc": f'<gml:Polygon srsName="{DUTCH}">{arc(east)}</gml:Polygon>',
        "surface": f'<gml:Surface srsName="{DUTCH}"><gml:patches><gml:PolygonPatch>{square(east)}'
        "</gml:PolygonPatch></gml:patches></gml:Surface>",
        "several": f'<gml:MultiSurface srsName="{DUTCH}"><gml:surfaceMember><gml:Polygon>{square(east)}</gml:Polygon>'
        "</gml:surfaceMember></gml:MultiSurface>",
        "none": "",
    }[kind]
    outline = f"<dc:begrenzing>{outline}</dc:begrenzing>" if outline else ""
    life = f"<dc:id>NL{number // 2}</dc:id><dc:begin>20{10 + number % 2}-01-01</dc:begin>"
    life += "" if number % 2 else "<dc:eind>2011-01-01</dc:eind>"
    shapes = point + outline if number % 3 else outline + point
    return f'<dc:Perceel gml:id="p{number}">{life}{shapes}</dc:Perceel>'


KINDS = ("straight", "arc", "surface", "several", "none", "straight", "arc", "several")
# By OGC's numbers: a polygon, a curved one, several; where there is no outline the label is all there is.
TYPES = {"straight": 3, "surface": 3, "arc": 10, "several": 6, "none": 1}


def test_every_feature_has_its_own_outline_whatever_the_others_have(tmp_path: Path) -> None:
    (tmp_path / "t.gml").write_text(document(*[perceel(k, kind) for k, kind in enumerate(KINDS)]))
    read = read_all(tmp_path / "t.gml")
    assert layers_of(tmp_path / "t.gml")[0].crs == "EPSG:28992"
    assert geometry_types(read["wkb"].combine_chunks()).tolist() == [TYPES[kind] for kind in KINDS]
    assert read["id"].to_pylist() == [f"NL{k // 2}" for k in range(len(KINDS))]
    assert read["eind"].to_pylist() == ["2011-01-01", None] * (len(KINDS) // 2)


def test_a_label_before_or_behind_changes_nothing_in_any_crs(tmp_path: Path) -> None:
    north = '<gml:Point srsName="urn:ogc:def:crs:EPSG::4756"><gml:pos>21 10.5</gml:pos></gml:Point>'
    label = f"<dc:l>{north}</dc:l>"
    shape = f"<dc:g>{surface(SQUARE, FORMS[0].format(4756), north_first=True)}</dc:g>"
    for name, inside in (("a", label + shape), ("b", shape + label), ("c", shape)):
        (tmp_path / f"{name}.gml").write_text(document(f'<dc:T gml:id="t"><dc:so>1</dc:so>{inside}</dc:T>'))
    a, b, c = (read_all(tmp_path / f"{name}.gml")["wkb"].to_pylist() for name in "abc")
    assert a == b == c
    assert shapely.bounds(shapely.from_wkb(a)).tolist() == [[10, 20, 11, 22]]


def test_of_two_surfaces_the_profile_says_which(tmp_path: Path) -> None:
    other = surface(shapely.box(0, 0, 1, 1), FORMS[0].format(5899))
    twice = member(f"<dc:nha>{other}</dc:nha>")
    (tmp_path / "t.gml").write_text(document(twice, member()))
    error = refusal(tmp_path / "t.gml")
    assert error.code == "DLV-GEOMETRY-SEVERAL"
    assert "«g»" in error.message.vi
    assert "«nha»" in error.message.vi
    first, _ = shapely.from_wkb(read_all(tmp_path / "t.gml", geometry="g")["wkb"].to_pylist())
    assert shapely.bounds(first).tolist() == [10, 20, 11, 22]
    first, second = shapely.from_wkb(read_all(tmp_path / "t.gml", geometry="nha")["wkb"].to_pylist())
    assert shapely.bounds(first).tolist() == [0, 0, 1, 1]
    assert second is None
    assert refusal(tmp_path / "t.gml", geometry="hinh").code == "DLV-NO-GEOMETRY"


def test_a_polygon_that_only_delimits_metadata_is_no_layer(tmp_path: Path) -> None:
    extent = f"<gco:extent>{surface(SQUARE, FORMS[0].format(4167))}</gco:extent>"
    said = f'<gmd:MD_Metadata xmlns:gmd="urn:gmd" xmlns:gco="urn:gco" {NAMESPACES}>{extent}</gmd:MD_Metadata>'
    (tmp_path / "metadata.xml").write_text(said)
    assert layers_of(tmp_path / "metadata.xml") == ()
