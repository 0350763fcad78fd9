"""Delimited text (CSV, TSV) with the geometry as WKT or hexadecimal WKB in one of its columns.

Every value is text: zeros in front and "12.0" arrive as they are written. The structure is looked at before
anything is read (`delimited_scan`), then pyarrow streams the columns that are wanted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import (
    GEOMETRY,
    NO_GEOMETRY,
    READ_FAILURES,
    ROW_NUMBER,
    ROW_TEXT,
    Layer,
    Source,
    first_line,
    local_path,
    refuse_unless_whole,
)
from sync.intake.sources.delimited_scan import MOST_COLUMNS, RecordScan
from sync.intake.sources.delimited_text import (
    BLOCK_BYTES,
    blocks,
    delimiter_of,
    head_of,
    how_written,
    names_of,
)
from sync.intake.sources.refusals import corrupt, rows_lost
from sync.intake.sources.text_geometry import looks_like_geometry, wkb_of

_WHAT = Bilingual("CSV", "CSV")
_GEOMETRY_NAMES = (
    "wkt", "geom_wkt", "wkt_geom", "wkt_geometry", "geom", "geometry", "the_geom", "wkb", "geom_wkb",
    "wkb_geometry", "shape", "st_astext", "hinh", "hinh_hoc", "hinhhoc", "toa_do",
)  # fmt: skip
_SHOWN = 60  # columns, and characters of each, of which a row's text is made


Mark = Literal[",", ";", "\t", "|"]


class CsvOptions(BaseModel):
    """`[read.csv]`.

    delimiter  between values; found from the header where it is not said
    quote      around values; empty where the file quotes nothing
    geometry   the column that holds WKT or hexadecimal WKB; found by its name where it is not said; "" in a list of
               attributes, which has none
    open_end   the last record does without a line end; otherwise such a file counts as cut off
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: Mark | None = None
    quote: Literal['"', "'", ""] = '"'
    geometry: str | None = None
    open_end: bool = False


class _ToldCsv(CsvOptions):
    """What `probe` found out, for `read`."""

    codec: str
    names: tuple[str, ...]
    longest: int
    lines_before: int


class Delimited(Source):
    """CSV with WKT (.csv, .tsv)."""

    kind = "csv"
    suffixes = (".csv", ".tsv")
    single_layer = True
    options = CsvOptions
    tells_rows = True

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:
        """Its one layer, after every record was seen to have the header's width."""
        refuse_unless_whole(path, b"", _WHAT)
        said = options if isinstance(options, CsvOptions) else CsvOptions()
        text = how_written(path, encoding)
        head = head_of(path, text)
        delimiter = said.delimiter or text.delimiter or delimiter_of(path.name, head, said.quote)
        names = names_of(path.name, head, delimiter, said.quote)
        if len(names) > MOST_COLUMNS:
            raise corrupt(path.name, f"CSV: > {MOST_COLUMNS} columns")
        scan = RecordScan(path.name, delimiter.encode(), said.quote.encode(), len(names), said.open_end)
        scan.scan(blocks(path, text))
        geometry = _geometry(path.name, names, said.geometry)
        told = _ToldCsv(
            delimiter=cast("Mark", delimiter),
            quote=said.quote,
            geometry=geometry,
            codec=text.codec,
            names=names,
            longest=scan.longest,
            lines_before=int(text.delimiter is not None),
        )
        layer = Layer(
            name=path.stem,
            rows=scan.records - 1,
            columns=tuple(name for name in names if name and name != geometry),
            geometry_type="Unknown" if geometry else NO_GEOMETRY,
            encoding=text.encoding,
            options=told,
        )
        return (_with_crs(path, layer, told),)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the records in the file's order; every value is text."""
        told = layer.options
        if not isinstance(told, _ToldCsv) or told.geometry is None:
            raise TypeError("the layer is not one that `probe` gave")
        read = 0
        shape = [told.geometry] if told.geometry else []
        of_rows = ROW_TEXT in columns
        asked = [name for name in columns if name not in (ROW_NUMBER, ROW_TEXT)]
        for found in _batches(path, told, [*asked, *shape, *(layer.columns[:_SHOWN] if of_rows else ())]):
            batch = _with_rows(found, columns, asked, shape, read) if of_rows else found
            read += batch.num_rows
            if not shape:
                nothing = pa.nulls(batch.num_rows, pa.binary())
                yield pa.RecordBatch.from_arrays([*batch.columns, nothing], names=[*columns, GEOMETRY])
                continue
            wkb, srids = wkb_of(batch.column(len(columns)))
            if srids and {f"EPSG:{srid}" for srid in srids} != {layer.crs}:
                raise _mixed_crs(path.name, srids)
            yield pa.RecordBatch.from_arrays([*batch.columns[:-1], wkb], names=[*columns, GEOMETRY])
        if read != layer.rows:
            raise rows_lost(path.name, layer.name, layer.rows, read)


def _with_rows(
    found: pa.RecordBatch, columns: list[str], asked: list[str], shape: list[str], before: int
) -> pa.RecordBatch:
    """The batch with the number of each record, the header being 1, and its texts, as `row_text` gives them."""
    values = found.columns[len(asked) + len(shape) :]
    cut = [pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(value, 0, _SHOWN)) for value in values]
    joined = pc.binary_join_element_wise(
        *cut, "\x1f"
    )  # of columns that are all NULL Arrow makes an array of no rows
    own = dict(zip(asked, found.columns, strict=False)) | {
        ROW_NUMBER: pa.array(np.arange(before + 2, before + 2 + found.num_rows).astype(str)),
        ROW_TEXT: pc.utf8_trim(pc.replace_substring_regex(joined, "\x1f+", "\x1f"), "\x1f"),
    }
    arrays = [own[name] for name in columns] + found.columns[len(asked) : len(asked) + len(shape)]
    return pa.RecordBatch.from_arrays(arrays, names=[*columns, *shape])


def _geometry(name: str, names: tuple[str, ...], told: str | None) -> str:
    """The geometry column: as told, else the one whose name says so; "" where it is told that there is none."""
    if told == "":
        return told
    wanted = [told] if told is not None else list(_GEOMETRY_NAMES)
    by_fold = {cell.casefold(): cell for cell in names}
    for one in wanted:
        if one in names:
            return one
        if one.casefold() in by_fold:
            return by_fold[one.casefold()]
    present = ", ".join(cell for cell in names[:30] if cell)
    raise DeliveryRejected(
        "DLV-NO-GEOMETRY",
        Bilingual(
            f"Không rõ cột nào của tệp «{name}» chứa hình thửa đất (WKT). Các cột: {present}.",
            f"It is not clear which column of the file “{name}” holds the geometry (WKT). Its columns: {present}.",
        ),
        Bilingual(
            'Hãy ghi geometry = "tên cột" trong [read.csv] của hồ sơ tỉnh, hoặc xuất kèm hình dạng WKT.',
            'State geometry = "column" in [read.csv] of the province\'s profile, or export the geometry as WKT.',
        ),
    )


def _batches(path: Path, told: _ToldCsv, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The columns asked for, as text."""
    block = max(BLOCK_BYTES, 2 * told.longest + 2)
    places = [str(told.names.index(column)) for column in columns]
    try:
        stream: pa.NativeFile = pa.OSFile(local_path(path))
        if told.codec != "utf-8":
            stream = pa.transcoding_input_stream(stream, told.codec, "utf-8")
        with pacsv.open_csv(
            stream,
            pacsv.ReadOptions(
                use_threads=False,
                block_size=block,
                column_names=[str(place) for place in range(len(told.names))],
                skip_rows=told.lines_before,
                skip_rows_after_names=1,
            ),
            pacsv.ParseOptions(
                delimiter=told.delimiter,
                quote_char=told.quote or False,
                double_quote=True,
                newlines_in_values=True,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()),
                include_columns=list(dict.fromkeys(places)),
                strings_can_be_null=False,
            ),
        ) as reader:
            for batch in reader:
                yield pa.RecordBatch.from_arrays([batch.column(place) for place in places], names=columns)
    except READ_FAILURES as failure:
        raise corrupt(path.name, _without_content(failure)) from failure


def _without_content(failure: BaseException) -> str:
    """A library's message without the row that it quotes, which may be personal."""
    return first_line(failure).split(":")[0]


def _with_crs(path: Path, layer: Layer, told: _ToldCsv) -> Layer:
    """The layer with the CRS that its first geometries state, if they state one; refuses a column of something else."""
    if not layer.rows or not told.geometry:
        return layer
    first = next(_batches(path, told, [told.geometry]), None)
    if first is None:
        raise rows_lost(path.name, layer.name, layer.rows, 0)
    values = [value for value in first.column(0).slice(0, 1000).to_pylist() if value.strip()]
    if values and not any(map(looks_like_geometry, values)):
        raise _not_geometry(path.name, told.geometry)
    _, srids = wkb_of(first.column(0))
    if len(srids) > 1:
        raise _mixed_crs(path.name, srids)
    stated = f"EPSG:{srids.pop()}" if srids else None
    return Layer(
        layer.name, layer.rows, layer.columns, layer.geometry_type, stated, layer.encoding, 0, layer.options
    )


def _not_geometry(name: str, column: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-GEOMETRY-ENCODING",
        Bilingual(
            f"Cột «{column}» của tệp «{name}» không phải WKT hay WKB dạng chữ số thập lục phân.",
            f"The column “{column}” of the file “{name}” is neither WKT nor hexadecimal WKB.",
        ),
        Bilingual(
            'Hãy ghi geometry = "tên cột" trong [read.csv] của hồ sơ tỉnh, hoặc xuất hình dạng thành WKT.',
            'State geometry = "column" in [read.csv] of the province\'s profile, or export the geometry as WKT.',
        ),
    )


def _mixed_crs(name: str, srids: set[int]) -> DeliveryRejected:
    listed = ", ".join(str(srid) for srid in sorted(srids)[:5])
    return DeliveryRejected(
        "DLV-CRS-MIXED",
        Bilingual(
            f"Các hình trong tệp «{name}» không ghi cùng một hệ tọa độ (SRID: {listed}).",
            f"The geometries in the file “{name}” do not all state one coordinate system (SRID: {listed}).",
        ),
        Bilingual("Hãy tách mỗi hệ tọa độ một tệp.", "Send a file for each coordinate system."),
    )
