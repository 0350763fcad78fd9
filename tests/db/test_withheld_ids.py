"""An id that a parcel of another province holds is withheld, not the land."""

from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from parcels import admin_units
from sync.care.reconcile import reconcile
from sync.report.status import national_status, to_do
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
ELSEWHERE = admin_units.communes("04")[0].code
X, Y = ID.format(0), "w7er83zzz00y"


def theirs(*ids: str | None) -> list[Plot]:
    return [Plot(f"n{i}", each, str(i + 1), ELSEWHERE, x=50 + i) for i, each in enumerate(ids)]


def published(database: Database) -> dict[str, str | None]:
    return dict(database.query("SELECT source_key, national_id FROM land.parcel"))


def withheld(database: Database) -> list[tuple[str, str]]:
    return database.query(
        "SELECT p.source_key, w.national_id FROM land.withheld_id AS w JOIN land.parcel AS p USING (province_code, parcel_uid) ORDER BY 1"
    )


def holders(database: Database) -> dict[str, str]:
    return dict(
        database.query(
            "SELECT c.national_id, p.source_key FROM land.national_id_claim AS c JOIN land.parcel AS p USING (parcel_uid)"
        )
    )


def test_the_land_is_published_without_the_id_and_gets_it_once_it_is_free(database, deliver) -> None:
    deliver(village(2))
    merged = deliver(theirs(X, Y), province="04", complete=(ELSEWHERE,))
    assert (merged.quarantined, merged.notes["id_withheld"]) == ([], 1)
    assert (published(database)["n0"], withheld(database)) == (None, [("n0", X)])
    assert reconcile(["04"], "test", dsn=database.dsn)["agrees"]
    uids = database.query("SELECT parcel_uid FROM land.parcel WHERE source_key = 'n0'")
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    merged = deliver(theirs(X, Y), province="04", complete=(ELSEWHERE,))
    assert "id_withheld" not in merged.notes
    assert (published(database)["n0"], withheld(database)) == (X, [])
    assert holders(database)[X] == "n0"
    assert database.query("SELECT parcel_uid FROM land.parcel WHERE source_key = 'n0'") == uids
    assert reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"]


def test_the_same_again_is_no_change(database, deliver) -> None:
    deliver(village(2))
    deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    since = database.query("SELECT withheld_since FROM land.withheld_id")
    merged = deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    assert {line["commune_code"]: line["unchanged"] for line in merged.lines} == {ELSEWHERE: 1}
    assert database.query("SELECT withheld_since FROM land.withheld_id") == since


def test_two_provinces_exchange_ids(database, deliver) -> None:
    deliver(village(2))
    deliver(theirs(Y), province="04", complete=(ELSEWHERE,))
    ours = [replace(village(2)[0], national_id=Y), village(2)[1]]
    deliver(ours)
    assert withheld(database) == [("k0", Y)]
    deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    assert (withheld(database), published(database)["n0"]) == ([("k0", Y)], X)
    deliver(ours)
    assert (withheld(database), published(database)) == ([], {"k0": Y, "k1": ID.format(1), "n0": X})
    assert holders(database) == {Y: "k0", ID.format(1): "k1", X: "n0"}
    assert reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"]


def test_without_key_and_number_the_withheld_id_still_says_which_parcel_it_is(database, deliver) -> None:
    deliver(village(1))
    nameless = [Plot(None, X, None, ELSEWHERE, x=50), Plot(None, Y, None, ELSEWHERE, x=51)]
    deliver(nameless, province="04", complete=(ELSEWHERE,))
    uids = database.query("SELECT parcel_uid FROM land.parcel WHERE province_code = '04' ORDER BY 1")
    merged = deliver(nameless[::-1], province="04", complete=(ELSEWHERE,))
    assert {line["unchanged"] for line in merged.lines} == {2}
    assert database.query("SELECT parcel_uid FROM land.parcel WHERE province_code = '04' ORDER BY 1") == uids


def test_of_two_rows_of_a_province_only_one_may_wait_for_an_id(database, deliver) -> None:
    deliver(village(1))
    deliver(theirs(X, Y), province="04", complete=(ELSEWHERE,))
    late = theirs(X, Y)[0]
    merged = deliver(
        [late, replace(theirs(X, X)[1], refused=("GEO-NULL",))], province="04", complete=(ELSEWHERE,)
    )
    assert merged.quarantined == []
    passed_on = [replace(late, national_id=None), replace(theirs(X, X)[1])]
    assert deliver(passed_on, province="04", complete=(ELSEWHERE,)).quarantined == []
    assert withheld(database) == [("n1", X)]
    nobody = [replace(each, national_id=None) for each in passed_on]
    deliver(nobody, province="04", complete=(ELSEWHERE,))
    assert withheld(database) == []


def test_a_parcel_that_ends_waits_for_nothing(database, deliver) -> None:
    deliver(village(1))
    many = theirs(X, *(f"w7er83zzz{i:02d}y" for i in range(9)))
    deliver(many, province="04", complete=(ELSEWHERE,))
    assert withheld(database) == [("n0", X)]
    deliver(many[1:], province="04", complete=(ELSEWHERE,))
    assert (withheld(database), holders(database)[X]) == ([], "k0")


def test_a_province_takes_no_id_that_another_one_has(database, deliver) -> None:
    deliver(village(10))
    deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    deliver(theirs(None), province="04", complete=(ELSEWHERE,))
    assert (holders(database)[X], published(database)["k0"]) == ("k0", X)
    deliver(village(10)[1:])
    assert X not in holders(database)


def test_status_says_who_waits_for_whom(database, deliver) -> None:
    deliver(village(2))
    deliver(theirs(X, Y), province="04", complete=(ELSEWHERE,))
    for asked in (None, "01", "04"):
        (said,) = (s for s in to_do(national_status(database.dsn, asked)) if "không kèm mã" in s.vi)
        assert "Province 04: 1 parcels" in said.en
        assert "province 01 holds" in said.en
    assert not any("không kèm mã" in s.vi for s in to_do(national_status(database.dsn, "08")))
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    assert any("are free" in s.en for s in to_do(national_status(database.dsn)))


def test_each_of_the_two_provinces_sees_its_own_parcel(database, deliver) -> None:
    deliver(village(2))
    deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    for province, commune in (("01", COMMUNES[0]), ("04", ELSEWHERE)):
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
            cursor.execute(f"SET ROLE province_{province}")
            cursor.execute(
                "SELECT national_id, province_code, holder_province_code, commune_code FROM province.withheld_id"
            )
            assert cursor.fetchall() == [(X, "04", "01", commune)]


def test_a_parcel_without_geometry_waits_for_its_id_as_any_other(database, deliver) -> None:
    deliver(village(2))
    bare = replace(theirs(X)[0], refused=("GEO-NULL",), bare=True)
    merged = deliver([bare, *theirs(None, Y)[1:]], province="04", complete=(ELSEWHERE,))
    assert (merged.quarantined, merged.notes["id_withheld"], withheld(database)) == ([], 1, [("n0", X)])
    assert reconcile(["04"], "test", dsn=database.dsn)["agrees"]
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    deliver(theirs(X, Y), province="04", complete=(ELSEWHERE,))
    assert (withheld(database), holders(database)[X]) == ([], "n0")
    assert reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"]


def test_of_two_provinces_that_wait_the_next_to_deliver_has_the_id_and_the_other_waits_for_that_one(
    database, deliver
) -> None:
    third = admin_units.communes("08")[0].code
    others = [Plot("m0", X, "1", third, x=80)]
    deliver(village(2))
    deliver(theirs(X), province="04", complete=(ELSEWHERE,))
    deliver(others, province="08", complete=(third,))
    assert withheld(database) == [("m0", X), ("n0", X)]
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    deliver(others, province="08", complete=(third,))
    assert deliver(theirs(X), province="04", complete=(ELSEWHERE,)).notes["id_withheld"] == 1
    assert (holders(database)[X], withheld(database)) == ("m0", [("n0", X)])
    assert reconcile(["01", "04", "08"], "test", dsn=database.dsn)["agrees"]


def test_what_waits_for_a_person_takes_the_id_as_it_is_when_it_is_let_pass(database, deliver) -> None:
    """Free when it was judged, another province's when it is approved; and the other way round."""
    taken = theirs(X)
    deliver(taken, province="04", complete=(ELSEWHERE,), held=(ELSEWHERE,))
    deliver(village(2))
    deliver(taken, province="04", complete=(ELSEWHERE,), approved=(ELSEWHERE,))
    assert (holders(database)[X], withheld(database)) == ("k0", [("n0", X)])
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    deliver(taken, province="04", complete=(ELSEWHERE,), approved=(ELSEWHERE,))
    assert (holders(database)[X], withheld(database)) == ("n0", [])
