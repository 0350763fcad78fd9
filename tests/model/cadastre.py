"""The truth: what two offices hold, and what happens to it from day to day. It knows nothing of registers.

Land is an interval on a street, in units of the street: two parcels lie on the same land where their intervals overlap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tests.model.unusual import UNUSUAL, unknowable

COMMUNES = {"01": ("00004", "00008", "00025"), "79": ("25747", "26506")}
PLOT, STEP = 80, 100  # a new parcel is so wide, and begins every so many units


class Land(NamedTuple):
    """From `west` to `east` on a street."""

    street: int
    west: int
    east: int

    def shared(self, other: "Land") -> int:
        if self.street != other.street:
            return 0
        return max(0, min(self.east, other.east) - max(self.west, other.west))

    def share(self, other: "Land") -> float:
        """How much of the larger one both cover."""
        return self.shared(other) / max(self.width, other.width)

    @property
    def width(self) -> int:
        return self.east - self.west


@dataclass(frozen=True, slots=True)
class Thing:
    """A parcel as its office holds it.

    serial  the parcel itself, whatever it is called
    mapped  whether the office has its land on a map: if not, it knows the parcel all the same
    """

    serial: int
    commune: str
    land: Land
    key: str | None
    national_id: str | None
    number: str
    mark: str | None = None
    use: str = "ONT"
    user: str = "Người Thử"
    mapped: bool = True

    @property
    def place(self) -> tuple[str, str | None, str]:
        return self.commune, self.mark, self.number

    @property
    def names(self) -> set[object]:
        """Its id, and what its number may fit."""
        return {self.national_id, (self.commune, self.number)} - {None}


class Event(NamedTuple):
    """Something that happens: to the parcels that two numbers point at, in a manner that the second one also says."""

    kind: str
    first: int = 0
    second: int = 0


@dataclass(frozen=True)
class Style:
    """What the office of a province gives its parcels: keys, national ids, marks of its map sets."""

    keys: bool = True
    ids: bool = True
    marks: bool = False


@dataclass
class Office:
    """What one province holds."""

    province: str
    style: Style
    things: dict[int, Thing] = field(default_factory=dict)
    gone: dict[int, Thing] = field(default_factory=dict)

    @property
    def communes(self) -> tuple[str, ...]:
        return COMMUNES[self.province]


class Turn(NamedTuple):
    """Where something happens, to which parcel, with which other one, and how."""

    office: Office
    one: Thing
    other: Thing
    how: int


@dataclass
class Nation:
    """Both provinces, and what was there on every day."""

    offices: dict[str, Office]
    count: int = 0
    days: list[dict[str, dict[int, Thing]]] = field(default_factory=list)
    named: dict[object, set[int]] = field(default_factory=dict)  # id or number → whose it ever was

    @classmethod
    def of(cls, styles: Iterable[Style], parcels: int) -> "Nation":
        """Parcels in every commune in turn."""
        nation = cls({code: Office(code, style) for code, style in zip(COMMUNES, styles, strict=True)})
        for number in range(max(parcels, 5)):
            office = nation.offices["79" if number % 5 in (1, 3) else "01"]
            nation.insert(office, office.communes[(0, 0, 1, 1, 2)[number % 5]], number // 5)
        nation.close_day()
        return nation

    def close_day(self) -> None:
        self.days.append({code: dict(office.things) for code, office in self.offices.items()})

    def living(self) -> Iterator[Thing]:
        for office in self.offices.values():
            yield from office.things.values()

    def happen(self, event: Event, code: str) -> None:
        """One event in a province; one that makes no sense there is nothing, nor one after which nobody could know what is meant."""
        before = {code: (dict(office.things), dict(office.gone)) for code, office in self.offices.items()}
        self.remember()
        self._happen(event, self.offices[code])
        if unknowable(self.living(), self.named):
            for office in self.offices.values():
                office.things, office.gone = before[office.province]
        self.remember()

    def remember(self) -> None:
        """Whose each name ever was; asked only where a key does not say it."""
        for thing in self.living() if not all(each.style.keys for each in self.offices.values()) else ():
            for name in thing.names:
                self.named.setdefault(name, set()).add(thing.serial)

    def _happen(self, event: Event, office: Office) -> None:
        if event.kind == "insert":
            self.insert(office, office.communes[event.first % len(office.communes)], event.second)
        elif event.kind in ("return_same_key", "return_new_key"):
            self._return(office, event)
        elif office.things:
            things = sorted(office.things.values(), key=lambda thing: thing.serial)
            one = things[event.first % len(things)]
            other = things[event.second % len(things)]
            turn = Turn(office, one, other, event.second)
            if event.kind in UNUSUAL:
                UNUSUAL[event.kind](self, turn)
            else:
                getattr(self, f"_{event.kind}")(turn)

    # What is new, and what comes back.

    def insert(self, office: Office, commune: str, how: int) -> Thing:
        """A new parcel: on new land, or on land that is free again; ids and numbers may be such as are free again."""
        street = office.communes.index(commune) + 10 * sorted(COMMUNES).index(office.province)
        land = self.free_land(street, 50 if how % 7 == 3 else 0)
        self.count += 1
        thing = Thing(self.count, commune, land, None, None, str(self.count), user=f"Người {self.count}")
        if office.style.keys:
            thing = replace(thing, key=f"k{self.count}")
        if office.style.ids and how % 4 != 2:
            thing = replace(thing, national_id=self._free_id(how))
        if office.style.marks and how % 3:
            thing = replace(thing, mark="AB"[how % 2])
        old = next((each for each in office.gone.values() if each.commune == commune), None)
        if old is not None and how % 5 == 4:
            thing = self.numbered(office, thing, old.number)
        office.things[thing.serial] = thing
        return thing

    def free_land(self, street: int, offset: int = 0) -> Land:
        """The first that is free on a street."""
        neighbours = [thing for thing in self.living() if thing.land.street == street]
        begins = (step * STEP + offset for step in range(1_000_000))
        return next(
            land
            for land in (Land(street, begin, begin + PLOT) for begin in begins)
            if all(thing.land.shared(land) == 0 for thing in neighbours)
        )

    def _return(self, office: Office, event: Event) -> None:
        if not office.gone:
            return
        gone = sorted(office.gone.values(), key=lambda thing: thing.serial)
        thing = gone[event.first % len(gone)]
        if any(each.land.shared(thing.land) for each in self.living()):
            return
        if any(each.national_id == thing.national_id for each in self.living()):
            thing = replace(thing, national_id=None)
        if thing.key is not None and event.kind == "return_new_key":
            self.count += 1
            thing = replace(thing, key=f"k{self.count}")
        del office.gone[thing.serial]
        office.things[thing.serial] = self.numbered(office, thing, thing.number)

    def _free_id(self, how: int = 0) -> str:
        """A new id, or one that a parcel had that is gone."""
        held = {thing.national_id for thing in self.living()}
        old = [t.national_id for office in self.offices.values() for t in office.gone.values()]
        free = [each for each in old if each and each not in held]
        if free and how % 3 == 1:
            return free[0]
        self.count += 1
        return f"w7er83v{self.count:05d}"

    def numbered(self, office: Office, thing: Thing, number: str) -> Thing:
        """With this number where its place is free, else with a new one."""
        wanted = replace(thing, number=number)
        others = (each for each in office.things.values() if each.serial != thing.serial)
        if all(each.place != wanted.place for each in others):
            return wanted
        self.count += 1
        return replace(thing, number=str(self.count))

    # What happens to a parcel.

    def _attributes(self, it: Turn) -> None:
        use = "CLN" if it.one.use == "ONT" else "ONT"
        it.office.things[it.one.serial] = (
            replace(it.one, user=f"Người {it.how}") if it.how % 3 == 0 else replace(it.one, use=use)
        )

    def _end(self, it: Turn) -> None:
        if sum(thing.commune == it.one.commune for thing in it.office.things.values()) > 1:
            it.office.gone[it.one.serial] = it.office.things.pop(it.one.serial)

    def _rekey(self, it: Turn) -> None:
        if it.one.key is not None:
            self.count += 1
            it.office.things[it.one.serial] = replace(it.one, key=f"k{self.count}")

    def _id_given(self, it: Turn) -> None:
        if it.office.style.ids:
            it.office.things[it.one.serial] = replace(it.one, national_id=self._free_id(it.how))

    def _id_blanked(self, it: Turn) -> None:
        it.office.things[it.one.serial] = replace(it.one, national_id=None)

    def _id_handed_over(self, it: Turn) -> None:
        """It was given to the wrong parcel, or goes on to another one, which loses its own."""
        if it.one.serial != it.other.serial and it.one.national_id:
            it.office.things[it.one.serial] = replace(it.one, national_id=None)
            it.office.things[it.other.serial] = replace(it.other, national_id=it.one.national_id)

    def _ids_swapped(self, it: Turn) -> None:
        if it.one.serial != it.other.serial:
            it.office.things[it.one.serial] = replace(it.one, national_id=it.other.national_id)
            it.office.things[it.other.serial] = replace(it.other, national_id=it.one.national_id)

    def _elsewhere(self, office: Office) -> Office:
        return next(each for each in self.offices.values() if each.province != office.province)

    def _ids_across(self, it: Turn) -> None:
        """Two parcels of the two provinces exchange their ids."""
        there = self._elsewhere(it.office)
        if there.style.ids and it.office.style.ids and there.things:
            other = there.things[sorted(there.things)[it.how % len(there.things)]]
            it.office.things[it.one.serial] = replace(it.one, national_id=other.national_id)
            there.things[other.serial] = replace(other, national_id=it.one.national_id)

    def _to_neighbour(self, it: Turn) -> None:
        """It is a parcel of the other province from now on, with its land and its id, under a key and a number of that one."""
        there = self._elsewhere(it.office)
        if sum(thing.commune == it.one.commune for thing in it.office.things.values()) > 1:
            del it.office.things[it.one.serial]
            self.count += 1
            there.things[it.one.serial] = replace(
                it.one,
                commune=there.communes[it.how % len(there.communes)],
                key=f"k{self.count}" if there.style.keys else None,
                national_id=it.one.national_id if there.style.ids else None,
                number=str(self.count),
                mark=None,
            )

    def _id_to_neighbour(self, it: Turn) -> None:
        """A parcel of the other province that has none has the id from now on."""
        there = self._elsewhere(it.office)
        takers = sorted(serial for serial, thing in there.things.items() if thing.national_id is None)
        if it.one.national_id and there.style.ids and takers:
            taker = takers[it.how % len(takers)]
            it.office.things[it.one.serial] = replace(it.one, national_id=None)
            there.things[taker] = replace(there.things[taker], national_id=it.one.national_id)

    def _renumber(self, it: Turn) -> None:
        self.count += 1
        it.office.things[it.one.serial] = replace(it.one, number=str(self.count))

    def _rotate_numbers(self, it: Turn) -> None:
        """Up to three parcels of a commune hand their numbers on in a circle."""
        mine = [t for t in it.office.things.values() if t.commune == it.one.commune and t.mark == it.one.mark]
        circle = sorted(mine, key=lambda thing: thing.serial)[: 2 + it.how % 2]
        for thing, follows in zip(circle, circle[1:] + circle[:1], strict=True):
            it.office.things[thing.serial] = replace(thing, number=follows.number)

    def _marked(self, it: Turn) -> None:
        """Its mark becomes known, or nobody writes it any more."""
        if it.office.style.marks:
            changed = replace(it.one, mark=None if it.one.mark else "AB"[it.how % 2])
            it.office.things[it.one.serial] = self.numbered(it.office, changed, it.one.number)

    def _split(self, it: Turn) -> None:
        """In two: one half goes on as it was, or both are new."""
        if it.one.land.width < PLOT // 2 or any(
            thing.serial != it.one.serial and thing.land.shared(it.one.land) for thing in self.living()
        ):
            return
        middle = (it.one.land.west + it.one.land.east) // 2
        halves = it.one.land._replace(east=middle), it.one.land._replace(west=middle)
        self._replaced(it.office, [it.one], halves, goes_on=it.how % 2 == 0, how=it.how)

    def _merge(self, it: Turn) -> None:
        """With the next one on its street: the first goes on, or a new one takes the place of both."""
        east = [
            thing
            for thing in it.office.things.values()
            if thing.commune == it.one.commune
            and thing.land.street == it.one.land.street
            and thing.land.west >= it.one.land.east
        ]
        if east:
            nearest = min(east, key=lambda thing: thing.land.west)
            both = it.one.land._replace(east=nearest.land.east)
            if all(
                t.serial in (it.one.serial, nearest.serial) or not t.land.shared(both) for t in self.living()
            ):
                self._replaced(it.office, [it.one, nearest], (both,), goes_on=it.how % 2 == 0, how=it.how)

    def _replaced(
        self, office: Office, parents: list[Thing], lands: tuple[Land, ...], *, goes_on: bool, how: int
    ) -> None:
        for parent in parents:
            office.gone[parent.serial] = office.things.pop(parent.serial)
        for land in lands:
            if goes_on:
                first, goes_on = office.gone.pop(parents[0].serial), False
                office.things[first.serial] = replace(first, land=land)
                continue
            self.count += 1
            child = replace(
                parents[0], serial=self.count, land=land, number=str(self.count), national_id=None
            )
            if office.style.keys:
                self.count += 1
                child = replace(child, key=f"k{self.count}")
            if office.style.ids:
                child = replace(child, national_id=self._free_id(how))
            office.things[child.serial] = child

    def _move(self, it: Turn) -> None:
        """To another commune of the province, with its land; its number there is free or new."""
        if sum(thing.commune == it.one.commune for thing in it.office.things.values()) > 1:
            others = [code for code in it.office.communes if code != it.one.commune]
            moved = replace(it.one, commune=others[it.how % len(others)])
            it.office.things[it.one.serial] = self.numbered(it.office, moved, it.one.number)

    def _communes_merged(self, it: Turn) -> None:
        """All parcels of its commune are another one's."""
        self._handed_on(it, share=1)

    def _boundary_moved(self, it: Turn) -> None:
        """Half of the parcels of its commune are another one's, and one at least stays."""
        self._handed_on(it, share=2)

    def _handed_on(self, it: Turn, share: int) -> None:
        mine = sorted(
            (thing for thing in it.office.things.values() if thing.commune == it.one.commune),
            key=lambda thing: thing.serial,
        )
        others = [code for code in it.office.communes if code != it.one.commune]
        for thing in mine[: len(mine) // share]:
            moved = replace(thing, commune=others[it.how % len(others)])
            it.office.things[thing.serial] = self.numbered(it.office, moved, thing.number)

    def _correct(self, it: Turn) -> None:
        """Its eastern boundary, by a little."""
        land = it.one.land._replace(east=it.one.land.east + (it.how % 3 + 1) * (-1) ** it.how)
        if all(thing.serial == it.one.serial or not thing.land.shared(land) for thing in self.living()):
            it.office.things[it.one.serial] = replace(it.one, land=land)


KINDS = (
    "attributes", "insert", "end", "return_same_key", "return_new_key", "rekey", "id_given", "id_blanked",
    "id_handed_over", "ids_swapped", "id_to_neighbour", "ids_across", "to_neighbour", "renumber", "rotate_numbers", "marked", "split", "merge",
    "move", "correct",
)  # fmt: skip
OF_COMMUNES = ("communes_merged", "boundary_moved")  # what happens to whole communes
