"""A draft names every column of a known system, recognises values under strange names, and shows no value."""

import json
import tomllib
import zipfile
from pathlib import Path

import pyogrio
import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from sync.declared.profile import load_profile
from tests.support.formats.base import with_geometry
from tests.support.tiny import EPSG, PROVINCE, Tiny, tiny


def written(file: Path, renamed: dict[str, str] | None = None, system: str = PROVINCE) -> Path:
    """The small province as one file; canonical columns in `renamed` under other names."""
    profile = load_profile(system)
    table = with_geometry(tiny(), profile)
    for canonical, name in (renamed or {}).items():
        names = [name if old == profile.columns[canonical] else old for old in table.column_names]
        table = table.rename_columns(names)
    pyogrio.write_arrow(
        table,
        file,
        layer="thua",
        driver="GPKG" if file.suffix == ".gpkg" else "ESRI Shapefile",
        geometry_name="geom",
        geometry_type="Unknown" if file.suffix == ".gpkg" else "Polygon",
        crs=f"EPSG:{EPSG}",
    )
    return file


def landsync(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout if "--json" in arguments else done.stdout + done.stderr


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
@pytest.mark.parametrize("system", ["01", "04", "11", "96"])  # vbdlis, vilis, mplis, ilis
def test_every_column_of_a_known_system_is_found_and_the_draft_reads_the_file(
    suffix: str, system: str, tmp_path: Path
) -> None:
    file, draft = written(tmp_path / f"thua{suffix}", system=system), tmp_path / f"{PROVINCE}.toml"
    status, said = landsync("profile", "init", file, "--out", draft)
    assert status == 0, said
    document = tomllib.loads(draft.read_text(encoding="utf-8"))
    known = load_profile(system)
    assert (document["province"], document["system"]) == (PROVINCE, known.system)
    cut = 10 if suffix == ".shp" else None
    assert document["columns"] == {
        name: str(known.delivered_name(name))[:cut] for name in known.columns if name in tiny().columns
    }
    status, said = landsync("profile", "test", draft, file, "--json")
    tried = json.loads(said)
    assert (status, tried["read"], tried["rows_of_no_commune"]) == (0, len(tiny()), 0)
    assert all(line["filled"] > 0 for line in tried["columns"])


def test_values_tell_what_strange_names_do_not(tmp_path: Path) -> None:
    strange = {
        "national_id": "cot_7",
        "commune_code": "cot_8",
        "land_use": "cot_9",
        "area_legal_m2": "cot_10",
        "certificate_no": "cot_11",
    }
    status, said = landsync("profile", "init", written(tmp_path / "a.gpkg", strange), "--json")
    found = {line["canonical"]: line["delivered"] for line in json.loads(said)["columns"]}
    assert status == 0
    assert {name: found[name] for name in strange} == strange


def test_a_name_that_its_values_contradict_is_not_taken(tmp_path: Path) -> None:
    swapped = {"national_id": "x", "address": "maDinhDanh"}
    status, said = landsync("profile", "init", written(tmp_path / "a.gpkg", swapped), "--json")
    found = {line["canonical"]: line["delivered"] for line in json.loads(said)["columns"]}
    assert status == 0
    assert found["national_id"] == "x"


def test_a_column_that_nothing_fits_is_listed_as_not_used(tmp_path: Path) -> None:
    status, said = landsync("profile", "init", written(tmp_path / "a.gpkg", {"map_set": 'ghi chú\n"x = 1'}))
    assert status == 0
    assert "#   ghi chú?" in said
    assert tomllib.loads(said)["province"] == PROVINCE


def test_no_value_of_a_private_column_is_shown(tmp_path: Path) -> None:
    small: Tiny = tiny()
    file, draft = written(tmp_path / "a.gpkg"), tmp_path / "p.toml"
    said = landsync("profile", "init", file, "--out", draft)[1] + draft.read_text(encoding="utf-8")
    said += (
        landsync("profile", "test", draft, file)[1] + landsync("profile", "test", draft, file, "--json")[1]
    )
    for column in ("land_user_name", "land_user_id_number", "certificate_no"):
        for value in set(small.columns[column].to_pylist()) - {None}:
            assert value not in said


def test_a_profile_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "p.toml"
    mine.write_text("# mine", encoding="utf-8")
    status, said = landsync("profile", "init", written(tmp_path / "a.gpkg"), "--out", mine, "--json")
    assert (status, json.loads(said)["error"]["code"]) == (2, "PRF-WRITE")
    assert mine.read_text(encoding="utf-8") == "# mine"


def test_a_file_without_commune_codes_asks_for_the_province(tmp_path: Path) -> None:
    file = written(tmp_path / "a.gpkg")
    table = pyogrio.read_dataframe(file).drop(columns=["maXa"])
    table.to_file(tmp_path / "b.gpkg", layer="thua")
    status, said = landsync("profile", "init", tmp_path / "b.gpkg", "--json")
    assert (status, json.loads(said)["error"]["code"]) == (2, "PRF-PROVINCE")
    status, said = landsync("profile", "init", tmp_path / "b.gpkg", "--province", "22")
    assert status == 0
    assert "# commune_code" in said


def test_an_archive_is_looked_into(tmp_path: Path) -> None:
    written(tmp_path / "thua.shp")
    with zipfile.ZipFile(tmp_path / "thua.zip", "w") as archive:
        for file in tmp_path.glob("thua.[!z]*"):
            archive.write(file, f"goi/{file.name}")
    status, said = landsync("profile", "init", tmp_path / "thua.zip", "--json")
    assert status == 0
    assert json.loads(said)["system"] == "vbdlis"
