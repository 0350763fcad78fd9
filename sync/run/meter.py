"""What a stage takes: time, processors, memory, bytes. Measured around it, whatever it does; what cannot be measured is None.

Nothing here may end a run: every reading of the system is a try.
"""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil

from sync import db
from sync.db import backends

T = TypeVar("T")
LOOK_SECONDS = 0.5  # how often its processes are looked at, which are gone by the end
_BUSY = 20  # looking takes at most one part in so many of the time, however many processes the machine has
_MEMORY: Final = {"peak": "VmHWM:", "now": "VmRSS:"}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stage took: the measured part of `sync.folder.costs.StageCost`, which says what each is."""

    wall_seconds: float
    cpu_seconds: float | None
    worker_cpu_seconds: float | None
    server_cpu_seconds: float | None
    peak_bytes: int | None
    bytes_read: int | None
    bytes_written: int | None
    server_wal_bytes: int | None


def _tried(reading: Callable[[], T]) -> T | None:
    """What a reading says; None where it cannot be had, for whatever reason."""
    try:
        return reading()
    except Exception:  # a cost never fails a run
        return None


def _since(after: float | None, before: float | None) -> Any:
    """What was added between two readings. None without both, or where what was counted went away between them."""
    return None if after is None or before is None or after < before else after - before


class Meter:
    """Measures from when it is made until `stop`.

    wal_of  the database whose server's WAL is measured meanwhile; None: it is not
    """

    def __init__(self, wal_of: str | None = None) -> None:
        self._wal_of = wal_of
        self._wal = _tried(self._wal_position)
        self._watching = ExitStack()
        self._sessions = self._watching.enter_context(backends.watched())
        self._memory = _Memory()
        self._before = _tried(_used)
        self._own, self._began = time.process_time(), time.monotonic()

    def stop(self) -> Spent:
        """What was taken since."""
        wall, own = time.monotonic() - self._began, time.process_time() - self._own
        after, before = _tried(_used) or {}, self._before or {}
        self._watching.close()
        added = {name: _since(after.get(name), before.get(name)) for name in ("workers", "read", "written")}
        sessions = [each for each in self._sessions if each is not None]
        return Spent(
            wall_seconds=wall,
            cpu_seconds=own,
            worker_cpu_seconds=added["workers"],
            server_cpu_seconds=sum(sessions) if len(sessions) == len(self._sessions) else None,
            peak_bytes=self._memory.stop(),
            bytes_read=added["read"],
            bytes_written=added["written"],
            server_wal_bytes=_since(_tried(self._wal_position), self._wal),
        )

    def _wal_position(self) -> int | None:
        if self._wal_of is None:
            return None
        with db.connect(self._wal_of) as connection:
            row = db.fetch_one(connection, "session/wal_position")
        return None if row is None else int(row["position"])


def _used() -> dict[str, float | None]:
    """What this process, those it began and those they began have used so far.

    Linux adds what a process used to that of the one that waited for its end: over all that live the sum has all, also of the
    workers of a pool that are gone.
    """
    me = psutil.Process()
    family = me.children(recursive=True)
    family.reverse()  # the youngest first: whoever ends now is found with its parent
    spent: list[Any] = [each for child in family if (each := _times(child)) is not None]
    of_mine = me.cpu_times()
    used: dict[str, float | None] = {
        "workers": sum(each.user + each.system for each in spent)
        + sum(_waited(each) for each in [*spent, of_mine])
    }
    return used | (_tried(lambda: _moved([*family, me])) or {"read": None, "written": None})


def _times(process: psutil.Process) -> Any:
    try:
        return process.cpu_times()
    except psutil.NoSuchProcess:
        return None


def _waited(times: Any) -> float:
    """What those used that a process waited for, where the system counts it."""
    return float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))


def _moved(processes: list[psutil.Process]) -> dict[str, float | None]:
    """Bytes of calls that read and write: of files, whether from a disk or the system's cache, and of pipes; not of connections."""
    read = written = 0
    for process in processes:
        try:
            counted = process.io_counters()
        except psutil.NoSuchProcess:
            continue
        read, written = read + counted.read_chars, written + counted.write_chars
    return {"read": read, "written": written}


class _Memory:
    """The most resident memory of one process, this one or one that it began, from when it is made until `stop`.

    Linux keeps a peak for each process. That of this one is begun anew; of the others it is looked up now and then, so what
    one of them took on in its last half second may be missing.
    """

    def __init__(self) -> None:
        anew = _tried(_begin_peak_anew) is not None
        self._before = _tried(lambda: _of_status("self", "peak"))
        self._anew = anew and self._before is not None
        self._others: int | None = None
        self._seen: int | None = None
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look_often, name="landsync-meter", daemon=True)
        with suppress(RuntimeError):  # no room for another thread
            self._looking.start()

    def stop(self) -> int | None:
        """The peak, in bytes."""
        self._over.set()
        if self._looking.is_alive():
            self._looking.join(LOOK_SECONDS)
        self._look()
        peaks = [peak for peak in (self._own(), self._others) if peak is not None]
        return max(peaks, default=None)

    def _own(self) -> int | None:
        """This process's own peak. Where an older one could not be forgotten, and was not passed: the most that was seen."""
        peak = _tried(lambda: _of_status("self", "peak"))
        passed = self._anew or (peak is not None and self._before is not None and peak > self._before)
        return peak if peak is not None and passed else self._seen

    def _look_often(self) -> None:
        wait = LOOK_SECONDS / 10  # what is short is looked at, too
        while not self._over.wait(wait):
            began = time.monotonic()
            self._look()
            wait = max(LOOK_SECONDS, _BUSY * (time.monotonic() - began))

    def _look(self) -> None:
        if not self._anew:
            self._seen = _larger(self._seen, _tried(lambda: int(psutil.Process().memory_info().rss)))
        for child in _tried(lambda: psutil.Process().children(recursive=True)) or []:
            self._others = _larger(self._others, _tried(partial(_peak_of, child)))


def _larger(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _begin_peak_anew() -> bool:
    Path(psutil.PROCFS_PATH, "self", "clear_refs").write_text("5", encoding="ascii")
    return True


def _peak_of(process: psutil.Process) -> int:
    """The peak of a process since it began; on a system that keeps none what it has now."""
    kept = _tried(lambda: _of_status(str(process.pid), "peak"))
    return int(process.memory_info().rss) if kept is None else kept


def _of_status(process: str, what: str) -> int:
    """A figure of memory, in bytes. Raises where the system has none."""
    for line in Path(psutil.PROCFS_PATH, process, "status").read_text("ascii", "replace").splitlines():
        if line.startswith(_MEMORY[what]):
            return int(line.split()[1]) * 1024
    raise LookupError(what)
