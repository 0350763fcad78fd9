"""The report: what an office opens. The same counts everywhere, the right places, and no person in any of it."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.dom import minidom

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from parcels import admin_units
from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.files import write_json
from sync.folder.judgement import load_verdicts
from sync.folder.loaded import Loaded
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.load.receipt import COUNTS
from sync.report.writing import FILES, gather, report
from tests.support.strip import COMMUNE, ZONE, strip
from validators.catalogue import BY_CODE
from validators.stored import CommuneVerdict

Write = Callable[..., Path]
NEIGHBOUR = "00694"
SECRET = "Nguyễn Thị Bí Mật"


def bow_tie(square: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(shapely.get_coordinates(square)[[0, 2, 1, 3, 0]])


def run(path: Path, profile: Profile, folder: Path) -> Path:
    """Every offline stage; the run's folder."""
    fetch(path, profile, folder)
    conform(folder, profile)
    check(folder, profile)
    gate(folder)
    report(folder)
    return folder


@pytest.fixture
def folder(gpkg: Write, profile: Profile, tmp_path: Path) -> Path:
    """A reported run: a bow-tie, a missing geometry, a hostile key; every row has a person."""
    frame = pd.concat([strip(25), strip(5, NEIGHBOUR, first=50)], ignore_index=True)
    frame["tenChu"] = SECRET
    frame.loc[1, "geometry"] = bow_tie(frame.geometry[1])
    frame.loc[2, "geometry"] = None
    frame.loc[2, "thuaDatId"] = '=HYPERLINK("http://x")<script>alert(1)</script>'
    frame.loc[3, "geometry"] = frame.geometry[3].centroid
    return run(gpkg(frame), profile, tmp_path / "run")


def summary(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report" / "summary.json").read_text(encoding="utf-8"))
    return document


def test_the_summary_has_exactly_its_keys_and_balances(folder: Path) -> None:
    said = summary(folder)
    assert list(said) == [
        "version",
        "province",
        "delivery_sha256",
        "decision",
        "provisional",
        "read",
        "accepted",
        "held",
        "quarantined",
        "unreadable",
        "findings",
        "not_applicable",
        "not_run",
        "lists",
        "communes",
    ]
    assert said["read"] == said["accepted"] + said["held"] + said["quarantined"] + said["unreadable"] == 30
    assert said["quarantined"] == 3
    assert said["findings"] == {
        "GEO-INVALID": 1,
        "GEO-NULL": 1,
        "GEO-TYPE": 1,
        "IDN-NATIONAL-MISSING": 6,  # one of the larger commune, five rows of the smaller
        "ATT-UNDATED": 2,
    }
    assert said["provisional"]
    assert {"IDN-CLAIMED", "IDN-CONFLICT", "BRD-OVERLAP"} <= set(said["not_run"])
    assert all(BY_CODE[code].scope == "contextual" for code in said["not_run"])
    assert [list(commune) for commune in said["communes"]] == [
        ["code", "decision", "parcels", "group", "excused", "reasons", "measures", "group_code", "fixes", "completeness"]
    ] * 2  # fmt: skip
    assert [(c["code"], c["parcels"], c["group"]) for c in said["communes"]] == [
        (COMMUNE, 25, 3),
        (NEIGHBOUR, 5, 1),
    ]


def test_a_held_commune_counts_its_good_rows_as_held(
    shapefile: Write, profile: Profile, tmp_path: Path
) -> None:
    frame = strip(10)
    frame.loc[1, "geometry"] = bow_tie(frame.geometry[1])
    path = shapefile(frame)
    path.with_suffix(".prj").write_text(path.with_suffix(".prj").read_text().replace("105.5", "106.0"))
    said = summary(run(path, profile, tmp_path / "run"))
    assert (said["decision"], said["accepted"], said["held"], said["quarantined"]) == ("hold", 0, 9, 1)
    assert said["communes"][0]["reasons"][0]["code"] == "CRS-MISMATCH"


def test_findings_lie_at_their_place_in_the_delivered_zone(folder: Path) -> None:
    path = folder / "report" / "findings.gpkg"
    layers = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert {"GEO", "IDN", "ATT"} <= {name[:3] for name in layers}
    shapes = gpd.read_file(path, layer="GEO").set_index("check_code")
    assert shapes.crs.to_epsg() == ZONE
    assert pyogrio.read_dataframe(path, layer="GEO_no_place")["check_code"].tolist() == ["GEO-NULL"]
    delivered = strip(25).geometry
    assert delivered[1].distance(shapes.loc["GEO-INVALID", "geometry"]) < 1e-6
    assert delivered[3].distance(shapes.loc["GEO-TYPE", "geometry"]) < 1e-6
    assert shapes["message_vi"].str.len().min() > 10
    national = [pyogrio.read_dataframe(path, layer=layer) for layer in sorted(layers) if layer[:3] == "IDN"]
    assert sum(map(len, national)) == 6


def test_quarantine_holds_the_refused_rows_as_delivered(folder: Path) -> None:
    path = folder / "report" / "quarantine.gpkg"
    rows = {
        row["row_no"]: row
        for layer, _ in pyogrio.list_layers(path)
        if layer != "layer_styles"
        for row in pyogrio.read_dataframe(path, layer=layer).to_dict("records")
    }
    assert sorted(rows) == [1, 2, 3]
    assert rows[1]["codes"].split() == ["GEO-INVALID"]
    assert rows[1]["geometry"].equals_exact(shapely.MultiPolygon([bow_tie(strip(25).geometry[1])]), 1e-9)
    assert "geometry" not in rows[2]
    assert rows[3]["geometry"].geom_type == "MultiPoint"
    assert rows[1]["sheet_no"] == "7"


@pytest.mark.parametrize("name", ["findings.gpkg", "quarantine.gpkg"])
def test_qgis_finds_a_style_for_every_layer(folder: Path, name: str) -> None:
    database = sqlite3.connect(folder / "report" / name)
    styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))
    columns = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    named = dict(database.execute("SELECT f_table_name, f_geometry_column FROM layer_styles"))
    database.close()
    assert {layer: column for layer, column in named.items() if column} == columns
    assert all(layer.endswith("_no_place") for layer in named.keys() - columns.keys())
    for layer, qml in styles.items():
        style = minidom.parseString(qml.partition(">")[2])
        assert bool(style.getElementsByTagName("renderer-v2")) == (layer in columns)
        assert style.getElementsByTagName("alias")


def test_two_zones_are_drawn_in_degrees_of_the_same_datum(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    for name, frame in (("a", strip(2)), ("b", strip(2, NEIGHBOUR, epsg=9211, first=9))):
        frame.loc[0, "geometry"] = bow_tie(frame.geometry[0])
        gpkg(frame, f"goi/{name}.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\n[[parts]]\nfile = "b.gpkg"\nepsg = 9211\n'
    )
    folder = run(tmp_path / "goi", profile, tmp_path / "run")
    places = gpd.read_file(folder / "report" / "findings.gpkg", layer="GEO")
    assert places.crs.to_epsg() == 4756
    assert places.total_bounds == pytest.approx([104.92, 22.80, 104.98, 22.86], abs=0.05)


def test_the_workbook_has_a_sheet_per_commune_and_no_formula(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "report" / "findings.xlsx")
    assert book.sheetnames == ["Tổng hợp", COMMUNE, NEIGHBOUR]
    sheet = book[COMMUNE]
    assert sheet["A1"].value == "Mã kiểm tra · Code"
    assert sheet.auto_filter.ref == f"A1:AA{sheet.max_row}"
    assert sheet.max_row == 1 + 3 + 1 + 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    at = [cell.value for cell in sheet[1]].index("Thửa đất · Parcel")
    keys = [row[at].value for row in sheet.iter_rows(min_row=2)]
    assert any(str(key).startswith("=HYPERLINK") for key in keys)


class Tags(HTMLParser):
    """Tags of a page, and whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]


def test_the_page_stands_alone_and_escapes_what_was_delivered(folder: Path) -> None:
    text = (folder / "report" / "report.html").read_text(encoding="utf-8")
    page = Tags()
    page.feed(text)
    assert all(link.startswith("#") for link in page.loads)
    assert "script" not in page.tags
    assert "&lt;script&gt;" in text
    assert "Phường Hà Giang 2" in text
    assert "IDN-CLAIMED" in text
    assert page.tags.index("h1") < page.tags.index("table")


def test_no_report_names_a_person(folder: Path) -> None:
    for name in FILES:
        path = folder / "report" / name
        contents = [path.read_bytes()]
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(path) as archive:
                contents = [archive.read(member) for member in archive.namelist()]
        assert not any(SECRET.encode() in content for content in contents), name
    assert SECRET.encode() in (folder / "snapshot").joinpath(f"{COMMUNE}.parquet").read_bytes()


def receipt_line(code: str, quarantined: int) -> dict[str, Any]:
    areas = dict.fromkeys(("area_before_m2", "area_in_m2", "area_out_m2", "area_after_m2"), "0.0000")
    return {
        "commune_code": code,
        **dict.fromkeys(COUNTS, 0),
        "read": quarantined,
        "quarantined": quarantined,
        **areas,
        "manifest_sha256": "0" * 64,
        "commune_held": code == NEIGHBOUR,
        "valid_from": "2025-07-01",
    }


LOSS = {"code": "LOSS", "vi": "Mất nhiều thửa.", "en": "Too many parcels lost."}
WHY = {"vi": "Vì sao.", "en": "Why."}


def as_written(verdict: CommuneVerdict, quarantined: int, decision: str) -> dict[str, Any]:
    """A verdict in load.json."""
    return {
        **verdict.model_dump(mode="json"),
        "group": 3,
        "reasons": [WHY],
        "quarantined": quarantined,
        "accepted": verdict.read - quarantined,
        "decision": decision,
        "hold_reasons": [LOSS] if decision == "hold" else [],
        "valid_from": "2025-07-01",
        "complete": True,
    }


def as_in_version_1(verdict: CommuneVerdict, quarantined: int, decision: str) -> dict[str, Any]:
    """A verdict in load.json of version 1: under names of its own, and without what the judgement says too."""
    said = verdict.model_dump(mode="json")
    same = ("unreadable", "rows_with_error", "excused", "group_code", "group_title", "assured_group")
    kept = ("provisional", "measures", "measured", "fixes", "policy")
    return {
        "commune_code": verdict.code,
        "valid_from": "2025-07-01",
        "decision": decision,
        "complete": True,
        "rows_read": verdict.read,
        "quarantined": quarantined,
        "usability_group": 3,
        "reasons": [LOSS] if decision == "hold" else [WHY],
        "group_reasons": [WHY],
        **{name: said[name] for name in (*same, *kept)},
    }


def before_measured(verdict: CommuneVerdict, quarantined: int, decision: str) -> dict[str, Any]:
    """A verdict in load.json of version 1 as it was when the merge counted again no more than rows and group."""
    of_groups = ("group_code", "group_title", "assured_group", "fixes")
    left_out = ("rows_with_error", "excused", "measured", *of_groups)
    line = as_in_version_1(verdict, quarantined, decision)
    return {name: value for name, value in line.items() if name not in left_out}


Load = Callable[..., None]


@pytest.fixture(params=[as_written, as_in_version_1, before_measured])
def loaded(request: pytest.FixtureRequest) -> Load:
    """What the load stage leaves of a merge that quarantined more rows and held the neighbour, now and earlier."""
    said: Callable[[CommuneVerdict, int, str], dict[str, Any]] = request.param
    stated = (
        {"version": Loaded.version(), "cases": {}, "columns": [], "story": [], "absent": []}
        if said is as_written
        else {"register": {}}
    )

    def leave(
        judged: Path, quarantined: list[int], run_dir: Path | None = None, only: str | None = None
    ) -> None:
        verdicts = {verdict.code: verdict for verdict in load_verdicts(judged)}
        merged = {COMMUNE: (3 + len(quarantined), "accept"), NEIGHBOUR: (0, "hold")}
        if only is not None:
            merged = {only: (merged[only][0], "accept")}
        lines = [receipt_line(code, count) for code, (count, _) in merged.items()]
        document = {
            "run_id": "08-1",
            "province_code": "08",
            "delivery_sha256": "0" * 64,
            "snapshot_sha256": "0" * 64,
            "sequence": 1,
            "previous_sha256": None,
            "receipt_sha256": "0" * 64,
            "dry_run": False,
            "totals": {name: sum(line[name] for line in lines) for name in COUNTS},
            "lines": lines,
            "quarantined_by_merge": [
                {"commune_code": COMMUNE, "row_no": row_no, "merge_code": "IDN-CLAIMED", "has_error": False}
                for row_no in quarantined
            ],
            "held_communes": [code for code, (_, decision) in merged.items() if decision == "hold"],
            "communes": [said(verdicts[code], *merged[code]) for code in merged],
            "changes": {},
            "gaps": [],
        }
        write_json((run_dir or judged) / Loaded.FILE, stated | document)

    return leave


def test_after_the_load_the_report_says_what_the_merge_decided(folder: Path, loaded: Load) -> None:
    loaded(folder, [10, 2])  # 2 has no geometry: it is counted once
    report(folder)
    said = summary(folder)
    assert (said["decision"], said["accepted"], said["held"], said["quarantined"]) == ("hold", 21, 5, 4)
    assert said["communes"][1]["reasons"] == [LOSS, WHY]
    assert said["communes"][0]["reasons"] == [WHY]
    assert [commune["group"] for commune in said["communes"]] == [3, 3]
    judged, merged = load_verdicts(folder), gather(folder).communes
    for name in ("rows_with_error", "assured_group", "excused", "measures", "measured", "fixes"):
        assert [getattr(verdict, name) for verdict in merged] == [
            getattr(verdict, name) for verdict in judged
        ]
    path = folder / "report" / "quarantine.gpkg"
    assert 10 in gpd.read_file(path, layer="quarantine")["row_no"].tolist()


def test_an_apply_run_reports_only_what_it_applied(folder: Path, tmp_path: Path, loaded: Load) -> None:
    apply_dir = tmp_path / "apply"
    apply_dir.mkdir()
    loaded(folder, [], apply_dir, only=NEIGHBOUR)
    report(apply_dir, folder)
    said = summary(apply_dir)
    assert [commune["code"] for commune in said["communes"]] == [NEIGHBOUR]
    assert (said["read"], said["accepted"]) == (5, 5)


def test_the_office_sees_which_parcel_of_which_old_commune_in_which_row(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    profile = profile.model_copy(update={"columns": {**profile.columns, "old_commune_code": "maXaCu"}})
    frame = strip(4)
    frame["maXaCu"] = ["00691", "00694", "00691", None]
    frame["soTo"], frame["soThua"], frame["thuaDatId"] = "2", "59", None
    frame.loc[2, "soThua"] = "60"
    frame["dienTichPL"] = 9_000.0
    frame.loc[1, "geometry"] = bow_tie(frame.geometry[1])
    material = gather(run(gpkg(frame), profile, tmp_path / "run"))
    findings = material.findings.to_pylist()
    (invalid,) = (each for each in findings if each["check_code"] == "GEO-INVALID")
    name = admin_units.old_commune_name("00694")
    assert name != "00694"
    assert invalid["handle"].startswith(f"2/59 ({name}")
    assert (invalid["old_commune"], invalid["sheet_no"], invalid["parcel_no"]) == (name, "2", "59")
    assert (invalid["file_row"], invalid["file"]) == (2, None)
    wrong = {each["file_row"]: each for each in findings if each["check_code"] == "ATT-AREA"}
    assert sorted(wrong) == [1, 3, 4]
    assert wrong[4]["old_commune"] is None
    page = (tmp_path / "run" / "report" / "report.html").read_text(encoding="utf-8")
    assert f"xã cũ {name}" in page
    sheet = openpyxl.load_workbook(tmp_path / "run" / "report" / "findings.xlsx")[COMMUNE]
    titles = [cell.value for cell in sheet[1]]
    at, row = (titles.index(title) for title in ("Xã cũ · Old commune", "Dòng trong tệp · Row in the file"))
    assert (name, 2) in {(cells[at].value, cells[row].value) for cells in sheet.iter_rows(min_row=2)}
    path = tmp_path / "run" / "report" / "quarantine.gpkg"
    layers = [str(name) for name, _ in pyogrio.list_layers(path) if str(name).startswith("quarantine")]
    refused = pd.concat([pyogrio.read_dataframe(path, layer=layer, read_geometry=False) for layer in layers])
    assert refused[["old_commune", "file_row"]].to_numpy().tolist() == [[name, 2]]
