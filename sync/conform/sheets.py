"""The table that says what became of each old map sheet: old commune, old sheet, scale → new commune, new sheet.

The form of VBDLIS, table BANGTHAMCHIEUBANDODIACHINH2CAP, as CSV or XLSX. In practice it is not one-to-one: an
old sheet that is given two new communes decides nothing, a number that two old sheets share is not taken, and
all of that is reported.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.identifiers import normalise_number
from sync.declared.tomlfile import aside, nearest
from sync.folder.conform import SheetTableUsed

SUFFIXES: Final = (".csv", ".xlsx")
MAX_BYTES: Final = 64_000_000  # ten thousand sheets of a province are well under one
_EXAMPLES: Final = 20
# Column of the table → what it is called here. `?`: the table may lack it.
_COLUMNS: Final = {
    "xaidcu": "old",
    "xaid": "new",
    "sohieutobandocu": "old_sheet",
    "sohieutobando": "new_sheet",
    "tyle": "scale?",
    "sothututhuacu": "old_parcel?",
    "sothututhua": "new_parcel?",
}
_NAMES: Final = {
    "old": "xaIdCu",
    "new": "xaId",
    "old_sheet": "soHieuToBanDoCu",
    "new_sheet": "soHieuToBanDo",
}
_SEPARATOR: Final = "|"
_BLANK = ""  # no scale, or no parcel number, in keys


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Keys, and what each decides: NULL where the entries of a key disagree."""

    keys: pa.Array
    new: pa.Array
    new_sheet: pa.Array


@dataclass(frozen=True, slots=True)
class Matched:
    """What the table says of each row (n,).

    listed     whether it says anything
    new        the new commune; NULL where it names several, or none
    new_sheet  the number of the sheet there; NULL where it names several, or one that another old sheet has too
    """

    listed: NDArray[np.bool_]
    new: pa.Array
    new_sheet: pa.Array


class SheetTable:
    """One table, ready to be asked. `used` says what of it could be used."""

    def __init__(self, entries: pd.DataFrame, file: str) -> None:
        usable, counts = _usable(entries)
        shared = usable.groupby(["new", "new_sheet", "scale"], sort=False)["source"].transform("nunique")
        whole_sheets = usable["old_parcel"] == _BLANK
        taken = usable["new_sheet"].where((shared == 1) | ~whole_sheets)
        usable = usable.assign(number=taken)
        sheets, parcels = usable[whole_sheets], usable[~whole_sheets]
        self._parcel = _lookup(parcels, ["old", "old_sheet", "old_parcel"])
        self._scale = _lookup(sheets[sheets["scale"] != _BLANK], ["old", "old_sheet", "scale"])
        self._any = _lookup(sheets, ["old", "old_sheet"])
        self._plain = _lookup(sheets[sheets["scale"] == _BLANK], ["old", "old_sheet"])
        ambiguous = sheets.groupby(["old", "old_sheet", "scale"])["new"].nunique()
        listed = [_SEPARATOR.join(key) for key in ambiguous[ambiguous > 1].index]
        self.used = SheetTableUsed(
            file=file,
            **counts,
            sheet_numbers_shared=int((whole_sheets & (shared > 1)).sum()),
            sheets_in_several_communes=len(listed),
            examples=tuple(listed[:_EXAMPLES]),
        )

    def match(self, old: pa.Array, sheet: pa.Array, scale: pa.Array, parcel: pa.Array) -> Matched:
        """What the table says of rows by old commune, sheet, scale and parcel number as delivered (n,) each.

        A row of the table for the parcel itself comes first, then for the sheet at that scale. A row without
        a scale, on either side, stands for every scale.
        """
        at_scale = pc.is_valid(scale)
        unsaid = self._keys(pc.if_else(at_scale, None, old), sheet)
        asked = (
            (self._parcel, self._keys(old, sheet, parcel)),
            (self._scale, self._keys(old, sheet, scale)),
            (self._plain, self._keys(pc.if_else(at_scale, old, None), sheet)),
            (self._any, unsaid),
        )
        none = pa.nulls(len(old), pa.string())
        listed, new, number = pa.array(np.zeros(len(old), bool)), none, none
        for lookup, keys in asked:
            places = pc.index_in(keys, value_set=lookup.keys, skip_nulls=True)
            first = pc.and_(pc.is_valid(places), pc.invert(listed))
            new = pc.if_else(first, lookup.new.take(places), new)
            number = pc.if_else(first, lookup.new_sheet.take(places), number)
            listed = pc.or_(listed, first)
        return Matched(np.asarray(listed), new, number)

    def renumbers(self, codes: list[str]) -> set[str]:
        """Which of these old communes the table gives other sheet numbers than they had, at least once."""
        keys = [key.split(_SEPARATOR) for key in self._any.keys.to_pylist()]
        numbers = self._any.new_sheet.to_pylist()
        wanted = set(codes)
        return {k[0] for k, to in zip(keys, numbers, strict=True) if k[0] in wanted and k[1] != to}

    @staticmethod
    def _keys(*parts: pa.Array) -> pa.Array:
        return pc.binary_join_element_wise(*parts, _SEPARATOR, null_handling="emit_null")


def read_sheet_table(path: Path) -> SheetTable:
    """The sheet table in a CSV or XLSX file. Raises DeliveryRejected (DLV-SHEET-TABLE)."""
    table = _read(path)
    columns: dict[str, pa.Array] = {}
    for name in table.column_names:
        meaning = _COLUMNS.get(name.strip().casefold())
        if meaning is not None:
            columns.setdefault(meaning.removesuffix("?"), normalise_number(table[name].combine_chunks()))
    for needed, name in _NAMES.items():
        if needed not in columns:
            raise _missing(path.name, name, table.column_names)
    n = table.num_rows
    frame = pd.DataFrame(
        {
            name: columns.get(name, pa.nulls(n, pa.string())).to_pandas().fillna(_BLANK).astype(object)
            for name in (*_NAMES, "scale", "old_parcel", "new_parcel")
        }
    )
    for code in ("old", "new"):
        frame[code] = frame[code].where(frame[code] == _BLANK, frame[code].str.zfill(5))
    frame["source"] = frame["old"] + _SEPARATOR + frame["old_sheet"]
    return SheetTable(frame, path.name)


def _read(path: Path) -> pa.Table:
    """The first sheet or the whole CSV as text. Raises DeliveryRejected."""
    import pyogrio
    from pyogrio.raw import read_arrow

    from sync.intake.sources.base import READ_FAILURES, local_path
    from sync.intake.sources.refusals import corrupt, missing_file

    if not path.is_file():
        raise missing_file(path.name)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unfit(
            path.name,
            Bilingual("không phải tệp CSV hoặc XLSX", "is neither CSV nor XLSX"),
        )
    if path.stat().st_size > MAX_BYTES:
        raise _unfit(path.name, Bilingual("quá lớn", "is too large"))
    if suffix == ".xlsx":
        return _read_workbook(path)
    try:
        layer = str(pyogrio.list_layers(local_path(path))[0][0])
        _, table = read_arrow(local_path(path), layer=layer, read_geometry=False)
        return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    except (*READ_FAILURES, IndexError) as failure:
        raise corrupt(path.name, type(failure).__name__) from failure


def _read_workbook(path: Path) -> pa.Table:
    """The first sheet with headings, by the reader whose memory is bounded. Raises DeliveryRejected."""
    from sync.intake.sources.guard import probe_source, read_source
    from sync.intake.sources.spreadsheet import Spreadsheet

    source = Spreadsheet()
    layers = probe_source(source, path, None, None)
    if not layers:
        raise _missing(path.name, _NAMES["new"], [])
    columns = list(layers[0].columns)
    schema = pa.schema([(name, pa.string()) for name in columns])
    batches = [batch.select(columns).cast(schema) for batch in read_source(source, path, layers[0], columns)]
    return pa.Table.from_batches(batches, schema=schema)


def _usable(entries: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The entries that can decide something, and how many cannot, by why."""
    pairs = admin_units.conversion_candidates()
    known = set(zip(pairs["old_code"].to_pylist(), pairs["new_code"].to_pylist(), strict=True))
    asked = entries[["old", "new"]].drop_duplicates()
    good = [pair in known for pair in zip(asked["old"], asked["new"], strict=True)]
    judged = entries.merge(asked.assign(official=good), on=["old", "new"], how="left")
    official = judged["official"].to_numpy(dtype=bool)
    incomplete = (entries[["old", "new", "old_sheet", "new_sheet"]] == _BLANK).any(axis=1).to_numpy()
    # A parcel that gets another number is a renumbering of parcels, which only the office can deliver.
    renumbered = (
        (entries["new_parcel"] != _BLANK) & (entries["new_parcel"] != entries["old_parcel"])
    ).to_numpy()
    usable = official & ~incomplete & ~renumbered
    report = {
        "entries": len(entries),
        "used": int(usable.sum()),
        "incomplete": int(incomplete.sum()),
        "against_the_official_table": int((~official & ~incomplete).sum()),
        "parcels_renumbered": int((renumbered & official & ~incomplete).sum()),
    }
    return entries[usable].drop_duplicates(), report


def _lookup(entries: pd.DataFrame, key: list[str]) -> _Lookup:
    """One answer per key, or none where its entries disagree."""
    text = pa.string()
    if entries.empty:
        return _Lookup(pa.array([], text), pa.array([], text), pa.array([], text))
    found = entries.groupby(key, sort=True).agg(
        new=("new", "first"),
        communes=("new", "nunique"),
        number=("number", "first"),
        numbers=("new_sheet", "nunique"),
        taken=("number", "count"),
        rows=("new_sheet", "size"),
    )
    keys = pa.array([_SEPARATOR.join(parts) for parts in found.index], text)
    one = (found["communes"] == 1).to_numpy()
    sure = one & (found["numbers"] == 1).to_numpy() & (found["taken"] == found["rows"]).to_numpy()
    return _Lookup(keys, _where(found["new"], one), _where(found["number"], sure))


def _where(values: "pd.Series[Any]", sure: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values.to_numpy(dtype=object), pa.string(), mask=~sure, from_pandas=True)


def _missing(file: str, wanted: str, present: list[str]) -> DeliveryRejected:
    like = aside(nearest(wanted, present))
    return _unfit(file, Bilingual(f"không có cột «{wanted}»{like.vi}", f"has no column “{wanted}”{like.en}"))


def _unfit(file: str, why: Bilingual) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-SHEET-TABLE",
        Bilingual(f"Bảng tham chiếu tờ bản đồ «{file}» {why.vi}.", f"The sheet table “{file}” {why.en}."),
        Bilingual(
            "Cần tệp CSV hoặc XLSX với các cột xaId, xaIdCu, soHieuToBanDo, soHieuToBanDoCu và, nếu có, tyLe.",
            "It needs a CSV or XLSX file with the columns xaId, xaIdCu, soHieuToBanDo, soHieuToBanDoCu and, "
            "where there is one, tyLe.",
        ),
    )
