"""Trigger the provinces' DAGs and follow their runs until the last has ended."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from parcels.bilingual import Bilingual, Lang
from parcels.errors import ComponentMissing, TransientError
from sync.lab.demo.airflow_client import AirflowClient, DagRun

DAG_PREFIX = "province_sync_"
KNOWN_WITHIN = 120  # seconds until Airflow has read the DAG files; 15 are normal after a start
POLL_EVERY = 1.5
PATIENCE_WITHOUT_ANSWER = 60  # a busy server may be slow to answer
PATIENCE_WITHOUT_CHANGE = 1800  # the longest that one province of the demo may ever take


@dataclass(frozen=True, slots=True)
class Failure:
    """A province whose run ended red: which task, what it said, where a person reads on."""

    province: str
    task: str
    reason: Bilingual
    page: str

    def as_dict(self, lang: Lang) -> dict[str, str]:
        """For --json."""
        return {
            "province": self.province,
            "task": self.task,
            "reason": self.reason.say(lang),
            "log": self.page,
        }


def province_of(run: DagRun) -> str:
    """The code in the name of the DAG."""
    return run.dag_id.removeprefix(DAG_PREFIX)


def wait_for_dags(client: AirflowClient, provinces: tuple[str, ...]) -> None:
    """Until Airflow knows the DAG of each province. ComponentMissing: it never does, or somebody paused one."""
    deadline = time.monotonic() + KNOWN_WITHIN
    while True:
        paused = client.dags(f"{DAG_PREFIX}%")
        missing = [code for code in provinces if DAG_PREFIX + code not in paused]
        if not missing:
            break
        if time.monotonic() > deadline:
            raise ComponentMissing(
                "DEMO-DAGS-MISSING",
                Bilingual(
                    f"Airflow chưa biết quy trình của các tỉnh {', '.join(missing)}.",
                    f"Airflow does not know the DAGs of the provinces {', '.join(missing)}.",
                ),
                Bilingual(
                    f"Mở {client.url}/dags: nếu tệp DAG có lỗi thì lỗi được nêu ở đầu trang.",
                    f"Open {client.url}/dags: an error in a DAG file is shown at the top.",
                ),
            )
        time.sleep(1)
    stopped = [code for code in provinces if paused[DAG_PREFIX + code]]
    if stopped:
        raise ComponentMissing(
            "DEMO-DAGS-PAUSED",
            Bilingual(
                f"Quy trình của các tỉnh {', '.join(stopped)} đang bị tạm dừng trong Airflow.",
                f"The DAGs of the provinces {', '.join(stopped)} are paused in Airflow.",
            ),
            Bilingual(
                f"Bật lại chúng ở {client.url}/dags rồi chạy lại `landsync demo`.",
                f"Switch them on at {client.url}/dags, then run `landsync demo` again.",
            ),
        )


def trigger_and_follow(
    client: AirflowClient, wanted: Mapping[str, dict[str, Any]], ended: Callable[[DagRun, float], None]
) -> list[DagRun]:
    """Start a run of each province with the fields of its form; all of them in their final state.

    ended   is told each run that ends, with the seconds since the first was started
    """
    since = datetime.now(UTC) - timedelta(minutes=1)
    started = time.monotonic()
    runs = [client.trigger(DAG_PREFIX + code, conf) for code, conf in wanted.items()]
    finished: dict[str, DagRun] = {}
    last_answer = last_change = time.monotonic()
    while len(finished) < len(runs):
        time.sleep(POLL_EVERY)
        try:
            states = client.states(runs, since)
        except TransientError:
            if time.monotonic() - last_answer > PATIENCE_WITHOUT_ANSWER:
                raise
            continue
        last_answer = time.monotonic()
        for run in states:
            if run.finished and run.dag_id not in finished:
                finished[run.dag_id] = run
                last_change = last_answer
                ended(run, last_answer - started)
        if last_answer - last_change > PATIENCE_WITHOUT_CHANGE:
            raise _stuck(client, [run for run in runs if run.dag_id not in finished])
    return [finished[run.dag_id] for run in runs]


def failures_of(client: AirflowClient, runs: list[DagRun]) -> list[Failure]:
    """Why each red run is red, in the words of its own log."""
    found = []
    for run in runs:
        if run.state == "success":
            continue
        tasks = client.failed_tasks(run)
        task, try_number = tasks[0] if tasks else ("?", 0)
        said = client.errors_in_log(run, task, try_number) if tasks else []
        page = client.page_of(run, task if tasks else None)
        found.append(Failure(province_of(run), task, _in_both_languages(said or [run.state]), page))
    return found


def _in_both_languages(said: list[str]) -> Bilingual:
    """An error of ours is told in Vietnamese first, then in English (dags/_common.py); a foreign one but once."""
    code, told, _ = said[0].partition(" | ")
    twice = told and len(said) > 1 and said[1].startswith(f"{code} | ")
    return Bilingual(said[0], said[1] if twice else said[0])


def _stuck(client: AirflowClient, waiting: list[DagRun]) -> TransientError:
    codes = ", ".join(province_of(run) for run in waiting)
    minutes = PATIENCE_WITHOUT_CHANGE // 60
    return TransientError(
        "DEMO-STUCK",
        Bilingual(
            f"Đã {minutes} phút không có lượt chạy nào kết thúc; còn đợi các tỉnh {codes}.",
            f"No run has ended for {minutes} minutes; still waiting for the provinces {codes}.",
        ),
        Bilingual(
            f"Xem {client.page_of(waiting[0])} và nhật ký của Airflow, rồi chạy lại `landsync demo`.",
            f"See {client.page_of(waiting[0])} and Airflow's logs, then run `landsync demo` again.",
        ),
    )
