"""One way to find a file by a name: exact, else as Windows or macOS would take it, never one of two."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from sync.declared.names import PresentNames, find_below

NFC = "Hà Giang/Thửa đất.gpkg"
NAMES = st.text("aAbBđĐửỬ ./\\", min_size=1, max_size=8)


@pytest.mark.parametrize(
    "wanted",
    [
        NFC,
        unicodedata.normalize("NFD", NFC),
        NFC.upper(),
        "HÀ GIANG\\thửa ĐẤT.GPKG",
        "./Hà Giang//Thửa đất.gpkg",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_in_any_case_and_form(wanted: str, form: str) -> None:
    there = unicodedata.normalize(form, NFC)
    assert PresentNames([there, "Hà Giang/khác.gpkg"]).find(wanted) == there


def test_nothing_that_differs_in_its_letters_is_found() -> None:
    assert PresentNames(["thua.gpkg", "thửa.gpkg.zip"]).find("thửa.gpkg") is None


def test_the_same_name_wins_and_two_others_are_refused_by_name() -> None:
    present = PresentNames(["T.gpkg", "t.GPKG", "t.gpkg"])
    assert present.find("t.gpkg") == "t.gpkg"
    with pytest.raises(DeliveryRejected) as caught:
        present.find("T.GPKG")
    assert caught.value.code == "DLV-NAME-AMBIGUOUS"
    assert all(name in caught.value.message.vi for name in ("T.gpkg", "t.GPKG", "t.gpkg"))


@given(st.sets(NAMES, max_size=6), NAMES)
def test_what_is_found_is_there_and_alone(names: set[str], wanted: str) -> None:
    """Against a comparison of every name by itself."""
    try:
        found = PresentNames(names).find(wanted)
    except DeliveryRejected:
        found = "several"
    alike = [name for name in names if plain(name) == plain(wanted)]
    assert found == (
        wanted if wanted in names else None if not alike else alike[0] if len(alike) == 1 else "several"
    )


def plain(name: str) -> list[str]:
    steps = [step for step in name.replace("\\", "/").split("/") if step not in ("", ".")]
    return [unicodedata.normalize("NFC", step).lower() for step in steps] + ["/"] * name.replace(
        "\\", "/"
    ).startswith("/")


def test_a_name_is_found_step_by_step_in_folders(tmp_path: Path) -> None:
    (tmp_path / "Gói 1").mkdir()
    (tmp_path / "Gói 1" / "T.GPKG").touch()
    assert find_below(tmp_path, "GÓI 1/t.gpkg") == "Gói 1/T.GPKG"
    assert find_below(tmp_path, "../Gói 1") is None
