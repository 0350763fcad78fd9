"""Documents, tables and archives made to hurt, each small on disk and made here. A name → how it is made and what is right.

Each is a delivery of three good parcels and one thing that is not: `judged` where the parcels must be judged all the same,
else the code with which the whole is refused.
"""

import io
import os
import socket
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd

from tests.support.strip import COMMUNE, LAYER, PROVINCE, ZONE, strip

Make = Callable[[Path], None]
JUDGED = "judged"
CASES: dict[str, tuple[Make, str]] = {}
HEADER = ("Mã xã", "Tờ", "Thửa", "Loại đất", "Diện tích", "GCN", "Ngày cấp", "Mã định danh")
TOML = f"""province = "{PROVINCE}"
extracted_at = 2026-11-20T22:00:00+07:00
commune_codes = "new"
"""
COMMENT = f"<!--{'x' * 70_000}-->"
DOCTYPE = '<!DOCTYPE a [<!ENTITY b "c">]>'
XML = '<?xml version="1.0" encoding="UTF-8"?>'
PART = f'[[parts]]\nfile = "thua.gpkg"\nlayer = "{LAYER}"\nepsg = {ZONE}\n'
LIST = '[[lists]]\nfile = "list.xlsx"\n'


def case(code: str) -> Callable[[Make], Make]:
    """Register a delivery under its function's name, with what is right."""

    def registered(make: Make) -> Make:
        CASES[make.__name__] = (make, code)
        return make

    return registered


def cases(name: str, code: str, makes: Iterable[tuple[str, Make]]) -> None:
    """Register several of one kind."""
    for which, make in makes:
        CASES[f"{name}_{which}"] = (make, code)


def of(make: Callable[..., None], *more: Any) -> Make:
    """A maker with the rest of what it is told."""
    return lambda folder: make(folder, *more)


def parcels(folder: Path, file: str = "thua.gpkg", frame: gpd.GeoDataFrame | None = None) -> None:
    """Three good parcels."""
    (strip(3) if frame is None else frame).to_file(folder / file, driver="GPKG", layer=LAYER)


def says(folder: Path, toml: str = TOML + PART) -> None:
    """delivery.toml, and the parcels."""
    parcels(folder)
    (folder / "delivery.toml").write_text(toml, encoding="utf-8")


def with_a_file(folder: Path, name: str) -> None:
    """A good delivery, and a file of that name."""
    says(folder)
    (folder / name).write_bytes(b"x")


def toml_case(text: str, code: str = "DLV-TOML") -> tuple[Make, str]:
    """A delivery whose delivery.toml says this after its good beginning."""
    return (lambda folder: says(folder, TOML + text + "\n" + PART)), code


CASES |= {
    f"toml_{name}": toml_case(text)
    for name, text in {
        "nested_lists": "x = " + "[" * 3_000 + "]" * 3_000,
        "nested_tables": "x = " + "{a=" * 3_000 + "1" + "}" * 3_000,
        "never_closed": "x = " + "[" * 400_000,
        "dotted_key": ".".join(["a"] * 3_000) + " = 1",
        "dotted_key_of_a_megabyte": ".".join(["a"] * 400_000) + " = 1",
        "dotted_header": "[" + ".".join(["a"] * 3_000) + "]",
        "quoted_dotted_key": ".".join(['"a b"'] * 3_000) + " = 1",
        "int_of_many_digits": "sequence = " + "9" * 100_000,
        "hex_of_many_digits": "sequence = 0x" + "f" * 100_000,
        "float_of_many_digits": "x = 1." + "9" * 100_000,
        "many_keys": "\n".join(f"k{k} = 1" for k in range(60_000)),
        "long_key": "k" * 500_000 + " = 1",
        "long_value": 'kind = "' + "x" * 500_000 + '"',
        "quotes_never_closed": 'x = "' + '\\"' * 300_000,
        "three_quotes_never_closed": 'x = """' + '"" ' * 200_000,
        "surrogate": 'sheet_table = "\\ud800"',
        "reserved_name": 'sheet_table = "CON.csv"',
        "name_climbs": 'sheet_table = "../../etc/passwd"',
        "name_with_nul": 'sheet_table = "a\\u0000b"',
        "name_right_to_left": 'sheet_table = "a\\u202Excslx"',
        "too_large": "# " + "x" * 1_100_000,
        "nan_sequence": "sequence = nan",
    }.items()
}
CASES |= {
    "toml_year_9999": (
        lambda folder: says(folder, TOML.replace("2026-11-20T22:00:00+07:00", "9999-12-31T23:59:59Z") + PART),
        "DLV-FUTURE",
    ),
    "toml_year_1": (
        lambda folder: says(
            folder, TOML.replace("2026-11-20T22:00:00+07:00", "0001-01-01T00:00:00+07:00") + PART
        ),
        "DLV-TOO-EARLY",
    ),
    "toml_no_such_day": (
        lambda folder: says(folder, TOML.replace("2026-11-20", "2026-02-30") + PART),
        "DLV-TOML",
    ),
}


@case(JUDGED)
def toml_brackets_in_texts(folder: Path) -> None:
    """Depth is of tables, not of what a text or a comment holds."""
    says(
        folder,
        TOML + "# " + "[" * 500 + "\n" + PART.replace("thua.gpkg", "[[[[[[[[[[[[[[[[[[a.b.c.d.e.f.g.gpkg"),
    )
    (folder / "thua.gpkg").rename(folder / "[[[[[[[[[[[[[[[[[[a.b.c.d.e.f.g.gpkg")


@case("DLV-TOML")
def toml_utf16(folder: Path) -> None:
    says(folder)
    (folder / "delivery.toml").write_bytes((TOML + PART).encode("utf-16"))


# Delimited text.


def csv(folder: Path, octets: bytes) -> None:
    """A delivery with a list in CSV."""
    says(folder, TOML + PART + LIST.replace("xlsx", "csv"))
    (folder / "list.csv").write_bytes(octets)


NAMES = ",".join(HEADER).encode() + b"\n"
GOOD = f"{COMMUNE},7,1,CLN,,,,\n".encode()
CASES |= {
    f"csv_{name}": (of(csv, octets), code)
    for name, octets, code in (
        ("plain", NAMES + GOOD, JUDGED),
        ("cell_of_40_mb", NAMES + b'1,2,3,"' + b"a" * 40_000_000 + b'",,,,\n', "DLV-CSV-TOO-LONG"),
        ("line_without_end", NAMES + b"a" * 40_000_000, "DLV-CSV-TOO-LONG"),
        ("quote_never_closed", NAMES + b'1,2,3,"' + (b"a\n" * 20_000_000), "DLV-CSV-TOO-LONG"),
        ("many_columns", b",".join(b"c%d" % k for k in range(5_000)) + b"\n", "DLV-CORRUPT"),
        ("header_of_5_mb", b"a," * 2_500_000 + b"b\n", "DLV-COLUMN-TWICE"),
        ("million_blank_lines", NAMES + GOOD + b"\n" * 1_000_000, JUDGED),
        ("only_delimiters", NAMES + b",,,,,,,\n" * 200_000, JUDGED),
        ("nul", NAMES + GOOD + b"\x00,,,,,,,\n", "DLV-CSV-NUL"),
        ("long_keys", NAMES + b"1,2," + b"9" * 100_000 + b",,,,,\n", JUDGED),
        ("control_marks", NAMES + "\u202e\x07,\ufeff,a,,,,,\n".encode(), JUDGED),
    )
}


# Files and folders.


@case("DLV-NOT-A-FILE")
def folder_with_a_pipe(folder: Path) -> None:
    says(folder)
    os.mkfifo(folder / "b.csv")


@case("DLV-NOT-A-FILE")
def folder_with_a_pipe_for_its_toml(folder: Path) -> None:
    parcels(folder)
    os.mkfifo(folder / "delivery.toml")


@case("DLV-NOT-A-FILE")
def folder_with_a_socket(folder: Path) -> None:
    says(folder)
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("s.xml")
    finally:
        os.chdir(here)


@case("DLV-SYMLINK")
def folder_with_links_that_go_round(folder: Path) -> None:
    says(folder)
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")


@case("DLV-SYMLINK")
def folder_that_holds_itself(folder: Path) -> None:
    says(folder)
    (folder / "again").symlink_to(folder)


@case("DLV-SYMLINK")
def folder_with_a_link_to_nothing(folder: Path) -> None:
    says(folder)
    (folder / "x.gpkg").symlink_to("/nonexistent")


@case("DLV-TOO-MANY-FILES")
def folder_of_many_files(folder: Path) -> None:
    says(folder)
    for number in range(10_001):
        (folder / f"{number}.txt").touch()


@case("DLV-TOO-MANY-FILES")
def folder_of_many_hidden_files(folder: Path) -> None:
    says(folder)
    for number in range(40_001):
        (folder / f".{number}").touch()


@case("DLV-TOO-DEEP")
def folder_of_many_levels(folder: Path) -> None:
    says(folder)
    below = folder
    for _ in range(60):
        below /= "d"
        below.mkdir()


@case("DLV-NAME")
def folder_with_a_device_of_windows(folder: Path) -> None:
    says(folder)
    (folder / "CON.gpkg").write_bytes(b"x")


@case("DLV-NAME")
def folder_with_a_device_for_a_folder(folder: Path) -> None:
    says(folder)
    (folder / "aux").mkdir()
    (folder / "aux" / "a.txt").write_bytes(b"x")


cases(
    "folder_with_a_name",
    "DLV-NAME",
    (
        (which, of(with_a_file, name))
        for which, name in (
            ("of_two_lines", "a\nb.csv"),
            ("right_to_left", "a\u202evsc.csv"),
            ("of_no_unicode", os.fsdecode(b"a\xff.csv")),
            ("like_an_address", "a?b.csv"),
        )
    ),
)


@case("DLV-NAME")
def folder_of_two_lines(folder: Path) -> None:
    says(folder)
    (folder / "a\nb").mkdir()
    (folder / "a\nb" / "c.txt").write_bytes(b"x")


# Archives.


def packed(folder: Path, *entries: tuple[str, bytes], name: str = "pack.zip") -> None:
    """A zip with a good delivery and more."""
    parcels(folder)
    content = (folder / "thua.gpkg").read_bytes()
    (folder / "thua.gpkg").unlink()
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("delivery.toml", TOML + PART)
        archive.writestr("thua.gpkg", content)
        for entry, octets in entries:
            archive.writestr(entry, octets)


CASES |= {
    f"zip_{name}": (of(packed, *entries), code)
    for name, entries, code in (
        ("plain", (), JUDGED),
        ("device_of_windows", (("AUX.csv", b"x"),), "DLV-ARCHIVE-NAME"),
        ("device_for_a_folder", (("nul/a.csv", b"x"),), "DLV-ARCHIVE-NAME"),
        ("right_to_left", (("a\u202evsc.csv", b"x"),), "DLV-ARCHIVE-NAME"),
        ("name_of_two_lines", (("a\nb.csv", b"x"),), "DLV-ARCHIVE-NAME"),
        ("long_name", (("a" * 256 + ".csv", b"x"),), "DLV-ARCHIVE-NAME"),
        ("bomb", (("a.txt", bytes(200_000_000)),), "DLV-ARCHIVE-RATIO"),
        ("deep_toml", (("inner/delivery.toml", b"x = " + b"[" * 3_000),), "DLV-TOML-PLACE"),
    )
}


def tarred(folder: Path, *members: tarfile.TarInfo) -> None:
    says(folder)
    with tarfile.open(folder / "pack.tar", "w") as archive:
        for item in members:
            archive.addfile(item, io.BytesIO(bytes(item.size)))


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


CASES |= {
    f"tar_{name}": (of(tarred, *items), "DLV-ARCHIVE-LINK")
    for name, items in (
        ("links_that_go_round", (member("a", tarfile.SYMTYPE, "b"), member("b", tarfile.SYMTYPE, "a"))),
        ("link_to_itself", (member("a", tarfile.LNKTYPE, "a"),)),
        ("pipe", (member("a.csv", tarfile.FIFOTYPE),)),
        ("device", (member("a.csv", tarfile.CHRTYPE),)),
    )
}


@case("DLV-ARCHIVE-COUNT")
def zip_that_states_a_directory_without_end(folder: Path) -> None:
    says(folder)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, 0xFFFFFFF0, 0, 0)
    (folder / "pack.zip").write_bytes(b"PK\x03\x04" + bytes(100) + end)


# XML.


def xml(folder: Path, octets: bytes, file: str = "thua.xml") -> None:
    (folder / "delivery.toml").write_text(
        f'{TOML}[[parts]]\nfile = "{file}"\nepsg = {ZONE}\n', encoding="utf-8"
    )
    (folder / file).write_bytes(octets)


VBDLIS = "<r><DC_ThuaDat><thuaDatId>1</thuaDatId></DC_ThuaDat></r>"
GML = '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2"></gml:FeatureCollection>'
NO_XML = {"vbdlis": "DLV-FORMAT", "gml": "DLV-CORRUPT"}
CASES |= {
    f"{kind}_{name}": (
        of(xml, text.encode(how), file),
        code,
    )
    for kind, file, body in (("vbdlis", "thua.xml", VBDLIS), ("gml", "thua.gml", GML))
    for name, text, how, code in (
        ("doctype_behind_a_comment", XML + COMMENT + DOCTYPE + body, "utf-8", "DLV-XML-DOCTYPE"),
        ("doctype_in_utf16", '<?xml version="1.0"?>' + COMMENT + DOCTYPE + body, "utf-16", "DLV-XML-DOCTYPE"),
        (
            "doctype_in_utf16_unmarked",
            '<?xml version="1.0"?>' + DOCTYPE + body,
            "utf-16-be",
            "DLV-XML-DOCTYPE",
        ),
        ("doctype_behind_comments_of_2_mb", XML + COMMENT * 30 + DOCTYPE + body, "utf-8", NO_XML[kind]),
        ("ebcdic", '<?xml version="1.0" encoding="cp037"?>' + DOCTYPE + body, "cp037", NO_XML[kind]),
        ("utf7", '<?xml version="1.0" encoding="utf-7"?>' + body, "utf-8", "DLV-CORRUPT"),
    )
}


@case("DLV-CORRUPT")
def vbdlis_deep(folder: Path) -> None:
    xml(folder, b"<r><DC_ThuaDat>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"</DC_ThuaDat></r>")
