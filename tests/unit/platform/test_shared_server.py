"""The server that the tests of a run share: there as long as anybody uses it, gone afterwards."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import cluster
from tests.support.cluster import Shared


@dataclass
class Pretended:
    """A server that only writes down what it is told."""

    folder: Path
    told: list[str] = field(default_factory=list)

    def create(self) -> None:
        self.told.append("create")

    def start(self) -> bool:
        self.told.append("start")
        return True

    def remove(self) -> None:
        self.told.append("remove")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shared[Pretended]:
    monkeypatch.setattr(cluster, "place", lambda: tmp_path)
    return Shared("-pretended", Pretended)


def test_a_process_that_takes_it_twice_does_not_take_it_from_itself(shared: Shared[Pretended]) -> None:
    """Every module that imports a session's fixture makes it again."""
    told = shared.acquire().told
    assert told == ["remove", "create", "start"]  # what a killed run left is thrown away
    shared.acquire()
    shared.release()
    assert told.count("remove") == 1
    shared.release()
    assert told.count("remove") == 2
    assert not shared.base.exists()


def test_what_a_killed_run_left_is_thrown_away(shared: Shared[Pretended]) -> None:
    shared.acquire()
    (shared.base / "users.json").write_text('[[1, "another boot", 1]]', encoding="ascii")
    assert shared.acquire().told.count("remove") == 2
