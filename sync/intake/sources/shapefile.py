"""Shapefile: .shp, .shx and .dbf that must agree, .prj and .cpg that may be there.

The three headers are read here, because GDAL opens a set whose parts do not match and returns what it can.
Text is read byte for byte and decoded here, or left for its encoding to be found: GDAL's own recoding depends on
how it was built and replaces what it cannot convert.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.encodings import BYTES, ENCODINGS, UTF8, decode_text, named
from parcels.encodings.codecs import has_stray_bytes, western
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import GEOMETRY, Layer, Source, describe, refuse_unless_whole, stream
from sync.intake.sources.refusals import corrupt, missing_file, rows_lost, truncated, wrong_encoding

_MAGIC = b"\x00\x00\x27\x0a"
_WHAT = Bilingual("shapefile (.shp)", "a shapefile (.shp)")
_REQUIRED = (".shx", ".dbf")
_BYTES_AS_THEY_ARE = "ISO-8859-1"
_SEPARATOR = "\x1e"
_BLOCK = 1 << 22
# The beginning of a UTF-8 character whose end is missing, at the end of a value.
_CUT_CHARACTER = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})(?=\x1e|$)")
_ASCII = bytes(range(0x20, 0x7F))  # the same in every encoding that a table can be in
_OF_FONTS = ("TCVN3", "VNI", "VPS", "VISCII")
_MACHINES = ("cp1252", "iso8859-1", "ascii")
_CPG_NAMES = {"65001": "utf-8", "1258": "cp1258", "1252": "cp1252", "88591": "iso-8859-1"}


class Shapefile(Source):
    """ESRI Shapefile (.shp with its sidecars)."""

    kind = "shapefile"
    suffixes = (".shp",)
    driver = "ESRI Shapefile"
    single_layer = True
    cut_names = True

    def members(self, path: Path) -> tuple[Path, ...]:
        """The .shp and every file of the same name beside it."""
        beside = sorted(
            other
            for other in path.parent.iterdir()
            if other != path and other.name.lower().startswith(path.stem.lower() + ".")
        )
        return (path, *beside)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002
        """Its one layer, after checking that the three files are whole and of one export."""
        refuse_unless_whole(path, _MAGIC, _WHAT)
        sidecars = {
            other.suffix.lower(): other for other in self.members(path)[1:] if other.stem == path.stem
        }
        for suffix in _REQUIRED:
            if suffix not in sidecars:
                raise _missing_sidecar(path.name, suffix)
        rows, deleted = _agreed_rows(path, sidecars[".shx"], sidecars[".dbf"])
        used = _effective_encoding(path.name, encoding, sidecars.get(".cpg"))
        info = describe(path, path.stem, self.driver, _BYTES_AS_THEY_ARE)
        return (
            Layer(
                name=path.stem,
                rows=rows,
                columns=tuple(_column_name(str(field), used) for field in info["fields"]),
                geometry_type=str(info["geometry_type"]),
                crs=_stated_crs(sidecars.get(".prj")),
                encoding=used,
                deleted=deleted,
            ),
        )

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in record order, text decoded from the layer's encoding; BYTES: as byte text."""
        info = describe(path, path.stem, self.driver, _BYTES_AS_THEY_ARE)
        raw = {_column_name(str(name), layer.encoding): str(name) for name in info["fields"]}
        width = dict(zip(raw, _widths(path), strict=True))
        for batch in stream(path, layer, [raw[name] for name in columns], _BYTES_AS_THEY_ARE):
            arrays = [
                _decoded(array, layer.encoding, width[name], path.name)
                if pa.types.is_string(array.type) and layer.encoding != BYTES
                else array
                for name, array in zip(columns, batch.columns, strict=False)
            ]
            yield pa.RecordBatch.from_arrays([*arrays, batch.column(GEOMETRY)], names=[*columns, GEOMETRY])


@dataclass(frozen=True, slots=True)
class _Dbf:
    rows: int
    header_bytes: int
    row_bytes: int


def _agreed_rows(shp: Path, shx: Path, dbf: Path) -> tuple[int, int]:
    """Live and deleted rows, after the lengths in the three headers agree with the files and each other."""
    for path in (shp, shx):
        with path.open("rb") as file:
            header = file.read(100)
        stated = int.from_bytes(header[24:28], "big") * 2
        if len(header) < 100 or path.stat().st_size < stated:
            raise truncated(path.name)
    shapes = (int.from_bytes(_head(shx, 28)[24:28], "big") * 2 - 100) // 8
    start = _head(dbf, 32)
    if len(start) < 32:
        raise truncated(dbf.name)
    table = _Dbf(
        int.from_bytes(start[4:8], "little"),
        int.from_bytes(start[8:10], "little"),
        int.from_bytes(start[10:12], "little"),
    )
    if table.row_bytes == 0 or table.header_bytes < 32:
        raise corrupt(dbf.name, "dBASE header")
    if dbf.stat().st_size < table.header_bytes + table.rows * table.row_bytes:
        raise truncated(dbf.name)
    if table.rows != shapes:
        raise rows_lost(shp.name, shp.stem, shapes, table.rows)
    deleted = _deleted(dbf, table)
    return table.rows - deleted, deleted


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _deleted(dbf: Path, table: _Dbf) -> int:
    """Rows marked as deleted (an asterisk before the row): editors leave them until the table is packed."""
    if table.rows == 0:
        return 0
    deleted, at_a_time = 0, max(1, _BLOCK // table.row_bytes)
    with dbf.open("rb") as file:  # not mapped: the pages of a mapped table count as memory in use
        file.seek(table.header_bytes)
        for first in range(0, table.rows, at_a_time):
            rows = min(at_a_time, table.rows - first)
            block = np.frombuffer(file.read(rows * table.row_bytes), np.uint8)
            deleted += int(np.count_nonzero(block[:: table.row_bytes] == ord("*")))
    return deleted


def _widths(path: Path) -> list[int]:
    """The width in bytes of every field of the table, in order."""
    dbf = next(p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == ".dbf")
    header = int.from_bytes(_head(dbf, 32)[8:10], "little")
    fields = _head(dbf, header)[32:]
    starts = range(0, len(fields) - 31, 32)
    return [fields[start + 16] for start in starts if fields[start] != 0x0D]


def _missing_sidecar(name: str, suffix: str) -> DeliveryRejected:
    stem = name.rsplit(".", 1)[0]
    if suffix not in _REQUIRED:
        return missing_file(stem + suffix)
    return DeliveryRejected(
        "DLV-SHAPEFILE-INCOMPLETE",
        Bilingual(
            f"Thiếu tệp «{stem}{suffix}» đi kèm «{name}»: shapefile phải có đủ .shp, .shx và .dbf.",
            f"“{stem}{suffix}” is missing beside “{name}”: a shapefile needs .shp, .shx and .dbf.",
        ),
        Bilingual(
            "Hãy gửi cả bộ tệp cùng tên trong một thư mục.",
            "Send all files of the same name together in one folder.",
        ),
    )


def _stated_crs(prj: Path | None) -> str | None:
    """The text of the .prj: pyproj compares it with what was declared; GDAL's own guess is not asked."""
    if prj is None:
        return None
    return prj.read_bytes()[:10_000].decode("utf-8", "replace").strip() or None


def _effective_encoding(name: str, declared: str | None, cpg: Path | None) -> str:
    """The encoding to decode: as declared, else as the .cpg says; a contradiction is refused.

    BYTES where what the .cpg says is only the code page of the machine (Windows-1252, Latin-1), or nothing, and
    where text of fonts (TCVN3, VNI, VPS, VISCII) was declared: then each column's encoding is found from its words.
    """
    stated = cpg.read_bytes()[:100].decode("ascii", "replace").strip() if cpg else ""
    in_file = _codec(stated, name) if stated else None
    if declared is None or named(declared) in _OF_FONTS:
        if in_file == "utf-8" or (in_file is not None and in_file not in _MACHINES and declared is None):
            return in_file
        return BYTES
    wanted = _codec(declared, name)
    if in_file is not None and in_file != wanted:
        raise wrong_encoding(
            name, declared, Bilingual(f"tệp .cpg ghi {stated}", f"its .cpg file says {stated}")
        )
    return BYTES if wanted in _MACHINES else wanted


def _codec(text: str, name: str) -> str:
    """The Python name of an encoding, from the many ways a .cpg or a profile writes it."""
    plain = text.strip().upper().removeprefix("ANSI ").removeprefix("OEM ").strip()
    try:
        name_of_codec = codecs.lookup(_CPG_NAMES.get(plain, plain)).name
        if _ASCII.decode("ascii") != _ASCII.decode(name_of_codec):
            raise LookupError(plain)  # Python knows codecs that are no encodings of text
        return name_of_codec
    except (LookupError, ValueError) as failure:
        raise DeliveryRejected(
            "DLV-ENCODING-UNKNOWN",
            Bilingual(
                f"Không biết bảng mã «{text}» của tệp «{name}».",
                f"The encoding “{text}” of the file “{name}” is not known.",
            ),
            Bilingual(
                f"Các bảng mã dùng được: {', '.join(ENCODINGS)}; hoặc xuất lại bằng UTF-8.",
                f"Encodings that can be used: {', '.join(ENCODINGS)}; or export again as UTF-8.",
            ),
        ) from failure


def _column_name(raw: str, encoding: str) -> str:
    """A field's name: ten bytes at most in the file, so an accent may have been cut in two."""
    if encoding == BYTES:
        return western(raw) if has_stray_bytes(raw) else decode_text(raw, UTF8)
    return raw.encode("latin-1", "replace").decode(encoding, "replace")


def _decoded(array: pa.Array, encoding: str, width: int, name: str) -> pa.Array:
    """Text read byte for byte, decoded. Values with an accent are decoded in one go, each distinct one once.

    A value that fills its field may end in half a character, because the export cut it off: that half is dropped.
    """
    coded = array.dictionary_encode()
    values = coded.dictionary
    accented = pc.invert(pc.string_is_ascii(values))
    for full in (True, False):
        chosen = pc.and_(accented, pc.equal(pc.equal(pc.utf8_length(values), width), full))
        count = pc.sum(chosen).as_py()
        if not count:
            continue
        content = _SEPARATOR.join(values.filter(chosen).to_pylist()).encode("latin-1")
        if full and encoding == "utf-8":
            content = _CUT_CHARACTER.sub(b"", content)
        decoded = _strictly(content, encoding, name).split(_SEPARATOR)
        if len(decoded) != count:
            found = Bilingual("có ký tự điều khiển", "it holds control characters")
            raise wrong_encoding(name, encoding, found)
        values = pc.replace_with_mask(values, chosen, pa.array(decoded, values.type))
        accented = pc.and_(accented, pc.invert(chosen))
    return pa.DictionaryArray.from_arrays(coded.indices, values).cast(pa.string())


def _strictly(content: bytes, encoding: str, name: str) -> str:
    """Decode or refuse. Bytes that are valid UTF-8 under another declared encoding were declared wrongly."""
    try:
        text = content.decode(encoding)
    except UnicodeError as failure:
        found = Bilingual("có byte không thuộc bảng mã đó", "some bytes do not exist in it")
        raise wrong_encoding(name, encoding, found) from failure
    if encoding != "utf-8":
        try:
            content.decode("utf-8")
        except UnicodeError:
            return text
        found = Bilingual("các byte thực ra là UTF-8", "the bytes are really UTF-8")
        raise wrong_encoding(name, encoding, found)
    return text
