"""GeoParquet: types as they are, CRS from PROJJSON, other encodings refused, a cut file refused."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from parcels.crs import same_crs
from tests.support.formats.reading import layers_of, read_all, refusal

SQUARES = [shapely.box(500000, 2300000, 500010, 2300010), None]
WKB = pa.array([shapely.to_wkb(SQUARES[0]), None], pa.binary())


def write(
    path: Path, columns: dict[str, pa.Array], geo: dict[str, Any] | None, geometry: pa.Array = WKB
) -> None:
    table = pa.table({**columns, "hinh": geometry})
    if geo is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path)


def geo(**column: object) -> dict[str, Any]:
    return {"version": "1.1.0", "primary_column": "hinh", "columns": {"hinh": {"encoding": "WKB", **column}}}


@pytest.mark.parametrize("epsg", [5899, 9209, 4326, 4756])
def test_the_crs_is_read_from_projjson(tmp_path: Path, epsg: int) -> None:
    path = tmp_path / "t.parquet"
    gpd.GeoDataFrame({"a": ["1", "2"]}, geometry=SQUARES, crs=epsg).to_parquet(path)
    (layer,) = layers_of(path)
    assert layer.crs is not None
    assert same_crs(epsg, layer.crs) == "same"
    assert layer.columns == ("a",)


@pytest.mark.parametrize("column", [{}, {"crs": None}])
def test_a_file_that_says_nothing_of_its_crs_states_none(tmp_path: Path, column: dict[str, Any]) -> None:
    write(tmp_path / "t.parquet", {"a": pa.array([1, 2])}, geo(**column))
    assert layers_of(tmp_path / "t.parquet")[0].crs is None


def test_types_live_and_nested_columns_break_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.geoparquet"
    columns = {
        "so": pa.array([2**53 + 1, None]),
        "ma": pa.array(["007", "08"]).dictionary_encode(),
        "dt": pa.array([Decimal("12345678901234.5000"), None]),
        "ten": pa.array(["Nguyễn", None], pa.large_string()),
        "cu": pa.array([b"abc", None], pa.binary()),
        "ds": pa.array([[1, 2], None]),
        "st": pa.array([{"x": 1}, None]),
        "a.b": pa.array(["x", "y"]),
    }
    write(path, columns, geo())
    asked = ["so", "ma", "dt", "ten", "cu", "a.b"]
    read = read_all(path, asked)
    assert read.column_names == [*asked, "wkb"]
    assert read["so"].to_pylist() == [2**53 + 1, None]
    assert read["ma"].to_pylist() == ["007", "08"]
    assert read["dt"].to_pylist() == ["12345678901234.5000", None]
    assert read["ten"].to_pylist() == ["Nguyễn", None]
    assert read["cu"].to_pylist() == ["abc", None]
    assert read["wkb"].to_pylist() == WKB.to_pylist()


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", {"a": pa.array([b"\xff\xfe", b"a"])}, geo())
    assert refusal(tmp_path / "t.parquet").code == "DLV-ENCODING"


def test_a_column_told_is_read_where_the_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, {"a": pa.array(["1", "2"])}, None)
    assert refusal(path).code == "DLV-NO-GEOMETRY"
    assert refusal(path, geometry="khong_co").code == "DLV-NO-GEOMETRY"
    assert refusal(path, geometry="a").code == "DLV-GEOMETRY-ENCODING"
    assert read_all(path, geometry="hinh").num_rows == 2


def test_a_column_typed_as_wkb_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    said = {b"ARROW:extension:name": b"geoarrow.wkb", b"ARROW:extension:metadata": b'{"crs": "EPSG:5899"}'}
    field = pa.field("g", pa.binary(), metadata=said)
    pq.write_table(pa.table([pa.array(["1", "2"]), WKB], schema=pa.schema([("a", pa.string()), field])), path)
    (layer,) = layers_of(path)
    assert layer.columns == ("a",)
    assert same_crs(5899, layer.crs or "") == "same"
    assert read_all(path)["wkb"].to_pylist() == WKB.to_pylist()


def test_native_geometry_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = gpd.GeoDataFrame({"a": ["1"]}, geometry=SQUARES[:1], crs=5899)
    frame.to_parquet(path, geometry_encoding="geoarrow")
    said = refusal(path)
    assert said.code == "DLV-GEOMETRY-ENCODING"
    assert "WKB" in said.hint.vi


def test_any_cut_and_any_damage_ends_in_a_refusal_or_in_all_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    gpd.GeoDataFrame({"a": ["1", "2"]}, geometry=SQUARES, crs=5899).to_parquet(path)
    content = path.read_bytes()
    for size in range(0, len(content), 97):
        path.write_bytes(content[:size])
        assert refusal(path).code in {"DLV-TRUNCATED", "DLV-EMPTY-FILE", "DLV-NOT-THIS-FORMAT"}
    for place in range(4, len(content), 41):
        path.write_bytes(content[:place] + b"\xff\x7f" + content[place + 2 :])
        try:
            assert read_all(path).num_rows == 2
        except Exception as failure:
            assert type(failure).__name__ == "DeliveryRejected", (place, failure)  # noqa: PT017
