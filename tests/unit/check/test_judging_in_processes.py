"""Judging in threads or in processes of their own: the same files, byte for byte what they say."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sync.check import check, workers
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.judgement import FINDINGS, REPAIRS, ROWS, Judged
from sync.intake.fetch import fetch
from tests.support.strip import strip

Write = Callable[..., Path]


def test_processes_and_threads_say_the_same(
    gpkg: Write, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.concat([strip(25), strip(5, "00694", first=50)], ignore_index=True)
    frame.loc[1, "geometry"] = frame.geometry[2]
    frame.loc[3, "geometry"] = None
    folder = tmp_path / "run"
    fetch(gpkg(frame), profile, folder)
    conform(folder, profile)
    said = []
    monkeypatch.setattr(workers, "THREADS", 2)
    for large in (10**9, 1):
        monkeypatch.setattr(workers, "LARGE", large)
        check(folder, profile)
        tables = [pq.read_table(folder / name) for name in (ROWS, FINDINGS, REPAIRS)]
        said.append((tables, (folder / Judged.FILE).read_text(encoding="utf-8")))
    (threads, verdicts), (processes, again) = said
    assert all(one.equals(other) for one, other in zip(threads, processes, strict=True))
    assert len(threads[1]) > 2
    assert verdicts == again
