"""Judging communes side by side: in threads, and of a large delivery in processes of their own.

Threads share one Python, which only lets one of them work between two calls of the arrays' libraries; a process has its own,
and costs a second to begin. What is judged and the order of the verdicts are the same.
"""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sync.check.parallel import THREADS, in_order, results
from sync.folder.dataset import read_dataset
from validators.base import Context
from validators.judge import Verdict, judge

LARGE = 200_000  # rows from which processes pay
FEW = (
    300  # rows a commune, on the average, below which nothing pays: one step waits for the other all the time
)

Told = dict[str, Any]  # what a commune's context has beyond the delivery's
Task = tuple[str, Path, Told]  # commune code, its part of the snapshot, what is known of it

_shared: dict[str, Any] = {}  # in a process: the province and the context of the delivery


class Judging(Protocol):
    """Judges communes; verdicts come in the order of the tasks, which are gone through in the caller's thread."""

    def __call__(self, tasks: Iterable[Task]) -> Iterator[Verdict]: ...


def get_ready(rows: int) -> None:
    """Begin to make ready, beside other work, what `judging` of so many rows will need."""
    if _in_own_processes(rows) and _method() == "forkserver":
        from multiprocessing import forkserver

        multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
        forkserver.ensure_running()


def _in_own_processes(rows: int) -> bool:
    return rows >= LARGE and THREADS > 1 and not multiprocessing.current_process().daemon


def _method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@contextmanager
def judging(province: str, context: Context, rows: int, communes: int) -> Iterator[Judging]:
    """What judges the communes of a delivery of so many rows, side by side.

    context  of the delivery: what all communes share, handed to a process once
    """
    if rows < min(FEW * communes, LARGE):
        yield partial(_in_turn, province, context)
        return
    if not _in_own_processes(rows):
        yield partial(_in_threads, province, context)
        return
    get_ready(rows)
    method = multiprocessing.get_context(_method())
    with ProcessPoolExecutor(THREADS, method, _begin, (province, context)) as pool:
        yield partial(_in_processes, pool)


def _in_turn(province: str, context: Context, tasks: Iterable[Task]) -> Iterator[Verdict]:
    return (_judge(province, context, task) for task in tasks)


def _in_threads(province: str, context: Context, tasks: Iterable[Task]) -> Iterator[Verdict]:
    return in_order(partial(_judge, province, context, task) for task in tasks)


def _in_processes(pool: ProcessPoolExecutor, tasks: Iterable[Task]) -> Iterator[Verdict]:
    """One commune more than there are processes waits, so that none of them does."""
    return results((pool.submit(_judge_here, task) for task in tasks), THREADS + 1)


def _begin(province: str, context: Context) -> None:
    _shared.update(province=province, context=context)


def _judge_here(task: Task) -> Verdict:
    return _judge(_shared["province"], _shared["context"], task)


def _judge(province: str, context: Context, task: Task) -> Verdict:
    code, path, told = task
    return judge(read_dataset(province, code, path), replace(context, **told))
