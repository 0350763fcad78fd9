"""`landsync measure`: figures about what we find out ourselves (encodings, coordinate systems, brakes), as the docs print them.

Each measurement is a module of `sync/lab/measure` with `register(group)`; to add one, add its name to MEASUREMENTS.
"""

from importlib import import_module

import typer

MEASUREMENTS: tuple[str, ...] = ("encodings", "crs", "brakes")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Đo độ tin cậy của những gì hệ thống tự suy ra · "
        "Measure how far what is found out by itself can be trusted",
    )
    group.callback()(_group)  # keeps it a group while it has one command
    for name in MEASUREMENTS:
        import_module(f"sync.lab.measure.{name}").register(group)
    app.add_typer(group, name="measure")


def _group() -> None:
    """Options of every measurement: none."""
