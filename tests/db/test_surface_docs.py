"""The queries of docs/database.md run as they are written there, as an analyst."""

import re

import pytest
from typer.main import get_command

from sync.cli.app import app
from sync.lab.generate.nation import plan
from sync.lab.generate.options import Options
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
    """As whoever it is for: land users are not for analysts."""
    with surface.acting_as("central_operator" if "land_private" in query else "analyst"):
        surface.run(query)


def test_the_page_names_every_view_and_function_of_the_analysts(surface: Surface) -> None:
    page = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    names = surface.run(
        "SELECT relname FROM pg_class WHERE relnamespace = 'analyst'::regnamespace AND relkind = 'v' "
        "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'analyst'::regnamespace"
    )
    assert len(QUERIES) >= 5
    assert [name for (name,) in names if f"`{name}" not in page] == []


def test_the_communes_and_windows_of_the_documented_queries_are_in_the_demo() -> None:
    """With the options that `make demo` has: what an analyst copies from a page finds something there."""
    defaults = {each.name: each.default for each in get_command(app).commands["demo"].params}  # type: ignore[attr-defined]
    options = Options(
        parcels=defaults["parcels"],
        communes_per_province=defaults["communes_per_province"],
        defects=defaults["defects"],
        seed=defaults["seed"],
    )
    sites = [place for delivery in plan(options) for part in delivery.parts for place in part.territories]
    there = {place.commune.code for place in sites}
    pages = "\n".join(
        (ROOT / "docs" / name).read_text(encoding="utf-8")
        for name in ("database.md", "findings.md", "groups.md")
    )
    named = set(re.findall(r"commune_code = '(\d{5})'|(?:explain|--commune) (\d{5})", pages))
    codes = {old or new for old, new in named}
    assert len(codes) >= 2
    assert codes <= there
    windows = re.findall(r"ST_MakeEnvelope\(([\d., ]+), 4326\)", pages)
    assert windows
    for window in windows:
        west, south, east, north = map(float, window.split(","))
        assert any(
            west < place.site.spot.lon < east and south < place.site.spot.lat < north for place in sites
        ), window
