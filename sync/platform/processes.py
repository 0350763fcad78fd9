"""Processes of ours that outlive the command that started them, told apart from strangers with a recycled number."""

import contextlib
import os
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Mark:
    """A process by number and start: after a reboot the number may be somebody else's."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Mark":
        """The mark of a running process. psutil.NoSuchProcess when it is gone."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process, if it still is the one that was marked; None when it ended or the number is recycled."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
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


def sessions(marks: list[Mark]) -> list[psutil.Process]:
    """Every process of the sessions that the marked processes lead, also when the leader itself was killed.

    A session keeps its number as long as one of its processes lives, so nobody else can have got it meanwhile.
    """
    leaders = {mark.pid: mark for mark in marks}
    found = []
    for process in psutil.process_iter():
        try:
            mark = leaders.get(os.getsid(process.pid))
            if mark is None or process.create_time() < mark.started - 1:
                continue
            leader_was_replaced = psutil.pid_exists(mark.pid) and not mark.alive and not _is_zombie(mark.pid)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
        if not leader_was_replaced:
            found.append(process)
    return found


def end(marks: list[Mark], *, grace: float = 20) -> int:
    """End the marked processes and all of their sessions, politely, then firmly. Returns how many marks were alive."""
    leaders = [process for mark in marks if (process := mark.process())]
    for process in leaders:  # leaders first: they end their children in good order
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(leaders, timeout=grace)
    end_sessions(marks)
    return len(leaders)


def end_sessions(marks: list[Mark]) -> None:
    """End at once whatever is left of the marked processes' sessions."""
    for _ in range(3):  # a process may be born while the list is made
        left = sessions(marks)
        if not left:
            return
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
