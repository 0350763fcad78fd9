"""What a file really is, by how it begins, where its name says something else."""

from pathlib import Path

from parcels.bilingual import Bilingual

_HEAD = 264
_KNOWN: tuple[tuple[int, bytes, Bilingual], ...] = (
    (0, b"Rar!\x1a\x07", Bilingual("tệp nén RAR", "a RAR archive")),
    (0, b"7z\xbc\xaf\x27\x1c", Bilingual("tệp nén 7-Zip", "a 7-Zip archive")),
    (0, b"\xfd7zXZ\x00", Bilingual("tệp nén xz", "an xz archive")),
    (0, b"\x28\xb5\x2f\xfd", Bilingual("tệp nén Zstandard", "a Zstandard archive")),
    (0, b"MSCF", Bilingual("tệp nén CAB", "a CAB archive")),
    (0, b"PK\x03\x04", Bilingual("tệp nén ZIP (hoặc tệp Office)", "a ZIP archive (or an Office file)")),
    (0, b"\x1f\x8b", Bilingual("tệp nén gzip", "a gzip archive")),
    (0, b"BZh", Bilingual("tệp nén bzip2", "a bzip2 archive")),
    (257, b"ustar", Bilingual("tệp gói tar", "a tar archive")),
    (0, b"SQLite format 3\x00", Bilingual("cơ sở dữ liệu SQLite (như GeoPackage)", "an SQLite database (such as a GeoPackage)")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Bilingual("tệp Office cũ (.xls, .doc)", "an old Office file (.xls, .doc)")),
    (0, b"\x00\x00\x27\x0a", Bilingual("shapefile (.shp)", "a shapefile (.shp)")),
    (0, b"fgb\x03fgb", Bilingual("FlatGeobuf", "a FlatGeobuf file")),
    (0, b"PAR1", Bilingual("Parquet", "a Parquet file")),
    (0, b"AC10", Bilingual("bản vẽ DWG", "a DWG drawing")),
    (0, b"%PDF", Bilingual("tệp PDF", "a PDF file")),
)  # fmt: skip
_PAGES = (b"<!doctype html", b"<html")


def really(path: Path) -> Bilingual | None:
    """What the file is; None for what is not known by its first bytes."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for place, mark, what in _KNOWN:
        if head[place : place + len(mark)] == mark:
            return what
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return Bilingual("trang web (HTML)", "a web page (HTML)")
    return None
