"""Land-use codes (mã loại đất), alone and compound: "ONT+CLN" is a house plot with garden, one parcel, two uses.

Systems join codes with "+" (iLIS, DGN), and people with ";", ",", "/", a blank or a line break; these are
understood. A hyphen is not: it occurs inside remarks, and guessing would hide a wrong code. The order is
kept, because the areas of the uses come in the same order and the first use is the main one.
"""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import Values, one_array
from parcels.decimals import DECIMAL, from_floats
from parcels.reference import table

JOINER = "+"
NEW_CODES_FROM = date(2024, 8, 1)  # TT 08/2024/TT-BTNMT
PARTS_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("part_no", pa.int16(), nullable=False),
        pa.field("land_use_code", pa.string(), nullable=False),
        pa.field("use_area_m2", DECIMAL),
    ]
)

_SEPARATORS = r"[\s\p{Z}]*[+;,/\s\p{Z}][\s\p{Z}]*"
_AREA_SEPARATORS = "[+;]"  # a comma may be the decimal sign
_AREA = r"^[0-9]{1,13}([.,][0-9]+)?$"


def canonical(land_use: Values) -> pa.Array:
    """Compound codes as "ONT+CLN": NFC, upper case, one joiner, order kept; NULL where nothing is left."""
    upper = pc.utf8_upper(pc.utf8_normalize(one_array(land_use), form="NFC"))
    joined = pc.replace_substring_regex(upper, _SEPARATORS, JOINER)
    single = pc.utf8_trim(pc.replace_substring_regex(joined, r"\++", JOINER), JOINER)
    return pc.if_else(pc.equal(single, ""), pa.scalar(None, pa.string()), single)


def explode(land_use: Values, areas: Values | None = None) -> pa.Table:
    """One line of PARTS_SCHEMA per use: 0-based row of the parcel, number of the part from 1, code, area.

    `areas` holds the area of each use in m², in the same order, joined by "+" or ";", with decimal point
    or comma. Where the number of areas is not the number of codes, no area of that parcel is believed
    (NULL); an area that is not a number is NULL. A parcel without codes has no row.
    """
    codes = canonical(land_use)
    lists = pc.split_pattern(codes, JOINER)
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1])) if len(counts) else np.empty(0, np.int64)
    part_no = np.arange(len(rows)) - starts[rows] + 1
    return pa.table(
        {
            "row": pa.array(rows),
            "part_no": pa.array(part_no, pa.int16()),
            "land_use_code": pc.list_flatten(lists).cast(pa.string()),
            "use_area_m2": _part_areas(counts, rows, part_no, areas),
        },
        schema=PARTS_SCHEMA,
    )


def _part_areas(
    counts: NDArray[np.int64], rows: NDArray[np.int64], part_no: NDArray[np.int64], areas: Values | None
) -> pa.Array:
    if areas is None or len(rows) == 0:
        return pa.nulls(len(rows), DECIMAL)
    lists = pc.split_pattern_regex(one_array(areas), _AREA_SEPARATORS)
    area_counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    starts = np.concatenate(([0], np.cumsum(area_counts)[:-1]))
    texts = pc.utf8_trim_whitespace(pc.list_flatten(lists))
    numeric = pc.if_else(pc.match_substring_regex(texts, _AREA), texts, pa.scalar(None, pa.string()))
    values = pc.replace_substring(numeric, ",", ".").cast(pa.float64())
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
    agree = counts[rows] == area_counts[rows]
    found = np.full(len(rows), np.nan)
    found[agree] = numbers[(starts[rows] + part_no - 1)[agree]]
    return from_floats(found)


def status(codes: Values, at: date) -> NDArray[np.object_]:
    """What each single code is at a date: (n,) of current | legacy | zone | unknown.

    Before 1 August 2024 the codes that are legacy now were current; since when the present ones are used
    is not known to us, so they count as current at any date. A zone is a plan's area, no use of a parcel.
    """
    array = one_array(codes)
    listed = table("land_use_codes")
    places = pc.index_in(array, value_set=listed["code"].combine_chunks(), skip_nulls=True)
    found = listed["status"].combine_chunks().take(places)
    states = np.asarray(pc.fill_null(found, "unknown").to_numpy(zero_copy_only=False), dtype=object)
    if at < NEW_CODES_FROM:
        states[states == "legacy"] = "current"
    return states


def known(codes: Values, at: date) -> NDArray[np.bool_]:
    """Which single codes are land uses at a date, current or legacy; a zone or a missing code is not."""
    return np.isin(status(codes, at), ("current", "legacy"))


def is_legacy(codes: Values, at: date) -> NDArray[np.bool_]:
    """Which single codes are land uses of earlier rules at a date."""
    return np.asarray(status(codes, at) == "legacy")
