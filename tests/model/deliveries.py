"""Deliveries of what the offices hold: whole or in part, faulty, late, repeated, or the changes alone."""

from dataclasses import dataclass, field, replace

from tests.model.cadastre import COMMUNES, Land, Nation, Thing


@dataclass(frozen=True, slots=True)
class Row:
    """One delivered row.

    land     None: without geometry
    refused  the checks refuse it for its geometry
    action   what a row of a change set does (insert, update, end), and since which day it is so: `version`
    serial   whose it is; for those who know the truth, not for a register
    """

    commune: str
    key: str | None
    national_id: str | None
    number: str
    mark: str | None
    land: Land | None
    use: str
    user: str
    refused: bool = False
    action: str | None = None
    version: int | None = None
    serial: int = field(default=0, compare=False)

    @property
    def place(self) -> tuple[str, str | None, str]:
        return self.commune, self.mark, self.number


@dataclass(frozen=True)
class Delivery:
    """What an office hands over.

    at        up to which moment it is complete, in days
    since     of a change set: from when on; None: a full delivery
    complete  the communes of which it says that it holds every parcel
    held      the communes that somebody holds
    only      the communes that a person let pass of what was held; None: all of it is new
    dry       everything is done and taken back
    measured  the communes that the merge itself holds, for what it measured
    absent    the communes that did not come, of which a person said that nothing is there any more
    beside    the rows of other communes that waited for those that a person let pass
    """

    province: str
    rows: tuple[Row, ...]
    at: float
    since: float | None = None
    complete: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    dry: bool = False
    measured: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    beside: frozenset[Row] = frozenset()

    @property
    def changes(self) -> bool:
        return self.since is not None


@dataclass(frozen=True)
class Spec:
    """How the next delivery is made. Numbers point at rows or at earlier days and deliveries, as many as there are.

    kind      full | changes | late (a full one of an earlier day) | repeated | approved (of what was held before)
    complete  whether it is complete for its communes; `some` of them, by their bits; 0: of all
    missing   rows that are not there; spoilt: rows that the checks refuse; emptied: rows without their geometry
    """

    province: str = "01"
    kind: str = "full"
    some: int = 0
    complete: bool = True
    missing: tuple[int, ...] = ()
    spoilt: tuple[int, ...] = ()
    emptied: tuple[int, ...] = ()
    held: int = 0
    back: int = 0
    dry: bool = False


def row_of(thing: Thing) -> Row:
    return Row(
        thing.commune,
        thing.key,
        thing.national_id,
        thing.number,
        thing.mark,
        thing.land if thing.mapped else None,
        thing.use,
        thing.user,
        serial=thing.serial,
    )


@dataclass
class Desk:
    """Makes deliveries of a nation, one after another, and remembers them. The moment of a delivery is the noon of its day."""

    nation: Nation
    sent: list[Delivery] = field(default_factory=list)
    told: dict[str, float] = field(default_factory=dict)  # province → up to when its change sets have come

    def make(self, spec: Spec) -> Delivery | None:
        """The delivery; None where there is nothing to hand over."""
        today = len(self.nation.days) - 1
        made: Delivery | None
        if spec.kind == "approved":
            made = self._approved(spec)
        elif spec.kind == "repeated":
            mine = [each for each in self.sent if each.province == spec.province and each.only is None]
            made = mine[-1 - spec.back % len(mine)] if mine else None
        elif spec.kind == "changes":
            made = self._changes(spec.province, today - spec.back % 2 if today else 0)
            made = made and _faulty(made, spec)
        else:
            made = self.full(
                spec.province, today - (spec.back % (today + 1) if spec.kind == "late" else 0), spec
            )
        if made is None or not made.rows:
            return None
        if spec.kind != "approved":
            # Somebody holds only what a delivery speaks of.
            spoken = {*made.complete, *(row.commune for row in made.rows)}
            held = () if made.changes else tuple(c for c in _bits(made.province, spec.held) if c in spoken)
            made = replace(made, held=held, dry=spec.dry)
        if not spec.dry:
            self.sent.append(made)
            if made.changes:
                self.told[made.province] = max(made.at, self.told.get(made.province, 0))
        return made

    def full(self, province: str, day: int, spec: Spec) -> Delivery:
        """What the office held on a day."""
        communes = _bits(province, spec.some) or COMMUNES[province]
        things = sorted(self.nation.days[day][province].values(), key=lambda thing: thing.serial)
        rows = tuple(row_of(thing) for thing in things if thing.commune in communes)
        whole = Delivery(province, rows, day + 0.5, complete=communes if spec.complete else ())
        return _faulty(whole, spec)

    def last(self, province: str) -> Delivery:
        """Everything, without a fault."""
        return self.full(province, len(self.nation.days) - 1, Spec())

    def _approved(self, spec: Spec) -> Delivery | None:
        """What is held of the last delivery of the province, and of no commune that came again since."""
        mine = [each for each in self.sent if each.province == spec.province and not each.changes]
        if not mine or not mine[-1].held or mine[-1].only is not None:
            return None
        return replace(mine[-1], held=(), only=mine[-1].held)

    def _changes(self, province: str, day: int) -> Delivery | None:
        """What has changed since the last set, by key; of each object the last state, with the day since when it is so."""
        until = day + 0.5
        since = self.told.get(province, 0.5)
        if until <= since:
            since = max(until - 2, 0.5)  # an earlier stretch once more
        if until <= since:
            return None
        states = [self._by_key(province, number) for number in range(day + 1)]
        rows = []
        for key in sorted(set().union(*states[int(since) :])):
            days = [d for d in range(int(since) + 1, day + 1) if states[d].get(key) != states[d - 1].get(key)]
            if not days:
                continue
            now, before = states[day].get(key), states[int(since)].get(key)
            if now is not None:
                action = "update" if before else "insert"
            elif before is not None:
                action = "end"
            else:
                continue  # it came and went between two sets
            last = now or next(states[d][key] for d in range(day, -1, -1) if key in states[d])
            rows.append(replace(row_of(last), action=action, version=days[-1]))
        return Delivery(province, tuple(rows), until, since)

    def _by_key(self, province: str, day: int) -> dict[str, Thing]:
        return {thing.key: thing for thing in self.nation.days[day][province].values() if thing.key}


def _bits(province: str, bits: int) -> tuple[str, ...]:
    return tuple(code for number, code in enumerate(COMMUNES[province]) if bits >> number & 1)


def _faulty(made: Delivery, spec: Spec) -> Delivery:
    """Without some rows, with some refused, and some without their geometry."""
    count = len(made.rows)
    missing = {each % count for each in spec.missing} if count else set()
    spoilt = {each % count for each in spec.spoilt} if count else set()
    emptied = {each % count for each in spec.emptied} if count else set()
    rows = (
        replace(
            row,
            refused=number in spoilt and row.action != "end",
            land=None if number in emptied else row.land,
        )
        for number, row in enumerate(made.rows)
        if number not in missing
    )
    return replace(made, rows=tuple(rows))
