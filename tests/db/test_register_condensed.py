"""A fault of a whole commune is one case: what was a case of each row becomes part of it, quietly, and comes back when it must."""

import uuid

import pytest

from tests.support.database import Database
from tests.support.register import HA_NOI, Fault, Nation
from validators.condensed import CONDENSING, finding_ids

pytestmark = pytest.mark.db
HERE, NEXT, _ = HA_NOI
CODE = "IDN-NATIONAL-MISSING"
ROWS = tuple(Fault(CODE, HERE, (f"r{k}",), severity="warning") for k in range(40))
ELSEWHERE = Fault(CODE, NEXT, ("b1",), severity="warning")
OTHER = Fault("GEO-SPIKE", HERE, ("r1",), severity="warning")
CATALOGUE = {CODE: (False, True), "GEO-SPIKE": (False, True)}
EVERY = {HERE: {f"r{k}": "accept" for k in range(40)}}
WHOLE = Fault(CODE, HERE, severity="warning")


@pytest.fixture
def nation(database: Database) -> Nation:
    return Nation(database.dsn)


def run(nation: Nation, *faults: Fault, **said: object) -> dict[str, int]:
    return nation.run("01", *faults, communes=(HERE,), **({"catalogue": CATALOGUE, "rows": EVERY} | said))


def states(nation: Nation, faults: tuple[Fault, ...]) -> set[str | None]:
    known = nation.states()
    return {known.get(fault.finding_id) for fault in faults}


def events(nation: Nation) -> int:
    return int(nation.query("SELECT count(*) FROM ledger.finding_event")[0][0])


def test_cases_of_rows_become_the_case_of_their_commune_without_an_event_of_each(nation: Nation) -> None:
    run(nation, *ROWS, OTHER)
    nation.run("01", ELSEWHERE, communes=(NEXT,), catalogue=CATALOGUE)
    oldest, before = nation.query("SELECT min(first_seen_at) FROM ledger.finding_case")[0][0], events(nation)

    told = run(nation, WHOLE, OTHER)
    assert (told["open"], told["new"], told["fixed"], told["retired"]) == (2, 0, 0, 0)
    assert states(nation, ROWS) == {"retired"}
    assert states(nation, (WHOLE, OTHER)) == {"open"}
    assert states(nation, (ELSEWHERE,)) == {"new"}  # another commune's
    assert events(nation) == before + 2  # of the commune's case, and of the spike that is open now
    first = nation.query(
        "SELECT first_seen_at FROM ledger.finding_case WHERE finding_id = %s::uuid", WHOLE.finding_id
    )
    assert first == [(oldest,)]
    since = nation.query(
        "SELECT DISTINCT state_run_id IS NOT NULL FROM ledger.finding_case WHERE state = 'retired'"
    )
    assert since == [(True,)]

    for _ in range(3):
        told = run(nation, WHOLE, OTHER)
        assert (told["open"], told["new"], told["returned"], told["retired"]) == (2, 0, 0, 0)
    assert events(nation) == before + 2


def test_when_few_rows_are_left_the_case_is_fixed_and_those_rows_come_back(nation: Nation) -> None:
    run(nation, *ROWS)
    run(nation, WHOLE)
    told = run(nation, *ROWS[:5])
    assert (told["fixed"], told["returned"], told["open"]) == (1, 5, 0)
    assert states(nation, (WHOLE,)) == {"fixed"}
    assert states(nation, ROWS[5:]) == {"retired"}
    told = run(nation)
    assert (told["fixed"], states(nation, ROWS[:5])) == (5, {"fixed"})


def test_a_commune_that_was_never_told_row_by_row_has_a_new_case(nation: Nation) -> None:
    assert run(nation, WHOLE)["new"] == 1
    assert nation.history(WHOLE) == [("new", "found")]


def test_a_part_of_the_commune_makes_its_case_no_smaller_and_settles_nothing(nation: Nation) -> None:
    run(nation, WHOLE)
    nation.query(
        "UPDATE ledger.finding_case SET measure = 5000, detail = '5000 / 5000' WHERE finding_id = %s::uuid",
        WHOLE.finding_id,
    )
    kept = "SELECT measure, detail, state FROM ledger.finding_case WHERE finding_id = %s::uuid"
    run(nation, WHOLE, whole=())
    assert nation.query(kept, WHOLE.finding_id) == [(5000, "5000 / 5000", "open")]
    run(nation, whole=())
    assert nation.query(kept, WHOLE.finding_id) == [(5000, "5000 / 5000", "open")]
    run(nation, WHOLE)
    assert nation.query(kept, WHOLE.finding_id) == [(1.5, None, "open")]


def test_a_case_that_somebody_answers_for_stays_a_case_of_its_row(nation: Nation) -> None:
    run(nation, *ROWS)
    nation.query(
        "WITH e AS (INSERT INTO ledger.finding_exception (finding_id, decision, actor, reason, valid_until, policy, "
        "decided_at) VALUES (%s::uuid, 'accept', 'x', 'y', '2026-12-31', 'test', now()) RETURNING exception_id) "
        "UPDATE ledger.finding_case SET excused_until = '2026-12-31', exception_id = (SELECT exception_id FROM e) "
        "WHERE finding_id = %s::uuid",
        ROWS[0].finding_id,
        ROWS[0].finding_id,
    )
    run(nation, WHOLE, ROWS[0])
    assert states(nation, ROWS[:1]) == {"accepted"}
    assert states(nation, ROWS[1:]) == {"retired"}


def test_a_held_commune_and_a_dry_run_retire_nothing(nation: Nation) -> None:
    run(nation, *ROWS)
    run(nation, WHOLE, live=())
    run(nation, WHOLE, roll_back=True)
    assert states(nation, ROWS) == {"new"}


def test_the_names_of_the_cases_of_communes_are_fixed() -> None:
    """They stand in registers: another name would close and open every one of them."""
    assert CODE in CONDENSING
    space = uuid.UUID("2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52")
    assert finding_ids(HERE)[CODE] == str(uuid.uuid5(space, f"{CODE}|commune|{HERE}"))
