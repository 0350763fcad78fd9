"""Real cadastres of other countries, each in the format its office gives it: every row arrives, none twice."""

import json
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from typer.testing import CliRunner

from sync.cli.app import app
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch

pytestmark = pytest.mark.shared_data
PROFILES = Path(__file__).resolve().parent.parent / "profiles"


def unpacked(archive: Path, folder: Path) -> Path:
    """The archive's files in a folder."""
    folder.mkdir(exist_ok=True)
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return folder


def check(delivery: Path, profile: str, out: Path) -> dict[str, Any]:
    """The summary of `landsync check`."""
    arguments = [
        "check",
        str(delivery),
        "--profile",
        str(PROFILES / f"{profile}.toml"),
        "--out",
        str(out),
        "--json",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def topology(said: dict[str, Any]) -> dict[str, int]:
    """The TOP findings of a summary; no scale of these maps is known, so gaps are looked for up to a centimetre."""
    return {code: number for code, number in said["findings"].items() if code.startswith("TOP")}


def rows_of(delivery: Path, profile: Profile, run_dir: Path) -> pa.Table:
    """The snapshot, in order of key; the delivery's CRS was not contradicted."""
    fetch(delivery, profile, run_dir)
    conform(run_dir, profile)
    assert Conformed.load(run_dir).holds == {}
    rows = pa.concat_tables([read_part(path) for path in part_paths(run_dir).values()])
    return rows.sort_by([("source_key", "ascending"), ("row_no", "ascending")])


def canonical_shapes(rows: pa.Table) -> list[bytes]:
    """The delivered shapes as multipolygons whose rings begin alike, on a grid of 1e-9: formats differ in both."""
    shapes = shapely.from_wkb(rows["source_wkb"].to_pylist())
    parts, of = shapely.get_parts(shapes, return_index=True)
    rounded = shapely.transform(shapely.multipolygons(parts, indices=of), lambda coords: coords.round(9))
    return list(shapely.to_wkb(shapely.normalize(rounded)))


def foreign(epsg: int, columns: dict[str, str], layer: str | None = None) -> Profile:
    """A profile that maps what it must."""
    return Profile.model_validate(
        {
            "province": "00",
            "system": "mau",
            "foreign": True,
            "columns": columns,
            "constants": {"commune_code": "mau"},
            "parts": [{"epsg": epsg} | ({"layer": layer} if layer else {})],
        }
    )


def test_oakland_in_feet(shared_data: Path, tmp_path: Path) -> None:
    folder = unpacked(
        shared_data / "cadastre" / "oakland" / "us-ca-oakland-excerpt.zip", tmp_path / "oakland"
    )
    said = check(folder / "OakParcels2013.shp", "oakland", tmp_path / "report")
    assert (said["read"], said["held"], said["unreadable"]) == (2241, 0, 0)
    assert said["findings"]["IDN-DUP-SOURCE"] == 5
    assert topology(said) == {
        "TOP-DUPLICATE": 4,
        "TOP-EDGE": 5,
        "TOP-GAP": 2,
        "TOP-INSIDE": 5,
        "TOP-OVERLAP": 1,
    }
    rows = rows_of(
        folder, foreign(2227, {"source_key": "APN", "area_legal_m2": "Shape_area"}), tmp_path / "run"
    )
    # Its own column of areas is in square feet; the computed one in square metres.
    feet, metres = (np.asarray(rows[name].cast(pa.float64())) for name in ("area_legal_m2", "area_m2"))
    assert np.median(metres / feet) == pytest.approx((1200 / 3937) ** 2, rel=1e-3)


def test_berkeley_with_a_height_system_beside_its_plane_one(shared_data: Path, tmp_path: Path) -> None:
    folder = unpacked(
        shared_data / "cadastre" / "berkeley" / "us-ca-berkeley-excerpt.zip", tmp_path / "berkeley"
    )
    said = check(folder, "berkeley", tmp_path / "report")
    assert (said["read"], said["held"], said["unreadable"]) == (746, 0, 0)
    assert topology(said) == {"TOP-DUPLICATE": 121, "TOP-INSIDE": 3}
    rows = rows_of(folder, foreign(32610, {"source_key": "APN"}), tmp_path / "run")
    shapes = shapely.normalize(shapely.from_wkb(rows["source_wkb"].to_pylist()))
    assert len(rows) - len(np.unique(shapely.to_wkb(shapes))) == 121  # condominiums on one building each


def test_cambridge_in_degrees_is_measured_in_the_crs_that_its_profile_says(
    shared_data: Path, tmp_path: Path
) -> None:
    said = check(
        shared_data / "cadastre" / "cambridge" / "cambridge_parcels_fy2013.gpkg", "cambridge", tmp_path
    )
    assert (said["read"], said["findings"]["GEO-INVALID"]) == (13_159, 24)
    found = topology(said)
    assert found == {"TOP-DUPLICATE": 1, "TOP-EDGE": 5, "TOP-GAP": 25, "TOP-OVERLAP": 54}
    assert found["TOP-OVERLAP"] + found["TOP-DUPLICATE"] == 55


@pytest.mark.parametrize("form", ["gpkg", "shp"])
def test_multipolygons_of_new_zealand(shared_data: Path, tmp_path: Path, form: str) -> None:
    folder = unpacked(shared_data / "cadastre" / "linz_waca" / f"{form}-polygons.tgz", tmp_path / "linz")
    (main,) = folder.rglob(f"*.{form}")
    said = check(main, "linz", tmp_path / "report")
    assert (said["read"], said["accepted"]) == (228, 228)
    assert topology(said) == {"TOP-DUPLICATE": 4, "TOP-OVERLAP": 282}  # surveys, one over the other


def test_multipolygons_are_the_same_by_both_formats(shared_data: Path, tmp_path: Path) -> None:
    both = []
    for form in ("gpkg", "shp"):
        folder = unpacked(shared_data / "cadastre" / "linz_waca" / f"{form}-polygons.tgz", tmp_path / form)
        (main,) = folder.rglob(f"*.{form}")
        rows = rows_of(
            main,
            foreign(4167, {"parcel_no": "adjusted_nodes"}, "nz_waca_adjustments"),
            tmp_path / f"run-{form}",
        )
        assert rows["area_m2"].null_count == 0
        both.append(sorted(canonical_shapes(rows)))
    assert len(set(both[0])) > 200
    assert both[0] == both[1]


def test_french_sheets_give_the_same_parcels_as_their_geopackage(shared_data: Path, tmp_path: Path) -> None:
    cadastre = shared_data / "cadastre" / "edigeo"
    sheets = tmp_path / "sheets"
    for archive in sorted(cadastre.glob("*.tar.bz2")):
        unpacked(archive, sheets)
    columns = {"source_key": "IDU", "parcel_no": "TEX", "area_legal_m2": "SUPF"}
    by_sheet = rows_of(sheets, foreign(2154, columns, "PARCELLE_id"), tmp_path / "run-sheets")
    as_package = rows_of(
        cadastre / "edigeo_parcelles.gpkg", foreign(2154, columns, "parcelle"), tmp_path / "run-gpkg"
    )
    assert by_sheet.num_rows == as_package.num_rows == 900
    for name in ("source_key", "parcel_no", "area_legal_m2", "area_m2"):
        assert by_sheet[name].null_count == 0
        assert by_sheet[name].to_pylist() == as_package[name].to_pylist(), name
    assert canonical_shapes(by_sheet) == canonical_shapes(as_package)
    said = check(sheets, "edigeo", tmp_path / "report")
    assert (said["read"], said["accepted"], said["held"]) == (900, 900, 0)
    assert set(said["findings"]) <= {"ATT-AREA", "ATT-UNDATED", "GEO-RING-ORDER"}


def test_a_sheet_that_lacks_a_file_or_is_cut_is_refused(shared_data: Path, tmp_path: Path) -> None:
    archive = shared_data / "cadastre" / "edigeo" / "edigeo-25354000AB01.tar.bz2"
    whole = unpacked(archive, tmp_path / "whole")
    for name in sorted(file.name for file in whole.iterdir()):
        for cut in (None, 2):
            folder = Path(shutil.copytree(whole, tmp_path / f"{name}-{cut}"))
            content = (folder / name).read_bytes()
            (folder / name).unlink()
            if cut is not None:
                (folder / name).write_bytes(content[: len(content) // cut])
            elif name.endswith(".THF"):
                continue
            result = CliRunner().invoke(
                app,
                [
                    "check",
                    str(folder),
                    "--profile",
                    str(PROFILES / "edigeo.toml"),
                    "--out",
                    str(tmp_path / "r"),
                    "--json",
                ],
            )
            assert result.exit_code == 4, (name, cut, result.output)
            assert json.loads(result.stdout)["error"]["code"] in {"DLV-FILE-MISSING", "DLV-TRUNCATED"}


# National samples: path, the file within the archive, rows, EPSG, layer where the file has several, columns.
SAMPLES: dict[str, tuple[str, str | None, int, int, str | None, dict[str, str]]] = {
    "ai4sf-vn": ("ai4sf/1_vietnam_areas.gpkg", None, 100, 32648, None, {"source_key": "id"}),
    "ai4sf-kh": ("ai4sf/4_cambodia_areas.gpkg", None, 100, 32648, None, {"source_key": "id"}),
    "at": (
        "at_block/inspire_referenzen_2021_polygon.gpkg.zip",
        "INSPIRE_REFERENZEN_2021_POLYGON.gpkg",
        100,
        31287,
        None,
        {"source_key": "REFERENZ_KENNUNG"},
    ),
    "be_wal": (
        "be_wal/LU_ExistingLandUse_SIGEC2022.gml.zip",
        "LU_ExistingLandUse_SIGEC2022.gml",
        10,
        3035,
        "ExistingLandUseObject",
        {"source_key": "localId"},
    ),
    "ro": ("ec_ro/RO_ny.zip", "RO/RO_ny_EC21.shp", 100, 32635, None, {"land_use": "LC_MAPCODE"}),
    "fi": (
        "fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg",
        None,
        100,
        3067,
        None,
        {"source_key": "PERUSLOHKOTUNNUS", "parcel_no": "LOHKONUMERO"},
    ),
    "hr": (
        "hr/land_parcels.gpkg",
        None,
        100,
        3765,
        None,
        {"source_key": "land_use_id", "area_legal_m2": "area"},
    ),
    "ie": ("ie/GSAA_2024.zip", "GSAA_2024.gml", 100, 4258, None, {"source_key": "localId"}),
    "lv": ("lv/1_100.xml", None, 100, 3059, None, {"source_key": "PARCEL_ID", "area_legal_m2": "SHAPE.AREA"}),
    "nl": ("nl_block/referentiepercelen.gpkg", None, 100, 28992, None, {"land_use": "type"}),
}


@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_national_samples_are_read_with_all_their_rows(
    shared_data: Path, tmp_path: Path, sample: str
) -> None:
    name, inside, rows, epsg, layer, columns = SAMPLES[sample]
    path = shared_data / "cadastre" / "fiboa" / name
    if inside is not None:
        path = unpacked(path, tmp_path / "unpacked") / inside
    read = rows_of(path, foreign(epsg, columns, layer), tmp_path / "run")
    assert read.num_rows == rows
    assert read["source_wkb"].null_count == 0
    if "area_legal_m2" in columns:  # east first, and in its own units: the stated area is the computed one
        stated, computed = (np.asarray(read[one].cast(pa.float64())) for one in ("area_legal_m2", "area_m2"))
        assert np.median(np.abs(computed / stated - 1)) < 1e-4
    if sample == "ie":
        lon, lat = shapely.get_coordinates(shapely.from_wkb(read["source_wkb"].to_pylist())).mean(axis=0)
        assert (-11 < lon < -5, 51 < lat < 56) == (True, True)


@pytest.mark.parametrize("name", ["be_wal/be_wal_all_years.csv", "ec_ro/ro_no_year.csv", "lv/lv_2021.csv"])
def test_lists_of_codes_are_no_parcels(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = shared_data / "cadastre" / "fiboa" / name
    result = CliRunner().invoke(
        app,
        [
            "check",
            str(path),
            "--profile",
            str(PROFILES / "linz.toml"),
            "--out",
            str(tmp_path / "r"),
            "--json",
        ],
    )
    assert result.exit_code == 4
    assert json.loads(result.stdout)["error"]["code"] in {"DLV-NO-GEOMETRY", "DLV-CSV-QUOTE", "DLV-TRUNCATED"}
