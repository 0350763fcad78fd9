"""One file per command or family of commands; each has `register(app)`.

A command wraps its work in `guarded(as_json)`, so that every LandsyncError ends as a sentence and an
exit status, in one place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import typer

from parcels.errors import LandsyncError
from sync.console import fail

COMMANDS: tuple[str, ...] = ("check", "generate", "platform", "db", "sync", "review", "proof", "status", "demo")


def register(app: typer.Typer) -> None:
    """Add every command to the main application, in the order of `--help`."""
    for name in COMMANDS:
        import_module(f"sync.commands.{name}").register(app)


@contextmanager
def guarded(*, as_json: bool = False) -> Iterator[None]:
    """Turn a LandsyncError into its sentence and exit status."""
    try:
        yield
    except LandsyncError as error:
        fail(error, as_json=as_json)
