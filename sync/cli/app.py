"""The command line: `landsync`. Each command lives in its own file under sync/cli and is imported by name."""

import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from sync.cli import register
from sync.cli.help import PlainGroup, plain_help

app = typer.Typer(
    name="landsync",
    cls=PlainGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Cadastral data of Vietnam's 34 provinces in one national land database. "
    "Dữ liệu địa chính của 34 tỉnh, thành trong một cơ sở dữ liệu đất đai quốc gia.",
)


@app.callback()
def options(
    lang: Annotated[
        str | None, typer.Option("--lang", help="vi or en; also LANDSYNC_LANG", metavar="vi|en")
    ] = None,
) -> None:
    """Options of every command."""
    if lang:
        os.environ["LANDSYNC_LANG"] = lang


register(app)
plain_help(app)


def main() -> None:
    """Entry point of the `landsync` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Windows redirects in a code page without Vietnamese
    app()
