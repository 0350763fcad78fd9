"""`landsync up` and `down` as a user calls them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2
import pytest

from sync.platform import databases, packages, state
from sync.platform.airflow import COMPONENTS
from sync.platform.clean import clean
from sync.platform.processes import ProcessMark
from sync.settings import Settings
from tests.support.database import Server, server
from tests.support.databases import drop_database

__all__ = ["server"]

pytestmark = [pytest.mark.e2e, pytest.mark.db]
PATIENCE = 60  # a machine with other work answers late


class Home:
    """A home of its own, as LANDSYNC_HOME would name it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder, dsn=None, airflow_dsn=None)

    def landsync(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        clean_env = {
            key: value for key, value in os.environ.items() if not key.startswith(("LANDSYNC_", "AIRFLOW"))
        }
        return subprocess.run(
            [Path(sys.executable).with_name("landsync"), "--lang", "en", *arguments],
            env=clean_env | {"LANDSYNC_HOME": str(self.folder)} | variables,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip

    def json(self, *arguments: str, **variables: str) -> dict[str, Any]:
        result = self.landsync(*arguments, "--json", **variables)
        assert result.returncode == 0, result.stderr
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    @property
    def state(self) -> state.PlatformState:
        return state.load(self.settings)


@pytest.fixture
def home() -> Iterator[Home]:
    """Where the server's user can get to; gone afterwards with all that ran."""
    if packages.installed() is None:
        pytest.skip("PostgreSQL 15 or newer with PostGIS is missing: run `make test`, which installs it")
    folder = Path(tempfile.mkdtemp(prefix="landsync-test-", dir="/tmp"))
    folder.chmod(0o711)
    home = Home(folder / "home")
    yield home
    clean(home.settings)
    shutil.rmtree(home.folder / "keys", ignore_errors=True)  # kept for a server of one's own
    if home.folder.exists():
        home.folder.rmdir()
    folder.rmdir()


def can_read(dsn: str) -> bool:
    with psycopg2.connect(dsn) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analyst.parcel")
        row = cursor.fetchone()
    link.close()
    return row == (0,)


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)


def test_up_twice_starts_once_prints_lines_that_work_and_down_ends_only_its_own(
    home: Home, server: Server
) -> None:
    first = home.json("up", "--no-airflow")
    assert first["postgresql"]["state"] == "started"
    assert first["postgresql"]["migrated"] is True
    assert can_read(home.state.analyst_dsn)
    key = home.json("keys", "show")
    assert key["file"] == str(home.folder / "keys" / "private.toml")
    second = home.json("up", "--no-airflow")
    assert home.json("keys", "show") == key
    assert second["postgresql"]["state"] == "running"
    assert second["postgresql"]["migrated"] is False
    assert second["postgresql"]["port"] == first["postgresql"]["port"]
    for secret in home.state.passwords.values():
        assert secret not in json.dumps(second)

    query = "SELECT 'rows: ' || count(*) FROM analyst.parcel"
    assert shell(f'{second["psql"]["analyst"]} -Atw -c "{query}"').stdout.strip() == "rows: 0"
    refused = shell(f'{second["psql"]["analyst"]} -Atw -c "TABLE land_private.land_user"')
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr

    assert home.json("down") == {"postgresql": True, "airflow": 0}
    assert home.json("down") == {"postgresql": False, "airflow": 0}
    with psycopg2.connect(server.superuser_dsn) as other:  # somebody else's server
        assert other.status
    other.close()
    assert home.json("up", "--no-airflow")["postgresql"]["migrated"] is False
    assert can_read(home.state.analyst_dsn)


def test_a_server_of_ones_own_is_migrated_and_not_started(home: Home, server: Server) -> None:
    databases.create_database(server.superuser_dsn, "own_land", owner="landsync_owner")
    try:
        databases.prepare_land(server.dsn("own_land"))
        done = home.json("up", "--no-airflow", LANDSYNC_DSN=server.dsn("own_land"))
        assert done["postgresql"]["state"] == "own"
        assert done["postgresql"]["migrated"] is True
        assert "-U analyst" in done["psql"]["analyst"]
        assert server.superuser_dsn not in json.dumps(done)
        assert not (home.folder / "postgres").exists()
        assert can_read(server.dsn("own_land"))
        assert home.json("down", LANDSYNC_DSN=server.dsn("own_land")) == {"postgresql": False, "airflow": 0}
        assert can_read(server.dsn("own_land"))
    finally:
        drop_database(server.superuser_dsn, "own_land")


def test_a_server_of_ones_own_that_does_not_answer_is_a_sentence(home: Home) -> None:
    result = home.landsync(
        "up", "--no-airflow", "--json", LANDSYNC_DSN="postgresql://me:secret@127.0.0.1:1/land"
    )
    assert result.returncode == 5
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr
    assert json.loads(result.stdout)["error"]["code"]


@pytest.mark.airflow
def test_airflow_comes_up_whole_is_mended_and_ends_with_all_it_started(home: Home) -> None:
    first = home.json("up")
    assert first["airflow"]["state"] == "started"
    assert sorted(first["airflow"]["started"]) == sorted(COMPONENTS)
    url = first["airflow"]["url"]
    assert url.startswith("http://127.0.0.1:")
    health = httpx.get(f"{url}/api/v2/monitor/health", trust_env=False, timeout=PATIENCE).json()
    assert {part["status"] for part in health.values()} == {"healthy"}
    assert httpx.get(f"{url}/api/v2/pools", trust_env=False, timeout=PATIENCE).status_code == 401
    airflow = home.state.airflow
    login = {"username": airflow.user, "password": airflow.password}
    token = httpx.post(f"{url}/auth/token", json=login, trust_env=False, timeout=PATIENCE).json()[
        "access_token"
    ]
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=PATIENCE
    ) as client:
        pools = {pool["name"]: pool["slots"] for pool in client.get("/api/v2/pools").json()["pools"]}
    assert {"geo", "national_db"} <= pools.keys()

    scheduler = ProcessMark(*airflow.processes["scheduler"])
    os.kill(scheduler.pid, signal.SIGKILL)
    psutil.wait_procs([process] if (process := scheduler.process()) else [], timeout=10)
    second = home.json("up")
    assert second["airflow"]["started"] == ["scheduler"]
    after = home.state.airflow.processes
    assert after["api-server"] == airflow.processes["api-server"]
    assert home.json("up")["airflow"] == second["airflow"] | {"state": "running", "started": []}

    marks = [ProcessMark(*mark) for mark in after.values()]
    listening = [
        connection.laddr.ip
        for mark in marks
        for connection in psutil.Process(mark.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}
    assert home.json("down") == {"postgresql": True, "airflow": 4}
    assert not any(mark.alive for mark in marks)
