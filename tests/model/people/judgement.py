"""What one delivery does to the people of a province: the rules, one after another.

It speaks whole of the rights, restrictions and transferees of each row of parcels that is accepted: what such a row no longer
says is closed, also where it says nothing. Every other parcel keeps what it has. A row about no parcel of the delivery, or of
nobody, is a fault of its own, told, and touches nothing.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.model.people.identity import Identity, certificates_of, folded, users_of
from tests.model.people.numbers import Sign, numbers_of
from tests.model.people.register import Held, Outcome, Place, Register
from tests.model.people.said import (
    ENTITIES,
    ITEMS,
    RECORD,
    RECORDS,
    Brought,
    ParcelRow,
    Restriction,
    Right,
    Says,
    Transferee,
    by_content,
    described,
    first_by_content,
    in_order,
    says_nothing,
)

# What is like enough to be the same item, where the content is another one: a right by whom it names, then by its certificate.
SIGNS: dict[str, tuple[Sign, ...]] = {
    "land_right": (lambda right: right.user, lambda right: right.certificate),
    "restriction": (lambda restriction: restriction.kind,),
    "transferee": (lambda transferee: folded(transferee.name),),
}
_FATE = {"waits": "waiting", "refused": "quarantined", "late": "unchanged", "beside": "beside"}
# Of an entity that several rows name: what becomes of it is what becomes of the row that can do most.
_STRONGEST = ("accepted", "waits", "late", "refused")


def deliver(register: Register, brought: Brought) -> Outcome:
    """Do it."""
    return _Judgement(register, brought).run()


@dataclass(frozen=True, slots=True)
class _Meant:
    """A row whose parcel is there, and whom it means: an identity for each kind of entity, None where it names none."""

    place: int
    row: ParcelRow
    says: Says
    names: tuple[Identity | None, Identity | None] = (None, None)

    def described(self, side: int) -> tuple[Any, ...]:
        return described((self.says.user, self.says.certificate)[side])  # type: ignore[union-attr, arg-type]


class _Judgement:
    def __init__(self, register: Register, brought: Brought) -> None:
        self.register, self.brought = register, brought
        self.fates = [""] * len(brought.rows)
        self.faults: dict[int, str] = {}
        self.meant: list[_Meant] = []
        self.ended: Counter[str] = Counter()
        self.lines: dict[str, Counter[str]] = {record: Counter() for record in RECORDS}
        self.outcome = Outcome(self.lines, self.fates, self.faults)

    def run(self) -> Outcome:
        register = self.register
        register.moment += 1
        before = register.current()
        self.find_whom_they_mean()
        self.write_entities()
        self.end_parcels()
        self.write_items()
        self.end_unnamed()
        after = register.current()
        self.count_items()
        for record, line in self.lines.items():
            line["ended"] = self.ended[record]
            line["current_before"], line["current_after"] = before[record], after[record]
        register.receipts.append(self.outcome)
        return self.outcome

    # What can be read of it at all.

    def find_whom_they_mean(self) -> None:
        of_parcel: dict[int, list[tuple[int, Says]]] = {}
        for place, row in enumerate(self.brought.rows):
            right = row.says if isinstance(row.says, Right) else None
            if row.parcel is None or row.parcel not in range(len(self.brought.parcels)):
                self.fault(place, "parcel_unknown")
            elif right is not None and says_nothing(right.user) and says_nothing(right.certificate):
                self.fault(place, "names_nobody")
            else:
                of_parcel.setdefault(row.parcel, []).append((place, row.says))
        for number, mine in of_parcel.items():
            said = {says: place for place, says in reversed(mine)}
            for place, says in mine:
                if said[says] != place:
                    self.fault(place, "repeated")
            self.identify(number, self.brought.parcels[number], said)

    def fault(self, place: int, why: str) -> None:
        """It is a quarantined row; one that says a thing again is none of its own."""
        self.faults[place] = why
        self.fates[place] = "repeated" if why == "repeated" else "quarantined"

    def identify(self, number: int, parcel: ParcelRow, said: dict[Says, int]) -> None:
        rights = [says for says in said if isinstance(says, Right)]
        name: Identity = ("row", number) if parcel.uid is None else ("uid", parcel.uid)
        user = users_of(self.brought.system, name, rights)
        certificate = certificates_of(self.brought.system, name, rights)
        for says, place in said.items():
            names = (
                (user(says.user), certificate(says.certificate)) if isinstance(says, Right) else (None,) * 2
            )
            self.meant.append(_Meant(place, parcel, says, names))

    # Users and certificates.

    def write_entities(self) -> None:
        """Each that an accepted row names: as most rows of the delivery describe it, of as many as the first by content."""
        where = self.communes_of_staying_rights()
        for side in range(len(ENTITIES)):
            named: dict[Identity, list[_Meant]] = {}
            for each in self.meant:
                identity = each.names[side]
                if identity is not None:
                    named.setdefault(identity, []).append(each)
            for identity in sorted(named, key=in_order):
                self.write_entity(side, identity, named[identity], where)
            self.count_faulty(side)

    def communes_of_staying_rights(self) -> dict[tuple[str, int], set[str]]:
        """Where each has a right that this delivery does not write: what it writes lies where its row says."""
        written = {row.uid for row in self.brought.parcels if row.fate == "accepted"} | self.brought.ended
        return {
            entity: {self.register.communes[parcel] for parcel in parcels - written}
            for entity, parcels in self.register.named_by().items()
        }

    def write_entity(
        self, side: int, identity: Identity, rows: list[_Meant], where: dict[tuple[str, int], set[str]]
    ) -> None:
        record = ENTITIES[side]
        can = next((fate for fate in _STRONGEST if any(each.row.fate == fate for each in rows)), "beside")
        told = Counter(
            each.described(side) for each in rows if each.row.fate in ("accepted", "waits", "beside")
        )
        if len(told) > 1 and can != "beside":
            self.outcome.conflicts[record] += 1
        if can == "accepted":
            most = max(told.values())
            content = first_by_content(each for each, count in told.items() if count == most)
            moment = max(each.row.at for each in rows if each.row.fate == "accepted")
            uid = self.register.uid_of(record, identity)
            communes = {each.row.commune for each in rows} | where.get((record, uid), set())
            self.count(record, self.described_as((record, uid, 0), content, moment, communes))
        elif can != "beside":
            self.count(record, _FATE[can])

    def described_as(self, place: Place, content: Any, moment: float, communes: set[str]) -> str:
        """It is new; or what is known by later data stays; or the change waits for a held commune where a right of it lies, lives
        or is delivered, so that nothing of a held commune changes through its neighbour.
        """
        known = self.register.live.get(place)
        observed = self.register.observed.get(place[:2], moment)
        if known is not None and known.content != content:
            if moment < observed:
                return "unchanged"
            if communes & self.brought.held:
                self.outcome.waits[place[:2]] = frozenset(communes & self.brought.held)
                return "waiting"
        self.register.observed[place[:2]] = max(moment, observed) if known is not None else moment
        return self.register.write(place, content)

    def count_faulty(self, side: int) -> None:
        """Whom only a row about no parcel names."""
        others = {each.names[side] for each in self.meant}
        lost = set()
        for place, why in self.faults.items():
            says = self.brought.rows[place].says
            if why == "parcel_unknown" and isinstance(says, Right):
                of = (users_of, certificates_of)[side](self.brought.system, ("fault", place), [says])
                lost.add(of((says.user, says.certificate)[side]))  # type: ignore[arg-type]
        for _ in lost - others - {None}:
            self.count(ENTITIES[side], "quarantined")

    def end_unnamed(self) -> None:
        """Who has no live right left."""
        named = self.register.named_by()
        for place in [each for each in self.register.live if each[0] in ENTITIES]:
            if place[:2] not in named:
                self.register.close(place)
                self.register.observed.pop(place[:2], None)
                self.ended[place[0]] += 1

    # Rights, restrictions, transferees.

    def end_parcels(self) -> None:
        for place in [each for each in self.register.live if each[0] in ITEMS]:
            if place[1] in self.brought.ended:
                self.end_item(place)
        for parcel in self.brought.ended:
            self.register.communes.pop(parcel, None)

    def write_items(self) -> None:
        """Of every accepted row all that it says, and nothing else."""
        said: dict[tuple[int, str], list[_Meant]] = {}
        for each in sorted(self.meant, key=lambda each: (RECORD[type(each.says)], by_content(each.says))):
            if each.row.fate == "accepted" and each.row.uid is not None:
                said.setdefault((each.row.uid, RECORD[type(each.says)]), []).append(each)
            else:
                self.fates[each.place] = _FATE[each.row.fate]
        for row in self.brought.parcels:
            if row.fate == "accepted" and row.uid is not None:
                self.register.communes[row.uid] = row.commune
                for record in ITEMS:
                    self.write_items_of(row.uid, record, said.get((row.uid, record), []))

    def write_items_of(self, parcel: int, record: str, said: list[_Meant]) -> None:
        live = self.register.items(record, parcel)
        contents: dict[Any, _Meant] = {}
        for each in said:
            if contents.setdefault(self.kept(each), each) is not each:
                self.fault(each.place, "repeated")  # other words for what another row says
        numbers = numbers_of(live, list(contents), SIGNS[record])
        for number, (content, each) in zip(numbers, contents.items(), strict=True):
            self.fates[each.place] = self.register.write((record, parcel, number), content)
        for number in live.keys() - set(numbers):
            self.end_item((record, parcel, number))

    def kept(self, each: _Meant) -> Held | Restriction | Transferee:
        if not isinstance(each.says, Right):
            return each.says
        user, certificate = (
            None if identity is None else self.register.uid_of(record, identity)
            for record, identity in zip(ENTITIES, each.names, strict=True)
        )
        return Held(user, certificate, each.says.role, each.says.form, each.says.share)

    def end_item(self, place: Place) -> None:
        self.register.close(place)
        self.ended[place[0]] += 1

    # The receipt.

    def count(self, record: str, fate: str) -> None:
        self.lines[record]["read"] += 1
        self.lines[record][fate] += 1

    def count_items(self) -> None:
        for row, fate in zip(self.brought.rows, self.fates, strict=True):
            if fate not in ("repeated", "beside"):
                self.count(RECORD[type(row.says)], fate)
