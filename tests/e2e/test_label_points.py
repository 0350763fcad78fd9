"""Points that label parcels, in GeoJSON: beside the polygon they change nothing, in its place they are its row's fault."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import shapely
from typer.testing import CliRunner

from sync.cli.app import app
from sync.report.explain.judged import PARCELS
from tests.support.strip import COMMUNE, ZONE, strip

PROFILE = f"""
province = "08"
system = "vbdlis"
[columns]
source_key = "ma"
commune_code = "xa"
sheet_no = "to"
parcel_no = "thua"
[[parts]]
epsg = {ZONE}
"""
WHERE = ("none", "property before", "property behind", "collection", "instead")
GEOMETRY_IS_NONE = {"collection": "GeometryCollection", "instead": "Point"}


def feature(number: int, shape: shapely.Polygon, where: str) -> dict[str, Any]:
    """A parcel, and where its label point is."""
    point = shapely.geometry.mapping(shape.centroid)
    values: dict[str, Any] = {"ma": f"K{number}", "xa": COMMUNE, "to": "1", "thua": str(number)}
    said = {
        "property before": {"nhan": point} | values,
        "property behind": values | {"nhan": point},
    }.get(where, values)
    outline = shapely.geometry.mapping(shape)
    geometry = {
        "collection": {"type": "GeometryCollection", "geometries": [outline, point]},
        "instead": point,
    }.get(where, outline)
    return {"type": "Feature", "properties": said, "geometry": geometry}


def checked(
    features: list[dict[str, Any]], folder: Path
) -> tuple[dict[str, Any], dict[int, set[tuple[str, Any]]]]:
    """The summary of `landsync check`, and what it says of each feature's shape and key, by its place in the file."""
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{ZONE}"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    (folder / "thua.geojson").write_text(json.dumps(document), encoding="utf-8")
    (folder / "08.toml").write_text(PROFILE, encoding="utf-8")
    out = folder / "out"
    done = CliRunner().invoke(
        app,
        ["check", str(folder / "thua.geojson"), "--province", "08", "--profile", str(folder / "08.toml"), "--out",
         str(out), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = pq.read_table(out / PARCELS).to_pylist()
    assert sorted(row["file_row"] for row in rows) == list(range(1, len(features) + 1))
    place = {row["row_no"]: row["file_row"] - 1 for row in rows}
    found: dict[int, set[tuple[str, Any]]] = {}
    for each in pq.read_table(out / "judgement" / "findings.parquet").to_pylist():
        if each["check_code"].startswith("GEO-") or each["check_code"] == "IDN-DUP-SOURCE":
            found.setdefault(place[each["row_no"]], set()).add((each["check_code"], each["detail"]))
    return json.loads(done.stdout), found


def test_every_row_has_its_right_reason(tmp_path: Path) -> None:
    shapes = strip(40).geometry
    where = [WHERE[number % len(WHERE)] for number in range(len(shapes))]
    features = [
        feature(number + 1, shape, place)
        for number, (shape, place) in enumerate(zip(shapes, where, strict=True))
    ]
    said, found = checked(features, tmp_path)
    assert found == {
        row: {("GEO-TYPE", GEOMETRY_IS_NONE[each])}
        for row, each in enumerate(where)
        if each in GEOMETRY_IS_NONE
    }
    assert said["quarantined"] == len(found)
    assert said["accepted"] == len(where) - len(found)


def test_a_label_that_is_a_feature_of_its_own_is_a_row_and_repeats_its_parcels_key(tmp_path: Path) -> None:
    shapes = strip(3).geometry
    features = [feature(number + 1, shape, "none") for number, shape in enumerate(shapes)]
    said, found = checked([*features, feature(2, shapes[1], "instead")], tmp_path)
    assert {row: {code for code, _ in each} for row, each in found.items()} == {
        1: {"IDN-DUP-SOURCE"}, 3: {"IDN-DUP-SOURCE", "GEO-TYPE"},
    }  # fmt: skip
    assert (said["read"], said["quarantined"], said["accepted"]) == (4, 2, 2)
