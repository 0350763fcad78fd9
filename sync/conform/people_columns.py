"""What rows say of people, in the canonical columns of `parcels.people`: names by a map, values among those allowed."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcels.column import Column
from parcels.columns import delivered_columns
from parcels.model import NOT_READABLE_JOINER
from parcels.people import BY_NAME, PeopleColumn
from parcels.text import fold, fold_text, join_said
from sync.conform.columns import NOT_READABLE, Found, Mapper
from sync.conform.numbers import Habits
from sync.declared.mapped import Joined
from sync.declared.profile import Profile
from sync.declared.tables import PARCEL_KEY
from validators.placeholders import PlaceholderRules

Columns = dict[str, pa.Array]
# Whose vocabulary of placeholders holds for a column that the policy does not name.
_LIKE: Final = {"text": "land_user_name", "date": "certificate_issued_on", "integer": "land_user_birth_year"}
_LIKE_NUMBERS: Final = ("transferee_id_number",)
# The first user's and certificate's, which a parcel's own row may bring too: they have words of their own.
_OWN: Final = frozenset(column.name for column in delivered_columns())
_PARCEL: Final = PeopleColumn(
    Column(PARCEL_KEY, "text", "Khóa nguồn của thửa đất", "Source key of the parcel", hashed=False), "right"
)
_EVERY: Final = BY_NAME | {PARCEL_KEY: _PARCEL}


class PeopleMapper:
    """Turns batches of one table into columns of people.

    names       canonical name → the batch's own name, or several joined
    found       the names in the file where they are not those of `names`; a column that it lacks is not there
    values      canonical name → delivered word → allowed value, beside the allowed terms themselves
    unreadable  canonical name → values that are none of their column's, over all batches so far
    """

    def __init__(
        self,
        profile: Profile,
        names: Mapping[str, str | Joined],
        values: Mapping[str, Mapping[str, str]],
        file: str,
        habits: Habits,
        part_no: int,
        rules: PlaceholderRules,
        found: Found | None = None,
    ) -> None:
        if found is None:
            found = {name: (delivered,) for name, delivered in names.items() if isinstance(delivered, str)}
        wanted = tuple(_EVERY[name] for name in _EVERY if name in found)
        own = profile.model_copy(update={"columns": dict(names), "values": {}, "constants": {}})
        self._mapper = Mapper(
            own,
            found,
            file,
            habits,
            part_no,
            rules=rules,
            wanted=tuple(each.column for each in wanted),
            like={each.name: _like(each) for each in wanted},
        )
        self._meanings = {
            each.name: _meanings(each, values.get(each.name, {})) for each in wanted if each.allowed
        }
        self.unreadable: Counter[str] = self._mapper.unreadable

    def columns(self, batch: pa.RecordBatch) -> Columns:
        """The columns that `names` has (n,), and `not_readable`."""
        columns = self._mapper.canonical(batch)
        lost = [columns[NOT_READABLE]]
        for name, meanings in self._meanings.items():
            said = columns[name]
            columns[name] = _allowed(said, meanings)
            strange = pc.and_(pc.is_valid(said), pc.is_null(columns[name]))
            count = int(pc.sum(strange).as_py() or 0)
            if count:
                self.unreadable[name] += count
                lost.append(pc.if_else(strange, pa.scalar(name), pa.scalar(None, pa.string())))
        return {
            **{name: columns[name] for name in columns if name in _EVERY},
            NOT_READABLE: join_said(lost, NOT_READABLE_JOINER),
        }


def _like(each: PeopleColumn) -> str:
    if each.name in _LIKE_NUMBERS:
        return "land_user_id_number"
    if each.name == PARCEL_KEY:
        return "source_key"
    return each.name if each.name in _OWN else _LIKE[each.column.kind]


def _meanings(each: PeopleColumn, values: Mapping[str, str]) -> dict[str, str]:
    """Folded word → allowed value."""
    terms = {fold_text(word): term.code for term in each.allowed for word in (term.code, term.vi)}
    return terms | {fold_text(word): value for word, value in values.items()}


def _allowed(said: pa.Array, meanings: dict[str, str]) -> pa.Array:
    places = pc.index_in(fold(said), value_set=pa.array(list(meanings)), skip_nulls=True)
    return pa.array(list(meanings.values()), pa.string()).take(places)
