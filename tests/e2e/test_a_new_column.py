"""A parcel gets one more attribute, as docs tell: in a copy of the house, with few files touched, and nothing hashed anew."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from sync.lab.generate.systems import SYSTEMS
from sync.platform import databases
from sync.settings import ROOT
from tests.e2e.conftest import Landsync
from tests.support.database import Database
from tests.support.deliveries import PROVINCE, copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]

HOUSE = ("parcels", "validators", "sync", "dags", "sql", "docs")
DELIVERED = "phuongPhapDo"
RULE = f'survey_method = {{ join = ["{DELIVERED}"], optional = true }}\n'
COLUMN = """\
    Column(
        "survey_method",
        "text",
        "Phương pháp đo đạc",
        "How the parcel was surveyed",
        later=True,
    ),
"""
MIGRATION = """\
-- How a parcel was surveyed. In the content hash only where it is said.
ALTER TABLE land.parcel ADD COLUMN survey_method text;
ALTER TABLE land.parcel_version ADD COLUMN survey_method text;
"""
VERSION = '''\
"""See ../{name}.sql."""

from sync.db.migrations import apply

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("{name}.sql")
'''

COMMANDS = """\
import json, sys
from typer.testing import CliRunner
from sync.cli.app import app
for line in sys.stdin:
    done = CliRunner().invoke(app, json.loads(line))
    print(json.dumps([done.exit_code, done.stdout, done.stderr or repr(done.exception)]), flush=True)
"""


def files_of(house: Path) -> Iterator[tuple[str, bytes]]:
    """What a person may have edited."""
    for folder in HOUSE:
        for path in (house / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(house).as_posix(), path.read_bytes()


@dataclass
class House:
    """A copy of the house in a folder of its own, and its command line in a process of its own."""

    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str, **more: str) -> None:
        """Python in the copy, once."""
        subprocess.run([sys.executable, *arguments], cwd=self.folder, env=self.environment | more, check=True)

    def landsync(self, *arguments: object) -> dict[str, Any]:
        """What a command of the copy tells; the process that runs them starts with the first."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMANDS],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([*map(str, arguments), "--json"]) + "\n")
        self.process.stdin.flush()
        status, told, words = json.loads(self.process.stdout.readline())
        assert status == 0, words
        document: dict[str, Any] = json.loads(told)
        return document

    def insert(self, name: str, before: str, text: str) -> None:
        """Write `text` into a file, before the one place that reads so."""
        path = self.folder / name
        whole = path.read_text(encoding="utf-8")
        assert whole.count(before) == 1
        path.write_text(whole.replace(before, text + before), encoding="utf-8")

    def touched(self) -> set[str]:
        """The files that differ from the house that was copied."""
        return {name for name, _ in {*files_of(self.folder)} ^ {*files_of(ROOT)}}


@pytest.fixture
def house(database: Database, landsync: Landsync, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "house"
    for name in HOUSE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    assert (environment["LANDSYNC_HOME"], environment["LANDSYNC_DSN"]) == (str(landsync.home), database.dsn)
    house = House(folder, environment)
    yield house
    if house.process is not None:
        house.process.kill()
        house.process.communicate()


def add_the_column(house: House) -> set[str]:
    """Everything that is to be done; the files that it takes."""
    last = max((house.folder / "sql" / "migrations").glob("[0-9]*.sql")).stem[:4]
    number = f"{int(last) + 1:04d}"
    name = f"{number}_survey_method"
    migration, version = f"sql/migrations/{name}.sql", f"sql/migrations/versions/{name}.py"
    house.insert("parcels/columns.py", ")\n\n# A parcel has many uses", COLUMN)
    (house.folder / migration).write_text(MIGRATION, encoding="utf-8")
    (house.folder / version).write_text(
        VERSION.format(name=name, number=number, before=last), encoding="utf-8"
    )
    profiles = {f"sync/declared/provinces/base/{system}.toml" for system in SYSTEMS}
    for profile in profiles:  # nobody has seen it in an export yet: where it is missing, nothing is wrong
        house.insert(profile, "\n[lists]", RULE)
    house.run("-m", "sync.lab.pages")
    return {"parcels/columns.py", migration, version, "docs/columns.md"} | profiles


def with_column(values: Callable[[gpd.GeoDataFrame], Any]) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    return lambda frame: frame.assign(**{DELIVERED: values(frame)})


def seen(database: Database, table: str) -> list[tuple[Any, ...]]:
    with database.connect(databases.OWNER) as link, link.cursor() as cursor:
        cursor.execute(f"SELECT survey_method, count(*) FROM {table} GROUP BY 1")
        return cursor.fetchall()


def counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    return told["new"], told["changed"], told["unchanged"], told["ended"]


def test_a_column_takes_few_files_and_is_there_end_to_end(
    house: House, database: Database, landsync: Landsync, tmp_path: Path
) -> None:
    landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 120, "--provinces", PROVINCE,
        "--communes-per-province", 1,
    )  # fmt: skip
    first = tmp_path / "nation" / PROVINCE
    [file] = [path.name for path in first.glob("*.gpkg")]
    # What was stored before the column was thought of.
    assert counts(landsync("sync", "--province", PROVINCE, first).document) == (120, 0, 0, 0)

    needed = add_the_column(house)
    assert house.touched() == needed
    house.run("-c", "from sync.cli.app import main; main()", "db", "migrate", LANDSYNC_DSN=database.owner_dsn)
    assert house.landsync("reconcile", "--all")["agrees"]

    def sync(delivery: Path) -> tuple[int, int, int, int]:
        return counts(house.landsync("sync", "--province", PROVINCE, delivery))

    assert sync(copy_of(first, "without", 1)) == (0, 0, 120, 0)
    said = copy_of(first, "said", 2)
    rewrite(said, file, with_column(lambda frame: ["GNSS RTK"] * len(frame)))
    assert sync(said) == (0, 120, 0, 0)
    for table in ("land.parcel", "analyst.parcel", "analyst.parcel_as_of()"):
        assert seen(database, table) == [("GNSS RTK", 120)]
    assert (
        seen(database, "province.parcel") == []
    )  # the column is there; the rows are shown to the province alone
    assert sync(copy_of(said, "again", 3)) == (0, 0, 120, 0)

    other = copy_of(said, "other", 4)
    rewrite(other, file, with_column(lambda frame: ["toàn đạc"] + ["GNSS RTK"] * (len(frame) - 1)))
    assert sync(other) == (0, 1, 119, 0)
    assert database.query(
        "SELECT p.survey_method, v.survey_method FROM land.parcel AS p "
        "JOIN land.parcel_version AS v ON v.parcel_uid = p.parcel_uid AND v.recorded_to = p.recorded_from "
        "WHERE p.survey_method <> 'GNSS RTK'"
    ) == [("toàn đạc", "GNSS RTK")]
    # Hashes of with and without the column, each worked out anew in SQL.
    assert house.landsync("reconcile", "--all")["agrees"]
    assert house.landsync("receipt", "verify")
