"""The rows of a form whose rows are owners (PL3-01), as rows of a list: under the form's own names, with what follows of several.

A row is one owner, one parcel, one certificate. Whoever took the land over and is not registered stands in columns of his own and
never among the owner's.
"""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from parcels.text import clean
from sync.conform.columns import NOT_READABLE, Mapper, find_columns
from sync.conform.form_columns import form_columns
from sync.conform.list_join import Columns
from sync.conform.numbers import Habits
from sync.conform.parts import ReadPart
from sync.conform.people_columns import PeopleMapper
from sync.conform.placeholders import Placeholders
from sync.declared.profile import ListMap, Profile
from validators.placeholders import PlaceholderRules

PEOPLE_NOT_READABLE = "people_not_readable"
_MADE = ("user_name", "user_number", "user_birth", "user_birth_day", "user_gender", "before")
_PART_OF_A_DAY = r"^\s*([0-9]{1,2}[-/.])?[0-9]{4}(\.0+)?\s*$"


class ListRows:
    """How batches of a list become canonical columns; of a list that names its columns by their headings."""

    def __init__(
        self, part: ReadPart, said: ListMap, profile: Profile, habits: Habits, rules: PlaceholderRules
    ) -> None:
        self.profile = said.as_profile(profile)
        found = self._found(part)
        self.mapper = Mapper(self.profile, found, part.file, habits, part.part_no, rules=rules)

    def _found(self, part: ReadPart) -> dict[str, tuple[str, ...]]:
        return find_columns(self.profile, part.layer.columns, part.file, cut_names=part.source.cut_names)

    @property
    def carried(self) -> tuple[str, ...]:
        """The canonical columns of parcels that the list says something of."""
        return tuple(dict.fromkeys((*self.profile.columns, *self.profile.constants)))

    @property
    def delivered(self) -> list[str]:
        """The columns to read, each once."""
        return self.mapper.source_columns

    @property
    def found(self) -> dict[str, tuple[str, ...]]:
        """Canonical name → the file's names."""
        return self.mapper.found

    @property
    def unreadable(self) -> Counter[str]:
        """Canonical name → values that could not be read."""
        return self.mapper.unreadable

    def canonical(self, batch: pa.RecordBatch) -> Columns:
        """The canonical columns of parcels."""
        return self.mapper.canonical(batch)


class FormRows(ListRows):
    """The same of a form: its columns by place and heading, and with them what its rows say of people."""

    def __init__(
        self, part: ReadPart, said: ListMap, profile: Profile, habits: Habits, rules: PlaceholderRules
    ) -> None:
        row = part.layer.notes.get("header_row")
        self._of = form_columns(said.form, part.source.headings(part.layer), part.file, row)
        super().__init__(part, said, profile, habits, rules)
        self._nothing = Placeholders(self.profile, rules)
        names = {name: of for name, of in said.people.items() if of in {*self._of, *_MADE}}
        self._people = PeopleMapper(self.profile, names, said.values, part.file, habits, part.part_no, rules)
        numbers = {"sheet_no": "certificate_sheet", "parcel_no": "certificate_parcel"}
        self._on_certificate = Mapper(
            self.profile.model_copy(update={"columns": numbers, "constants": {}}),
            {name: (of,) for name, of in numbers.items() if of in self._of},
            part.file,
            rules=rules,
        )

    def _found(self, part: ReadPart) -> dict[str, tuple[str, ...]]:
        present = (*self._of, *_MADE)
        return find_columns(self.profile, present, part.file, cut_names=False)

    @property
    def delivered(self) -> list[str]:
        """The columns to read, each once."""
        return list(self._of.values())

    @property
    def found(self) -> dict[str, tuple[str, ...]]:
        """Name of the form → the file's name."""
        return {name: (delivered,) for name, delivered in self._of.items()}

    @property
    def unreadable(self) -> Counter[str]:
        """Canonical name → values that could not be read."""
        return self.mapper.unreadable + self._people.unreadable

    def canonical(self, batch: pa.RecordBatch) -> Columns:
        """The canonical columns of parcels, those of people, and PEOPLE_NOT_READABLE."""
        columns = {name: batch.column(delivered) for name, delivered in self._of.items()}
        columns |= self._user(columns, batch.num_rows)
        columns["before"] = pa.nulls(batch.num_rows, pa.string())
        named = pa.RecordBatch.from_pydict(columns)
        parcels = self.mapper.canonical(named)
        parcels["predecessor_numbers"] = self._before(named, parcels)
        people = self._people.columns(named)
        lost = people.pop(NOT_READABLE)
        kind = people.get("land_user_kind")
        if kind is not None and "organisation_name" in columns:
            organisation = pc.and_(columns["user_of_organisation"], pc.is_null(kind))
            people["land_user_kind"] = pc.if_else(organisation, pa.scalar("organisation"), kind)
        return parcels | people | {PEOPLE_NOT_READABLE: lost}

    def _said(self, columns: Mapping[str, pa.Array], name: str, like: str, n: int) -> pa.Array:
        """Clean text of a column of the form, NULL where it says nothing."""
        if name not in columns:
            return pa.nulls(n, pa.string())
        text = clean(columns[name].cast(pa.string()))
        nothing = self._nothing.of(like, text)
        return text if nothing is None else pc.if_else(pa.array(nothing), pa.scalar(None, pa.string()), text)

    def _user(self, columns: Mapping[str, pa.Array], n: int) -> dict[str, pa.Array]:
        """Who the row's land user is: the organisation that it names, else the person. One of them whole, never mixed."""
        name = self._said(columns, "organisation_name", "land_user_name", n)
        number = self._said(columns, "organisation_number", "land_user_id_number", n)
        person = self._said(columns, "person_name", "land_user_name", n)
        of_organisation = pc.or_(pc.is_valid(name), pc.and_(pc.is_valid(number), pc.is_null(person)))
        none = pa.nulls(n, pa.string())

        def text(name: str) -> pa.Array:
            return columns[name].cast(pa.string()) if name in columns else none

        birth = text("person_birth")
        part = pc.fill_null(pc.match_substring_regex(birth, _PART_OF_A_DAY), False)

        def of_person(values: pa.Array) -> pa.Array:
            return pc.if_else(of_organisation, pa.scalar(None, pa.string()), values)

        return {
            "user_of_organisation": of_organisation,
            "user_name": pc.if_else(of_organisation, name, text("person_name")),
            "user_number": pc.if_else(of_organisation, number, text("person_number")),
            "user_birth": of_person(birth),
            "user_birth_day": of_person(pc.if_else(part, pa.scalar(None, pa.string()), birth)),
            "user_gender": of_person(text("person_gender")),
        }

    def _before(self, named: pa.RecordBatch, parcels: Columns) -> pa.Array:
        """Sheet/number on the certificate where both are said and the map has others: evidence of new numbers."""
        said = self._on_certificate.canonical(named)
        sheet, number = said["sheet_no"], said["parcel_no"]
        same = pc.and_(pc.equal(sheet, parcels["sheet_no"]), pc.equal(number, parcels["parcel_no"]))
        before = pc.binary_join_element_wise(sheet, number, "/", null_handling="emit_null")
        on_map = pc.and_(pc.is_valid(parcels["sheet_no"]), pc.is_valid(parcels["parcel_no"]))
        return pc.if_else(
            pc.or_(pc.fill_null(same, False), pc.invert(on_map)), pa.scalar(None, pa.string()), before
        )


def rows_of(
    part: ReadPart, said: ListMap, profile: Profile, habits: Habits, rules: PlaceholderRules
) -> ListRows:
    """How this list is read."""
    kind: type[ListRows] = FormRows if said.form else ListRows
    return kind(part, said, profile, habits, rules)
