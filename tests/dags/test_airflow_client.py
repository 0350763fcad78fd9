"""The client against an HTTP server that answers as Airflow does, also when Airflow is ill."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TerminalError, TransientError
from sync.lab.demo.airflow_client import AirflowClient, DagRun
from sync.lab.demo.follow import Failure, failures_of, trigger_and_follow, wait_for_dags

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Airflow(ThreadingHTTPServer):
    """Answers `answers[(method, path)]`: a list of (status, document), the last of which is repeated."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, str | None, object]] = []
        self.answers: dict[tuple[str, str], list[tuple[int, object]]] = {
            ("POST", "/auth/token"): [(201, {"access_token": "first"}), (201, {"access_token": "second"})]
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Airflow

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        request = (
            self.command,
            self.path,
            self.headers.get("Authorization"),
            json.loads(body) if body else None,
        )
        self.server.asked.append(request)
        waiting = self.server.answers.get((self.command, path), [(404, {"detail": f"no {path}"})])
        status, document = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    do_GET = do_POST = _answer  # noqa: N815  the names http.server looks for

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def airflow() -> Iterator[Airflow]:
    with Airflow() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(airflow) -> Iterator[AirflowClient]:
    with AirflowClient(airflow.url + "/", "admin", "secret") as client:
        yield client


def test_it_logs_in_once_and_sends_the_token(airflow, client):
    airflow.answers[("GET", "/api/v2/dags")] = [(200, {"dags": [], "total_entries": 0})]
    client.dags("x%")
    client.dags("x%")
    assert [(method, token) for method, _, token, _ in airflow.asked] == [
        ("POST", None), ("GET", "Bearer first"), ("GET", "Bearer first"),
    ]  # fmt: skip
    assert airflow.asked[0][3] == {"username": "admin", "password": "secret"}


def test_a_token_that_expired_is_replaced_once(airflow, client):
    airflow.answers[("GET", "/api/v2/dags")] = [
        (200, {"dags": [], "total_entries": 0}),
        (401, {}),
        (200, {"dags": [], "total_entries": 0}),
    ]
    client.dags("x%")
    assert client.dags("x%") == {}
    assert airflow.asked[-1][2] == "Bearer second"


def test_a_wrong_password_is_a_sentence_not_a_loop(airflow, client):
    airflow.answers[("POST", "/auth/token")] = [(401, {"detail": "Invalid credentials"})]
    with pytest.raises(ComponentMissing) as raised:
        client.dags("x%")
    assert raised.value.code == "AIRFLOW-LOGIN"
    assert "secret" not in str(raised.value)
    assert len(airflow.asked) == 1


def test_all_pages_of_dags_are_read(airflow, client):
    def page(*ids: str) -> tuple[int, object]:
        return 200, {"dags": [{"dag_id": i, "is_paused": i == "b"} for i in ids], "total_entries": 3}

    airflow.answers[("GET", "/api/v2/dags")] = [page("a", "b"), page("c")]
    assert client.dags("%") == {"a": False, "b": True, "c": False}
    assert "offset=2" in airflow.asked[-1][1]


def test_a_form_that_airflow_refuses_is_terminal_and_keeps_its_words(airflow, client):
    airflow.answers[("POST", "/api/v2/dags/d/dagRuns")] = [(400, {"detail": "7 is not of type 'string'"})]
    with pytest.raises(TerminalError, match="7 is not of type 'string'") as raised:
        client.trigger("d", {"delivery": 7})
    assert raised.value.code == "AIRFLOW-REFUSED"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_ill_server_is_transient(airflow, client, status):
    airflow.answers[("GET", "/api/v2/dags")] = [(status, {})]
    with pytest.raises(TransientError) as raised:
        client.dags("%")
    assert raised.value.code == "AIRFLOW-DOWN"


def test_a_server_that_is_not_there_is_transient(airflow):
    with AirflowClient("http://127.0.0.1:9", "admin", "secret") as client, pytest.raises(TransientError):
        client.dags("%")


def test_states_are_asked_for_all_runs_at_once_and_foreign_runs_are_left_out(airflow, client):
    listed = [
        {"dag_id": "a", "dag_run_id": "mine", "state": "success"},
        {"dag_id": "a", "dag_run_id": "nightly", "state": "failed"},
        {"dag_id": "b", "dag_run_id": "mine", "state": "running"},
    ]
    airflow.answers[("POST", "/api/v2/dags/~/dagRuns/list")] = [
        (200, {"dag_runs": listed[:2], "total_entries": 3}),
        (200, {"dag_runs": listed[2:], "total_entries": 3}),
    ]
    runs = [DagRun("a", "mine", "queued"), DagRun("b", "mine", "queued")]
    assert {(run.dag_id, run.state, run.finished) for run in client.states(runs, NOW)} == {
        ("a", "success", True),
        ("b", "running", False),
    }
    assert airflow.asked[-1][3]["dag_ids"] == ["a", "b"]


def test_runs_are_followed_to_their_end_although_the_server_is_ill_for_a_moment(airflow, client, monkeypatch):
    monkeypatch.setattr("sync.lab.demo.follow.POLL_EVERY", 0)

    def listing(first: str, second: str) -> tuple[int, object]:
        runs = [("province_sync_01", first), ("province_sync_96", second)]
        return 200, {
            "dag_runs": [{"dag_id": dag, "dag_run_id": "r", "state": state} for dag, state in runs],
            "total_entries": 2,
        }

    for code in ("01", "96"):
        path = f"/api/v2/dags/province_sync_{code}/dagRuns"
        airflow.answers[("POST", path)] = [(200, {"dag_run_id": "r", "state": "queued"})]
    airflow.answers[("POST", "/api/v2/dags/~/dagRuns/list")] = [
        listing("running", "queued"), (503, {}), listing("failed", "running"), listing("failed", "success"),
    ]  # fmt: skip
    ended = []
    conf = {"01": {"delivery": "x"}, "96": {"delivery": "x"}}
    runs = trigger_and_follow(client, conf, lambda run, _seconds: ended.append(run.dag_id))
    assert ended == ["province_sync_01", "province_sync_96"]
    assert [run.state for run in runs] == ["failed", "success"]
    assert airflow.asked[1][3] == {"logical_date": None, "conf": {"delivery": "x"}}


def test_a_red_run_is_explained_by_the_first_task_that_failed_in_the_words_of_its_log(airflow, client):
    run = DagRun("province_sync_01", "manual__2026-11-21T00:00:00+00:00", "failed")
    path = "/api/v2/dags/province_sync_01/dagRuns/manual__2026-11-21T00%3A00%3A00%2B00%3A00/taskInstances"
    tasks = [("close", "success", 1, "3"), ("apply", "upstream_failed", 0, "2"), ("judge", "failed", 2, "1")]
    airflow.answers[("GET", path)] = [
        (200, {"task_instances": [
            dict(zip(("task_id", "state", "try_number", "end_date"), task, strict=True)) for task in tasks
        ]})
    ]  # fmt: skip
    airflow.answers[("GET", f"{path}/judge/logs/2")] = [
        (
            200,
            {
                "content": [
                    {"event": "started", "level": "info"},
                    {"event": "X | Sai.", "level": "error"},
                    {"event": "X | Wrong.", "level": "error"},
                ]
            },
        )
    ]
    (failure,) = failures_of(client, [run, DagRun("province_sync_96", "r", "success")])
    assert failure == Failure(
        "01", "judge", Bilingual("X | Sai.", "X | Wrong."),
        f"{airflow.url}/dags/province_sync_01/runs/manual__2026-11-21T00%3A00%3A00%2B00%3A00/tasks/judge",
    )  # fmt: skip


def test_an_exception_that_nobody_foresaw_is_told_by_its_class_and_words(airflow, client):
    line = {"event": "Task failed with exception", "level": "error"}
    line |= {"error_detail": [{"exc_type": "MemoryError", "exc_value": "no room"}]}
    airflow.answers[("GET", "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/1")] = [(200, {"content": [line]})]
    assert client.errors_in_log(DagRun("d", "r", "failed"), "t", 1) == [
        "Task failed with exception · MemoryError: no room"
    ]


def test_a_paused_dag_is_named_instead_of_waited_for(airflow, client):
    dags = [
        {"dag_id": "province_sync_01", "is_paused": True},
        {"dag_id": "province_sync_96", "is_paused": False},
    ]
    airflow.answers[("GET", "/api/v2/dags")] = [(200, {"dags": dags, "total_entries": 2})]
    with pytest.raises(ComponentMissing, match="provinces 01 are paused") as raised:
        wait_for_dags(client, ("01", "96"))
    assert raised.value.code == "DEMO-DAGS-PAUSED"


def test_a_dag_that_never_comes_is_named(airflow, client, monkeypatch):
    monkeypatch.setattr("sync.lab.demo.follow.KNOWN_WITHIN", 0)
    airflow.answers[("GET", "/api/v2/dags")] = [(200, {"dags": [], "total_entries": 0})]
    with pytest.raises(ComponentMissing, match="01, 96"):
        wait_for_dags(client, ("01", "96"))
