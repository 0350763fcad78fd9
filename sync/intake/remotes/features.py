"""One page of features, GeoJSON or GML, to columns: every property as text, digit for digit; the geometry as WKB.

GeoJSON is taken apart by DuckDB and GEOS, GML by GDAL: no feature passes through Python.
"""

import json
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyogrio.raw import open_arrow

from sync.intake.remotes.base import bad_answer
from sync.intake.remotes.xml import local, parse
from sync.intake.sources.base import READ_FAILURES
from sync.intake.sources.gml_geometry import Properties, held_in, shape_of, told_apart
from sync.intake.sources.json_keys import repeated_key
from sync.intake.sources.refusals import shown
from sync.intake.sources.text_geometry import shallow

_COLLECTIONS = (
    "{http://www.opengis.net/wfs/2.0}FeatureCollection",
    "{http://www.opengis.net/wfs}FeatureCollection",
)
_GML_OWN = ("fid", "gml_id", "lowerCorner", "upperCorner", "pos", "boundedBy")


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    batch     (n,) text columns and `geometry` (WKB, as the page gives its coordinates)
    ids       (n,) the features' own ids; NULL where one has none
    matched   how many features there are in all, by this page; None where it does not say
    next      where the next page is, by the page's own link; None without one
    """

    batch: pa.RecordBatch
    ids: pa.Array
    matched: int | None
    next: str | None = None


def key_of(page: Page, key: str) -> pa.Array:
    """(n,) the key of every feature; NULL where the page does not have it."""
    known = key in page.batch.schema.names
    return page.batch.column(key) if known else pa.nulls(page.batch.num_rows, pa.string())


def from_geojson(body: bytes, geometry: str, where: str) -> Page:
    """A FeatureCollection. Raises DeliveryRejected for anything else, and for a property that a feature has twice."""
    again = repeated_key([body])
    if again is not None:
        raise bad_answer(where, f"GeoJSON: {shown(again.key)} ×2")
    try:
        with duckdb.connect() as database:
            matched, following = _open(database, body, where)
            keys = [row[0] for row in database.execute(_KEYS).fetchall()]
            names = [key for key in keys if key != geometry]
            picked = ["id", "shape", *(f"properties ->> {_pointer(key)}" for key in names)]
            table = database.sql(f"SELECT {', '.join(picked)} FROM feature ORDER BY place").to_arrow_table()  # noqa: S608
    except (duckdb.Error, UnicodeDecodeError) as failure:
        raise bad_answer(where, f"GeoJSON: {type(failure).__name__}") from failure
    ids, shapes, *values = [_one(column, pa.string()) for column in table.columns]
    batch = pa.record_batch([*values, _wkb(shapes, where)], names=[*names, geometry])
    return Page(batch=batch, ids=ids, matched=matched, next=following)


_HEAD = """
SELECT page ->> '$.type', json_type(page, '$.features'),
       coalesce(page ->> '$.numberMatched', page ->> '$.totalFeatures'), (page -> '$.links')::VARCHAR
FROM answer
"""
_FEATURES = """
CREATE TEMP TABLE feature AS
SELECT row_number() OVER () AS place, f ->> '$.id' AS id, f -> '$.properties' AS properties,
       CASE WHEN json_type(f, '$.geometry') = 'OBJECT' THEN (f -> '$.geometry')::VARCHAR END AS shape
FROM (SELECT unnest(from_json(page -> '$.features', '["JSON"]')) AS f FROM answer)
"""
_KEYS = "SELECT DISTINCT unnest(json_keys(properties)) AS key FROM feature ORDER BY key"


def _open(database: Any, body: bytes, where: str) -> tuple[int | None, str | None]:
    """The page as a table `feature`; what it says of the number of features, and of the next page."""
    database.execute("SET threads = 1")
    database.execute("CREATE TEMP TABLE answer AS SELECT ?::JSON AS page", [body.decode("utf-8")])
    kind, features, matched, links = database.execute(_HEAD).fetchone()
    if kind != "FeatureCollection" or features != "ARRAY":
        raise bad_answer(where, f"JSON: {str(kind)[:40]} ≠ FeatureCollection")
    database.execute(_FEATURES)
    listed = json.loads(links) if links else []
    following = [link.get("href") for link in listed if isinstance(link, dict) and link.get("rel") == "next"]
    return (
        int(matched) if matched and matched.isdigit() else None,
        str(following[0]) if following and following[0] else None,
    )


def _pointer(key: str) -> str:
    """A JSON pointer to a property, as an SQL text."""
    return "'/" + key.replace("~", "~0").replace("/", "~1").replace("'", "''") + "'"


def _one(values: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    combined = values.combine_chunks()
    return (
        combined.cast(kind)
        if isinstance(combined, pa.Array)
        else pa.concat_arrays(combined.chunks).cast(kind)
    )


def _wkb(text: pa.Array, where: str) -> pa.Array:
    """(n,) GeoJSON geometries to WKB: NULL stays NULL, what is no geometry stays as its own letters."""
    shapes = shapely.from_geojson(
        shallow(text, json=True).to_numpy(zero_copy_only=False), on_invalid="ignore"
    )
    wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
    unread = np.asarray(shapely.is_missing(shapes)) & np.asarray(text.is_valid())
    if len(text) and unread.all() and unread.any():
        raise bad_answer(where, "GeoJSON: geometry")
    return pc.if_else(pa.array(unread), text.cast(pa.binary()), wkb) if unread.any() else wkb


def from_gml(body: bytes, geometry: str, columns: tuple[str, ...], where: str) -> Page:
    """A wfs:FeatureCollection in GML 3.2; `columns` are those that DescribeFeatureType names. Raises DeliveryRejected."""
    root = parse(body, where)
    if root.tag not in _COLLECTIONS:  # GDAL has readers that would follow an address in another document
        raise bad_answer(where, f"XML: {local(root)} ≠ FeatureCollection")
    matched, returned = root.get("numberMatched", ""), root.get("numberReturned", "")
    root.clear()
    if returned == "0":
        return _empty(geometry, columns, matched)
    table, found, shapes = _read_gml(body, where)
    names = _gml_names(table.schema.names, found, columns, where)
    rows = len(table)
    if returned.isdigit() and int(returned) != rows:
        raise bad_answer(where, f"GML: numberReturned {returned} ≠ {rows}")
    arrays = [
        _one(table[names[column]], pa.string()) if column in names else pa.nulls(rows, pa.string())
        for column in columns
    ]
    wkb = shape_of(shapes, where) if shapes else pa.nulls(rows, pa.binary())
    ids = (
        _one(table["gml_id"], pa.string()) if "gml_id" in table.schema.names else pa.nulls(rows, pa.string())
    )
    return Page(
        batch=pa.record_batch([*arrays, wkb], names=[*columns, geometry]),
        ids=ids,
        matched=int(matched) if matched.isdigit() else None,
    )


def _read_gml(body: bytes, where: str) -> tuple[pa.Table, set[str], dict[str, pa.Array]]:
    """The page as GDAL reads it, which of its columns are geometries, and these."""
    properties: Properties = {}
    held_in(body, properties)
    before = pyogrio.get_gdal_config_option("GML_FIELDTYPES")
    pyogrio.set_gdal_config_options({"GML_FIELDTYPES": "ALWAYS_STRING"})  # else 007 would be the number 7
    with tempfile.TemporaryDirectory(prefix="landsync-page-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = Path(folder) / "page.gml"
        page.write_bytes(body)
        try:
            with (
                told_apart(page, properties, None) as (own, _),
                open_arrow(str(own), use_pyarrow=True, WRITE_GFS="NO", DOWNLOAD_SCHEMA="NO") as (
                    meta,
                    reader,
                ),
            ):
                table = reader.read_all()
                first = meta["geometry_name"] or "wkb_geometry"
        except READ_FAILURES as failure:
            raise bad_answer(where, f"GML: {str(failure).splitlines()[0][:160]}") from failure
        finally:
            pyogrio.set_gdal_config_options({"GML_FIELDTYPES": before})
    binary = [field.name for field in table.schema if pa.types.is_binary(field.type)]
    names = sorted(binary, key=lambda name: (name != first, name))
    return table, set(names), {name: _one(table[name], pa.binary()) for name in names}


def _empty(geometry: str, columns: tuple[str, ...], matched: str) -> Page:
    kinds = [pa.field(name, pa.string()) for name in columns] + [pa.field(geometry, pa.binary())]
    batch = pa.RecordBatch.from_pylist([], pa.schema(kinds))
    return Page(batch, pa.nulls(0, pa.string()), int(matched) if matched.isdigit() else None)


def _gml_names(
    present: list[str], geometries: set[str], columns: tuple[str, ...], where: str
) -> dict[str, str]:
    """Described property → GDAL's name for it: `a`, or `a|b` for an element within it.

    GDAL calls the first inner element by its own name alone. It can stand for one property only: the one that nothing
    else is named after; where that leaves a doubt, nothing is guessed. Raises DeliveryRejected.
    """
    names: dict[str, str] = {}
    strange: list[str] = []
    for name in present:
        outer = name.partition("|")[0]
        if name in geometries or name in ("geometry", "wkb_geometry") or name in _GML_OWN:
            continue
        if outer in columns and outer not in names:
            names[outer] = name
        else:
            strange.append(name)
    left = [column for column in columns if column not in names]
    if len(strange) == 1 and len(left) == 1:
        return names | {left[0]: strange[0]}
    if strange:
        raise bad_answer(where, f"GML: {', '.join(strange)[:200]} ?")
    return names
