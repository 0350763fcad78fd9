"""The floor plan of the house: what stands where, and how the rooms speak with each other."""

import ast
import inspect
import typing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync import stages
from sync.cli import COMMANDS
from sync.folder.contents import CONTENTS
from sync.folder.document import Record
from sync.report.explain.judged import ReportedVerdicts
from tests.conftest import ROOT
from validators.stored import CommuneVerdict

FLAT = 10
PACKAGES = ("dags", "sync", "validators", "parcels")
# What a stage is called with and what it gives back. Inside a stage a dictionary is its own affair.
BETWEEN = (
    "stages",
    "gate",
    "review",
    "conform",
    "check",
    "load",
    "report",
    "intake/fetch",
    "intake/pull",
    "run",
    "folder/contents",
    "report/material",
    "load/inputs",
    "load/verdicts",
    "load/regroup",
    "known/places",
)


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def test_few_modules_stand_in_the_corridor() -> None:
    flat = [path.name for path in (ROOT / "sync").glob("*.py") if path.name != "__init__.py"]
    assert len(flat) <= FLAT, flat


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for path in modules(ROOT / "sync") if path.name == "__init__.py"]
    assert [
        path for path in rooms if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_no_two_classes_share_a_name() -> None:
    names: Counter[str] = Counter()
    for package in PACKAGES:
        for path in modules(ROOT / package):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names.update(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def records(kind: type[Any], seen: set[type[Any]]) -> Iterator[type[Any]]:
    """A document's record and those that it is made of."""
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    for annotation in typing.get_type_hints(kind).values():
        yield from (each for inner in parts(annotation) for each in records(inner, seen))


def parts(annotation: Any) -> Iterator[type[Any]]:
    if isinstance(annotation, type) and issubclass(annotation, Record | CommuneVerdict):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from parts(argument)


def names_any(annotation: Any) -> bool:
    return annotation is Any or any(names_any(argument) for argument in typing.get_args(annotation))


def test_no_field_of_a_document_is_of_any_type() -> None:
    kinds = [kind for _, _, documents, _ in CONTENTS for kind in documents] + [ReportedVerdicts]
    seen: set[type[Any]] = set()
    every = [each for kind in kinds for each in records(kind, seen)]
    assert len(every) > 20
    untyped = [
        f"{kind.__name__}.{name}"
        for kind in every
        for name, field in kind.model_fields.items()
        if names_any(field.annotation)
    ]
    assert untyped == []


def signatures(path: Path) -> Iterator[tuple[str, str]]:
    """Public functions and fields of a module with what they say of their types."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, " ".join(ast.unparse(each) for each in (node.args, node.returns) if each)
        if isinstance(node, ast.ClassDef):
            for field in (each for each in node.body if isinstance(each, ast.AnnAssign)):
                yield f"{node.name}.{ast.unparse(field.target)}", ast.unparse(field.annotation)


@pytest.mark.parametrize("name", BETWEEN)
def test_no_untyped_dictionary_crosses_from_one_stage_to_another(name: str) -> None:
    path = ROOT / "sync" / f"{name}.py"
    path = path if path.exists() else ROOT / "sync" / name / "__init__.py"
    allowed = {"approve", "refuse"}  # what a person's decision prints with --json
    found = [f"{what}: {said}" for what, said in signatures(path) if "Any" in said and what not in allowed]
    assert found == []


def test_a_stage_takes_a_run_and_gives_counts() -> None:
    for stage in stages.STAGES.values():
        assert list(inspect.signature(stage).parameters) == ["run"]
        assert inspect.signature(stage).return_annotation is stages.Counts


def test_the_workshop_is_imported_by_nothing_but_named_by_the_commands() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in modules(ROOT / package)
        if "sync/lab/" not in path.as_posix() and "sync.lab" in path.read_text(encoding="utf-8")
    ]
    assert users == ["sync/cli/__init__.py"]
    assert {name for name in COMMANDS if name.startswith("sync.lab.")} == {
        f"sync.lab.cli.{path.stem}"
        for path in (ROOT / "sync/lab/cli").glob("*.py")
        if path.stem != "__init__"
    }


def test_every_command_is_registered() -> None:
    own = {f"sync.cli.{path.stem}" for path in (ROOT / "sync" / "cli").glob("*.py")}
    assert {name for name in COMMANDS if name.startswith("sync.cli.")} == own - {
        "sync.cli.__init__",
        "sync.cli.app",
    }


def test_tests_stand_where_the_code_stands() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit).as_posix() for path in unit.rglob("test_*.py")} - {"."}
    assert {f for f in folders if not ((ROOT / f).is_dir() or (ROOT / "sync" / f).is_dir())} == set()
