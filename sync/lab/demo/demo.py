"""The demo from end to end: generate, start, hand over, trigger, follow, compare with the truth."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from parcels.admin_units import provinces
from parcels.bilingual import Bilingual, Lang
from parcels.errors import ComponentMissing, Disagreement, LandsyncError
from sync import db
from sync.conform.expected import read_expected
from sync.known.statistics import store_expected
from sync.lab.demo import follow, truth
from sync.lab.demo.airflow_client import AirflowClient, DagRun
from sync.lab.demo.nation import ensure_nation, hand_over
from sync.lab.demo.words import ROUND
from sync.lab.generate import Options
from sync.lab.generate.deliver import STATISTICS
from sync.platform.up import Upped, up
from sync.report.status import national_status
from sync.settings import Settings


class Watcher(Protocol):
    """Who is told how far the demo is."""

    def say(self, step: Bilingual) -> None:
        """A step begins."""

    def count(self, what: Bilingual, total: int) -> Callable[[str], None]:
        """A step of so many parts begins; call the answer with each part that is done."""


@dataclass
class Result:
    """What the demo came to. `error` says why it is no success."""

    options: Options
    upped: Upped
    status: dict[str, Any]
    round: dict[str, int]
    differences: list[truth.DatasetDifference]
    failures: list[follow.Failure]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def error(self) -> LandsyncError | None:
        """None: every province went through, and what was found is what was seeded."""
        if self.failures:
            return _failed(self.failures, len(self.options.provinces))
        return _untrue(self.differences) if self.differences else None

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """The document of --json, addresses aside."""
        wanted = len(self.options.provinces)
        return {
            **self.status,
            "round": self.round,
            "truth": {
                "agrees": not self.differences,
                "differences": [difference.as_dict() for difference in self.differences],
            },
            "runs": {
                "wanted": wanted,
                "succeeded": wanted - len(self.failures),
                "failed": [failure.as_dict(lang) for failure in self.failures],
            },
            "seconds": {step: round(seconds, 1) for step, seconds in self.seconds.items()},
        }


def demo(settings: Settings, options: Options, watcher: Watcher) -> Result:
    """Run it. Raises what `generate` and `up` raise; a red run or a wrong result is in the Result instead."""
    clock = _Clock()
    nation = _generate(settings.home / "demo", options, watcher)
    clock.lap("generate")
    upped = up(settings, say=watcher.say)
    clock.lap("up")
    _load_statistics(nation, settings.dsn or upped.state.dsn)
    watcher.say(Bilingual("Đang đưa dữ liệu vào hộp nhận của các tỉnh …", "Handing the deliveries over …"))
    delivery = hand_over(nation, settings.inbox, options.provinces)
    clock.lap("hand_over")
    airflow = upped.state.airflow
    with AirflowClient(airflow.url, airflow.user, airflow.password) as client:
        watcher.say(
            Bilingual("Đang đợi Airflow đọc các quy trình …", "Waiting for Airflow to read the DAGs …")
        )
        follow.wait_for_dags(client, options.provinces)
        clock.lap("wait_for_dags")
        runs = _sync(client, options, delivery, watcher)
        failures = follow.failures_of(client, runs)
    clock.lap("sync")
    dsn = settings.dsn or upped.state.dsn
    lines = _lines_of(dsn, runs)
    red = {failure.province for failure in failures}
    green = [code for code in options.provinces if code not in red]
    result = Result(
        options,
        upped,
        status=_status(dsn, lines, clock.laps["sync"]),
        round={name: sum(line[name] or 0 for line in lines) for name in ROUND},
        differences=truth.differences(truth.read_truth(nation), truth.found_by(lines), green),
        failures=failures,
    )
    clock.lap("compare")
    result.seconds = clock.laps
    return result


def _load_statistics(nation: Path, dsn: str) -> None:
    """What should be there of each commune, so that completeness is known."""
    if not (nation / STATISTICS).is_file():  # a nation from before there were any
        return
    found = read_expected(nation / STATISTICS)
    store_expected(dsn, found.table, found.file, found.sha256, "demo")


class _Clock:
    """Where the time goes."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self._last
        self._last = now


def _generate(folder: Path, options: Options, watcher: Watcher) -> Path:
    done: Callable[[str], None] | None = None

    def progress(province: str, _parcels: int) -> None:
        nonlocal done
        if done is None:
            done = watcher.count(
                Bilingual("Đang tạo dữ liệu mẫu", "Generating the nation"), len(options.provinces)
            )
        done(provinces()[province].name)

    watcher.say(Bilingual("Đang tạo dữ liệu mẫu …", "Generating the nation …"))
    return ensure_nation(folder, options, progress)


def _sync(client: AirflowClient, options: Options, delivery: str, watcher: Watcher) -> list[DagRun]:
    done = watcher.count(
        Bilingual("Đang đồng bộ các tỉnh qua Airflow", "Provinces through Airflow"), len(options.provinces)
    )

    def ended(run: DagRun, seconds: float) -> None:
        name = provinces()[follow.province_of(run)].name
        done(f"{name} ({seconds:.0f} s)" if run.state == "success" else f"{name}: {run.state.upper()}")

    return follow.trigger_and_follow(
        client, {code: {"delivery": delivery} for code in options.provinces}, ended
    )


def _lines_of(dsn: str, runs: list[DagRun]) -> list[db.Row]:
    names = [f"{run.dag_id}/{run.run_id}" for run in runs]  # as dags/_common.py names them to the ledger
    with db.connect(dsn) as connection:
        return db.fetch(connection, "demo/round", {"airflow_run_ids": names})


def _status(dsn: str, lines: list[db.Row], elapsed: float) -> dict[str, Any]:
    """`status --json`, with the seconds from begin to end of each province's run and of the whole round.

    Runs wait for each other's pools, so the sum of theirs would say nothing.
    """
    status = national_status(dsn)
    seconds = {line["province_code"]: line["seconds"] for line in lines}
    for province in status["provinces"]:
        province["seconds"] = seconds.get(province["code"])
    status["totals"]["seconds"] = elapsed
    return status


def _failed(failures: list[follow.Failure], wanted: int) -> ComponentMissing:
    first = failures[0]
    codes = ", ".join(failure.province for failure in failures)
    return ComponentMissing(
        "DEMO-RUNS-FAILED",
        Bilingual(
            f"{len(failures)} trong {wanted} tỉnh không đồng bộ được ({codes}). "
            f"Tỉnh {first.province}, bước {first.task}: {first.reason.vi}",
            f"{len(failures)} of {wanted} provinces did not come through ({codes}). "
            f"Province {first.province}, task {first.task}: {first.reason.en}",
        ),
        Bilingual(
            f"Nhật ký: {first.page} . Sửa lỗi rồi chạy lại `landsync demo`.",
            f"The log is at {first.page} . Mend it, then run `landsync demo` again.",
        ),
    )


def _untrue(differences: list[truth.DatasetDifference]) -> Disagreement:
    first = differences[0]
    return Disagreement(
        "DEMO-UNTRUE",
        Bilingual(
            f"Kết quả của {len(differences)} xã khác với đáp án (tỉnh {first.province}, xã {first.commune}: "
            f"đáp án {first.expected}, kết quả {first.found}).",
            f"The result of {len(differences)} communes differs from the truth (province {first.province}, commune "
            f"{first.commune}: expected {first.expected}, found {first.found}).",
        ),
        Bilingual(
            "Xem báo cáo của lượt chạy; nếu tỉnh đã nộp dữ liệu khác thì chạy demo với một LANDSYNC_HOME mới.",
            "See the run's report; if the province has since delivered other data, use a new LANDSYNC_HOME.",
        ),
    )
