"""A hand-over between two provinces is the centre's to decide, on a document; its legal date bounds the giver's parcel."""

from contextlib import closing
from dataclasses import replace
from datetime import date

import psycopg2
import pytest

from parcels.errors import UsageError
from sync.deciding.events import AskedEvents, Decision, decide, event_case, events_list
from sync.deciding.told import event_lines
from tests.db.test_hand_over import GIVES, ONCE, TAKEN, TAKES, events, gives, takes
from tests.support.database import Database
from tests.support.deciding import as_decider
from tests.support.village import deliver

__all__ = ["deliver"]

pytestmark = pytest.mark.db
PAPER = "9/NQ-QH, 05/03/2026"
LAW = date(2026, 3, 5)
BEGAN = date(2020, 1, 1)
ACTOR = "cli:one"


@pytest.fixture
def passed(database: Database, deliver) -> str:
    """The parcel passed, its users having changed there since the legal date; the event's id."""
    first = [replace(GIVES[0], valid_from=BEGAN), *GIVES[1:]]
    gives(deliver, first, valid_from_means="state")
    takes(deliver, TAKES)
    gives(deliver, [replace(first[0], user="Người Sau"), *GIVES[1:]], valid_from_means="state")
    gives(deliver, GIVES[1:])
    takes(deliver, [*TAKES, TAKEN])
    assert events(database) == ONCE
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event")
    return str(event)


def confirm(actor: str = ACTOR, **more: object) -> Decision:
    return Decision(**{"state": "confirmed", "actor": actor, "reason": "so", "document": PAPER, **more})  # type: ignore[arg-type]


def refused_with(code: str, database: Database, event: str, said: Decision) -> None:
    with pytest.raises(UsageError) as caught:
        decide(database.dsn, [event], said)
    assert caught.value.code == code, caught.value


def test_neither_office_decides_it_and_the_centre_does_on_a_document(database: Database, passed: str) -> None:
    as_decider(database, "cli:giver", "office", "01")
    as_decider(database, "cli:receiver", "office", "04")
    as_decider(database, "cli:centre", "centre")
    for actor in ("cli:giver", "cli:receiver"):
        refused_with("DECIDER-RIGHT", database, passed, confirm(actor))
        refused_with("DECIDER-RIGHT", database, passed, Decision("refused", actor, "no"))
    refused_with("LIN-DOCUMENT", database, passed, confirm("cli:centre", document=None))
    assert decide(database.dsn, [passed], confirm("cli:centre"))["roles"] == ["centre"]
    assert event_case(database.dsn, passed)["state"] == "confirmed"


def test_both_provinces_find_it_in_the_list_and_it_says_between_which(
    database: Database, passed: str
) -> None:
    for province, found in ((None, 1), ("01", 1), ("04", 1), ("08", 0)):
        told = events_list(database.dsn, AskedEvents(province))
        assert (len(told["events"]), told["total"], told["states"]["proposed"]) == (found, found, found)
    lines = [line.en for line in event_lines(event_case(database.dsn, passed))]
    assert "handed over between provinces, proposed; province 01 → 04" in lines[0]
    assert "100.0% of the one before, 100.0% of the one after" in lines[2]


def test_its_legal_date_ends_the_giver_s_parcel_and_no_other(database: Database, passed: str) -> None:
    def live_on(day: str) -> list[str]:
        rows = database.query(
            "SELECT source_key FROM analyst.parcel_as_of(%s::date) WHERE source_key IN ('k0', 'r') AND state_known",
            day,
        )
        return sorted(key for (key,) in rows)

    assert [live_on(day) for day in ("2026-03-04", "2026-03-06")] == [["k0"], ["k0"]]
    refused_with("LIN-DATE-PARCEL", database, passed, confirm(legal_date=date(2019, 12, 31)))
    told = decide(database.dsn, [passed], confirm(legal_date=LAW))
    assert live_on("2026-03-04") == ["k0"]
    assert live_on("2026-03-06") == []
    assert {row["record"] for row in told["meanwhile"]} == {"land_right", "land_user"}


def test_what_was_registered_meanwhile_the_giver_sees_and_the_receiver_does_not(
    database: Database, passed: str
) -> None:
    decide(database.dsn, [passed], confirm(legal_date=LAW))
    seen = {}
    for province in ("01", "04"):
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
            cursor.execute(f"SET ROLE province_{province}")
            cursor.execute("SELECT count(*) FROM province.lineage_meanwhile")
            seen[province] = cursor.fetchone()
    assert seen == {"01": (1,), "04": (0,)}


def test_what_was_refused_is_not_proposed_again(database: Database, deliver) -> None:
    gives(deliver)
    takes(deliver, TAKES)
    takes(deliver, [*TAKES, TAKEN])
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event")
    decide(database.dsn, [str(event)], Decision("refused", ACTOR, "it was a mistake"))
    assert "hand_over_undecided" not in gives(deliver, GIVES[1:]).notes
    takes(deliver, [*TAKES, TAKEN])
    assert events(database) == ONCE
