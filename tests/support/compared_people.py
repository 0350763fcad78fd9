"""A history of parcels and their people through the merge and through the model, side by side."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from parcels.personal import (
    LAND_RIGHT,
    OWN_CERTIFICATE,
    OWN_USER,
    RESTRICTION,
    RIGHT,
    TRANSFEREE,
    WHOLE_CERTIFICATE,
    WHOLE_USER,
)
from sync.care.erasure import ErasureRequest, erase
from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from tests.model.deliveries import Row
from tests.model.people.both import Both
from tests.model.people.histories import Handed
from tests.model.people.register import Blank, Described, Held, Outcome
from tests.model.people.said import ENTITIES, RECORDS, Certificate, Right, Said, Says, User, values_of
from tests.support.compared import COUNTS, Comparison
from tests.support.played import (
    ALL_COMMUNES,
    COLUMNS,
    People,
    Reader,
    _row,
    everything_said,
    lines_of,
    play,
)

Values = tuple[Any, ...]
_SPELLED = {
    "land_user": WHOLE_USER,
    "certificate": WHOLE_CERTIFICATE,
    "land_right": RIGHT,
    "restriction": RESTRICTION,
    "transferee": TRANSFEREE,
}
NAMES = {record: tuple(column.name for column in columns) for record, columns in _SPELLED.items()}
OWN = tuple(column.name for column in (*OWN_USER, *OWN_CERTIFICATE))
assert tuple(column.name for column in LAND_RIGHT) == ("user_ref", "certificate_ref", *NAMES["land_right"])


# What the model says, as the product reads it.


def columns_of(says: Says) -> dict[str, object]:
    """A row of PEOPLE_SCHEMA, without the row that it is about."""
    if isinstance(says, Right):
        parts = {
            "land_user": values_of(says.user or User()),
            "certificate": values_of(says.certificate or Certificate()),
            "land_right": values_of(says)[2:],
        }
    else:
        parts = {type(says).__name__.lower(): values_of(says)}
    columns: dict[str, object] = {"says": "right" if isinstance(says, Right) else next(iter(parts))}
    for record, values in parts.items():
        columns |= zip(NAMES[record], values, strict=True)
    return columns


def own_columns(said: Said, system: str) -> dict[str, object]:
    own = columns_of(said.own or Right())
    return {"source_system": system, **{name: own[name] for name in OWN}}


def people_of(handed: Handed) -> People:
    """What the stages before the load leave of it."""
    rows = [
        {"row_no": place, "part_no": 1, "source_row": at, **columns_of(says)}
        for place, said in enumerate(handed.said)
        for at, says in enumerate(said.beside)
    ]
    random.Random(handed.order).shuffle(rows)
    own = [
        own_columns(said, handed.system_of(row))
        for row, said in zip(handed.delivery.rows, handed.said, strict=True)
    ]
    return People(own, rows, {record: tuple(communes) for record, communes in handed.spoken.items()})


# What the product says.


class Item(NamedTuple):
    """An item as it is stored. `names`: of a user and a certificate the ref and the uid, of a right both refs."""

    province: str
    parcel: str
    since: datetime
    until: datetime | None
    names: tuple[str | None, ...]
    values: Values


class PeopleReader(Reader):
    """Parcels without their users, who may be several; and whatever is said of people."""

    def living(self) -> dict[str, tuple[str, Row, bool]]:
        rows = self.rows(
            f"SELECT p.parcel_uid::text, p.province_code, p.stale_since IS NOT NULL, {COLUMNS} FROM land.parcel AS p"
        )
        return {uid: (province, _row("", *rest), stale) for uid, province, stale, *rest in rows}

    def items(self, record: str, *, closed: bool = False) -> list[Item]:
        """What lives; or what was current once and is over."""
        names = {
            "land_user": "i.user_ref::text, i.user_uid::text",
            "certificate": "i.certificate_ref::text, i.certificate_uid::text",
            "land_right": "i.user_ref::text, i.certificate_ref::text",
        }.get(record, "NULL, NULL")
        table, until, where = (
            (f"{record}_version", "i.recorded_to", "WHERE i.late_row = 0") if closed else (record, "NULL", "")
        )
        columns = ", ".join(f"i.{name}" for name in NAMES[record])
        found = self.rows(
            f"SELECT i.province_code, i.parcel_uid::text, i.recorded_from, {until}, {names}, {columns} "
            f"FROM land_private.{table} AS i {where}"
        )
        return [Item(*row[:4], tuple(row[4:6]), tuple(row[6:])) for row in found]

    def manifest(self) -> list[Values]:
        return self.rows("SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM ledger.manifest AS t")

    def late(self, uid: str) -> tuple[int, int]:
        """How many states of him came late, and how many rights of such states tie him."""
        [(users, rights)] = self.rows(
            "SELECT count(DISTINCT u.*), count(DISTINCT r.*) FROM land_private.land_user_version AS u LEFT JOIN "
            "land_private.land_right_version AS r ON r.parcel_uid = u.parcel_uid AND r.late_row = u.late_row AND r.user_ref = u.user_ref "
            "WHERE u.user_uid = %s::uuid AND u.late_row > 0",
            uid,
        )
        return int(users), int(rights)

    def is_known(self, uid: str) -> bool:
        """Whether any row says that this is he."""
        return any(
            self.rows(f"SELECT 1 FROM land_private.{table} WHERE user_uid = %s::uuid LIMIT 1", uid)
            for table in ("land_user", "land_user_version")
        )


@dataclass
class Who:
    """Which uid of the product is whom of the model: one each, over the whole history."""

    uids: dict[Any, str] = field(default_factory=dict)
    whos: dict[str, Any] = field(default_factory=dict)

    def is_(self, who: Any, uid: str) -> None:
        assert self.uids.setdefault(who, uid) == uid, f"another uid than before: {who}"
        assert self.whos.setdefault(uid, who) == who, f"the uid of another one, {self.whos[uid]}: {who}"


@dataclass
class PeopleComparison(Comparison):
    """Both registers, with their people."""

    reader: PeopleReader
    both: Both = field(default_factory=Both)
    who: dict[tuple[str, str], Who] = field(default_factory=lambda: defaultdict(Who))
    nows: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.model = self.both.parcels

    def compared(self, row: Row) -> Row:
        return super().compared(replace(row, user=""))

    def hand(self, handed: Handed) -> None:
        """One delivery to both."""
        for number in handed.erased:
            self.erase(handed.delivery.province, number)
        dry = handed.delivery.dry
        before = self.reader.all_tables() if dry else ""
        model = self.both.copy() if dry else self.both
        judged = model.deliver(handed)
        everything = everything_said(ALL_COMMUNES)
        merged, now = play(self.dsn, self.folder, judged.delivery, everything, people_of(handed))
        if dry:
            assert self.reader.all_tables() == before, "a dry run left a trace"
        else:
            self.nows[judged.delivery.province].append(now)
            self.same_living()
            self.same_claims()
            self.same_people(judged.delivery.province)
        self.same_lines(lines_of(merged, COUNTS), judged.parcels)
        same_columns(merged, judged.people)

    def erase(self, province: str, number: int) -> None:
        """One who has or had a parcel there is erased from both; nobody, where nobody does. States that came late, of which the model
        knows nothing, are his too.
        """
        register = self.both.people[province]
        users = register.users()
        if not users:
            return
        who = users[number % len(users)]
        uid = self.who[province, "land_user"].uids[who]
        late, manifest = self.reader.late(uid), self.reader.manifest()
        erased = erase(self.owner_dsn, ErasureRequest(province, uid, "QĐ 1", "luật", "test"), dry_run=False)
        nobody = ("erased", erased.erased_ref)
        said = register.erase(who, nobody)
        self.who[province, "land_user"].is_(nobody, erased.erased_ref)
        found = Counter(living=erased.living, closed=erased.closed - late[0], rights=erased.rights - late[1])
        assert +found == said, f"erased: {found}, the model: {said}"
        assert self.reader.manifest() == manifest, "an erasure touched the manifest"
        self.same_people(province)
        assert not self.reader.is_known(uid), "something of him is left"
        assert reconcile([province], "test", dsn=self.dsn)["agrees"]

    # What lives.

    def same_people(self, province: str) -> None:
        """The same users, certificates, rights, restrictions and transferees, since when they are so, and who is who."""
        register = self.both.people[province]
        said: dict[str, dict[tuple[str, Any], datetime]] = defaultdict(dict)
        for (record, parcel), contents in register.live.items():
            for content, since in contents.items():
                said[record][self.names[parcel], content] = self.nows[province][since - 1]
        uids: dict[tuple[str, str], str] = {}  # parcel, ref
        for entity in ENTITIES:
            items = self.items(entity, province)
            uids |= {(item.parcel, str(item.names[0])): str(item.names[1]) for item in items}
            who = {(parcel, described(content)): content.who for parcel, content in said[entity]}
            same(
                entity,
                ((item.parcel, stored(item), item.since) for item in items),
                ((parcel, described(each), since) for (parcel, each), since in said[entity].items()),
            )
            for item in items:
                self.who[province, entity].is_(who[item.parcel, stored(item)], str(item.names[1]))
        same(
            "land_right",
            (
                (item.parcel, tied(item, uids), item.values, item.since)
                for item in self.items("land_right", province)
            ),
            (
                (parcel, self.uids_of(province, right), right[2:], since)
                for (parcel, right), since in said["land_right"].items()
            ),
        )
        for record in RECORDS[3:]:
            same(
                record,
                ((item.parcel, item.values, item.since) for item in self.items(record, province)),
                ((parcel, values_of(each), since) for (parcel, each), since in said[record].items()),
            )

    def items(self, record: str, province: str, *, closed: bool = False) -> list[Item]:
        return [item for item in self.reader.items(record, closed=closed) if item.province == province]

    def uids_of(self, province: str, right: Held) -> Values:
        return tuple(
            None if who is None else self.who[province, entity].uids[who]
            for entity, who in zip(ENTITIES, right[:2], strict=True)
        )

    # What was.

    def same_past(self) -> None:
        """What is over is what the model closed, from when to when; and whoever is somebody in one province is nobody in the other."""
        for province, register in self.both.people.items():
            closed = {
                record: [each for each in register.closed if each.record == record] for record in RECORDS
            }
            uids: dict[tuple[str, str], str] = {}
            for entity in ENTITIES:
                items = self.items(entity, province, closed=True)
                of_all = (*items, *self.items(entity, province))
                uids |= {(item.parcel, str(item.names[0])): str(item.names[1]) for item in of_all}
            for record, said in closed.items():
                same(
                    f"closed {record}",
                    (
                        (
                            item.parcel,
                            past_names(record, item, uids),
                            stored(item) if record == "land_user" else item.values,
                            item.since,
                            item.until,
                        )
                        for item in self.items(record, province, closed=True)
                    ),
                    (
                        (
                            self.names[each.parcel],
                            *self.past(province, each.content),
                            self.nows[province][each.since - 1],
                            self.nows[province][each.until - 1],
                        )
                        for each in said
                    ),
                )
        for entity in ENTITIES:
            one, other = (self.who[province, entity].whos.keys() for province in self.both.people)
            assert not one & other

    def past(self, province: str, content: Any) -> tuple[Values, Values]:
        if isinstance(content, Held):
            return self.uids_of(province, content), tuple(content[2:])
        if isinstance(content, Described):
            entity = "certificate" if isinstance(content.values, Certificate) else "land_user"
            return (self.who[province, entity].uids[content.who],), described(content)
        return (), values_of(content)


def beginning(clean: Comparison) -> PeopleComparison:
    """Of a database where nothing is."""
    reader = PeopleReader(clean.reader.link)
    return PeopleComparison(clean.dsn, clean.folder, reader, owner_dsn=clean.owner_dsn)


def stored(item: Item) -> Values:
    """What an item says; of whom nothing is said that he is nobody else."""
    return item.values if any(each is not None for each in item.values) else (item.names[1],)


def described(content: Described) -> Values:
    """The same of the model."""
    return (content.who[1],) if isinstance(content.values, Blank) else values_of(content.values)


def tied(item: Item, uids: Mapping[tuple[str, str], str]) -> Values:
    """Whom a right ties to which certificate, of those of its parcel."""
    return tuple(None if ref is None else uids.get((item.parcel, ref), "nobody") for ref in item.names)


def past_names(record: str, item: Item, uids: Mapping[tuple[str, str], str]) -> Values:
    if record in ENTITIES:
        return (item.names[1],)
    return tied(item, uids) if record == "land_right" else ()


def same(what: str, found: Iterable[Values], said: Iterable[Values]) -> None:
    one, other = Counter(found), Counter(said)
    assert one == other, f"{what}: is, but should not be: {one - other}; should be: {other - one}"


def same_columns(merged: Merged, outcome: Outcome) -> None:
    """The receipt counts as many parcels that lost or changed something, and things that are over, or came."""
    for name, said in (("changed", outcome.changed), ("closed", outcome.closed), ("added", outcome.added)):
        found = {key: count for key, count in _counted(merged, name) if count}
        wanted = {key: count for key, count in said.items() if count}
        assert found == wanted, f"{name}: the receipt says {found}, the model {wanted}"


def _counted(merged: Merged, name: str) -> Iterator[tuple[tuple[str, str], int]]:
    for line in merged.columns:
        if line["column_group"] in RECORDS:
            yield (line["commune_code"], line["column_group"]), int(line[name])
