"""Passwords: where they come from, and that they go nowhere.

A secret is named in the profile and lives in the environment, or is handed over by the DAG, which asks Airflow. It is
in no document, no log and no error: messages of drivers pass through `Secret.scrub` before anybody reads them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import unquote, urlsplit

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.declared.connection import Connection

# The name of a connection to its URI; None when there is none of that name.
Resolver = Callable[[str], str | None]
_resolver: ContextVar[Resolver | None] = ContextVar("landsync_connections", default=None)

HIDDEN = "***"


class Secret:
    """A DSN or a login that shows itself only when asked to."""

    __slots__ = ("_hide", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        hide = {value}
        try:
            password = urlsplit(value).password
        except ValueError:
            password = None
        for part in (password, value.partition(":")[2], value.rpartition(" ")[2]):
            if part and not part.startswith("//"):
                hide |= {part, unquote(part)}
        self._hide = sorted(hide, key=len, reverse=True)

    def reveal(self) -> str:
        """The value, for the driver alone."""
        return self._value

    def scrub(self, text: str) -> str:
        """A message with the value and its password taken out."""
        for part in self._hide:
            text = text.replace(part, HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"


@contextmanager
def handed_over(resolve: Resolver) -> Iterator[None]:
    """Within the block, connections that a profile names as `airflow_connection` are asked of `resolve`."""
    token = _resolver.set(resolve)
    try:
        yield
    finally:
        _resolver.reset(token)


def secret_of(connection: Connection) -> Secret | None:
    """The secret that a connection names; None when it names none. Raises ComponentMissing (CON-SECRET)."""
    resolve = _resolver.get()
    if connection.airflow_connection is not None and resolve is not None:
        found = resolve(connection.airflow_connection)
        if found is not None:
            return Secret(found)
    if connection.dsn_env is not None and (value := os.environ.get(connection.dsn_env, "").strip()):
        return Secret(value)
    if connection.dsn_env is None and connection.airflow_connection is None:
        return None
    raise _not_there(connection)


def _not_there(connection: Connection) -> ComponentMissing:
    places = []
    if connection.dsn_env is not None:
        places.append(
            Bilingual(
                f"biến môi trường {connection.dsn_env}", f"the environment variable {connection.dsn_env}"
            )
        )
    if connection.airflow_connection is not None:
        places.append(
            Bilingual(
                f"kết nối Airflow «{connection.airflow_connection}»",
                f"the Airflow connection “{connection.airflow_connection}”",
            )
        )
    vi, en = " hoặc ".join(place.vi for place in places), " or ".join(place.en for place in places)
    return ComponentMissing(
        "CON-SECRET",
        Bilingual(
            f"Chưa có địa chỉ và mật khẩu của nguồn «{connection.name}»: {vi} còn trống.",
            f"The address and password of the source “{connection.name}” are not there: {en} is empty.",
        ),
        Bilingual(f"Hãy đặt {vi} rồi chạy lại.", f"Set {en}, then run again."),
    )
