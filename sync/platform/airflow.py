"""Airflow's four components as processes of their own: started, watched until healthy, ended; no other one touched."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TransientError
from sync.platform import airflow_env, processes
from sync.platform.ports import free_port, is_free
from sync.platform.processes import ProcessMark
from sync.platform.state import AirflowState, write_private
from sync.settings import ROOT, Settings

# `-s`: without it the scheduler and the triggerer serve their logs on every address of the machine. Here all run on
# one machine and the api-server reads the files itself.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTH = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}
HEALTHY_WITHIN = 300  # seconds; about 15 are normal on two idle cores
KEEP_LOG_BYTES = 20 * 1024 * 1024


class Airflow:
    """The Airflow of one home. `state` is changed in place; `remember` saves it after each step that must not be lost."""

    def __init__(self, settings: Settings, state: AirflowState, remember: Callable[[], None]) -> None:
        self.settings = settings
        self.state = state
        self.remember = remember
        self.home = airflow_env.airflow_home(settings)

    @property
    def marks(self) -> dict[str, ProcessMark]:
        """The processes we started, alive or not."""
        return {name: ProcessMark(*mark) for name, mark in self.state.processes.items()}

    @property
    def running(self) -> bool:
        """Whether all four components are alive."""
        marks = self.marks
        return all(name in marks and marks[name].alive for name in COMPONENTS)

    @property
    def anything_running(self) -> bool:
        """Whether any of the processes we started is alive."""
        return any(mark.alive for mark in self.marks.values())

    def variables(self, metadata_dsn: str, land_dsn: str) -> dict[str, str]:
        """The settings to start with; keys, password and port are made here when they are missing."""
        if airflow_env.version() is None:
            raise ComponentMissing(
                "PLATFORM-NO-AIRFLOW",
                Bilingual("Chưa cài Airflow.", "Airflow is not installed."),
                Bilingual(
                    "Hãy chạy `make setup`, hoặc: pip install 'landsync[airflow]'",
                    "Run `make setup`, or: pip install 'landsync[airflow]'",
                ),
            )
        ours = self.marks.get("api-server")
        if not (ours and ours.alive and self.state.port):  # else the port is taken, by ourselves
            self.state.port = free_port(self.state.port)
        self.state.url = f"http://127.0.0.1:{self.state.port}"
        self.state.secrets = self.state.secrets or airflow_env.new_secrets()
        return airflow_env.environment(
            self.settings, self.state, metadata_dsn=metadata_dsn, land_dsn=land_dsn
        )

    def prepare(self, variables: dict[str, str]) -> bool:
        """Migrate the metadata and make the pools, once per Airflow version and database; False: was done before."""
        (self.home / "plugins").mkdir(exist_ok=True)
        write_private(
            airflow_env.passwords_file(self.settings), f'{{"{self.state.user}": "{self.state.password}"}}'
        )
        wanted = (
            f"{airflow_env.version()} {variables['AIRFLOW__DATABASE__SQL_ALCHEMY_CONN'].rpartition('@')[2]}"
        )
        if self.state.prepared == wanted:
            return False
        for arguments in (
            ["db", "migrate"],
            ["pools", "import", str(Path(__file__).with_name("pools.json"))],
        ):
            result = subprocess.run(
                [sys.executable, "-m", "airflow", *arguments],
                env=os.environ | variables, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600, check=False,
            )  # fmt: skip
            if result.returncode != 0:
                (self.home / "prepare.log").write_text(result.stdout, encoding="utf-8")
                raise self._failed(f"airflow {' '.join(arguments[:2])}", self.home / "prepare.log")
        self.state.prepared = wanted
        self.remember()
        return True

    def start(self, variables: dict[str, str], watch: Callable[[list[str]], None]) -> list[str]:
        """Start what does not run and wait until all are healthy; the names of those started.

        Processes that run with other settings are ended first. `watch` is told again and again who is not yet ready.
        """
        wanted = airflow_env.fingerprint(variables)
        if self.state.fingerprint != wanted:
            self.stop()
        marks = self.marks
        missing = [name for name in COMPONENTS if not (name in marks and marks[name].alive)]
        processes.end_sessions([marks[name] for name in missing if name in marks])  # what a killed one left
        if "api-server" in missing and not is_free(self.state.port):
            raise TransientError(
                "PLATFORM-PORT-TAKEN",
                Bilingual(
                    f"Cổng {self.state.port} vừa bị chương trình khác chiếm.",
                    f"Another program has just taken port {self.state.port}.",
                ),
                Bilingual("Hãy chạy lại `landsync up`.", "Run `landsync up` again."),
            )
        now, long_ago = datetime.now(UTC), datetime.min.replace(tzinfo=UTC)
        since = {name: now if name in missing else long_ago for name in COMPONENTS}
        self.state.fingerprint = wanted
        for name in missing:
            self._spawn(name, variables)
        self._wait_until_healthy(since, watch)
        return missing

    def stop(self) -> int:
        """End the processes that we started, with all they started; how many there were."""
        ended = processes.end(list(self.marks.values()))
        self.state.processes = {}
        self.state.fingerprint = ""
        self.remember()
        return ended

    def _spawn(self, name: str, variables: dict[str, str]) -> None:
        log = self._log(name)
        if log.exists() and log.stat().st_size > KEEP_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as output:
            log.chmod(0o600)
            started = subprocess.Popen(
                [sys.executable, "-m", "airflow", *COMPONENTS[name]],
                env=os.environ | variables, cwd=self.home, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, umask=0o077,
            )  # fmt: skip
        mark = ProcessMark.of(started.pid)
        self.state.processes[name] = (mark.pid, mark.boot, mark.ticks)
        self.remember()

    def _log(self, name: str) -> Path:
        folder = self.home / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{name}.log"

    def _wait_until_healthy(self, since: dict[str, datetime], watch: Callable[[list[str]], None]) -> None:
        """Also when all were running: an `up` that was interrupted leaves them on their way."""
        deadline = time.monotonic() + HEALTHY_WITHIN
        while waiting := self._unhealthy(since):
            dead = [name for name, mark in self.marks.items() if not mark.alive]
            if dead or time.monotonic() > deadline:
                name = (dead or waiting)[0]
                raise self._failed(f"airflow {name}", self._log(name))
            watch(waiting)
            time.sleep(0.3)

    def _unhealthy(self, since: dict[str, datetime]) -> list[str]:
        health = self.health()
        return [name for name, moment in since.items() if not _is_healthy(name, health, moment)]

    def health(self) -> dict[str, Any] | None:
        """What the api-server says about the components; None while it does not answer."""
        try:
            answer = httpx.get(f"{self.state.url}/api/v2/monitor/health", timeout=5, trust_env=False)
            answer.raise_for_status()
            document: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError):
            return None
        return document

    def _failed(self, what: str, log: Path) -> TransientError:
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        telling = [line for line in lines[-60:] if "rror" in line] or lines or ["?"]
        return TransientError(
            "PLATFORM-AIRFLOW",
            Bilingual(f"«{what}» không chạy được: {telling[-1]}", f"'{what}' did not come up: {telling[-1]}"),
            Bilingual(
                f"Xem nhật ký {log}, rồi chạy lại `landsync up`.", f"See {log}, then run `landsync up` again."
            ),
        )


def _is_healthy(name: str, health: dict[str, Any] | None, since: datetime) -> bool:
    """A heartbeat from before the start is an earlier process's and says nothing."""
    if health is None:
        return False
    if name not in HEALTH:
        return bool(health["metadatabase"]["status"] == "healthy")
    part = health[HEALTH[name]]
    beat = part.get(f"latest_{HEALTH[name]}_heartbeat")
    return bool(part["status"] == "healthy" and beat and datetime.fromisoformat(beat) >= since)
