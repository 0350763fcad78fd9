"""Questions about the nation read counters: no plan of theirs goes through the parcels, however many there are."""

from pathlib import Path
from typing import Final

import pytest

from sync import db
from sync.report.national.figures import national_report
from sync.report.status import national_status
from tests.support.database import Database
from tests.support.judged import Plot, run_merge
from tests.support.plans import Part, explain_everything, parts_told

pytestmark = pytest.mark.db
VIEWS: Final = ("analyst.national_summary", "analyst.commune_quality")
LIVING = "SELECT relid::regclass::text FROM pg_partition_tree('land.parcel')"


@pytest.fixture
def nation(database: Database, tmp_path: Path) -> Database:
    """A database with parcels of two provinces, which tells the plan of every statement from now on."""
    for province, commune in (("01", "00004"), ("08", "00691")):
        plots = [Plot(f"k{i}", None, str(i + 1), commune, x=i) for i in range(30)]
        run_merge(database.dsn, tmp_path, plots, province=province)
    explain_everything(database)
    return database


def through_parcels(nation: Database, parts: list[Part]) -> list[str]:
    """The statements of which a part looks at living parcels."""
    living = {name.rpartition(".")[2] for (name,) in nation.query(LIVING)}
    assert len(living) == 35
    return [part.statement for part in parts if living & set(part.node.split())]


def test_what_looks_at_parcels_is_seen(nation: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with parts_told(monkeypatch) as parts, db.connect(nation.dsn) as connection:
        db.fetch(connection, "ledger/parcels_of_province", {"province": "01"})
    assert through_parcels(nation, parts)


@pytest.mark.parametrize("province", [None, "01"])
def test_status_looks_at_no_parcel(
    nation: Database, monkeypatch: pytest.MonkeyPatch, province: str | None
) -> None:
    with parts_told(monkeypatch) as parts:
        status = national_status(nation.dsn, province)
    assert status["totals"]["parcels"] == (30 if province else 60)
    assert len({part.statement for part in parts}) >= 5
    assert through_parcels(nation, parts) == []


def test_the_national_report_looks_at_no_parcel(nation: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with parts_told(monkeypatch) as parts:
        report = national_report(nation.dsn, "test")
    assert (report.totals["parcels"], report.totals["area_m2"]) == (60, 60 * 115.25)
    assert len({part.statement for part in parts}) >= 3
    assert through_parcels(nation, parts) == []


@pytest.mark.parametrize("view", [*VIEWS, *(view.replace("analyst", "province") for view in VIEWS)])
def test_the_views_of_the_nation_look_at_no_parcel(
    nation: Database, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    with parts_told(monkeypatch) as parts:
        link = db.psycopg2.connect(nation.superuser_dsn)
        with link, link.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE " + ("province_01" if view.startswith("province") else "analyst"))
            cursor.execute(f"SELECT * FROM {view}")
            names = [column.name for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        link.close()
    assert sum(row["parcels"] for row in found) == (30 if view.startswith("province") else 60)
    assert parts
    assert through_parcels(nation, parts) == []


def test_a_parcel_is_looked_for_by_its_uid_in_one_probe_a_partition(database: Database) -> None:
    """Who asks does not know its province: a key that began with it would be gone through as a whole."""
    keys = dict(
        database.query(
            "SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY k.place) FROM pg_constraint AS c "
            "JOIN pg_partitioned_table AS p ON p.partrelid = c.conrelid CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS k (attnum, place) "
            "JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum WHERE c.contype = 'p' GROUP BY 1"
        )
    )
    of_parcels = {table: columns for table, columns in keys.items() if "parcel_uid" in columns}
    assert {
        "land.parcel",
        "land.parcel_version",
        "ledger.manifest",
        "land_private.land_right",
    } <= of_parcels.keys()
    assert {columns[0] for columns in of_parcels.values()} == {"parcel_uid"}
    assert {columns[1] for columns in of_parcels.values()} == {"province_code"}
