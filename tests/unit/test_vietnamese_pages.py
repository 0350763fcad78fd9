"""Who reads Vietnamese is led to pages in Vietnamese: from the office's runbook to its end, and wherever there is one."""

import csv
import re
from pathlib import Path

import pytest

from parcels.provinces import provinces
from tests.conftest import ROOT

DOCS = ROOT / "docs"
VIETNAMESE = sorted([*DOCS.glob("*.vi.md"), ROOT / "README.vi.md"])
# Of the office: what its runbook leads to, but for the page that lists all pages.
LISTS_ALL = "using.vi.md"
BILINGUAL = ("checks.md", "columns.md", "errors.md")  # made from the code, each line in both languages
LETTERS = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđươăâêô]")


def links(page: Path) -> list[str]:
    """The pages of ours that a page links to, but for the one to its own English counterpart, and the list of all pages."""
    text = page.read_text(encoding="utf-8").partition("\n## Mọi tài liệu")[0]
    found = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    counterpart = page.name.replace(".vi.md", ".md")
    return [
        name
        for name in found
        if name.endswith(".md") and "://" not in name and Path(name).name != counterpart
    ]


def of_the_office() -> list[Path]:
    pages, open_ = [], [DOCS / "runbook-office.vi.md"]
    while open_:
        page = open_.pop()
        if page not in pages and page.name not in (LISTS_ALL, *BILINGUAL):
            pages.append(page)
            open_ += [page.parent / name for name in links(page)]
    return pages


def test_from_the_offices_runbook_on_every_link_leads_to_vietnamese() -> None:
    pages = of_the_office()
    assert len(pages) >= 10
    assert [page.name for page in pages if not page.name.endswith(".vi.md")] == []


@pytest.mark.parametrize("page", VIETNAMESE, ids=lambda page: page.name)
def test_a_vietnamese_page_links_to_the_vietnamese_page_where_there_is_one(page: Path) -> None:
    english = [name for name in links(page) if not name.endswith(".vi.md")]
    assert [name for name in english if (page.parent / name.replace(".md", ".vi.md")).exists()] == []


@pytest.mark.parametrize("page", VIETNAMESE, ids=lambda page: page.name)
def test_a_vietnamese_page_is_in_vietnamese(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    paragraphs = [each for each in text.split("\n\n") if len(each) > 120 and "<!--" not in each]
    assert paragraphs
    assert [each for each in paragraphs if len(LETTERS.findall(each)) < len(each) / 25] == []


@pytest.mark.parametrize("name", BILINGUAL)
def test_a_page_that_is_called_bilingual_has_as_many_vietnamese_lines(name: str) -> None:
    lines = [
        line
        for line in (DOCS / name).read_text(encoding="utf-8").splitlines()
        if line.startswith(("| [", "| `"))
    ]
    assert sum(bool(LETTERS.search(line)) for line in lines) > 0.9 * len(lines) > 10


def test_every_old_province_is_on_the_page_of_meridians_with_its_code() -> None:
    page = (DOCS / "meridians.vi.md").read_text(encoding="utf-8")
    with (ROOT / "parcels" / "reference" / "meridians.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 63
    for row in rows:
        new = f"{row['province_code']} {provinces()[row['province_code']].name}"
        assert f"| {new} | {row['old_province']} | {row['meridian']} | {row['epsg']} |" in page
