"""PostGIS as a source: the same canonical rows as from a file, read-only, consistent, and no password anywhere."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcels.errors import ComponentMissing, LandsyncError, TransientError, UsageError
from sync.intake.remotes import session_of
from tests.support.database import Server
from tests.support.databases import copy_database, drop_database
from tests.support.remotes import READER, canonical_rows, fill_postgis, profile_with, pulled, reference
from tests.support.services import PASSWORD
from tests.unit.intake.sources.test_format_matrix import COMPARED

VARIABLE = "LANDSYNC_SOURCE_TEST"
WHERE = {"kind": "postgis", "dsn_env": VARIABLE, "geometry": "geom"}
TABLE = {**WHERE, "table": "Địa chính.ThuaDat", "key": "thuaDatId"}


@dataclass(frozen=True)
class Source:
    """A province's own database."""

    server: Server
    name: str

    @property
    def reader(self) -> str:
        """The DSN of the role that only reads."""
        return self.server.dsn(self.name, READER).replace(f"{READER}:{READER}@", f"{READER}:{PASSWORD}@")

    def execute(self, statement: str) -> None:
        """As the superuser, committed."""
        with psycopg2.connect(self.server.dsn(self.name)) as link, link.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture
def source(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """The small province in a database of its own, whose reader's DSN stands in the environment."""
    name = f"nguon_{secrets.token_hex(5)}"
    copy_database(server.superuser_dsn, name, server.template)
    try:
        fill_postgis(server, name, password=PASSWORD)
        monkeypatch.setenv(VARIABLE, Source(server, name).reader)
        yield Source(server, name)
    finally:
        drop_database(server.superuser_dsn, name)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    return reference(tmp_path_factory.mktemp("expected"))


def test_a_table_gives_the_same_canonical_rows_as_a_file(
    source: Source, expected: pa.Table, tmp_path: Path
) -> None:
    delivered, (entry,) = pulled(profile_with(**TABLE), tmp_path / "pulled")
    rows = canonical_rows(delivered, tmp_path / "run")
    assert rows.num_rows == expected.num_rows == entry.rows
    for name in [*COMPARED, "geom", "area_m2"]:
        assert rows[name].to_pylist() == expected[name].to_pylist(), name
    assert entry.notes == ()
    schema = pq.read_schema(tmp_path / "pulled" / "thua_dat.parquet")
    assert schema.field("dienTichPhapLy").type == pa.decimal128(18, 4)
    assert schema.field("ngayHoanThanh").type == pa.date32()
    assert schema.field("changed_at").type == pa.timestamp("us", "UTC")
    assert "5899" in schema.metadata[b"geo"].decode()


@pytest.mark.parametrize(("function", "form"), [("ST_AsBinary", "wkb"), ("ST_AsText", "wkt")])
def test_the_way_of_any_database_gives_them_too(
    source: Source, function: str, form: str, expected: pa.Table, tmp_path: Path
) -> None:
    query = f'SELECT t.*, {function}(geom) AS hinh FROM "Địa chính"."ThuaDat" AS t'
    said = {"kind": "sql", "dsn_env": VARIABLE, "query": query, "geometry": "hinh", "geometry_as": form}
    delivered, _ = pulled(
        profile_with(**said, srid=5899, key="thuaDatId", batch_rows=100), tmp_path / "pulled"
    )
    rows = canonical_rows(delivered, tmp_path / "run")
    for name in [*COMPARED, "geom", "area_m2"]:
        assert rows[name].to_pylist() == expected[name].to_pylist(), name


def test_a_query_may_have_percent_signs_colons_and_vietnamese(source: Source, tmp_path: Path) -> None:
    query = """SELECT t.*, '12:30 50%% é'::text AS "ghi chú", 'NaN'::numeric(9,2) AS nan, 'infinity'::date AS mai,
               1.5::numeric AS "mở", E'\\\\xff00'::bytea AS b, '{"a": 1}'::jsonb AS j, true AS co
               FROM "Địa chính"."ThuaDat" AS t WHERE "diaChi" LIKE '%phố%' OR "diaChi" IS NULL"""
    _, (entry,) = pulled(profile_with(**WHERE, query=query), tmp_path / "pulled")
    rows = pq.read_table(tmp_path / "pulled" / "thua_dat.parquet")
    assert 0 < rows.num_rows == entry.rows
    first = rows.slice(0, 1).to_pylist()[0]
    assert first["ghi chú"] == "12:30 50%% é"
    assert (first["nan"], first["mai"], first["mở"], first["b"], first["j"], first["co"]) == (
        "NaN", "infinity", "1.5", b"\xff\x00", '{"a": 1}', True,
    )  # fmt: skip


def test_rows_written_while_it_reads_are_not_seen(source: Source) -> None:
    profile = profile_with(**TABLE)
    with session_of(profile.connection[0]) as session:
        offer = session.probe()
        source.execute('DELETE FROM "Địa chính"."ThuaDat"')
        assert sum(batch.num_rows for batch in session.read(offer)) == offer.rows == 240


def test_nothing_can_be_written_through_the_session(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, source.server.dsn(source.name))
    source.execute(
        "CREATE TABLE dau_vet (a int); "
        "CREATE FUNCTION ghi() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO dau_vet VALUES (1) RETURNING a'"
    )
    query = 'SELECT ghi() AS ghi, t.* FROM "Địa chính"."ThuaDat" AS t'
    with (
        session_of(profile_with(**WHERE, query=query).connection[0]) as session,
        pytest.raises(UsageError) as refused,
    ):
        list(session.read(session.probe()))
    assert refused.value.code == "CON-PROFILE"
    assert "read-only" in refused.value.message.en


def test_an_account_that_can_write_is_reported(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, source.server.dsn(source.name))
    with session_of(profile_with(**TABLE).connection[0]) as session:
        assert ["may write" in note.en for note in session.probe().notes] == [True]


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"table": "Địa chính.ThuaDatt"}, UsageError, "CON-PROFILE"),
        ({"geometry": "hình"}, UsageError, "CON-PROFILE"),
        ({"geometry": "maXa"}, UsageError, "CON-PROFILE"),
        ({"key": "khoa"}, UsageError, "CON-PROFILE"),
        ({"table": '"; DROP TABLE "ThuaDat'}, UsageError, "CON-PROFILE"),
    ],
)
def test_what_the_profile_names_and_the_source_lacks_is_a_sentence(
    source: Source, change: dict[str, str], error: type[LandsyncError], code: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as refused:
        pulled(profile_with(**(TABLE | change)), tmp_path / "pulled")
    assert refused.value.code == code
    assert not (tmp_path / "pulled" / "delivery.toml").exists()


@pytest.mark.parametrize(
    ("dsn", "error", "code"),
    [
        ("{right}x", UsageError, "CON-PROFILE"),  # no such database
        ("postgresql://nguoi_doc:sai-mat-khau@{host}/{name}", ComponentMissing, "CON-LOGIN"),
        ("postgresql://nguoi_doc:sieu-bi-mat-9731@127.0.0.1:9/x", TransientError, "CON-DOWN"),
        ("host=127.0.0.1 password=sieu-bi-mat-9731", ComponentMissing, "CON-DSN"),
        ("postgresql://a:sieu-bi-mat-9731@127.0.0.1:port/x", ComponentMissing, "CON-DSN"),
        ("khongco://a:sieu-bi-mat-9731@127.0.0.1/x", ComponentMissing, "CON-DSN"),
        ("oracle://a:sieu-bi-mat-9731@127.0.0.1/x", ComponentMissing, "CON-DRIVER"),
        (" ", ComponentMissing, "CON-SECRET"),
    ],
)
def test_a_dsn_that_does_not_work_is_a_sentence_without_the_password(
    source: Source,
    dsn: str,
    error: type[LandsyncError],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = source.reader.rpartition("@")[2].partition("/")[0]
    monkeypatch.setenv(VARIABLE, dsn.format(right=source.reader, host=host, name=source.name))
    with pytest.raises(error) as refused:
        pulled(profile_with(**TABLE), tmp_path / "pulled")
    assert refused.value.code == code
    told = f"{refused.value} {refused.value.message} {refused.value.hint} {refused.value.facts} {refused.value.__cause__}"
    assert PASSWORD not in told
    assert "sai-mat-khau" not in told


def test_a_source_that_takes_too_long_is_told_and_may_be_tried_again(source: Source) -> None:
    profile = profile_with(
        **WHERE, query='SELECT pg_sleep(9), t.* FROM "Địa chính"."ThuaDat" AS t', timeout_minutes=1
    )
    with session_of(profile.connection[0]) as session:
        session.link.exec_driver_sql("SET LOCAL statement_timeout = 200")
        with pytest.raises(TransientError) as refused:
            list(session.read(session.probe()))
    assert refused.value.code == "CON-TIMEOUT"


def test_srids_that_differ_within_a_column_are_refused(source: Source, tmp_path: Path) -> None:
    source.execute(
        'ALTER TABLE "Địa chính"."ThuaDat" ALTER geom TYPE geometry USING geom; '
        'UPDATE "Địa chính"."ThuaDat" SET geom = ST_SetSRID(geom, 9209) WHERE "thuaDatId" = \'22000000005\''
    )
    with pytest.raises(UsageError) as refused:
        pulled(profile_with(**TABLE), tmp_path / "pulled")
    assert "5899" in refused.value.message.vi
    assert "9209" in refused.value.message.vi
