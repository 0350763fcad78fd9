"""Real servers that are no file: MariaDB, MapServer (WFS 2.0), pygeoapi (OGC API), each private and gone afterwards.

A folder of tests that needs them imports the fixtures in its conftest. `make test` installs the packages; in CI their
absence is a failure, elsewhere a reason to skip.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psutil
import pymysql
import pytest

from sync.platform import packages
from sync.platform.ports import free_port
from sync.platform.server_user import server_user
from sync.settings import ROOT
from tests.support.cluster import Shared

PASSWORD = "sieu-bi-mat-9731"  # looked for in everything that is written
PYGEOAPI = "pygeoapi==0.21.0"
MAPSERV = Path("/usr/bin/mapserv")


def need(*programs: str) -> None:
    """Skip (in CI: fail) without these programs."""
    missing = {name: package for name, package in packages.missing_for_tests().items() if name in programs}
    if missing:
        sentence = f"{', '.join(missing.values())} is missing: run `make test`, which installs it"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)


class MariaDb:
    """One MariaDB server in one folder; its root has no password and only this machine reaches it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.user = server_user()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int((self.folder / "port").read_text(encoding="ascii"))

    def create(self) -> None:
        """Make the system tables."""
        if (self.folder / "port").exists():
            return
        self.remove()
        self.folder.mkdir(mode=0o711, parents=True)
        self.folder.chmod(0o711)
        self.user.own(self.folder)
        done = self.user.run(
            ["/usr/bin/mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
             "--auth-root-authentication-method=normal", "--skip-name-resolve"]
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:]
        (self.folder / "port").write_text(str(free_port(None)), encoding="ascii")

    def start(self) -> bool:
        """Start it and wait until it answers."""
        if self._process() is not None:
            return False
        change: dict[str, Any] = (
            {} if self.user.is_me else {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        )
        subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.data}", f"--port={self.port}",
             "--bind-address=127.0.0.1", f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid",
             f"--tmpdir={self.folder}", "--skip-name-resolve", "--skip-log-bin", "--innodb-buffer-pool-size=32M",
             "--innodb-flush-log-at-trx-commit=0", "--character-set-server=utf8mb4"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", start_new_session=True, **change,
        )  # fmt: skip
        for _ in range(300):
            try:
                self.connect().close()
            except pymysql.err.OperationalError:
                time.sleep(0.1)
            else:
                return True
        raise TimeoutError("MariaDB does not answer")

    def connect(self) -> "pymysql.Connection[Any]":
        """As root."""
        return pymysql.connect(
            unix_socket=f"{self.folder}/socket", user="root", autocommit=True, charset="utf8mb4"
        )

    def remove(self) -> None:
        """Stop the server of this folder and delete it."""
        process = self._process()
        if process is not None:
            process.terminate()
            try:
                process.wait(30)
            except psutil.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _process(self) -> psutil.Process | None:
        """The server of this folder: by its own pid file, and only if that process was told this folder."""
        try:
            process = psutil.Process(int((self.folder / "pid").read_text(encoding="ascii")))
            return process if f"--datadir={self.data}" in process.cmdline() else None
        except (OSError, ValueError, psutil.Error):
            return None


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """The MariaDB server of this test run."""
    need("mariadbd", "my_print_defaults")
    shared = Shared("-mariadb", MariaDb)
    server = shared.acquire()
    try:
        yield server
    finally:
        shared.release()


Answer = tuple[int, dict[str, str], bytes]
# What an honest server answers, and the request's path with its query: what is sent instead.
Tamper = Callable[[Answer, str], Answer | None]


class Web(ThreadingHTTPServer):
    """A web server: `answer(path, query)` gives the honest answer, `tamper` may send another, or None: hang up half-way."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, str, dict[str, str]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.tamper: Tamper = lambda honest, _: honest
        self.asked: list[str] = []
        self.authorizations: list[str | None] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.authorizations.append(self.headers.get("Authorization"))
        path, _, query = self.path.partition("?")
        honest = self.server.answer(path, query, {"port": str(self.server.server_address[1])})
        sent = self.server.tamper(honest, self.path)
        status, headers, body = honest if sent is None else sent
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if sent is None else body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    """The server, listening."""
    thread = Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def mapserver(mapfile: Path) -> Callable[[str, str, dict[str, str]], Answer]:
    """MapServer by CGI over one map file."""
    config = mapfile.with_name("mapserver.conf")
    config.write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n', encoding="ascii")

    def answer(path: str, query: str, about: dict[str, str]) -> Answer:
        environment = {
            "REQUEST_METHOD": "GET", "QUERY_STRING": query, "SCRIPT_NAME": path, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": about["port"], "MS_MAPFILE": str(mapfile), "MAPSERVER_CONFIG_FILE": str(config),
            "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        done = subprocess.run(
            [MAPSERV], env=environment, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        return int(headers.pop("Status", "200").split()[0]), headers, body

    return answer


@contextmanager
def pygeoapi(folder: Path, config: Callable[[str], str]) -> Iterator[str]:
    """pygeoapi in an environment of its own; the address of its landing page. `config(url)` writes its configuration."""
    uv = next(
        (
            path
            for path in (ROOT / ".landsync/tools/bin/uv", shutil.which("uv"))
            if path and Path(path).exists()
        ),
        None,
    )
    if uv is None:
        pytest.skip("uv is not there to start pygeoapi")
    port = free_port(None)
    url = f"http://127.0.0.1:{port}"
    (folder / "pygeoapi.yml").write_text(config(url), encoding="utf-8")
    environment = os.environ | {
        "PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml"),
        "VIRTUAL_ENV": "", "PYTHONPATH": "",
    }  # fmt: skip
    tool = [uv, "tool", "run", "--quiet", "--from", PYGEOAPI, "pygeoapi"]
    there = _run([*tool, "--version"], environment)
    if there.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"pygeoapi cannot be had: {there.stderr[-800:]}")
        pytest.skip(f"pygeoapi cannot be had: {there.stderr[-300:]}")
    made = _run(
        [
            *tool,
            "openapi",
            "generate",
            str(folder / "pygeoapi.yml"),
            "--output-file",
            str(folder / "openapi.yml"),
        ],
        environment,
    )
    assert made.returncode == 0, made.stderr[-2000:]
    with (folder / "pygeoapi.log").open("wb") as log:
        process = subprocess.Popen(
            [*tool, "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(url, process, folder / "pygeoapi.log")
        yield url
    finally:
        # It keeps no data, and `uv` hands a signal on once only: nothing is asked twice.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _run(command: list[Any], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/conformance?f=json", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"pygeoapi does not answer: {log.read_text(errors='replace')[-800:]}")
