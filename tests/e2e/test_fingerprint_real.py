"""The figures of real cadastres of other countries: what is known of them, and each against itself and as another format."""

from pathlib import Path
from typing import Any

import pytest

from sync.declared.profile import load_profile, province_of
from sync.fingerprint.take import fingerprint
from tests.e2e.test_real_cadastres import PROFILES, unpacked

pytestmark = [pytest.mark.shared_data, pytest.mark.e2e]


def figures(a: Path, b: Path | None, profile: str) -> dict[str, Any]:
    file = PROFILES / f"{profile}.toml"
    return fingerprint(a, b, load_profile(province_of(file), file))


def stable(told: dict[str, Any], rows: int) -> None:
    """A delivery against itself: whatever could be compared is the same."""
    assert told["a"] == told["b"]
    assert told["a"]["rows"] == rows
    both = told["a_to_b"]
    for handle in both["handles"].values():
        for name in ("moved_together", "changed", "elsewhere"):
            assert handle["land"][name]["count"] == 0
    assert {said["count"] for what in ("changed", "emptied") for said in both[what].values()} == {0}


def test_condominiums_of_berkeley_stand_on_one_shape(shared_data: Path, tmp_path: Path) -> None:
    archive = shared_data / "cadastre" / "berkeley" / "us-ca-berkeley-excerpt.zip"
    folder = unpacked(archive, tmp_path / "berkeley")
    told = figures(folder, folder, "berkeley")
    assert told["a"]["identical_shapes"]["count"] == 144
    stable(told, 746)
    assert told["a_to_b"]["handles"]["source_key"]["in_b"]["count"] > 500


def test_parcels_of_oakland_that_share_their_number(shared_data: Path, tmp_path: Path) -> None:
    archive = shared_data / "cadastre" / "oakland" / "us-ca-oakland-excerpt.zip"
    folder = unpacked(archive, tmp_path / "oakland")
    told = figures(folder, folder, "oakland")
    assert told["a"]["handles"]["source_key"]["shared_by_several"]["count"] == 5
    stable(told, 2241)


def test_every_parcel_of_solothurn_and_of_new_zealand_is_what_it_is(
    shared_data: Path, tmp_path: Path
) -> None:
    swiss = shared_data / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    told = figures(swiss, swiss, "swiss")
    stable(told, 144)
    assert told["a"]["identical_shapes"]["count"] == 0
    folders = [
        unpacked(shared_data / "cadastre" / "linz_waca" / f"{form}-polygons.tgz", tmp_path / form)
        for form in ("gpkg", "shp")
    ]
    (gpkg,), (shp,) = folders[0].rglob("*.gpkg"), folders[1].rglob("*.shp")
    stable(figures(gpkg, gpkg, "linz"), 228)
    assert figures(gpkg, shp, "linz")["a_to_b"]["handles"]["source_key"]["land"]["elsewhere"]["count"] == 0
