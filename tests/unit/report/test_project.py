"""The project file as text: it names what is there, relative to itself, whatever the files are called, and nobody in it."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pyogrio
import pytest
import shapely

from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.beneath import delivered_layers, parcels_beneath
from sync.report.geopackages import FAMILIES
from sync.report.layers import NO_PLACE
from sync.report.material import Material
from sync.report.project import title_of
from sync.report.writing import MAP, PROJECT, gather, write_report
from tests.support.strip import strip

Write = Callable[..., Path]
REPORT = "báo cáo"


@pytest.fixture
def reported(profile: Profile, tmp_path: Path) -> Callable[..., tuple[Material, Path]]:
    """Judge a delivery and report it beside where it lies: what it is made of, and the report's folder."""

    def run(delivery: Path, kept_at: Path | None = tmp_path / REPORT) -> tuple[Material, Path]:
        folder = tmp_path / "run"
        fetch(delivery, profile, folder)
        conform(folder, profile)
        check(folder, profile)
        gate(folder)
        material = gather(folder, kept_at=kept_at)
        write_report(material)
        (folder / "report").rename(tmp_path / REPORT)
        return material, tmp_path / REPORT

    return run


def faulty(rows: int = 8) -> object:
    frame = strip(rows)
    frame.loc[1, "geometry"] = shapely.Polygon(shapely.get_coordinates(frame.geometry[1])[[0, 2, 1, 3, 0]])
    frame.loc[2, "geometry"] = None
    return frame


def document(report: Path) -> ElementTree.Element:
    with zipfile.ZipFile(report / PROJECT) as archive:
        assert archive.namelist() == ["findings.qgs"]
        return ElementTree.fromstring(archive.read("findings.qgs"))


def sources(project: ElementTree.Element) -> dict[str, str]:
    """Layer id → source, alike in the tree and among the layers."""
    layers = {
        layer.findtext("id", ""): layer.findtext("datasource", "") for layer in project.iter("maplayer")
    }
    tree = {node.get("id", ""): node.get("source", "") for node in project.iter("layer-tree-layer")}
    assert tree == layers
    assert all(len(name) > 10 for name in layers)  # QGIS gives a layer with a shorter id another
    return layers


@pytest.mark.parametrize("name", ["thửa & <đất> \"1\" 'a'.gpkg", "thửa (1), b.gpkg", "x.shp", "Ảnh.geojson"])
def test_whatever_a_file_is_called_the_project_names_it_from_beside_itself(
    name: str, reported: Callable[..., tuple[Material, Path]], tmp_path: Path
) -> None:
    path = tmp_path / "gói" / name
    path.parent.mkdir()
    plain = path.with_name(f"x{path.suffix}")  # GeoPandas takes some names for addresses
    faulty().to_file(plain, **({"layer": "thua_dat"} if name.endswith("gpkg") else {}))  # type: ignore[attr-defined]
    plain.rename(path)
    _, report = reported(path)
    layers = sources(document(report))
    for source in layers.values():
        file, _, layer = source.partition("|layername=")
        assert not file.startswith("/")
        there = (report / file).resolve()
        assert there.exists()
        if layer:
            assert layer in {str(each) for each, _ in pyogrio.list_layers(there)}
    assert (report / layers["delivered_part_0"].partition("|")[0]).resolve() == path.resolve()
    in_files = {
        f"{file.stem}_{layer}"
        for file in report.glob("*.gpkg")
        for layer, _ in pyogrio.list_layers(file)
        if layer != "layer_styles"
    }
    assert set(layers) == in_files | {"delivered_part_0"}


def test_a_link_to_the_folder_of_the_report_leads_to_the_same_delivery(
    gpkg: Write, reported: Callable[..., tuple[Material, Path]], tmp_path: Path
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
    material, _ = reported(gpkg(faulty()), tmp_path / "link" / "ra")
    (layer,) = delivered_layers(material).values()
    assert layer.source.startswith("../../../thua_dat.gpkg|")  # from where the folder really is, as QGIS goes


@pytest.mark.parametrize("name", ["thua|dat.gpkg", "thua_dat.zip"])
def test_what_qgis_cannot_open_as_it_lies_there_comes_as_parcels(
    name: str, gpkg: Write, reported: Callable[..., tuple[Material, Path]], tmp_path: Path
) -> None:
    path = gpkg(faulty(), f"nguồn/{name}" if name.endswith("gpkg") else "nguồn/thua_dat.gpkg")
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / name
    material, report = reported(path)
    assert delivered_layers(material) == {}
    assert not [layer for layer in sources(document(report)) if layer.startswith("delivered_part_")]
    parcels = pyogrio.read_dataframe(report / MAP, layer="parcels")
    assert sorted(parcels["row_no"]) == [0, 1, *range(3, 8)]
    assert "Nguyễn Văn Thử" not in parcels.to_csv()


def test_of_too_many_parcels_those_with_findings_come_first(
    gpkg: Write, reported: Callable[..., tuple[Material, Path]]
) -> None:
    frame = faulty(40)
    frame.loc[33, "dienTichPL"] = 9_000.0  # type: ignore[attr-defined]
    material, _ = reported(gpkg(frame), None)
    told = set(material.findings["row_no"].to_pylist()) - {-1}
    assert {1, 2, 33} <= told
    for most in (0, 2, len(told), 10, 40, 99):
        chosen = parcels_beneath(material, most)["row_no"].to_pylist()
        assert len(chosen) == min(most, 40)
        assert len(set(chosen) & told) == min(most, len(told))


def test_a_turned_file_is_not_opened_as_it_is(
    gpkg: Write, reported: Callable[..., tuple[Material, Path]], tmp_path: Path
) -> None:
    frame = faulty()
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])  # type: ignore[attr-defined, index]
    gpkg(frame, "gói/thua_dat.gpkg")
    said = '[[parts]]\nfile = "thua_dat.gpkg"\nepsg = 9209\naxes = "north-east"\n'
    (tmp_path / "gói" / "delivery.toml").write_text(f'province = "08"\n{said}', encoding="utf-8")
    material, _ = reported(tmp_path / "gói")
    assert delivered_layers(material) == {}


def test_the_same_findings_make_the_same_bytes(
    gpkg: Write, reported: Callable[..., tuple[Material, Path]]
) -> None:
    material, report = reported(gpkg(faulty()))
    before = (report / PROJECT).read_bytes()
    write_report(material)
    assert (material.run_dir / "report" / PROJECT).read_bytes() == before


def test_every_family_has_a_name_for_people() -> None:
    titles = [title_of(family, "point") for family in FAMILIES]
    assert all(re.fullmatch(r"[A-Z]{3} \S.* · .+ \(điểm · point\)", title) for title in titles)
    assert title_of("GEO" + NO_PLACE, "none") == "GEO Hình học · Geometry (không có vị trí · no place)"
    assert title_of("quarantine_line", "line") == "Thửa bị cách ly · Quarantined parcels (đường · line)"
    assert title_of("quarantine", "area") == "Thửa bị cách ly · Quarantined parcels"
