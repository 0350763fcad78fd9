"""`docs/run-folder.md`: the documents and tables of a run's folder, with their versions and fields, from their types."""

import builtins
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

from sync.folder.contents import CONTENTS
from sync.folder.document import Document

_HEAD = """\
# The folder of a run

<!-- Made by `make pages` from sync/folder/. Do not edit by hand. -->

`<home>/runs/<run_id>/` carries everything from stage to stage, so that each stage can be called alone and again. A stage reads
what lies here, never another stage: the contract is these files. Documents are JSON with a `version`; one without is of
version 1. Every version that was ever written can be read: what an older one lacks is added by the upgrades beside its type.
Other files: `pulled/` and `unpacked/` (gone once they were read), and the files of `report/`.
"""


def document() -> str:
    """The text of the page."""
    return _HEAD + "".join(_section(*entry) for entry in CONTENTS)


def _section(left_by: str, module: types.ModuleType, documents: Any, tables: Any) -> str:
    path = f"{module.__name__.replace('.', '/')}.py"
    return "".join(
        [_of_document(each, left_by, path) for each in documents]
        + [
            f"\n## `{table.file}`\n\nLeft by {left_by}; `{path}`. {table.holds}\n{_columns(table.schema)}"
            for table in tables
        ]
    )


def _of_document(kind: type[Document], left_by: str, path: str) -> str:
    changes = [(inspect.getdoc(upgrade) or "").partition("\n")[0] for upgrade in kind.UPGRADES]
    versions = " ".join([f"version {kind.version()}.", *changes])
    return (
        f"\n## `{kind.FILE}`\n\nLeft by {left_by}; `{path}`, {versions}\n\n{_said(kind)}"
        + _fields(kind)
        + "".join(f"\n### {each.__name__}\n\n{_said(each)}{_fields(each)}" for each in _parts(kind))
    )


def _said(kind: type) -> str:
    """The docstring: its sentence, and what it says of fields as it is laid out there."""
    sentence, _, more = (inspect.getdoc(kind) or "").partition("\n\n")
    return f"{sentence}\n\n" + (f"```text\n{more}\n```\n\n" if more else "")


def _fields(kind: type[BaseModel]) -> str:
    lines = [f"| `{name}` | {_type(field.annotation)} |\n" for name, field in kind.model_fields.items()]
    return "| field | type |\n| --- | --- |\n" + "".join(lines)


def _columns(schema: pa.Schema | None) -> str:
    if schema is None:
        return ""
    lines = [f"| `{field.name}` | {field.type} |\n" for field in schema]
    return "\n| column | type |\n| --- | --- |\n" + "".join(lines)


def _parts(kind: type[BaseModel], seen: set[type] | None = None) -> Iterator[type[BaseModel]]:
    """The records that a document is made of, each once, in the order in which its fields name them."""
    seen = set() if seen is None else seen
    for field in kind.model_fields.values():
        for each in _named(field.annotation):
            if each not in seen and each.__module__.startswith(("sync.folder", "validators")):
                seen.add(each)
                yield each
                yield from _parts(each, seen)


def _named(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _named(argument)


def _type(annotation: Any) -> str:
    """A type as it is written."""
    arguments = get_args(annotation)
    match get_origin(annotation):
        case typing.Union | types.UnionType:
            said = " or ".join(_type(argument) for argument in arguments)
        case typing.Literal:
            said = " or ".join(f"“{argument}”" for argument in arguments)
        case typing.Annotated:
            said = _type(arguments[0])
        case builtins.dict:
            said = f"{_type(arguments[0])} → {_type(arguments[1])}"
        case builtins.tuple if arguments[1:] == (Ellipsis,):
            said = f"list of {_type(arguments[0])}"
        case builtins.tuple:
            said = "(" + ", ".join(_type(argument) for argument in arguments) + ")"
        case _:
            said = "nothing" if annotation is type(None) else str(getattr(annotation, "__name__", annotation))
    return said
