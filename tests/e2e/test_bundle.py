"""The bundle that `make bundle` left in dist/ installs into an empty folder and judges a delivery, without a network."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.strip import LAYER, strip

pytestmark = pytest.mark.e2e

# The whole process in a network of its own, in which nothing is: a bundle that asks for anything fails.
ALONE = ["unshare", "--net", "--map-root-user"]
PROFILE = """
province = "08"
system = "vbdlis"
[columns]
source_key = "thuaDatId"
commune_code = "maXa"
sheet_no = "soTo"
parcel_no = "soThua"
[[parts]]
layer = "thua_dat"
epsg = 9209
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The newest bundle, unpacked."""
    bundles = sorted((ROOT / "dist").glob("landsync-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not bundles:
        pytest.skip("no bundle in dist/ to install (make bundle, with a network)")
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody run a process without a network")
    shutil.unpack_archive(bundles[-1], tmp_path, filter="data")
    (folder,) = (path for path in tmp_path.iterdir() if path.name.startswith("landsync-"))
    return folder


def alone(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANDSYNC_LANG": "en", "PYTHON": "python3"}
    python = shutil.which("python3.11") or shutil.which("python3") or ""
    environment["PATH"] = f"{Path(python).parent}:{environment['PATH']}"
    return subprocess.run(
        [*ALONE, *map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_bundle_is_installed_and_checks_a_delivery_without_a_network(
    unpacked: Path, tmp_path: Path
) -> None:
    installed = alone("sh", unpacked / "install.sh", tmp_path / "cài đặt", folder=tmp_path)
    assert installed.returncode == 0, installed.stderr
    landsync = tmp_path / "cài đặt" / "bin" / "landsync"
    assert installed.stdout.strip() == str(landsync)
    (tmp_path / "08.toml").write_text(PROFILE, encoding="utf-8")
    strip(20).to_file(tmp_path / "thua_dat.gpkg", driver="GPKG", layer=LAYER)
    checked = alone(
        *(
            landsync,
            "check",
            "thua_dat.gpkg",
            "--province",
            "08",
            "--profile",
            "08.toml",
            "--out",
            "ra",
            "--json",
        ),
        folder=tmp_path,
    )
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["read"] == 20
    assert (tmp_path / "ra" / "findings.qgz").exists()
    assert alone(landsync, "communes", "--old", "17020", folder=tmp_path).returncode == 0


def test_a_file_that_was_damaged_on_the_way_is_told_before_anything_is_installed(
    unpacked: Path, tmp_path: Path
) -> None:
    wheel = next(unpacked.glob("wheels/pyogrio-*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    done = alone("sh", unpacked / "install.sh", tmp_path / "x", folder=tmp_path)
    assert done.returncode == 5
    assert "copy it again" in done.stderr
    assert not (tmp_path / "x").exists()
