"""Parcels that pass from one commune to another: one case of all communes that they join, decided as one."""

from dataclasses import replace

import pytest

from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, any_move
from tests.support.village import deliver, village

__all__ = ["deliver"]
pytestmark = pytest.mark.db
A, B, C = COMMUNES
Where = dict[str, tuple[str, str]]


def communes(*counts: int) -> list[Plot]:
    """So many parcels in A, in B, in C; a number is its own in all three."""
    codes = [code for code, count in zip(COMMUNES, counts, strict=False) for _ in range(count)]
    return [replace(plot, commune=code) for plot, code in zip(village(len(codes)), codes, strict=True)]


def moved(plots: list[Plot], origin: str, target: str, count: int) -> list[Plot]:
    """The first so many of a commune are another one's now."""
    chosen = {plot.x for plot in [each for each in plots if each.commune == origin][:count]}
    return [replace(plot, commune=target) if plot.x in chosen else plot for plot in plots]


def where(database: Database) -> Where:
    """uid → commune and land."""
    rows = database.query("SELECT parcel_uid::text, commune_code, ST_AsText(geom) FROM land.parcel")
    return {uid: (code, land) for uid, code, land in rows}


def lands(found: Where) -> dict[str, str]:
    return {uid: land for uid, (_, land) in found.items()}


def story(merged: Merged, code: str) -> list[tuple[str, str, int, int]]:
    return [(move.origin, move.target, move.parcels, move.of) for move in merged.moves[code]]


def confirmed(database: Database) -> list[tuple[object, ...]]:
    return database.query(
        "SELECT kind, state, commune_code, evidence ->> 'origin', (evidence ->> 'parcels')::int, (evidence ->> 'left')::int "
        "FROM land.lineage_event WHERE state = 'confirmed' ORDER BY 4, 3"
    )


@pytest.mark.parametrize("complete", [(A, B), (B,), (A,), ()])
def test_a_merger_is_one_case_whatever_is_declared_complete(database, deliver, complete) -> None:
    first = communes(30, 40, 20)
    deliver(first)
    before = where(database)
    second = moved(first, A, B, 30)
    merged = deliver(second, complete=(*complete, C))
    assert story(merged, A) == story(merged, B) == [(A, B, 30, 30)]
    assert (merged.braked, totals(merged.lines)["held"]) == ({}, 70), "neither loss nor growth"
    assert {code: parcels for code, parcels in merged.absent.items() if parcels} == {}
    assert where(database) == before

    again = deliver(second, complete=complete, approved=(A, B))
    assert (again.moves, totals(again.lines)["held"]) == ({}, 0)
    after = where(database)
    assert lands(after) == lands(before)
    assert {code for code, _ in after.values()} == {B, C}
    assert confirmed(database) == [("admin_merge", "confirmed", B, A, 30, 0)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
    night = deliver(second, complete=(*complete, C))
    assert (night.moves, night.braked, totals(night.lines)["unchanged"]) == ({}, {}, 90)


@pytest.mark.parametrize("complete", [(A, B), (B,), (A,), ()])
def test_a_boundary_that_moved_is_a_case_too_and_its_event_another(database, deliver, complete) -> None:
    first = communes(30, 40)
    deliver(first)
    before = where(database)
    second = moved(first, A, B, 18)
    merged = deliver(second, complete=complete)
    assert story(merged, A) == [(A, B, 18, 30)]
    assert where(database) == before
    deliver(second, complete=complete, approved=(A, B))
    assert lands(where(database)) == lands(before)
    assert confirmed(database) == [("correction", "confirmed", B, A, 18, 12)]
    night = deliver(second, complete=complete)
    assert (night.moves, totals(night.lines)["unchanged"]) == ({}, 70)


def test_a_chain_of_three_is_one_case(database, deliver) -> None:
    first = communes(30, 30, 30)
    deliver(first)
    before = where(database)
    second = moved(moved(first, B, C, 10), A, B, 10)
    merged = deliver(second)
    assert story(merged, A) == story(merged, C) == [(A, B, 10, 30), (B, C, 10, 30)]
    assert merged.braked == {}
    deliver(second, approved=COMMUNES)
    assert lands(where(database)) == lands(before)
    assert [(kind, origin) for kind, _, _, origin, _, _ in confirmed(database)] == [
        ("correction", A),
        ("correction", B),
    ]


def test_a_few_parcels_pass_and_a_road_joins_nothing(database, deliver) -> None:
    first = communes(30, 40)
    roads = [replace(plot, land_use="DGT") if number < 10 else plot for number, plot in enumerate(first)]
    deliver(roads)
    merged = deliver(moved(roads, A, B, 4), passed=(A, B))
    assert (merged.moves, totals(merged.lines)["moved_in"]) == ({}, 4)
    merged = deliver(moved(roads, A, B, 10))
    assert merged.moves == {}, "ten roads"


def test_a_case_with_a_commune_that_the_gate_holds_waits_as_one(database, deliver) -> None:
    first = communes(30, 40)
    deliver(first)
    before = where(database)
    for origin, target in ((A, B), (B, A)):
        for held in (A, B):
            merged = deliver(moved(first, origin, target, 15), held=(held,))
            assert set(merged.moves) == {A, B}
            assert where(database) == before
    second = moved(first, A, B, 15)
    deliver(second, approved=(A, B))
    assert lands(where(database)) == lands(before)
    assert totals(deliver(second).lines)["unchanged"] == 70


def test_parcels_that_do_not_come_with_a_merger_are_asked_about(database, deliver) -> None:
    first = communes(30, 40)
    deliver(first)
    second = moved(first, A, B, 30)[4:]
    merged = deliver(second, complete=(A, B))
    assert story(merged, A) == [(A, B, 26, 30)]
    assert merged.absent == {A: 4}
    assert len(where(database)) == 70


@pytest.mark.parametrize("left", [0, 1], ids=["all went on", "one did not come"])
def test_of_a_promised_commune_what_went_on_elsewhere_is_not_asked_about_in_a_case_or_not(
    database, deliver, left
) -> None:
    first = communes(3 + left, 10, 10)
    deliver(first)
    # Two pass to B, which is a case; one to C, which is an ordinary correction.
    second = [plot for plot in moved(moved(first, A, B, 2), A, C, 1) if plot.commune != A]
    merged = deliver(second, complete=COMMUNES, moves=any_move(A, B))
    assert merged.absent == {A: left}
    assert len(where(database)) == 23 + left
    assert {code for code, _ in where(database).values()} == ({A, B, C} if left else {B, C})


def test_what_a_case_loses_besides_is_measured_of_all_of_it(database, deliver) -> None:
    first = communes(30, 400)
    deliver(first)
    second = [plot for number, plot in enumerate(moved(first, A, B, 30)) if number < 400]
    merged = deliver(second)
    loss = next(found for found in merged.braked[A] if found.code == "LOSS")
    assert (loss.parcels, loss.out_of) == (30, 430)
    shown = {(A, found.code, found.column_group): found.parcels for found in merged.braked[A]}
    again = deliver(second, complete=(B,), shown=shown, moves=any_move(A, B))
    assert (again.braked, again.moves, totals(again.lines)["moved_in"]) == ({}, {}, 30)


def test_a_movement_of_a_change_set_is_a_case_and_can_be_approved(database, deliver) -> None:
    first = [replace(plot, order=1) for plot in communes(30, 40)]
    deliver(first, order_kind="number")
    before = where(database)
    rows = [replace(plot, action="update", order=2) for plot in moved(first, A, B, 12)[:12]]
    merged = deliver(rows, kind="changes", order_kind="number")
    assert story(merged, A) == [(A, B, 12, 30)]
    assert where(database) == before
    again = deliver(rows, kind="changes", order_kind="number", approved=(A, B))
    assert (again.moves, totals(again.lines)["moved_in"]) == ({}, 12)
    assert lands(where(database)) == lands(before)
    assert confirmed(database) == [("correction", "confirmed", B, A, 12, 18)]


def test_without_keys_and_ids_land_says_which_parcels_moved(database, deliver) -> None:
    """A number on the sheet names its commune: in the other one it is another number."""
    first = [replace(plot, key=None, national_id=None) for plot in communes(30, 40)]
    deliver(first)
    before = where(database)
    second = [
        replace(plot, sheet="9") if was.commune == A else plot
        for plot, was in zip(moved(first, A, B, 30), first, strict=True)
    ]
    merged = deliver(second, complete=(B,))
    assert story(merged, A) == [(A, B, 30, 30)]
    assert where(database) == before
    deliver(second, complete=(B,), approved=(A, B))
    assert lands(where(database)) == lands(before)
    assert {code for code, _ in where(database).values()} == {B}


def test_keys_that_name_land_elsewhere_in_another_commune_move_nothing(database, deliver) -> None:
    """An export that renumbers the objects of all communes in one row: keys contradict, nothing is a case."""
    first = communes(30, 30)
    deliver(first)
    shuffled = [replace(plot, key=first[(n + 30) % 60].key, national_id=None) for n, plot in enumerate(first)]
    merged = deliver(shuffled)
    assert set(merged.contradicted) == {A, B}
    assert all(story(merged, code) == [] for code in merged.moves)


@pytest.mark.parametrize("handles", [{}, {"key": None}], ids=["by key", "by id"])
def test_rows_that_wait_for_a_held_commune_go_on_with_its_approval(database, deliver, handles) -> None:
    """Three parcels leave A, which loses half of the others besides: B goes on, and the three wait for A."""
    first = [replace(plot, **handles) for plot in communes(30, 40)]
    deliver(first)
    second = [plot for n, plot in enumerate(moved(first, A, B, 3)) if not 10 <= n < 25]
    merged = deliver(second)
    assert (set(merged.braked), merged.moves) == ({A}, {})
    line = next(line for line in merged.lines if line["commune_code"] == B)
    assert (line["held"], line["commune_held"]) == (3, False)
    again = deliver(second, complete=(A,), approved=(A,), beside=(B,))
    line = next(line for line in again.lines if line["commune_code"] == B)
    assert (line["read"], line["moved_in"], line["held"], line["ended"]) == (3, 3, 0, 0)
    night = deliver(second)
    assert (night.braked, totals(night.lines)["held"], totals(night.lines)["unchanged"]) == ({}, 0, 55)


def test_a_row_that_land_denies_keeps_no_parcel_from_the_row_that_number_and_land_name(
    database, deliver
) -> None:
    """Without keys: one parcel got another's id, and that one a new id. One waits, the other goes on, then both."""
    first = [replace(plot, key=None) for plot in communes(30, 40)]
    deliver(first)
    before = where(database)
    taken = first[40].national_id
    second = list(first)
    second[40] = replace(first[40], national_id="w7er83vw1900")
    second[3] = replace(first[3], national_id=taken)
    merged = deliver(second)
    assert totals(merged.lines)["quarantined"] == 0
    assert (set(merged.contradicted), totals(merged.lines)["held"]) == ({A}, 1)
    again = deliver(second, complete=(A,), approved=(A,), rekeyed=(A,))
    assert (totals(again.lines)["quarantined"], totals(again.lines)["held"]) == (0, 0)
    night = deliver(second)
    assert (night.contradicted, totals(night.lines)["unchanged"]) == ({}, 70)
    assert lands(where(database)) == lands(before)


def test_land_whose_number_another_row_keeps_by_a_person_s_word_is_the_parcel_that_lies_there(
    database, deliver
) -> None:
    there, beside, far = (replace(plot, key=None, commune=A) for plot in village(3))
    deliver([there, beside])
    # Its id goes to a row that is refused, so it stays; the same land is another commune's, without a name: a parcel of its own.
    refused = replace(there, commune=B, number="9", x=far.x, refused=("GEO-INVALID",))
    elsewhere = replace(there, commune=B, national_id=None)
    deliver([beside, refused, elsewhere], complete=(), passed=COMMUNES)
    before = where(database)
    mine = {uid: code for uid, (code, land) in before.items() if land == lands(before)[uid] and code == B}
    assert len(before) == 3
    # A person says that the id is right and its land was corrected; what lies on that land is what lay there, in this commune now.
    deliver(
        [beside, replace(refused, commune=A, refused=()), replace(elsewhere, commune=A)],
        complete=(), passed=COMMUNES, moved=COMMUNES,
    )  # fmt: skip
    assert {uid: code for uid, (code, _) in where(database).items()} == dict.fromkeys(before, A)
    assert len(mine) == 1
