"""Who answers for a finding, why and until when: what is refused, what is kept, who sees it."""

from datetime import date, timedelta

import pytest

from parcels.errors import UsageError
from sync import clock
from sync.known.database import known_to_the_nation
from sync.register import exceptions
from sync.register.listing import Asked, findings_list
from tests.support.database import Database
from tests.support.register import AS_OF, CAO_BANG, HA_NOI, Fault, Nation
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db
HERE, FAR = HA_NOI[0], CAO_BANG[0]
CHECKS = dict.fromkeys(("ATT-AREA", "GEO-INVALID", "BRD-OVERLAP"), (False, True))
AREA = Fault("ATT-AREA", HERE, ("a1",))
INVALID = Fault("GEO-INVALID", HERE, ("a2",), quarantines=True)
BORDER = Fault("BRD-OVERLAP", HERE, ("a1",), FAR, ("c1",), severity="warning")
SOON = clock.today() + timedelta(days=30)


@pytest.fixture
def nation(database: Database) -> Nation:
    nation = Nation(database.dsn)
    nation.run("01", AREA, INVALID, BORDER, catalogue=CHECKS)
    return nation


def accept(nation: Nation, *faults: Fault, reason: str = "Văn bản 12/STNMT", until: date = SOON) -> None:
    exceptions.accept(nation.dsn, [fault.finding_id for fault in faults], "test", reason, until)


def refusal(nation: Nation, *faults: Fault, **said: object) -> str:
    with pytest.raises(UsageError) as refused:
        accept(nation, *faults, **said)  # type: ignore[arg-type]
    return refused.value.code


def excused(nation: Nation, province: str = "01", as_of: date = AS_OF) -> set[str]:
    with known_to_the_nation(nation.dsn, province, as_of) as known:
        return set(known.excused().to_pylist())


def test_an_accepted_finding_is_excused_until_its_day_and_no_longer(nation: Nation) -> None:
    accept(nation, AREA)
    assert nation.states()[AREA.finding_id] == "accepted"
    assert excused(nation, as_of=SOON) == {AREA.finding_id}
    assert excused(nation, as_of=SOON + timedelta(days=1)) == set()
    assert nation.run("01", AREA, catalogue=CHECKS, communes=(HERE,))["accepted"] == 1


def test_both_sides_of_a_border_are_excused_together(nation: Nation) -> None:
    accept(nation, BORDER)
    assert excused(nation, "04") == excused(nation, "01") == {BORDER.finding_id}
    assert excused(nation, "08") == set()


def test_an_exception_taken_back_counts_no_more_and_stays_in_evidence(nation: Nation) -> None:
    accept(nation, AREA)
    exceptions.withdraw(nation.dsn, [AREA.finding_id], "somebody", "Đã đo lại")
    assert excused(nation) == set()
    assert nation.states()[AREA.finding_id] == "new"
    assert nation.query(
        "SELECT decision, actor, valid_until FROM ledger.finding_exception ORDER BY exception_id"
    ) == [
        ("accept", "test", SOON),
        ("withdraw", "somebody", None),
    ]
    with pytest.raises(UsageError, match="FND-NOT-ACCEPTED"):
        exceptions.withdraw(nation.dsn, [AREA.finding_id], "somebody", "Đã đo lại")


def test_a_finding_that_comes_back_after_its_exception_ended_is_returned(nation: Nation) -> None:
    accept(nation, AREA, until=clock.today())
    nation.run("01", catalogue=CHECKS, communes=(HERE,))
    assert nation.states()[AREA.finding_id] == "fixed"
    nation.query(
        "UPDATE ledger.finding_case SET excused_until = current_date - 3 WHERE excused_until IS NOT NULL"
    )
    nation.run("01", AREA, catalogue=CHECKS, communes=(HERE,))
    assert nation.states()[AREA.finding_id] == "returned"


def test_what_quarantines_cannot_be_excused_and_takes_the_whole_call_with_it(nation: Nation) -> None:
    assert refusal(nation, AREA, INVALID) == "FND-QUARANTINES"
    assert nation.query("SELECT count(*) FROM ledger.finding_exception") == [(0,)]
    assert nation.states()[AREA.finding_id] == "new"


def test_a_check_that_begins_to_quarantine_ends_its_exceptions(nation: Nation) -> None:
    accept(nation, AREA)
    stricter = Fault("ATT-AREA", HERE, ("a1",), quarantines=True)
    nation.run("01", stricter, catalogue=CHECKS, communes=(HERE,))
    assert excused(nation) == set()
    assert nation.states()[AREA.finding_id] == "open"


def test_what_is_mended_or_unknown_cannot_be_excused(nation: Nation) -> None:
    nation.run("01", catalogue=CHECKS, communes=(HERE,))
    assert refusal(nation, AREA) == "FND-CLOSED"
    assert refusal(nation, Fault("ATT-AREA", HERE, ("zz",))) == "FND-UNKNOWN"


@pytest.mark.parametrize("days", [-1, 366])
def test_an_exception_ends_within_what_the_policy_allows(nation: Nation, days: int) -> None:
    assert refusal(nation, AREA, until=clock.today() + timedelta(days=days)) == "FND-UNTIL"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("  ", "FND-REASON"),
        ("Ông A, CCCD 001085012345", "FND-PERSONAL"),
        ("CMND 012 345 678", "FND-PERSONAL"),
        ("gọi 0912.345.678", "FND-PERSONAL"),
        ("Công văn 1234/STNMT-ĐĐ ngày 12/06/2026", None),
        ("Hồ sơ 2026-0012, tờ 15 thửa 203", None),
    ],
)
def test_a_reason_is_needed_and_holds_no_personal_number(
    nation: Nation, reason: str, code: str | None
) -> None:
    if code is None:
        accept(nation, AREA, reason=reason)
    else:
        assert refusal(nation, AREA, reason=reason) == code


def test_the_list_shows_a_border_to_both_and_counts_every_state(nation: Nation) -> None:
    accept(nation, AREA)
    listed = findings_list(nation.dsn, Asked(province="04"))
    assert [row["finding_id"] for row in listed["findings"]] == [BORDER.finding_id]
    mine = findings_list(nation.dsn, Asked(commune=HERE))
    assert {row["finding_id"] for row in mine["findings"]} == {INVALID.finding_id, BORDER.finding_id}
    assert (mine["total"], mine["states"]["accepted"], mine["states"]["new"]) == (2, 1, 2)
    only = findings_list(nation.dsn, Asked(province="01", check="att-area", state="accepted"))
    assert [row["finding_id"] for row in only["findings"]] == [AREA.finding_id]
    assert findings_list(nation.dsn, Asked(province="01", limit=1))["total"] == 2
    with pytest.raises(UsageError, match="FND-STATE"):
        findings_list(nation.dsn, Asked(state="mended"))


def add_case(surface: Surface, number: int, province: str, other: str | None = None) -> None:
    surface.add(
        "ledger.finding_case",
        finding_id=f"00000000-0000-5000-8000-{number:012d}",
        check_code="ATT-AREA",
        severity="error",
        quarantines=False,
        province_code=province,
        commune_code="00004",
        handles=["a"],
        other_province_code=other,
        other_commune_code="01273" if other else None,
        other_handles=[],
        state="new",
        state_since="2026-01-01",
        state_run_id="run",
        first_seen_at="2026-01-01",
        first_run_id="run",
        last_seen_at="2026-01-01",
        last_run_id="run",
    )


def test_a_province_sees_its_own_cases_and_those_at_its_borders(surface: Surface) -> None:
    surface.add_run("run")
    add_case(surface, 1, "01")
    add_case(surface, 2, "01", "04")
    seen = {}
    for province in ("01", "04", "08"):
        with surface.acting_as(f"province_{province}"):
            seen[province] = surface.one("SELECT count(*) FROM province.finding_case")
            assert surface.run("SELECT * FROM province.finding_event") == []
            counted = surface.one("SELECT coalesce(sum(findings), 0) FROM province.finding_count")
            assert counted == seen[province]
    assert seen == {"01": 2, "04": 1, "08": 0}
    assert surface.denied("province_01", "SELECT FROM ledger.finding_case")
    assert surface.denied("province_01", "SELECT FROM ledger.finding_exception")
    assert surface.denied("analyst", "SELECT FROM ledger.finding_exception")
    with surface.acting_as("analyst"):
        assert surface.one("SELECT count(*) FROM analyst.finding") == 2
    assert surface.denied("landsync_loader", "DELETE FROM ledger.finding_case")
