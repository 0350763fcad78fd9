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


def test_every_row_has_its_right_reason(tmp_path: Path) -> None:
    shapes = strip(40).geometry
    where = [WHERE[number % len(WHERE)] for number in range(len(shapes))]
    features = [
        feature(number + 1, shape, place)
        for number, (shape, place) in enumerate(zip(shapes, where, strict=True))
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{ZONE}"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    (tmp_path / "thua.geojson").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "08.toml").write_text(PROFILE, encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        ["check", str(tmp_path / "thua.geojson"), "--province", "08", "--profile", str(tmp_path / "08.toml"), "--out",
         str(out), "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    rows = pq.read_table(out / PARCELS).to_pylist()
    assert sorted(row["file_row"] for row in rows) == list(range(1, len(where) + 1))
    place = {row["row_no"]: row["file_row"] - 1 for row in rows}
    found = {
        place[each["row_no"]]: (each["check_code"], each["detail"])
        for each in pq.read_table(out / "judgement" / "findings.parquet").to_pylist()
        if each["check_code"].startswith("GEO-")
    }
    assert found == {
        row: ("GEO-TYPE", GEOMETRY_IS_NONE[each])
        for row, each in enumerate(where)
        if each in GEOMETRY_IS_NONE
    }
    assert said["quarantined"] == len(found)
    assert said["accepted"] == len(where) - len(found)
