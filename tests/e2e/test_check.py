"""`landsync check` as a person runs it: what it prints, what it writes, how it ends."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner, Result

from sync.cli.app import app
from sync.folder.judgement import FINDINGS, JUDGEMENT
from sync.folder.summary import Summary
from sync.report.explain.judged import PARCELS, ReportedVerdicts
from sync.report.writing import FILES
from tests.support.strip import COMMUNE, LAYER, strip

PROFILE = """
province = "08"
system = "vbdlis"
[columns]
source_key = "thuaDatId"
commune_code = "maXa"
sheet_no = "soTo"
parcel_no = "soThua"
land_use = "loaiDat"
area_legal_m2 = "dienTichPL"
land_user_name = "tenChu"
[[parts]]
layer = "thua_dat"
epsg = 9209
"""

# Importing any of these stands for an installation without the server's and Airflow's parts.
BLOCKED = ("airflow", "psycopg2", "sqlalchemy", "alembic", "psutil", "filelock", "httpx")
WITHOUT = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from sync.cli.app import main
main()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's folder with a profile and two deliveries: a GeoPackage and a shapefile."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANDSYNC_LANG", "vi")
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "08.toml").write_text(PROFILE, encoding="utf-8")
    strip(20).to_file(tmp_path / "thua_dat.gpkg", driver="GPKG", layer=LAYER)
    strip(20).to_file(tmp_path / "thua_dat.shp", driver="ESRI Shapefile", encoding="UTF-8")
    return tmp_path


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(
        app, ["check", *map(str, arguments), "--province", "08", "--profile", "08.toml"]
    )


def test_a_good_delivery_is_accepted_and_reported(here: Path) -> None:
    result = check("thua_dat.gpkg")
    assert result.exit_code == 0, result.output
    assert COMMUNE in result.stdout
    assert "Nhận" in result.stdout
    assert "Đọc 20, nhận 20" in result.stderr
    assert sorted(path.name for path in (here / "landsync-report").iterdir()) == sorted([*FILES, JUDGEMENT])


def test_json_is_the_summary(here: Path) -> None:
    result = check("thua_dat.gpkg", "--json", "--out", "bao_cao")
    said = json.loads(result.stdout)
    kept = json.loads((here / "bao_cao" / "summary.json").read_text(encoding="utf-8"))
    assert kept == {"version": Summary.version(), **said}
    assert (said["decision"], said["read"], said["accepted"]) == ("accept", 20, 20)


def test_both_formats_are_judged_alike(here: Path) -> None:
    said = [json.loads(check(f"thua_dat.{suffix}", "--json").stdout) for suffix in ("gpkg", "shp")]
    for one in said:
        one.pop("delivery_sha256")
    assert said[0] == said[1]


def test_english_on_request(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSYNC_LANG", "en")
    result = check("thua_dat.gpkg")
    assert "Accepted" in result.stdout
    assert "Read 20" in result.stderr


def test_a_contradicting_crs_holds_and_ends_with_3(here: Path) -> None:
    prj = here / "thua_dat.prj"
    prj.write_text(prj.read_text().replace("105.5", "105.75"))
    result = check("thua_dat.shp", "--json")
    assert result.exit_code == 3
    said = json.loads(result.stdout)
    assert (said["decision"], said["held"], said["accepted"]) == ("hold", 20, 0)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def rename_column(here: Path) -> None:
    strip(3).rename(columns={"maXa": "ma_xa_cu"}).to_file(here / "thua_dat.gpkg", driver="GPKG", layer=LAYER)


def of_another_province(here: Path) -> None:
    move_into_folder(here, 'province = "01"\n')


def with_a_missing_layer(here: Path) -> None:
    move_into_folder(here, 'province = "08"\n[[parts]]\nfile = "thua_dat.gpkg"\nlayer = "khong_co"\n')


def move_into_folder(here: Path, toml: str) -> None:
    (here / "goi").mkdir()
    shutil.move(here / "thua_dat.gpkg", here / "goi")
    (here / "goi" / "delivery.toml").write_text(toml, encoding="utf-8")


BAD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "cut off": ("thua_dat.gpkg", lambda here: cut(here / "thua_dat.gpkg"), "DLV-TRUNCATED"),
    "a .shp cut off": ("thua_dat.shp", lambda here: cut(here / "thua_dat.shp"), "DLV-TRUNCATED"),
    "a .shp alone": (
        "thua_dat.shp",
        lambda here: [(here / f"thua_dat.{suffix}").unlink() for suffix in ("shx", "dbf")],
        "DLV-SHAPEFILE-INCOMPLETE",
    ),
    "empty": ("thua_dat.gpkg", lambda here: (here / "thua_dat.gpkg").write_bytes(b""), "DLV-EMPTY-FILE"),
    "text": (
        "thua_dat.gpkg",
        lambda here: (here / "thua_dat.gpkg").write_text("a;b\n1;2\n"),
        "DLV-NOT-THIS-FORMAT",
    ),
    "missing layer": ("goi", with_a_missing_layer, "DLV-LAYER-MISSING"),
    "missing column": ("thua_dat.gpkg", rename_column, "DLV-COLUMN-MISSING"),
    "another province": ("goi", of_another_province, "DLV-PROVINCE"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_what_cannot_be_read_is_rejected_with_a_sentence_and_ends_with_4(here: Path, case: str) -> None:
    name, spoil, code = BAD[case]
    spoil(here)
    result = check(name, "--json")
    assert result.exit_code == 4, result.output
    error = json.loads(result.stdout)["error"]
    assert error["code"] == code
    assert len(error["message"]) > 20
    assert len(error["hint"]) > 20
    assert "Traceback" not in result.output
    assert not (here / "landsync-report").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["thua_dat.gpkg"], "CHECK-PROVINCE"),
        (["thua_dat.gpkg", "--province", "8"], "PRF-PROVINCE"),
        (["thua_dat.gpkg", "--province", "01", "--profile", "08.toml"], "PRF-PROVINCE"),
        (["khong_co.gpkg", "--province", "08", "--profile", "08.toml"], "DLV-NOT-FOUND"),
        ([".", "--province", "08", "--profile", "08.toml"], "CHECK-OUT"),
    ],
)
def test_wrong_use_ends_with_2(here: Path, arguments: list[str], code: str) -> None:
    result = CliRunner().invoke(app, ["check", *arguments, "--json"])
    assert result.exit_code == 2, result.output
    assert json.loads(result.stdout)["error"]["code"] == code


def test_it_needs_neither_airflow_nor_a_database(here: Path) -> None:
    command = [
        sys.executable,
        "-c",
        WITHOUT,
        "check",
        "thua_dat.gpkg",
        "-p",
        "08",
        "--profile",
        "08.toml",
        "--json",
    ]
    done = subprocess.run(
        command, cwd=here, capture_output=True, text=True, check=False, env=os.environ | {"LANDSYNC_DSN": ""}
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 20
    probe = WITHOUT.replace("from sync.cli.app import main\nmain()", "import psycopg2")
    refused = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert refused.returncode != 0  # the block does block


def test_it_leaves_nothing_behind_but_the_report(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = here / "tam"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = set(here.rglob("*"))
    check("thua_dat.gpkg", "--out", "bao_cao")
    left = set(here.rglob("*")) - before
    report = here / "bao_cao"
    explained = [
        report / name for name in (FINDINGS, PARCELS, ReportedVerdicts.FILE)
    ]  # for `explain`, offline
    assert left == {report, report / JUDGEMENT, *explained, *(report / name for name in FILES)}


@pytest.fixture
def profiles() -> Path:
    return Path(__file__).resolve().parent.parent / "profiles"


def real(delivery: Path, profile: Path, out: Path) -> dict[str, object]:
    result = CliRunner().invoke(
        app, ["check", str(delivery), "--profile", str(profile), "--out", str(out), "--json"]
    )
    assert result.exit_code == 0, result.output
    said: dict[str, object] = json.loads(result.stdout)
    return said


@pytest.mark.shared_data
def test_a_real_partition_raises_no_false_alarm(shared_data: Path, profiles: Path, tmp_path: Path) -> None:
    delivery = shared_data / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    said = real(delivery, profiles / "swiss.toml", tmp_path)
    assert (said["read"], said["accepted"], said["findings"]) == (144, 144, {"ATT-UNDATED": 2})
    assert not said["provisional"]
    assert {"IDN-FORMAT", "IDN-COMMUNE-UNKNOWN", "ATT-LAND-USE"} <= set(said["not_applicable"])  # type: ignore[call-overload]


@pytest.mark.shared_data
def test_a_real_cadastre_with_faults_shows_them_all(
    shared_data: Path, profiles: Path, tmp_path: Path
) -> None:
    delivery = shared_data / "cadastre" / "cambridge" / "cambridge_parcels_fy2013.gpkg"
    said = real(delivery, profiles / "cambridge.toml", tmp_path)
    found = said["findings"]
    assert isinstance(found, dict)
    assert (
        said["read"]
        == 13_159
        == sum(int(str(said[k])) for k in ("accepted", "held", "quarantined", "unreadable"))
    )
    assert (found["GEO-INVALID"], found["IDN-DUP-SOURCE"], found["IDN-MISSING"]) == (
        24,
        27,
        69,
    )  # 63 keys are dashes: no keys
    assert {code for code in found if code[:3] in ("GEO", "IDN")} == {
        "GEO-INVALID",
        "GEO-MULTIPART",
        "GEO-RING-ORDER",
        "IDN-DUP-SOURCE",
        "IDN-MISSING",
    }
    shapes = gpd.read_file(tmp_path / "findings.gpkg", layer="GEO")
    assert shapes.crs.to_epsg() == 4326  # its own
    shapes = shapes[shapes["check_code"] == "GEO-INVALID"]
    assert len(shapes) == 24
    assert shapes.geometry.notna().all()
    assert shapes["message_en"].str.startswith("The boundary of the parcel is invalid: ").all()
    delivered = gpd.read_file(delivery)
    faulty = delivered.geometry.to_numpy()[shapes["row_no"]]
    assert (shapely.distance(faulty, shapes.geometry.to_numpy()) < 1e-9).all()
    keys = gpd.read_file(tmp_path / "findings.gpkg", layer="IDN")
    assert (keys["check_code"] == "IDN-MISSING").sum() == 69
    quarantined = gpd.read_file(tmp_path / "quarantine.gpkg", layer="quarantine")
    assert len(quarantined) == said["quarantined"] + said["unreadable"]  # type: ignore[operator]
