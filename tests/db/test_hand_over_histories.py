"""Parcels that pass between two provinces in any order, also at the same time, against a book of what the offices did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from threading import Barrier
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels import admin_units
from sync.load.merge import Merged
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.village import deliver

__all__ = ["deliver"]

pytestmark = pytest.mark.db
Deliver = Callable[..., Merged]
Named = Literal["both", "giver", "neither"]
PIECES = 4
OTHER = {"01": "04", "04": "01"}
NUMBERS = count(1)  # every history has communes, land and names of its own


def places(number: int) -> dict[str, str]:
    return {code: admin_units.communes(code)[number % len(admin_units.communes(code))].code for code in OTHER}


@dataclass
class Offices:
    """What two offices hold of some pieces of land, and what they have delivered.

    held      by office: the pieces in its own system
    passed    by piece: from which office it passed to which, in order
    """

    deliver: Deliver
    number: int
    named: tuple[Named, ...]
    held: dict[str, set[int]] = field(default_factory=lambda: {"01": set(range(PIECES)), "04": set()})
    passed: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: {i: [] for i in range(PIECES)})
    begun: dict[int, list[str]] = field(default_factory=lambda: {i: [] for i in range(PIECES)})

    def plot(self, office: str, piece: int) -> Plot:
        has_id = self.named[piece] == "both" or (self.named[piece] == "giver" and office == "01")
        national_id = f"w7er{self.number:05d}{piece}{piece}y" if has_id else None
        name = f"{office}-{self.number}-{piece}"
        return Plot(
            name, national_id, str(piece + 1), places(self.number)[office], x=self.number * 20 + piece
        )

    def send(self, office: str) -> None:
        """A complete delivery of the office's commune; one parcel always stays, so that it is never empty."""
        commune = places(self.number)[office]
        stays = Plot(
            f"{office}-{self.number}-s",
            None,
            "99",
            commune,
            x=self.number * 20 + (10 if office == "01" else 12),
        )
        plots = [stays, *(self.plot(office, piece) for piece in sorted(self.held[office]))]
        self.deliver(plots, province=office, complete=(commune,), passed=(commune,))

    def owner(self, piece: int) -> str:
        return self.passed[piece][-1][1] if self.passed[piece] else "01"

    def step(self, piece: int, giver_first: bool) -> None:
        """The next half of a piece's passing: one office gives it up, the other one takes it in."""
        if not self.begun[piece]:
            giver = self.owner(piece)
            self.passed[piece].append((giver, OTHER[giver]))
            self.begun[piece] = [giver, OTHER[giver]] if giver_first else [OTHER[giver], giver]
        office = self.begun[piece].pop(0)
        (self.held[office].discard if office == self.passed[piece][-1][0] else self.held[office].add)(piece)
        if not self.begun[piece]:
            self.send("01")
            self.send("04")


def written(database: Database, number: int) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {piece: [] for piece in range(PIECES)}
    rows = database.query(
        "SELECT e.from_province_code, e.province_code, p.source_key FROM land.lineage_event AS e "
        "JOIN land.lineage_edge AS l USING (event_id) "
        "JOIN LATERAL (SELECT h.source_key FROM analyst.parcel_history AS h WHERE h.parcel_uid = l.child_uid LIMIT 1) AS p ON true "
        "WHERE e.kind = 'hand_over' AND p.source_key LIKE %s ORDER BY e.recorded_at",
        f"%-{number}-%",
    )
    for before, now, key in rows:
        found[int(key.rsplit("-", 1)[1])].append((before, now))
    return found


SETTINGS = settings(
    max_examples=counts(4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ACTS = st.lists(
    st.tuples(st.integers(0, PIECES - 1), st.booleans(), st.sampled_from(("01", "04", "both", ""))),
    max_size=8,
)


@SETTINGS
@given(st.tuples(*[st.sampled_from(("both", "giver", "neither"))] * PIECES), ACTS, st.booleans())
def test_each_passing_is_one_event_in_its_direction(
    database: Database,
    deliver: Deliver,
    named: tuple[Named, ...],
    acts: list[tuple[int, bool, str]],
    known: bool,
) -> None:
    offices = Offices(deliver, next(NUMBERS), named)
    offices.send("01")
    if known:
        offices.send("04")
    for piece, giver_first, sends in acts:
        offices.step(piece, giver_first)
        for office in OTHER if sends == "both" else filter(None, [sends]):
            offices.send(office)
    for piece, left in offices.begun.items():
        if left:
            offices.step(piece, True)
    for office in ("04", "01", "04"):
        offices.send(office)
    assert written(database, offices.number) == offices.passed


@pytest.mark.parametrize("named", ["both", "neither"])
@pytest.mark.parametrize("known", [True, False])
def test_both_sides_at_the_same_time_come_to_one_event(
    database: Database, deliver: Deliver, named: Named, known: bool
) -> None:
    for _ in range(counts(3)):
        offices = Offices(deliver, next(NUMBERS), (named,) * PIECES)
        offices.send("01")
        if known:
            offices.send("04")
        offices.held = {"01": set(), "04": set(range(PIECES))}
        start = Barrier(2)

        def load(office: str) -> None:
            start.wait(timeout=30)  # noqa: B023 - used up within this round
            offices.send(office)  # noqa: B023

        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(load, office) for office in OTHER]:
                each.result(timeout=60)
        assert written(database, offices.number) == {piece: [("01", "04")] for piece in range(PIECES)}
