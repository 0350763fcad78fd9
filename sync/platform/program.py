"""Modules of the platform that the Makefile runs with `python -m`: errors end as sentences there too."""

from collections.abc import Callable

import typer

from parcels.errors import LandsyncError
from sync.console import fail


def run(work: Callable[[], object]) -> None:
    """Do the work; a LandsyncError becomes its sentence and exit status."""
    try:
        work()
    except LandsyncError as error:
        try:
            fail(error)
        except typer.Exit as ending:
            raise SystemExit(ending.exit_code) from None
