"""How many examples the tests take hangs on one setting, and `make test-long` sets it."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.conftest import LONG, ROOT, counts


def literal_counts(source: str) -> Iterator[int]:
    """The lines on which a number of examples is not what `counts` says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "max_examples":
            call = node.value
            if not (
                isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "counts"
            ):
                yield node.value.lineno


def test_no_test_says_its_number_of_examples_past_the_setting() -> None:
    past = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "tests").rglob("*.py")
        for line in literal_counts(path.read_text(encoding="utf-8"))
    }
    assert past == set()


def test_a_number_past_the_setting_is_noticed() -> None:
    assert list(
        literal_counts("settings(max_examples=counts(5))\n@settings(max_examples=5)\ndef f(): ...")
    ) == [2]


def test_what_says_no_number_takes_the_usual_number() -> None:
    assert settings.default is not None
    assert settings.default.max_examples == counts(100) == 100 * LONG


@pytest.mark.parametrize(("setting", "taken"), [("", 20), ("1", 20), ("10", 200)])
def test_the_setting_multiplies(setting: str, taken: int) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from tests.conftest import counts; print(counts(20))"],
        cwd=ROOT, env=os.environ | {"LANDSYNC_TEST_LONG": setting}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(told.stdout) == taken


def test_make_test_long_sets_it() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "test-long: export LANDSYNC_TEST_LONG ?= 10\ntest-long: test ##" in makefile
