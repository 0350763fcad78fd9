"""The table of a shapefile: what its bytes say comes out, whatever GDAL would make of them; rows that are none are refused."""

import re
import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from sync.intake.sources import source_of
from tests.conftest import counts
from tests.support.formats.reading import layers_of, read_all, refusal
from tests.support.strip import strip

Write = Callable[..., Path]
Fields = list[tuple[str, str, int, int]]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?0?\d{1,2})?")


def table(fields: Fields, rows: list[list[bytes]], flags: bytes = b"") -> bytes:
    """A dBASE table written by hand; values as long as their fields are made to be."""
    row_bytes = 1 + sum(width for _, _, width, _ in fields)
    made = struct.pack("<B3BIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(fields), row_bytes)
    for name, kind, width, decimals in fields:
        made += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), width, decimals)
    made += b"\r"
    for number, row in enumerate(rows):
        made += flags[number : number + 1] or b" "
        for (_, kind, width, _), value in zip(fields, row, strict=True):
            made += (value.rjust(width) if kind in "NF" else value.ljust(width))[:width]
    return made + b"\x1a"


def shapefile_of(folder: Path, content: bytes, rows: int) -> Path:
    """So many squares with this table."""
    squares = [shapely.box(k, 0, k + 1, 1) for k in range(rows)]
    folder.mkdir(exist_ok=True)
    gpd.GeoDataFrame({"a": range(rows)}, geometry=squares).to_file(folder / "t.shp")
    (folder / "t.dbf").write_bytes(content)
    (folder / "t.cpg").unlink(missing_ok=True)
    return folder / "t.shp"


def said(folder: Path, kind: str, width: int, decimals: int, values: list[bytes]) -> list[Any]:
    content = table([("x", kind, width, decimals)], [[value] for value in values])
    column: list[Any] = read_all(shapefile_of(folder, content, len(values)))["x"].to_pylist()
    return column


@pytest.mark.parametrize(("kind", "decimals"), [("N", 0), ("N", 2), ("F", 4)])
def test_what_is_no_number_is_handed_on_as_it_stands(tmp_path: Path, kind: str, decimals: int) -> None:
    odd = [
        "47,8",
        "47 .8",
        "khong",
        "12.5 m2",
        "1.234,5",
        "1-2",
        "-",
        ".",
        "0x1A",
        "nan",
        "inf",
        "**",
        "1e999",
    ]
    read = said(tmp_path, kind, 12, decimals, [b"7", *(value.encode() for value in odd), b"", b"\0\0"])
    assert read == ["7", *odd, None, None]


def test_a_column_of_numbers_stays_one(tmp_path: Path) -> None:
    assert said(tmp_path, "N", 10, 2, [b"47.80", b"", b"+5", b"-3.25", b"12\0"]) == [
        47.8,
        None,
        5.0,
        -3.25,
        12.0,
    ]
    assert said(tmp_path, "F", 19, 11, [b"4.78000000000e+001"]) == [47.8]
    assert said(tmp_path, "N", 9, 0, [b"00691", b"7"]) == [691, 7]


def test_decimals_in_a_field_for_whole_numbers_are_not_cut_off(tmp_path: Path) -> None:
    assert said(tmp_path, "N", 9, 0, [b"47.8", b"1e3", b"12"]) == ["47.8", "1e3", "12"]


def test_a_whole_number_longer_than_a_float_holds_keeps_every_digit(tmp_path: Path) -> None:
    assert said(tmp_path, "N", 20, 0, [b"90071992547409931234", b"5"]) == ["90071992547409931234", "5"]


def test_asterisks_are_null_as_gdal_writes_it_and_an_overflow_where_null_is_blank(tmp_path: Path) -> None:
    assert said(tmp_path, "N", 5, 0, [b"*****", b"12"]) == [None, 12]
    assert said(tmp_path, "N", 5, 0, [b"*****", b"12", b""]) == ["*****", "12", None]
    assert layers_of(tmp_path / "t.shp")[0].notes == {"columns_read_as_text": ("x",), "asterisks": {"x": 1}}


def test_days_that_are_none_are_handed_on_as_they_stand(tmp_path: Path) -> None:
    assert said(tmp_path, "D", 8, 0, [b"20090130", b"00000000", b""]) == [date(2009, 1, 30), None, None]
    odd = ["20090231", "20241301", "2009-1-3", "30/01/09", "khong"]
    read = said(tmp_path, "D", 8, 0, [b"20090130", *(day.encode() for day in odd), b"00000000"])
    assert read == ["2009-01-30", *odd, None]


def test_a_truth_value_that_is_none_is_not_false(tmp_path: Path) -> None:
    assert said(tmp_path, "L", 1, 0, [b"T", b"n", b"?"]) == [True, False, None]
    assert said(tmp_path, "L", 1, 0, [b"T", b"n", b"?", b"1", b"X", b""]) == [
        "true",
        "false",
        None,
        "1",
        "X",
        "",
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=counts(25))
@given(
    st.lists(st.text("0123456789+-.,eE *khong", max_size=9), min_size=1, max_size=40), st.sampled_from("NF")
)
def test_every_value_of_a_number_field_is_what_it_says(tmp_path: Path, values: list[str], kind: str) -> None:
    """Against Python's own reading of the same text."""
    read = said(tmp_path, kind, 9, 3, [value.strip().encode() for value in values])
    blank = any(not value.strip() for value in values)
    for value, got in zip(values, read, strict=True):
        text = value.strip()
        if not text or (text == "*" * 9 and not blank):
            assert got is None
        elif NUMBER.fullmatch(text):
            assert float(got) == float(text)
        else:
            assert got == text


@pytest.mark.parametrize("flag", [0x00, 0x01, 0xFF, ord("x")])
def test_a_row_that_begins_with_neither_a_blank_nor_an_asterisk_is_none(tmp_path: Path, flag: int) -> None:
    content = table([("x", "N", 5, 0)], [[b"1"], [b"2"], [b"3"]], b" *" + bytes([flag]))
    error = refusal(shapefile_of(tmp_path, content, 3))
    assert (error.code, error.facts["record"]) == ("DLV-DBF-ROWS", 3)


def test_rows_that_the_header_does_not_count_are_refused_and_a_longer_end_is_not(tmp_path: Path) -> None:
    content = table([("x", "N", 5, 0)], [[b"1"], [b"2"]])
    assert read_all(shapefile_of(tmp_path, content + b"\x00" * 5000, 2)).num_rows == 2
    assert refusal(shapefile_of(tmp_path, content[:-1] + b" 00003\x1a", 2)).code == "DLV-DBF-ROWS"


def test_two_fields_of_one_name_are_refused(tmp_path: Path) -> None:
    content = table([("x", "C", 5, 0), ("x", "C", 5, 0)], [[b"1", b"2"]])
    assert refusal(shapefile_of(tmp_path, content, 1)).code == "DLV-COLUMN-TWICE"


def test_a_memo_is_refused_where_it_is_wanted_only(tmp_path: Path) -> None:
    path = shapefile_of(tmp_path, table([("x", "C", 5, 0), ("m", "M", 10, 0)], [[b"1", b"7"]]), 1)
    source, layer = source_of(path), layers_of(path)[0]
    assert [batch["x"].to_pylist() for batch in source.read(path, layer, ["x"])] == [["1"]]
    with pytest.raises(DeliveryRejected) as caught:
        list(source.read(path, layer, ["m"]))
    assert caught.value.code == "DLV-DBF-FIELD"


def zero_record(content: bytearray, _: bytearray) -> None:
    content[len(content) * 3 // 4 :] = bytes(len(content) - len(content) * 3 // 4)


def zero_index(_: bytearray, index: bytearray) -> None:
    index[-16:] = bytes(16)


def same_place_twice(_: bytearray, index: bytearray) -> None:
    index[-8:] = index[-16:-8]


def more_behind(content: bytearray, _: bytearray) -> None:
    content += b"x" * 50


def hollow(content: bytearray, index: bytearray) -> None:
    start = int.from_bytes(index[108:112], "big") * 2
    content[start + 8 : start + 60] = bytes(52)


@pytest.mark.parametrize("spoil", [zero_record, zero_index, same_place_twice, more_behind, hollow])
def test_shapes_that_are_none_are_refused(
    shapefile: Write, spoil: Callable[[bytearray, bytearray], None]
) -> None:
    path = shapefile(strip(30))
    parts = [path, path.with_suffix(".shx")]
    contents = [bytearray(part.read_bytes()) for part in parts]
    spoil(*contents)
    for part, content in zip(parts, contents, strict=True):
        part.write_bytes(content)
    assert refusal(path).code == "DLV-SHP-RECORDS"


def test_zeros_behind_the_end_of_a_shp_hold_nothing(shapefile: Write) -> None:
    path = shapefile(strip(5))
    path.write_bytes(path.read_bytes() + bytes(4096))
    assert read_all(path).num_rows == 5


@pytest.mark.parametrize(
    "names",
    [
        ("t.shp", "T.DBF", "t.Shx"),
        ("T.SHP", "t.dbf", "T.shx"),
        ("Thu\u031b\u0309a.shp", "THỬA.DBF", "thửa.ShX"),
    ],
)
def test_a_set_is_found_whatever_the_case_of_its_letters(
    shapefile: Write, tmp_path: Path, names: tuple[str, ...]
) -> None:
    path = shapefile(strip(4), "made/t.shp")
    for suffix, name in zip((".shp", ".dbf", ".shx"), names, strict=True):
        (tmp_path / name).write_bytes(path.with_suffix(suffix).read_bytes())
    read = read_all(tmp_path / names[0])
    assert read["thuaDatId"].to_pylist() == ["T000001", "T000002", "T000003", "T000004"]
    assert {file.name for file in source_of(tmp_path / names[0]).members(tmp_path / names[0])} == set(names)


def test_two_tables_that_fit_are_refused_and_the_same_name_wins(shapefile: Write) -> None:
    path = shapefile(strip(2))
    content = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".DBF").write_bytes(content[:-8])
    assert read_all(path).num_rows == 2
    path.with_suffix(".dbf").rename(path.with_suffix(".Dbf"))
    error = refusal(path)
    assert error.code == "DLV-NAME-AMBIGUOUS"
    assert ".DBF" in error.message.vi
    assert ".Dbf" in error.message.vi
