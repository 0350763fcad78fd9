"""A parcel that passes to another province is one event, whichever side speaks first."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from parcels import admin_units
from sync import db
from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import ID, deliver

__all__ = ["deliver"]

pytestmark = pytest.mark.db
THERE = admin_units.communes("04")[0].code
THIRD = admin_units.communes("08")[0].code
X = ID.format(0)
GIVES = [Plot(f"k{i}", ID.format(i), str(i + 1), x=i) for i in range(30)]
TAKES = [Plot(f"n{i}", f"w7er83zzz{i:02d}y", str(i + 1), THERE, x=50 + i) for i in range(30)]
TAKEN = Plot("r", X, "99", THERE, x=0)  # the land and the id of k0, under a name of the receiver
Deliver = Callable[..., Merged]


def gives(deliver: Deliver, plots: Sequence[Plot] = GIVES, **options: object) -> Merged:
    return deliver(plots, complete=COMMUNES[:1], passed=COMMUNES, **options)


def takes(deliver: Deliver, plots: Sequence[Plot]) -> Merged:
    return deliver(plots, province="04", complete=(THERE,), passed=(THERE,))


def events(database: Database) -> list[tuple[str, str, str, str, list[str]]]:
    """From which province to which, the keys of before and now, and by what: of every event between provinces, the first one first."""
    return database.query(
        "SELECT e.from_province_code, e.province_code, "
        "(SELECT h.source_key FROM analyst.parcel_history AS h WHERE h.parcel_uid = l.parent_uid AND h.recorded_from = l.parent_recorded_from), "
        "(SELECT h.source_key FROM analyst.parcel_history AS h WHERE h.parcel_uid = l.child_uid AND h.recorded_from = l.child_recorded_from), "
        "ARRAY(SELECT jsonb_array_elements_text(e.evidence -> 'by')) "
        "FROM land.lineage_event AS e JOIN land.lineage_edge AS l USING (event_id) WHERE e.kind = 'hand_over' ORDER BY e.recorded_at, 3"
    )


ONCE = [("01", "04", "k0", "r", ["id", "land"])]


def test_the_giver_ends_it_and_then_the_receiver_delivers_it(database: Database, deliver: Deliver) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    assert "hand_over_proposed" not in gives(deliver, GIVES[1:]).notes
    assert events(database) == []
    merged = takes(deliver, [*TAKES, TAKEN])
    assert (merged.notes["hand_over_proposed"], merged.notes["hand_over_undecided"]) == (1, 1)
    assert events(database) == ONCE
    assert gives(deliver, GIVES[1:]).notes["hand_over_undecided"] == 1
    merged = takes(deliver, [*TAKES, TAKEN])
    assert ("hand_over_proposed" in merged.notes, merged.notes["hand_over_undecided"]) == (False, 1)
    assert events(database) == ONCE
    assert reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"]


def test_the_receiver_delivers_it_and_then_the_giver_ends_it(database: Database, deliver: Deliver) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    merged = takes(deliver, [*TAKES, TAKEN])
    assert (merged.notes["id_withheld"], merged.notes["hand_over_proposed"]) == (1, 1)
    assert events(database) == ONCE
    merged = gives(deliver, GIVES[1:])
    assert ("hand_over_proposed" in merged.notes, merged.notes["hand_over_undecided"]) == (False, 1)
    takes(deliver, [*TAKES, TAKEN])
    assert events(database) == ONCE
    assert database.query("SELECT national_id FROM land.parcel WHERE source_key = 'r'") == [(X,)]


def test_in_a_commune_that_comes_for_the_first_time_only_the_end_says_which_way_it_went(
    database: Database, deliver: Deliver
) -> None:
    gives(deliver)
    takes(deliver, [*TAKES, TAKEN])
    assert events(database) == []
    assert gives(deliver, GIVES[1:]).notes["hand_over_proposed"] == 1
    assert events(database) == ONCE


def test_of_two_first_deliveries_the_one_that_ends_it_gave_it(database: Database, deliver: Deliver) -> None:
    takes(deliver, [*TAKES, TAKEN])
    gives(deliver)
    assert events(database) == []
    gives(deliver, GIVES[1:])
    assert events(database) == ONCE


@pytest.mark.parametrize("giver_first", [True, False])
def test_the_same_land_without_an_id_is_enough_once_the_giver_ended_it(
    database: Database, deliver: Deliver, giver_first: bool
) -> None:
    named = replace(TAKEN, national_id=None)
    gives(deliver)
    takes(deliver, TAKES)
    if giver_first:
        gives(deliver, GIVES[1:])
        takes(deliver, [*TAKES, named])
    else:
        takes(deliver, [*TAKES, named])
        assert events(database) == []
        gives(deliver, GIVES[1:])
    assert events(database) == [("01", "04", "k0", "r", ["land"])]


@pytest.mark.parametrize("giver_first", [True, False])
def test_an_id_whose_land_lies_elsewhere_was_given_by_mistake(
    database: Database, deliver: Deliver, giver_first: bool
) -> None:
    elsewhere = replace(TAKEN, x=90)
    gives(deliver)
    takes(deliver, TAKES)
    for turn in (gives, takes) if giver_first else (takes, gives):
        turn(deliver, GIVES[1:] if turn is gives else [*TAKES, elsewhere])
    assert events(database) == []


def test_an_id_is_enough_where_one_side_has_no_geometry(database: Database, deliver: Deliver) -> None:
    bare = replace(TAKEN, refused=("GEO-NULL",), bare=True)
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, bare])
    gives(deliver, GIVES[1:])
    assert events(database) == [("01", "04", "k0", "r", ["id"])]
    assert database.query("SELECT share_of_parent, share_of_child, area_m2 FROM land.lineage_edge") == [
        (0, 0, 0)
    ]


def test_a_parcel_that_was_left_out_for_a_night_is_not_handed_over_again(
    database: Database, deliver: Deliver
) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    for plots in (GIVES[1:], GIVES, GIVES[1:]):
        gives(deliver, plots)
        takes(deliver, [*TAKES, TAKEN])
    assert events(database) == ONCE


def test_what_goes_back_is_an_event_the_other_way(database: Database, deliver: Deliver) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    gives(deliver, GIVES[1:])
    gives(deliver, GIVES)
    takes(deliver, TAKES)
    back = ("04", "01", "r", "k0", ["id", "land"])
    assert events(database) == [*ONCE, back]
    takes(deliver, [*TAKES, TAKEN])
    gives(deliver, GIVES[1:])
    assert events(database) == [*ONCE, back, *ONCE]


def test_a_claim_that_the_receiver_takes_back_hands_nothing_over(
    database: Database, deliver: Deliver
) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    takes(deliver, TAKES)
    assert events(database) == ONCE  # for a person to refuse


def test_what_became_of_a_parcel_at_home_is_no_hand_over(database: Database, deliver: Deliver) -> None:
    """Its key changed while another province has the same land, too."""
    named = replace(TAKEN, national_id=None)
    gives(deliver)
    takes(deliver, [*TAKES, named])
    gives(deliver, [replace(GIVES[0], key="again", national_id=None, number="77"), *GIVES[1:]])
    assert database.query("SELECT kind FROM land.lineage_event") == [("renumber",)]


def test_an_id_that_stays_at_home_under_another_key_hands_nothing_over(
    database: Database, deliver: Deliver
) -> None:
    """Nothing but the id says so: none of them has land."""
    bare = {"refused": ("GEO-NULL",), "bare": True}
    gives(deliver, [replace(GIVES[0], **bare), *GIVES[1:]])
    takes(deliver, [*TAKES, replace(TAKEN, **bare)])
    gives(deliver, [replace(GIVES[0], key="again", number="77", **bare), *GIVES[1:]])
    assert database.query("SELECT source_key FROM land.parcel WHERE national_id = %s", X) == [("again",)]
    assert events(database) == []


@pytest.mark.parametrize("giver_first", [True, False])
def test_change_sets_come_to_the_same_event(database: Database, deliver: Deliver, giver_first: bool) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    sets = [
        ("01", [replace(GIVES[0], action="end", order=2)]),
        ("04", [replace(TAKEN, action="insert", order=2)]),
    ]
    for province, plots in sets if giver_first else sets[::-1]:
        deliver(plots, province=province, kind="changes", order_kind="number", passed=(COMMUNES[0], THERE))
    assert events(database) == ONCE


def test_several_units_on_one_land_are_not_drawn_by_lot(database: Database, deliver: Deliver) -> None:
    units = [replace(GIVES[0], key=f"u{i}", national_id=None, number=f"{70 + i}") for i in range(2)]
    gives(deliver, [*GIVES[1:], *units])
    takes(deliver, TAKES)
    gives(deliver, GIVES[1:])
    takes(deliver, [*TAKES, replace(TAKEN, national_id=None)])
    assert events(database) == []


def test_a_parcel_goes_on_to_a_third_province(database: Database, deliver: Deliver) -> None:
    onward = Plot("m", X, "1", THIRD, x=0)
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    gives(deliver, GIVES[1:])
    takes(deliver, [*TAKES, TAKEN])
    deliver([onward], province="08", complete=(THIRD,))
    takes(deliver, TAKES)
    assert events(database) == [*ONCE, ("04", "08", "r", "m", ["id", "land"])]


def test_both_provinces_see_it_and_a_third_one_does_not(database: Database, deliver: Deliver) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    seen = {}
    for province in ("01", "04", "08"):
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
            cursor.execute(f"SET ROLE province_{province}")
            cursor.execute(
                "SELECT kind, from_province_code, province_code, parent_commune_code, parent_parcel_no, child_commune_code, child_parcel_no, "
                "(SELECT count(*) FROM province.lineage_event), (SELECT count(*) FROM province.parcel_ancestors(v.child_uid)), "
                "(SELECT count(*) FROM province.parcel_descendants(v.parent_uid)) FROM province.parcel_lineage AS v"
            )
            seen[province] = cursor.fetchall()
    story = [("hand_over", "01", "04", COMMUNES[0], "1", THERE, "99", 1, 1, 1)]
    assert seen == {"01": story, "04": story, "08": []}


def test_an_unchanged_delivery_looks_for_nothing(database: Database, deliver: Deliver, monkeypatch) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    asked: list[str] = []
    execute = db.execute

    def listening(connection: db.Connection, name: str, *more: object, **named: object) -> int:
        asked.append(name)
        return execute(connection, name, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(db, "execute", listening)
    gives(deliver)
    assert [name for name in asked if name.startswith("hand_over/")] == ["hand_over/boxes"]
    assert "register/lock" not in asked
