"""Processes of ours that outlive the command that started them, told apart from strangers with a recycled number."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class ProcessMark:
    """A process by number and start: after a reboot the number may be somebody else's.

    The start is counted from the boot, not by the clock: a clock that is set right must not make us forget a process
    that runs.
    """

    pid: int
    boot: str
    ticks: int

    @classmethod
    def of(cls, pid: int) -> "ProcessMark":
        """The mark of a running process. psutil.NoSuchProcess when it is gone."""
        return cls(pid, _this_boot(), _ticks(pid))

    def process(self) -> psutil.Process | None:
        """The process, if it still is the one that was marked; None when it ended or the number is recycled."""
        try:
            process = psutil.Process(self.pid)
            same = (self.boot, self.ticks) == (_this_boot(), _ticks(self.pid))
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    @property
    def alive(self) -> bool:
        """Whether the marked process still runs."""
        return self.process() is not None


def command_line(pid: int) -> list[str]:
    """The arguments a process was started with; empty when it is gone or may not be looked at."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def works_in(pid: int, folder: Path) -> bool:
    """Whether a process has this folder, by whatever name, as its working folder; False where that may not be seen."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def sessions(marks: list[ProcessMark]) -> list[psutil.Process]:
    """Every process of the sessions that the marked processes lead, also when the leader itself was killed.

    A session keeps its number as long as one of its processes lives, so nobody else can have got it meanwhile.
    """
    leaders = {mark.pid: mark for mark in marks if mark.boot == _this_boot()}
    found = []
    for process in psutil.process_iter():
        try:
            mark = leaders.get(os.getsid(process.pid))
            if mark is None or _ticks(process.pid) < mark.ticks or _is_zombie(process.pid):
                continue
            leader_was_replaced = psutil.pid_exists(mark.pid) and not mark.alive and not _is_zombie(mark.pid)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
        if not leader_was_replaced:
            found.append(process)
    return found


def end(marks: list[ProcessMark], *, grace: float = 20) -> int:
    """End the marked processes and all of their sessions, politely, then firmly. Returns how many marks were alive."""
    leaders = [process for mark in marks if (process := mark.process())]
    for process in leaders:  # leaders first: they end their children in good order
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    deadline = time.monotonic() + grace
    while any(mark.alive for mark in marks) and time.monotonic() < deadline:
        time.sleep(0.1)
    end_sessions(marks)
    return len(leaders)


def end_sessions(marks: list[ProcessMark], *, patience: float = 5) -> None:
    """End at once whatever is left of the marked processes' sessions; again, as a process may be born meanwhile.

    Not psutil's own waiting: where nobody reaps (a container without an init), that waits for the dead.
    """
    deadline = time.monotonic() + patience
    while (left := sessions(marks)) and time.monotonic() < deadline:
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _this_boot() -> str:
    return BOOT_ID.read_text(encoding="ascii").strip()


def _ticks(pid: int) -> int:
    """When a process started, in clock ticks since the boot: the 22nd field of its stat, the 20th after its name."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        raise psutil.NoSuchProcess(pid) from None
    return int(stat.rpartition(")")[2].split()[19])
