"""QGIS itself opens what `landsync check` writes: every layer draws, is labelled and has titles; the project opens all of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile, load_profile
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.fields import FINDINGS, PARCELS, titles_of
from sync.report.styles import SEVERITIES
from sync.report.writing import MAP, PROJECT, gather, write_report
from tests.support.formats import EVERY
from tests.support.in_qgis import drawn
from tests.support.register_file import PROVINCE, with_twenty_faults
from tests.support.strip import LAYER, profile_of, strip
from tests.support.tiny import tiny

pytestmark = pytest.mark.e2e

BOTH = (MAP, "quarantine.gpkg")
OPENED = {"geopackage", "shapefile", "geojson", "flatgeobuf", "filegdb", "pl3"}  # as they lie there

TWO_MM, TWO_M = np.array([0.002, 0.0]), np.array([2.0, 0.0, 0.0, 0.0])


def reported(path: Path, profile: Profile, folder: Path, *, sent: bool = False) -> Path:
    """A delivery judged and reported: beside where it lies, as `check` does it, or to be sent away."""
    out = folder / "báo cáo"
    fetch(path, profile, folder / "run")
    conform(folder / "run", profile)
    check(folder / "run", profile)
    gate(folder / "run")
    write_report(gather(folder / "run", kept_at=None if sent else out))
    shutil.copytree(folder / "run" / "report", out)
    return out


def of_every_kind(folder: Path) -> Path:
    """Shapes of every kind, with faults that are points, lines and areas, several of these, and nowhere."""
    frame = strip(30)
    corners = [shapely.get_coordinates(square) for square in frame.geometry]
    frame.loc[2, "geometry"] = shapely.Polygon(corners[2][[0, 2, 1, 3, 0]])
    frame.loc[4, "geometry"] = None
    frame.loc[6, "geometry"] = frame.geometry[6].centroid
    frame.loc[8, "geometry"] = shapely.multilinestrings([corners[8][:2], corners[8][2:4]])
    frame.loc[10, "geometry"] = shapely.GeometryCollection(
        [frame.geometry[10], frame.geometry[10].centroid, shapely.linestrings(corners[10][:2])]
    )
    frame.loc[12, "geometry"] = shapely.Polygon(corners[12][[0, 1, 1, 2, 3, 3, 0]])  # two repeated vertices
    nearly = [(corners[14][k] + corners[14][k + 1]) / 2 for k in (0, 2)]
    twice = [(at, at + TWO_MM) for at in nearly]
    ring = [corners[14][0], *twice[0][::-1], *corners[14][1:3], *twice[1], corners[14][3], corners[14][0]]
    frame.loc[14, "geometry"] = shapely.Polygon(ring)  # two edges of 2 mm
    frame.loc[16, "geometry"] = shapely.box(*(shapely.bounds(frame.geometry[16]) - TWO_M))
    path = folder / "goi" / "thua.gpkg"
    path.parent.mkdir(parents=True)
    frame.to_file(path, driver="GPKG", layer=LAYER)
    return path


@dataclass(frozen=True)
class Seen:
    """A report and what QGIS says of each file of it."""

    out: Path
    files: dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=["register", "every kind"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A register with twenty faults, and shapes of every kind; the delivery's folder has marks that XML has other uses for."""
    folder = tmp_path_factory.mktemp("office")
    if request.param == "register":
        delivery, profile = (
            with_twenty_faults()[0].save(folder / "gói «1» & '2' 50%25 #3"),
            load_profile(PROVINCE),
        )
    else:
        delivery, profile = of_every_kind(folder), profile_of()
    out = reported(delivery, profile, folder)
    said = drawn(folder / "drawn", *(out / name for name in (*BOTH, PROJECT)))
    return Seen(out, {path.name: each for path, each in said.items()})


def empty(layers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The layers of which QGIS shows nothing."""
    return {
        name: said
        for name, said in layers.items()
        if not said["valid"]
        or said["features"] == 0
        or (said["spatial"] and (not said["drawn"] or said["errors"]))
    }


@pytest.mark.parametrize("name", BOTH)
def test_every_layer_that_is_dragged_onto_qgis_draws_something(seen: Seen, name: str) -> None:
    layers = seen.files[name]
    assert layers
    assert empty(layers) == {}
    assert {layer for layer, said in layers.items() if not said["spatial"]} == {
        layer for layer in layers if layer.endswith("_no_place")
    }


def test_findings_have_titles_for_people_and_labels_from_a_scale_on(seen: Seen) -> None:
    for name, said in seen.files[MAP].items():
        if name.startswith("repair_"):
            continue
        titles = titles_of(FINDINGS)
        assert said["titles"] == {"fid": "fid", **titles}
        if said["spatial"]:
            assert said["labels_near"] > 0, name
            assert said["labels_far"] == 0, name


def test_the_project_opens_the_findings_and_the_delivery_beneath_them(seen: Seen) -> None:
    project = seen.files[PROJECT]
    assert (project["read"], project["error"], project["errors"]) == (True, "", [])
    assert project["drawn"] > 0
    layers = project["layers"]
    assert empty(layers) == {}
    inside = {f"{Path(name).stem}_{layer}" for name in BOTH for layer in seen.files[name]}
    assert set(layers) == inside | {"delivered_part_0"}
    delivery = layers["delivered_part_0"]
    assert delivery["labels_near"] > 0
    assert delivery["crs"] == project["crs"]
    assert any(title.endswith("Số thứ tự thửa đất trên tờ bản đồ") for title in delivery["titles"].values())
    order = [layer for _, layer, _ in project["tree"]]
    assert order[-1] == "delivered_part_0"  # all else is drawn over it
    shown = {layer for _, layer, visible in project["tree"] if visible}
    assert not any(layer.startswith("findings_repair_") for layer in shown)
    assert {layer for layer in layers if layer.startswith(("findings_GEO", "quarantine"))} <= shown


def test_a_project_that_is_moved_together_with_its_delivery_still_opens_it(tmp_path: Path) -> None:
    reported(of_every_kind(tmp_path / "here"), profile_of(), tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    path = tmp_path / "there" / "báo cáo" / PROJECT
    said = drawn(tmp_path / "drawn", path)[path]
    assert empty(said["layers"]) == {}
    assert "delivered_part_0" in said["layers"]


@pytest.fixture(scope="module")
def in_every_format(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The project beside the small province in each format, as QGIS opens it."""
    folder = tmp_path_factory.mktemp("formats")
    projects = {}
    for kind, write in EVERY.items():
        (folder / kind / "goi").mkdir(parents=True)
        delivered = write(tiny(), folder / kind / "goi")
        projects[kind] = reported(delivered.path, delivered.profile, folder / kind) / PROJECT
    said = drawn(folder / "drawn", *projects.values())
    return {kind: said[path] for kind, path in projects.items()}


@pytest.mark.parametrize("kind", EVERY)
def test_parcels_lie_beneath_the_findings_in_whatever_format_they_came(
    kind: str, in_every_format: dict[str, dict[str, Any]]
) -> None:
    layers = in_every_format[kind]["layers"]
    assert empty(layers) == {}
    delivered = {layer for layer in layers if layer.startswith("delivered_part_")}
    assert bool(delivered) == (kind in OPENED)
    assert ("findings_parcels" in layers) == (kind not in OPENED)
    beneath = delivered or {"findings_parcels"}
    assert sum(layers[layer]["features"] for layer in beneath) >= len(tiny()) - 2  # those without a place
    assert all(layers[layer]["labels_near"] > 0 for layer in beneath)


def test_a_report_that_is_sent_away_brings_the_parcels_with_it(tmp_path: Path) -> None:
    out = reported(of_every_kind(tmp_path), profile_of(), tmp_path, sent=True)
    shutil.rmtree(tmp_path / "goi")
    said = drawn(tmp_path / "drawn", out / PROJECT)[out / PROJECT]
    assert empty(said["layers"]) == {}
    parcels = said["layers"]["findings_parcels"]
    assert parcels["titles"] == {"fid": "fid", **titles_of(PARCELS)}
    assert parcels["features"] == 27  # of 30, one without a place, one a point, one two lines
    assert not any("Nguyễn Văn Thử" in value for row in parcels["rows"] for value in row)


def test_every_severity_has_a_colour_in_the_legend() -> None:
    assert list(SEVERITIES) == ["error", "warning", "info"]
