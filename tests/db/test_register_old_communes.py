"""Sheets of merged communes begin at 1 again: every case is about the right parcel, whatever part comes in whatever order."""

import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from sync import db
from tests.support.database import Database
from tests.support.numbers import CHECKS, Parcel, cases, deliver, open_cases
from tests.support.sheets import Handle, fits

pytestmark = pytest.mark.db
AREA, USE, INVALID = "ATT-AREA", "ATT-LAND-USE", "GEO-INVALID"
OLD = ("00010", "00013", "00016", "00019")


def events(dsn: str) -> list[tuple[str, str]]:
    with db.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT state, because FROM ledger.finding_event ORDER BY recorded_at, finding_id")
        return cursor.fetchall()


def merged_commune(marks: str) -> list[Parcel]:
    """Four old communes, each with sheets 1 and 2, parcels 1 to 3; three faults in each."""
    rows = []
    for which, old in enumerate(OLD):
        for sheet in ("1", "2"):
            for number in ("1", "2", "3"):
                wrong = {("1", "1"): AREA, ("1", "3"): INVALID, ("2", "2"): USE}.get((sheet, number))
                rows.append(
                    Parcel(
                        len(rows),
                        sheet=sheet,
                        number=number,
                        faults=frozenset([wrong] if wrong else []),
                        **{marks: str(which) if marks != "old" else old},
                    )
                )
    return rows


@pytest.mark.parametrize("marks", ["old", "map_set", "scale"])
def test_a_part_of_one_old_commune_settles_nothing_of_the_others(
    database: Database, tmp_path: Path, marks: str
) -> None:
    everything = merged_commune(marks)
    deliver(database.dsn, tmp_path, everything, whole=True)
    wrong = sorted((fault, row.place) for row in everything for fault in row.faults)
    assert open_cases(database.dsn) == wrong
    begun = events(database.dsn)
    for which in (1, 3):
        deliver(database.dsn, tmp_path, everything[which * 6 : which * 6 + 6])
        assert open_cases(database.dsn) == wrong
    deliver(database.dsn, tmp_path, everything, whole=True)
    assert open_cases(database.dsn) == wrong
    assert [event for event in events(database.dsn)[len(begun) :] if event[0] != "open"] == []


def test_a_part_settles_what_it_mends(database: Database, tmp_path: Path) -> None:
    everything = merged_commune("old")
    deliver(database.dsn, tmp_path, everything, whole=True)
    deliver(database.dsn, tmp_path, [replace(row, faults=frozenset()) for row in everything[6:12]])
    left = sorted((fault, row.place) for row in everything if not 6 <= row.place < 12 for fault in row.faults)
    assert open_cases(database.dsn) == left


def test_a_row_without_any_handle_is_tied_to_its_case_by_its_land(database: Database, tmp_path: Path) -> None:
    nameless = [Parcel(place, sheet=None, number=None) for place in range(3)]
    deliver(database.dsn, tmp_path, nameless, whole=True)
    assert open_cases(database.dsn) == [("IDN-MISSING", place) for place in range(3)]
    deliver(database.dsn, tmp_path, [replace(nameless[1], sheet="1", number="2")])
    assert open_cases(database.dsn) == [("IDN-MISSING", 0), ("IDN-MISSING", 2)]
    deliver(database.dsn, tmp_path, [nameless[0]])
    assert open_cases(database.dsn) == [("IDN-MISSING", 0), ("IDN-MISSING", 2)]


def test_one_of_two_rows_with_one_number_settles_its_own_case(database: Database, tmp_path: Path) -> None:
    shared = [Parcel(0), Parcel(1)]
    deliver(database.dsn, tmp_path, shared, whole=True)
    assert open_cases(database.dsn) == [("IDN-DUP-SHEET", 0), ("IDN-DUP-SHEET", 1)]
    deliver(database.dsn, tmp_path, [replace(shared[1], number="2")])
    assert open_cases(database.dsn) == [("IDN-DUP-SHEET", 0)]
    deliver(database.dsn, tmp_path, [shared[0]])
    assert open_cases(database.dsn) == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({}, {"old": "00010"}),
        ({"old": "00010"}, {}),
        ({"scale": "500"}, {"map_set": "A"}),
        ({}, {"key": "k"}),
        ({"key": "k"}, {"old": "00010"}),
        ({"national_id": "w7er83vw181u"}, {"key": "k", "scale": "500"}),
    ],
)
@pytest.mark.parametrize("fault", [AREA, INVALID])
def test_what_becomes_known_or_unknown_leaves_the_case_the_same(
    database: Database, tmp_path: Path, first: dict[str, str], then: dict[str, str], fault: str
) -> None:
    if fault == INVALID and {"key", "national_id"} & first.keys():
        pytest.skip("of a parcel that was never live only its own handles are known")
    one = Parcel(0, faults=frozenset([fault]), **first)
    beside = Parcel(1, number="2", faults=frozenset([fault]))
    deliver(database.dsn, tmp_path, [one, beside], whole=True)
    deliver(database.dsn, tmp_path, [Parcel(0, faults=frozenset([fault]), **then)])
    assert sorted(cases(database.dsn)) == [(fault, 0, "open"), (fault, 1, "new")]
    deliver(database.dsn, tmp_path, [Parcel(0, **then), beside], whole=True)
    assert sorted(cases(database.dsn)) == [(fault, 0, "fixed"), (fault, 1, "open")]


def test_where_several_fit_nothing_is_said_to_be_mended(database: Database, tmp_path: Path) -> None:
    two = [Parcel(0, old="00010", faults=frozenset([AREA])), Parcel(1, old="00013", faults=frozenset([AREA]))]
    deliver(database.dsn, tmp_path, two, whole=True)
    deliver(database.dsn, tmp_path, [Parcel(0)])
    assert open_cases(database.dsn) == [(AREA, 0), (AREA, 1)]


def handle_of(row: Parcel) -> Handle:
    return (row.old, row.map_set, row.scale, str(row.sheet), str(row.number))


def can_be_told(rows: list[Parcel], known: dict[int, set[Handle]]) -> list[Parcel]:
    """The rows whose parcel can be told: that fit no other parcel, and no other row fits what theirs was known by."""
    kept: list[Parcel] = []
    for row in rows:
        mine = {handle_of(row)} | known.get(row.place, set())
        others = {handle for place, handles in known.items() if place != row.place for handle in handles}
        others |= {handle_of(other) for other in kept}
        theirs = {handle for other in kept for handle in known.get(other.place, set())}
        own = handle_of(row)
        if not any(fits(own, other) for other in others | theirs) and not any(
            fits(handle_of(other), handle) for other in kept for handle in mine
        ):
            kept.append(row)
    return kept


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_known_and_in_whatever_order_every_case_is_about_the_right_parcel(
    database: Database, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    truth = [
        Parcel(place, *marks, key=chance.choice([None, None, f"k{place}"]))
        for place, marks in enumerate(
            chance.sample(list(product(OLD, "AB", ("500", "1000"), "12", "12")), 12)
        )
    ]
    known: dict[int, set[Handle]] = {}
    last: dict[int, Parcel] = {}
    begun: dict[tuple[str, int], int] = {}
    for _ in range(15):
        rows = []
        for row in chance.sample(truth, chance.randint(1, len(truth))):
            hidden = {mark: None for mark in ("old", "map_set", "scale") if chance.random() < 0.3}
            wrong = frozenset(fault for fault in (AREA, USE, INVALID) if chance.random() < 0.25)
            if INVALID in wrong:
                wrong -= {AREA}  # what is no polygon has no area to compare
            rows.append(replace(row, faults=wrong, **hidden))
        rows = can_be_told(rows, known)
        if not rows:
            continue
        deliver(database.dsn, tmp_path, rows)
        for row in rows:
            for fault in row.faults - (last[row.place].faults if row.place in last else frozenset()):
                begun[fault, row.place] = begun.get((fault, row.place), 0) + 1
            last[row.place] = row
            live = () if INVALID in row.faults else (handle_of(row),)
            known[row.place] = {*live, handle_of(row)} | (set() if live else known.get(row.place, set()))
        expected = sorted((fault, place) for place, row in last.items() for fault in row.faults)
        assert open_cases(database.dsn) == expected
    assert set(CHECKS) >= {check for check, _, _ in cases(database.dsn)}
    with db.connect(database.dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.finding_event WHERE state IN ('new', 'returned')")
        assert cursor.fetchone()[0] == sum(begun.values())
