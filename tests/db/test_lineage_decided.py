"""Events of land are confirmed or refused by a further row: by whom the policy says, on a document, all of a call or none."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import psycopg2
import pytest

from parcels.errors import UsageError
from sync import clock, db
from sync.deciding import events as module
from sync.deciding.events import AskedEvents, Decision, decide, event_case, events_list
from sync.report.explain.show_parcel import _event
from tests.support.database import Database
from tests.support.deciding import as_decider
from tests.support.fabric import consolidate, fabric, merge, next_round, nothing, plots, rename, split, strip
from tests.support.judged import COMMUNES
from tests.support.village import deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
TOMORROW = "tomorrow"  # of the day on which a test runs, not of that on which all were collected
HERE = COMMUNES[0]
PASSED = {"passed": (HERE,)}
PAPER = "45/QĐ-UBND, 05/03/2026"


@pytest.fixture
def proposed(database: Database, deliver) -> dict[str, str]:
    """A split, a merger, a strip, a consolidation and a new number, by kind."""
    rng = Random(5)
    land = fabric(rng, 6)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split, merge, strip, consolidate, rename, nothing], "p")
    assert len(after.events) == 5
    deliver(plots(rng, after), **PASSED)
    return dict(database.query("SELECT kind, event_id::text FROM land.lineage_event"))


def confirm(actor: str = "cli:one", **more: object) -> Decision:
    return Decision(**{"state": "confirmed", "actor": actor, "reason": "the file", "document": PAPER, **more})  # type: ignore[arg-type]


def refuse(actor: str = "cli:one", **more: object) -> Decision:
    return Decision(**{"state": "refused", "actor": actor, "reason": "wrong", **more})  # type: ignore[arg-type]


def refused_with(code: str, database: Database, ids: list[str], said: Decision) -> UsageError:
    with pytest.raises(UsageError) as caught:
        decide(database.dsn, ids, said)
    assert caught.value.code == code, caught.value
    return caught.value


def rows(database: Database) -> int:
    return int(database.query("SELECT count(*) FROM land.lineage_event WHERE decides IS NOT NULL")[0][0])


def test_a_confirmed_event_has_its_document_its_day_and_who_said_so(database: Database, proposed) -> None:
    told = decide(database.dsn, [proposed["split"]], confirm(legal_date=date(2026, 3, 5)))
    assert (told["roles"], told["deciders_named"]) == (["unnamed"], False)
    case = event_case(database.dsn, proposed["split"])
    assert (case["state"], case["document"], case["legal_date"]) == ("confirmed", PAPER, date(2026, 3, 5))
    [decision] = case["decisions"]
    assert {name: decision[name] for name in ("decided_by", "role", "db_login", "reason")} == {
        "decided_by": "cli:one",
        "role": "unnamed",
        "db_login": "landsync_loader",
        "reason": "the file",
    }
    assert sum(float(edge["share_of_parent"]) for edge in case["edges"]) == pytest.approx(1, abs=1e-3)
    seen = database.query(
        "SELECT DISTINCT state, legal_date FROM analyst.parcel_lineage WHERE kind = 'split'"
    )
    assert seen == [("confirmed", date(2026, 3, 5))]


def test_the_list_asks_for_what_nobody_has_decided(database: Database, proposed) -> None:
    assert events_list(database.dsn, AskedEvents("01"))["total"] == len(proposed) == 5
    decide(database.dsn, [proposed["merge"]], refuse())
    found = events_list(database.dsn, AskedEvents("01", HERE))
    assert (found["total"], found["states"]["refused"]) == (4, 1)
    assert proposed["merge"] not in {event["event_id"] for event in found["events"]}
    [event] = events_list(database.dsn, AskedEvents(state="refused"))["events"]
    assert (event["kind"], len(event["children"])) == ("merge", 1)
    assert events_list(database.dsn, AskedEvents("08"))["total"] == 0
    assert len(events_list(database.dsn, AskedEvents(limit=2))["events"]) == 2
    with pytest.raises(UsageError) as caught:
        events_list(database.dsn, AskedEvents(state="lost"))
    assert caught.value.code == "LIN-STATE"


def test_all_events_of_a_call_are_decided_or_none(database: Database, proposed) -> None:
    decide(database.dsn, [proposed["merge"]], refuse())
    everything = list(proposed.values())
    told = refused_with("LIN-DECIDED", database, everything, confirm())
    assert "cli:one" in told.message.en
    assert rows(database) == 1
    refused_with(
        "LIN-UNKNOWN", database, [proposed["split"], "0" * 8 + "-0000-4000-8000-" + "0" * 12], confirm()
    )
    assert rows(database) == 1
    decide(database.dsn, [proposed["split"], proposed["split"].upper(), proposed["correction"]], confirm())
    assert rows(database) == 3


def test_what_is_decided_stays_so_unless_it_is_decided_anew(database: Database, proposed) -> None:
    one = [proposed["split"]]
    decide(database.dsn, one, refuse())
    refused_with("LIN-DECIDED", database, one, refuse())
    refused_with("LIN-DECIDED", database, one, refuse(again=True))
    decide(database.dsn, one, confirm(again=True, actor="cli:two"))
    case = event_case(database.dsn, one[0])
    assert case["state"] == "confirmed"
    assert [(d["decision_no"], d["state"], d["decided_by"]) for d in case["decisions"]] == [
        (1, "refused", "cli:one"),
        (2, "confirmed", "cli:two"),
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("LIN-REASON", {"reason": "  "}),
        ("LIN-PERSONAL", {"reason": "anh 001 099 123 456 nói"}),
        ("LIN-PERSONAL", {"document": "số 001099123456"}),
        ("LIN-DOCUMENT", {"document": None}),
        ("LIN-DOCUMENT-NUMBER", {"document": "quyết định"}),
        ("LIN-DOCUMENT-NUMBER", {"document": ""}),
        ("LIN-DATE", {"legal_date": date(1899, 12, 31)}),
        ("LIN-DATE", {"legal_date": TOMORROW}),
    ],
)
def test_what_cannot_be_kept_for_good_is_not_said(database: Database, proposed, code: str, said) -> None:
    if said.get("legal_date") == TOMORROW:
        said = said | {"legal_date": clock.today() + timedelta(days=1)}
    refused_with(code, database, [proposed["split"]], confirm(**said))
    assert rows(database) == 0


@pytest.mark.parametrize("wrong", ["", "x", "2b0d0c6e", "' OR true --"])
def test_an_id_is_an_id(database: Database, wrong: str) -> None:
    refused_with("LIN-ID", database, [wrong], confirm())


def test_a_technical_reading_needs_no_document(database: Database, proposed) -> None:
    decide(database.dsn, [proposed["renumber"]], confirm(document=None))
    refused_with("LIN-DOCUMENT", database, [proposed["reallocation"]], confirm(document=None))
    decide(database.dsn, [proposed["reallocation"]], refuse())


def test_the_office_decides_events_of_land_and_the_centre_technical_readings(
    database: Database, proposed
) -> None:
    as_decider(database, "cli:office", "office", "01")
    as_decider(database, "cli:other", "office", "08")
    as_decider(database, "cli:centre", "centre")
    land, technical = [proposed["split"]], [proposed["renumber"]]
    for actor in ("cli:centre", "cli:other", "cli:nobody"):
        refused_with("DECIDER-RIGHT", database, land, confirm(actor))
        refused_with("DECIDER-RIGHT", database, land, refuse(actor))
    for actor in ("cli:office", "cli:other", "cli:nobody"):
        refused_with("DECIDER-RIGHT", database, technical, confirm(actor))
    refused_with("DECIDER-RIGHT", database, [*land, *technical], confirm("cli:office"))
    assert rows(database) == 0
    assert decide(database.dsn, land, confirm("cli:office"))["roles"] == ["office"]
    assert decide(database.dsn, technical, confirm("cli:centre", document=None))["roles"] == ["centre"]


def test_one_person_of_both_roles_decides_each_by_its_own(database: Database, proposed) -> None:
    as_decider(database, "cli:both", "office", "01")
    as_decider(database, "cli:both", "centre")
    decide(database.dsn, [proposed["split"], proposed["renumber"]], confirm("cli:both"))
    assert set(database.query("SELECT kind, role FROM land.lineage_event WHERE decides IS NOT NULL")) == {
        ("split", "office"),
        ("renumber", "centre"),
    }


def test_of_two_who_decide_at_once_one_is_told_so(database: Database, proposed, monkeypatch) -> None:
    """Both have looked and seen nothing decided: only one row is the first decision."""
    seen, outcomes = threading.Barrier(2), []
    looked = module._refuse_decided

    def look(*arguments: object) -> None:
        looked(*arguments)  # type: ignore[arg-type]
        seen.wait(30)

    monkeypatch.setattr(module, "_refuse_decided", look)

    def run(said: Decision) -> None:
        try:
            decide(database.dsn, [proposed["split"], proposed["merge"]], said)
            outcomes.append("done")
        except UsageError as error:
            outcomes.append(error.code)

    both = [threading.Thread(target=run, args=(said,)) for said in (confirm("cli:a"), refuse("cli:b"))]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert sorted(outcomes) == ["LIN-AT-ONCE", "done"]
    assert rows(database) == 2


def test_what_an_approval_let_pass_is_not_decided_again(database: Database, deliver) -> None:
    plots_now = village(20)
    deliver(plots_now)
    deliver([replace(plots_now[0], x=500), *plots_now[1:]], moved=(HERE,))
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event")
    for said in (refuse(), refuse(again=True), confirm(again=True)):
        assert "approval" in refused_with("LIN-DECIDED", database, [event], said).hint.en


def test_a_decision_is_no_event_and_is_not_changed(database: Database, proposed) -> None:
    decide(database.dsn, [proposed["split"]], confirm())
    [(decision,)] = database.query("SELECT event_id::text FROM land.lineage_event WHERE decides IS NOT NULL")
    refused_with("LIN-UNKNOWN", database, [decision], refuse())
    for statement in ("UPDATE land.lineage_event SET reason = 'x'", "DELETE FROM land.lineage_event"):
        for role in ("landsync_loader", "landsync_owner"):
            with database.connect(role) as link, link.cursor() as cursor, pytest.raises(psycopg2.Error):
                cursor.execute(statement)


def test_explain_tells_the_decision(database: Database, proposed) -> None:
    decide(database.dsn, [proposed["split"]], confirm(legal_date=date(2026, 3, 5)))
    parents = database.query(
        "SELECT DISTINCT parent_uid::text FROM land.lineage_edge WHERE event_id = %s", proposed["split"]
    )
    with db.connect(database.dsn) as connection:
        told = db.fetch(connection, "explain/lineage", {"uids": [uid for (uid,) in parents]})
    said = [_event(row).en for row in told if row["event_id"] == proposed["split"]]
    assert said
    assert all(
        f"confirmed, recorded {clock.today():%d/%m/%Y}; by cli:one, document {PAPER}, in force from 05/03/2026"
        in line
        for line in said
    )


def test_random_decisions_leave_what_a_plain_book_would(database: Database, proposed) -> None:
    """Whoever, whatever, in whatever order: an event is as its last decision that was let in says."""
    as_decider(database, "cli:office", "office", "01")
    as_decider(database, "cli:centre", "centre")
    technical = {"renumber"}
    for seed in range(6):
        rng = Random(seed)
        book = {kind: event_case(database.dsn, event)["state"] for kind, event in proposed.items()}
        for _ in range(12):
            kinds = rng.sample(sorted(proposed), rng.randint(1, 3))
            state = rng.choice(("confirmed", "refused"))
            actor, again, paper = (
                rng.choice(("cli:office", "cli:centre")),
                rng.random() < 0.7,
                rng.random() < 0.7,
            )
            allowed = all(
                (actor == "cli:centre") == (kind in technical)
                and (paper or state == "refused" or kind in technical)
                and (book[kind] == "proposed" or (again and book[kind] != state))
                for kind in kinds
            )
            said = Decision(state, actor, "so", PAPER if paper else None, None, again)  # type: ignore[arg-type]
            try:
                decide(database.dsn, [proposed[kind] for kind in kinds], said)
                done = True
            except UsageError:
                done = False
            assert done == allowed, (kinds, said)
            if done:
                book |= dict.fromkeys(kinds, state)
            assert book == dict(database.query("SELECT kind, state FROM analyst.lineage_event"))
