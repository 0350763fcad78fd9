"""Help as it was written: what stands in square brackets is text, no markup, and a flag has no type to show."""

from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup


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
