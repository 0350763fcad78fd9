"""What happens to parcels that are not like the others: without a map, roads, several on one land; and what neighbours exchange."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.model.cadastre import Nation, Thing, Turn

ROAD = "DGT"  # as rivers and canals are: drawn in another place every year
FORMS = ("15A", "15-1", "tạm 3")  # of numbers for the time being


def unknowable(living: Iterable[Thing], named: Mapping[object, set[int]]) -> bool:
    """Without a key and without land, a parcel with the id or the number of another one is that one by all that it says."""
    return any(
        thing.key is None and not thing.mapped and named.get(name, {thing.serial}) != {thing.serial}
        for thing in living
        for name in thing.names
    )


def _nth(things: list[Thing], number: int) -> Thing | None:
    return things[number % len(things)] if things else None


def _hold(it: Turn, thing: Thing) -> None:
    it.office.things[thing.serial] = thing


def unmapped(nation: Nation, it: Turn) -> None:
    """A parcel is registered of which there is no map yet."""
    _hold(it, replace(nation.insert(it.office, it.one.commune, it.how), mapped=False))


def mapped(nation: Nation, it: Turn) -> None:
    """One of these is on the map now."""
    found = _nth([thing for thing in it.office.things.values() if not thing.mapped], it.how)
    if found is not None:
        _hold(it, replace(found, mapped=True))


def road(nation: Nation, it: Turn) -> None:
    """A road is registered."""
    _hold(it, replace(nation.insert(it.office, it.one.commune, it.how), use=ROAD))


def redrawn(nation: Nation, it: Turn) -> None:
    """A road is drawn in another place."""
    found = _nth([thing for thing in it.office.things.values() if thing.use == ROAD], it.how)
    if found is not None:
        _hold(it, replace(found, land=nation.free_land(found.land.street, 10 * (it.how % 5))))


def lands_exchanged(nation: Nation, it: Turn) -> None:
    """Two neighbours of a commune exchange their land, and keep what it is called."""
    if it.one.serial != it.other.serial and it.one.commune == it.other.commune:
        _hold(it, replace(it.one, land=it.other.land))
        _hold(it, replace(it.other, land=it.one.land))


def users_exchanged(nation: Nation, it: Turn) -> None:
    """Only those who use it are another one's."""
    if it.one.serial != it.other.serial:
        _hold(it, replace(it.one, user=it.other.user))
        _hold(it, replace(it.other, user=it.one.user))


def temporary(nation: Nation, it: Turn) -> None:
    """It gets a number for the time being, which others had and will have."""
    _hold(it, nation.numbered(it.office, it.one, FORMS[it.how % len(FORMS)]))


def unit(nation: Nation, it: Turn) -> None:
    """Another unit is registered on its land."""
    if it.one.use != ROAD:
        _hold(it, replace(nation.insert(it.office, it.one.commune, it.how), land=it.one.land))


def over_border(nation: Nation, it: Turn) -> None:
    """Another commune of the province registers the same land, under a key and a number of its own."""
    others = [code for code in it.office.communes if code != it.one.commune]
    if it.one.use != ROAD:
        _hold(it, replace(nation.insert(it.office, others[it.how % len(others)], it.how), land=it.one.land))


UNUSUAL = {
    each.__name__: each
    for each in (
        unmapped,
        mapped,
        road,
        redrawn,
        temporary,
        unit,
        over_border,
        lands_exchanged,
        users_exchanged,
    )
}
