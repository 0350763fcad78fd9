"""Every decision says since when and whether it holds, stands in the index once, and is there wherever it is named."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import ROOT

ADR = ROOT / "docs" / "adr"
DECISIONS = {page.name: page.read_text(encoding="utf-8") for page in sorted(ADR.glob("*.md"))}
INDEX = DECISIONS.pop("README.md")
OTHERS = r"\[(\d{4})\]\(\1-[a-z0-9-]+\.md\)"
HEAD = re.compile(
    r"# (?P<number>\d{4})\. (?P<title>\S.*)\n\n"
    r"(?P<day>\d{4}-\d\d-\d\d) · (?P<status>in force|(?:in force, changed|superseded) by (?P<others>.+))\n\n"
)
LINE = re.compile(r"^- (\d{4}) \[(.+)\]\((\d{4}-.+\.md)\)(?:: (.+))?$", re.MULTILINE)
NAMED = re.compile(r"\badr/(\d+)|\bADRs? (\d+)")
TEXTS = (".md", ".py", ".sql", ".toml", ".sh", ".yaml", ".html")
PLACES = ("dags", "docker", "docs", "parcels", "sql", "sync", "tests", "validators")


def head_of(page: str) -> re.Match[str]:
    """Title, day and status of a decision."""
    head = HEAD.match(DECISIONS[page])
    assert head, f"{page} does not begin with number, title, day and status"
    return head


def shown(page: str) -> tuple[str, str, str, str]:
    """What the index says of a decision: number, title, file and, where it is not simply in force, status."""
    head = head_of(page)
    status = re.sub(OTHERS, r"\1", head["status"]).removeprefix("in force").removeprefix(", ")
    return head["number"], head["title"], page, status


def named_in(text: str) -> set[str]:
    """The numbers of the decisions that a text names, as they are written."""
    return {number for pair in NAMED.findall(text) for number in pair if number}


@pytest.mark.parametrize("page", DECISIONS)
def test_a_decision_has_its_number_a_day_and_a_status(page: str) -> None:
    head = head_of(page)
    assert head["number"] == page[:4]
    date.fromisoformat(head["day"])
    for other in head["others"].split(", ") if head["others"] else ():
        assert re.fullmatch(OTHERS, other)
        assert other[other.index("(") + 1 : -1] in DECISIONS


def test_the_index_has_every_decision_once_as_it_is() -> None:
    assert sorted(LINE.findall(INDEX)) == [shown(page) for page in DECISIONS]


def test_a_decision_that_is_named_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*.toml")]
    pages += [page for place in PLACES for page in (ROOT / place).rglob("*") if page.suffix in TEXTS]
    named = {
        (page.relative_to(ROOT).as_posix(), number)
        for page in pages
        if page != Path(__file__)
        for number in named_in(page.read_text(encoding="utf-8"))
    }
    numbers = {page[:4] for page in DECISIONS}
    assert named
    assert {(page, number) for page, number in named if number not in numbers} == set()


def test_a_name_of_a_decision_is_found_however_it_is_written() -> None:
    assert named_in("see (docs/adr/0022), [adr/0105](adr/0105-x.md), ADR 92, ADR 0004") == {
        "0022",
        "0105",
        "92",
        "0004",
    }
