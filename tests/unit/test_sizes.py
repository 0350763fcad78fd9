"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from statistics import median

from tests.conftest import ROOT

MEDIAN = 130
LONGEST_FILE = 350
LONGEST_TEST = 400  # a module of tests is a list: longer, but read one test at a time
LONGEST_FUNCTION = 60


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def lengths(*folders: str) -> dict[str, int]:
    return {name: len(text.splitlines()) for name, text in sources(*folders)}


PRODUCT = ("parcels", "validators", "sync", "dags")


def test_no_file_is_long_and_half_of_them_are_short() -> None:
    product = lengths(*PRODUCT)
    assert len(product) > 300
    assert {name: lines for name, lines in product.items() if lines > LONGEST_FILE} == {}
    assert median(product.values()) < MEDIAN


def test_no_module_of_tests_is_long() -> None:
    assert {name: lines for name, lines in lengths("tests").items() if lines > LONGEST_TEST} == {}


def test_no_function_is_long() -> None:
    long = {
        f"{name}:{node.name}"
        for name, text in sources(*PRODUCT)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == set()
