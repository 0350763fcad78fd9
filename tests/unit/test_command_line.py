"""What every command has in common: help as it was written, results on standard output, talk on standard error."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync import console
from sync.cli.app import PlainGroup, app, plain_help
from tests.conftest import ROOT

# Where a person's result goes. `out`: tables and sentences that were asked for are on standard output. `err`: the result
# is what was done (a file, a row of the database); a sentence on standard error says so, and where it is.
RESULTS = {
    "check": "out",
    "generate": "err",
    "evaluate": "out",
    "profile init": "out",
    "profile test": "out",
    "up": "out",
    "down": "err",
    "db migrate": "err",
    "db status": "out",
    "sync": "out",
    "stage": "err",
    "approve": "err",
    "refuse": "err",
    "reconcile": "out",
    "receipt show": "out",
    "receipt verify": "out",
    "communes": "out",
    "expected load": "err",
    "boundaries load": "err",
    "context export": "err",
    "people erase": "out",
    "people erasures": "out",
    "population import": "out",
    "population status": "out",
    "findings list": "out",
    "findings show": "out",
    "findings accept": "err",
    "findings withdraw": "err",
    "lineage list": "out",
    "lineage show": "out",
    "lineage confirm": "err",
    "lineage refuse": "err",
    "deciders list": "out",
    "deciders name": "out",
    "deciders withdraw": "out",
    "status": "out",
    "report national": "err",
    "explain": "out",
    "fingerprint": "out",
    "keys new": "out",
    "keys show": "out",
    "rehearse": "out",
    "housekeeping": "out",
    "demo": "out",
    "measure encodings": "out",
    "measure brakes": "out",
    "measure crs": "out",
}


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    command = command or get_command(app)
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path), command


def sources(command: Any) -> str:
    """The text of the file in which a command stands."""
    return Path(str(inspect.getsourcefile(inspect.unwrap(command.callback)))).read_text(encoding="utf-8")


def test_every_command_says_where_its_result_goes() -> None:
    assert {name for name, _ in commands()} == set(RESULTS)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_tables_go_to_standard_output_and_only_talk_to_standard_error(name: str) -> None:
    command = dict(commands())[name]
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(sources(command))) if isinstance(node, ast.Call)
    }
    assert not calls & {"err.print", "console.err.print", "print"}
    if RESULTS[name] == "out":
        assert calls & {"out.print", "console.out.print", "tell", "console.tell", "sys.stdout.write"}


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_help_loses_nothing_and_shows_no_type_of_a_flag(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    command = dict(commands())[name]
    shown = CliRunner().invoke(app, [*name.split(), "--help"]).output
    assert "<bool>" not in shown
    assert "\\[" not in shown
    written = (command.callback.__doc__ or "") + "".join(
        getattr(p, "help", None) or "" for p in command.params
    )
    for bracket in re.findall(r"\[[^\]\n]+\]", written):
        assert bracket in shown


def test_brackets_in_help_stay_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    tiny = typer.Typer(cls=PlainGroup, rich_markup_mode="rich", help="of [lists] and [red]colour[/red]")

    @tiny.command()
    def one(it: Annotated[bool, typer.Option("--it", help="by [read.csv]")] = False) -> None:
        """From [connection] of the profile, [bold]not bold[/bold].

        landsync check [[parts]] [columns]
        """

    @tiny.command()
    def two() -> None:
        """From [[parts]]."""

    plain_help(tiny)
    said = CliRunner().invoke(tiny, ["one", "--help"]).output + CliRunner().invoke(tiny, ["--help"]).output
    for text in (
        "[connection]",
        "[bold]not bold[/bold]",
        "[[parts]] [columns]",
        "by [read.csv]",
        "[lists]",
        "[red]colour[/red]",
        "From [[parts]].",
    ):
        assert text in said, said
    assert "<bool>" not in said


def test_a_message_and_its_hint_keep_their_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    said = Bilingual("Hãy ghi [columns] và [/x] trong [[parts]].", "Write [columns] and [/x] in [[parts]].")
    with pytest.raises(typer.Exit):
        console.fail(UsageError("A-CODE", said, said))
    assert capsys.readouterr().err.count(said.vi) == 2


def test_nothing_is_printed_as_markup_that_was_not_written_as_such() -> None:
    """A call that prints a sentence says `markup=False`, or what it prints is a table of escaped cells."""
    loose = []
    for path in sorted((ROOT / "sync").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"out.print", "err.print"}:
                texts = [each for each in node.args if ".say(" in ast.unparse(each)]
                if texts and not any(word.arg == "markup" for word in node.keywords):
                    loose.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert loose == []
