"""Every kind of source: what it says of a file, what it reads, and what it refuses before anything is lost."""

import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from parcels.errors import DeliveryRejected
from sync.intake.sources import GEOMETRY, is_source, source_of
from sync.intake.sources.base import local_path
from tests.support.strip import LAYER, strip

BEYOND_FLOAT = 9_007_199_254_740_993  # 2**53 + 1: the first whole number that a float64 cannot hold
Write = Callable[..., Path]


def read_all(path: Path, columns: list[str], encoding: str | None = None) -> pa.Table:
    source = source_of(path)
    layer = source.probe(path, encoding)[0]
    return pa.Table.from_batches(source.read(path, layer, columns))


def refused(
    path: Path, code: str, encoding: str | None = None, columns: list[str] | None = None
) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read_all(path, columns or ["thuaDatId"], encoding)
    assert caught.value.code == code
    assert caught.value.exit_status == 4
    assert path.stem in caught.value.message.vi + caught.value.hint.vi or path.name in caught.value.message.vi
    return caught.value


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_rows_columns_and_geometry_come_back_as_written(suffix: str, gpkg: Write, shapefile: Write) -> None:
    frame = strip(5)
    path = (gpkg if suffix == ".gpkg" else shapefile)(frame)
    layer = source_of(path).probe(path, None)[0]
    assert (layer.name, layer.rows, layer.deleted) == (LAYER, 5, 0)
    assert layer.crs is not None
    table = read_all(path, ["thuaDatId", "tenChu"])
    assert table.column_names == ["thuaDatId", "tenChu", GEOMETRY]
    assert table.column("thuaDatId").to_pylist() == frame["thuaDatId"].tolist()
    assert table.column("tenChu").to_pylist() == frame["tenChu"].tolist()
    read = shapely.from_wkb(table.column(GEOMETRY).to_numpy())
    assert shapely.equals(read, frame.geometry.to_numpy()).all()


def test_a_number_beyond_float_survives_beside_a_null(gpkg: Write) -> None:
    frame = strip(2)
    frame["soThua"] = pd.array([BEYOND_FLOAT, None], dtype="Int64")
    assert read_all(gpkg(frame), ["soThua"]).column("soThua").to_pylist() == [BEYOND_FLOAT, None]


def test_a_number_beyond_float_survives_in_a_shapefile(shapefile: Write) -> None:
    frame = strip(2)
    frame["soThua"] = pd.array([BEYOND_FLOAT, None], dtype="Int64")
    assert read_all(shapefile(frame), ["soThua"]).column("soThua").to_pylist() == [BEYOND_FLOAT, None]


def test_every_layer_of_a_geopackage_is_seen(gpkg: Write) -> None:
    path = gpkg(strip(2))
    strip(3).to_file(path, driver="GPKG", layer="thua_dat_2", mode="a")
    layers = {layer.name: layer.rows for layer in source_of(path).probe(path, None)}
    assert layers == {LAYER: 2, "thua_dat_2": 3}


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    refused(tmp_path / name, "DLV-EMPTY-FILE")


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp"])
def test_a_text_file_under_another_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mã xã;tờ;thửa\n" * 100, encoding="utf-8")
    refused(tmp_path / name, "DLV-NOT-THIS-FORMAT")


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE parcel (id TEXT)")
    database.close()
    refused(path, "DLV-CORRUPT")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_geopackage_cut_off_anywhere_is_refused(gpkg: Write, share: float) -> None:
    path = gpkg(strip(400))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "DLV-TRUNCATED")


def test_a_geopackage_with_a_hole_of_zeros_is_refused(gpkg: Write) -> None:
    path = gpkg(strip(2000))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = bytes(8192)
    path.write_bytes(content)
    refused(path, "DLV-CORRUPT")


def test_a_geopackage_with_changes_still_in_its_log_is_refused(gpkg: Write) -> None:
    path = gpkg(strip(2))
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(100))
    refused(path, "DLV-FILE-OPEN")


LOOSE = {
    "INTEGER": (["12", "12a", None, "2.5"], [12, "12a", None, 2.5]),
    "SMALLINT": (["7", "70000", None, "-1"], [7, 70000, None, -1]),
    "MEDIUMINT": (["7", "8589934592", None, "-1"], [7, 2**33, None, -1]),
    "REAL": (["47.8", "47,8", None, "2"], [47.8, "47,8", None, 2]),
    "FLOAT": (["123456.78", "2", None, "1.5"], [123456.78, 2, None, 1.5]),
    "BOOLEAN": (["1", "7", None, "co"], [1, 7, None, "co"]),
    "DATE": (
        ["2009-01-30", "30/01/2009", None, "2009-02-31"],
        ["2009-01-30", "30/01/2009", None, "2009-02-31"],
    ),
    "DATETIME": (
        ["2009-01-30T10:00:00Z", "hom qua", None, ""],
        ["2009-01-30T10:00:00Z", "hom qua", None, ""],
    ),
}


@pytest.mark.parametrize("declared", sorted(LOOSE))
def test_what_a_column_of_a_geopackage_is_not_declared_for_is_read_as_it_stands(
    gpkg: Write, declared: str
) -> None:
    """GDAL would make it 0, 1970-01-01, 4464 or nothing."""
    read, stored = LOOSE[declared]
    path = gpkg(strip(4))
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(f'ALTER TABLE {LAYER} ADD COLUMN "a""b" {declared}')
        database.executemany(
            f'UPDATE {LAYER} SET "a""b" = ? WHERE fid = ?', list(zip(stored, (1, 2, 3, 4), strict=True))
        )
    database.close()
    table = read_all(path, ["thuaDatId", 'a"b'])
    assert table.column('a"b').to_pylist() == read
    assert table.column("thuaDatId").to_pylist() == ["T000001", "T000002", "T000003", "T000004"]
    assert not table.column(GEOMETRY).null_count


def test_a_column_that_holds_what_it_is_declared_for_keeps_its_type(gpkg: Write) -> None:
    table = read_all(gpkg(strip(3)), ["soThua", "dienTichPL"])
    assert pa.types.is_integer(table.schema.field("soThua").type)
    assert pa.types.is_floating(table.schema.field("dienTichPL").type)


def test_the_count_is_counted_and_not_believed(gpkg: Write) -> None:
    path = gpkg(strip(3))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 300")
    database.close()
    assert source_of(path).probe(path, None)[0].rows == 3
    assert read_all(path, ["thuaDatId"]).num_rows == 3


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_shapefile_without_its_other_files_is_refused(shapefile: Write, suffix: str) -> None:
    path = shapefile(strip(2))
    path.with_suffix(suffix).unlink()
    error = refused(path, "DLV-SHAPEFILE-INCOMPLETE")
    assert suffix in error.message.vi


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_shapefile_of_which_a_part_is_cut_off_is_refused(shapefile: Write, suffix: str) -> None:
    path = shapefile(strip(50))
    part = path.with_suffix(suffix)
    content = part.read_bytes()
    part.write_bytes(content[: len(content) * 2 // 3])
    refused(path, "DLV-TRUNCATED")


def test_a_shapefile_whose_table_has_fewer_rows_is_refused(shapefile: Write, tmp_path: Path) -> None:
    path = shapefile(strip(5))
    other = shapefile(strip(3), "other/thua_dat.shp")
    shutil.copy(other.with_suffix(".dbf"), path.with_suffix(".dbf"))
    error = refused(path, "DLV-ROWS-LOST")
    assert (error.facts["stated"], error.facts["read"]) == (5, 3)


def test_rows_marked_as_deleted_are_counted_apart(shapefile: Write) -> None:
    path = shapefile(strip(4))
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    rows, header, row_bytes = struct.unpack("<IHH", content[4:12])
    assert rows == 4
    content[header + row_bytes] = ord("*")
    table.write_bytes(content)
    layer = source_of(path).probe(path, None)[0]
    assert (layer.rows, layer.deleted) == (3, 1)
    assert read_all(path, ["thuaDatId"]).column("thuaDatId").to_pylist() == ["T000001", "T000003", "T000004"]


def cp1258_shapefile(shapefile: Write) -> Path:
    """A shapefile whose bytes are CP1258: written as Latin-1 text of the same bytes, without a .cpg."""
    frame = strip(2)
    frame["tenChu"] = [text.encode("cp1258").decode("latin-1") for text in ("Bà Trà", "Hà Đô")]
    path = shapefile(frame, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def test_text_is_decoded_from_the_declared_encoding(shapefile: Write) -> None:
    table = read_all(cp1258_shapefile(shapefile), ["tenChu"], "CP1258")
    assert table.column("tenChu").to_pylist() == ["Bà Trà", "Hà Đô"]


def test_text_that_is_not_in_the_declared_encoding_is_refused(shapefile: Write) -> None:
    refused(cp1258_shapefile(shapefile), "DLV-ENCODING", "UTF-8", ["tenChu"])


def test_utf8_declared_as_something_else_is_refused(shapefile: Write) -> None:
    path = shapefile(strip(2))
    path.with_suffix(".cpg").unlink()
    refused(path, "DLV-ENCODING", "CP1258", ["tenChu"])


def test_an_encoding_that_contradicts_the_cpg_is_refused(shapefile: Write) -> None:
    refused(shapefile(strip(2)), "DLV-ENCODING", "CP1258")


def test_an_unknown_encoding_is_refused(shapefile: Write) -> None:
    refused(shapefile(strip(2)), "DLV-ENCODING-UNKNOWN", "TCVN-KHONG-CO")


def test_a_value_cut_in_the_middle_of_a_character_loses_that_half_only(shapefile: Write) -> None:
    frame = strip(2)
    frame["tenChu"] = ["Đ" + "a" * 251 + "#", "Đất"]  # 254 bytes: as much as a text field holds
    path = shapefile(frame)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"#", "Đ".encode()[:1]))
    assert read_all(path, ["tenChu"]).column("tenChu").to_pylist() == ["Đ" + "a" * 251, "Đất"]


def test_curves_reach_the_snapshot_as_curves(shared_data: Path) -> None:
    path = shared_data / "cases" / "gpkg_pyogrio" / "curvepolygon.gpkg"
    source = source_of(path)
    layer = source.probe(path, None)[0]
    (batch,) = source.read(path, layer, [])
    assert (
        struct.unpack("<I", batch.column(GEOMETRY)[0].as_py()[1:5])[0] == 10
    )  # CurvePolygon, not made straight


@pytest.mark.parametrize("name", ["a!b.gpkg", "a;b.gpkg", "a?b.gpkg"])
def test_a_name_that_could_be_read_as_an_address_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        local_path(tmp_path / name)
    assert caught.value.code == "DLV-NAME"
    with pytest.raises(DeliveryRejected):
        local_path(Path("/vsicurl/http:/example.org/a.gpkg"))


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        source_of(tmp_path / "ban_do.tab")
    assert caught.value.code == "DLV-FORMAT"
    assert ".gpkg" in caught.value.hint.vi


def test_a_layer_without_rows_reads_as_no_rows(gpkg: Write) -> None:
    path = gpkg(gpd.GeoDataFrame(strip(1).iloc[:0]))
    assert source_of(path).probe(path, None)[0].rows == 0
    source = source_of(path)
    assert sum(b.num_rows for b in source.read(path, source.probe(path, None)[0], ["thuaDatId"])) == 0


def test_missing_geometries_are_rows_too(gpkg: Write) -> None:
    frame = strip(3)
    frame.loc[1, "geometry"] = None
    table = read_all(gpkg(frame), ["thuaDatId"])
    assert table.column(GEOMETRY).is_null().to_pylist() == [False, True, False]
    assert np.array(table.column("thuaDatId")).tolist() == ["T000001", "T000002", "T000003"]


@pytest.mark.shared_data
def test_every_file_of_the_known_cases_is_read_whole_or_refused(shared_data: Path) -> None:
    files = [path for path in (shared_data / "cases").rglob("*") if is_source(path)]
    outcomes = [outcome(path) for path in files]
    assert outcomes.count("whole") > 70
    assert {said for said in outcomes if said != "whole"} == {
        "DLV-SHAPEFILE-INCOMPLETE",
        "DLV-SHP-RECORDS",  # a .shp that goes on behind its stated end
        "DLV-CORRUPT",  # GeoJSON with a fault in its structure
        "DLV-NOT-THIS-FORMAT",  # GeoJSON that is a bare geometry
        "DLV-NO-GEOMETRY",  # Parquet without any
        "DLV-FORMAT",  # XML that is neither GML nor VBDLIS
    }


def outcome(path: Path) -> str:
    """How reading a whole file ends: every row counted was read, or the code of the refusal."""
    try:
        source = source_of(path)
        layers = source.probe(path, None)
        read = [sum(b.num_rows for b in source.read(path, layer, list(layer.columns))) for layer in layers]
    except DeliveryRejected as refusal:
        return refusal.code
    return "whole" if read == [layer.rows for layer in layers] else "lost"
