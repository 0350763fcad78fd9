"""What becomes of a finding over runs: only what was really looked at, and went live, changes its state."""

from datetime import UTC, datetime

import pytest

from sync.register import Looked
from tests.support.database import Database
from tests.support.register import AS_OF, CAO_BANG, HA_NOI, Delivered, Fault, Nation
from validators.catalogue import BY_CODE

pytestmark = pytest.mark.db
HERE, NEXT, THIRD = HA_NOI
FAR = CAO_BANG[0]
SPIKE = Fault("GEO-SPIKE", HERE, ("a1",), severity="warning")
INVALID = Fault("GEO-INVALID", HERE, ("a2",), quarantines=True)
PAIR = Fault("TOP-OVERLAP", HERE, ("a1", "a3"))
SEAM = Fault("BRD-OVERLAP", HERE, ("a1",), NEXT, ("b1",), severity="warning")
BORDER = Fault("BRD-OVERLAP", HERE, ("a1",), FAR, ("c1",), severity="warning")
CHECKS = dict.fromkeys(("GEO-SPIKE", "GEO-INVALID", "TOP-OVERLAP", "BRD-OVERLAP", "CHG-TEST"), (False, True))
CHECKS["CHG-TEST"] = (True, True)


@pytest.fixture
def nation(database: Database) -> Nation:
    return Nation(database.dsn)


def run(
    nation: Nation, *faults: Fault, communes: tuple[str, ...] = (HERE,), province: str = "01", **said: object
):  # type: ignore[no-untyped-def]
    return nation.run(province, *faults, communes=communes, **({"catalogue": CHECKS} | said))


def state(nation: Nation, fault: Fault) -> str | None:
    return nation.states().get(fault.finding_id)


def test_a_finding_is_new_then_still_open_then_fixed_then_returned(nation: Nation) -> None:
    assert run(nation, SPIKE)["new"] == 1
    assert run(nation, SPIKE)["open"] == 1
    assert run(nation, SPIKE)["open"] == 1
    assert run(nation)["fixed"] == 1
    assert run(nation)["fixed"] == 0
    assert run(nation, SPIKE)["returned"] == 1
    assert run(nation, SPIKE)["open"] == 1
    assert [name for name, _ in nation.history(SPIKE)] == ["new", "open", "fixed", "returned", "open"]
    assert nation.query("SELECT times_returned FROM ledger.finding_case") == [(1,)]


def test_the_same_run_twice_leaves_the_evidence_of_one(nation: Nation) -> None:
    run(nation, SPIKE, PAIR)
    run(nation, SPIKE, PAIR)
    before = nation.query("SELECT count(*) FROM ledger.finding_event")
    told = run(nation, SPIKE, PAIR, changed=False)
    assert (told["new"], told["open"], told["fixed"]) == (0, 2, 0)
    assert nation.query("SELECT count(*) FROM ledger.finding_event") == before


@pytest.mark.parametrize("case", [SPIKE, PAIR, INVALID])
def test_a_held_commune_settles_and_opens_nothing(nation: Nation, case: Fault) -> None:
    run(nation, case)
    other = Fault("GEO-SPIKE", HERE, ("a9",))
    told = run(nation, other, live=())
    assert (state(nation, case), state(nation, other)) == ("new", None)
    assert (told["waiting"], told["fixed"], told["new"]) == (1, 0, 0)


def test_a_held_commune_is_judged_when_somebody_lets_it_go(nation: Nation) -> None:
    run(nation, SPIKE)
    held = nation.judge(Delivered("01", (PAIR,), (HERE,)))
    nation.publish(held, live=(), catalogue=CHECKS)
    assert state(nation, SPIKE) == "new"
    told = nation.publish(held, live=(HERE,), applying=True, catalogue=CHECKS)
    assert (state(nation, SPIKE), state(nation, PAIR)) == ("fixed", "new")
    assert (told["fixed"], told["new"]) == (1, 1)


def test_a_dry_run_leaves_nothing_and_tells_what_it_would_do(nation: Nation) -> None:
    run(nation, SPIKE)
    assert run(nation, roll_back=True)["fixed"] == 1
    assert state(nation, SPIKE) == "new"


@pytest.mark.parametrize("where", ["not_run", "catalogue of another day"])
def test_a_check_that_did_not_run_settles_nothing(nation: Nation, where: str) -> None:
    run(nation, SPIKE, PAIR)
    if where == "not_run":
        run(nation, not_run={HERE: ("GEO-SPIKE",)})
        assert (state(nation, SPIKE), state(nation, PAIR)) == ("new", "fixed")
    else:  # the check is gone: nobody mended anything, and nobody can find it again
        run(nation, catalogue={code: kind for code, kind in CHECKS.items() if code != "GEO-SPIKE"})
        assert (state(nation, SPIKE), state(nation, PAIR)) == ("retired", "fixed")
        assert nation.history(SPIKE)[-1] == ("retired", "dropped")
        assert run(nation, SPIKE)["returned"] == 1


def test_another_commune_settles_nothing(nation: Nation) -> None:
    run(nation, SPIKE)
    run(nation, communes=(NEXT,))
    assert state(nation, SPIKE) == "new"


def test_a_parcel_that_is_gone_takes_its_findings_with_it(nation: Nation) -> None:
    run(nation, SPIKE, PAIR)
    run(nation, rows={HERE: {"a1": "accept"}})
    assert nation.history(SPIKE)[-1] == ("fixed", "mended")
    assert nation.history(PAIR)[-1] == ("fixed", "gone")


def test_a_delivery_in_part_settles_only_what_it_holds(nation: Nation) -> None:
    whole = Fault("GEO-PRECISION", HERE)
    checks = CHECKS | {"GEO-PRECISION": (False, True)}
    run(nation, SPIKE, PAIR, INVALID, whole, catalogue=checks)
    run(nation, whole=(), rows={HERE: {"a1": "accept", "a2": "quarantine"}}, catalogue=checks)
    assert [state(nation, case) for case in (SPIKE, INVALID, PAIR, whole)] == ["fixed", "fixed", "new", "new"]
    run(nation, whole=(), rows={HERE: {"a1": "accept", "a3": "accept"}}, catalogue=checks)
    assert state(nation, PAIR) == "fixed"
    run(nation, catalogue=checks)
    assert state(nation, whole) == "fixed"


@pytest.mark.parametrize("status", ["ignored", "held"])
def test_a_row_that_did_not_go_live_settles_and_opens_nothing(nation: Nation, status: str) -> None:
    run(nation, SPIKE)
    other = Fault("GEO-SPIKE", HERE, ("a9",))
    run(nation, other, rows={HERE: {"a1": status, "a9": status}})
    assert (state(nation, SPIKE), state(nation, other)) == ("new", None)


def test_a_change_set_settles_only_single_rows_and_what_it_ends(nation: Nation) -> None:
    of_a9 = Fault("TOP-OVERLAP", HERE, ("a8", "a9"))
    run(nation, SPIKE, INVALID, PAIR, of_a9)
    rows = {HERE: {"a1": "accept", "a2": "accept", "a3": "accept", "a9": "end"}}
    run(nation, changes=True, whole=(), rows=rows)
    assert [state(nation, case) for case in (SPIKE, INVALID, PAIR, of_a9)] == [
        "fixed",
        "fixed",
        "new",
        "fixed",
    ]
    assert nation.history(of_a9)[-1] == ("fixed", "gone")


def test_a_change_set_leaves_what_needs_more_than_the_row(nation: Nation) -> None:
    contextual = CHECKS | {"GEO-SPIKE": (False, False), "GEO-INVALID": (False, False)}
    run(nation, SPIKE, INVALID, catalogue=contextual)
    rows = {HERE: {"a1": "accept", "a2": "accept"}}
    run(nation, changes=True, whole=(), rows=rows, catalogue=contextual)
    # The accepted row shows that nothing refuses it any more.
    assert (state(nation, SPIKE), state(nation, INVALID)) == ("new", "fixed")


def test_what_only_change_sets_are_checked_for_ends_with_a_whole_snapshot(nation: Nation) -> None:
    change = Fault("CHG-TEST", HERE, ("a1",), quarantines=True)
    run(nation, change, changes=True, whole=())
    run(nation, whole=(), rows={HERE: {"a1": "accept"}})
    assert state(nation, change) == "new"
    run(nation)
    assert nation.history(change)[-1] == ("fixed", "superseded")


def test_a_stricter_policy_regrades_a_case_and_says_when(nation: Nation) -> None:
    run(nation, SPIKE)
    run(nation, SPIKE)
    run(nation, Fault("GEO-SPIKE", HERE, ("a1",), severity="error"))
    assert nation.history(SPIKE)[-1] == ("open", "severity")
    assert nation.query("SELECT severity FROM ledger.finding_case") == [("error",)]


def test_both_sides_of_a_seam_have_one_case(nation: Nation) -> None:
    run(nation, SEAM)
    told = run(nation, SEAM.from_other_side(), communes=(NEXT,))
    assert (told["open"], told["new"]) == (1, 0)
    rows = nation.query(
        "SELECT commune_code, handles, other_commune_code, other_handles FROM ledger.finding_case"
    )
    assert rows == [(HERE, ["a1"], NEXT, ["b1"])]
    counted = nation.query("SELECT commune_code, findings, at_seam FROM analyst.finding_count ORDER BY 1")
    assert counted == [(HERE, 1, 1), (NEXT, 1, 1)]


@pytest.mark.parametrize("side", [HERE, NEXT])
def test_either_side_mends_a_seam(nation: Nation, side: str) -> None:
    run(nation, SEAM, SEAM.from_other_side(), communes=(HERE, NEXT))
    run(nation, communes=(side,))
    assert state(nation, SEAM) == "fixed"


def test_a_seam_between_provinces_knows_both(nation: Nation) -> None:
    run(nation, BORDER)
    sides = nation.query("SELECT province_code, other_province_code FROM ledger.finding_case")
    assert sides == [("01", "04")]
    run(nation, BORDER.from_other_side(), communes=(FAR,), province="04")
    assert nation.query("SELECT province_code, other_province_code, state FROM ledger.finding_case") == [
        ("01", "04", "open")
    ]
    run(nation, communes=(FAR,), province="04")
    assert state(nation, BORDER) == "fixed"


def test_a_seam_with_a_held_neighbour_was_not_seen_as_it_is_live(nation: Nation) -> None:
    run(nation, SEAM, communes=(HERE, NEXT))
    other = Fault("BRD-OVERLAP", HERE, ("a5",), NEXT, ("b5",))
    delivered = nation.judge(
        Delivered("01", (other, other.from_other_side()), (HERE, NEXT), rows={HERE: {"a1": "accept"}})
    )
    nation.publish(delivered, live=(HERE,), catalogue=CHECKS)
    assert (state(nation, SEAM), state(nation, other)) == ("new", None)
    nation.publish(delivered, live=(NEXT,), applying=True, catalogue=CHECKS)
    assert (state(nation, SEAM), state(nation, other)) == ("fixed", "new")


def test_what_was_let_go_late_does_not_speak_of_a_neighbour_that_changed_since(nation: Nation) -> None:
    run(nation, SEAM, communes=(HERE, NEXT))
    held = nation.judge(Delivered("01", (), (HERE, NEXT)))
    nation.publish(held, live=(HERE,), catalogue=CHECKS)
    run(nation, SEAM)  # as HERE now is, with NEXT as it is live
    nation.publish(held, live=(NEXT,), applying=True, catalogue=CHECKS)
    assert state(nation, SEAM) == "open"
    run(nation, communes=(NEXT,))
    assert state(nation, SEAM) == "fixed"


def test_a_neighbour_that_went_live_meanwhile_was_not_seen(nation: Nation) -> None:
    run(nation, BORDER)
    early = nation.judge(Delivered("01", (), (HERE,)))
    run(nation, BORDER.from_other_side(), communes=(FAR,), province="04")
    nation.publish(early, catalogue=CHECKS)
    assert state(nation, BORDER) == "open"
    late = nation.judge(Delivered("01", (), (HERE,)))
    run(nation, BORDER.from_other_side(), communes=(FAR,), province="04", changed=False)
    nation.publish(late, catalogue=CHECKS)  # the neighbour came again, and nothing of it was another
    assert state(nation, BORDER) == "fixed"


def test_rows_of_no_commune_are_settled_by_a_delivery_of_every_commune(nation: Nation) -> None:
    lost = Fault("IDN-COMMUNE", "-", ("x1",), quarantines=True)
    unnamed = Fault("IDN-COMMUNE", "-", quarantines=True)
    checks = CHECKS | {"IDN-COMMUNE": (False, True)}
    run(nation, lost, unnamed, communes=(HERE, "-"), catalogue=checks)
    assert state(nation, lost) == "new"
    run(nation, whole=(), rows={HERE: {"x1": "accept"}}, catalogue=checks)
    assert (state(nation, lost), state(nation, unnamed)) == ("fixed", "new")
    run(nation, communes=(FAR,), province="04", catalogue=checks)
    assert state(nation, unnamed) == "new"
    run(nation, communes=(HERE,), catalogue=checks)
    assert state(nation, unnamed) == "fixed"


def test_a_parcel_that_moved_takes_its_case_along(nation: Nation) -> None:
    run(nation, SPIKE, communes=(HERE, NEXT))
    moved = Fault("GEO-SPIKE", NEXT, ("a1",), severity="warning")
    assert run(nation, moved, communes=(HERE, NEXT))["open"] == 1
    assert nation.query("SELECT commune_code FROM ledger.finding_case") == [(NEXT,)]


def test_a_place_is_kept_in_vn2000_degrees(nation: Nation) -> None:
    run(nation, SPIKE)
    [(lon, lat, srid)] = nation.query(
        "SELECT ST_X(place), ST_Y(place), ST_SRID(place) FROM ledger.finding_case"
    )
    assert srid == 4756
    assert (round(lon, 6), 21.0 < lat < 21.1) == (105.0, True)


def test_handles_with_quotes_braces_and_commas_come_through(nation: Nation) -> None:
    keys = ('a"1', "b,2", "{c}", "d\\3", "NULL", "")
    run(nation, Fault("TOP-OVERLAP", HERE, keys))
    [(handles,)] = nation.query("SELECT handles FROM ledger.finding_case")
    assert sorted(handles) == sorted(keys)


def test_every_check_of_the_catalogue_is_known_to_the_register() -> None:
    known = Looked("r", "r", "01", datetime.now(UTC), AS_OF, ("s", "t"), {}, ()).catalogue
    assert set(known) == set(BY_CODE)
    assert {code for code, (of_changes, _) in known.items() if of_changes} == {
        code for code, check in BY_CODE.items() if check.changes_only
    }
