"""What the land statistics expect, in the database: nothing is lost, the newest counts, and who may do what."""

from datetime import date
from pathlib import Path

import pytest

from parcels.errors import ComponentMissing, DeliveryRejected
from sync import db
from sync.conform.expected import read_expected
from sync.db.migrations import migrate
from sync.known.context.export import export_context
from sync.known.context.file import read_context
from sync.known.database import known_to_the_nation
from sync.known.statistics import store_expected
from tests.support.before import database_of
from tests.support.database import Database, Server
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db
AS_OF = date(2026, 11, 28)
KEPT = (
    "SELECT commune_code, figure, amount, source, stated_on, file_name, actor, file_rows "
    "FROM land.commune_expected ORDER BY loaded_at, commune_code, figure"
)


def load(database: Database, folder: Path, text: str, name: str = "a.csv", actor: str = "lan") -> int:
    path = folder / name
    path.write_text("commune_code,parcels,area_m2,source,stated_on\n" + text, encoding="utf-8")
    read = read_expected(path)
    return store_expected(database.dsn, read.table, read.file, read.sha256, actor)


def known(database: Database) -> dict[tuple[str, str], tuple[int, date]]:
    with known_to_the_nation(database.dsn, "08", AS_OF) as nation:
        rows = nation.expected().to_pylist()
    return {(row["commune_code"], row["figure"]): (row["amount"], row["stated_on"]) for row in rows}


def test_a_newer_statistic_counts_and_the_older_ones_stay(database: Database, tmp_path: Path) -> None:
    assert load(database, tmp_path, "00691,100,5000,TK 2025,2025-12-31\n00004,7,,TK 2025,2025-12-31\n") == 3
    assert load(database, tmp_path, "00691,110,,TK giữa năm,2026-06-30\n", "b.csv", "minh") == 1
    assert known(database) == {
        ("00691", "parcels"): (110, date(2026, 6, 30)),
        ("00691", "area_m2"): (5000, date(2025, 12, 31)),  # the newer one says nothing of it
    }
    assert (
        load(database, tmp_path, "00691,90,,TK muộn,2025-12-31\n", "late.csv") == 1
    )  # older, though loaded last
    assert known(database)["00691", "parcels"] == (110, date(2026, 6, 30))
    assert (
        load(database, tmp_path, "00691,111,,Sửa,2026-06-30\n", "mended.csv") == 1
    )  # of the same day the last loaded
    assert known(database)["00691", "parcels"] == (111, date(2026, 6, 30))
    rows = database.query(KEPT)
    assert [(row[0], row[1], row[2], row[6]) for row in rows] == [
        ("00004", "parcels", 7, "lan"), ("00691", "area_m2", 5000, "lan"), ("00691", "parcels", 100, "lan"),
        ("00691", "parcels", 110, "minh"), ("00691", "parcels", 90, "lan"), ("00691", "parcels", 111, "lan"),
    ]  # fmt: skip
    assert rows[3][3:6] == ("TK giữa năm", date(2026, 6, 30), "b.csv")
    assert rows[0][7] == [3]


def test_the_same_file_again_adds_nothing_and_a_bad_one_not_a_row(database: Database, tmp_path: Path) -> None:
    text = "00691,100,5000,TK 2025,2025-12-31\n"
    assert [load(database, tmp_path, text) for _ in range(3)] == [2, 0, 0]
    with pytest.raises(DeliveryRejected):
        load(database, tmp_path, text.replace("100", "101") + "00694,-1,,TK 2025,2025-12-31\n", "bad.csv")
    with pytest.raises(ComponentMissing, match="DB-NOT-TAKEN"):
        _half(database, tmp_path)
    assert database.query("SELECT count(*) FROM land.commune_expected") == [(2,)]


def _half(database: Database, folder: Path) -> None:
    """A load whose second figure the database refuses."""
    path = folder / "half.csv"
    path.write_text(
        "commune_code,parcels,area_m2,source,stated_on\n00694,5,5,TK,2025-12-31\n", encoding="utf-8"
    )
    read = read_expected(path)
    at = read.table.schema.get_field_index("amount")
    broken = read.table.set_column(at, read.table.schema.field(at), [[5, 0]])
    store_expected(database.dsn, broken, read.file, read.sha256, "test")


def test_a_context_file_holds_what_the_database_says(database: Database, tmp_path: Path) -> None:
    load(database, tmp_path, "00691,100,5000,TK 2025,2025-12-31\n00004,7,,TK 2025,2025-12-31\n")
    path = tmp_path / "08.context"
    assert export_context(database.dsn, "08", path, AS_OF)["expected"] == 1
    with known_to_the_nation(database.dsn, "08", AS_OF) as nation:
        said = nation.expected()
    assert said.num_rows == 2
    assert read_context(path, "08").expected().equals(said)


def test_a_database_of_before_forgets_nothing_and_claims_nothing(server: Server) -> None:
    """What was called đủ was said of rows: it goes on under its own name, and completeness is unknown."""
    with database_of(server, "0014") as database:
        forgets_nothing_and_claims_nothing(database)


def forgets_nothing_and_claims_nothing(database: Database) -> None:
    with db.connect(database.superuser_dsn) as link, link.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger.run (run_id, province_code, kind, actor, started_at, dry_run, code_version)
            VALUES ('r', '08', 'sync', 'test', now(), false, '1');
            INSERT INTO land.dataset (commune_code, commune_valid_from, province_code, run_id, delivery_sha256, accepted_at,
                complete, rows_read, quarantined, unreadable, usability_group, provisional, reasons, measures, measured, policy)
            VALUES ('00691', '2025-07-01', '08', 'r', '0', now(), true, 10, 0, 0, 1, false, '[]',
                    '{"dung": 1.0, "du": 0.9}', '{"du": {"good": 9, "of": 10}}', '2025-three-groups/6');
            """
        )
    migrate(database.owner_dsn)
    found = database.query(
        "SELECT du, thong_tin, completeness, expected_parcels FROM analyst.commune_quality WHERE commune_code = '00691'"
    )
    assert [(row[0], float(row[1]), *row[2:]) for row in found] == [(None, 0.9, "unknown", None)]
    ((measured,),) = database.query("SELECT measured FROM land.dataset")
    assert measured == {"du": None, "thong_tin": {"good": 9, "of": 10}}
    assert database.query(
        "SELECT completeness_unknown FROM analyst.national_summary WHERE province_code = '08'"
    ) == [(1,)]


def test_who_may_load_and_who_may_read(surface: Surface) -> None:
    row = (
        "INSERT INTO land.commune_expected (commune_code, commune_valid_from, province_code, figure, amount, source, stated_on, "
        "file_name, file_sha256, file_rows, actor, loaded_at) VALUES ('{0}', '2025-07-01', '{1}', 'parcels', 5, 'TK', "
        "'2025-12-31', 'a.csv', repeat('0', 64), '{{2}}', 'test', now())"
    )
    surface.run(row.format("00691", "08"))
    surface.run(row.format("00004", "01"))
    assert not surface.denied("landsync_loader", row.format("00694", "08"))
    for role in ("central_operator", "central_viewer", "analyst", "province_08"):
        assert surface.denied(role, row.format("00694", "08"))
    for role in ("central_operator", "central_viewer"):
        assert not surface.denied(role, "SELECT FROM land.commune_expected")
    for role in ("analyst", "province_08"):
        assert surface.denied(role, "SELECT FROM land.commune_expected")
    seen = "SELECT province_code, commune_code, amount FROM {}.commune_expected ORDER BY 1"
    with surface.acting_as("analyst"):
        assert surface.run(seen.format("analyst")) == [("01", "00004", 5), ("08", "00691", 5)]
    surface.run("CREATE ROLE officer IN ROLE province_08")
    with surface.acting_as("officer"):
        assert surface.run(seen.format("province")) == [("08", "00691", 5)]
    assert surface.denied("officer", seen.format("analyst"))
