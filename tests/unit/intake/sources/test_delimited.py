"""CSV with WKT: text as written, any sane delimiter and encoding, every fault told with its line."""

import csv
import io
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sync.intake.sources.delimited_scan import RecordScan
from tests.support.formats.reading import layers_of, read_all, refusal

SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"
ROWS = [["007", "12.0", 'Ông "Tư", Bà;Năm', SQUARE], ["08", "", "Nguyễn\nVăn", ""]]
NAMES = ["ma", "so to", "tên", "WKT"]


def text(delimiter: str = ",", end: str = "\r\n", rows: list[list[str]] = ROWS) -> str:
    file = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL  # it overlooks a line feed otherwise
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([NAMES, *rows])
    return file.getvalue()


def check(path: Path, encoding: str | None = None) -> None:
    read = read_all(path, encoding=encoding)
    assert read.column_names == ["ma", "so to", "tên", "wkb"]
    assert [list(row) for row in zip(*(read[n].to_pylist() for n in NAMES[:3]), strict=True)] == [
        r[:3] for r in ROWS
    ]
    assert read["wkb"].to_pylist() == [shapely.to_wkb(shapely.from_wkt(SQUARE)), None]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_text(tmp_path: Path, delimiter: str, end: str) -> None:
    (tmp_path / "t.csv").write_bytes(text(delimiter, end).encode())
    check(tmp_path / "t.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_first_line_that_names_the_delimiter_is_no_record(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    (tmp_path / "t.csv").write_bytes(f"sep={delimiter}\r\n{text(delimiter)}".encode(encoding))
    check(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_bytes(f"SEP={delimiter}\n{text(delimiter, chr(10))}".encode(encoding))
    check(tmp_path / "t.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_by_its_mark_or_its_bytes(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.tsv").write_bytes(text("\t").encode(encoding))
    check(tmp_path / "t.tsv")
    assert layers_of(tmp_path / "t.tsv")[0].encoding == "UTF-8"


def test_text_of_an_old_encoding_is_handed_on_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"ma,wkt\n" + b"Nguy\xd4n V\xa8n," + f'"{SQUARE}"\n'.encode())
    for declared in (None, "TCVN3"):
        assert layers_of(path, declared)[0].encoding == "bytes"
        assert read_all(path, encoding=declared)["ma"].to_pylist() == ["Nguy\xd4n V\xa8n"]
    said = refusal(path, "UTF-8")
    assert said.code == "DLV-ENCODING"
    assert "2" in said.message.vi


def test_another_declared_encoding_is_used(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(
        text(rows=[["é", "1", "x", SQUARE]]).replace("tên", "ten").encode("cp850")
    )
    assert read_all(tmp_path / "t.csv", encoding="cp850")["ma"].to_pylist() == ["é"]
    assert refusal(tmp_path / "t.csv", "khong-co").code == "DLV-ENCODING"


def test_a_mark_that_contradicts_the_declaration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text().encode("utf-8-sig"))
    assert refusal(tmp_path / "t.csv", "VNI").code == "DLV-ENCODING"


BAD = {
    "DLV-CSV-RAGGED": ("a,wkt\n1,x\n\n1,2,x\n", 4),
    "DLV-CSV-QUOTE": ('a,wkt\n1,x\n2,"x\n3,x\n', 3),
    "DLV-CSV-NUL": ("a,wkt\n1,x\n2,\0\n", 3),
}


@pytest.mark.parametrize("code", sorted(BAD))
def test_a_fault_is_told_with_its_line(tmp_path: Path, code: str) -> None:
    content, line = BAD[code]
    (tmp_path / "t.csv").write_text(content)
    said = refusal(tmp_path / "t.csv")
    assert said.code == code
    assert f"òng {line} " in said.message.vi
    assert f"ine {line} " in said.message.en


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,wkt\n1,x\nđất 12" x,x\n', 3),
        ('a,wkt\n"1" ,x\n', 2),
        ('a,wkt\n\n"1\n2"x,x\n', 3),
        ('a,wkt\n1,"x\n', 2),
    ],
)
def test_a_quote_out_of_place_is_told_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    (tmp_path / "t.csv").write_text(content)
    said = refusal(tmp_path / "t.csv")
    assert (said.code, f"ine {line} " in said.message.en) == ("DLV-CSV-QUOTE", True)


def test_a_file_without_quoting_can_say_so(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text(f'a\twkt\nđất 12" x\t{SQUARE}\n')
    assert refusal(tmp_path / "t.tsv").code == "DLV-CSV-QUOTE"
    assert read_all(tmp_path / "t.tsv", quote="")["a"].to_pylist() == ['đất 12" x']


def test_the_geometry_column_is_found_by_name_or_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'a,hình dạng\n1,"{SQUARE}"\n')
    assert refusal(path).code == "DLV-NO-GEOMETRY"
    assert read_all(path, geometry="hình dạng").column_names == ["a", "wkb"]
    assert refusal(path, geometry="a").code == "DLV-GEOMETRY-ENCODING"


@pytest.mark.parametrize("content", ["a\n1\n", "a,b;c\n1,2;3\n"])
def test_an_unclear_delimiter_is_asked_for(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    assert refusal(tmp_path / "t.csv").code == "DLV-CSV-DELIMITER"


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,a,wkt\n1,2,x\n")
    assert refusal(tmp_path / "t.csv").code == "DLV-COLUMN-TWICE"


def test_wkb_in_hexadecimal_is_read_and_states_its_srid(tmp_path: Path) -> None:
    path, square = tmp_path / "t.csv", shapely.from_wkt(SQUARE)
    for srid, endian in ((0, 1), (5899, 1), (5899, 0)):
        held = shapely.set_srid(square, srid) if srid else square
        value = shapely.to_wkb(held, hex=True, include_srid=bool(srid), byte_order=endian)
        path.write_text(f"a,geom\n1,{value}\n2,\n3,{value.lower()}\n")
        (layer,) = layers_of(path)
        assert layer.crs == (f"EPSG:{srid}" if srid else None)
        read = shapely.from_wkb(read_all(path)["wkb"].to_pylist())
        assert [one is not None and one.equals(square) for one in read] == [True, False, True]
        assert srid == 0 or set(shapely.get_srid(read[[0, 2]]).tolist()) == {0}


def test_ewkt_states_its_srid_and_two_of_them_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a|geom\n1|SRID=5899;{SQUARE}\n2|srid=5899;{SQUARE}\n")
    assert layers_of(path)[0].crs == "EPSG:5899"
    assert read_all(path)["wkb"].null_count == 0
    path.write_text(f"a|geom\n1|SRID=5899;{SQUARE}\n2|SRID=5897;{SQUARE}\n")
    assert refusal(path).code == "DLV-CRS-MIXED"


def test_a_shape_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a|geom\n1|{SQUARE}\n2|POLYGON ((0 0, 1\n3|\n4|POLYGON ((0 0, 1 0, 1 1))\n")
    wkb = read_all(path)["wkb"].to_pylist()
    assert wkb[1:3] == [b"\x00", None]
    assert shapely.from_wkb(wkb[3]).is_valid


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_file_cut_anywhere_but_at_a_line_s_end_is_refused(tmp_path: Path, quote: str) -> None:
    content = text("|", "\n", rows=[["1", "2", "Năm", SQUARE]] * 3).encode()
    for size in range(len(content)):
        (tmp_path / "t.csv").write_bytes(content[:size])
        if size and content[size - 1] == ord("\n"):
            assert layers_of(tmp_path / "t.csv", quote=quote)
        else:
            assert refusal(tmp_path / "t.csv", quote=quote).exit_status == 4


def test_a_last_record_without_a_line_end_is_taken_when_the_profile_says_so(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text().rstrip())
    assert refusal(tmp_path / "t.csv").code == "DLV-TRUNCATED"
    assert read_all(tmp_path / "t.csv", open_end=True).num_rows == len(ROWS)


CELLS = st.text(st.sampled_from('a1é",;\n\r '), max_size=6)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8), st.integers(1, 9), st.sampled_from(",;")
)
def test_records_are_counted_as_another_reader_counts_them_in_blocks_of_any_size(
    rows: list[tuple[str, str, str]], size: int, delimiter: str
) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    content = file.getvalue().encode()
    scan = RecordScan("t.csv", delimiter.encode(), b'"', 3)
    scan.scan(content[i : i + size] for i in range(0, len(content), size))
    assert scan.records == len(rows)
