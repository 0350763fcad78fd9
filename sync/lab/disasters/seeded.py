"""Disasters: what goes wrong between an office's database and a delivery. Each takes what is right and spoils some communes.

`before` is the land of a year ago, `now` what is live; a disaster gives what is delivered.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from sync.lab.disasters.cadastre import Cadastre, Column, corner, number_of

Disaster: TypeAlias = Callable[[Cadastre, Cadastre, list[str], np.random.Generator], Cadastre]

_USER = ("land_user_name", "land_user_id_number")


def _emptied(*columns: str) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land = now.copy()
        for name in columns:
            land.texts[name][land.of(communes)] = None
        return land

    return spoil


def _same(column: str, value: str, *more: tuple[str, str]) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land = now.copy()
        for name, text in ((column, value), *more):
            land.texts[name][land.of(communes)] = text
        return land

    return spoil


def _permuted(
    now: Cadastre, communes: list[str], order: Callable[[Column], Column], names: tuple[str, ...]
) -> Cadastre:
    """Columns (`geometry` too) in another order within each commune."""
    land = now.copy()
    for code in communes:
        rows = np.flatnonzero(now.of([code]))
        new = order(rows)
        for name in names:
            if name == "geometry":
                for number in ("x", "y", "width", "height"):
                    land.numbers[number][rows] = now.numbers[number][new]
            else:
                land.texts[name][rows] = now.texts[name][new]
    return land


def _shuffled(*names: str) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
        return _permuted(now, communes, random.permutation, names)

    return spoil


def _slipped(*names: str) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        return _permuted(now, communes, lambda rows: np.roll(rows, 1), names)

    return spoil


def _others(*names: str) -> Disaster:
    """Every value is another one's, the same for the same: an export of another place, or with another year's numbers."""
    others = str.maketrans("0123456789", "1234567890")

    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land, rows = now.copy(), now.of(communes)
        for name in names:
            said = [text and text.translate(others) for text in now.texts[name][rows]]
            land.texts[name][rows] = np.array(said, dtype=object)
        return land

    return spoil


def _half_swapped(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
    def order(rows: Column) -> Column:
        new, half = rows.copy(), random.permutation(len(rows))[: len(rows) // 2]
        new[half] = rows[np.roll(half, 1)]
        return new

    return _permuted(now, communes, order, ("geometry",))


def _areas(factor: float) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land = now.copy()
        land.numbers["area"][land.of(communes)] *= factor
        return land

    return spoil


def _areas_emptied(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    land = now.copy()
    land.numbers["area"][land.of(communes)] = np.nan
    return land


def _scaled(factor: float) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land = now.copy()
        for name in ("width", "height"):
            land.numbers[name][land.of(communes)] *= factor
        return land

    return spoil


def _moved(east: float, north: float) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
        land = now.copy()
        land.numbers["x"][land.of(communes)] += east
        land.numbers["y"][land.of(communes)] += north
        return land

    return spoil


def _mirrored(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """East and north exchanged, about each commune's corner."""
    land = now.copy()
    for code in communes:
        rows, (west, south) = now.of([code]), corner(number_of(code))
        land.numbers["x"][rows] = west + now.numbers["y"][rows] - south
        land.numbers["y"][rows] = south + now.numbers["x"][rows] - west
    return land


def _coarse(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """Coordinates rounded to ten metres."""
    land = now.copy()
    for name in ("x", "y"):
        land.numbers[name][land.of(communes)] = np.round(now.numbers[name][land.of(communes)], -1)
    return land


def _some_far(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
    """One parcel in ten in another zone."""
    land = now.copy()
    land.numbers["x"][_share(now, communes, 0.1, random)] += 100_000
    return land


def _share(now: Cadastre, communes: list[str], share: float, random: np.random.Generator) -> Column:
    """Rows by chance, the same share of each commune (rounded up)."""
    rows = np.zeros(len(now), dtype=bool)
    for code in communes:
        mine = random.permutation(np.flatnonzero(now.of([code])))
        rows[mine[: int(np.ceil(len(mine) * share))]] = True
    return rows


def _lost(share: float) -> Disaster:
    def spoil(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
        return now.where(~_share(now, communes, share, random))

    return spoil


def _cut_off(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """The file ends in the middle of each commune."""
    keep = np.ones(len(now), dtype=bool)
    for code in communes:
        rows = np.flatnonzero(now.of([code]))
        keep[rows[len(rows) * 2 // 3 :]] = False
    return now.where(keep)


def _absent(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    return now.where(~now.of(communes))


def _old_file(now: Cadastre, before: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    return now.where(~now.of(communes)).beside(before.where(before.of(communes)))


def _doubled(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """Every third parcel a second time, under another key and without other handles."""
    again = now.where(np.flatnonzero(now.of(communes))[::3]).copy()
    again.texts["source_key"] = again.texts["source_key"] + "b"
    for name in ("national_id", "sheet_no", "parcel_no"):
        again.texts[name][:] = None
    return now.beside(again)


def _of_neighbour(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """A neighbour's land and people under the commune's code, keys and numbers: the map next door was opened."""
    land, codes = now.copy(), now.communes
    for code in communes:
        rows = np.flatnonzero(now.of([code]))
        other = np.flatnonzero(now.of([codes[(codes.index(code) + 1) % len(codes)]]))
        source = other[np.arange(len(rows)) % len(other)]
        for number in ("x", "y", "width", "height"):
            land.numbers[number][rows] = now.numbers[number][source]
    return land


def _to_neighbour(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    """All parcels under the next commune's code, with numbers of their own there."""
    land, codes = now.copy(), now.communes
    for code in communes:
        rows = now.of([code])
        land.texts["commune_code"][rows] = codes[(codes.index(code) + 1) % len(codes)]
        land.texts["sheet_no"][rows] = land.texts["sheet_no"][rows] + code[-3:]
    return land


def _refused(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
    land = now.copy()
    land.refused[_share(now, communes, 0.4, random)] = True
    return land


def _garbled(now: Cadastre, _: Cadastre, communes: list[str], __: np.random.Generator) -> Cadastre:
    land = now.copy()
    rows = land.of(communes)
    land.texts["land_user_name"][rows] = np.array(
        [text.replace("ờ", "?") for text in land.texts["land_user_name"][rows]], dtype=object
    )
    return land


def _some_emptied(now: Cadastre, _: Cadastre, communes: list[str], random: np.random.Generator) -> Cadastre:
    """The users of one parcel in ten."""
    land = now.copy()
    rows = _share(now, communes, 0.1, random)
    for name in _USER:
        land.texts[name][rows] = None
    return land


DISASTERS: dict[str, Disaster] = {
    "land users emptied": _emptied(*_USER),
    "land users of one parcel in ten emptied": _some_emptied,
    "names of land users emptied, their numbers kept": _emptied("land_user_name"),
    "land users shuffled among parcels": _shuffled(*_USER),
    "land users slipped by one row": _slipped(*_USER),
    "land users replaced by others": _others(*_USER),
    "names garbled by another encoding": _garbled,
    "one land user everywhere": _same("land_user_name", "UBND xã", ("land_user_id_number", "000000000001")),
    "certificates emptied": _emptied("certificate_no"),
    "certificates shuffled": _shuffled("certificate_no"),
    "certificates slipped by one row": _slipped("certificate_no"),
    "certificates replaced by others": _others("certificate_no"),
    "one certificate everywhere": _same("certificate_no", "CH 0000001"),
    "land use emptied": _emptied("land_use"),
    "land use all one value": _same("land_use", "ONT"),
    "addresses emptied": _emptied("address"),
    "addresses all one value": _same("address", "Xã"),
    "national ids emptied": _emptied("national_id"),
    "registered areas times ten": _areas(10),
    "registered areas in hectares": _areas(0.0001),
    "registered areas emptied": _areas_emptied,
    "sheet and parcel numbers emptied": _emptied("sheet_no", "parcel_no"),
    "numbers slipped by one row": _slipped("sheet_no", "parcel_no"),
    "every attribute emptied": _emptied(
        "national_id", "sheet_no", "parcel_no", "land_use", "address", *_USER, "certificate_no"
    ),
    "all attributes slipped by one row": _slipped("land_use", "address", *_USER, "certificate_no"),
    "source keys shuffled": _shuffled("source_key"),
    "source keys slipped by one row": _slipped("source_key"),
    "half of the geometries swapped": _half_swapped,
    "polygons scaled by a half": _scaled(0.5),
    "polygons scaled by 1.02": _scaled(1.02),
    "moved by 3 m": _moved(2.4, -1.8),
    "moved by 0.44 m": _moved(0.44, -0.31),
    "moved into another zone": _moved(100_000, 0),
    "one parcel in ten in another zone": _some_far,
    "east and north exchanged": _mirrored,
    "coordinates rounded to 10 m": _coarse,
    "two parcels of five missing": _lost(0.4),
    "one parcel of ten missing": _lost(0.1),
    "the file ends in the middle": _cut_off,
    "declared complete, and nothing came": _absent,
    "a file of a year ago with a new date": _old_file,
    "every third parcel twice": _doubled,
    "a neighbour's map under the commune's numbers": _of_neighbour,
    "all parcels under the neighbour's code": _to_neighbour,
    "two rows of five refused by the checks": _refused,
}
