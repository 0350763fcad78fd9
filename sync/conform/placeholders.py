"""What was written where nothing is known becomes NULL, here and nowhere else; what was written is kept beside the row.

The words are the policy's (`validators.placeholders`), with what the province's profile adds and keeps. No value is ever
printed here: what is kept is of the vocabulary, so that findings may repeat it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.admin_units import LATEST
from parcels.text import clean
from sync.conform.kept import kept_texts
from sync.declared.profile import OwnPlaceholders, Profile
from validators.placeholders import PlaceholderRules
from validators.policy import policy_at

PLACEHOLDERS: Final = "placeholders"
_NOTHING_OWN = OwnPlaceholders(reason="-")

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The vocabulary that holds for a province."""

    profile: Profile
    rules: PlaceholderRules = field(default_factory=lambda: policy_at(LATEST).placeholders)

    def of(self, column: str, values: pa.Array, meant: Collection[str] = ()) -> Mask | None:
        """(n,) which delivered values say nothing; None where none does.

        values  clean text, or numbers, or days as they came; of another type every value says something
        meant   texts that the profile gives a meaning of their own: no placeholders
        """
        own = self.profile.placeholders.get(column, _NOTHING_OWN)
        kind = values.type
        if pa.types.is_string(kind):
            found = self._texts(column, values, own, meant)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            found = self._numbers(column, values, own)
        elif pa.types.is_date(kind):
            found = self._days(column, values, own)
        else:
            return None
        mask = np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)
        return mask if mask.any() else None

    def _texts(self, column: str, values: pa.Array, own: OwnPlaceholders, meant: Collection[str]) -> pa.Array:
        pattern = self.rules.pattern(column, tuple(clean_all(own.add)))
        if pattern is None:
            return pa.repeat(False, len(values))
        found = pc.match_substring_regex(values, pattern)
        kept = pa.array([text.lower() for text in clean_all(own.keep)], pa.string())
        if pc.any(found).as_py() and (len(kept) or meant):
            stays = pc.or_(
                pc.is_in(pc.utf8_lower(values), value_set=kept),
                pc.is_in(values, value_set=pa.array(list(meant), pa.string())),
            )
            found = pc.and_not(found, stays)
        return found

    def _numbers(self, column: str, values: pa.Array, own: OwnPlaceholders) -> pa.Array:
        nothing = {*_as_numbers(own.add), *([0.0] if self.rules.says_zero(column) else [])}
        nothing -= _as_numbers(own.keep)
        if not nothing:
            return pa.repeat(False, len(values))
        return pc.is_in(values.cast(pa.float64(), safe=False), value_set=pa.array(sorted(nothing)))

    def _days(self, column: str, values: pa.Array, own: OwnPlaceholders) -> pa.Array:
        days = {*(self.rules.dates if "dates" in self.rules.columns.get(column, ()) else ()), *own.add}
        nothing = sorted(filter(None, map(_as_day, days - set(own.keep))))
        return pc.is_in(values.cast(pa.date32()), value_set=pa.array(nothing, pa.date32()))


def _as_day(text: str) -> date | None:
    """A word of the vocabulary as the day that it is; of days it means nothing where it is not written YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


@dataclass(slots=True)
class Kept:
    """The placeholders of a batch of rows, by canonical column."""

    found: dict[str, tuple[pa.Array, Mask]] = field(default_factory=dict)

    def without(self, column: str, values: pa.Array, said: pa.Array, nothing: Mask) -> pa.Array:
        """`values` (n,) with NULL where `nothing` holds; what `said` shows there is kept."""
        at = pa.array(nothing)
        known = self.found.get(column)
        if known is not None:  # what was written for nothing in one of several columns that are joined
            said, nothing = pc.if_else(at, said, known[0]), nothing | known[1]
        self.found[column] = (said, nothing)
        return pc.if_else(at, pa.scalar(None, values.type), values)

    def column(self, rows: int) -> pa.Array:
        """`placeholders` (rows,): canonical column → what was written in it for nothing; NULL where nothing was."""
        return kept_texts(self.found, rows)


def as_said(values: pa.Array) -> pa.Array:
    """Delivered values as text, to be shown: whole numbers without decimals."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_floating(values.type):
        return pc.replace_substring_regex(values.cast(pa.float64()).cast(pa.string()), r"\.0$", "")
    return values.cast(pa.string())


def clean_all(texts: Collection[str]) -> list[str]:
    """Texts as they are compared."""
    return [text for text in clean(pa.array(list(texts), pa.string())).to_pylist() if text]


def _as_numbers(texts: Collection[str]) -> set[float]:
    found = set()
    for text in texts:
        try:
            found.add(float(text.replace(",", ".")))
        except ValueError:
            continue
    return found
