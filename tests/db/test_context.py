"""What the nation knows, asked of a real database: live parcels, numbers that ended, who holds an id, who lies near."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from sync.known.context.export import export_context
from sync.known.context.file import read_context
from sync.known.database import known_to_the_nation
from sync.platform import databases
from tests.support.database import Database
from tests.support.judged import AS_OF, COMMUNES, Plot, run_merge, square
from validators.delivery import as_claims
from validators.identity.handles import sheet_handles
from validators.live import LIVE_SCHEMA

pytestmark = pytest.mark.db
HERE, THERE, _ = COMMUNES
BESIDE = "00163"  # of province 01 as well; used for nothing else
IDS = [f"w7er83vw181{letter}" for letter in "bcdefghjkm"]
EVERYWHERE = np.array([[100.0, 5.0, 115.0, 25.0]])


def known(database: Database, province: str = "01"):  # type: ignore[no-untyped-def]
    return known_to_the_nation(database.dsn, province, AS_OF)


def wanted(*pairs: tuple[str, str]) -> pa.Table:
    return pa.table({"national_id": [i for i, _ in pairs], "commune_code": [c for _, c in pairs]})


@pytest.fixture
def nation(database: Database, tmp_path: Path) -> Database:
    """Two communes of Hà Nội with three parcels each, of which one ended; one parcel of Cao Bằng beside them."""
    plots = [Plot(f"a{i}", IDS[i], str(i + 1), HERE, x=i) for i in range(3)]
    plots += [Plot(f"b{i}", IDS[3 + i], str(i + 1), THERE, x=10 + i) for i in range(3)]
    run_merge(database.dsn, tmp_path / "1", plots, complete=(), province="01")
    run_merge(database.dsn, tmp_path / "2", plots[:2] + plots[3:], complete=(HERE,), province="01")
    foreign = [Plot("c0", IDS[8], "1", "01273", x=3)]
    run_merge(database.dsn, tmp_path / "3", foreign, complete=(), province="04")
    return database


def test_live_parcels_come_as_they_are_stored(nation: Database) -> None:
    with known(nation) as nations:
        live_parcels = nations.live(HERE)
        assert nations.live("00025").equals(LIVE_SCHEMA.empty_table())
    assert live_parcels.schema.equals(LIVE_SCHEMA)
    assert sorted(live_parcels["source_key"].to_pylist()) == ["a0", "a1"]
    first = live_parcels.filter(pc.equal(live_parcels["source_key"], "a0")).to_pylist()[0]
    assert first["geom"] == shapely.to_wkb(
        square(0), byte_order=1
    )  # to the byte: what is the same is not looked at
    assert (first["national_id"], first["sheet_no"], first["parcel_no"]) == (IDS[0], "1", "1")
    assert live_parcels["parcel_uid"].null_count == 0


def test_numbers_of_parcels_that_ended_come_with_what_else_they_were_known_by(
    nation: Database, tmp_path: Path
) -> None:
    handle = sheet_handles(
        pa.table(
            {
                "old_commune_code": [None],
                "map_set": [None],
                "map_scale": [None],
                "sheet_no": ["1"],
                "parcel_no": ["3"],
            },
            schema=pa.schema(
                [
                    (n, pa.string())
                    for n in ("old_commune_code", "map_set", "map_scale", "sheet_no", "parcel_no")
                ]
            ),
        ),
        HERE,
        AS_OF,
    )
    with known(nation) as nations:
        (row,) = nations.retired(HERE).to_pylist()
        assert nations.retired(THERE).num_rows == 0
    assert row["handle"] == handle[0].as_py()
    assert (row["source_handle"].endswith("|a2"), row["national_id"]) == (True, IDS[2])
    assert row["ended_on"] is not None
    again = [Plot("a9", None, "3", HERE, x=5)]
    run_merge(nation.dsn, tmp_path / "again", again, complete=(), province="01")
    with known(nation) as nations:
        assert nations.retired(HERE).num_rows == 0  # somebody has it now


def test_a_parcel_that_came_back_has_not_ended(nation: Database, tmp_path: Path) -> None:
    run_merge(nation.dsn, tmp_path / "back", [Plot("a2", IDS[2], "7", HERE, x=2)], complete=(), province="01")
    with known(nation) as nations:
        assert nations.retired(HERE).num_rows == 0


def test_ids_are_held_by_other_provinces_and_by_other_communes(nation: Database) -> None:
    asked = wanted((IDS[0], HERE), (IDS[3], HERE), (IDS[4], THERE), (IDS[8], HERE), (IDS[9], HERE))
    with known(nation) as nations:
        held = {row["national_id"]: row for row in nations.claims(asked).to_pylist()}
    assert set(held) == {IDS[3], IDS[8]}
    assert (held[IDS[8]]["province_code"], held[IDS[8]]["commune_code"]) == ("04", None)
    assert (held[IDS[3]]["province_code"], held[IDS[3]]["commune_code"]) == ("01", THERE)
    assert held[IDS[3]]["source_handle"].endswith("|b0")
    assert held[IDS[3]]["sheet_handle"].startswith(f"{THERE}|")


def test_near_parcels_are_those_of_others_that_touch_a_box(nation: Database) -> None:
    west, south, east, north = shapely.bounds(square(2))
    with known(nation) as nations:
        box = np.array([[west, south, east + 0.0002, north]])
        assert nations.near(HERE, box)["source_key"].to_pylist() == ["c0"]
        assert set(nations.near(HERE, EVERYWHERE)["source_key"].to_pylist()) == {"b0", "b1", "b2", "c0"}
        assert nations.near(HERE, EVERYWHERE, [THERE])["source_key"].to_pylist() == ["c0"]
        assert nations.near(HERE, np.empty((0, 4))).num_rows == 0
        assert nations.near_province(EVERYWHERE)["source_key"].to_pylist() == ["c0"]
        # a second question does not answer the first one again
        assert nations.near(HERE, np.array([[100.0, 5.0, 100.1, 5.1]])).num_rows == 0


def test_near_parcels_are_found_by_the_spatial_index(nation: Database, tmp_path: Path) -> None:
    many = [Plot(f"m{i}", None, str(i + 100), THERE, x=i + 100) for i in range(1500)]
    run_merge(nation.dsn, tmp_path / "many", many, complete=(), passed=(THERE,), province="01")
    live_parcels = nation.query("SELECT count(*) FROM land.parcel WHERE province_code = '01'")
    assert live_parcels[0][0] > len(many)  # no brake kept them out
    with nation.connect(databases.OWNER) as link, link.cursor() as cursor:
        cursor.execute("ANALYZE land.parcel_01")
        link.commit()
    box = np.array([shapely.bounds(square(0))])
    with known(nation) as nations, nations._connection.cursor() as cursor:
        for code in (HERE, THERE):
            nations.near(code, box)
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'near_land'"
        )
        assert cursor.fetchall() == [(2, 0)], "planned once for all communes"
        cursor.execute("EXPLAIN EXECUTE near_land (%s, '')", ([HERE],))
        plan = [row[0] for row in cursor.fetchall()]
    assert any("parcel_01_geom_idx" in line for line in plan)
    assert not any("Seq Scan on parcel_01" in line for line in plan)


def test_one_moment_is_seen_throughout(nation: Database, tmp_path: Path) -> None:
    with known(nation) as nations:
        before = nations.live(HERE)
        run_merge(
            nation.dsn, tmp_path / "new", [Plot("z", None, "44", HERE, x=40)], complete=(), province="01"
        )
        assert nations.live(HERE).equals(before)
    with known(nation) as nations:
        assert nations.live(HERE).num_rows == before.num_rows + 1


def test_the_exported_file_answers_what_the_database_answers(nation: Database, tmp_path: Path) -> None:
    path = tmp_path / "01.context"
    summary = export_context(nation.dsn, "01", path, AS_OF, datetime(2026, 11, 21, tzinfo=UTC))
    assert {name: summary[name] for name in ("communes", "parcels", "ended", "near", "claims")} == {
        "communes": 2, "parcels": 5, "ended": 1, "near": 1, "claims": 1,
    }  # fmt: skip
    file = read_context(path, "01")
    asked = wanted((IDS[0], HERE), (IDS[3], HERE), (IDS[8], THERE), (IDS[9], HERE))

    def in_order(claims: pa.Table) -> list[dict[str, object]]:
        return sorted(as_claims(claims).to_pylist(), key=str)

    with known(nation) as nations:
        assert in_order(file.claims(asked)) == in_order(nations.claims(asked))
        for code in (HERE, THERE, BESIDE):
            assert file.live(code).equals(nations.live(code))
            assert file.retired(code).equals(nations.retired(code))
            for replaced in ([], [HERE], [HERE, THERE, BESIDE]):
                assert file.near(code, EVERYWHERE, replaced).equals(nations.near(code, EVERYWHERE, replaced))
        assert file.excused().equals(nations.excused())
        assert file.authentication() == nations.authentication() is None
    assert [receipt.province for receipt in file.document.receipts] == ["01", "04"]


def test_there_is_nothing_personal_in_an_exported_file(nation: Database, tmp_path: Path) -> None:
    path = tmp_path / "01.context"
    export_context(nation.dsn, "01", path, AS_OF)
    file = read_context(path)
    columns = {name for code in (HERE, THERE) for name in file.live(code).column_names}
    assert columns == set(LIVE_SCHEMA.names)
    with nation.connect() as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM land_private.land_user WHERE land_user_name = 'Người Thử'")
        assert cursor.fetchone()[0] > 0
    said = b"".join(str(file.live(code).to_pylist()).encode() for code in (HERE, THERE))
    assert "Người Thử".encode() not in said
