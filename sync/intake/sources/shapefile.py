"""Shapefile: .shp, .shx and .dbf that must agree, .prj and .cpg that may be there.

Headers, records and numbers are looked at here, because GDAL opens a set whose parts do not match and returns what it can.
Text is read byte for byte and decoded here, or left for its encoding to be found: GDAL's own recoding depends on
how it was built and replaces what it cannot convert.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, SkipValidation

from parcels.bilingual import Bilingual
from parcels.encodings import BYTES, ENCODINGS, UTF8, decode_text, named
from parcels.encodings.codecs import has_stray_bytes, western
from parcels.errors import DeliveryRejected
from sync.declared.names import PresentNames, ambiguous, name_key
from sync.intake.sources.apart import alone
from sync.intake.sources.base import GEOMETRY, Layer, Source, describe, refuse_unless_whole, stream
from sync.intake.sources.dbf import DbfSurvey, DbfTable, read_header, survey, texts_of, unreadable_kind
from sync.intake.sources.refusals import corrupt, rows_lost, twice_named, wrong_encoding
from sync.intake.sources.shp_records import shapes_in

_MAGIC = b"\x00\x00\x27\x0a"
_WHAT = Bilingual("shapefile (.shp)", "a shapefile (.shp)")
_REQUIRED = (".shx", ".dbf")
_BYTES_AS_THEY_ARE = "ISO-8859-1"
_SEPARATOR = "\x1e"
_SUFFIXES = (*_REQUIRED, ".prj", ".cpg")
_KINDS = "CNFDL"  # of fields that hold text, a number, a day or a truth value
# The beginning of a UTF-8 character whose end is missing, at the end of a value.
_CUT_CHARACTER = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})(?=\x1e|$)")
_ASCII = bytes(range(0x20, 0x7F))  # the same in every encoding that a table can be in
_OF_FONTS = ("TCVN3", "VNI", "VPS", "VISCII")
_MACHINES = ("cp1252", "iso8859-1", "ascii")
_CPG_NAMES = {"65001": "utf-8", "1258": "cp1258", "1252": "cp1252", "88591": "iso-8859-1"}


class _ToldShapefile(BaseModel):
    """What `probe` found out, for `read`."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    table: SkipValidation[DbfTable]
    survey: SkipValidation[DbfSurvey]


class Shapefile(Source):
    """ESRI Shapefile (.shp with its sidecars)."""

    kind = "shapefile"
    suffixes = (".shp",)
    driver = "ESRI Shapefile"
    single_layer = True
    cut_names = True

    def members(self, path: Path) -> tuple[Path, ...]:
        """The .shp and every file of the same name beside it, whatever the case of its letters."""
        stem = name_key(path.stem) + "."
        beside = sorted(
            other
            for other in path.parent.iterdir()
            if other != path and name_key(other.name).startswith(stem) and not _is_shp(other)
        )
        return (path, *beside)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002
        """Its one layer, after checking that the three files are whole and of one export."""
        refuse_unless_whole(path, _MAGIC, _WHAT)
        set_ = _sidecars(path)
        for suffix in _REQUIRED:
            if suffix not in set_:
                raise _missing_sidecar(path.name, suffix)
        table = read_header(set_[".dbf"])
        shapes = shapes_in(path, set_[".shx"])
        if table.rows != shapes:
            raise rows_lost(path.name, path.stem, shapes, table.rows)
        seen = survey(table)
        used = _effective_encoding(path.name, encoding, set_.get(".cpg"))
        with _as_gdal_looks_for_it(path, set_) as own:
            info = describe(own, own.stem, self.driver, _BYTES_AS_THEY_ARE)
        columns = tuple(_column_name(str(name), used) for name in info["fields"])
        if len(columns) != len(table.fields):
            raise corrupt(table.path.name, "dBASE header")
        if len(set(columns)) < len(columns):
            raise twice_named(table.path.name, next(c for c in columns if columns.count(c) > 1))
        return (
            Layer(
                name=path.stem,
                rows=int(seen.live.sum()),
                columns=columns,
                geometry_type=str(info["geometry_type"]),
                crs=_stated_crs(set_.get(".prj")),
                encoding=used,
                deleted=int((~seen.live).sum()),
                options=_ToldShapefile(table=table, survey=seen),
                notes=_notes(columns, seen),
            ),
        )

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in record order, text decoded from the layer's encoding; BYTES: as byte text."""
        told = layer.options
        if not isinstance(told, _ToldShapefile):
            raise TypeError("the layer is not one that `probe` gave")
        place = {name: at for at, name in enumerate(layer.columns)}
        for name in columns:
            kind = told.table.fields[place[name]].kind
            if kind not in _KINDS:
                raise unreadable_kind(told.table.path.name, name, kind)
        rows, first = np.flatnonzero(told.survey.live), 0
        with _as_gdal_looks_for_it(path, _sidecars(path)) as own:
            info = describe(own, own.stem, self.driver, _BYTES_AS_THEY_ARE)
            raw = [str(info["fields"][place[name]]) for name in columns]
            for batch in stream(own, replace(layer, name=own.stem), raw, _BYTES_AS_THEY_ARE):
                mine = rows[first : first + batch.num_rows]
                first += batch.num_rows
                arrays = [
                    _column(array, place[name], mine, layer, told, path.name)
                    for name, array in zip(columns, batch.columns, strict=False)
                ]
                yield pa.RecordBatch.from_arrays(
                    [*arrays, batch.column(GEOMETRY)], names=[*columns, GEOMETRY]
                )


def _column(
    array: pa.Array, place: int, rows: NDArray[np.int64], layer: Layer, told: _ToldShapefile, file: str
) -> pa.Array:
    """A column as GDAL read it, decoded; from the table's own bytes where GDAL would change what they say."""
    in_bytes = layer.encoding == BYTES
    if place in told.survey.odd | told.survey.overflown and len(rows):
        encoding = _BYTES_AS_THEY_ARE if in_bytes else layer.encoding
        return texts_of(told.table, told.survey, place, rows, array, encoding)
    if not pa.types.is_string(array.type) or in_bytes:
        return array
    return _decoded(array, layer.encoding, told.table.fields[place].width, file)


def _is_shp(path: Path) -> bool:
    return path.suffix.lower() == ".shp"


def _sidecars(path: Path) -> dict[str, Path]:
    """The files that belong to a .shp, by their suffix in small letters. Raises DeliveryRejected (DLV-NAME-AMBIGUOUS)."""
    beside = [other for other in path.parent.iterdir() if other.is_file()]
    names = PresentNames(other.name for other in beside)
    stems = sorted(other.name for other in beside if _is_shp(other))
    alike = [name for name in stems if name_key(name) == name_key(path.name)]
    found: dict[str, Path] = {}
    for suffix in _SUFFIXES:
        name = names.find(path.stem + suffix)
        if name is None:
            continue
        if len(alike) > 1 and not name.startswith(path.stem + "."):
            raise ambiguous(path.name, alike)  # whose it is cannot be told
        found[suffix] = path.with_name(name)
    return found


@contextmanager
def _as_gdal_looks_for_it(path: Path, set_: dict[str, Path]) -> Iterator[Path]:
    """The set under names that GDAL finds: its own, or one name for all in a folder of their own."""
    names = {".shp": path.name} | {suffix: file.name for suffix, file in set_.items()}
    if all(name in (path.stem + suffix, path.stem + suffix.upper()) for suffix, name in names.items()):
        yield path
        return
    wanted = {path.stem + suffix: file for suffix, file in set_.items() if suffix in _REQUIRED}
    main = f"{path.stem}.shp"
    with alone({main: path} | wanted) as folder:
        yield folder / main


def _notes(columns: tuple[str, ...], seen: DbfSurvey) -> dict[str, Any]:
    """Columns that were read from their bytes, and numbers of nothing but asterisks, as conform.json keeps them."""
    odd = tuple(columns[place] for place in sorted(seen.odd | seen.overflown))
    stars = {columns[place]: rows for place, rows in sorted(seen.asterisks.items())}
    return ({"columns_read_as_text": odd} if odd else {}) | ({"asterisks": stars} if stars else {})


def _missing_sidecar(name: str, suffix: str) -> DeliveryRejected:
    stem = name.rsplit(".", 1)[0]
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
