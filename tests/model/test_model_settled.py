"""Whatever was delivered before, and whatever comes beside them: communes that are passed over are left as a merge would leave them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.e2e.conftest import Landsync, landsync
from tests.model.cadastre import COMMUNES, Land
from tests.model.deliveries import Delivery, Row
from tests.model.histories import History, Told, histories
from tests.model.test_model_stages import KINDS, of_one_office
from tests.support.both_written import both_written
from tests.support.filed import FiledOffice
from tests.support.played import wipe

__all__ = ["landsync"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]

Change = Callable[[tuple[Row, ...], int, int], tuple[Row, ...]]


def _one(rows: tuple[Row, ...], at: int, **values: object) -> tuple[Row, ...]:
    at %= len(rows)
    return (*rows[:at], replace(rows[at], **values), *rows[at + 1 :])  # type: ignore[arg-type]


def _takes(name: str) -> Change:
    """A row takes something from another one, which keeps it, too, or not: then it is what the other one has no more."""

    def change(rows: tuple[Row, ...], at: int, other: int) -> tuple[Row, ...]:
        mine, theirs = rows[at % len(rows)], rows[other % len(rows)]
        taken = _one(rows, at, **{name: getattr(theirs, name)})
        return taken if (at + other) % 2 else _one(taken, other, **{name: getattr(mine, name)})

    return change


def _without(rows: tuple[Row, ...], at: int, _: int) -> tuple[Row, ...]:
    return (*rows[: at % len(rows)], *rows[at % len(rows) + 1 :])


def _on_the_land_of(rows: tuple[Row, ...], at: int, other: int) -> tuple[Row, ...]:
    """A parcel that nobody knows lies where one lies, in whatever commune; that one may be gone."""
    there = rows[other % len(rows)]
    new = replace(there, commune=rows[at % len(rows)].commune, key="new", national_id=None, number="990")
    return (*(rows if at % 2 else _without(rows, other, 0)), new)


CHANGES: dict[str, Change] = {
    "nothing": lambda rows, _at, _other: rows,
    "another order": lambda rows, at, _other: (*rows[at % len(rows) :], *rows[: at % len(rows)]),
    "its use": lambda rows, at, _other: _one(rows, at, use="CLN"),
    "its user": lambda rows, at, _other: _one(rows, at, user="Người Khác"),
    "its land": lambda rows, at, _other: _one(rows, at, land=_moved(rows[at % len(rows)].land)),
    "its key": lambda rows, at, _other: _one(rows, at, key=f"k{at}"),
    "refused": lambda rows, at, _other: _one(rows, at, refused=rows[at % len(rows)].land is not None),
    "without land": lambda rows, at, _other: _one(rows, at, land=None, refused=False),
    "gone": _without,
    "in another commune": _takes("commune"),
    "the number of another": _takes("number"),
    "the id of another": _takes("national_id"),
    "the key of another": _takes("key"),
    "the land of another": _takes("land"),
    "new on the land of one": _on_the_land_of,
    "a commune is gone": lambda rows, at, _other: tuple(
        row for row in rows if row.commune != rows[at % len(rows)].commune
    ),
    "of no commune": lambda rows, at, _other: _one(rows, at, commune="99999"),
}


def _moved(land: Land | None) -> Land | None:
    return land and Land(land.street, land.west + 3, land.east + 3)


def _not_few(history: History) -> History:
    """With so many parcels, and ids, that each commune is placed; two days: what comes after them is what is looked at."""
    mine, theirs = history.styles
    return History((replace(mine, ids=True), theirs), 15 + history.parcels % 15, history.days[:2])


@settings(
    max_examples=counts(2), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    histories(kinds=KINDS).map(of_one_office).map(_not_few),
    st.booleans(),
    st.lists(
        st.tuples(
            st.sampled_from(sorted(CHANGES)),
            st.integers(0, 99),
            st.integers(0, 99),
            st.sampled_from([0, 0, 0, 1, 3, 6]),
        ),
        min_size=3,
        max_size=6,
    ),
)
def test_what_is_passed_over_is_left_as_a_merge_leaves_it(
    landsync: Landsync,
    tmp_path_factory: pytest.TempPathFactory,
    history: History,
    approves: bool,
    nights: list[tuple[str, int, int, int]],
) -> None:
    wipe(landsync.database)
    told, office = Told(history), FiledOffice(landsync, tmp_path_factory.mktemp("office"))
    deliveries = [*told.deliveries()]
    told.nation.close_day()
    last = told.desk.last("01")
    passed = 0
    for delivery in (*deliveries, last, *_nights(last, nights)):
        if not delivery.rows:
            continue
        if not delivery.changes:
            passed += len(both_written(landsync, office.write(delivery)).passed_over)
        held = office.sync(delivery)
        if held and approves and not delivery.dry:
            office.approve(tuple(held))
    event(f"{min(passed, 9)} passed over")


def _nights(last: Delivery, nights: list[tuple[str, int, int, int]]) -> list[Delivery]:
    """The same once more, later each time, and beside it something else of a row or two; `some`: complete for some communes only."""
    made = [replace(last, at=last.at + later) for later in (0.5, 1)]
    for number, (what, at, other, some) in enumerate(nights):
        rows = CHANGES[what](last.rows, at, other) if last.rows else ()
        complete = tuple(code for bit, code in enumerate(COMMUNES["01"]) if not some or some >> bit & 1)
        made.append(replace(last, rows=rows, complete=complete, at=last.at + 2 + number))
    return made
