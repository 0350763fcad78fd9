"""Files named otherwise than they are: other letters in delivery.toml, another kind under the name of an archive."""

import gzip
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from parcels.errors import DeliveryRejected
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.intake.delivery import read_listed
from sync.intake.fetch import fetch
from sync.intake.inbox import resolve_in_inbox
from sync.intake.listing import list_files
from tests.support.strip import LAYER, conformed, strip

Write = Callable[..., Path]
NAME = "Thửa đất.gpkg"


def toml(*lines: str) -> str:
    return "\n".join(['province = "08"', 'commune_codes = "new"', *lines]) + "\n"


def part(name: str) -> tuple[str, ...]:
    return ("[[parts]]", f"file = {name}", f'layer = "{LAYER}"', "epsg = 9209")


@pytest.mark.parametrize(
    "said",
    [
        f'"goi/{NAME}"',
        f'"GOI/{NAME.upper()}"',
        f'"goi/{unicodedata.normalize("NFD", NAME)}"',
        f"'goi\\{NAME}'",
        f'"goi\\\\{NAME}"',
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("toml_name", ["delivery.toml", "DELIVERY.TOML"])
def test_a_part_is_found_as_windows_would_find_it(
    gpkg: Write, tmp_path: Path, profile: Profile, said: str, form: str, toml_name: str
) -> None:
    there = f"goi/{unicodedata.normalize(form, NAME)}"  # type: ignore[arg-type]
    gpkg(strip(2), f"d/{there}")
    (tmp_path / "d" / toml_name).write_text(toml(*part(said)), encoding="utf-8")
    delivery = read_listed(list_files(tmp_path / "d"), profile)
    assert delivery.declared
    assert [one.file for one in delivery.says.parts] == [there]
    assert delivery.unlisted == ()


def test_lists_and_sheet_tables_are_found_so_too(gpkg: Write, tmp_path: Path, profile: Profile) -> None:
    gpkg(strip(2), "d/t.gpkg")
    for name in ("PL3.xlsx", "To_Ban_Do.CSV"):
        (tmp_path / "d" / name).touch()
    text = toml('sheet_table = "to_ban_do.csv"', *part('"T.GPKG"'), "[[lists]]", 'file = "pl3.XLSX"')
    (tmp_path / "d" / "delivery.toml").write_text(text, encoding="utf-8")
    says = read_listed(list_files(tmp_path / "d"), profile).says
    assert (says.sheet_table, says.lists[0].file) == ("To_Ban_Do.CSV", "PL3.xlsx")


def test_two_that_fit_are_refused_by_name(gpkg: Write, tmp_path: Path, profile: Profile) -> None:
    for name in ("T.gpkg", "t.GPKG"):
        gpkg(strip(2), f"d/{name}")
    (tmp_path / "d" / "delivery.toml").write_text(toml(*part('"t.gpkg"')), encoding="utf-8")
    with pytest.raises(DeliveryRejected) as caught:
        read_listed(list_files(tmp_path / "d"), profile)
    assert caught.value.code == "DLV-NAME-AMBIGUOUS"
    assert "«T.gpkg», «t.GPKG»" in caught.value.message.vi


def test_a_file_in_an_archive_is_found_so_too(gpkg: Write, tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "d").mkdir()
    with zipfile.ZipFile(tmp_path / "d" / "Goi.ZIP", "w") as archive:
        archive.write(gpkg(strip(3)), unicodedata.normalize("NFD", f"Xã/{NAME}"))
    said = unicodedata.normalize("NFD", f'"goi.zip\\\\xã\\\\{NAME.upper()}"')
    (tmp_path / "d" / "delivery.toml").write_text(toml(*part(said)), encoding="utf-8")
    assert Conformed.load(conformed(tmp_path / "d", profile, tmp_path / "run")).read == 3


def test_an_inbox_name_is_found_so_too(tmp_path: Path) -> None:
    (tmp_path / "08").mkdir()
    (tmp_path / "08" / NAME).touch()
    wanted = unicodedata.normalize("NFD", NAME).upper()
    assert resolve_in_inbox(tmp_path, "08", wanted) == tmp_path / "08" / NAME


@pytest.mark.parametrize("said", ['"du_lieu\\thua.gpkg"', '"C:\\users\\a.gpkg"', '"du_lieu\\dat.gpkg"'])
def test_a_backslash_that_toml_takes_for_its_own_is_told(
    gpkg: Write, tmp_path: Path, profile: Profile, said: str
) -> None:
    gpkg(strip(2), "d/t.gpkg")
    (tmp_path / "d" / "delivery.toml").write_text(toml(*part(said)), encoding="utf-8")
    with pytest.raises(DeliveryRejected) as caught:
        read_listed(list_files(tmp_path / "d"), profile)
    assert caught.value.code == "DLV-TOML"
    assert "write / instead of \\" in caught.value.message.en


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip"),
        (b"\n<!DOCTYPE html><html>", "HTML"),
        (b"SQLite format 3\x00", "SQLite"),
    ],
)
def test_what_is_called_an_archive_and_is_none_is_told_by_what_it_is(
    tmp_path: Path, profile: Profile, name: str, start: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(start + bytes(400))
    with pytest.raises(DeliveryRejected) as caught:
        fetch(tmp_path / name, profile, tmp_path / "run")
    assert caught.value.code == "DLV-ARCHIVE-KIND"
    assert what in caught.value.message.vi
    assert what in caught.value.message.en


def test_an_archive_under_the_name_of_another_kind_is_read(
    gpkg: Write, tmp_path: Path, profile: Profile
) -> None:
    path = gpkg(strip(3))
    with zipfile.ZipFile(tmp_path / "zip.tar.gz", "w") as archive:
        archive.write(path, path.name)
    with tarfile.open(tmp_path / "tar.zip", "w") as tar:
        tar.add(path, path.name)
    (tmp_path / "gz.zip").write_bytes(gzip.compress((tmp_path / "tar.zip").read_bytes()))
    for name in ("zip.tar.gz", "tar.zip", "gz.zip"):
        assert Conformed.load(conformed(tmp_path / name, profile, tmp_path / "runs" / name)).read == 3


def test_another_file_under_the_name_of_a_geopackage_is_told_by_what_it_is(
    tmp_path: Path, profile: Profile
) -> None:
    (tmp_path / "t.gpkg").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path / "t.gpkg", profile, tmp_path / "run")
    assert caught.value.code == "DLV-NOT-THIS-FORMAT"
    assert "but a RAR archive" in caught.value.message.en
