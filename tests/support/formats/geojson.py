"""GeoJSON and GeoJSONSeq, written from Python's own JSON: as text where the province has text, dates as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from tests.support.formats.base import Delivered, profile, write_toml
from tests.support.tiny import EPSG, Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One FeatureCollection in metres of its zone, which it states the old way."""
    used = profile()
    document = {
        "type": "FeatureCollection",
        "name": "thua_dat",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{EPSG}"}},
        "features": list(features(tiny)),
    }
    (folder / "thua.geojson").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    write_toml(folder, "thua.geojson")
    return Delivered(folder, used)


def write_sequence(tiny: Tiny, folder: Path) -> Delivered:
    """A feature a line; nothing says the zone but the delivery."""
    lines = (json.dumps(feature, ensure_ascii=False) for feature in features(tiny))
    (folder / "thua.geojsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_toml(folder, "thua.geojsonl")
    return Delivered(folder, profile())


def features(tiny: Tiny) -> Iterator[dict[str, Any]]:
    """Every parcel as a GeoJSON feature."""
    rows = tiny.delivered(profile()).to_pylist()
    for row, geometry in zip(rows, tiny.geometry, strict=True):
        yield {
            "type": "Feature",
            "properties": {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()},
            "geometry": json.loads(shapely.to_geojson(geometry)),
        }
