"""Whatever a province delivers, in whatever order: nothing is lost, every line balances, both sides agree."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import wipe

pytestmark = pytest.mark.db
NATIONAL = "w7er83vw1{:03d}"
SMALL = st.integers(0, 5)


@st.composite
def plots(draw: st.DrawFn) -> list[Plot]:
    """A delivery whose rows share no handle (the checks refuse those that do), some refused, some nameless."""
    count = draw(st.integers(0, 6))
    pick = st.permutations(range(6))
    keys, ids, numbers, moved = (
        draw(pick),
        draw(pick),
        draw(pick),
        draw(st.lists(SMALL, min_size=6, max_size=6)),
    )
    rows = []
    for i in range(count):
        refused = draw(st.sampled_from([(), (), (), ("GEO-INVALID",), ("GEO-NULL",), ("GEO-NULL",)]))
        key = None if draw(st.booleans()) and draw(st.booleans()) else f"k{keys[i]}"
        national_id = None if draw(st.booleans()) and draw(st.booleans()) else NATIONAL.format(ids[i])
        rows.append(
            Plot(
                key,
                national_id,
                str(numbers[i]),
                commune=draw(st.sampled_from(COMMUNES[:2])),
                x=moved[i],
                land_use=draw(st.sampled_from(["ONT", "CLN", "ONT+CLN"])),
                user=draw(st.sampled_from(["Người Thử", None])),
                refused=refused,
            )
        )
    return rows


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[list[Plot], tuple[str, ...], tuple[str, ...]]]:
    """A few deliveries in a row: rows, communes they are complete for, communes a person let pass."""
    scope = st.sampled_from([(), COMMUNES[:1], COMMUNES[:2]])
    return draw(st.lists(st.tuples(plots(), scope, st.just(())), min_size=2, max_size=4))


@settings(
    max_examples=counts(15),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(deliveries())
def test_any_sequence_of_deliveries_keeps_the_promise(
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
    sequence: list,  # type: ignore[type-arg]
) -> None:
    folder: Path = tmp_path_factory.mktemp("sequence")
    wipe(database)
    seen: set[str] = set()
    for delivered, complete, approved in sequence:
        merged = run_merge(database.dsn, folder, delivered, complete=complete, approved=approved)
        assert totals(merged.lines)["read"] == len(delivered)

        live = {uid for (uid,) in database.query("SELECT parcel_uid::text FROM land.parcel")}
        ended = {
            uid
            for (uid,) in database.query(
                "SELECT parcel_uid::text FROM land.parcel_version WHERE closed_because = 'ended'"
            )
        }
        assert seen <= live | ended, "a parcel vanished without a row that says so"
        seen |= live

        # What a complete delivery did not show may end; what it showed in any state may not.
        shown = {plot.key for plot in delivered if plot.key}
        gone = database.query(
            "SELECT v.source_key FROM land.parcel_version AS v WHERE v.closed_because = 'ended' AND v.recorded_to = "
            "(SELECT max(x.recorded_to) FROM land.parcel_version AS x) AND NOT EXISTS "
            "(SELECT FROM land.parcel AS p WHERE p.parcel_uid = v.parcel_uid) AND v.closed_by_run = "
            "(SELECT r.run_id FROM ledger.receipt AS r ORDER BY r.sequence DESC LIMIT 1)",
        )
        assert not shown & {key for (key,) in gone if key}

        # No parcel loses its land while it lives: a row without geometry is of one that has none, or is refused.
        assert database.query("SELECT v.parcel_uid FROM land.parcel_version AS v "
            "JOIN (SELECT p.parcel_uid, p.recorded_from, p.geom FROM land.parcel AS p UNION ALL "
            "SELECT x.parcel_uid, x.recorded_from, x.geom FROM land.parcel_version AS x) AS n "
            "ON n.parcel_uid = v.parcel_uid AND n.recorded_from = v.recorded_to "
            "WHERE v.closed_because = 'changed' AND v.geom IS NOT NULL AND n.geom IS NULL",
        ) == []  # fmt: skip

        # A living parcel's national id is its own claim, and no id is held twice.
        assert database.query("SELECT p.parcel_uid FROM land.parcel AS p LEFT JOIN land.national_id_claim AS c "
            "ON c.national_id = p.national_id AND c.parcel_uid = p.parcel_uid "
            "WHERE p.national_id IS NOT NULL AND c.national_id IS NULL",
        ) == []  # fmt: skip
        result = reconcile(["01"], "test", dsn=database.dsn)
        assert result["agrees"], result
