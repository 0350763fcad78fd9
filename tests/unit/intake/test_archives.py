"""A delivery that comes packed is unpacked and read like a folder; the archive itself is the evidence."""

import hashlib
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from parcels.errors import DeliveryRejected, UsageError
from sync.conform import conform
from sync.declared.profile import Profile, load_profile
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.snapshot import part_paths, read_part
from sync.intake.archives import UNPACKED, is_archive
from sync.intake.fetch import fetch
from sync.intake.inbox import newest_in_inbox, resolve_in_inbox
from tests.support.formats import EVERY
from tests.support.strip import COMMUNE, LAYER, PROVINCE, profile_of, strip
from tests.support.tiny import tiny

Write = Callable[..., Path]
TOML = f'province = "{PROVINCE}"\ncomplete_for = ["{COMMUNE}"]\n'


def zipped(target: Path, *files: Path, inside: str = "") -> Path:
    """A zip of files, each under its own name below `inside`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for file in files:
            made.write(file, inside + file.name)
    return target


def rows(path: Path, profile: Profile, run: Path, landing: Path | None = None) -> pa.Table:
    """The snapshot of a delivery in the order of its rows."""
    fetch(path, profile, run, landing)
    conform(run, profile)
    return pa.concat_tables(read_part(part) for part in part_paths(run).values()).sort_by("row_no")


@pytest.fixture
def shape(shapefile: Write) -> list[Path]:
    """The files of a shapefile of five parcels."""
    main = shapefile(strip(5), "xa/thua.shp")
    return sorted(main.parent.iterdir())


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("x.zip", True), ("X.ZIP", True), ("x.gdb.zip", True), ("x.tar", True), ("x.tar.gz", True), ("x.tgz", True),
        ("x.tar.bz2", True), ("x.gz", False), ("x.xlsx", False), ("x.gpkg", False), ("zip", False),
    ],
)  # fmt: skip
def test_an_archive_is_known_by_its_name(name: str, archive: bool) -> None:
    assert is_archive(name) == archive


@pytest.mark.parametrize("inside", ["", "thu muc/", "Thư mục/bên trong/"])
def test_a_zipped_shapefile_gives_the_rows_of_the_shapefile(
    shape: list[Path], inside: str, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "goi.zip", *shape, inside=inside)
    packed = rows(archive, profile_of(), tmp_path / "packed", tmp_path / "landing")
    plain = rows(shape[0].with_name("thua.shp"), profile_of(), tmp_path / "plain")
    assert packed.equals(plain)
    part = Conformed.load(tmp_path / "packed").parts[0]
    assert (part.file, part.archive) == (f"goi.zip/{inside}thua.shp", "goi.zip")


def test_the_archive_as_delivered_is_what_landing_keeps(shape: list[Path], tmp_path: Path) -> None:
    archive = zipped(tmp_path / "goi.zip", *shape)
    fetch(archive, profile_of(), tmp_path / "run", tmp_path / "landing")
    record = DeliveryRecord.load(tmp_path / "run")
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert [(file.name, file.sha256) for file in record.files] == [("goi.zip", sha256)]
    assert {path.name for path in record.root.iterdir()} == {"goi.zip"}
    assert record.path_of("goi.zip/thua.shp") == tmp_path / "run" / UNPACKED / "goi.zip" / "thua.shp"


def test_offline_nothing_is_written_beside_the_archive(shape: list[Path], tmp_path: Path) -> None:
    (tmp_path / "gui").mkdir()
    archive = zipped(tmp_path / "gui" / "goi.zip", *shape)
    rows(archive, profile_of(), tmp_path / "run")
    assert [path.name for path in archive.parent.iterdir()] == ["goi.zip"]


@pytest.mark.parametrize(
    ("name", "mode"), [("g.tar", "w"), ("g.tar.gz", "w:gz"), ("g.tgz", "w:gz"), ("g.tar.bz2", "w:bz2")]
)
def test_a_tar_is_read_whatever_packs_it(shape: list[Path], name: str, mode: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / name, mode) as made:  # type: ignore[call-overload]
        for file in shape:
            made.add(file, f"thửa/{file.name}")
    assert rows(tmp_path / name, profile_of(), tmp_path / "run").num_rows == 5


def test_a_zip_in_a_zip_is_read(shape: list[Path], tmp_path: Path) -> None:
    inner = zipped(tmp_path / "trong.zip", *shape)
    outer = zipped(tmp_path / "ngoai.zip", inner, inside="a/")
    assert rows(outer, profile_of(), tmp_path / "run").num_rows == 5
    assert Conformed.load(tmp_path / "run").parts[0].file == "ngoai.zip/a/trong.zip/thua.shp"


def test_a_folder_may_hold_files_and_archives(gpkg: Write, tmp_path: Path) -> None:
    folder = tmp_path / "goi"
    first = gpkg(strip(3), "goi/a.gpkg")
    second = gpkg(strip(4, first=50), "khac/b.gpkg")
    zipped(folder / "b.zip", second)
    assert rows(folder, profile_of(), tmp_path / "run", tmp_path / "landing").num_rows == 7
    assert [part.archive for part in Conformed.load(tmp_path / "run").parts] == [None, "b.zip"]
    assert DeliveryRecord.load(tmp_path / "run").path_of("a.gpkg").samefile(first) or first.exists()


@pytest.mark.parametrize("inside", ["", "goi/"])
def test_a_delivery_toml_in_the_archive_speaks_for_it(gpkg: Write, inside: str, tmp_path: Path) -> None:
    data = gpkg(strip(3), "a.gpkg")
    toml = tmp_path / "delivery.toml"
    toml.write_text(TOML + '[[parts]]\nfile = "a.gpkg"\n', encoding="utf-8")
    other = gpkg(strip(2, first=70), "la.gpkg")
    archive = zipped(tmp_path / "x.zip", data, toml, other, inside=inside)
    assert rows(archive, profile_of(), tmp_path / "run").num_rows == 3
    record = DeliveryRecord.load(tmp_path / "run")
    assert record.declared
    assert record.complete_for == (COMMUNE,)
    assert record.unlisted == (f"x.zip/{inside}la.gpkg",)


def test_a_delivery_toml_may_name_an_archive_or_a_file_in_it(gpkg: Write, tmp_path: Path) -> None:
    first, second = gpkg(strip(3), "t/a.gpkg"), gpkg(strip(2, first=70), "t/b.gpkg")
    folder = tmp_path / "goi"
    folder.mkdir()
    zipped(folder / "x.zip", first, second)
    said = folder / "delivery.toml"
    said.write_text(TOML + '[[parts]]\nfile = "x.zip"\n', encoding="utf-8")
    assert rows(folder, profile_of(), tmp_path / "both").num_rows == 5
    said.write_text(TOML + '[[parts]]\nfile = "x.zip/b.gpkg"\n', encoding="utf-8")
    assert rows(folder, profile_of(), tmp_path / "one").num_rows == 2
    said.write_text(TOML + f'[[parts]]\nfile = "x.zip"\nlayer = "{LAYER}"\n', encoding="utf-8")
    with pytest.raises(DeliveryRejected) as refused:
        fetch(folder, profile_of(), tmp_path / "which")
    assert refused.value.code == "DLV-ARCHIVE-WHICH"
    said.write_text(TOML + '[[parts]]\nfile = "x.zip/c.gpkg"\n', encoding="utf-8")
    with pytest.raises(DeliveryRejected) as refused:
        fetch(folder, profile_of(), tmp_path / "missing")
    assert refused.value.code == "DLV-FILE-MISSING"


def test_several_delivery_tomls_are_not_guessed_among(gpkg: Write, tmp_path: Path) -> None:
    data = gpkg(strip(3), "a.gpkg")
    toml = tmp_path / "delivery.toml"
    toml.write_text(TOML, encoding="utf-8")
    folder = tmp_path / "goi"
    folder.mkdir()
    for name in ("x.zip", "y.zip"):
        zipped(folder / name, data, toml)
    with pytest.raises(DeliveryRejected) as refused:
        fetch(folder, profile_of(), tmp_path / "run")
    assert refused.value.code == "DLV-TOML-PLACE"


def test_names_of_old_windows_tools_arrive_in_unicode(gpkg: Write, tmp_path: Path) -> None:
    """Without the mark for UTF-8 a name is bytes of a code page; UTF-8 without the mark is common too."""
    data = gpkg(strip(2), "a.gpkg").read_bytes()
    for number, raw in enumerate(
        ("Thửa đất.gpkg".encode(), "Đâ\u0301t.gpkg".encode("cp1258"), b"thu\\muc\\a.gpkg")
    ):
        archive = tmp_path / f"{number}.zip"
        stand_in = "?" * len(raw)
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr(stand_in, data)
        archive.write_bytes(archive.read_bytes().replace(stand_in.encode(), raw))
        rows(archive, profile_of(), tmp_path / f"run{number}")
        name = Conformed.load(tmp_path / f"run{number}").parts[0].file
        assert name == f"{number}.zip/" + ("Thửa đất.gpkg", "Đất.gpkg", "thu/muc/a.gpkg")[number]


def test_what_macos_adds_is_no_data(gpkg: Write, tmp_path: Path) -> None:
    data = gpkg(strip(2), "a.gpkg")
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(data, "a.gpkg")
        made.writestr("__MACOSX/._a.gpkg", b"\0\5\x16\7")
        made.writestr(".DS_Store", b"x")
    rows(archive, profile_of(), tmp_path / "run")
    assert [part.file for part in Conformed.load(tmp_path / "run").parts] == ["x.zip/a.gpkg"]


def test_the_inbox_takes_archives(shape: list[Path], tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / PROVINCE
    inbox.mkdir(parents=True)
    archive = zipped(inbox / "goi.zip", *shape)
    assert newest_in_inbox(tmp_path / "inbox", PROVINCE) == archive
    assert resolve_in_inbox(tmp_path / "inbox", PROVINCE, "goi.zip") == archive
    with pytest.raises(UsageError):
        resolve_in_inbox(tmp_path / "inbox", PROVINCE, "goi.zip/thua.shp")


def test_fetching_again_unpacks_again(shape: list[Path], tmp_path: Path) -> None:
    archive = zipped(tmp_path / "goi.zip", *shape)
    first = rows(archive, profile_of(), tmp_path / "run", tmp_path / "landing")
    (tmp_path / "run" / UNPACKED / "goi.zip" / "thua.dbf").unlink()
    assert rows(archive, profile_of(), tmp_path / "run", tmp_path / "landing").equals(first)


def test_a_description_beside_the_data_is_no_part_of_its_own(shape: list[Path], tmp_path: Path) -> None:
    metadata = shape[0].with_name("thua.shp.xml")
    metadata.write_text("<metadata/>", encoding="utf-8")
    archive = zipped(tmp_path / "goi.zip", *shape, metadata)
    assert rows(archive, profile_of(), tmp_path / "run").num_rows == 5


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_every_format_arrives_the_same_in_an_archive(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "goi"
    folder.mkdir()
    delivered = EVERY[kind](tiny(), folder)
    archive = tmp_path / "goi.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            made.write(path, f"bên trong/{path.relative_to(folder).as_posix()}")
    plain = rows(delivered.path, delivered.profile, tmp_path / "plain")
    assert rows(archive, delivered.profile, tmp_path / "packed").equals(plain)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("fiboa/ec_ro/RO_ny.zip", "RO_ny.zip/RO/RO_ny_EC21.shp"),
        ("oakland/us-ca-oakland-excerpt.zip", "us-ca-oakland-excerpt.zip/OakParcels2013.shp"),
    ],
)
def test_real_cadastres_are_found_in_their_zips(
    shared_data: Path, file: str, parts: str, tmp_path: Path
) -> None:
    fetch(shared_data / "cadastre" / file, load_profile("01"), tmp_path / "run")
    assert [part.file for part in DeliveryRecord.load(tmp_path / "run").parts] == [parts]
    assert DeliveryRecord.load(tmp_path / "run").path_of(parts).is_file()
