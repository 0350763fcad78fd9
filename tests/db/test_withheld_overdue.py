"""Who waits too long for an id is told: by status, by explain, and once by the night."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import psycopg2
import pytest

from parcels import admin_units
from parcels.errors import Disagreement
from sync import db
from sync.report.explain.show_parcel import _withheld
from sync.report.overdue import MANY, overdue, refuse_new, term
from sync.report.status import exit_status, national_status, to_do
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
ELSEWHERE = admin_units.communes("04")[0].code
X = ID.format(0)


def waits(deliver, count: int = 1, x: int = 50, before: bool = True) -> None:
    """Parcels of province 04 wait for ids of province 01; `before`: their commune was known."""
    deliver(village(count))
    stays = Plot("s", None, "90", ELSEWHERE, x=200)
    rows = [Plot(f"n{i}", ID.format(i), str(i + 1), ELSEWHERE, x=x + i) for i in range(count)]
    if before:
        deliver([stays], province="04", complete=(ELSEWHERE,), passed=(ELSEWHERE,))
    deliver([stays, *rows], province="04", complete=(ELSEWHERE,), passed=(ELSEWHERE,))


def since(database: Database, **ago: float) -> None:
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link, link.cursor() as cursor:
        cursor.execute("UPDATE land.withheld_id SET withheld_since = now() - %s", (timedelta(**ago),))


def asks(status: dict[str, object]) -> int:
    """The exit status, but for how the last runs ended."""
    return exit_status({**status, "provinces": []})


def said(database: Database, province: str | None = None) -> list[str]:
    return [
        each.en for each in to_do(national_status(database.dsn, province)) if each.en.startswith("OVERDUE")
    ]


def test_within_the_term_nobody_is_told(database: Database, deliver) -> None:
    waits(deliver)
    since(database, days=term(), minutes=-5)
    status = national_status(database.dsn)
    assert (status["overdue"], asks(status), said(database)) == ([], 0, [])
    assert refuse_new(database.dsn) == 0


def test_after_it_status_says_who_waits_for_whom_and_what_to_do(database: Database, deliver) -> None:
    waits(deliver)
    since(database, days=term() + 3)
    status = national_status(database.dsn)
    [row] = status["overdue"]
    assert (row["parcel"], row["holder"]) == (f"{ELSEWHERE}/1/1", f"{COMMUNES[0]}/1/1")
    assert (row["days"], row["term_days"], asks(status)) == (term() + 3, term(), 3)
    for province in (None, "01", "04"):
        [line] = said(database, province)
        assert f"parcel {ELSEWHERE}/1/1 waits for id {X}" in line
        assert f"parcel {COMMUNES[0]}/1/1 of province 01 holds it" in line
        assert "provinces 04 and 01 compare" in line
    assert said(database, "08") == []


def test_what_passes_between_the_provinces_names_its_event(database: Database, deliver) -> None:
    waits(deliver, x=0)
    since(database, days=term() + 3)
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event WHERE kind = 'hand_over'")
    [line] = said(database)
    assert f"it passed from province 01, which ends parcel {COMMUNES[0]}/1/1" in line
    assert f"landsync lineage show {event}" in line


def test_an_id_that_is_free_is_for_the_receiver_to_fetch(database: Database, deliver) -> None:
    waits(deliver)
    since(database, days=term() + 3)
    deliver([replace(village(1)[0], national_id=None)])
    [line] = said(database)
    assert "the id is free: province 04 delivers the parcel's row again" in line
    deliver([Plot("n0", X, "1", ELSEWHERE, x=50)], province="04", complete=(), passed=(ELSEWHERE,))
    assert said(database) == []


def test_of_many_between_two_provinces_the_first_are_named(database: Database, deliver) -> None:
    waits(deliver, MANY + 2)
    since(database, days=term() + 3)
    lines = [each.en for each in to_do(national_status(database.dsn))]
    assert len([line for line in lines if line.startswith("OVERDUE")]) == MANY
    assert any(line.startswith("Province 04: 2 more parcels wait") for line in lines)


def test_the_night_tells_it_once(database: Database, deliver) -> None:
    waits(deliver)
    since(database, days=term(), hours=2)
    with pytest.raises(Disagreement) as caught:
        refuse_new(database.dsn)
    assert caught.value.code == "ID-OVERDUE"
    assert f"waits for id {X}" in caught.value.message.en
    since(database, days=term() + 1, hours=2)
    assert refuse_new(database.dsn) == 1


def test_explain_says_it_of_both_parcels(database: Database, deliver) -> None:
    waits(deliver)
    uids = [
        uid
        for (uid,) in database.query(
            "SELECT parcel_uid::text FROM land.parcel WHERE source_key IN ('k0', 'n0')"
        )
    ]
    with db.connect(database.dsn) as connection:
        rows = db.fetch(connection, "explain/withheld", {"uids": uids, "provinces": ["01", "04"]})
        assert overdue(connection) == []
    told = {row["waits"]: _withheld(row).en for row in rows}
    assert f"Published without its id {X}" in told[True]
    assert f"parcel {COMMUNES[0]}/1/1 of province 01 holds it" in told[True]
    assert f"Parcel {ELSEWHERE}/1/1 of province 04 waits for this parcel's id {X}" in told[False]


def test_each_province_sees_how_the_other_calls_its_parcel(database: Database, deliver) -> None:
    waits(deliver)
    for province, other in (("01", ELSEWHERE), ("04", COMMUNES[0])):
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
            cursor.execute(f"SET ROLE province_{province}")
            cursor.execute(
                "SELECT withheld_since IS NOT NULL, other_commune_code, other_sheet_no, other_parcel_no FROM province.withheld_id"
            )
            assert cursor.fetchall() == [(True, other, "1", "1")]
