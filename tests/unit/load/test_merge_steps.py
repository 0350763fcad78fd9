"""The steps of the merge as they are declared, held against their files; and the other folders whose files run in order."""

import re
from pathlib import Path
from typing import get_args

import pytest

from sync.db import TEMPORARY
from sync.load.steps import STEPS, How, Step, When
from tests.conftest import ROOT

SQL = ROOT / "sql"
WORDS = {*get_args(When), *get_args(How)}


def numbered(folder: str) -> list[Path]:
    """The numbered files of a folder, in the order in which it is listed."""
    return sorted(path for path in (SQL / folder).iterdir() if path.name[:1].isdigit())


def test_the_folder_holds_what_is_declared_in_that_order() -> None:
    assert [path.name for path in sorted((SQL / "merge").iterdir())] == [f"{step.file}.sql" for step in STEPS]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.file)
def test_the_name_of_a_file_says_when_it_runs(step: Step) -> None:
    said = [word for word in step.file.split("_")[1:] if word in WORDS]
    assert said == [*step.when, *([] if step.how == "once" else [step.how])]
    assert step.file.endswith("_".join(said))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.file)
def test_a_file_begins_with_what_it_is_for(step: Step) -> None:
    first, second, *_ = (SQL / "merge" / f"{step.file}.sql").read_text(encoding="utf-8").splitlines()
    assert first == f"-- {step.why}."
    assert second.startswith("-- ")


@pytest.mark.parametrize("folder", ["merge", "register", "population"])
def test_no_two_files_share_a_number_and_each_says_what_it_does(folder: str) -> None:
    files = numbered(folder)
    assert len({path.name.split("_")[0] for path in files}) == len(files) > 0
    assert [path.name for path in files if not path.read_text(encoding="utf-8").startswith("-- ")] == []


def test_a_temporary_table_made_from_a_query_is_recognised_and_so_analysed() -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in SQL.rglob("*.sql")
        if path.parent.name not in {"app", "versions"}
    }
    queried = {
        path
        for path, text in texts.items()
        if re.search(r"CREATE (LOCAL )?TEMP\w* TABLE\b[^;(]*\bAS\b", text, re.IGNORECASE)
    }
    assert len(queried) > 15
    assert [path.name for path in queried if not TEMPORARY.search(texts[path])] == []
