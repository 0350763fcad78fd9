"""What the processes of the server that worked for us used, where that can be known: on this machine, and shown to be ours."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class in lower case

_SECONDS = 2.0  # by which the moment at which a process began may differ from our clock: the boot time is told in whole ones

_watching: list[list[float | None]] = []


@contextmanager
def watched() -> Iterator[list[float | None]]:
    """The processor seconds of each session that ends within the block; None of one whose process cannot be seen.

    A session has one process; those that help it with a large query are not counted.
    """
    seen: list[float | None] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching[:] = [each for each in _watching if each is not seen]


def leaving(link: Connection, opened: float) -> None:
    """Tell whoever watches what a session used that is about to end. `opened`: just before it was asked for. Raises nothing."""
    if _watching:
        used = _seconds(link, opened)
        for seen in _watching:
            seen.append(used)


def _seconds(link: Connection, opened: float) -> float | None:
    """Of the process that the server names, if it is on this machine.

    The same number may be that of another process here, where the server is elsewhere: it must call itself that of this user
    and this database, and have begun when the session did. Behind a pooler none has.
    """
    try:
        process = psutil.Process(link.get_backend_pid())
        title, began, used = " ".join(process.cmdline()), process.create_time(), process.cpu_times()
        ours = title.startswith("postgres: ") and f" {link.info.user} {link.info.dbname} " in title
    except Exception:  # whatever it is: a cost never fails a run
        return None
    if not ours or not opened - _SECONDS <= began <= time.time() + _SECONDS:
        return None
    return float(used.user + used.system)
