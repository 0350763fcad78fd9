"""The servers of a test run, PostgreSQL first: private, without fsync, shared by pytest-xdist's workers, gone afterwards.

`LANDSYNC_TEST_DSN` (a superuser's DSN) names a server of one's own instead; then only databases are made and dropped.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from filelock import FileLock

from sync.platform.cluster import Cluster
from sync.platform.packages import Programs
from sync.platform.processes import ProcessMark
from sync.settings import ROOT

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB",
        "max_wal_size": "512MB", "min_wal_size": "64MB", "log_min_messages": "fatal"}  # fmt: skip

MEMORY, ROOM = Path("/dev/shm"), 8 << 30


def place() -> Path:
    """Where servers lie that nobody keeps: in memory where there is plenty, a database is then made in half the time."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).total >= ROOM:
        return MEMORY
    return Path(
        tempfile.gettempdir()
    )  # not pytest's own folder: that is closed to others, the server's user included


class Startable(Protocol):
    """A server in a folder of its own."""

    def create(self) -> None:
        """Make it, if it is not there."""

    def start(self) -> bool:
        """Start it; False when it already runs."""

    def remove(self) -> None:
        """Stop it and delete what is its own."""


S = TypeVar("S", bound=Startable)


class Shared(Generic[S]):
    """One server for all the test processes of this checkout and user: the first starts it, the last removes it.

    A process may take it several times: pytest makes a session's fixture again for every module that imports it.
    """

    def __init__(self, suffix: str, make: Callable[[Path], S]) -> None:
        checkout = hashlib.sha256(f"{ROOT} {os.geteuid()}".encode()).hexdigest()[:10]
        self.base = place() / f"landsync-test-{checkout}{suffix}"
        self.base.mkdir(mode=0o711, exist_ok=True)
        if self.base.stat().st_uid != os.geteuid():
            raise PermissionError(f"{self.base} belongs to somebody else")
        self.base.chmod(0o711)
        self.lock = FileLock(self.base.with_suffix(".lock"), timeout=180)
        self.cluster = make(self.base / "cluster")

    @property
    def _users(self) -> Path:
        return self.base / "users.json"

    def _living_users(self) -> list[ProcessMark]:
        try:
            marks = [ProcessMark(*entry) for entry in json.loads(self._users.read_text(encoding="ascii"))]
        except (FileNotFoundError, ValueError, TypeError):
            return []
        return [mark for mark in marks if mark.alive]

    def _write_users(self, marks: list[ProcessMark]) -> None:
        self._users.write_text(json.dumps([astuple(mark) for mark in marks]), encoding="ascii")

    def acquire(self) -> S:
        """The running server; what a killed test run left behind is thrown away first."""
        with self.lock:
            self.base.mkdir(mode=0o711, exist_ok=True)
            self.base.chmod(0o711)
            users = self._living_users()
            if not users:
                self.cluster.remove()
            self.cluster.create()
            self.cluster.start()
            self._write_users([*users, ProcessMark.of(os.getpid())])
        return self.cluster

    def release(self) -> None:
        """The last user stops the server and removes its data."""
        with self.lock:
            users = self._living_users()
            users.remove(ProcessMark.of(os.getpid()))
            if users:
                self._write_users(users)
                return
            self.cluster.remove()
            shutil.rmtree(self.base, ignore_errors=True)


class SharedCluster(Shared[Cluster]):
    """The PostgreSQL cluster."""

    def __init__(self, programs: Programs) -> None:
        super().__init__("", lambda folder: Cluster(folder, programs, settings=FAST))
