"""A process is ended only when it is the very one that was started."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest

from sync.platform import processes
from sync.platform.ports import free_port, is_free
from sync.platform.processes import ProcessMark

FAMILY = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)"
)


@pytest.fixture
def spawn() -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Start a Python program in a session of its own; whatever is left of it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program], start_new_session=True, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_marked_process_is_alive_until_it_ends(spawn: Callable[[str], "subprocess.Popen[str]"]) -> None:
    process = spawn("import time; time.sleep(60)")
    mark = ProcessMark.of(process.pid)
    assert mark.alive
    process.kill()
    process.wait()
    assert not mark.alive


def test_a_process_that_ended_but_was_not_reaped_is_not_alive(
    spawn: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    process = spawn("import time; time.sleep(60)")
    mark = ProcessMark.of(process.pid)
    process.kill()
    deadline = time.monotonic() + 5
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not mark.alive


def test_a_recycled_number_is_neither_alive_nor_ended(
    spawn: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    stranger = spawn("import time; time.sleep(60)")
    now = ProcessMark.of(stranger.pid)
    for recycled in (replace(now, ticks=now.ticks - 1), replace(now, boot="an earlier one")):
        assert not recycled.alive
        assert processes.end([recycled], grace=1) == 0
    assert stranger.poll() is None


def test_ending_a_process_ends_its_children_and_nobody_else(
    spawn: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    ours, other = spawn(FAMILY), spawn("import time; time.sleep(60)")
    child = ProcessMark.of(int(first_line(ours)))
    assert processes.end([ProcessMark.of(ours.pid)], grace=5) == 1
    assert not child.alive
    assert other.poll() is None


def test_children_of_a_leader_that_was_killed_are_found_and_ended(
    spawn: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    leader = spawn(FAMILY)
    child, mark = ProcessMark.of(int(first_line(leader))), ProcessMark.of(leader.pid)
    leader.kill()
    leader.wait()
    assert child.alive
    processes.end_sessions([mark])
    assert not child.alive


def test_a_taken_port_is_passed_over_and_a_free_one_kept() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert not is_free(number)
        assert free_port(number) != number
    assert free_port(number) == number
