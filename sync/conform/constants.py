"""Values that a profile gives to every row, held against their columns."""

from datetime import date, datetime

import pyarrow as pa

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.errors import UsageError
from sync.conform.columns import READERS
from sync.conform.numbers import Marks
from sync.declared.profile import Profile


def check_constants(profile: Profile) -> None:
    """Refuse a constant that its column cannot hold, before any row is read. Raises UsageError."""
    columns = {column.name: column for column in delivered_columns()}
    for name, given in profile.constants.items():
        plain = given.date() if isinstance(given, datetime) else given
        value = pa.array([plain])
        if isinstance(plain, date) and columns[name].kind not in ("date", "text"):
            raise _bad_constant(name)
        if columns[name].kind == "decimal" and isinstance(plain, str):
            value = Marks().plain(value)
        if READERS[columns[name].kind](value, columns[name], "profile").null_count:
            raise _bad_constant(name)


def _bad_constant(name: str) -> UsageError:
    return UsageError(
        "PRF-CONSTANT",
        Bilingual(
            f"Giá trị của «{name}» trong [constants] không đúng kiểu của cột.",
            f"The value of “{name}” in [constants] does not fit its column.",
        ),
        Bilingual("Hãy sửa hồ sơ tỉnh.", "Correct the province's profile."),
    )
