"""The live parcels that matter to the rows of a change set, asked of a real database: as many as the rule says, and by its indexes."""

from itertools import product
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from sync.known.database import known_to_the_nation, question
from sync.platform import databases
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import AS_OF, COMMUNES, Plot, run_merge, square
from tests.support.village import ID
from validators.few import matters
from validators.live import FEW_SCHEMA

pytestmark = pytest.mark.db
HERE, THERE, EMPTY = COMMUNES
MANY = 300  # so many that the planner would read an index rather than the table


@pytest.fixture(scope="module")
def plots() -> list[Plot]:
    """Two communes: numbers that stand in both, parcels without a key or an id, and one whose id another province has."""
    return [
        Plot(
            f"k{code}{i}" if i % 5 else None,
            None if i % 7 == 3 else ID.format(i + MANY * (code == THERE)),
            str(i + 1),
            code,
            x=i + MANY * (code == THERE),
            map_set="A" if i % 11 == 4 else None,
        )
        for code, i in product((HERE, THERE), range(MANY))
    ]


@pytest.fixture
def nation(database: Database, tmp_path: Path, plots: list[Plot]) -> Database:
    held = [Plot("c0", plots[1].national_id, "1", "01273", x=-5)]
    run_merge(database.dsn, tmp_path / "1", held, complete=(), province="04")
    run_merge(database.dsn, tmp_path / "2", plots, complete=(), province="01")
    with (
        database.connect(databases.OWNER) as link,
        link.cursor() as cursor,
    ):  # who gave a key up has it in its row
        cursor.execute(
            "UPDATE land.parcel_alias SET recorded_to = clock_timestamp() WHERE alias_kind = 'source_key' AND alias_value ~ '[16]$'"
        )
        link.commit()
    return database


def asked(rng: Random, plots: list[Plot]) -> pa.Table:
    """FEW_SCHEMA: of some rows in three communes a key, an id, a number and a place, each of any parcel, a new one or none."""
    rows = []
    for _ in range(rng.randint(1, 5)):
        key, held, number, land = (rng.choice([*rng.sample(plots, 2), None, None]) for _ in range(4))
        row = {
            "commune_code": rng.choice(COMMUNES),
            "source_handle": key and key.key and f"{key.system}|{key.key}",
            "national_id": held and held.national_id,
            "sheet_no": number and number.sheet,
            "parcel_no": number and number.number,
        }
        box = shapely.bounds(square(land.x)) if land else [None] * 4
        rows.append(row | dict(zip(("west", "south", "east", "north"), box, strict=True)))
    return pa.Table.from_pylist(rows, schema=FEW_SCHEMA)


def test_they_are_those_that_the_rule_says(nation: Database, plots: list[Plot]) -> None:
    assert nation.query("SELECT count(*) FROM land.withheld_id") == [(1,)]
    sizes = set()
    for seed in range(counts(40)):
        few = asked(Random(seed), plots)
        with known_to_the_nation(nation.dsn, "01", AS_OF) as nations:
            found = nations.live_for(few)
            for code in set(few["commune_code"].to_pylist()):
                mine = few.filter(pc.equal(few["commune_code"], code))
                live = nations.live(code)
                got = found.filter(pc.equal(found["commune_code"], code)).combine_chunks()
                chosen = matters(live, mine)
                if chosen.any():
                    assert got.equals(live.filter(pa.array(chosen)).combine_chunks()), (seed, code)
                else:
                    assert got.num_rows == min(1, live.num_rows), (seed, code)
        sizes.add(found.num_rows)
    assert len(sizes) > 3, sizes


def test_a_withheld_id_names_its_parcel(nation: Database, plots: list[Plot]) -> None:
    row = {"commune_code": HERE, "national_id": plots[1].national_id}
    with known_to_the_nation(nation.dsn, "01", AS_OF) as nations:
        found = nations.live_for(pa.Table.from_pylist([row], schema=FEW_SCHEMA))
    assert found["source_key"].to_pylist() == [plots[1].key]


def test_no_commune_is_read_for_a_row(nation: Database, plots: list[Plot]) -> None:
    few = asked(Random(1), plots)
    with known_to_the_nation(nation.dsn, "01", AS_OF) as nations:
        nations.live_for(few)
        with nations._connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN "
                + question("live", province="01", chosen=question("few", province="01")).as_string(cursor)
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on parcel_01" not in plan, plan
    assert "Seq Scan on parcel_alias_01" not in plan, plan
    lines = plan.splitlines()
    by_key = [lines[i + 1] for i, line in enumerate(lines) if "using parcel_01_pkey" in line]
    assert by_key
    assert all("parcel_uid = " in condition for condition in by_key), plan  # never gone through
