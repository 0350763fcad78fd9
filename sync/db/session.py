"""How a session with the server behaves: how long a statement may run and wait, and that it ends with its client."""

from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class in lower case
from psycopg2.extensions import parse_dsn

from sync.settings import settings

IDLE_MINUTES = 60  # between two statements of a transaction: longer than judging or hashing a province takes
CHECK_SECONDS = 5  # how soon a server notices, while it works, that its client is gone

# So that both sides notice within two minutes when the other's machine is gone without a word.
_KEEPALIVE = {"idle": 60, "interval": 10, "count": 6}


def open_session(dsn: str, work: str | None = None) -> Connection:
    """A connection; `work` names what it does (a run), for those who look at the server's sessions.

    What the DSN says counts first. Raises psycopg2.OperationalError.
    """
    ours: dict[str, Any] = {
        "connect_timeout": 10,
        "keepalives": 1,
        **{f"keepalives_{name}": value for name, value in _KEEPALIVE.items()},
    }
    said = {key: value for key, value in ours.items() if key not in parse_dsn(dsn)}
    link: Connection = psycopg2.connect(dsn, application_name=name_of(work), **said)
    return link


def name_of(work: str | None) -> str:
    """What a session is called on the server."""
    return f"landsync {work}" if work else "landsync"


def session_values() -> dict[str, list[str]]:
    """Settings of the server for the session (sql/session/settings.sql). Half of a statement's time may be waiting."""
    statement_ms = int(settings().statement_minutes * 60_000)
    wanted = {
        "statement_timeout": str(statement_ms),
        "lock_timeout": str(statement_ms // 2),
        "idle_in_transaction_session_timeout": f"{IDLE_MINUTES}min",
        "client_connection_check_interval": f"{CHECK_SECONDS}s",
        **{f"tcp_keepalives_{name}": str(value) for name, value in _KEEPALIVE.items()},
    }
    return {"names": list(wanted), "values": list(wanted.values())}
