"""A province reads the line of its own parcels, as analysts read it, and of nobody else's."""

from collections.abc import Iterator
from contextlib import closing
from random import Random
from typing import Any

import psycopg2
import pytest

from tests.support.database import Database
from tests.support.fabric import consolidate, fabric, merge, next_round, plots, split, strip
from tests.support.judged import COMMUNES
from tests.support.village import deliver

__all__ = ["deliver"]

pytestmark = pytest.mark.db
PASSED = {"passed": (COMMUNES[0],)}
FUNCTIONS = ("parcel_ancestors", "parcel_descendants")
EDGES = "SELECT event_id, parent_uid, child_uid, kind, state, area_m2 FROM {}.{}(%s) ORDER BY 1, 2, 3"


@pytest.fixture
def line(database: Database, deliver) -> list[str]:
    """Six nights of splits, mergers and strips in one block; the uids that took part."""
    rng = Random(6)
    land = fabric(rng, 1)
    deliver(plots(rng, land))
    for night, become in enumerate((split, strip, merge, consolidate, split, merge)):
        land = next_round(rng, land, [become], f"h{night}")
        deliver(plots(rng, land), **PASSED)
    return [
        uid
        for (uid,) in database.query(
            "SELECT child_uid::text FROM land.lineage_edge UNION SELECT parent_uid::text FROM land.lineage_edge"
        )
    ]


def asked(database: Database, role: str, schema: str, function: str, uid: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        cursor.execute(EDGES.format(schema, function), (uid,))
        return cursor.fetchall()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_its_own_line_is_the_analyst_s_and_another_province_sees_none(
    database: Database, line: list[str], function: str
) -> None:
    told = {uid: asked(database, "analyst", "analyst", function, uid) for uid in line}
    assert max(len(rows) for rows in told.values()) > 3
    for uid, rows in told.items():
        assert asked(database, "province_01", "province", function, uid) == rows
        assert asked(database, "province_08", "province", function, uid) == []
        assert asked(database, "landsync_owner", "province", function, uid) == []  # of no province


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_member_of_two_provinces_and_whoever_is_in_none_see_nothing(
    database: Database, line: list[str], function: str
) -> None:
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute("CREATE ROLE of_two IN ROLE province_01, province_08; SET ROLE of_two")
        cursor.execute(EDGES.format("province", function), (line[0],))
        assert cursor.fetchall() == []
    for role in ("analyst", "central_viewer"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            asked(database, role, "province", function, line[0])
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        asked(database, "province_01", "analyst", function, line[0])


def test_a_step_of_the_line_does_not_read_the_province_s_whole_lineage(database: Database) -> None:
    """Among ten thousand edges of others, each side is asked by its index."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(
            "INSERT INTO land.lineage_event (event_id, province_code, kind, state, evidence, policy, recorded_at, run_id) "
            "SELECT gen_random_uuid(), '01', 'correction', 'proposed', '{}', 'p', now(), 'r' FROM generate_series(1, 10000)"
        )
        cursor.execute(
            "INSERT INTO land.lineage_edge (event_id, province_code, parent_uid, parent_recorded_from, child_uid, "
            "child_recorded_from, share_of_parent, share_of_child, area_m2) "
            "SELECT event_id, '01', gen_random_uuid(), now(), gen_random_uuid(), now(), 1, 1, 1 FROM land.lineage_event"
        )
        cursor.execute("SELECT child_uid::text FROM land.lineage_edge LIMIT 1")
        [(uid,)] = cursor.fetchall()
        cursor.execute("ANALYZE land.lineage_event; ANALYZE land.lineage_edge")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM province.parcel_ancestors(%s)", (uid,))
        [(plan,)] = cursor.fetchall()
    told = {
        node["Node Type"]: node["Actual Rows"] for node in nodes(plan[0]["Plan"]) if "Relation Name" in node
    }
    assert "Index Scan" in told  # the function's own plan, not a call of it
    assert max(told.values()) <= 10, told


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
