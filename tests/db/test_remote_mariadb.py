"""Any SQLAlchemy database: a real MariaDB server, and PostGIS by a query that gives WKB or WKT."""

import secrets
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from parcels.errors import ComponentMissing, DeliveryRejected, LandsyncError, TransientError, UsageError
from sync.folder.pulled import PulledEntry
from sync.intake.pull import accepted
from sync.intake.remotes import session_of
from tests.support.remotes import canonical_rows, profile_with, pulled, reference, table, text_of
from tests.support.services import PASSWORD, MariaDb, mariadb
from tests.support.tiny import tiny
from tests.unit.intake.sources.test_format_matrix import COMPARED

__all__ = ["mariadb"]

VARIABLE = "LANDSYNC_SOURCE_TEST"
TYPES = {"double": "decimal(18,4)", "date32[day]": "date", "int32": "int"}
WHERE = {"kind": "sql", "dsn_env": VARIABLE, "table": "ThuaDat", "key": "thuaDatId", "srid": 5899}


@pytest.fixture
def schema(mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The small province in a database of its own, as WKB and as WKT, and an account that may only read it."""
    name = f"nguon_{secrets.token_hex(5)}"
    rows = table()
    columns = ", ".join(
        f"`{field.name}` {TYPES.get(str(field.type), 'varchar(300)')}"
        for field in rows.schema
        if field.name != "geom"
    )
    sent = pa.table([text_of(column) for column in rows.columns], names=rows.column_names)
    wkt = shapely.to_wkt(tiny().geometry, rounding_precision=-1).tolist()
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {name}")
        cursor.execute(
            f"CREATE TABLE `ThuaDat` ({columns}, geom longblob, wkt longtext, `shape` geometry, phien bigint unsigned)"
        )
        values = ", ".join(["%s"] * (rows.num_columns + 1))
        names = ", ".join(f"`{name}`" for name in [*rows.column_names, "wkt"])
        cursor.executemany(
            f"INSERT INTO `ThuaDat` ({names}) VALUES ({values})",
            [(*row.values(), text) for row, text in zip(sent.to_pylist(), wkt, strict=True)],
        )
        cursor.execute("UPDATE `ThuaDat` SET `shape` = ST_GeomFromWKB(geom), phien = 18446744073709551615")
        cursor.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
        cursor.execute(f"GRANT SELECT ON {name}.* TO '{name}'@'%'")
    monkeypatch.setenv(VARIABLE, f"mysql://{name}:{PASSWORD}@127.0.0.1:{mariadb.port}/{name}")
    yield name
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
        cursor.execute(f"DROP USER '{name}'@'%'")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    return reference(tmp_path_factory.mktemp("expected"))


@pytest.mark.parametrize(
    "way",
    [
        {"geometry": "geom"},
        {"geometry": "wkt", "geometry_as": "wkt", "batch_rows": 100},
        {"geometry": "shape"},
        {
            "geometry": "hinh",
            "table": None,
            "query": "SELECT t.*, ST_AsWKB(`shape`) AS hinh FROM `ThuaDat` AS t WHERE '%' = '%' AND ':a' <> ''",
        },
    ],
    ids=["wkb", "wkt", "geometry", "query"],
)
def test_every_way_gives_the_same_canonical_rows_as_a_file(
    schema: str, way: dict[str, object], expected: pa.Table, tmp_path: Path
) -> None:
    delivered, (entry,) = pulled(profile_with(**(WHERE | way)), tmp_path / "pulled")
    rows = canonical_rows(delivered, tmp_path / "run")
    assert rows.num_rows == expected.num_rows == entry.rows
    for name in [*COMPARED, "geom", "area_m2"]:
        assert rows[name].to_pylist() == expected[name].to_pylist(), name
    assert entry.notes == ()


def test_a_table_keeps_its_types_and_numbers_all_their_digits(schema: str, tmp_path: Path) -> None:
    pulled(profile_with(**WHERE, geometry="geom"), tmp_path / "pulled")
    rows = pq.read_table(tmp_path / "pulled" / "thua_dat.parquet")
    assert rows.schema.field("dienTichPhapLy").type == pa.decimal128(18, 4)
    assert rows.schema.field("ngayHoanThanh").type == pa.date32()
    assert str(rows["phien"][0].as_py()) == "18446744073709551615"


def test_since_the_watermark_comes_what_changed_and_what_does_not_say(
    schema: str, mariadb: MariaDb, tmp_path: Path
) -> None:
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {schema}.`ThuaDat` ADD luc datetime(6) NULL DEFAULT '2026-11-01 08:00:00'"
        )
        cursor.execute(
            f"UPDATE {schema}.`ThuaDat` SET luc = '2026-11-20 08:00:00.25' WHERE `thuaDatId` = '22000000005'"
        )
        cursor.execute(f"UPDATE {schema}.`ThuaDat` SET luc = NULL WHERE `thuaDatId` = '22000000006'")
        profile = profile_with(**WHERE, geometry="geom", mode="since", watermark="luc")
        began = datetime(2026, 11, 21, tzinfo=UTC)
        _, first = pulled(profile, tmp_path / "first", now=began)
        assert (first[0].kind, first[0].rows) == ("full", 240)
        known = accepted([PulledEntry.model_validate_json(entry.model_dump_json()) for entry in first], began)
        cursor.execute(
            f"UPDATE {schema}.`ThuaDat` SET luc = '2026-11-20 07:30:00' WHERE `thuaDatId` = '22000000007'"
        )
        cursor.execute(f"UPDATE {schema}.`ThuaDat` SET luc = '2999-01-01' WHERE `thuaDatId` = '22000000008'")
    later = began + timedelta(days=1)
    _, second = pulled(profile, tmp_path / "second", known=known, now=later)
    rows = pq.read_table(tmp_path / "second" / "thua_dat.parquet")
    assert rows["thuaDatId"].to_pylist() == [f"2200000000{n}" for n in (5, 6, 7, 8)]
    said = tomllib.loads((tmp_path / "second" / "delivery.toml").read_text(encoding="utf-8"))
    assert (said["kind"], said["since"], said["until"]) == ("changes", began, later)
    assert "complete_for" not in said
    mark = second[0].watermark
    assert mark is not None
    assert not mark.value.startswith("2999")  # a time that has not come holds nothing up
    for other in ({"full": True}, {"now": began + timedelta(days=7)}):
        _, (entry,) = pulled(profile, tmp_path / "third", **({"known": known, "now": later} | other))
        assert entry.kind == "full"
    another = profile_with(
        **(WHERE | {"table": None, "query": "SELECT * FROM `ThuaDat`"}),
        geometry="geom",
        mode="since",
        watermark="luc",
    )
    _, (entry,) = pulled(another, tmp_path / "fourth", known=known, now=later)
    assert entry.kind == "full"


def test_rows_written_while_it_reads_are_not_seen(schema: str, mariadb: MariaDb) -> None:
    profile = profile_with(**WHERE, geometry="geom", batch_rows=50)
    with session_of(profile.connection[0]) as session:
        offer = session.probe()
        with mariadb.connect() as link, link.cursor() as cursor:
            cursor.execute(f"DELETE FROM {schema}.`ThuaDat`")
        assert [batch.num_rows for batch in session.read(offer)] == [50, 50, 50, 50, 40]


def test_the_session_writes_nothing_and_an_account_that_could_is_reported(
    schema: str, mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON {schema}.* TO '{schema}'@'%'")
    profile = profile_with(**WHERE, geometry="geom")
    with session_of(profile.connection[0]) as session:
        assert ["may write" in note.en for note in session.probe().notes] == [True]
        with pytest.raises(UsageError), session.told():
            session.link.exec_driver_sql("DELETE FROM `ThuaDat`")


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"table": "`; DROP TABLE `ThuaDat"}, UsageError, "CON-PROFILE"),
        ({"table": "KhongCo"}, UsageError, "CON-PROFILE"),
        ({"geometry": "khong"}, UsageError, "CON-PROFILE"),
        ({"geometry": "namSinh"}, DeliveryRejected, "DLV-SERVICE-ANSWER"),
        ({"table": None, "query": "SELEC 1"}, UsageError, "CON-PROFILE"),
    ],
)
def test_what_the_profile_names_and_the_source_lacks_is_a_sentence(
    schema: str, change: dict[str, object], error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as refused:
        pulled(profile_with(**(WHERE | {"geometry": "geom"} | change)), tmp_path / "pulled")
    assert refused.value.code == code
    assert list((tmp_path / "pulled").iterdir()) == []


@pytest.mark.parametrize(
    ("dsn", "error", "code"),
    [
        ("mysql://{name}:sai-mat-khau@127.0.0.1:{port}/{name}", ComponentMissing, "CON-LOGIN"),
        ("mysql://{name}:{password}@127.0.0.1:{port}/mysql", ComponentMissing, "CON-LOGIN"),
        ("mysql://{name}:{password}@127.0.0.1:9/{name}", TransientError, "CON-DOWN"),
    ],
)
def test_a_dsn_that_does_not_work_is_a_sentence_without_the_password(
    schema: str, mariadb: MariaDb, dsn: str, error: type[LandsyncError], code: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(VARIABLE, dsn.format(name=schema, port=mariadb.port, password=PASSWORD))
    with pytest.raises(error) as refused:
        pulled(profile_with(**WHERE, geometry="geom"), tmp_path / "pulled")
    assert refused.value.code == code
    assert PASSWORD not in str(refused.value)
    assert "sai-mat-khau" not in str(refused.value)


def test_a_value_that_its_column_cannot_mean_is_told_by_its_column(
    schema: str, mariadb: MariaDb, tmp_path: Path
) -> None:
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode = ''")
        cursor.execute(f"UPDATE {schema}.`ThuaDat` SET `ngayCapGCN` = '0000-00-00'")
    with pytest.raises(DeliveryRejected) as refused:
        pulled(profile_with(**WHERE, geometry="geom"), tmp_path / "pulled")
    assert "ngayCapGCN" in refused.value.message.vi


def test_the_server_really_is_mariadb(mariadb: MariaDb) -> None:
    with mariadb.connect() as link, link.cursor() as cursor:
        cursor.execute("SELECT version()")
        assert "MariaDB" in cursor.fetchone()[0]
