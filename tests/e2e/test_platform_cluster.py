"""A private PostgreSQL cluster through what happens to servers: killed, rebooted, its port taken, its folder closed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from parcels.errors import ComponentMissing, TransientError
from sync.platform import land, packages
from sync.platform.cluster import Cluster
from sync.platform.packages import Programs
from sync.platform.processes import ProcessMark
from sync.platform.server_user import server_user
from sync.platform.state import PlatformState, make_home
from sync.settings import Settings
from tests.support.cluster import FAST

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def programs() -> Programs:
    found = packages.installed()
    if found is None:
        pytest.skip("PostgreSQL 15 or newer with PostGIS is missing: run `make test`, which installs it")
    return found


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the server's user can get to; pytest's own folders are closed to it."""
    path = Path(tempfile.mkdtemp(prefix="landsync-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def made(folder: Path, programs: Programs) -> Iterator[Cluster]:
    cluster = Cluster(folder / "postgres", programs, settings=FAST)
    cluster.create()
    yield cluster
    cluster.remove()


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The same cluster for each test, running; whatever a test did to it must not keep it from starting."""
    made.settings = dict(FAST)
    made.start()
    return made


def answers(cluster: Cluster) -> bool:
    with psycopg2.connect(cluster.dsn()) as link, link.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory')")
        row = cursor.fetchone()
    link.close()
    return row == (str(cluster.data),)


def write_pid_file(cluster: Cluster, pid: int) -> None:
    lines = [pid, cluster.data, 1_700_000_000, cluster.port, "/tmp", "127.0.0.1", "  1 2", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n", encoding="ascii")


def test_it_answers_with_a_password_only_and_on_this_machine_only(cluster: Cluster) -> None:
    assert answers(cluster)
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(cluster.dsn(password="wrong"))
    with psycopg2.connect(cluster.dsn()) as link, link.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("127.0.0.1",)
    link.close()
    assert cluster.password_file.stat().st_mode & 0o777 == 0o600


def test_starting_what_runs_and_stopping_what_does_not_change_nothing(cluster: Cluster) -> None:
    pid, port = cluster.server_pid(), cluster.port
    assert cluster.start() is False
    assert (cluster.server_pid(), cluster.port) == (pid, port)
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert cluster.start() is True
    assert cluster.port == port


def test_it_starts_again_after_its_server_was_killed(cluster: Cluster) -> None:
    pid = cluster.server_pid()
    assert pid is not None
    mark = ProcessMark.of(pid)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while mark.alive and time.monotonic() < deadline:  # a signal is delivered when the machine gets to it
        time.sleep(0.02)
    assert not cluster.running
    assert cluster.start() is True
    assert answers(cluster)


def test_a_pid_file_whose_number_now_belongs_to_another_process_of_the_same_user_stops_nothing(
    cluster: Cluster,
) -> None:
    cluster.stop()
    user = server_user()
    who = {} if user.is_me else {"user": user.uid}
    stranger = subprocess.Popen(["sleep", "60"], **who)
    try:
        write_pid_file(cluster, stranger.pid)
        assert not cluster.running
        assert cluster.stop() is False
        assert stranger.poll() is None
        assert cluster.start() is True
        assert answers(cluster)
    finally:
        stranger.kill()
        stranger.wait()


def test_another_clusters_server_is_not_taken_for_ones_own(cluster: Cluster, programs: Programs) -> None:
    """As after a reboot that gave the number to another PostgreSQL of the same user."""
    other = Cluster(cluster.folder.with_name("other"), programs, settings=FAST)
    try:
        other.create()
        other.start()
        cluster.stop()
        pid = other.server_pid()
        assert pid is not None
        write_pid_file(cluster, pid)
        assert not cluster.running
        assert cluster.stop() is False
        assert cluster.start() is True
        assert answers(cluster)
        assert answers(other)
    finally:
        other.remove()


def test_a_folder_that_was_moved_while_its_server_ran_gets_no_second_server(
    cluster: Cluster, programs: Programs
) -> None:
    moved = Cluster(cluster.folder.with_name("moved"), programs, settings=FAST)
    cluster.folder.rename(moved.folder)
    try:
        assert moved.running
        assert moved.start() is False
        assert moved.stop() is True
        assert not moved.running
    finally:
        moved.folder.rename(cluster.folder)
    assert cluster.start() is True
    assert answers(cluster)


def test_data_are_never_thrown_away_for_want_of_the_password(cluster: Cluster) -> None:
    kept = cluster.password
    cluster.password_file.unlink()
    try:
        with pytest.raises(ComponentMissing) as caught:
            cluster.create()
        assert str(cluster.password_file) in caught.value.message.vi
        assert (cluster.data / "PG_VERSION").exists()
    finally:
        cluster.password_file.write_text(kept, encoding="ascii")
        cluster.password_file.chmod(0o600)
    assert answers(cluster)


def test_a_port_that_somebody_took_meanwhile_is_left_to_them(cluster: Cluster) -> None:
    cluster.stop()
    port = cluster.port
    assert port is not None
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        assert cluster.start() is True
        assert cluster.port != port
        assert answers(cluster)


def test_an_unfinished_creation_is_begun_anew(folder: Path, programs: Programs) -> None:
    cluster = Cluster(folder / "half", programs, settings=FAST)
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("15\n", encoding="ascii")
    try:
        cluster.create()
        assert cluster.start() is True
    finally:
        cluster.remove()
    assert not cluster.folder.exists()


def test_what_the_server_says_reaches_the_person_when_it_does_not_start(cluster: Cluster) -> None:
    cluster.stop()
    cluster.settings["shared_buffers"] = "nonsense"
    with pytest.raises(TransientError) as caught:
        cluster.start()
    assert "shared_buffers" in caught.value.message.vi
    assert str(cluster.folder / "log") in caught.value.hint.en


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another user")
def test_where_the_servers_user_cannot_reach_the_checkout_its_data_lie_outside(
    folder: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land, "OUTSIDE", folder / "outside")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    settings, now = Settings(home=closed / "checkout" / ".landsync"), PlatformState()
    make_home(settings, passable=True)
    cluster = land.cluster_of(settings, now, say=lambda _: None)
    assert cluster.folder.parent == folder / "outside"
    cluster.settings.update(FAST)
    try:
        cluster.create()
        cluster.start()
        assert answers(cluster)
        again = land.cluster_of(settings, now, say=lambda _: None)
        assert again.folder == cluster.folder
        # A new checkout at the same path: what lies there is not its own.
        told: list[str] = []
        fresh = land.cluster_of(settings, PlatformState(), say=lambda sentence: told.append(sentence.vi))
        assert fresh.folder != cluster.folder
        assert str(cluster.folder) in told[0]
    finally:
        cluster.remove()
