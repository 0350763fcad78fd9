"""Airflow from outside, over its REST API: trigger a DAG, follow its runs, read why one failed. Nothing else.

Imports no Airflow: it speaks to whichever server it is told of.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TerminalError, TransientError

FINISHED = frozenset({"success", "failed"})
PAGE = 100  # Airflow's own limit for a page


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run of one DAG as Airflow reports it."""

    dag_id: str
    run_id: str
    state: str

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINISHED

    @property
    def api_path(self) -> str:
        """Where the API keeps it."""
        return f"/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}"


class AirflowClient:
    """A session with one Airflow server. TransientError AIRFLOW-DOWN while nobody answers there."""

    def __init__(
        self, url: str, username: str, password: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._credentials = {"username": username, "password": password}
        # trust_env=False: a proxy of the office must not see the requests to this machine.
        self._http = httpx.Client(
            base_url=self.url,
            timeout=30,
            trust_env=False,
            transport=transport or httpx.HTTPTransport(retries=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def dags(self, id_pattern: str) -> dict[str, bool]:
        """The DAGs whose id matches the SQL pattern, and whether each is paused."""
        found: dict[str, bool] = {}
        while True:
            page = self._call(
                "GET", "/dags", params={"dag_id_pattern": id_pattern, "limit": PAGE, "offset": len(found)}
            )
            found |= {dag["dag_id"]: dag["is_paused"] for dag in page["dags"]}
            if len(found) >= page["total_entries"] or not page["dags"]:
                return found

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> DagRun:
        """Start one run with the fields of its form. TerminalError when Airflow refuses them."""
        run = self._call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        return DagRun(dag_id, run["dag_run_id"], run["state"])

    def states(self, runs: Iterable[DagRun], since: datetime) -> list[DagRun]:
        """The same runs with their present states, in one request a page. `since`: before the first of them."""
        asked = {(run.dag_id, run.run_id): run for run in runs}
        ids = sorted({dag_id for dag_id, _ in asked})
        offset = 0
        while True:
            page = self._call(
                "POST",
                "/dags/~/dagRuns/list",
                json={
                    "dag_ids": ids,
                    "run_after_gte": since.isoformat(),
                    "page_limit": PAGE,
                    "page_offset": offset,
                },
            )
            for found in page["dag_runs"]:
                key = (found["dag_id"], found["dag_run_id"])
                if key in asked:
                    asked[key] = DagRun(*key, found["state"])
            offset += len(page["dag_runs"])
            if not page["dag_runs"] or offset >= page["total_entries"]:
                return list(asked.values())

    def failed_tasks(self, run: DagRun) -> list[tuple[str, int]]:
        """Task id and last try of each task that failed itself (not because of another), in order of their end."""
        page = self._call("GET", f"{run.api_path}/taskInstances")
        failed = [task for task in page["task_instances"] if task["state"] == "failed"]
        failed.sort(key=lambda task: task["end_date"] or "")
        return [(task["task_id"], task["try_number"]) for task in failed]

    def errors_in_log(self, run: DagRun, task_id: str, try_number: int) -> list[str]:
        """What one try of a task said at level error, in order."""
        path = f"{run.api_path}/taskInstances/{task_id}/logs/{try_number}"
        lines = self._call("GET", path, params={"full_content": True})["content"]
        return [
            _with_exception(line)
            for line in lines
            if isinstance(line, dict) and line.get("level") in ("error", "critical")
        ]

    def page_of(self, run: DagRun, task_id: str | None = None) -> str:
        """The address at which a person sees the run, or one of its tasks."""
        page = f"{self.url}/dags/{run.dag_id}/runs/{quote(run.run_id, safe='')}"
        return f"{page}/tasks/{task_id}" if task_id else page

    def _call(self, method: str, path: str, **request: Any) -> Any:
        for attempt in (1, 2):
            if "Authorization" not in self._http.headers:
                self._log_in()
            answer = self._send(method, f"/api/v2{path}", **request)
            if answer.status_code != httpx.codes.UNAUTHORIZED or attempt == 2:
                break
            del self._http.headers["Authorization"]  # expired: once more with a fresh one
        return self._checked(answer)

    def _log_in(self) -> None:
        answer = self._send("POST", "/auth/token", json=self._credentials)
        self._http.headers["Authorization"] = f"Bearer {self._checked(answer)['access_token']}"

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise _down(self.url, str(error) or type(error).__name__) from None

    def _checked(self, answer: httpx.Response) -> Any:
        if answer.is_server_error:
            raise _down(self.url, f"HTTP {answer.status_code}")
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ComponentMissing(
                "AIRFLOW-LOGIN",
                Bilingual(
                    f"Airflow tại {self.url} không chấp nhận tài khoản hoặc mật khẩu của landsync.",
                    f"Airflow at {self.url} does not accept landsync's user or password.",
                ),
                Bilingual(
                    "Chạy `landsync up` để biết tài khoản hiện dùng, rồi thử lại.",
                    "Run `landsync up` to see the account in use, then try again.",
                ),
            )
        if answer.is_client_error:
            reason = _detail(answer)
            raise TerminalError(
                "AIRFLOW-REFUSED",
                Bilingual(
                    f"Airflow từ chối yêu cầu {answer.request.url.path}: {reason}",
                    f"Airflow refuses the request {answer.request.url.path}: {reason}",
                ),
                Bilingual(
                    f"Mở {self.url} và xem quy trình này có lỗi hay không.",
                    f"Open {self.url} and see whether that DAG has an error.",
                ),
                status=answer.status_code,
            )
        return answer.json()


def _with_exception(line: dict[str, Any]) -> str:
    """What a log line says; of an exception that nobody foresaw, its class and words too."""
    causes = [f"{cause['exc_type']}: {cause['exc_value']}" for cause in line.get("error_detail") or ()]
    return " · ".join([line["event"], *causes])


def _detail(answer: httpx.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
    return detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)


def _down(url: str, reason: str) -> TransientError:
    return TransientError(
        "AIRFLOW-DOWN",
        Bilingual(
            f"Airflow tại {url} không trả lời ({reason}).", f"Airflow at {url} does not answer ({reason})."
        ),
        Bilingual("Chạy `landsync up` rồi thử lại.", "Run `landsync up`, then try again."),
    )
