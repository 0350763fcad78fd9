"""Work in a few threads whose results come in the order of the tasks: the arrays' libraries let go of Python's lock."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def _processors() -> int:
    """How many processors this process may use; on Windows how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Each thread holds a commune. More than two gain little, because the steps between the libraries' calls share the lock.
THREADS = min(2, _processors())


def each_in_order(work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
    """`map` in these threads."""
    return in_order(partial(work, item) for item in items)


def in_order(tasks: Iterable[Callable[[], T]], threads: int = THREADS) -> Iterator[T]:
    """What each task returns, in their order; the next ones are already at work, `threads` at a time.

    `tasks` is gone through here, in the caller's thread, one step ahead of the work. An exception of a task is raised in
    its turn, and nothing more is begun.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="landsync") as pool:
        yield from results((pool.submit(task) for task in tasks), threads)


def results(begun: Iterable[Future[T]], ahead: int) -> Iterator[T]:
    """What each of them returns, in their order; `begun` is gone through as far as `ahead` beyond the one waited for."""
    waiting: deque[Future[T]] = deque()
    try:
        for each in begun:
            waiting.append(each)
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for left in waiting:
            left.cancel()
