"""A model of what one province's register holds of people: what lives, what was, and from when to when it was recorded so."""

from collections import Counter
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from tests.model.people.identity import Identity
from tests.model.people.said import ENTITIES, ITEMS

ERASED = ("erased",)  # what stands where values stood
Place = tuple[str, int, int]  # record, uid, 0; of an item record, parcel, number


class Held(NamedTuple):
    """A right as it is kept: whom it names by uid."""

    user: int | None
    certificate: int | None
    role: str | None
    form: str | None
    share: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class State:
    """What something was from one recorded moment to the next.

    proof  what receipts keep of it: given once, and nothing can be told from it
    """

    content: Any
    since: int
    proof: int
    until: int | None = None


@dataclass
class Outcome:
    """What a delivery came to. Nothing of it says anything of a person: it outlives an erasure.

    lines      record → read, new, changed, unchanged, waiting, quarantined, ended, current_before, current_after
    fates      of each row: new, changed, unchanged, waiting, quarantined; repeated and beside are not read
    faults     place of a row → why nothing of it was used: parcel_unknown, names_nobody, repeated
    waits      (record, uid) of an entity whose change waits → the held communes that it waits for
    conflicts  record → how many entities were described in several ways
    """

    lines: dict[str, Counter[str]]
    fates: list[str]
    faults: dict[int, str]
    waits: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    conflicts: Counter[str] = field(default_factory=Counter)


class Erasure(NamedTuple):
    """That something was erased, of which kind and how many rows: not whose."""

    moment: int
    rows: tuple[tuple[str, int], ...]


@dataclass
class Register:
    """`moment` counts deliveries: the recorded clock.

    named     (record, identity) → uid, also of what ended: it may come back
    observed  (record, uid) of what lives → of which moment the last accepted word about it is
    communes  where each parcel lives
    """

    live: dict[Place, State] = field(default_factory=dict)
    closed: list[tuple[Place, State]] = field(default_factory=list)
    named: dict[tuple[str, Identity], int] = field(default_factory=dict)
    observed: dict[tuple[str, int], float] = field(default_factory=dict)
    communes: dict[int, str] = field(default_factory=dict)
    receipts: list[Outcome] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    moment: int = 0
    count: int = 0

    def copy(self) -> "Register":
        """States and outcomes never change, so only the books are copied."""
        books = {each.name: copy(getattr(self, each.name)) for each in fields(self)}
        return Register(**books)

    # What it answers.

    def entities(self, record: str) -> dict[int, Any]:
        """uid → content, of those that live."""
        return {uid: state.content for (kind, uid, _), state in self.live.items() if kind == record}

    def items(self, record: str, parcel: int) -> dict[int, Any]:
        """Number → content, of what lives of one parcel."""
        return {no: s.content for (kind, uid, no), s in self.live.items() if (kind, uid) == (record, parcel)}

    def named_by(self) -> dict[tuple[str, int], set[int]]:
        """(record, uid) of each entity that a live right names → the parcels."""
        found: dict[tuple[str, int], set[int]] = {}
        for (record, parcel, _), state in self.live.items():
            if record == "land_right":
                for entity in zip(ENTITIES, state.content[:2], strict=True):
                    if entity[1] is not None:
                        found.setdefault(entity, set()).add(parcel)
        return found

    def current(self) -> Counter[str]:
        return Counter(record for record, _, _ in self.live)

    def as_of(self, moment: int) -> dict[Place, Any]:
        """What was recorded then."""
        return {
            place: state.content
            for place, state in (*self.closed, *self.live.items())
            if state.since <= moment and (state.until is None or moment < state.until)
        }

    def proofs(self) -> list[int]:
        """Of everything that lives or was."""
        return sorted(state.proof for _, state in (*self.closed, *self.live.items()))

    # What may be done to it.

    def uid_of(self, record: str, identity: Identity) -> int:
        """A new one where nobody is known under this identity."""
        if (record, identity) not in self.named:
            self.count += 1
            self.named[record, identity] = self.count
        return self.named[record, identity]

    def write(self, place: Place, content: Any) -> str:
        """Something is so from now on; what becomes of it: new, changed or unchanged."""
        before = self.live.get(place)
        if before is not None and before.content == content:
            return "unchanged"
        if before is not None:
            self.close(place)
        self.count += 1
        self.live[place] = State(content, self.moment, self.count)
        return "new" if before is None else "changed"

    def close(self, place: Place) -> None:
        self.closed.append((place, replace(self.live.pop(place), until=self.moment)))

    def erase(self, record: str, uid: int) -> None:
        """The values of an entity go, in every state that it ever had, and so does who it was: its rights name somebody of whom
        nothing is known. Receipts and proofs stay. Whoever names it again names somebody new.
        """
        self.count += 1
        fresh = self.count
        rows: Counter[str] = Counter()

        def after(place: Place, state: State) -> tuple[Place, State]:
            kind = place[0]
            side = ENTITIES.index(record)
            if place[:2] == (record, uid):
                rows[kind] += 1
                return (kind, fresh, 0), replace(state, content=ERASED)
            if kind == ITEMS[0] and state.content[side] == uid:
                rows[kind] += 1
                named = {"user": fresh} if side == 0 else {"certificate": fresh}
                return place, replace(state, content=state.content._replace(**named))
            return place, state

        self.live = dict(after(place, state) for place, state in self.live.items())
        self.closed = [after(place, state) for place, state in self.closed]
        self.named = {who: each for who, each in self.named.items() if (who[0], each) != (record, uid)}
        if (record, uid) in self.observed:
            self.observed[record, fresh] = self.observed.pop((record, uid))
        self.erasures.append(Erasure(self.moment, tuple(sorted(rows.items()))))
