"""`landsync demo` as a user calls it: a private PostGIS, a real Airflow, a small nation, and the pages people see."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from parcels.admin_units import provinces
from sync.platform import packages
from sync.platform.clean import clean
from sync.settings import Settings
from tests.support.browser import CHROMIUM, dom

pytestmark = [pytest.mark.e2e, pytest.mark.db, pytest.mark.airflow]
SMALL = (
    "demo",
    "--parcels",
    "800",
    "--provinces",
    "04,96",
    "--communes-per-province",
    "3",
    "--defects",
    "0.03",
)


@dataclass(frozen=True)
class Home:
    """A home of its own, as LANDSYNC_HOME would name it."""

    folder: Path

    def landsync(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit status and JSON of a command."""
        own = {
            key: value for key, value in os.environ.items() if not key.startswith(("LANDSYNC_", "AIRFLOW"))
        }
        done = subprocess.run(
            [Path(sys.executable).with_name("landsync"), *arguments, "--json"],
            env=own | {"LANDSYNC_HOME": str(self.folder), "LANDSYNC_LANG": "en"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """Where the server's user can get to; gone afterwards with all that ran."""
    if packages.installed() is None:
        pytest.skip("PostgreSQL 15 or newer with PostGIS is missing: run `make test`, which installs it")
    with tempfile.TemporaryDirectory(prefix="landsync-demo-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Home(Path(folder) / "home")
        clean(Settings(home=Path(folder) / "home", dsn=None, airflow_dsn=None))


def test_a_nation_goes_through_airflow_and_nothing_changes_the_second_time(home):
    status, first = home.landsync(*SMALL)
    assert status == 0, first
    assert first["runs"] == {"wanted": 2, "succeeded": 2, "failed": []}
    assert first["truth"] == {"agrees": True, "differences": []}
    by_code = {province["code"]: province for province in first["provinces"]}
    assert len(by_code) == 34
    delivered = [by_code["04"], by_code["96"]]
    assert all(line["communes"] - line["not_delivered"] == 3 and line["seconds"] > 0 for line in delivered)
    assert first["totals"]["parcels"] == first["round"]["new"] == sum(line["parcels"] for line in delivered)
    # Parcels without geometry live, and count as refused all the same.
    assert first["totals"]["quarantined"] > 800 - first["round"]["new"] > 0

    status, second = home.landsync(*SMALL)
    assert status == 0, second
    assert second["round"] == {"new": 0, "changed": 0, "unchanged": first["round"]["new"], "ended": 0}
    assert second["addresses"]["airflow"]["state"] == "running"

    status, compared = home.landsync("reconcile", "--all")
    assert (status, compared["agrees"]) == (0, True)


def test_a_province_that_cannot_be_read_ends_the_demo_with_its_name_its_reason_and_its_log(home):
    if not (home.folder / "inbox").exists():  # else the test before has run it
        assert home.landsync(*SMALL)[0] == 0
    (delivery,) = (home.folder / "inbox" / "96").iterdir()
    whole = (delivery / "delivery.toml").read_bytes()
    (delivery / "delivery.toml").write_text("province = ", encoding="utf-8")
    status, document = home.landsync(*SMALL)
    (delivery / "delivery.toml").write_bytes(whole)
    assert status == 5
    assert document["error"]["code"] == "DEMO-RUNS-FAILED"
    (failed,) = document["runs"]["failed"]
    assert (failed["province"], failed["task"]) == ("96", "judge")
    assert failed["reason"] in document["error"]["message"]
    assert failed["log"] in document["error"]["hint"]
    assert document["round"]["new"] == document["round"]["ended"] == 0  # Cao Bằng went through all the same


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine to look at the pages with")
def test_the_page_shows_every_province_by_its_name(home):
    status, up = home.landsync("up")
    assert status == 0
    text = rendered(up["airflow"], "/dags?limit=50")
    assert [province.name for province in provinces().values() if province.name not in text] == []
    assert "Đối soát hằng đêm" in text


def rendered(airflow: dict[str, Any], path: str) -> str:
    """The page as Chromium has it after its scripts ran, with the administrator logged in."""
    password = json.loads(Path(airflow["password_file"]).read_text(encoding="utf-8"))[airflow["user"]]
    answer = httpx.post(
        f"{airflow['url']}/auth/token", json={"username": airflow["user"], "password": password}, timeout=60
    )

    class LogIn(BaseHTTPRequestHandler):
        """Gives the browser the cookie (of 127.0.0.1, whatever the port) and sends it on."""

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Set-Cookie", f"_token={answer.json()['access_token']}; Path=/")
            self.send_header("Location", airflow["url"] + path)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), LogIn) as door, tempfile.TemporaryDirectory() as profile:
        Thread(target=door.serve_forever, daemon=True).start()
        page = dom(f"http://127.0.0.1:{door.server_address[1]}/", Path(profile))
        door.shutdown()
    return page
