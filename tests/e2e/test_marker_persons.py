"""Fifty marked persons come by every way there is, and nobody finds them where he may read without a right to them.

Each kind of output has its control: the same search finds what is public in it, or a person who was put into a copy of it.
"""

import io
import secrets
import zipfile
from collections.abc import Iterator

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.main import get_command

from sync.cli.app import app
from sync.platform.databases import administer, prepare_land
from sync.settings import settings
from tests.support import marker_play as play
from tests.support.database import Database, Server, server
from tests.support.databases import copy_database, drop_database
from tests.support.marker_readers import ServerLog, read_by
from tests.support.marker_story import PRIVATE, Story, logs, marked
from tests.support.markers import PEOPLE, STEMS
from tests.support.searched import files_of, kinds_in, seen

__all__ = ["server"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]
PUBLIC = (
    "commands",
    "reports",
    "run folders",
    "roles",
    "dump of land",
    "dump of ledger",
    "server log",
)  # canary and all
KINDS = (*PUBLIC, "fingerprints", "exceptions", "context", "logs")
MEANT = {"context": {"key"}}  # it is handed to the province whose keys they are (docs/context.md)
# They read no delivery of an office: made-up nations, and the servers of a checkout.
OTHER = {"up", "down", "generate", "evaluate", "demo", "measure"}


@pytest.fixture(scope="module")
def story(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The whole of it, once."""
    folder = tmp_path_factory.mktemp("markers")
    name = f"test_{secrets.token_hex(6)}"
    copy_database(server.superuser_dsn, name, server.template)
    database = Database(name, server)
    log = ServerLog(database)
    prepare_land(database.superuser_dsn)
    told = Story(folder / "home", folder, database)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LANDSYNC_DSN", database.dsn)
            patch.setenv("LANDSYNC_HOME", str(told.home))
            settings.cache_clear()
            with logs(told):
                delivery = marked(folder / "nation")
                for night in (
                    play.offline, play.went_well, play.came_as_tables, play.was_held, play.was_refused, play.broke,
                ):  # fmt: skip
                    night(told, delivery)
                play.asked(told)
                play.from_the_database(told)
            play.what_is_left(told)
            told.tell("server log", "all of it", log.since())
            yield told
    finally:
        settings.cache_clear()
        drop_database(server.superuser_dsn, name)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_found(story: Story, kind: str) -> None:
    found = {name: kinds - MEANT.get(kind, set()) for name, kinds in seen(story.told[kind]).items()}
    assert {name: kinds for name, kinds in found.items() if kinds} == {}


def test_they_are_where_they_belong(story: Story) -> None:
    live = story.query(
        "SELECT land_user_name FROM land_private.land_user WHERE land_user_name LIKE %s", "Đoàn%"
    )
    assert len({name[: len(PEOPLE[0].name)] for (name,) in live}) > 40
    assert story.query("SELECT count(*) FROM land_private.restriction")[0][0] > 0
    (run,) = story.query("SELECT run_id FROM ledger.receipt ORDER BY run_id LIMIT 1")[0]
    parts = [content for _, content in files_of(story.home / "runs" / run / PRIVATE[0])]
    assert set().union(*map(kinds_in, parts)) == {*STEMS, "canary"}


@pytest.mark.parametrize("kind", PUBLIC)
def test_what_is_public_is_found(story: Story, kind: str) -> None:
    assert any("canary" in kinds_in(content) for content in story.told[kind].values())


@pytest.mark.parametrize("kind", ["fingerprints", "context", "exceptions"])
def test_no_address_is_found_where_no_value_is_meant(story: Story, kind: str) -> None:
    assert not any("canary" in kinds_in(content) for content in story.told[kind].values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_put_into_an_output_is_found(story: Story, kind: str) -> None:
    of_its_form = {name.rpartition(".")[2]: (name, content) for name, content in story.told[kind].items()}
    for name, content in of_its_form.values():
        assert seen({name: planted(content)}) == {name: set(STEMS)}, name


def planted(content: bytes) -> bytes:
    """The output with a person in its middle; of a container, in something that it holds."""
    one = PEOPLE[31]
    words = f" {one.name}, {one.number}, {one.certificate}, {one.key} ".encode()
    if content.startswith(b"PK\x03\x04"):
        target = io.BytesIO(content)
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("one/more.xml", words)
        return target.getvalue()
    if content.startswith(b"PAR1"):
        table, target = pq.read_table(io.BytesIO(content)), io.BytesIO()
        pq.write_table(table.append_column("one_more", pa.array([words.decode()] * len(table))), target)
        return target.getvalue() if len(table) else words
    if content.startswith(b"SQLite"):
        return content + words
    half = len(content) // 2
    return content[:half] + words + content[half:]


def test_who_has_the_right_finds_them_by_the_same_way_of_reading(story: Story) -> None:
    (uid,) = story.query("SELECT parcel_uid FROM land.parcel LIMIT 1")[0]
    story.database.allow_login("central_operator")
    found = {kind for _, rows in read_by(story.database, "central_operator", uid) for kind in kinds_in(rows)}
    assert found == {*STEMS, "canary"}


def test_the_servers_log_would_have_them_without_the_settings_of_the_database(story: Story) -> None:
    log = ServerLog(story.database)
    prepare_land(story.database.superuser_dsn)
    for usual in (False, True):
        with administer(story.database.superuser_dsn) as cursor:
            if usual:
                cursor.execute("SET log_min_messages = 'warning'")
                cursor.execute("SET log_error_verbosity = 'default'")
            cursor.execute("CREATE TEMPORARY TABLE narrow (number integer)")
            with pytest.raises(psycopg2.Error):
                cursor.copy_expert("COPY narrow FROM STDIN", io.StringIO(PEOPLE[3].name))
        assert ("name" in kinds_in(log.since())) == usual


def test_every_command_was_run(story: Story) -> None:
    def below(command: object, *names: str) -> Iterator[tuple[str, ...]]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from below(inner, *names, name)
        if not getattr(command, "commands", None):
            yield names

    assert {names for names in below(get_command(app)) if names[0] not in OTHER} == story.ran


def test_what_broke_is_told_with_its_place(story: Story) -> None:
    told = "".join(
        content.decode() for name, content in story.told["commands"].items() if name.endswith("stage")
    )
    for word in (
        "DB-NOT-TAKEN",
        "22001",
        "22P02",
        "23514",
        "23505",
        "P0001",
        "land_user_name",
        "DB-DOWN",
        "DB-STATEMENT-TIMEOUT",
    ):
        assert word in told, word
    assert "exceptions" in story.told
    assert not any("stage" in name for name in story.told["exceptions"])
