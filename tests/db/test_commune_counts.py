"""What each commune's counter says is what lives there: after whatever is delivered, and proved by reconciliation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from tests.conftest import counts
from tests.support.counted import miscounted
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import one_session, wipe

pytestmark = pytest.mark.db
NATIONAL = "w7er83vw1{:03d}"
Deliver = Callable[..., Merged]
COUNTED = "SELECT commune_code, parcels, stale_parcels, without_geometry FROM land.commune_count ORDER BY 1"


@pytest.fixture
def deliver(database: Database, tmp_path: Path) -> Deliver:
    def run(plots: list[Plot], **how: Any) -> Merged:
        return run_merge(database.dsn, tmp_path, plots, **how)

    return run


def village(count: int = 20, commune: str = COMMUNES[0], first: int = 0) -> list[Plot]:
    return [Plot(f"k{i}", NATIONAL.format(i), str(i + 1), commune, x=i) for i in range(first, first + count)]


def behind(database: Database, *statements: str) -> None:
    """What somebody does with psql."""
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        link.commit()


def named(database: Database) -> set[tuple[str | None, str]]:
    """Commune and kind of every difference that reconciliation tells of."""
    result = reconcile(None, "test", dsn=database.dsn)
    return {(told["commune"], told["kind"]) for each in result["provinces"] for told in each["differences"]}


@dataclass(frozen=True)
class Sent:
    """A delivery, and what is said of it."""

    plots: tuple[Plot, ...]
    changes: bool
    late: int  # days by which it is older than its turn
    complete: tuple[str, ...]
    held: tuple[str, ...]
    approved: tuple[str, ...]
    passed: tuple[str, ...]
    absent: tuple[str, ...]
    moved: tuple[str, ...]
    rekeyed: tuple[str, ...]


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    """Rows whose handles go from parcel to parcel and from commune to commune; some refused, some bare, some nameless."""
    some = st.lists(st.sampled_from(COMMUNES), max_size=3, unique=True).map(tuple)
    changes, approved = draw(st.booleans()), draw(st.just(()) | some)
    places = st.permutations(range(7))
    keys, ids, numbers, places_of = (draw(places) for _ in range(4))
    rows = []
    for i in range(draw(st.integers(0, 7))):
        commune = draw(st.sampled_from([*COMMUNES, *COMMUNES[:2], "-"]))
        wrong = draw(st.sampled_from([()] * 3 + [("GEO-INVALID",), ("GEO-NULL",)]))
        plot = Plot(
            draw(st.sampled_from([f"k{keys[i]}"] * 4 + [None])),
            draw(st.sampled_from([NATIONAL.format(ids[i])] * 2 + [None])),
            draw(st.sampled_from([str(numbers[i] + 1)] * 3 + [None])),
            commune,
            x=places_of[i],
            land_use=draw(st.sampled_from(["ONT", "CLN", "DGT"])),
            refused=("IDN-COMMUNE-UNKNOWN",) if commune == "-" else wrong,
            bare=wrong == ("GEO-NULL",),
            order=draw(st.integers(1, 9)) if changes else None,
            action=draw(st.sampled_from(["insert", "update", "update", "end"])) if changes else None,
        )
        rows.append(plot)
    return Sent(
        tuple(rows), changes, draw(st.sampled_from([0, 0, 0, 2])), draw(some), draw(some.map(lambda s: s[:1])), approved,
        draw(st.just(COMMUNES) | some), draw(some), draw(some), draw(some),
    )  # fmt: skip


@settings(
    max_examples=counts(15),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(st.lists(sent(), min_size=2, max_size=5))
def test_after_any_delivery_the_counters_are_what_lives(
    database: Database, tmp_path_factory: pytest.TempPathFactory, sequence: list[Sent]
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    wipe(database)
    with one_session(database.dsn):
        for turn, each in enumerate(sequence):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=turn - each.late)
            run_merge(
                database.dsn, folder, each.plots, at=at, held=each.held, passed=each.passed, absent=each.absent,
                approved=each.approved, moved=each.moved, rekeyed=set(each.rekeyed) - set(each.moved), complete=each.complete,
                **({"kind": "changes", "order_kind": "number"} if each.changes else {}),
            )  # fmt: skip
            assert miscounted(database.query) == []
        assert named(database) == set()


def test_a_refused_row_that_names_a_parcel_of_a_commune_that_did_not_come_is_counted_there(
    database: Database, deliver: Deliver
) -> None:
    there = [replace(plot, key=None) for plot in village(20, COMMUNES[1], first=100)]
    here = village()
    deliver(here + there)
    deliver([replace(here[0], national_id=there[0].national_id, refused=("GEO-INVALID",)), *here[1:]])
    assert database.query(COUNTED) == [(COMMUNES[0], 20, 1, 0), (COMMUNES[1], 20, 1, 0)]
    assert (miscounted(database.query), named(database)) == ([], set())


def test_a_dry_run_and_a_held_commune_leave_the_counters_as_they_were(
    database: Database, deliver: Deliver
) -> None:
    deliver(village())
    before = database.query(COUNTED)
    deliver(village(10), held=COMMUNES[:1])
    deliver(village(2))  # too few: the brake holds it
    assert database.query(COUNTED) == before == [(COMMUNES[0], 20, 0, 0)]
    deliver([replace(plot, bare=True, refused=("GEO-NULL",)) for plot in village(1, COMMUNES[2], first=50)])
    assert database.query(COUNTED) == [*before, (COMMUNES[2], 1, 0, 1)]
    assert miscounted(database.query) == []


TAMPERED = [
    "UPDATE land.commune_count SET parcels = parcels + 1",
    "UPDATE land.commune_count SET stale_parcels = 1",
    "UPDATE land.commune_count SET without_geometry = -3",
    "UPDATE land.commune_count SET area_m2 = area_m2 + 0.0001",
    "UPDATE land.commune_count SET area_m2 = 'NaN'",
    "UPDATE land.commune_count SET parcels = -9223372036854775808, stale_parcels = 9223372036854775807",
    "DELETE FROM land.commune_count",
    "UPDATE land.parcel SET stale_since = now() WHERE source_key = 'k2'",
]


@pytest.mark.parametrize("tamper", TAMPERED)
def test_a_counter_that_is_not_its_rows_is_named_and_asked_about_and_then_right_again(
    database: Database, deliver: Deliver, tamper: str
) -> None:
    deliver(village())
    behind(database, tamper)
    assert named(database) == {(COMMUNES[0], "counter")}
    left = database.query("SELECT parcels, stale_parcels FROM land.commune_count")
    merged = deliver(village())
    assert list(merged.foreign_hands_held) == [COMMUNES[0]]
    assert database.query("SELECT parcels, stale_parcels FROM land.commune_count") == left
    assert named(database) == {(COMMUNES[0], "counter")}
    assert deliver(village(), approved=COMMUNES[:1]).foreign_hands_held == {}
    assert (named(database), miscounted(database.query)) == (set(), [])


def test_a_parcel_taken_away_with_its_line_of_the_manifest_is_missed_by_the_counter(
    database: Database, deliver: Deliver
) -> None:
    deliver(village())
    uid = "(SELECT parcel_uid FROM land.parcel WHERE source_key = 'k2')"
    behind(
        database,
        f"DELETE FROM land.land_use_part WHERE parcel_uid = {uid}",
        f"DELETE FROM land_private.land_right WHERE parcel_uid = {uid}",
        f"DELETE FROM land_private.land_user WHERE parcel_uid = {uid}",
        f"DELETE FROM ledger.manifest WHERE parcel_uid = {uid}",
        "DELETE FROM land.parcel WHERE source_key = 'k2'",
    )
    assert deliver(village()).foreign_hands_held == {COMMUNES[0]: 1}
    assert (COMMUNES[0], "counter") in named(database)
    deliver(village(), approved=COMMUNES[:1])
    assert (miscounted(database.query), named(database)) == ([], set())


def test_a_row_changed_behind_the_pipeline_changes_no_counter(database: Database, deliver: Deliver) -> None:
    deliver(village() + village(20, COMMUNES[1], first=100))
    before = database.query(COUNTED)
    behind(database, f"UPDATE land.parcel SET commune_code = '{COMMUNES[1]}' WHERE source_key = 'k2'")
    assert database.query(COUNTED) == before
    assert {(code, "counter") for code in COMMUNES[:2]} < named(database)
    deliver(village())
    assert database.query(COUNTED) == before
    deliver(village() + village(20, COMMUNES[1], first=100), approved=COMMUNES[:2])
    assert (database.query(COUNTED), named(database)) == (before, set())


def test_a_counter_of_a_province_that_never_had_a_run_is_named(database: Database, deliver: Deliver) -> None:
    deliver(village())
    behind(database, "INSERT INTO land.commune_count VALUES ('08', '00691', 7, 0, 0, 700)")
    assert named(database) == {("00691", "counter")}
