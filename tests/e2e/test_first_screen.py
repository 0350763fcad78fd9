"""The first screen of an office's report: every fault of a commune, each at its parcel, before anything is scrolled."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_registers_of_offices import PROVINCE, checked
from tests.support.browser import CHROMIUM, dom
from tests.support.register_file import with_twenty_faults

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine to look at the page with"
)
SCREEN = (1440, 900)
MEASURE = """<script>
const lines = [...document.querySelectorAll(".mend li")].map(each => ({
    text: each.innerText, bottom: Math.max(...[...each.children].map(part => part.getBoundingClientRect().bottom))}));
parent.postMessage(JSON.stringify({beside: document.documentElement.scrollWidth - innerWidth, lines}), "*");
</script>"""


def lines_of(report: Path, folder: Path, width: int, height: int) -> dict[str, Any]:
    """The lines of what is to be mended, and where each ends, in a window of that size."""
    whole = report.read_text(encoding="utf-8").replace("</body>", f"{MEASURE}</body>")
    (folder / "measured.html").write_text(whole, encoding="utf-8")
    around = folder / f"{width}.html"
    around.write_text(
        f'<iframe src="measured.html" style="width: {width}px; height: {height}px; border: 0"></iframe>'
        "<script>onmessage = said => { document.title = said.data; }</script>",
        encoding="utf-8",
    )
    found = re.search("<title>(.*?)</title>", dom(around.as_uri(), folder / f"browser{width}"), re.DOTALL)
    assert found is not None
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    return said


def test_twenty_faults_stand_on_the_first_screen_each_at_its_parcel(tmp_path: Path) -> None:
    made, faults = with_twenty_faults()
    checked(made.save(tmp_path / "goi"), PROVINCE, tmp_path / "out")
    said = lines_of(tmp_path / "out" / "report.html", tmp_path, *SCREEN)
    on_screen = [line["text"] for line in said["lines"] if line["bottom"] <= SCREEN[1]]
    assert len(on_screen) == len(said["lines"])
    for fault in faults:
        line = next(text for text in on_screen if text.startswith(fault.check))
        rows = {int(row) for rows in re.findall(r"dòng ([\d, ]+)", line) for row in rows.split(",")}
        assert rows >= {each + 1 for each in (fault.row, fault.other) if each is not None}, line
    narrow = lines_of(tmp_path / "out" / "report.html", tmp_path, 390, 844)
    assert narrow["beside"] <= 0
    assert len(narrow["lines"]) == len(said["lines"])
