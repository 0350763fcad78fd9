"""Processes of ours that outlive the command that started them, told apart from strangers with a recycled number."""

import contextlib
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


def end(marks: list[Mark], *, grace: float = 20) -> int:
    """End the marked processes and their descendants, politely, then firmly. Returns how many marks were alive."""
    tops = [process for mark in marks if (process := mark.process())]
    family = list(tops)
    for process in tops:
        with contextlib.suppress(psutil.NoSuchProcess):
            family += process.children(recursive=True)
    for process in tops:  # parents first: they end their children in good order
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(list(dict.fromkeys(family)), timeout=grace)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=5)
    return len(tops)
