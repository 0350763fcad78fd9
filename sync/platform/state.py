"""What this checkout's private platform consists of: `<home>/platform.json`, mode 0600, passwords included.

Whoever reads it may do everything that landsync may; nobody but its owner can.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from parcels.bilingual import Bilingual
from parcels.errors import TransientError
from sync.settings import Settings

FILE = "platform.json"


@dataclass
class AirflowState:
    """The Airflow of this checkout. Its secrets are made once: tokens and stored connections depend on them."""

    url: str = ""
    user: str = "admin"
    password: str = ""
    port: int = 0
    secrets: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""  # of the settings the running processes were started with
    prepared: str = ""  # for which Airflow version and which database the metadata were migrated
    processes: dict[str, tuple[int, str, int]] = field(default_factory=dict)


@dataclass
class PlatformState:
    """Where everything is. Empty text: not started by us, or not yet."""

    cluster: str = (
        ""  # the cluster's folder; relative to the home where it lies inside, so that a checkout can move
    )
    postgresql: int = 0  # major version of the data: a newer server cannot open them
    dsn: str = ""  # the pipeline's, as landsync_loader
    owner_dsn: str = ""  # the migrations', as landsync_owner
    analyst_dsn: str = ""
    airflow_dsn: str = ""
    shape: str = ""  # what the land database was last migrated to
    passwords: dict[str, str] = field(default_factory=dict)
    airflow: AirflowState = field(default_factory=AirflowState)

    def password(self, role: str) -> str:
        """The role's password, generated when first asked for; URL-safe characters only."""
        return self.passwords.setdefault(role, secrets.token_urlsafe(24))


def load(settings: Settings) -> PlatformState:
    """The state as last saved; a new one where there is none."""
    try:
        document: dict[str, Any] = json.loads((settings.home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return PlatformState()
    airflow = document.pop("airflow", {})
    airflow["processes"] = {name: tuple(mark) for name, mark in airflow.get("processes", {}).items()}
    return PlatformState(**document, airflow=AirflowState(**airflow))


def save(settings: Settings, state: PlatformState) -> None:
    """Write the state in one step, readable by its owner alone."""
    write_private(settings.home / FILE, json.dumps(asdict(state), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that no reader ever sees half of it or a wider mode."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def make_home(settings: Settings, *, passable: bool) -> None:
    """The home with its private folders. `passable`: another OS user (the server's) may pass through, not look in."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o711 if passable else 0o700)
    for folder in (settings.landing, settings.runs, settings.inbox, settings.home / "airflow"):
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
    for folder in (settings.landing, settings.runs, settings.home / "airflow"):  # personal data, secrets
        folder.chmod(0o700)


@contextmanager
def alone(settings: Settings, say_waiting: Callable[[], None]) -> Iterator[None]:
    """One `up` or `down` at a time for a home. TransientError when another takes longer than ten minutes."""
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / "platform.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say_waiting()
        try:
            lock.acquire(timeout=600)
        except Timeout:
            raise TransientError(
                "PLATFORM-BUSY",
                Bilingual(
                    f"Một lệnh `landsync up` hoặc `down` khác đang chạy với {settings.home}.",
                    f"Another `landsync up` or `down` is at work on {settings.home}.",
                ),
                Bilingual("Hãy đợi lệnh đó xong rồi thử lại.", "Wait for it to end, then try again."),
            ) from None
    try:
        yield
    finally:
        lock.release()
