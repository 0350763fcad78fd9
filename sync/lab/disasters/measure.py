"""The two measurements: which disasters are held, and what is held on nights on which nothing went wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import get_args

import numpy as np

from parcels.brakes import ColumnGroup, Measure
from sync.folder.reasons import MOVED_COMMUNE
from sync.lab.disasters.cadastre import Cadastre, province
from sync.lab.disasters.merging import Office, holds
from sync.lab.disasters.nights import Register
from sync.lab.disasters.seeded import DISASTERS
from sync.load.brakes import Passed
from validators.policy import policy_at

DAY = date(2026, 11, 20)
START = datetime(2026, 10, 1, 15, tzinfo=UTC)
YEAR = timedelta(days=300)
DISASTERS_IN, NIGHTS_IN = "01", "04"
CRUMBLING = "two parcels of a hundred fewer every night, five nights"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seeded:
    """Of a disaster: the communes it was seeded into, those that were held, others that were, and by what."""

    name: str
    seeded: int
    held: int
    others: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """A night: what was told of it, what was held, and which communes were held because they merge, as they have to be."""

    number: int
    told: tuple[str, ...]
    held: dict[str, tuple[str, ...]]
    merging: tuple[str, ...]


def disasters(dsn: str, seed: int, communes: int, progress: Progress) -> list[Seeded]:
    """Every disaster in one commune and in all, into a database that is empty: none of them is kept."""
    random = np.random.default_rng(seed)
    office = Office(dsn, DISASTERS_IN, policy_at(DAY), DAY)
    before = province(random, [49, *random.integers(60, 200, communes - 1).tolist()])
    now = year_later(office, before, random)
    codes, found = now.communes, list[Seeded]()
    for name, spoil in DISASTERS.items():
        for where in ([codes[0]], codes):
            progress(f"{name}, {len(where)}")
            delivered = spoil(now, before, where, random)
            held = holds(office.delivers(delivered, START, complete=codes, keep=False))
            found.append(_outcome(name, where, held))
    for begun, where in ((START, codes[:1]), (START + YEAR, codes)):
        progress(CRUMBLING)
        found.append(_outcome(CRUMBLING, where, crumbling(office, now, where, begun, random)))
        office.delivers(now, begun + YEAR / 2, passed=everything(now))  # all is as it was
    return found


def _outcome(name: str, where: list[str], held: dict[str, tuple[str, ...]]) -> Seeded:
    by = sorted({code for commune in where for code in held.get(commune, ())})
    mine = sum(commune in held for commune in where)
    return Seeded(name, len(where), mine, len(held) - mine, tuple(by))


def year_later(office: Office, before: Cadastre, random: np.random.Generator) -> Cadastre:
    """The land of a year ago and what a fifth of it has become, both live one after the other."""
    office.delivers(before, START - YEAR)
    register = Register(before.copy(), random)
    rows = random.random(len(before)) < 0.2
    register.land.texts["land_user_name"][rows] = "Người mới"
    register.land.texts["certificate_no"][rows] = None
    for month in range(4):
        register.night()
        register.land.refused[:] = False
        at = START - YEAR + timedelta(days=60 * (month + 1))
        office.delivers(register.land, at, passed=everything(register.land))
    return register.land.copy()


def everything(land: Cadastre) -> Passed:
    """That whatever is measured passes: the past is as it is."""
    groups = (None, *get_args(ColumnGroup))
    return {
        (code, str(kind), group): inf
        for code in land.communes
        for kind in get_args(Measure)
        for group in groups
    }


def crumbling(
    office: Office, now: Cadastre, where: list[str], begun: datetime, random: np.random.Generator
) -> dict[str, tuple[str, ...]]:
    """What was held on any of five nights; each is kept."""
    held: dict[str, tuple[str, ...]] = {}
    land = now
    for night in range(5):
        gone = np.zeros(len(land), dtype=bool)
        for code in where:
            rows = np.flatnonzero(land.of([code]))
            gone[random.permutation(rows)[: max(round(len(rows) * 0.02), 1)]] = True
        land = land.where(~gone)
        held |= holds(office.delivers(land, begun + timedelta(days=night), complete=now.communes))
    return held


def nights(dsn: str, seed: int, communes: int, count: int, progress: Progress) -> list[Night]:
    """So many nights of a province of so many communes, into a database that is empty; what is held stays held.

    But for a declared merger of communes: a person is asked about it, and lets it pass before the next night.
    """
    random = np.random.default_rng(seed)
    office = Office(dsn, NIGHTS_IN, policy_at(DAY), DAY)
    sizes = np.clip(random.lognormal(np.log(100), 0.6, communes), 30, 600).astype(int)
    register = Register(province(random, sizes.tolist(), first=1_000_000_000), random, serial=2_000_000_000)
    office.delivers(register.land, START - timedelta(days=1))
    found = []
    for number in range(1, count + 1):
        told = register.night()
        codes = register.land.communes
        if number % 3 == 0:
            told.append(register.resurveyed(str(random.choice(codes))))
        if number % 7 == 0:
            told.append(register.other_keys(str(random.choice(codes))))
        if number % 10 == 5:
            told.append(register.merged(*map(str, random.choice(codes, 2, replace=False))))
        at = START + timedelta(days=number - 1)
        merged = office.delivers(register.land, at, complete=codes)
        held = holds(merged)
        merging = tuple(code for code, by in held.items() if by == (MOVED_COMMUNE,))
        if merging:
            moves = {
                (move.origin, move.target): move.parcels for moves in merged.moves.values() for move in moves
            }
            office.delivers(register.land, at, moves_passed=moves, approved=merging)
        progress(f"night {number}: {told} {held}")
        found.append(Night(number, tuple(told), held, merging))
    return found
