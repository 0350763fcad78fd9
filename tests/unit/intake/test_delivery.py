"""What a delivery says of itself, where it may lie, and how its bytes reach landing."""

import hashlib
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcels.errors import DeliveryRejected, UsageError
from sync.declared.paths import leaves_its_folder
from sync.declared.profile import Profile
from sync.folder.delivery import DeliveryRecord
from sync.intake.delivery import Delivery, read_listed
from sync.intake.fetch import fetch
from sync.intake.inbox import newest_in_inbox, resolve_in_inbox
from sync.intake.landing import object_path
from sync.intake.listing import list_files
from tests.support.strip import strip

Write = Callable[..., Path]

TOML = """
province = "08"
kind = "full"
extracted_at = 2026-11-20T22:00:00+07:00
complete_for = ["00691"]
[[parts]]
file = "a/thua_dat.shp"
epsg = 9209
old_province = "Hà Giang"
[[parts]]
file = "thua_dat.gpkg"
layer = "thua_dat"
epsg = 9211
"""


@pytest.fixture
def folder(tmp_path: Path, gpkg: Write, shapefile: Write) -> Path:
    """A delivery of two parts in two zones."""
    shapefile(strip(3), "goi/a/thua_dat.shp")
    gpkg(strip(2, epsg=9211, first=100), "goi/thua_dat.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "goi"


def read(path: Path, profile: Profile) -> Delivery:
    """The delivery at a path."""
    return read_listed(list_files(path), profile)


def rejected(path: Path, profile: Profile, code: str) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read(path, profile)
    assert caught.value.code == code
    return caught.value


def test_parts_keep_their_own_crs_and_old_province(folder: Path, profile: Profile) -> None:
    delivery = read(folder, profile)
    assert delivery.declared
    assert [(part.file, part.epsg, part.old_province) for part in delivery.says.parts] == [
        ("a/thua_dat.shp", 9209, "Hà Giang"),
        ("thua_dat.gpkg", 9211, None),
    ]
    assert delivery.says.complete_for == ("00691",)
    assert "a/thua_dat.dbf" in delivery.files


def test_a_folder_without_delivery_toml_is_complete_for_nothing(folder: Path, profile: Profile) -> None:
    (folder / "delivery.toml").unlink()
    delivery = read(folder, profile)
    assert not delivery.declared
    assert delivery.says.complete_for == ()
    assert {part.file for part in delivery.says.parts} == {"a/thua_dat.shp", "thua_dat.gpkg"}


def test_a_data_file_that_is_not_named_is_reported(folder: Path, profile: Profile, gpkg: Write) -> None:
    gpkg(strip(1), "goi/quen.gpkg")
    assert read(folder, profile).unlisted == ("quen.gpkg",)


def test_another_province_is_refused(folder: Path, profile: Profile) -> None:
    toml = folder / "delivery.toml"
    toml.write_text(TOML.replace('"08"', '"01"'), encoding="utf-8")
    error = rejected(folder, profile, "DLV-PROVINCE")
    assert "01" in error.message.vi
    assert "08" in error.message.vi
    assert error.exit_status == 4


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("complete_for", "complet_for", "complet_for"),
        ('"00691"', '"691"', "complete_for[1]"),
        ('file = "thua_dat.gpkg"', 'file = "../thua_dat.gpkg"', "parts[2].file"),
        ('file = "thua_dat.gpkg"', 'file = "/etc/passwd"', "parts[2].file"),
        ('file = "thua_dat.gpkg"', r"file = 'C:\x.gpkg'", "parts[2].file"),
        ('"full"', '"all"', "kind"),
        ("2026-11-20T22:00:00+07:00", '"hôm qua"', "extracted_at"),
        ('file = "thua_dat.gpkg"\nlayer = "thua_dat"', 'file = "a/thua_dat.shp"', "parts"),
    ],
)
def test_a_wrong_delivery_toml_names_the_key(
    folder: Path, profile: Profile, old: str, new: str, key: str
) -> None:
    assert old in TOML
    (folder / "delivery.toml").write_text(TOML.replace(old, new), encoding="utf-8")
    error = rejected(folder, profile, "DLV-TOML")
    assert key in error.message.vi
    assert "delivery.toml" in error.message.en


def test_a_change_set_is_complete_for_nothing(folder: Path, profile: Profile) -> None:
    (folder / "delivery.toml").write_text(TOML.replace('"full"', '"changes"'), encoding="utf-8")
    assert "complete_for" in rejected(folder, profile, "DLV-CHANGES").message.en


def test_a_named_file_that_is_not_there_is_refused(folder: Path, profile: Profile) -> None:
    (folder / "thua_dat.gpkg").unlink()
    assert "thua_dat.gpkg" in rejected(folder, profile, "DLV-FILE-MISSING").message.vi


def test_links_are_refused(folder: Path, profile: Profile, tmp_path: Path) -> None:
    (folder / "other.gpkg").symlink_to("/etc/passwd")
    rejected(folder, profile, "DLV-SYMLINK")
    (tmp_path / "link").symlink_to(folder)
    rejected(tmp_path / "link", profile, "DLV-SYMLINK")


def test_pipes_are_refused(folder: Path, profile: Profile) -> None:
    os.mkfifo(folder / "pipe.gpkg")
    rejected(folder, profile, "DLV-NOT-A-FILE")


def test_a_folder_without_data_is_refused(tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc" / "cong_van.pdf").write_bytes(b"%PDF")
    rejected(tmp_path / "doc", profile, "DLV-NO-DATA")


def test_nothing_at_the_path_is_wrong_use(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "nowhere", profile)
    assert caught.value.code == "DLV-NOT-FOUND"


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:/a", "\\\\server\\a", "a\x00b", "a\nb"])
def test_names_that_leave_the_folder_are_known(name: str) -> None:
    assert leaves_its_folder(name)


@pytest.mark.parametrize("name", ["a.gpkg", "xã Minh Tân/thửa đất.shp", "a..b.gpkg"])
def test_ordinary_names_stay(name: str) -> None:
    assert not leaves_its_folder(name)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_landing_keeps_each_file_once_and_read_only(folder: Path, profile: Profile, tmp_path: Path) -> None:
    landing = tmp_path / "home" / "landing"
    fetch(folder, profile, tmp_path / "home" / "runs" / "1", landing)
    record = DeliveryRecord.load(tmp_path / "home" / "runs" / "1")
    for file in record.files:
        content = (folder / file.name).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        stored = object_path(landing, file.sha256)
        assert stored.read_bytes() == content
        assert mode(stored) == 0o400
        assert (record.root / file.name).samefile(stored)
    folders = [path for path in (tmp_path / "home").rglob("*") if path.is_dir()]
    assert folders
    assert {mode(path) for path in folders} == {0o700}
    assert mode(tmp_path / "home" / "runs" / "1" / "delivery.json") == 0o600
    assert not list(landing.rglob(".tmp-*"))


def test_the_same_delivery_lands_once_and_any_change_is_another(
    folder: Path, profile: Profile, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    first = fetch(folder, profile, tmp_path / "r1", landing)
    stored = sorted(landing.rglob("*"))
    again = fetch(folder, profile, tmp_path / "r2", landing)
    assert again["delivery_sha256"] == first["delivery_sha256"]
    assert sorted(landing.rglob("*")) == stored
    (folder / "thua_dat.gpkg").rename(folder / "khac.gpkg")
    (folder / "delivery.toml").write_text(TOML.replace("thua_dat.gpkg", "khac.gpkg"), encoding="utf-8")
    renamed = fetch(folder, profile, tmp_path / "r3", landing)
    assert renamed["delivery_sha256"] != first["delivery_sha256"]


def test_a_run_without_landing_stores_nothing_and_reads_in_place(
    folder: Path, profile: Profile, tmp_path: Path
) -> None:
    said = fetch(folder, profile, tmp_path / "run")
    assert DeliveryRecord.load(tmp_path / "run").root == folder
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["delivery.json"]
    landed = fetch(folder, profile, tmp_path / "run2", tmp_path / "landing")
    assert landed["delivery_sha256"] == said["delivery_sha256"]


def test_delivery_json_reads_back(folder: Path, profile: Profile, tmp_path: Path) -> None:
    received = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    fetch(folder, profile, tmp_path / "run", received_at=received)
    record = DeliveryRecord.load(tmp_path / "run")
    assert record.received_at == received
    assert record.as_of.isoformat() == "2026-11-20"  # the day of the extract, in Vietnam
    assert [part.epsg for part in record.parts] == [9209, 9211]
    plain = json.loads((tmp_path / "run" / "delivery.json").read_text(encoding="utf-8"))
    assert plain["complete_for"] == ["00691"]


def test_a_single_shapefile_travels_with_its_other_files(
    shapefile: Write, profile: Profile, tmp_path: Path
) -> None:
    path = shapefile(strip(2), "in/thua_dat.shp")
    shapefile(strip(2), "in/thua_dat_khac.shp")
    fetch(path, profile, tmp_path / "run", tmp_path / "landing")
    names = {file.name for file in DeliveryRecord.load(tmp_path / "run").files}
    assert names == {f"thua_dat.{suffix}" for suffix in ("shp", "shx", "dbf", "prj", "cpg")}


def test_a_failed_fetch_leaves_no_document(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(UsageError):
        fetch(tmp_path / "nowhere", profile, tmp_path / "run", tmp_path / "landing")
    assert not (tmp_path / "run").exists()


def inbox(tmp_path: Path, names: list[str]) -> Path:
    """Deliveries in inbox/08 that arrived in the order of `names`."""
    for hour, name in enumerate(names):
        path = tmp_path / "inbox" / "08" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (hour * 3600, hour * 3600))
    return tmp_path / "inbox"


def test_the_newest_delivery_is_taken_when_no_name_is_given(tmp_path: Path) -> None:
    root = inbox(
        tmp_path, ["goi/thua_dat.gpkg", "a.gpkg", "goi/delivery.toml", "b.gpkg.part", ".c.gpkg", "readme.txt"]
    )
    assert newest_in_inbox(root, "08") == root / "08" / "goi"
    for blank in (None, "", "  "):
        assert resolve_in_inbox(root, "08", blank) == root / "08" / "goi"
    assert resolve_in_inbox(root, "08", "a.gpkg") == root / "08" / "a.gpkg"


@pytest.mark.parametrize(
    "name", ["../01/a.gpkg", "/etc/passwd", "..", ".", "a.gpkg/../../01/a.gpkg", "link.gpkg", "nowhere.gpkg"]
)
def test_a_name_resolves_only_inside_the_province_own_inbox(tmp_path: Path, name: str) -> None:
    root = inbox(tmp_path, ["a.gpkg", "../01/a.gpkg"])
    (root / "08" / "link.gpkg").symlink_to(root / "01" / "a.gpkg")
    with pytest.raises(UsageError) as caught:
        resolve_in_inbox(root, "08", name)
    assert caught.value.code == "INBOX-NAME"


def test_an_empty_inbox_says_so(tmp_path: Path) -> None:
    assert newest_in_inbox(tmp_path, "08") is None
    with pytest.raises(UsageError) as caught:
        resolve_in_inbox(tmp_path, "08", None)
    assert caught.value.code == "INBOX-EMPTY"
    with pytest.raises(UsageError):
        resolve_in_inbox(tmp_path, "../08", None)
