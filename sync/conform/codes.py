"""Commune codes that lost their zeros on the way: 691, 691.0 for 00691."""

import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units

DIGITS = 5
_SHORTENED = r"^([0-9]{1,5})(?:[.,]0+)?$"


def whole_codes(codes: pa.Array, province: str) -> pa.Array:
    """Codes (n,) as text, with the zeros that a number lost where that makes a code of the province; others as they are.

    Codes of before and of after 1 July 2025 are codes of a province.
    """
    distinct = codes.dictionary_encode()
    values = distinct.dictionary
    short = pc.fill_null(pc.match_substring_regex(values, _SHORTENED), False)
    whole = pc.utf8_lpad(pc.replace_substring_regex(values, _SHORTENED, r"\1"), DIGITS, "0")
    known = pa.array(admin_units.code_readings(whole, province) != "none")
    return pc.if_else(pc.and_(short, known), whole, values).take(distinct.indices)
