"""No file makes GDAL open another file, an address, or a driver that is not read here; nothing is written beside a delivery."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyogrio
import pytest

from parcels.errors import DeliveryRejected, LandsyncError
from sync.conform import conform
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch
from sync.intake.sources import SOURCES
from sync.intake.sources.gdal import DRIVERS
from tests.conftest import ROOT
from tests.support.formats import EVERY
from tests.support.strip import LAYER, profile_of, strip
from tests.support.tiny import tiny

NETWORK = {
    "WFS",
    "OAPIF",
    "OGCAPI",
    "CSW",
    "Elasticsearch",
    "Carto",
    "AmigoCloud",
    "PLSCENES",
    "NGW",
    "EEDA",
    "HTTP",
    "ADBC",
}
OTHER_FILES = {"OGR_VRT", "GDALG", "SQLite", "VRT", "GTI", "STACIT", "LIBKML", "KML", "GeoRSS", "PDF"}


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine, and what was asked of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - named by http.server

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def read(path: Path, tmp_path: Path) -> None:
    fetch(path, profile_of(), tmp_path / "run")
    conform(tmp_path / "run", profile_of())


def refused(path: Path, tmp_path: Path) -> LandsyncError:
    with pytest.raises(LandsyncError) as raised:
        read(path, tmp_path)
    assert raised.value.exit_status == 4
    return raised.value


def test_only_the_drivers_that_are_read_here_exist() -> None:
    assert set(pyogrio.list_drivers()) == DRIVERS
    assert not DRIVERS & (NETWORK | OTHER_FILES)


def test_they_exist_no_more_even_where_pyogrio_was_imported_before_us() -> None:
    script = (
        "import pyogrio; before = set(pyogrio.list_drivers())\n"
        "import sync.intake.sources\n"
        "print('OGR_VRT' in before, sorted(pyogrio.list_drivers()) == sorted(sync.intake.sources.gdal.DRIVERS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


def named_by_suffix() -> list[str]:
    return sorted({suffix for source in SOURCES.values() if not source.folder for suffix in source.suffixes})


@pytest.mark.parametrize("suffix", named_by_suffix())
def test_a_virtual_dataset_is_no_delivery_whatever_it_is_called(
    suffix: str, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    """With its driver, GDAL would read another file, or ask the address, by any of these."""
    address, paths = asked
    secret = tmp_path / "secret.gpkg"
    strip(3).to_file(secret, driver="GPKG", layer=LAYER)
    sources = [str(secret), f"{address}/x.gpkg", f"/vsicurl/{address}/x.gpkg", "/etc/passwd"]
    for number, source in enumerate(sources):
        path = tmp_path / f"gui{number}" / f"x{suffix}"
        path.parent.mkdir()
        path.write_text(
            f'<OGRVRTDataSource><OGRVRTLayer name="{LAYER}"><SrcDataSource>{source}</SrcDataSource>'
            f"<SrcLayer>{LAYER}</SrcLayer></OGRVRTLayer></OGRVRTDataSource>",
            encoding="utf-8",
        )
        error = refused(path, tmp_path)
        assert "root:" not in error.message.en
    assert paths == []


@pytest.mark.parametrize(
    "text",
    [
        '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {path}"}}',
        '{{"stac_version": "1.0.0", "type": "FeatureCollection", "features": [], "links": [{{"href": "{address}/x"}}]}}',
        '{{"links": [{{"rel": "data", "href": "{address}/collections"}}], "type": "Feature"}}',
        '{{"type": "Topology", "objects": {{}}, "arcs": [], "features": "{address}"}}',
        '{{"type": "FeatureCollection", "crs": {{"type": "link", "properties": {{"href": "{address}/crs"}}}}, "features": []}}',
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".geojson", ".geojsonl"])
def test_a_json_that_means_something_else_asks_for_nothing(
    text: str, suffix: str, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, paths = asked
    secret = tmp_path / "secret.gpkg"
    strip(3).to_file(secret, driver="GPKG", layer=LAYER)
    path = tmp_path / f"x{suffix}"
    path.write_text(text.format(path=secret, address=address), encoding="utf-8")
    refused(path, tmp_path)
    assert paths == []


PASSWD = "file:///etc/passwd"


@pytest.mark.parametrize("suffix", [".gml", ".xml", ".xsd.gml"])
@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{passwd}">]>{head}<name>&e;</name>{tail}',
        '<?xml version="1.0"?><!DOCTYPE x SYSTEM "{address}/x.dtd">{head}{tail}',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % p SYSTEM "{address}/p"> %p;]>{head}{tail}',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>{head}<name>&d;</name>{tail}',
    ],
)
def test_no_entity_of_an_xml_is_resolved(
    text: str, suffix: str, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, paths = asked
    head = (
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2"><gml:featureMember><t gml:id="a">'
    )
    tail = "</t></gml:featureMember></gml:FeatureCollection>"
    path = tmp_path / f"x{suffix}"
    path.write_text(text.format(passwd=PASSWD, address=address, head=head, tail=tail), encoding="utf-8")
    error = refused(path, tmp_path)
    assert error.code in ("DLV-XML-DOCTYPE", "DLV-FORMAT")
    assert paths == []


GML = """<?xml version="1.0"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:x="http://x" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://x {address}/x.xsd http://y {passwd}">
<gml:featureMember><x:ThuaDat gml:id="a"><x:ma xlink:href="{address}/a.gml#b">1</x:ma>
<x:khac xlink:href="{secret}#x"/>
<x:geom><gml:Polygon srsName="{address}/srs" gml:id="g" xlink:href="{address}/g.gml#g"><gml:exterior><gml:LinearRing>
<gml:posList>0 0 0 10 10 10 10 0 0 0</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></x:geom>
</x:ThuaDat></gml:featureMember></gml:FeatureCollection>"""


def test_what_a_gml_refers_to_is_not_followed(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    address, paths = asked
    secret = tmp_path / "secret.gml"
    secret.write_text("<x>bi mat</x>", encoding="utf-8")
    folder = tmp_path / "gui"
    folder.mkdir()
    path = folder / "x.gml"
    path.write_text(GML.format(address=address, passwd=PASSWD, secret=secret), encoding="utf-8")
    refused(path, tmp_path)
    assert paths == []
    assert [entry.name for entry in folder.iterdir()] == ["x.gml"]


def a_gpkg(path: Path, *statements: str) -> Path:
    """A GeoPackage of three parcels, then changed by SQL."""
    strip(3).to_file(path, driver="GPKG", layer=LAYER)
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


@pytest.mark.parametrize(
    "statements",
    [
        (
            f"ALTER TABLE {LAYER} RENAME TO t",
            f"CREATE VIEW {LAYER} AS {ENDLESS} i AS fid, NULL AS geom FROM n",
        ),
        (f"CREATE VIEW spatial_ref_sys AS {ENDLESS} i FROM n",),
        ("CREATE VIRTUAL TABLE t USING fts5(x)",),
        (f"ALTER TABLE {LAYER} ADD COLUMN boom TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL",),
    ],
)
def test_a_geopackage_that_runs_something_is_refused(statements: tuple[str, ...], tmp_path: Path) -> None:
    assert refused(a_gpkg(tmp_path / "x.gpkg", *statements), tmp_path).code == "DLV-GPKG-SCHEMA"


def test_a_check_constraint_is_not_run(tmp_path: Path) -> None:
    path = a_gpkg(
        tmp_path / "x.gpkg",
        f"CREATE TABLE copy (fid INTEGER PRIMARY KEY, geom BLOB CHECK (length(hex(zeroblob(400000000))) > 0))",  # noqa: F541
    )
    fetch(path, profile_of(), tmp_path / "run")
    conform(tmp_path / "run", profile_of())


def test_triggers_of_a_geopackage_do_not_fire(tmp_path: Path) -> None:
    path = a_gpkg(
        tmp_path / "x.gpkg",
        f"CREATE TRIGGER evil AFTER INSERT ON {LAYER} BEGIN DELETE FROM {LAYER}; END",
        "CREATE VIEW st_geometry_columns AS SELECT * FROM gpkg_geometry_columns",
    )
    before = path.read_bytes()
    fetch(path, profile_of(), tmp_path / "run")
    conform(tmp_path / "run", profile_of())
    assert path.read_bytes() == before


def test_a_database_without_the_tables_of_a_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE thua_dat (id TEXT, geom BLOB)")
        database.execute(
            f"INSERT INTO thua_dat VALUES ('ATTACH DATABASE ''{tmp_path}/evil.db'' AS evil', x'00')"
        )
        database.commit()
    refused(path, tmp_path)
    assert not (tmp_path / "evil.db").exists()


NAMES = [
    '"; DROP TABLE land.parcel; --',
    "x'); DELETE FROM ledger.run; --",
    "a\"b'c",
    "%s %(x)s {x}",
    "<script>alert(1)</script>",
    "[bold]x[/]",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_layer_is_only_a_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    strip(3).to_file(path, driver="GPKG", layer=LAYER, SPATIAL_INDEX="NO")
    quoted = '"' + name.replace('"', '""') + '"'
    with closing(sqlite3.connect(path)) as database:  # GDAL itself would not write such a name
        database.execute(f"ALTER TABLE {LAYER} RENAME TO {quoted}")
        for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents"):
            database.execute(f"UPDATE {table} SET table_name = ?", (name,))
        database.commit()
    profile = profile_of(parts=[{"epsg": 9209}])
    fetch(path, profile, tmp_path / "run")
    conform(tmp_path / "run", profile)
    assert sum(read_part(part).num_rows for part in part_paths(tmp_path / "run").values()) == 3


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_column_is_only_a_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    strip(3).rename(columns={"thuaDatId": name}).to_file(path, driver="GPKG", layer=LAYER)
    profile = profile_of()
    columns = {**profile.columns, "source_key": name}
    profile = profile.model_copy(update={"columns": columns})
    fetch(path, profile, tmp_path / "run")
    conform(tmp_path / "run", profile)
    rows = [
        row
        for part in part_paths(tmp_path / "run").values()
        for row in read_part(part)["source_key"].to_pylist()
    ]
    assert rows == ["T000001", "T000002", "T000003"]


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_reading_writes_nothing_beside_the_delivery(kind: str, tmp_path: Path) -> None:
    """No index, no guess of a schema, no journal, no cache."""
    folder = tmp_path / "gui"
    folder.mkdir()
    delivered = EVERY[kind](tiny(), folder)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    fetch(delivered.path, delivered.profile, tmp_path / "run")
    conform(tmp_path / "run", delivered.profile)
    after = {
        path: path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and (tmp_path / "run") not in path.parents
    }
    assert after == before


@pytest.mark.parametrize("name", ["a!b.gpkg", "a?b.gpkg", "a;b.gpkg", "x\x07.gpkg"])
def test_a_path_that_gdal_would_read_as_an_address_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    strip(1).to_file(tmp_path / "ok.gpkg", driver="GPKG", layer=LAYER)
    (tmp_path / "ok.gpkg").rename(path)
    with pytest.raises(DeliveryRejected) as raised:
        fetch(path, profile_of(), tmp_path / "run")
    assert raised.value.code == "DLV-NAME"
    assert "\x07" not in raised.value.message.en
