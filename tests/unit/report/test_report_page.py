"""The report in a browser: on a desk and on a telephone everything is in sight, none of it beside the page."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.writing import report
from tests.support.browser import CHROMIUM, dom
from tests.support.strip import strip

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine to look at the page with"
)
MEASURE = """<script>
const tables = [...document.querySelectorAll(".wide")].map(each => ({
    text: each.innerText.slice(0, 40), beside: each.scrollWidth - each.clientWidth,
    cards: each.firstElementChild.classList.contains("stack")}));
const box = each => { const b = each.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
const maps = [...document.querySelectorAll("svg.map")].map(map => ({
    box: box(map), circles: [...map.querySelectorAll("circle")].map(box),
    labels: [...map.querySelectorAll("text.label")].filter(each => each.getClientRects().length).map(each => ({
        text: each.textContent, box: box(each), size: parseFloat(getComputedStyle(each).fontSize) * map.getScreenCTM().a})),
    outlines: [...map.querySelectorAll("path.extent, a path.land")].map(box)}));
parent.postMessage(JSON.stringify({maps,
    width: innerWidth, beside: document.documentElement.scrollWidth - innerWidth, tables}), "*");
</script>"""


@pytest.fixture
def page(gpkg: Callable[..., Path], profile: Profile, tmp_path: Path) -> Path:
    """A report of two communes with a fault of its own kind in several rows, that measures itself."""
    frame = pd.concat([strip(25), strip(5, "00694", first=50)], ignore_index=True)
    frame.loc[1, "geometry"] = shapely.Polygon(shapely.get_coordinates(frame.geometry[1])[[0, 2, 1, 3, 0]])
    frame.loc[2, "geometry"] = None
    frame.loc[3, "geometry"] = frame.geometry[3].centroid
    folder = tmp_path / "run"
    fetch(gpkg(frame), profile, folder)
    conform(folder, profile)
    check(folder, profile)
    gate(folder)
    report(folder)
    whole = (folder / "report" / "report.html").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(whole.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    return path


def measured(page: Path, width: int) -> dict[str, Any]:
    """What the page says of itself in a frame of that width: windows of Chromium are never as narrow as a telephone."""
    around = page.parent / f"{width}.html"
    around.write_text(
        f'<iframe src="{page.name}" style="width: {width}px; height: 900px; border: 0"></iframe>'
        "<script>onmessage = said => { document.title = said.data; }</script>",
        encoding="utf-8",
    )
    found = re.search(
        "<title>(.*?)</title>", dom(around.as_uri(), page.parent / f"browser{width}"), re.DOTALL
    )
    assert found is not None
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert said["width"] == width
    return said


def test_on_a_desk_no_table_reaches_beyond_the_page(page: Path) -> None:
    said = measured(page, 1280)
    assert len(said["tables"]) > 5
    assert said["beside"] <= 0
    assert [table for table in said["tables"] if table["beside"] > 0] == []


def test_on_a_telephone_what_is_to_be_mended_is_read_without_scrolling_sideways(page: Path) -> None:
    said = measured(page, 390)
    assert said["beside"] <= 0
    cards = [table for table in said["tables"] if table["cards"]]
    assert len(cards) >= 4
    assert [table for table in cards if table["beside"] > 0] == []


def inside(box: list[float], frame: list[float]) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


@pytest.mark.parametrize("width", [390, 1440])
def test_the_whole_map_is_in_sight_and_can_be_read(page: Path, width: int) -> None:
    said = measured(page, width)
    overview, *communes = said["maps"]
    assert communes
    for each in said["maps"]:
        assert each["box"][0] >= 0
        assert each["box"][2] <= width
        assert all(inside(circle, each["box"]) for circle in each["circles"])
        assert min(circle[2] - circle[0] for circle in each["circles"]) >= 4
        assert each["outlines"]
    assert len(overview["labels"]) == 2  # both communes, with what they are called
    for label in overview["labels"]:
        assert inside(label["box"], overview["box"])
        assert label["size"] >= 11
    province = overview["outlines"][0]
    seen = [min(province[2], overview["box"][2]) - max(province[0], overview["box"][0]),
            min(province[3], overview["box"][3]) - max(province[1], overview["box"][1])]  # fmt: skip
    shown = [overview["box"][2] - overview["box"][0], overview["box"][3] - overview["box"][1]]
    assert seen[0] * seen[1] > 0.3 * shown[0] * shown[1]  # no dots on white
