"""`docs/errors.md`: every code that landsync gives to an error or to a reason to hold, read from where it is raised.

The sentences are taken from the source, without running it: what is filled in at run time stands in braces.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from parcels import errors
from sync.settings import ROOT

PACKAGES = ("parcels", "validators", "sync", "dags")
_HELD = 3
_HEAD = """\
# Errors and reasons to hold · Mã lỗi và lý do tạm giữ

<!-- Made by `make pages` from the code. Do not edit by hand. -->

What a person reads is a sentence, what to do next, and one of these codes; a machine reads `error.code` of `--json`. Codes
and exit statuses are stable. What stands in braces is filled in when it happens.

Exit status: 2 wrong use, 3 held (a result, not an error), 4 rejected or unreadable, 5 a component is missing or down,
6 both sides disagree. Codes of checks are in [checks.md](checks.md).

| code | exit | says | hint · cách xử lý | raised in |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True, slots=True, order=True)
class ErrorLine:
    """A code as one place in the code raises it: sentences as (vi, en), empty where they are made elsewhere."""

    code: str
    exit_status: int
    said: tuple[str, str]
    hint: tuple[str, str]
    module: str


def document() -> str:
    """The text of the page."""
    return _HEAD + "".join(_row(line) for line in sorted(set(_lines())))


def _lines() -> Iterator[ErrorLine]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            module = path.relative_to(ROOT).as_posix()
            constants = _constants(tree)
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                yield from _of_call(call, module, constants)


def _of_call(call: ast.Call, module: str, constants: dict[str, str]) -> Iterator[ErrorLine]:
    status = _status(call.func)
    if status is None or not call.args:
        return
    code = _text(call.args[0], constants)
    if code is None:
        return
    said, hint = (_bilingual(call.args[n] if n < len(call.args) else None, constants) for n in (1, 2))
    yield ErrorLine(code, status, said, hint, module)


def _status(called: ast.expr) -> int | None:
    """The exit status that goes with what is called; None where it is neither an error nor a reason."""
    if isinstance(called, ast.Attribute) and called.attr == "of":
        return _HELD if isinstance(called.value, ast.Name) and called.value.id == "Reason" else None
    found = getattr(errors, called.id, None) if isinstance(called, ast.Name) else None
    if isinstance(found, type) and issubclass(found, errors.LandsyncError):
        return found.exit_status
    return None


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that a module names on top; those of `sync.folder.reasons` are known everywhere."""
    from sync.folder import reasons

    named = {
        name: value for name, value in vars(reasons).items() if isinstance(value, str) and name.isupper()
    }
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            named |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return named


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    """A text with what is filled in at run time in braces; None for what is no text at all."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
        return "".join(map(str, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (_text(node.left, constants) or "{…}") + (_text(node.right, constants) or "{…}")
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _bilingual(node: ast.expr | None, constants: dict[str, str]) -> tuple[str, str]:
    if isinstance(node, ast.Call) and len(node.args) == 2:
        vi, en = (_text(side, constants) or "" for side in node.args)
        return vi, en
    return "", ""


def _row(line: ErrorLine) -> str:
    cells = (
        f"`{line.code}`",
        str(line.exit_status),
        "<br>".join(filter(None, line.said)),
        "<br>".join(filter(None, line.hint)),
        f"`{line.module}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"
