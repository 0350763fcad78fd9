"""What the rows of a list are: rows of its table, or titles and footers around them; and why a row means no parcel."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync.folder.list_rows import KEY, SCHEMA, WHYS

_TITLE, _FOOTER = (WHYS.index(why) for why in ("title", "footer"))
_ROW: Final = -1
_BREAK: Final = "\x1f"
_FEW: Final = 3  # values of a line of a signature
# What stands below and between the rows of a Vietnamese form, at the beginning of a cell.
_SUMS: Final = r"t[ổo]ng(\s+(c[ộo]ng|s[ốo]))?\b|c[ộo]ng\b|l[uũ][yỹ]\s+k[ếe]\b"
_SIGNED: Final = (
    r"ng[ưu][ờo]i\s+(l[ậa]p|ki[ểe]m|k[ýy]|t[ổo]ng|gi[áa]m|s[ửu]|[đd][ạa]i)|th[ủu]\s+tr[ưu][ởo]ng|ch[ủu]\s+t[ịi]ch"
    r"|ph[óo]\s+ch[ủu]|gi[áa]m\s+[đd][ốo]c|c[áa]n\s+b[ộo]|c[ôo]ng\s+ch[ứu]c|x[áa]c\s+nh[ậa]n|[đd][ạa]i\s+di[ệe]n"
    r"|\(?\s*k[ýy]\s*(t[êe]n|,|v[àa]|\))|[ủuy]{1,2}\s+ban|ubnd|tm\.|kt\.|n[ơo]i\s+nh[ậa]n|ghi\s+ch[úu]"
)
_DATED: Final = r"ng[àa]y[\s\d.…_/-]*th[áa]ng"
_BEGINS: Final = rf"(^|{_BREAK})\s*"
_COUNTED: Final = rf"^\(?0\)?{_BREAK}\(?1\)?{_BREAK}\(?2\)?{_BREAK}|^\(?1\)?{_BREAK}\(?2\)?{_BREAK}\(?3\)?{_BREAK}\(?4\)?({_BREAK}|$)"


@dataclass(frozen=True, slots=True)
class Kinds:
    """What each row of a list is (n,): a place in WHYS for titles and footers, -1 for a row of the table."""

    of: NDArray[np.int8]

    @property
    def table(self) -> NDArray[np.bool_]:
        """Which are rows of the table."""
        return np.asarray(self.of == _ROW)


def kinds_of(texts: pa.Array, named: NDArray[np.bool_], keyed: NDArray[np.bool_], header: str) -> Kinds:
    """What the rows are whose texts (`row_text`) are given.

    named   whether a row names a parcel by anything at all; keyed: by its whole key
    header  the beginning of the header, as `row_text` would give it: a page repeats it
    """
    lower = pc.utf8_normalize(pc.utf8_lower(pc.fill_null(texts, "")), "NFC")
    values = np.asarray(pc.add(pc.count_substring(lower, _BREAK), 1))
    found = np.full(len(texts), _ROW, np.int8)
    again = _matches(lower, _COUNTED)
    if header:
        again |= np.asarray(pc.starts_with(lower, header.lower()))
    numbered = _matches(lower, r"^\s*[\d.]+\s*(" + _BREAK + "|$)")
    found[~named & ~numbered & (values <= 2)] = _TITLE
    found[again] = _TITLE
    sums = _matches(lower, r"^\s*(" + _SUMS + ")")
    signed = _matches(lower, f"{_BEGINS}({_SUMS}|{_SIGNED})|{_DATED}")
    found[(sums & ~keyed) | (signed & ~named)] = _FOOTER
    last = int(np.flatnonzero(named & (found == _ROW))[-1]) if (named & (found == _ROW)).any() else -1
    begun = np.arange(len(texts)) > last
    if (found[begun] == _FOOTER).any():  # whoever signs stands below
        found[begun & ~named & (values <= _FEW)] = _FOOTER
    return Kinds(found)


def _matches(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(texts, pattern))


@dataclass(slots=True)
class OnTheMap:
    """What the map's rows show of those that a list names: its communes, its sheets, its national ids."""

    ids: pa.Array
    _communes: list[pa.Array] = field(default_factory=list)
    _sheets: list[pa.Array] = field(default_factory=list)
    _holders: list[pa.Table] = field(default_factory=list)

    def see(self, commune: pa.Array, sheet: pa.Array, national: pa.Array, key: list[pa.Array]) -> None:
        """Note a batch of the map: its keys in the form in which they are compared, and the key as delivered."""
        self._communes.append(pc.unique(commune))
        self._sheets.append(pc.unique(sheet))
        known = pc.is_in(national, value_set=self.ids, skip_nulls=True)
        holders = pa.table([national, *key], names=["id", *KEY])
        self._holders.append(holders.filter(known))

    def holders(self, national: pa.Array) -> pa.Table:
        """The parcel of the map that has each of these national ids (n,), NULL where none has, or several have."""
        every = (
            pa.concat_tables(self._holders)
            if self._holders
            else pa.table({name: pa.array([], pa.string()) for name in ("id", *KEY)})
        )
        counts = pc.value_counts(every["id"].combine_chunks())
        once = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
        single = every.filter(pc.is_in(every["id"], value_set=once))
        places = pc.index_in(national, value_set=single["id"].combine_chunks(), skip_nulls=True)
        return single.select(list(KEY)).take(places)

    def lacks_commune(self, commune: pa.Array) -> NDArray[np.bool_]:
        """Which of these communes the map has no row of."""
        return ~_is_in(commune, self._communes)

    def lacks_sheet(self, sheet: pa.Array) -> NDArray[np.bool_]:
        """Which of these sheets (with their communes) the map has no row of."""
        return ~_is_in(sheet, self._sheets)


def _is_in(values: pa.Array, seen: list[pa.Array]) -> NDArray[np.bool_]:
    every = pa.concat_arrays(seen) if seen else pa.array([], pa.string())
    return np.asarray(pc.is_in(values, value_set=every, skip_nulls=True))


def told_table(
    part_no: int, rows: NDArray[np.int64], whys: NDArray[np.int8], said: pa.Table, holders: pa.Table
) -> pa.Table:
    """SCHEMA: rows of a list as they are told. said, holders: their keys, and those of the parcels with their id."""
    names = pa.array(WHYS)
    columns = {
        "part_no": pa.array(np.full(len(rows), part_no, np.int32)),
        "row": pa.array(rows),
        "why": names.take(pa.array(whys)),
        **{name: said[name] for name in (*KEY, "national_id")},
        **{f"of_{name}": holders[name] for name in KEY},
    }
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)
