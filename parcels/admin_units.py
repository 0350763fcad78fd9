"""Provinces, communes and old provinces: cached loaders and vectorised look-ups over the reference tables.

A commune code is re-used: the same five digits name another territory before 1 July 2025. Every look-up
therefore takes the date it is asked for; LATEST asks for what is valid now as far as the tables know.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import Values, one_array
from parcels.provinces import OldProvince, Province, old_province, old_provinces, provinces
from parcels.reference import table

__all__ = [
    "EARLIEST",
    "LATEST",
    "NEW_COMMUNES_FROM",
    "Commune",
    "OldProvince",
    "Province",
    "classify_codes",
    "code_readings",
    "commune",
    "communes",
    "communes_table",
    "conversion",
    "conversion_candidates",
    "convert_codes",
    "old_province",
    "old_provinces",
    "provinces",
    "valid_from",
]

LATEST = date.max
NEW_COMMUNES_FROM = date(2025, 7, 1)
EARLIEST = date(2025, 1, 1)  # the first list we hold; an earlier date is answered from it

Texts: TypeAlias = NDArray[np.object_] | NDArray[np.str_] | Values


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in one period of validity. `lon`, `lat` (WGS 84) and `area_km2` are known for new ones only."""

    code: str
    valid_from: date
    valid_to: date | None
    name: str
    kind: str
    province_code: str
    old_province_code: str
    lon: float | None
    lat: float | None
    area_km2: float | None


@cache
def communes_table(province_code: str | None = None, at: date = LATEST) -> pa.Table:
    """The communes valid at a date, of a (new) province or of the nation; columns of communes.csv, by code."""
    everything = table("communes")
    day = pa.scalar(max(at, EARLIEST), pa.date32())
    chosen = pc.and_(
        pc.less_equal(everything["valid_from"], day),
        pc.fill_null(pc.greater(everything["valid_to"], day), True),
    )
    if province_code is not None:
        chosen = pc.and_(chosen, pc.equal(everything["province_code"], province_code))
    return everything.filter(chosen)


def communes(province_code: str | None = None, at: date = LATEST) -> list[Commune]:
    """The communes valid at a date, of a (new) province or of the nation, by code."""
    rows = communes_table(province_code, at).drop_columns(["district", "note"]).to_pylist()
    return [Commune(row.pop("commune_code"), **row) for row in rows]


@cache
def _by_code(at: date) -> dict[str, Commune]:
    return {commune.code: commune for commune in communes(None, at)}


def commune(code: str, at: date = LATEST) -> Commune | None:
    """The commune that a code named at a date; None where it named none."""
    return _by_code(max(at, EARLIEST)).get(code)


@cache
def old_commune_name(code: str) -> str:
    """`<code> <name>` of a commune of before 1 July 2025; the code alone where no list has it."""
    found = commune(code, NEW_COMMUNES_FROM - timedelta(days=1))
    return f"{code} {found.name}" if found else code


def _text_array(codes: Texts) -> pa.Array:
    if isinstance(codes, (pa.Array, pa.ChunkedArray)):
        return one_array(codes)
    return pa.array(codes, pa.string(), from_pandas=True)


def classify_codes(codes: Texts, province_code: str, at: date = LATEST) -> NDArray[np.object_]:
    """What each commune code is at a date, for a province: (n,) text, one of these:

    known            a commune of this province valid at the date
    other_province   valid at the date, in another province
    expired          no longer valid at the date (whatever province it was in)
    unknown          in no list, or missing
    """
    array = _text_array(codes)
    here = communes_table(province_code, at)["commune_code"].combine_chunks()
    anywhere = communes_table(None, at)["commune_code"].combine_chunks()
    everything = table("communes")
    ended = pc.fill_null(
        pc.less_equal(everything["valid_to"], pa.scalar(max(at, EARLIEST), pa.date32())), False
    )
    past = everything.filter(ended)["commune_code"].combine_chunks()

    states = np.select(
        [_within(array, here), _within(array, anywhere), _within(array, past)],
        ["known", "other_province", "expired"],
        "unknown",
    )
    return states.astype(object)


def valid_from(codes: Texts, at: date = LATEST) -> pa.Array:
    """Since when each code has named the commune that it names at the date: date32, NULL where it names none."""
    valid = communes_table(None, at)
    places = pc.index_in(
        _text_array(codes), value_set=valid["commune_code"].combine_chunks(), skip_nulls=True
    )
    return valid["valid_from"].combine_chunks().take(places)


def conversion() -> pa.Table:
    """The table of old communes to new ones (columns of commune_conversion.csv), by old and new code."""
    return table("commune_conversion")


@cache
def _whole_conversion() -> tuple[pa.Array, pa.Array, pa.Array]:
    """Old codes (codes of the January list that were changed before July included), new codes, split codes."""
    every = _pairs()
    whole = every.filter(pc.equal(every["extent"], "whole"))
    split = every.filter(pc.equal(every["extent"], "part"))
    return (
        whole["old_code"].combine_chunks(),
        whole["new_code"].combine_chunks(),
        pc.unique(split["old_code"].combine_chunks()),
    )


@cache
def _pairs() -> pa.Table:
    """Old code, new code and extent; an old commune whose code changed before July stands there with both codes."""
    pairs = conversion().select(["old_code", "new_code", "extent", "january_code"])
    renamed = pairs.filter(
        pc.and_(
            pc.not_equal(pairs["old_code"], pairs["january_code"]),
            pc.invert(pc.is_in(pairs["january_code"], value_set=pairs["old_code"].combine_chunks())),
        )
    )
    renamed = renamed.set_column(0, "old_code", renamed["january_code"])
    every = pa.concat_tables([pairs, renamed.filter(pc.is_valid(renamed["old_code"]))])
    return every.drop_columns(["january_code"])


@cache
def conversion_candidates() -> pa.Table:
    """(old_code, new_code): every new commune that a parcel of an old one can lie in now, by both codes.

    One for an old commune that went whole, several for a divided one. An old commune that the official table
    names nowhere was merged before July 2025: it lies in one of the new communes that its district went into.
    """
    pairs = _pairs().select(["old_code", "new_code"])
    old = communes_table(None, EARLIEST).select(["commune_code", "district", "old_province_code"])
    lost = old.filter(pc.invert(pc.is_in(old["commune_code"], value_set=pairs["old_code"].combine_chunks())))
    of_district = old.join(pairs, "commune_code", "old_code", "inner").select(
        ["district", "old_province_code", "new_code"]
    )
    found = lost.join(of_district, ["district", "old_province_code"], join_type="inner")
    found = found.select(["commune_code", "new_code"]).rename_columns(["old_code", "new_code"])
    every = pa.concat_tables([pairs, found]).group_by(["old_code", "new_code"]).aggregate([])
    return every.sort_by([("old_code", "ascending"), ("new_code", "ascending")]).combine_chunks()


def convert_codes(old_codes: Texts) -> tuple[pa.Array, NDArray[np.object_]]:
    """New commune codes of old ones, and how sure that is: (n,) text, (n,) one of these:

    whole         the one new commune that took it
    part          divided between several: NULL; geometry or the sheet cross-reference decides, never the code
    no_successor  an old commune in no row of the official table: NULL; one of its district's (conversion_candidates)
    native        a code that named no commune before (five đặc khu): itself
    unknown       in no list: NULL
    """
    array = _text_array(old_codes)
    whole, new, split = _whole_conversion()
    places = pc.index_in(array, value_set=whole, skip_nulls=True)
    before = communes_table(None, EARLIEST)["commune_code"].combine_chunks()
    now = communes_table(None, LATEST)["commune_code"].combine_chunks()
    found = np.asarray(pc.is_valid(places))
    native = _within(array, now) & ~_within(array, before)
    how = np.select(
        [found, _within(array, split), _within(array, before), native],
        ["whole", "part", "no_successor", "native"],
        "unknown",
    )
    codes = pc.if_else(pa.array(native), array, new.take(places))
    return codes, how.astype(object)


def code_readings(codes: Texts, province_code: str) -> NDArray[np.object_]:
    """What taking each code for an old or for a new one would mean, in a province: (n,) text, one of these:

    new_only  names a commune of the province only since 1 July 2025
    old_only  named one only before
    same      named one that went whole into the new commune of the same number: either reading is the same commune
    differs   named one before and another since: the readings differ
    none      never named one of this province, or missing
    """
    array = _text_array(codes)
    now = _within(array, communes_table(province_code, LATEST)["commune_code"].combine_chunks())
    before = _within(array, communes_table(province_code, EARLIEST)["commune_code"].combine_chunks())
    converted = np.asarray(pc.fill_null(pc.equal(convert_codes(array)[0], array), False))
    readings = np.select(
        [now & ~before, before & ~now, now & converted, now],
        ["new_only", "old_only", "same", "differs"],
        "none",
    )
    return readings.astype(object)


def _within(values: pa.Array, those: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.is_in(values, value_set=those, skip_nulls=True))
