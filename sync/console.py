"""What a person or a machine sees on the terminal: one way to speak, to print JSON, to fail."""

import json
import os
import sys
from typing import Any, NoReturn, TextIO

import typer
from rich.console import Console

from parcels.bilingual import Bilingual, Lang
from parcels.errors import LandsyncError


def _width(stream: TextIO) -> int | None:
    """A log or a file has no width, and without one Rich cuts tables to 80 columns; None lets it ask the terminal."""
    return None if stream.isatty() or "COLUMNS" in os.environ else 200


out = Console(highlight=False, width=_width(sys.stdout))
err = Console(stderr=True, highlight=False, width=_width(sys.stderr))


def language() -> Lang:
    """`--lang`, which the main callback puts in the environment, or LANDSYNC_LANG; Vietnamese by default."""
    return "en" if os.environ.get("LANDSYNC_LANG", "vi").lower().startswith("en") else "vi"


def say(message: Bilingual) -> None:
    """A sentence beside the result (progress, what was written where, what to do), on standard error."""
    err.print(message.say(language()), markup=False, soft_wrap=True)


def tell(result: Bilingual) -> None:
    """A sentence that is what a command was asked for, on standard output: `landsync … > file` keeps it."""
    out.print(result.say(language()), markup=False, soft_wrap=True)


def emit_json(document: dict[str, Any]) -> None:
    """The one JSON object of `--json`: the last thing on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()


def fail(error: LandsyncError, *, as_json: bool = False) -> NoReturn:
    """End the command with the error's sentence, code and exit status; never a stack trace."""
    lang = language()
    if as_json:
        emit_json({"error": error.as_dict(lang)})
    err.print(f"[bold red]{error.code}[/]", end=" ")
    err.print(error.message.say(lang), markup=False, soft_wrap=True)
    err.print(error.hint.say(lang), markup=False, soft_wrap=True, style="dim")
    raise typer.Exit(error.exit_status)
