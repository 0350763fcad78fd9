"""The command line: `landsync`. Each command lives in its own file under sync/cli and is imported by name.

Help stays as it was written: what stands in square brackets is text, no markup, and a flag has no type to show.
"""

import os
import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from sync.cli import register


class PlainCommand(TyperCommand):
    """A command of this kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)

    def get_params(self, ctx: Any) -> list[Any]:
        """With flags that show no type."""
        return _without_types(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A family of commands of this kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)

    def get_params(self, ctx: Any) -> list[Any]:
        """With flags that show no type."""
        return _without_types(super().get_params(ctx))


def plain_help(app: typer.Typer) -> None:
    """Give every command of an application, and of its families, help of this kind."""
    for command in app.registered_commands:
        command.cls = PlainCommand
    for family in app.registered_groups:
        family.cls = PlainGroup
        if family.typer_instance is not None:
            plain_help(family.typer_instance)


def _plain(command: Any) -> None:
    for said in (command, *command.params):
        for text in ("help", "short_help", "epilog"):
            if getattr(said, text, None):
                setattr(said, text, escape(getattr(said, text)))


def _without_types(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


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
