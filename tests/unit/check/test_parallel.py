"""Work side by side: results in order, and as many threads as there are processors, wherever that is asked."""

import importlib
import os

import pytest

from sync.check import parallel


def test_a_system_that_cannot_tell_whose_processors_are_whose_counts_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows has no affinity to ask for, and the offices check their deliveries there."""
    with monkeypatch.context() as patched:
        patched.delattr(os, "sched_getaffinity")
        patched.setattr(os, "cpu_count", lambda: 1)
        assert importlib.reload(parallel).THREADS == 1
    importlib.reload(parallel)


def test_results_come_in_the_order_of_the_tasks_and_a_failure_in_its_turn() -> None:
    def fail() -> int:
        raise ValueError("third")

    begun = parallel.in_order([lambda: 1, lambda: 2, fail, lambda: 4])
    assert [next(begun), next(begun)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(begun)
    assert list(parallel.each_in_order(lambda number: number * number, range(50))) == [
        n * n for n in range(50)
    ]
