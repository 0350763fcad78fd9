"""Memory and processor time of this process with all that it began, sampled while it works."""

import contextlib
import threading
import time
from pathlib import Path

import psutil

_EVERY = 0.2  # seconds


class Tree:
    """Between `with Tree() as tree:` and its end: `peak` (bytes) and `cpu` (seconds) of all processes together.

    Memory that processes share is counted once: each has its part of it (PSS).
    """

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self.peak = 0
        self._cpu: dict[int, float] = {}
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)

    @property
    def cpu(self) -> float:
        """Of processes that ended, as it was last seen."""
        return sum(self._cpu.values())

    def __enter__(self) -> "Tree":
        """Begin."""
        self._before = sum(psutil.Process().cpu_times()[:2])
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, with one last look."""
        self._done.set()
        self._watch.join()
        self._look()
        self._cpu[psutil.Process().pid] -= self._before

    def _sample(self) -> None:
        while not self._done.is_set():
            self._look()
            time.sleep(_EVERY)

    def _look(self) -> None:
        root = psutil.Process()
        total = 0
        for each in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, OSError, IndexError):
                total += _pss(each.pid)
                self._cpu[each.pid] = sum(each.cpu_times()[:2])
        self.peak = max(self.peak, total)


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
