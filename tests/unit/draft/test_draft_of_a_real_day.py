"""What a draft says of areas, of codes and of the place, and that its profile then finds what is wrong in the file."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

from parcels.admin_units import EARLIEST, LATEST, code_readings, communes_table
from sync.cli.app import app
from tests.support.tiny import EPSG, tiny
from tests.unit.draft.column_values import column, written

DATA = os.environ.get("LANDSYNC_TEST_DATA")
shared = pytest.mark.skipif(DATA is None, reason="LANDSYNC_TEST_DATA is not set")
VILIS = {
    "SHBANDO": "sheet",
    "SHTHUA": "number",
    "DIENTICH": "area",
    "DIENTICHPL": "legal",
    "KHLOAIDAT": "use",
}


def landsync(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout if "--json" in arguments else done.stdout + done.stderr


def drafted(file: Path, out: Path, *more: str) -> dict[str, Any]:
    """The profile that `profile init` writes, as it is read again."""
    status, said = landsync("profile", "init", file, "--out", out, *more)
    assert status == 0, said
    return tomllib.loads(out.read_text(encoding="utf-8"))


def rewritten(file: Path, to: Path, **columns: object) -> Path:
    """The file again, with other columns."""
    frame = pyogrio.read_dataframe(file)
    for name, values in columns.items():
        frame[name] = values
    frame.to_file(to, layer="thua", driver="GPKG" if to.suffix == ".gpkg" else "ESRI Shapefile")
    return to


@shared
@pytest.mark.shared_data
def test_the_registered_area_is_taken_though_the_measured_one_is_just_as_close(tmp_path: Path) -> None:
    file = Path(str(DATA)) / "reports" / "16-draft-takes-wrong-area" / "thua.shp"
    profile = drafted(file, tmp_path / "08.toml")
    assert profile["columns"]["area_legal_m2"] == "DIENTICHPL"
    assert profile["columns"]["sheet_no"] == "SHBANDO"
    assert profile["system"] == "vilis"


def test_the_profile_of_the_draft_finds_the_areas_that_are_wrong(tmp_path: Path) -> None:
    """Two registered areas are wrong: with the measured ones in their place nothing would be found."""
    legal = np.round(shapely.area(tiny().geometry), 1)
    legal[[20, 40]] = legal[[20, 40]] * 3
    plain = written(VILIS | {"XAID": "commune"}, tmp_path / "a.gpkg")
    file = rewritten(plain, tmp_path / "b.gpkg", DIENTICHPL=legal)
    drafted(file, tmp_path / "22.toml")
    _, said = landsync(
        "check",
        file,
        "--province",
        "22",
        "--profile",
        tmp_path / "22.toml",
        "--out",
        tmp_path / "out",
        "--json",
    )
    assert json.loads(said)["findings"]["ATT-AREA"] == 2


def test_where_only_a_measured_area_is_there_it_is_named_and_not_taken(tmp_path: Path) -> None:
    file = written(
        {"MAXA": "commune", "SOTO": "sheet", "SOTHUA": "number", "DIENTICH": "area"}, tmp_path / "a.gpkg"
    )
    profile = drafted(file, tmp_path / "p.toml")
    assert "area_legal_m2" not in profile["columns"]
    assert '# area_legal_m2 = "DIENTICH"' in (tmp_path / "p.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("beside", ["DT_PHAP_LY", "DienTichCapGCN"])
def test_two_columns_that_fit_are_both_named_and_to_be_checked(beside: str, tmp_path: Path) -> None:
    file = written(
        {"MAXA": "commune", "DTPL": "legal", beside: "legal", "SOTO": "sheet"}, tmp_path / "a.gpkg"
    )
    _, said = landsync("profile", "init", file, "--json")
    (line,) = [line for line in json.loads(said)["columns"] if line["canonical"] == "area_legal_m2"]
    assert {line["delivered"], *line["also"]} == {"DTPL", beside}
    assert line["to_check"]
    _, text = landsync("profile", "init", file)
    assert "CẦN XEM LẠI" in next(row for row in text.splitlines() if row.startswith("area_legal_m2"))


def old_codes(province: str) -> pa.Array:
    """Codes of the province that are of no commune today."""
    before = communes_table(province, EARLIEST)["commune_code"].combine_chunks()
    return before.filter(pa.array(code_readings(before, province) == "old_only"))


def test_codes_of_before_the_merger_are_said(tmp_path: Path) -> None:
    codes = old_codes("22").to_pylist()
    plain = written({"MAXA": "commune", "SOTO": "sheet", "SOTHUA": "number"}, tmp_path / "a.gpkg")
    file = rewritten(plain, tmp_path / "b.gpkg", MAXA=[codes[row % 3] for row in range(len(tiny()))])
    profile = drafted(file, tmp_path / "p.toml")
    assert (profile["province"], profile["commune_codes"]) == ("22", "old")
    assert "commune_codes" not in drafted(plain, tmp_path / "q.toml")


def test_the_old_province_of_all_communes_is_said_where_there_were_several(tmp_path: Path) -> None:
    here = communes_table("08", LATEST)
    codes = here.filter(pc.equal(here["old_province_code"], "02"))["commune_code"].to_pylist()
    plain = written({"MAXA": "commune", "SOTO": "sheet"}, tmp_path / "a.gpkg")
    file = rewritten(plain, tmp_path / "b.gpkg", MAXA=[codes[row % 4] for row in range(len(tiny()))])
    assert drafted(file, tmp_path / "p.toml")["parts"][0]["old_province"] == "Hà Giang"


@pytest.mark.parametrize(
    ("name", "scale"), [("07060_tl500", "500"), ("xa-07060 Tỷ lệ 1-1000", "1000"), ("07060_500", None)]
)
def test_a_commune_and_a_scale_that_only_the_name_of_the_file_shows(
    name: str, scale: str | None, tmp_path: Path
) -> None:
    file = written({"SOTO": "sheet", "SOTHUA": "number", "DTPL": "legal"}, tmp_path / f"{name}.gpkg")
    profile = drafted(file, tmp_path / "p.toml")
    assert profile["province"] == "22"
    assert profile["constants"] == {"commune_code": "07060"} | ({"map_scale": scale} if scale else {})


def test_a_file_in_another_country_becomes_a_foreign_profile_that_is_judged(tmp_path: Path) -> None:
    abroad = [shapely.box(4.9 + x / 1000, 52.3, 4.9009 + x / 1000, 52.301) for x in range(30)]
    frame = gpd.GeoDataFrame({"parcelId": [f"NL{x}" for x in range(30)]}, geometry=abroad, crs=4326)
    frame.to_file(tmp_path / "per celen-2.gpkg", layer="p")
    profile = drafted(tmp_path / "per celen-2.gpkg", tmp_path / "p.toml")
    assert (profile["province"], profile["foreign"], profile["measured_in"]) == ("00", True, 32631)
    assert profile["constants"] == {"commune_code": "per_celen_2"}
    assert all(" · " in reason for reason in profile["not_applicable"].values())
    status, said = landsync(
        "check",
        tmp_path / "per celen-2.gpkg",
        "--province",
        "00",
        "--profile",
        tmp_path / "p.toml",
        "--out",
        tmp_path / "o",
        "--json",
    )
    assert status in {0, 3}, said
    assert set(json.loads(said)["findings"]) <= {"ATT-UNDATED"}


@shared
@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("swiss/liegenschaften_polygonized.gpkg", "so_252400"),
        ("cambridge/cambridge_parcels_fy2013.gpkg", None),
        ("oakland/us-ca-oakland-excerpt.zip", None),
    ],
)
def test_a_real_file_of_another_country_is_judged_by_its_draft(
    path: str, layer: str | None, tmp_path: Path
) -> None:
    file = Path(str(DATA)) / "cadastre" / path
    profile = drafted(file, tmp_path / "p.toml", *(["--layer", layer] if layer else []))
    assert profile["foreign"]
    status, said = landsync("profile", "test", tmp_path / "p.toml", file, "--json")
    assert status == 0, said
    assert json.loads(said)["rows_of_no_commune"] == 0


def test_a_trial_in_which_no_row_belongs_to_a_commune_does_not_end_well(tmp_path: Path) -> None:
    plain = written(VILIS | {"XAID": "commune"}, tmp_path / "a.gpkg")
    drafted(plain, tmp_path / "22.toml")
    file = rewritten(plain, tmp_path / "b.gpkg", XAID="99999")
    status, said = landsync("profile", "test", tmp_path / "22.toml", file, "--json")
    tried = json.loads(said)
    assert (status, tried["rows_of_no_commune"], len(tried["problems"])) == (3, len(tiny()), 1)


@pytest.mark.parametrize("nothing", [0, None, "---", "N/A"])
def test_a_trial_counts_what_says_something(nothing: object, tmp_path: Path) -> None:
    plain = written(VILIS | {"XAID": "commune"}, tmp_path / "a.gpkg")
    drafted(plain, tmp_path / "22.toml")
    file = rewritten(plain, tmp_path / "b.gpkg", SHBANDO=nothing, SHTHUA=nothing, DIENTICHPL=0.0)
    status, said = landsync("profile", "test", tmp_path / "22.toml", file, "--json")
    tried = json.loads(said)
    filled = {line["canonical"]: line["filled"] for line in tried["columns"]}
    assert filled["sheet_no"] == filled["parcel_no"] == filled["area_legal_m2"] == 0
    assert (status, len(tried["problems"])) == (3, 1)


@pytest.mark.parametrize(
    "hostile", ['a"b', "]] # vvv", "\\u0000", "=1+1", "[bold]x[/]", "名前", "a" * 300, "Ａ\u202eＢ"]
)
def test_whatever_a_column_is_called_the_draft_is_a_profile(hostile: str, tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {hostile: column("use").to_pylist(), "MAXA": column("commune").to_pylist()},
        geometry=list(tiny().geometry),
        crs=EPSG,
    )
    frame.to_file(tmp_path / "a.gpkg", layer="thua")
    profile = drafted(tmp_path / "a.gpkg", tmp_path / "p.toml")
    assert profile["columns"]["land_use"] == pyogrio.read_info(tmp_path / "a.gpkg")["fields"][0]
    assert (
        landsync("profile", "test", tmp_path / "p.toml", tmp_path / "a.gpkg")[0] == 3
    )  # nothing tells parcels apart
