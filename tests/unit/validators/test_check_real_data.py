"""The checks on real cadastres and on known answers made by others. Skipped where the data is absent."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyogrio
import pytest
import shapely
from shapely import from_wkb, from_wkt

from parcels.validity import is_valid
from tests.unit.validators.validator_datasets import dataset, nowhere, verdict
from validators.base import Subject
from validators.shape import OWN_REASONS, STAGES, ShapeFault, shape_of

pytestmark = pytest.mark.shared_data

ABROAD = dict.fromkeys(("IDN-COMMUNE-UNKNOWN", "IDN-COMMUNE-EXPIRED", "IDN-COMMUNE-PROVINCE", "IDN-NATIONAL-MISSING", "IDN-SHEET-MISSING", "ATT-REQUIRED", "ATT-LAND-USE", "ATT-LAND-USE-LEGACY"), "another country's cadastre")  # fmt: skip


def read(path: Path, layer=None):
    _, table = pyogrio.read_arrow(path, layer=layer)
    geometry = shapely.from_wkb(table["geom" if "geom" in table.column_names else "wkb_geometry"].to_numpy())
    return table, geometry


def count_codes(judged):
    return Counter(judged.findings["check_code"].to_pylist())


def test_the_swiss_partition_has_no_finding(shared_data):
    path = shared_data / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    parts = [read(path, layer) for layer in ("so_252400", "so_254900")]
    shapes = np.concatenate([shape for _, shape in parts])
    keys = [key for table, _ in parts for key in table["egrid"].to_pylist()]
    areas = [area for table, _ in parts for area in table["flaechenmass"].to_pylist()]
    data = nowhere(shapes, epsg=2056, source_key=keys, area_legal_m2=areas, commune_code=[None] * len(keys))
    judged = verdict(data, not_applicable=ABROAD)
    assert (judged.counts.read, judged.counts.accepted) == (144, 144)
    assert judged.findings.num_rows == 0
    assert judged.measures["dung"] == 1.0


def test_cambridge_has_the_invalid_and_repeated_rows_that_its_notes_state(shared_data):
    table, shapes = read(shared_data / "cadastre" / "cambridge" / "cambridge_parcels_fy2013.gpkg")
    n = len(shapes)
    nothing = {"national_id": [None] * n, "parcel_no": [None] * n, "commune_code": [None] * n}
    data = nowhere(shapes, epsg=4326, source_key=table["ML"].to_pylist(), **nothing)
    judged = verdict(data, not_applicable=ABROAD)
    codes = count_codes(judged)
    assert codes == {
        "GEO-INVALID": 24,
        "GEO-RING-ORDER": 4,
        "GEO-MULTIPART": 3,
        "IDN-DUP-SOURCE": 89,
        "IDN-MISSING": 6,
    }
    counts = judged.counts
    assert counts.read == 13_159 == counts.accepted + counts.quarantined + counts.unreadable
    assert counts.unreadable == 6
    invalid = judged.findings.filter(pc.equal(judged.findings["check_code"], "GEO-INVALID"))
    assert invalid["place_wkb"].null_count == 0
    assert set(invalid["place_srid"].to_pylist()) == {4326}
    assert not any("(" in detail for detail in invalid["detail"].to_pylist())  # all delivered so
    places = shapely.from_wkb(invalid["place_wkb"].to_numpy(zero_copy_only=False))
    assert (shapely.distance(places, shapes[invalid["row_no"].to_numpy()]) < 1e-9).all()


def test_the_french_sheets_are_valid_and_213_registered_areas_differ(shared_data):
    table, shapes = read(shared_data / "cadastre" / "edigeo" / "edigeo_parcelles.gpkg")
    areas = [float(area) for area in table["SUPF"].to_pylist()]
    data = nowhere(shapes, epsg=2154, source_key=table["IDU"].to_pylist(), area_legal_m2=areas)
    judged = verdict(data, not_applicable=ABROAD)
    share_only = np.abs(data.numpy("area_legal_m2") - data.numpy("area_m2")) > 0.05 * data.numpy(
        "area_legal_m2"
    )
    assert share_only.sum() == 213
    codes = count_codes(judged)
    assert codes.pop("GEO-RING-ORDER") == 3  # as written in the exchange format: worth an info, no more
    assert codes == {"ATT-AREA": 208}  # by more than 1 m² as well
    assert judged.counts.accepted == 900


def jts_cases(folder: Path):
    """(geometry, whether it is valid) of every isValid assertion."""
    for path in sorted(folder.rglob("*.xml")):
        text = re.sub(
            r"^\s*<!--.*?-->\s*(?=<run>)",
            "",
            path.read_text(encoding="utf-8", errors="replace"),
            flags=re.DOTALL,
        )
        for case in ET.fromstring(text).iter("case"):
            for operation in case.iter("op"):
                if operation.get("name") == "isValid":
                    given = case.find(operation.get("arg1", "A").lower())
                    yield "".join(given.text.split("\n")).strip(), operation.text.strip() == "true"


def test_our_validity_is_that_of_jts(shared_data):
    cases = list(jts_cases(shared_data / "cases" / "jts_validity"))
    assert len(cases) == 917
    hexadecimal = re.compile(r"^[0-9A-Fa-f]+$")
    with np.errstate(invalid="ignore"):  # some coordinates are no numbers, which is the fault
        shapes = np.array([(from_wkb if hexadecimal.match(given) else from_wkt)(given) for given, _ in cases])
        valid = is_valid(shapes)
    expected = np.array([valid for _, valid in cases])
    assert (valid == expected).all(), shapes[valid != expected]
    # What a delivery of the same shapes is told: those that are polygons the same, the others that they are none.
    n = len(shapes)
    data = dataset(shapes, epsg=2056, area_m2=[None] * n, area_legal_m2=[None] * n)
    shape = shape_of(Subject(data, None))
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    assert polygonal.sum() == 400
    delivered_so = shape.stage == STAGES.index("delivered")
    refused = delivered_so & np.isin(shape.fault, (ShapeFault.INVALID, ShapeFault.ZERO_AREA))
    stricter = np.isin(
        shape.reason, (OWN_REASONS.index("Hollow Ring"), OWN_REASONS.index("Coordinate too far"))
    )
    assert (stricter & polygonal).sum() == 6
    assert (~refused[polygonal] == (expected & ~stricter)[polygonal]).all()
    assert np.isin(shape.fault[~polygonal], (ShapeFault.EMPTY, ShapeFault.TYPE)).all()


GEOJSON = {
    "problematic_geometries/problematic_self_intersection_small": {"GEO-INVALID"},
    "problematic_geometries/problematic_self_intersection_large": {"GEO-INVALID"},
    "problematic_geometries/problematic_inner_and_exterior_ring_intersect": {"GEO-INVALID"},
    "problematic_geometries/problematic_feature_null_geometry": {"GEO-NULL"},
    "problematic_geometries/problematic_zero_length_linestring": {"GEO-TYPE"},
    "problematic_geometries/problematic_duplicate_nodes": {"GEO-DUP-VERTEX"},
    "problematic_geometries/problematic_holes": set(),
    "problematic_geometries/problematic_3d_coordinates": {"GEO-ZM"},
    "problematic_geometries/problematic_excessive_coordinate_precision": set(),
    "invalid_geometries/invalid_exterior_not_ccw": set(),
    "invalid_geometries/invalid_interior_not_cw": {"GEO-RING-ORDER"},
    "valid/valid_geometry_polygon": {"GEO-AREA-LARGE"},  # these two are degrees wide
    "valid/valid_geometry_multipolygon": {"GEO-AREA-LARGE", "GEO-MULTIPART"},
    "valid/valid_geometry_point": {"GEO-TYPE"},
    "valid/valid_geometry_geometrycollection": {"GEO-TYPE"},
}


@pytest.mark.parametrize(("name", "expected"), GEOJSON.items(), ids=[name.split("/")[1] for name in GEOJSON])
def test_geojson_files_with_one_fault_have_that_fault(shared_data, name, expected):
    document = json.loads(
        (shared_data / "cases" / "geojson_invalid" / "examples" / f"{name}.geojson").read_text()
    )
    features = document.get("features", [document])
    written = [feature.get("geometry", feature) for feature in features]
    shapes = [shapely.from_geojson(json.dumps(shape)) if shape else None for shape in written]
    data = nowhere(shapes, epsg=4326, national_id=[None] * len(shapes))
    found = [code for code in verdict(data).findings["check_code"].to_pylist() if code.startswith("GEO")]
    assert set(found) == expected
