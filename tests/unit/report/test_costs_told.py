"""The report's table of what a run took: both languages, a dash where nobody knows, words where it is far more than usual."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.costs import Costs, StageCost
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.costs import told
from sync.report.figures import seconds, size
from sync.report.writing import report
from tests.support.strip import strip

MB = 1_000_000
KNOWN: dict[str, Any] = {
    "attempt": 1, "outcome": "done", "wall_seconds": 12.34, "cpu_seconds": 10.0, "worker_cpu_seconds": 3.0,
    "server_cpu_seconds": 2.0, "peak_bytes": 412 * MB, "rows_read": 12345, "bytes_read": 88 * MB, "bytes_written": 9 * MB,
    "server_wal_bytes": None,
}  # fmt: skip
UNKNOWN = dict.fromkeys(("cpu_seconds", "worker_cpu_seconds", "server_cpu_seconds", "peak_bytes", "rows_read", "bytes_read", "bytes_written"))  # fmt: skip


def costs(*stages: StageCost, compared: int = 5, usual: float | None = 10.0) -> Costs:
    whole = sum(each.wall_seconds for each in stages)
    return Costs(compared=compared, wall_seconds=whole, usual_seconds=usual, stages=stages)


def stage(name: str, **more: Any) -> StageCost:
    return StageCost(stage=name, **{**KNOWN, **more})


@pytest.fixture
def page(gpkg: Callable[..., Path], profile: Profile, tmp_path: Path) -> Callable[[Costs | None], str]:
    folder = tmp_path / "run"
    fetch(gpkg(strip(4)), profile, folder)
    conform(folder, profile)
    check(folder, profile)
    gate(folder)

    def written(said: Costs | None) -> str:
        if said is not None:
            said.save(folder)
        report(folder)
        return (folder / "report" / "report.html").read_text(encoding="utf-8")

    return written


def test_the_page_has_the_table_in_both_languages_and_an_offline_check_has_none(
    page: Callable[[Costs | None], str],
) -> None:
    assert "What this run took" not in page(None)
    said = page(
        costs(
            stage("check", usual_seconds=4.0, attempt=2),
            stage("load", **UNKNOWN, server_wal_bytes=34 * MB),
            stage("report", wall_seconds=77.0),
        )
    )
    table = said[said.index("What this run took") :]
    for words in (
        "Thời gian và tài nguyên", "Kiểm tra", "Check", "Nạp vào cơ sở dữ liệu", "Load", "12,3 s", "412,0 MB", "12.345", "88,0 MB",
        "gấp 3,1 lần thường lệ", "3.1 times the usual", "of the whole server<br>34,0 MB", "tiến trình con · workers 3,0 s", "máy chủ · server 2,0 s", "lần thử 2 · attempt 2",
        "trung vị của 5 lượt chạy", "the median of the last 5 runs", "Không kể bước lập báo cáo này", "Without the report itself",
    ):  # fmt: skip
        assert words in said, words
    load = table[table.index("Nạp vào") : table.index("Cộng")]
    assert load.count("–") == 8  # the usual, three of the processor, memory, rows, read, written
    assert "77,0" not in table  # of a report that is written again
    assert re.search(r"Cộng.*?101,0 s|Cộng.*?102 s", table, re.DOTALL)


@pytest.mark.parametrize(
    ("compared", "value", "usual", "marked"),
    [
        (3, 30.0, 10.0, "3.0 times the usual"),
        (3, 29.9, 10.0, None),
        (2, 300.0, 10.0, None),  # of two runs nothing is usual
        (10, 0.9, 0.1, None),  # less than a second more
        (10, 5.0, None, None),
        (10, 5.0, 0.0, None),
    ],
)
def test_what_took_three_times_as_long_as_usual_is_said_in_words(
    compared: int, value: float, usual: float | None, marked: str | None
) -> None:
    line = stage("check", wall_seconds=value, usual_seconds=usual)
    said = told(costs(line, compared=compared, usual=usual))
    for slow in (said["lines"][0]["slow"], said["whole"]["slow"]):
        assert (slow and slow.en) == marked


def test_memory_is_marked_like_time() -> None:
    (line,) = told(costs(stage("check", peak_bytes=900 * MB, usual_peak_bytes=300 * MB)))["lines"]
    assert line["large"].vi == "gấp 3,0 lần thường lệ"
    (line,) = told(costs(stage("check", peak_bytes=90 * MB, usual_peak_bytes=3 * MB)))["lines"]
    assert line["large"] is None


def test_figures_of_costs() -> None:
    assert [seconds(value) for value in (None, 0.0, 0.04, 99.94, 99.96, 12345.6)] == [
        "–", "0,0 s", "0,0 s", "99,9 s", "100,0 s", "12.346 s",
    ]  # fmt: skip
    assert [size(value) for value in (None, 0, 999, 1000, 1_500_000, 999_999_999_999)] == [
        "–", "0 B", "999 B", "1,0 kB", "1,5 MB", "1000,0 GB",
    ]  # fmt: skip
