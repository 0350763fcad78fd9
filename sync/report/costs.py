"""What a run took, as its report shows it: a line for each stage, beside what is usual for the province."""

from typing import Any, Final

from parcels.bilingual import Bilingual
from sync.folder.costs import Costs, StageCost
from sync.report.figures import count, seconds, size

STAGES: Final = {
    "fetch": Bilingual("Nhận dữ liệu", "Fetch"),
    "conform": Bilingual("Chuyển về cột chung", "Conform"),
    "check": Bilingual("Kiểm tra", "Check"),
    "gate": Bilingual("Quyết định từng xã", "Gate"),
    "load": Bilingual("Nạp vào cơ sở dữ liệu", "Load"),
    "report": Bilingual("Báo cáo", "Report"),
}
_WORKERS: Final = Bilingual("tiến trình con", "workers")
_SERVER: Final = Bilingual("máy chủ", "server")
TIMES = 3  # as much as usual: too much to be an evening's mood of the machine
AT_LEAST_RUNS = 3  # of before, for something to be usual
AT_LEAST_SECONDS = 1.0  # more than usual, and
AT_LEAST_BYTES = 100_000_000  # below which three times as much is nothing


def told(costs: Costs) -> dict[str, Any]:
    """The table: its lines, the sum, and the note below it."""
    before = [line for line in costs.stages if line.stage != "report"]  # of a report that is written again
    slow = _time_mark(costs.compared, costs.wall_seconds, costs.usual_seconds)
    return {
        "lines": [_line(costs.compared, line) for line in before],
        "whole": {
            "seconds": seconds(costs.wall_seconds),
            "usual": seconds(costs.usual_seconds),
            "slow": slow,
        },
        "note": _note(costs.compared),
    }


def _note(compared: int) -> Bilingual:
    """What the figures are of, and whose are not there."""
    usual = Bilingual(
        "Chưa có lượt chạy nào trước đó của tỉnh đi cùng một cách để so sánh.",
        "No earlier run of the province went the same way.",
    )
    if compared == 1:
        usual = Bilingual(
            "Thường lệ: như lượt chạy gần nhất của tỉnh đi cùng một cách.",
            "Usually: as the last run of the province that went the same way.",
        )
    elif compared:
        usual = Bilingual(
            f"Thường lệ: trung vị của {compared} lượt chạy gần nhất của tỉnh đi cùng một cách.",
            f"Usually: the median of the last {compared} runs of the province that went the same way.",
        )
    return Bilingual(
        f"{usual.vi} «–»: không đo được. Không kể bước lập báo cáo này: viết xong mới biết tốn bao nhiêu.",
        f"{usual.en} “–”: could not be measured. Without the report itself, whose cost is known only once it is written.",
    )


def _line(compared: int, cost: StageCost) -> dict[str, Any]:
    return {
        "name": STAGES.get(cost.stage, Bilingual(cost.stage, cost.stage)),
        "attempt": cost.attempt,
        "seconds": seconds(cost.wall_seconds),
        "usual": seconds(cost.usual_seconds),
        "slow": _time_mark(compared, cost.wall_seconds, cost.usual_seconds),
        "cpu": seconds(cost.cpu_seconds),
        "beside": [
            (words, seconds(value))
            for words, value in ((_WORKERS, cost.worker_cpu_seconds), (_SERVER, cost.server_cpu_seconds))
            if value != 0
        ],
        "memory": size(cost.peak_bytes),
        "large": _mark(compared, cost.peak_bytes, cost.usual_peak_bytes, AT_LEAST_BYTES),
        "rows": "–" if cost.rows_read is None else count(cost.rows_read),
        "read": size(cost.bytes_read),
        "written": size(cost.bytes_written),
        "wal": size(cost.server_wal_bytes) if cost.stage == "load" else None,
    }


def _time_mark(compared: int, value: float, usual: float | None) -> Bilingual | None:
    return _mark(compared, value, usual, AT_LEAST_SECONDS)


def _mark(compared: int, value: float | None, usual: float | None, least: float) -> Bilingual | None:
    """The words for what is far more than usual; None of anything else."""
    if compared < AT_LEAST_RUNS or value is None or not usual:
        return None
    if value < TIMES * usual or value - usual < least:
        return None
    times = f"{value / usual:.1f}"
    return Bilingual(f"gấp {times.replace('.', ',')} lần thường lệ", f"{times} times the usual")
