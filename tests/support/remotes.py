"""The small province offered by servers instead of files: put into databases, pulled, and compared."""

import json
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.csv as pacsv
import pyogrio
import shapely
from psycopg2 import sql

from sync.declared.profile import Profile
from sync.folder.pulled import PulledEntry
from sync.intake.pull import pull
from tests.support.database import Server
from tests.support.formats import WRITERS, Delivered
from tests.support.formats.base import profile as own_profile
from tests.support.formats.base import with_geometry
from tests.support.tiny import EPSG, tiny
from tests.unit.intake.sources.test_format_matrix import canonical_rows

TYPES = {"double": "numeric(18,4)", "date32[day]": "date", "int32": "integer"}
READER = "nguoi_doc"


def reference(folder: Path) -> pa.Table:
    """The canonical rows by way of a GeoPackage, which loses nothing."""
    (folder / "delivery").mkdir()
    return canonical_rows(WRITERS["geopackage"](tiny(), folder / "delivery"), folder / "run")


def profile_with(**connection: Any) -> Profile:
    """The province's profile with one [connection]."""
    said = own_profile().model_dump() | {"connection": connection, "commune_codes": "new"}
    return Profile.model_validate(said)


def pulled(profile: Profile, folder: Path, **options: Any) -> tuple[Delivered, tuple[PulledEntry, ...]]:
    """What a pull leaves: a delivery as any other, and the entries for the ledger."""
    entries = pull(profile, folder, **options)
    return Delivered(folder, profile), entries


def table() -> pa.Table:
    """The small province as a system would hold it: names of the profile, and its geometry."""
    return with_geometry(tiny(), own_profile())


def text_of(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as a COPY wants them."""
    return (
        column.cast(pa.decimal128(18, 4)).cast(pa.string()) if pa.types.is_floating(column.type) else column
    )


def fill_postgis(server: Server, database: str, *, password: str) -> None:
    """Schema "Địa chính", table "ThuaDat", and a role that may only read it."""
    rows = table()
    with psycopg2.connect(server.dsn(database)) as link, link.cursor() as cursor:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(TYPES.get(str(field.type), "text")))
            for field in rows.schema
            if field.name != "geom"
        )
        cursor.execute('CREATE EXTENSION IF NOT EXISTS postgis; CREATE SCHEMA "Địa chính"')
        cursor.execute(
            sql.SQL(
                'CREATE TABLE "Địa chính"."ThuaDat" ({}, "geom" geometry(Geometry, {}), '
                "changed_at timestamptz NOT NULL DEFAULT '2026-11-01 08:00+07')"
            ).format(columns, sql.Literal(EPSG))
        )
        hexed = pa.array(shapely.to_wkb(shapely.set_srid(tiny().geometry, EPSG), hex=True, include_srid=True))
        sent = rows.set_column(rows.schema.get_field_index("geom"), "geom", hexed)
        sent = pa.table([text_of(column) for column in sent.columns], names=sent.column_names)
        buffer = pa.BufferOutputStream()
        pacsv.write_csv(sent, buffer, pacsv.WriteOptions(include_header=False, quoting_style="all_valid"))
        cursor.copy_expert(
            sql.SQL('COPY "Địa chính"."ThuaDat" ({}) FROM STDIN (FORMAT csv)').format(
                sql.SQL(", ").join(map(sql.Identifier, sent.column_names))
            ),
            pa.BufferReader(buffer.getvalue()),
        )
        cursor.execute(
            sql.SQL(
                "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; "
                "ALTER ROLE {role} PASSWORD {password}; "
                "GRANT CONNECT ON DATABASE {database} TO {role}; "
                'GRANT USAGE ON SCHEMA "Địa chính" TO {role}; GRANT SELECT ON "Địa chính"."ThuaDat" TO {role}'
            ).format(
                role=sql.Identifier(READER), password=sql.Literal(password), database=sql.Identifier(database)
            )
        )


def write_geopackage(path: Path) -> None:
    """The small province as a file for a server to publish."""
    pyogrio.write_arrow(
        table(),
        path,
        layer="ThuaDat",
        driver="GPKG",
        geometry_name="geom",
        geometry_type="Unknown",
        crs=f"EPSG:{EPSG}",
    )


def write_geojson(path: Path) -> None:
    """The small province as GeoJSON in its own zone, as pygeoapi keeps it."""
    rows = tiny().delivered(own_profile())
    texts = [column.cast(pa.string()) if pa.types.is_date(column.type) else column for column in rows.columns]
    properties = pa.table(texts, names=rows.column_names).to_pylist()
    features = [
        {"type": "Feature", "properties": said, "geometry": json.loads(shape)}
        for said, shape in zip(properties, shapely.to_geojson(tiny().geometry), strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def mapfile(folder: Path) -> Path:
    """A MapServer that publishes `thua.gpkg` of this folder by WFS 2.0, as GML 3.2 and as GeoJSON.

    COORDINATE_PRECISION and wfs_getfeature's own six digits keep millimetres; GeoServer's counterpart is "number of
    decimals" of the workspace, four unless changed, which keeps a tenth of one.
    """
    path = folder / "thua.map"
    dates = " ".join(
        f'"gml_{field.name}_type" "Character"' for field in table().schema if pa.types.is_date(field.type)
    )
    path.write_text(
        f"""
MAP
  NAME "landsync"
  EXTENT 380000 2280000 480000 2380000
  PROJECTION "init=epsg:{EPSG}" END
  OUTPUTFORMAT
    NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE" FORMATOPTION "USE_FEATUREID=true"
    FORMATOPTION "LCO:COORDINATE_PRECISION=9"
  END
  WEB METADATA
    "ows_enable_request" "*" "ows_title" "Thửa đất" "ows_onlineresource" "http://127.0.0.1/ows?"
    "wfs_srs" "EPSG:{EPSG} EPSG:4326" "wfs_getfeature_formatlist" "gml32,geojson"
  END END
  LAYER
    NAME "ThuaDat" TYPE POLYGON STATUS ON
    CONNECTIONTYPE OGR CONNECTION "{folder}/thua.gpkg" DATA "ThuaDat"
    PROJECTION "init=epsg:{EPSG}" END
    METADATA
      "ows_title" "ThuaDat" "wfs_use_default_extent_for_getfeature" "no" "gml_include_items" "all" "gml_featureid" "thuaDatId" "gml_types" "auto" {dates}
      "gml_geometries" "geom" "gml_geom_type" "multipolygon" "wfs_getfeature_formatlist" "geojson,gml"
    END
  END
END
""",
        encoding="utf-8",
    )
    return path


def ogc_config(folder: Path, url: str) -> str:
    """pygeoapi's configuration for `thua.geojson`: once in the zone and in degrees, once in degrees only."""
    zone = f"http://www.opengis.net/def/crs/EPSG/0/{EPSG}"
    degrees = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    common = {
        "type": "collection",
        "title": "Thửa đất",
        "description": "-",
        "keywords": ["-"],
        "links": [],
        "extents": {"spatial": {"bbox": [102, 8, 110, 24], "crs": degrees}},
    }
    file = {
        "type": "feature",
        "name": "GeoJSON",
        "data": str(folder / "thua.geojson"),
        "id_field": "thuaDatId",
    }
    in_zone = file | {"crs": [degrees, zone], "storage_crs": zone}
    in_degrees = file | {"crs": [degrees], "storage_crs": zone}
    return json.dumps(
        {
            "server": {
                "bind": {"host": "127.0.0.1", "port": int(url.rpartition(":")[2])},
                "url": url,
                "mimetype": "application/json; charset=UTF-8",
                "encoding": "utf-8",
                "language": "en-US",
                "limits": {"default_items": 100, "max_items": 1000},
                "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": "-"},
            },
            "logging": {"level": "ERROR"},
            "metadata": {
                "identification": {
                    "title": "-", "description": "-", "keywords": ["-"], "keywords_type": "theme",
                    "terms_of_service": "-", "url": url,
                },
                "license": {"name": "-", "url": url},
                "provider": {"name": "-", "url": url},
                "contact": {"name": "-"},
            },
            "resources": {
                "thua-dat": common | {"providers": [in_zone]},
                "thua-dat-do": common | {"providers": [in_degrees]},
            },
        }
    )  # fmt: skip
