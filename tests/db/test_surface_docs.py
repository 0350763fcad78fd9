"""The queries of docs/database.md run as they are written there, as an analyst."""

import re

import pytest

from sync.settings import ROOT
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

BLOCKS = re.findall(
    r"```sql\n(.*?)```", (ROOT / "docs" / "database.md").read_text(encoding="utf-8"), re.DOTALL
)
QUERIES = [query.strip() for block in BLOCKS for query in block.split(";") if query.strip()]


@pytest.mark.parametrize(
    "query", QUERIES, ids=lambda query: query.split("\n")[1].strip() if "\n" in query else query
)
def test_a_documented_query_runs(surface: Surface, query: str) -> None:
    with surface.acting_as("analyst"):
        surface.run(query)


def test_the_page_names_every_view_and_function_of_the_analysts(surface: Surface) -> None:
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    names = surface.run(
        "SELECT relname FROM pg_class WHERE relnamespace = 'analyst'::regnamespace AND relkind = 'v' "
        "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'analyst'::regnamespace"
    )
    assert len(QUERIES) >= 5
    assert [name for (name,) in names if f"`{name}" not in page] == []
