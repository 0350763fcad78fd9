"""What the brakes hold: every disaster that was ever seen go through, small ones that add up, and nothing of an ordinary night."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from sync.lab.disasters.cadastre import Cadastre, code_of, province
from sync.lab.disasters.measure import CRUMBLING, DAY, START, YEAR, crumbling, everything, year_later
from sync.lab.disasters.merging import Office, holds
from sync.lab.disasters.nights import Register
from sync.lab.disasters.seeded import DISASTERS
from sync.load import receipt
from sync.load.brakes import Passed
from sync.load.merge import Merged
from tests.support.database import Database, Server
from tests.support.databases import copy_database, drop_database
from validators.policy import policy_at

pytestmark = pytest.mark.db
SEEN = (  # each went live once, in group 1 or 2
    "land users emptied",
    "land users shuffled among parcels",
    "certificates emptied",
    "land use all one value",
    "national ids emptied",
    "registered areas times ten",
    "a file of a year ago with a new date",
    "polygons scaled by a half",
    "every attribute emptied",
    "moved by 3 m",
    "two parcels of five missing",
    "declared complete, and nothing came",
    "source keys shuffled",
    "source keys slipped by one row",
    "half of the geometries swapped",
    "two rows of five refused by the checks",
)


class Place:
    """A province of 49, 90 and 120 parcels of which a year is known."""

    def __init__(self, dsn: str) -> None:
        self.random = np.random.default_rng(7)
        self.office = Office(dsn, "01", policy_at(DAY), DAY)
        self.before = province(self.random, [49, 90, 120])
        self.now = year_later(self.office, self.before, self.random)
        self.first, *_ = self.codes = self.now.communes

    def spoilt(self, name: str, where: list[str]) -> Cadastre:
        """What is delivered after a disaster."""
        return DISASTERS[name](self.now, self.before, where, self.random)


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    name = f"test_{secrets.token_hex(6)}"
    copy_database(server.superuser_dsn, name, server.template)
    yield Database(name, server)
    drop_database(server.superuser_dsn, name)


@pytest.fixture(scope="module")
def place(database: Database) -> Place:
    return Place(database.dsn)


def live(database: Database) -> list[tuple[object, ...]]:
    """Everything that lives, by hash."""
    return database.query(
        "SELECT p.parcel_uid, p.commune_code, p.content_hash, u.content_hash, c.content_hash FROM land.parcel AS p "
        "LEFT JOIN land_private.land_user AS u USING (province_code, parcel_uid) "
        "LEFT JOIN land_private.certificate AS c USING (province_code, parcel_uid) ORDER BY 1, 4, 5"
    )


def shown(merged: Merged) -> Passed:
    """What a person lets pass who approves all that was shown."""
    return {
        (code, found.code, found.column_group): found.parcels
        for code, all_of in merged.braked.items()
        for found in all_of
    }


@pytest.mark.parametrize("everywhere", [False, True], ids=["in one", "in all"])
@pytest.mark.parametrize("name", SEEN)
def test_a_disaster_is_held_and_changes_nothing(
    database: Database, place: Place, name: str, everywhere: bool
) -> None:
    where = place.codes if everywhere else place.codes[:1]
    before = live(database)
    merged = place.office.delivers(place.spoilt(name, where), START, complete=place.codes)
    assert sorted(holds(merged)) == where
    assert live(database) == before
    assert {line["commune_code"] for line in merged.lines if line["commune_held"]} == set(where)


@pytest.mark.parametrize(
    "name", ["land users emptied", "polygons scaled by a half", "registered areas times ten"]
)
def test_what_was_shown_passes_once_and_nothing_besides(place: Place, name: str) -> None:
    where, office = place.codes[:1], place.office
    spoilt = place.spoilt(name, where)
    passed = shown(office.delivers(spoilt, START, keep=False))
    merged = office.delivers(spoilt, START, passed=passed, keep=False)
    assert holds(merged) == {}
    changed = {line["commune_code"]: line["changed"] for line in merged.lines}
    assert changed[place.first] >= 40
    for key in passed:
        less = {other: parcels - (other == key) for other, parcels in passed.items()}
        assert [
            found.code
            for found in office.delivers(spoilt, START, passed=less, keep=False).braked[place.first]
        ] == [key[1]], "one parcel more than was shown"


def test_a_night_on_which_people_worked_holds_nothing(place: Place) -> None:
    register = Register(place.now.copy(), np.random.default_rng(3))
    for _ in range(3):
        register.night()
    merged = place.office.delivers(register.land, START, keep=False)
    assert holds(merged) == {}
    assert sum(line["changed"] for line in merged.lines) > 0


def test_communes_that_merge_are_asked_about_once_and_pass_as_they_were_shown(place: Place) -> None:
    register = Register(place.now.copy(), np.random.default_rng(3))
    origin, target, _ = place.codes
    moved = int(register.land.of([origin]).sum())
    register.merged(origin, target)
    merged = place.office.delivers(register.land, START, complete=place.codes, keep=False)
    assert holds(merged) == dict.fromkeys((origin, target), ("MOVED-COMMUNE",))
    for passed, held in ((moved - 1, {origin, target}), (moved, set())):
        merged = place.office.delivers(
            register.land, START, complete=place.codes, moves_passed={(origin, target): passed}, keep=False
        )
        assert set(holds(merged)) == held
        moved_in = {line["commune_code"]: line["moved_in"] for line in merged.lines}
        assert moved_in[target] == (0 if held else moved)


def test_values_that_are_filled_in_for_the_first_time_are_no_change(place: Place) -> None:
    full = place.now.copy()
    for name in ("certificate_no", "national_id"):
        missing = np.equal(full.texts[name], None)
        assert missing.sum() > 5
        full.texts[name][missing] = [f"mới {place_no}" for place_no in range(missing.sum())]
    assert holds(place.office.delivers(full, START, keep=False)) == {}


def test_a_little_in_every_commune_is_held_by_the_province(place: Place) -> None:
    """What no commune is held for alone: four parcels of 300 less, everywhere."""
    random = np.random.default_rng(5)
    office = Office(place.office.dsn, "08", policy_at(DAY), DAY)
    land = province(random, [300] * 15, first=5_000_000)
    office.delivers(land, START - YEAR)

    def without(each: int) -> Merged:
        gone = np.arange(len(land)) % 300 < each
        return office.delivers(land.where(~gone), START, keep=False)

    assert holds(without(3)) == {}, "45 parcels are too few"
    merged = without(4)
    assert len(merged.braked) == 15
    assert {found.scope for all_of in merged.braked.values() for found in all_of} == {"province"}


def test_who_is_promised_and_does_not_come_has_a_line_and_waits(database: Database, place: Place) -> None:
    land = place.spoilt("declared complete, and nothing came", place.codes[:1])
    merged = place.office.delivers(land, START, complete=place.codes, keep=False)
    line = next(line for line in merged.lines if line["commune_code"] == place.first)
    assert (line["read"], line["current_before"], line["current_after"], line["ended"]) == (
        0,
        merged.absent[place.first],
        merged.absent[place.first],
        0,
    )
    known = place.office.delivers(
        land,
        START,
        complete=place.codes,
        absent_passed=(place.first,),
        passed=everything(place.now),
        keep=False,
    )
    line = next(line for line in known.lines if line["commune_code"] == place.first)
    assert (line["ended"], line["current_after"], known.absent) == (merged.absent[place.first], 0, {})
    other = place.office.delivers(land, START, complete=[*place.codes[1:], code_of(2_000)], keep=False)
    assert other.absent == {code_of(2_000): 0}, "promised, though it never came before"


def test_the_receipt_counts_by_group_of_columns_and_its_chain_holds(database: Database, place: Place) -> None:
    office = Office(place.office.dsn, "11", policy_at(DAY), DAY)
    land = province(np.random.default_rng(2), [200], first=7_000_000)
    (code,) = land.communes
    land.texts["certificate_no"][:4] = ["a", "b", "c", "d"]
    office.delivers(land, START - YEAR)
    later = land.copy()
    later.texts["certificate_no"][0] = None
    later.texts["certificate_no"][1] = "e"
    later.numbers["x"][2] += 0.1
    merged = office.delivers(later.where(np.arange(200) != 3), START)
    assert [tuple(line.values()) for line in merged.columns] == [
        (code, "certificate", 2, 1, 2, 0),
        (code, "geometry", 1, 0, 0, 0),
        (code, "land_right", 0, 0, 1, 0),
        (code, "land_use", 0, 0, 1, 0),
        (code, "land_user", 0, 0, 1, 0),
    ]
    assert receipt.verify(office.dsn, "11") == []
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger.receipt_column DISABLE TRIGGER append_only")
        cursor.execute(
            "UPDATE ledger.receipt_column SET emptied = 0 WHERE emptied = 1 AND commune_code = %s", (code,)
        )
        cursor.execute("ALTER TABLE ledger.receipt_column ENABLE TRIGGER append_only")
        link.commit()
    assert [fault["fault"] for fault in receipt.verify(office.dsn, "11")] == ["content"]


@pytest.mark.parametrize("everywhere", [False, True], ids=["in one", "in all"])
def test_small_losses_add_up(place: Place, everywhere: bool) -> None:
    """Last: what it lets pass before it holds stays."""
    where = place.codes if everywhere else place.codes[2:]
    begun = START + timedelta(days=100 * len(where))
    held = crumbling(place.office, place.now, where, begun, place.random)
    assert set(held) == set(where), CRUMBLING
    place.office.delivers(place.now, begun + timedelta(days=50), passed=everything(place.now))
