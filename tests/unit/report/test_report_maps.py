"""The maps of the report: every commune on the overview, every fault with a place in its commune's map, at that place."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import shapely

from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report import faultmap
from sync.report.faultmap import WIDTH, Frame, maps_of
from sync.report.material import gather
from sync.report.writing import report
from tests.support.strip import COMMUNE, strip

Write = Callable[..., Path]
NEIGHBOUR = "00694"


@pytest.fixture
def judged(gpkg: Write, profile: Profile, tmp_path: Path) -> Path:
    """Two communes: one with a bow-tie and a missing geometry, one without a fault that has a place."""
    frame = pd.concat([strip(25), strip(5, NEIGHBOUR, first=50)], ignore_index=True)
    corners = shapely.get_coordinates(frame.geometry[1])
    frame.loc[1, "geometry"] = shapely.Polygon(corners[[0, 2, 1, 3, 0]])
    frame.loc[2, "geometry"] = None
    folder = tmp_path / "run"
    fetch(gpkg(frame), profile, folder)
    conform(folder, profile)
    check(folder, profile)
    gate(folder)
    return folder


def test_a_frame_keeps_places_inside_and_north_up() -> None:
    frame = Frame.around((1000.0, 5000.0, 3000.0, 5500.0))
    drawn = frame.points(np.array([[1000.0, 5000.0], [3000.0, 5500.0], [2000.0, 5250.0]]))
    assert ((drawn >= 0) & (drawn <= (WIDTH, frame.height))).all()
    assert drawn[0, 1] > drawn[1, 1]
    assert drawn[2] == pytest.approx((WIDTH / 2, frame.height / 2), abs=0.2)


@pytest.mark.parametrize(
    ("side", "label"), [(0.0, ""), (300.0, "50 m"), (4_000.0, "1 km"), (90_000.0, "20 km")]
)
def test_the_bar_has_a_round_length(side: float, label: str) -> None:
    bar = Frame.around((0.0, 0.0, side, side)).bar()
    number, unit = bar["label"].split()
    assert unit in ("m", "km")
    assert str(number).lstrip("0.").rstrip("0") in ("1", "2", "5")
    assert bar["width"] <= 0.2 * WIDTH + 1
    if side:
        assert bar["label"] == label


def test_every_commune_is_on_the_overview_and_every_placed_fault_in_its_map(judged: Path) -> None:
    material = gather(judged)
    maps = maps_of(material)
    assert [picture["code"] for picture in maps["overview"]["communes"]] == [COMMUNE, NEIGHBOUR]
    mine = material.findings.filter(
        [
            code == COMMUNE and wkb is not None
            for code, wkb in zip(
                material.findings["dataset"].to_pylist(),
                material.findings["place_wkb"].to_pylist(),
                strict=True,
            )
        ]
    )
    picture = maps["communes"][COMMUNE]
    assert picture["of"] == picture["drawn"] == len(mine) > 0
    assert sum(mark["title"].startswith("GEO-INVALID") for mark in picture["marks"]) == 1
    assert picture["marks"][-1]["class"] == "error"  # drawn last, so on top


def test_what_is_too_much_is_counted_and_the_gravest_is_drawn(
    judged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faultmap, "PER_COMMUNE", 1)
    pictures = maps_of(gather(judged))["communes"]
    assert any(picture["drawn"] == 1 < picture["of"] for picture in pictures.values())
    assert pictures[COMMUNE]["marks"][0]["class"] == "error"


def test_the_page_holds_drawings_that_a_browser_can_parse(judged: Path) -> None:
    report(judged)
    page = (judged / "report" / "report.html").read_text(encoding="utf-8")
    drawings = page.split("<svg")[1:]
    assert len(drawings) >= 2
    for drawing in drawings:
        tree = ElementTree.fromstring("<svg" + drawing.partition("</svg>")[0] + "</svg>")
        for path in tree.iter("path"):
            assert not {"nan", "inf"} & set(path.attrib["d"].replace("M", " ").replace("L", " ").split())
