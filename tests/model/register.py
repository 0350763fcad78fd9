"""A model of the register: what lives, what has ended, and what is known, by the rules of identity alone.

The rules of what one delivery does are in `judgement`; here is what stays between deliveries.
"""

from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field, replace

from tests.model.deliveries import Delivery, Row

NEVER = -1.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that lives or has ended, as its last accepted row says it.

    at        the moment of that row
    withheld  its id is another province's: it is published without
    """

    uid: int
    province: str
    row: Row
    at: float
    stale: bool = False
    withheld: bool = False

    @property
    def published(self) -> Row:
        return replace(self.row, national_id=None) if self.withheld else self.row


@dataclass(frozen=True, slots=True)
class Version:
    """What a parcel was, and why it is no longer."""

    uid: int
    row: Row
    because: str  # changed | ended


@dataclass
class Outcome:
    """What a delivery came to: counts by commune, what became of each row, by its place in the delivery; which communes are held."""

    lines: dict[str, Counter[str]]
    fates: list[str]
    uids: list[int | None]
    held: tuple[str, ...] = ()


@dataclass
class Register:
    """What lives, what ended (the last one last), what was, and up to when each object and commune is known.

    said     (province, key) → the moment of the last accepted claim about the object, also that it is absent
    changed  (province, key): the last word about it was a change set's
    refused  (province, key) → when its row was refused: of this object a commune's moment says nothing until then
    whole    commune → of when the last complete delivery is
    """

    living: dict[int, Parcel] = field(default_factory=dict)
    ended: list[Parcel] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    said: dict[tuple[str, str], float] = field(default_factory=dict)
    changed: set[tuple[str, str]] = field(default_factory=set)
    refused: dict[tuple[str, str], float] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    count: int = 0

    def copy(self) -> "Register":
        return deepcopy(self)

    def claims(self) -> dict[str, int]:
        """National id → who holds it: the living, and nobody else."""
        published = {each.uid: each.published.national_id for each in self.living.values()}
        return {national_id: uid for uid, national_id in published.items() if national_id}

    def is_elsewhere(self, national_id: str | None, province: str) -> bool:
        """Whether a parcel of another province holds this id."""
        holder = self.claims().get(national_id) if national_id else None
        return holder is not None and self.living[holder].province != province

    def commune_of(self, uid: int) -> str:
        return self.living[uid].row.commune

    # What may be done to it.

    def close(self, uid: int, because: str) -> None:
        self.versions.append(Version(uid, self.living[uid].published, because))

    def end(self, uid: int) -> None:
        self.close(uid, "ended")
        self.ended.append(self.living.pop(uid))

    def write(self, uid: int | None, province: str, row: Row, at: float) -> int:
        """A living parcel is as this row says; with no uid it is a new one."""
        if uid is None:
            self.count += 1
            uid = self.count
        stored = replace(row, action=None, version=None, refused=False)
        now = Parcel(uid, province, stored, at, withheld=self.is_elsewhere(row.national_id, province))
        if uid in self.living and parcel_part(self.living[uid].published) != parcel_part(now.published):
            self.close(uid, "changed")
        self.ended = [each for each in self.ended if each.uid != uid]
        self.living[uid] = now
        return uid

    def gone_stale(self, uid: int) -> None:
        self.living[uid] = replace(self.living[uid], stale=True)

    def known(self, province: str, row: Row, uid: int | None) -> float:
        """Up to when what this row is about is known: its object, the parcel, and the communes that came whole."""
        key = (province, row.key) if row.key else None
        moments = [NEVER]
        communes = {row.commune}
        if key is not None:
            moments.append(self.said.get(key, NEVER))
        if uid is not None:
            moments.append(self.living[uid].at)
            communes.add(self.commune_of(uid))
        for commune in communes:
            whole = self.whole.get(commune, NEVER)
            if key is None or self.refused.get(key, NEVER) < whole:
                moments.append(whole)
        return max(moments)


@dataclass
class Gate:
    """Holds what is older than what is known of a commune. `last`: commune → of when its last full delivery is."""

    last: dict[str, float] = field(default_factory=dict)

    def through(self, delivery: Delivery) -> Delivery:
        """The delivery as it goes on."""
        if delivery.changes:
            return delivery
        communes = {row.commune for row in delivery.rows}
        older = (
            {c for c in communes if delivery.at < self.last.get(c, NEVER)} if delivery.only is None else set()
        )
        gone_on = replace(delivery, held=tuple(sorted({*delivery.held, *older})))
        if not delivery.dry:
            passed = communes - set(gone_on.held) if delivery.only is None else communes & set(delivery.only)
            self.last |= {c: max(delivery.at, self.last.get(c, NEVER)) for c in passed}
        return gone_on


def parcel_part(row: Row) -> tuple[object, ...]:
    """What a version of the parcel itself holds: its users have versions of their own, and another key is no other state."""
    return row.commune, row.national_id, row.number, row.mark, row.land, row.use


def counters() -> dict[str, Counter[str]]:
    return defaultdict(Counter)
