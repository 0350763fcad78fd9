"""The engine knows no check by name: what is particular about one, a field of it says, and the catalogue lists them all."""

import ast
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import validators
from validators.catalogue import BY_CODE, CHECKS

_CATALOGUE = "validators.catalogue"
_REPAIRS = "validators.repairs"  # a proposal mends the faults of certain checks, and names them
_MODULES = frozenset(each.name for each in pkgutil.walk_packages(validators.__path__, "validators."))


def test_only_the_catalogue_imports_checks():
    families = _families()
    assert {"validators.identity", "validators.identity.faults", "validators.changes"} <= families
    knowing = {name: _imports(name) & families for name in _engine()}
    assert {name: found for name, found in knowing.items() if found} == {}


def test_no_code_of_a_check_stands_in_the_engine():
    named = {name: _texts(name) & BY_CODE.keys() for name in _engine() if not name.startswith(_REPAIRS)}
    assert {name: codes for name, codes in named.items() if codes} == {}


def test_the_checks_of_a_measure_count_it_in_one_way():
    for measure in {name for check in CHECKS for name in check.measures}:
        assert len({check.share for check in CHECKS if measure in check.measures}) == 1, measure


def _engine() -> set[str]:
    """What judging and counting again need of `validators`, without the catalogue and the checks themselves."""
    seen, ahead = set[str](), ["validators.judge", "validators.stored", "validators.delivery"]
    while ahead:
        name = ahead.pop()
        if name not in seen | {_CATALOGUE} | _families():
            seen.add(name)
            ahead += _imports(name)
    assert {"validators.base", "validators.findings", "validators.groups", "validators.tally"} <= seen
    return seen


@cache
def _families() -> frozenset[str]:
    """The modules that have checks of their own, and those of the functions that find faults."""
    having = {name for name in _MODULES if getattr(import_module(name), "CHECKS", CHECKS) is not CHECKS}
    finding = {check.find.__module__ for check in CHECKS if check.find is not None}
    return frozenset(having | finding)


@cache
def _imports(name: str) -> frozenset[str]:
    """The modules of `validators` that the import lines of one name."""
    named = [
        (node.module, f"{node.module}.{each.name}")
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    return frozenset(inner if inner in _MODULES else outer for outer, inner in named) & _MODULES


def _texts(name: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _tree(name: str) -> ast.Module:
    return ast.parse(Path(str(import_module(name).__file__)).read_text("utf-8"))
