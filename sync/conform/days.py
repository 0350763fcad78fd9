"""Days as they are delivered, in whatever type or form, as calendar dates."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcels.text import clean

_VIETNAM: Final = "Asia/Ho_Chi_Minh"
_ISO_DATE = r"^(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?:[T ].*)?$"
_VIETNAMESE_DATE = r"^(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4})$"
_PLAIN_DATE = r"^(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})$"


def has_days(kind: pa.DataType) -> bool:
    """Whether values of a type are days or moments already."""
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def read_days(values: pa.Array) -> pa.Array:
    """Dates, times (the day in Vietnam) or text: 2026-11-20, 20/11/2026, 20261120; NULL for what is no day."""
    if pa.types.is_date(values.type):
        return values.cast(pa.date32())
    if pa.types.is_timestamp(values.type):
        if values.type.tz is not None:
            values = pc.local_timestamp(values.cast(pa.timestamp("s", _VIETNAM), safe=False))
        return values.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    text = clean(values)
    iso = [_iso(text, pattern) for pattern in (_ISO_DATE, _VIETNAMESE_DATE, _PLAIN_DATE)]
    stamps = pc.strptime(pc.coalesce(*iso), format="%Y-%m-%d", unit="s", error_is_null=True)
    return _real_days(stamps, pc.coalesce(*iso))


def _iso(text: pa.Array, pattern: str) -> pa.Array:
    parts = pc.extract_regex(text, pattern)
    year, month, day = (pc.struct_field(parts, name) for name in ("y", "m", "d"))
    return pc.binary_join_element_wise(
        year, pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0"), "-", null_handling="emit_null"
    )


def _real_days(stamps: pa.Array, written: pa.Array) -> pa.Array:
    """Days of the calendar only: 31/02 must not become 03/03."""
    same = pc.fill_null(pc.equal(pc.strftime(stamps, format="%Y-%m-%d"), written), False)
    return pc.if_else(same, stamps, pa.scalar(None, stamps.type)).cast(pa.date32())
