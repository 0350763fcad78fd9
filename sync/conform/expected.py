"""What the land statistics (thống kê, kiểm kê đất đai) expect of each commune, read from a table: CSV or XLSX.

A file is taken whole or refused with every bad row named; nothing is guessed: not a unit, not a decimal mark, not which of two
communes a code means.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from parcels.text import clean, nfc
from sync.clock import today
from sync.conform.expected_columns import columns_of
from sync.conform.expected_communes import Codes, Figure, LeftOut, added_up
from sync.conform.expected_rows import Bad, Beside, figures_of
from sync.intake.landing import delivery_sha256, hash_files
from sync.intake.sources import Layer, Source, source_of
from sync.intake.sources.base import ROW_NUMBER, ROW_TEXT
from sync.intake.sources.delimited import CsvOptions
from sync.intake.sources.guard import probe_source, read_source
from validators.live import EXPECTED_SCHEMA

# EXPECTED_SCHEMA, and of which rows of the file and which old communes a figure was added up.
READ_SCHEMA: Final = pa.schema(
    [
        *EXPECTED_SCHEMA,
        pa.field("old_communes", pa.list_(pa.string()), nullable=False),
        pa.field("file_rows", pa.list_(pa.string()), nullable=False),
    ]
)
KINDS: Final = ("csv", "spreadsheet")
_ROOM: Final = 1.5  # an official area may be of another year, or without the sea
MOST_ROWS: Final = 100_000  # a row per commune and year: ten times what there is
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class ReadStatistics:
    """A file as it was read.

    table     READ_SCHEMA
    rows      of the file that say something; totals: rows that add others up, by number
    left_out  communes of today that its old communes do not add up to
    """

    table: pa.Table
    file: str
    sha256: str
    rows: int
    totals: tuple[int, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def communes(self) -> int:
        """How many communes it has figures of."""
        return len(pc.unique(self.table["commune_code"]))


def read_expected(
    path: Path,
    *,
    codes: Codes | None = None,
    layer: str | None = None,
    source: str | None = None,
    stated_on: date | None = None,
) -> ReadStatistics:
    """The figures of a file; `source` and `stated_on` where its rows do not say.

    Raises UsageError (EXP-NOT-FOUND, EXP-LAYER) and DeliveryRejected (EXP-…, and what the readers refuse).
    """
    kind = _kind(path)
    chosen = _layer(probe_source(kind, path, None, _OPTIONS.get(kind.kind)), layer, path.name)
    columns = columns_of(chosen.columns, path.name)
    rows = _rows(kind, path, chosen, columns)
    bad = _merged(chosen, columns)
    beside = Beside(source, stated_on, codes, today(), exact=kind.kind == "spreadsheet")
    figures, totals = figures_of(rows, bad, beside)
    if bad:
        _refuse(path.name, bad)
    sums, left = added_up(figures) if codes == "old" else (figures, [])
    if not sums:
        raise _nothing(path.name, left)
    _refuse_too_large(path.name, sums)
    members = [member.relative_to(path.parent).as_posix() for member in kind.members(path)]
    digest = delivery_sha256(hash_files(path.parent, sorted(members)))
    return ReadStatistics(_table(sums), path.name, digest, len(rows) - len(totals), totals, tuple(left))


_OPTIONS: Final = {"csv": CsvOptions(geometry="", open_end=True)}


def _kind(path: Path) -> Source:
    if not path.is_file():
        raise UsageError(
            "EXP-NOT-FOUND",
            Bilingual(f"Không tìm thấy tệp thống kê «{path}».", f"There is no file “{path}”."),
            Bilingual("Hãy kiểm tra đường dẫn.", "Check the path."),
        )
    kind = source_of(path)
    if kind.kind not in KINDS:
        raise DeliveryRejected(
            "EXP-FORMAT",
            Bilingual(
                f"Tệp thống kê «{path.name}» không phải CSV hay XLSX.",
                f"“{path.name}” is neither CSV nor XLSX.",
            ),
            Bilingual("Hãy lưu bảng thành .xlsx hoặc .csv.", "Save the table as .xlsx or .csv."),
        )
    return kind


def _layer(layers: tuple[Layer, ...], wanted: str | None, file: str) -> Layer:
    by_name = {found.name: found for found in layers}
    chosen = layers[0] if wanted is None and len(layers) == 1 else by_name.get(wanted or "")
    if chosen is None:
        present = ", ".join(by_name) or "-"
        raise UsageError(
            "EXP-LAYER",
            Bilingual(
                f"Không rõ trang nào của tệp «{file}» có số liệu. Các trang: {present}.",
                f"It is not clear which sheet of “{file}” has the figures. Sheets: {present}.",
            ),
            Bilingual("Hãy nêu trang bằng --layer.", "Name it with --layer."),
        )
    if chosen.rows > MOST_ROWS:
        raise DeliveryRejected(
            "EXP-TOO-MANY",
            Bilingual(
                f"Tệp «{file}» có {chosen.rows} dòng, nhiều hơn mọi bảng số liệu theo xã.",
                f"“{file}” has {chosen.rows} rows, more than any table of communes.",
            ),
            Bilingual("Mỗi dòng là một xã, không phải một thửa đất.", "A row is a commune, not a parcel."),
        )
    return chosen


def _rows(kind: Source, path: Path, layer: Layer, columns: dict[str, str]) -> pa.Table:
    """The rows that say anything, clean text, under our names; `row`: as the office's program counts it."""
    wanted = [*columns.values(), ROW_NUMBER, ROW_TEXT]
    batches = list(read_source(kind, path, layer, wanted))
    read = {name: clean(_column(batches, column)) for name, column in columns.items()}
    read |= {"row": _column(batches, ROW_NUMBER), "text": nfc(_column(batches, ROW_TEXT))}
    table = pa.table(read)
    says = pc.match_substring_regex(table["text"], r"[^\s\x1f]")
    return table.filter(pc.fill_null(says, False)).combine_chunks()


def _column(batches: list[pa.RecordBatch], name: str) -> pa.Array:
    return pa.chunked_array([batch.column(name) for batch in batches], pa.string()).combine_chunks()


_MERGED: Final = Bilingual("ô gộp nhiều dòng trong cột «{column}»", "merged cells in the column “{column}”")


def _merged(layer: Layer, columns: dict[str, str]) -> Bad:
    """Merged cells over several communes: whose figure it is, nobody says."""
    told = layer.options
    places = {at: name for name, at in getattr(told, "places", {}).items()}
    amounts = {columns[name] for name in ("parcels", "area_m2", "area_ha", "commune_code") if name in columns}
    return [
        (merge.top, _MERGED.format(column=places[merge.left]))
        for merge in getattr(told, "merges", ())
        if merge.bottom > merge.top >= told.first and places.get(merge.left) in amounts  # type: ignore[union-attr]
    ]


def _refuse(file: str, bad: Bad) -> NoReturn:
    """Refuse the whole file, naming its bad rows."""
    bad = sorted(bad, key=lambda each: each[0])
    shown = [Bilingual(f"dòng {row}: {said.vi}", f"row {row}: {said.en}") for row, said in bad[:_SHOWN]]
    more = f" … (+{len(bad) - _SHOWN})" if len(bad) > _SHOWN else ""
    raise DeliveryRejected(
        "EXP-ROWS",
        Bilingual(
            f"Tệp «{file}» có {len(bad)} chỗ sai, không nạp dòng nào: {'; '.join(each.vi for each in shown)}{more}.",
            f"“{file}” has {len(bad)} faults, and nothing of it was taken: {'; '.join(each.en for each in shown)}{more}.",
        ),
        Bilingual(
            "Hãy sửa các dòng đó rồi nạp lại cả tệp.", "Correct these rows and load the whole file again."
        ),
        rows=[row for row, _ in bad],
    )


def _nothing(file: str, left: list[LeftOut]) -> DeliveryRejected:
    why = left[0].said if left else Bilingual("không có dòng nào", "it has no row")
    return DeliveryRejected(
        "EXP-NOTHING",
        Bilingual(
            f"Tệp «{file}» không cho số liệu của xã nào ({why.vi}).",
            f"“{file}” gives the figures of no commune ({why.en}).",
        ),
        Bilingual(
            "Cần số liệu của mọi xã cũ đã nhập vào một xã, hoặc số liệu theo xã mới.",
            "Give the figures of every old commune that went into one, or those of the communes of today.",
        ),
    )


def _refuse_too_large(file: str, figures: list[Figure]) -> None:
    """Refuse an area of parcels that no commune has room for: most often another unit."""
    bad: Bad = []
    for each in figures:
        commune = admin_units.commune(each.commune_code)
        if each.figure == "area_m2" and commune and commune.area_km2:
            whole = commune.area_km2 * 1_000_000
            if each.amount > _ROOM * whole:
                ha = (f"{each.amount / 10_000:.0f}", f"{whole / 10_000:.0f}")
                said = Bilingual(
                    f"diện tích {ha[0]} ha lớn hơn cả xã {each.commune_code} ({ha[1]} ha): xem lại đơn vị",
                    f"{ha[0]} ha are more than the whole commune {each.commune_code} ({ha[1]} ha): look at the unit",
                )
                bad.append((each.rows[0], said))
    if bad:
        _refuse(file, bad)


def _table(figures: list[Figure]) -> pa.Table:
    lines = [
        {
            "commune_code": each.commune_code,
            "figure": each.figure,
            "amount": each.amount,
            "source": each.source,
            "stated_on": each.stated_on,
            "old_communes": list(each.old_communes),
            "file_rows": [str(row) for row in each.rows],
        }
        for each in sorted(figures, key=lambda each: (each.commune_code, each.figure, each.stated_on))
    ]
    return pa.Table.from_pylist(lines, schema=READ_SCHEMA)
