"""Numbers for the time being (15A, 15-1, tạm 3) never take a permanent name to other land, and lose no parcel."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import shapely
import shapely.affinity

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import AS_OF, COMMUNES, Plot, square
from tests.support.village import deliver
from validators.identity_rules import IdentityRules
from validators.policy import policy_at

__all__ = ["deliver"]
values = IdentityRules.values

pytestmark = pytest.mark.db
HERE = COMMUNES[0]
FORMS = ["15A", "15a", "12A1", "15-1", "15/1", "tạm 3", "TẠM", "tam3", "15 (tạm)"]
FINAL = ["15", "150000", "A15", "T3", "1.5", "Tam Đảo", ""]


def drawn(count: int) -> list[Plot]:
    """A village known by its numbers alone, as drawings are."""
    return [Plot(None, None, str(100 + i), x=i) for i in range(count)]


def with_temporary(number: str = "15A", count: int = 40) -> list[Plot]:
    plots = drawn(count)
    return [replace(plots[0], number=number), *plots[1:]]


def uid_at(database: Database) -> dict[int, str]:
    """Which parcel is live at each place."""
    return {
        round((west - 105.8) / 0.0002): uid
        for west, uid in database.query("SELECT ST_XMin(geom), parcel_uid::text FROM land.parcel")
    }


def names_other_land(database: Database) -> int:
    return database.query(
        "SELECT count(*) FROM land.parcel AS p JOIN land.parcel_version AS v ON v.parcel_uid = p.parcel_uid "
        "WHERE NOT ST_Intersects(p.geom, v.geom)"
    )[0][0]


@pytest.mark.parametrize("number", FORMS)
def test_now_tomorrow_and_for_another_parcel_next_month(database, deliver, number) -> None:
    plots = with_temporary(number)
    deliver(plots)
    first = uid_at(database)
    final = [replace(plots[0], number="20"), *plots[1:]]
    deliver(final)
    assert uid_at(database) == first, "the final number is the same parcel's"
    merged = deliver([*final, replace(plots[0], x=60)])
    assert (merged.contradicted, totals(merged.lines)["new"]) == ({}, 1)
    after = uid_at(database)
    assert after.pop(60) not in first.values()
    assert (after, names_other_land(database)) == (first, 0)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


@pytest.mark.parametrize("complete", [True, False])
def test_all_of_it_in_one_delivery(database, deliver, complete) -> None:
    plots = with_temporary()
    deliver(plots)
    first = uid_at(database)
    rows = [replace(plots[0], number="20"), *plots[1:], replace(plots[0], x=60)]
    merged = deliver(rows, complete=(HERE,) if complete else ())
    assert (merged.contradicted, totals(merged.lines)["held"], merged.quarantined) == ({}, 0, [])
    after = uid_at(database)
    assert after.pop(60) not in first.values()
    assert (after, names_other_land(database)) == (first, 0)


def test_two_that_exchanged_their_temporary_numbers_stay_where_they_are(database, deliver) -> None:
    plots = with_temporary()
    plots[1] = replace(plots[1], number="15B")
    deliver(plots)
    first = uid_at(database)
    merged = deliver([replace(plots[0], number="15B"), replace(plots[1], number="15A"), *plots[2:]])
    assert (merged.contradicted, uid_at(database)) == ({}, first)


def test_what_comes_late_gives_no_number_to_what_is_known_by_later_data(database, deliver) -> None:
    plots = with_temporary()
    now = datetime.now(UTC)
    deliver(plots, complete=(), at=now - timedelta(days=1))
    deliver([replace(plots[0], number="20")], complete=(), at=now - timedelta(days=2))
    assert database.query("SELECT count(*) FROM land.parcel WHERE parcel_no = '15A'") == [(1,)]


def test_where_the_other_parcel_keeps_its_number_the_row_is_refused(database, deliver) -> None:
    """Nothing says that the parcel is gone: the delivery is not of all its commune."""
    plots = with_temporary()
    deliver(plots)
    first = uid_at(database)
    merged = deliver([*plots[1:], replace(plots[0], x=60)], complete=())
    assert [row["merge_code"] for row in merged.quarantined] == ["IDN-CONFLICT"]
    assert uid_at(database) == first


def test_a_registered_number_of_the_same_form_is_lost_to_nobody(database, deliver) -> None:
    """Delivered again, with other attributes, with a corrected boundary, moved by a new survey: the same parcel."""
    plots = [
        replace(plot, number=f"15{letter}")
        for plot, letter in zip(drawn(20), "ABCDEGHIKLMNOPQRSTUV", strict=True)
    ]
    deliver(plots)
    first = uid_at(database)
    assert totals(deliver(plots).lines)["unchanged"] == 20
    deliver([replace(plots[0], land_use="CLN"), *plots[1:]])
    deliver([replace(plots[0], shape=shapely.affinity.translate(square(0), 0.00005)), *plots[1:]])
    assert set(uid_at(database).values()) == set(first.values())
    merged = deliver([replace(plot, x=plot.x + 40) for plot in plots], passed=[HERE], approved=[HERE])
    assert merged.contradicted == {}
    assert set(uid_at(database).values()) == set(first.values())


@pytest.mark.parametrize("handle", ["key", "national_id"])
def test_a_parcel_with_another_handle_is_contradicted_as_ever(database, deliver, handle) -> None:
    plots = with_temporary()
    plots[0] = replace(plots[0], **{handle: "w7er83vw1811" if handle == "national_id" else "k0"})
    deliver(plots)
    merged = deliver([replace(plots[0], x=60), *plots[1:]])
    assert merged.contradicted[HERE].apart == 1
    deliver([replace(plots[0], number="20"), *plots[1:]])
    assert len(uid_at(database)) == 40


@pytest.mark.parametrize("key", [None, "k0"])
def test_a_road_is_known_by_its_handle_but_not_by_a_temporary_number(database, deliver, key) -> None:
    plots = with_temporary()
    plots[0] = replace(plots[0], land_use="DGT", key=key)
    deliver(plots)
    first = uid_at(database)
    merged = deliver([replace(plots[0], x=39), *plots[1:39]])
    assert merged.contradicted == {}
    assert (first[0] in uid_at(database).values()) == (key is not None)


def test_a_final_number_waits_as_ever(database, deliver) -> None:
    plots = drawn(40)
    deliver(plots)
    assert deliver([replace(plots[0], x=60), *plots[1:]]).contradicted[HERE].apart == 1


def test_what_was_live_before_the_rule_is_neither_ended_nor_doubled(database, deliver, monkeypatch) -> None:
    plots = [replace(plot, number=number) for plot, number in zip(drawn(len(FORMS)), FORMS, strict=True)]
    plots += [replace(plot, number=f"3{i}b", key=f"k{i}", x=20 + i) for i, plot in enumerate(drawn(3))]
    with monkeypatch.context() as before:
        before.setattr(IdentityRules, "values", lambda self: values(self) | {"temporary": "^(?!)$"})
        deliver(plots)
    first = uid_at(database)
    merged = deliver([replace(plot, land_use="CLN") for plot in plots], passed=[HERE], approved=[HERE])
    line = totals(merged.lines)
    assert (line["new"], line["ended"], line["changed"]) == (0, 0, len(plots))
    assert uid_at(database) == first
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_which_numbers_are_temporary_is_the_same_in_the_database_and_here(database) -> None:
    form = str(policy_at(AS_OF).identity.values()["temporary"])
    for number in (*FORMS, *FINAL):
        here = re.search(form, number) is not None
        assert database.query("SELECT %s ~ %s", number, form) == [(here,)]
        assert here == (number in FORMS), number
    none = str(IdentityRules().values()["temporary"])
    assert database.query("SELECT '' ~ %s OR '15A' ~ %s", none, none) == [(False,)]
