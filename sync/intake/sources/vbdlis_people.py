"""Records of people in VBDLIS-style XML: users of five kinds, certificates, rights, restrictions, nested or named by their ids.

Which element is what says `[read.vbdlis_xml]` of the profile: nobody has confirmed a name of it. A right belongs to the parcel,
the users and the certificate that it names, holds or is held by. A right of a couple that names its persons is a right of each.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from lxml import etree
from pydantic import BaseModel, ConfigDict

PARCEL, KEY = "DC_ThuaDat", "thuaDatId"
USERS, CERTIFICATES, RIGHTS, RESTRICTIONS = TABLES = ("users", "certificates", "rights", "restrictions")
# Columns that are made of what a record names, beside its own fields: whose it is, which element it was, and of a right the
# element by which it names its user.
USER_KEY, CERTIFICATE_KEY, RECORD, NAMED_BY = "nguoiSuDungId", "giayChungNhanId", "banGhi", "loaiChu"
MADE: Final[dict[str, tuple[str, ...]]] = {
    USERS: (USER_KEY, RECORD),
    CERTIFICATES: (CERTIFICATE_KEY, RECORD),
    RIGHTS: (KEY, USER_KEY, CERTIFICATE_KEY, NAMED_BY, RECORD),
    RESTRICTIONS: (KEY, RECORD),
}
_COUPLE: Final = 2
_MOST_COUPLES: Final = 1_000_000
# Rights of one record, which are its parcels times its users times its certificates; and beyond, for each that it names.
_MOST_RIGHTS: Final = 1_000
_FOR_EACH: Final = 10


class PeopleOptions(BaseModel):
    """Of `[read.vbdlis_xml]`: element → its field with its id. couples: element of users → field → element of its person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: dict[str, str] = {}
    certificates: dict[str, str] = {}
    rights: dict[str, str] = {}
    restrictions: dict[str, str] = {}
    couples: dict[str, dict[str, str]] = {}

    def kinds(self) -> dict[str, str]:
        """Element → the table that it is a row of."""
        said = {
            USERS: self.users,
            CERTIFICATES: self.certificates,
            RIGHTS: self.rights,
            RESTRICTIONS: self.restrictions,
        }
        return {name: table for table, names in said.items() for name in names}  # fmt: skip


class TooMany(Exception):
    """Beyond what any program writes; its text names an element and a bound."""


@dataclass(slots=True)
class PeopleRow:
    """A row of one of TABLES. couple: the key of a couple that is the row's user, or the row itself."""

    table: str
    values: dict[str, str]
    couple: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """What a record belongs to, by what it names, holds, or is held by: keys, each once."""

    parcels: tuple[str, ...] = ()
    users: tuple[tuple[str, str], ...] = ()  # element, key
    certificates: tuple[str, ...] = ()

    def within(self, outer: "_Held") -> "_Held":
        """The same, with what it is held by where it says nothing itself."""
        return _Held(
            self.parcels or outer.parcels, self.users or outer.users, self.certificates or outer.certificates
        )


@dataclass(slots=True)
class _Node:
    """A record: its fields, its id, what it names and holds, and the records in it."""

    name: str
    fields: dict[str, str]
    key: str | None
    held: _Held
    nested: "list[_Node]"


@dataclass(slots=True)
class People:
    """Takes the rows out of records, and notes what only the whole file shows.

    couples   key of a couple → the keys of its persons; others: name of an element in a record that is not read → how many
    """

    options: PeopleOptions
    couples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(init=False)
    _keys: dict[str, str] = field(init=False)
    _by_field: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = self.options.kinds()
        said = self.options
        self._keys = {PARCEL: KEY} | said.users | said.certificates | said.rights | said.restrictions
        self._by_field = {key: of for of, key in self._keys.items()}

    def within(self, element: etree._Element) -> list[PeopleRow]:
        """The rows of a record (a parcel, or one of people) and of the records that it holds. Raises TooMany."""
        rows: list[PeopleRow] = []
        if self.kinds:
            self._take(self._node(element), _Held(), rows)
        return rows

    def _node(self, element: etree._Element) -> _Node:
        """A record with those inside, each element looked at once."""
        name = local(element)
        nested = [self._node(child) for child in self._nested(element)]
        fields: dict[str, str] = {}
        links: list[tuple[str, str]] = []  # element, id
        own = self._keys.get(name, "")
        for child in element:
            text = _text(child)
            if len(child) or not text:
                continue
            field_name = local(child)
            fields.setdefault(field_name, text)
            if field_name != own and field_name in self._by_field:
                links.append((self._by_field[field_name], text))
        return _Node(name, fields, fields.get(own), self._held(links, nested), nested)

    def _take(self, node: _Node, outer: _Held, rows: list[PeopleRow]) -> None:
        table = self.kinds.get(node.name)
        if table is not None:
            self._rows(node, table, node.held.within(outer), rows)
        mine = self._self(node, table).within(outer)
        for child in node.nested:
            self._take(child, mine, rows)

    def _self(self, node: _Node, table: str | None) -> _Held:
        """What the records belong to that a record holds: to itself first."""
        one = () if node.key is None else (node.key,)
        if node.name == PARCEL:
            return _Held(one)
        if table == USERS:
            return _Held(users=tuple((node.name, f"{node.name}:{each}") for each in one))
        if table == CERTIFICATES:
            return _Held(certificates=one)
        return _Held(node.held.parcels if len(node.held.parcels) == 1 else ())

    def _nested(self, element: etree._Element) -> Iterator[etree._Element]:
        """The records inside, at the first level at which there are any; what is none and holds none is noted."""
        for child in element:
            name = local(child)
            if name in self.kinds or name == PARCEL:
                yield child
            elif len(child):
                below = list(self._nested(child))
                if not below and local(element) in self.kinds:
                    self.others[name] += 1
                yield from below

    def _held(self, links: list[tuple[str, str]], nested: list[_Node]) -> _Held:
        """What a record names by the fields of ids, and the records that it holds."""
        parcels, certificates = dict[str, None](), dict[str, None]()
        users = dict[tuple[str, str], None]()
        for of, key in links:
            self._note(of, key, parcels, users, certificates)
        for child in nested:
            if child.key is not None:
                self._note(child.name, child.key, parcels, users, certificates)
            elif child.name in self.options.couples and len(child.held.users) <= _COUPLE:
                users |= dict.fromkeys(child.held.users)  # a couple without an id is its persons
        return _Held(tuple(parcels), tuple(users), tuple(certificates))

    def _note(
        self,
        of: str,
        key: str,
        parcels: dict[str, None],
        users: dict[tuple[str, str], None],
        certificates: dict[str, None],
    ) -> None:
        table = self.kinds.get(of)
        if of == PARCEL:
            parcels[key] = None
        elif table == USERS:
            users[of, f"{of}:{key}"] = None
        elif table == CERTIFICATES:
            certificates[key] = None

    def _rows(self, node: _Node, table: str, held: _Held, rows: list[PeopleRow]) -> None:
        name, key = node.name, node.key
        said = {field_name: text for field_name, text in node.fields.items() if field_name not in MADE[table]}
        said[RECORD] = name
        if table == USERS:
            mine = None if key is None else f"{name}:{key}"
            couple = mine if name in self.options.couples else None
            if couple is not None:
                self._couple(node, couple)
            rows.append(PeopleRow(table, said | _given({USER_KEY: mine}), couple))
        elif table == CERTIFICATES:
            rows.append(PeopleRow(table, said | _given({CERTIFICATE_KEY: key})))
        elif table == RESTRICTIONS:
            rows += [PeopleRow(table, said | _given({KEY: parcel})) for parcel in held.parcels or (None,)]
        else:
            self._rights(name, said, held, rows)

    def _rights(self, name: str, said: dict[str, str], held: _Held, rows: list[PeopleRow]) -> None:
        parcels, users, papers = held.parcels or (None,), held.users or (None,), held.certificates or (None,)
        most = max(_MOST_RIGHTS, _FOR_EACH * (len(parcels) + len(users) + len(papers)))
        if len(parcels) * len(users) * len(papers) > most:
            raise TooMany(f"{name}: > {most}")
        for parcel, user, paper in product(parcels, users, papers):
            element, key = user or (None, None)
            made = _given({KEY: parcel, USER_KEY: key, CERTIFICATE_KEY: paper, NAMED_BY: element})
            rows.append(PeopleRow(RIGHTS, said | made, key if element in self.options.couples else None))

    def _couple(self, node: _Node, key: str) -> None:
        """Note the persons of a couple, by its fields and by the records that it holds; other than two are none."""
        by_field = self.options.couples[node.name].items()
        named = {f"{of}:{node.fields[name]}" for name, of in by_field if name in node.fields}
        persons = tuple(sorted(named | {user for _, user in node.held.users if user != key}))
        if len(persons) == _COUPLE:
            if len(self.couples) >= _MOST_COUPLES:
                raise TooMany(f"{node.name}: > {_MOST_COUPLES}")
            self.couples[key] = min(persons, self.couples.get(key, persons))  # whichever stands first

    def settled(self, row: PeopleRow) -> Iterator[dict[str, str]]:
        """A row when all couples are known: of one who names its persons a row for each, and none of itself."""
        persons = () if row.couple is None else self.couples.get(row.couple, ())
        if row.table == USERS and persons:
            return
        yield from [row.values | {USER_KEY: person} for person in persons] or [row.values]


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _given(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
