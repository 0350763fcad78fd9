"""Archives that want to harm: each is refused as a whole, with a sentence, and leaves nothing behind."""

import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from sync.intake.archives import Limits, unpack_all
from sync.intake.archives.limits import Budget
from sync.intake.archives.names import Names
from sync.intake.fetch import fetch
from tests.support.strip import profile_of

MIB = 1 << 20
SMALL = Limits(total=8 * MIB, ratio=20, ratio_free=MIB, members=50, depth=2)


def refused(path: Path, limits: Limits | None = None) -> str:
    """The code with which an archive is refused; nothing of it is left, inside its folder or beside it."""
    top = path.parent
    before = {entry: entry.read_bytes() for entry in top.rglob("*") if entry.is_file()}
    with pytest.raises(DeliveryRejected) as raised:
        unpack_all(top, [path.name], top / "run" / "unpacked", limits)
    after = {entry: entry.read_bytes() for entry in top.rglob("*") if entry.is_file()}
    assert after == before
    assert not list((top / "run").iterdir())
    assert raised.value.message.vi != raised.value.message.en
    assert path.name in raised.value.message.vi
    assert path.name in raised.value.message.en
    return raised.value.code


def a_zip(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return path


def a_tar(path: Path, *members: tarfile.TarInfo, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as made:  # type: ignore[call-overload]
        for member in members:
            made.addfile(member, io.BytesIO(bytes(member.size)))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, **changes: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in changes.items():
        setattr(info, key, value)
    return info


LEADING_ELSEWHERE = [
    "../x.gpkg",
    "a/../../x",
    "/etc/passwd",
    "C:/x",
    "c:x",
    "\\\\server\\share\\x",
    "..\\..\\x",
    "a\nb",
    "x:y",
]


@pytest.mark.parametrize("name", LEADING_ELSEWHERE)
def test_no_name_in_a_zip_leads_out_of_its_folder(name: str, tmp_path: Path) -> None:
    assert refused(a_zip(tmp_path / "x.zip", ("a.txt", b"a"), (name, b"evil"))) == "DLV-ARCHIVE-NAME"


@pytest.mark.parametrize("name", [name for name in LEADING_ELSEWHERE if "\\" not in name])
def test_no_name_in_a_tar_leads_out_of_its_folder(name: str, tmp_path: Path) -> None:
    assert refused(a_tar(tmp_path / "x.tar.gz", member("a"), member(name))) == "DLV-ARCHIVE-NAME"


@pytest.mark.parametrize("name", ["x" * 300 + ".gpkg", "ắ" * 100 + ".gpkg", "a/" * 600 + "x"])
def test_names_too_long_for_a_disk_are_refused(name: str, tmp_path: Path) -> None:
    assert refused(a_zip(tmp_path / "x.zip", (name, b""))) == "DLV-ARCHIVE-NAME"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.shp", "a.shp"),
        ("a.shp", "A.SHP"),
        ("thửa.shp", "thửa.shp"),
        ("a.shp", "a.shp."),
        ("a", "a/b"),
        ("a/b", "A"),
    ],
)
def test_two_entries_that_a_disk_takes_for_one_are_refused(first: str, second: str, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name") if first == second else _nothing():
        path = a_zip(tmp_path / "x.zip", (first, b"1"), (second, b"2"))
    assert refused(path) == "DLV-ARCHIVE-TWICE"


class _nothing:  # noqa: N801 - a context, like those of pytest
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_zip_with_a_link_or_a_device_is_refused(kind: int, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.gpkg")
    info.external_attr = (kind | 0o777) << 16
    assert refused(a_zip(tmp_path / "x.zip", (info, b"/etc/passwd"))) == "DLV-ARCHIVE-LINK"


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.GNUTYPE_SPARSE,
    ],
)
def test_a_tar_with_a_link_or_a_device_is_refused(kind: bytes, tmp_path: Path) -> None:
    path = a_tar(tmp_path / "x.tar", member("a.gpkg", kind, linkname="/etc/passwd"), mode="w")
    assert refused(path) in {"DLV-ARCHIVE-LINK", "DLV-ARCHIVE-CORRUPT"}


def test_a_zip_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    bomb = a_zip(tmp_path / "x.zip", ("a.gpkg", bytes(64 * MIB)))
    assert bomb.stat().st_size < MIB
    assert refused(bomb, SMALL) == "DLV-ARCHIVE-RATIO"
    assert refused(bomb, Limits(total=8 * MIB, ratio=10**6)) == "DLV-ARCHIVE-SIZE"
    assert refused(a_zip(tmp_path / "big.zip", ("a.gpkg", bytes(200 * MIB)))) == "DLV-ARCHIVE-RATIO"


def test_a_bomb_in_a_bomb_counts_against_the_outer_one(tmp_path: Path) -> None:
    inner = a_zip(tmp_path / "inner.zip", *((f"{n}.bin", bytes(MIB)) for n in range(16))).read_bytes()
    outer = a_zip(tmp_path / "outer.zip", *((f"{n}.zip", inner) for n in range(20)))
    assert refused(outer, Limits(total=64 * MIB, ratio=10**6)) == "DLV-ARCHIVE-SIZE"


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2"])
def test_a_tar_bomb_is_stopped_while_it_unpacks(mode: str, tmp_path: Path) -> None:
    name = "x.tar." + mode[2:]
    assert (
        refused(a_tar(tmp_path / name, member("a", size=64 * MIB), mode=mode), SMALL) == "DLV-ARCHIVE-RATIO"
    )


def test_a_stated_size_is_not_believed(tmp_path: Path) -> None:
    """The directory says ten bytes, the entry holds 64 MiB."""
    path = a_zip(tmp_path / "x.zip", ("a.gpkg", bytes(64 * MIB)))
    stated = (64 * MIB).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(stated, (10).to_bytes(4, "little")))
    assert refused(path, SMALL) in {"DLV-ARCHIVE-RATIO", "DLV-ARCHIVE-CORRUPT"}


def test_entries_that_share_their_bytes_are_no_way_round(tmp_path: Path) -> None:
    """Many directory entries for one body: the quine-like bombs."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(4 * MIB)) + kernel.flush()
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("0.bin", bytes(4 * MIB))
        first = made.filelist[0]
        for number in range(1, 40):
            copy = zipfile.ZipInfo("0.bin")
            for slot in (
                "compress_type",
                "CRC",
                "compress_size",
                "file_size",
                "header_offset",
                "external_attr",
            ):
                setattr(copy, slot, getattr(first, slot))
            copy.filename = f"{number}.bin"
            made.filelist.append(copy)
    assert len(body) < path.stat().st_size < MIB
    assert refused(path, SMALL) in {"DLV-ARCHIVE-RATIO", "DLV-ARCHIVE-CORRUPT", "DLV-ARCHIVE-SIZE"}


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_too_many_entries_are_refused(name: str, tmp_path: Path) -> None:
    many = [f"{number}.txt" for number in range(60)]
    if name.endswith(".zip"):
        path = a_zip(tmp_path / name, *((entry, b"") for entry in many))
    else:
        path = a_tar(tmp_path / name, *(member(entry) for entry in many))
    assert refused(path, SMALL) == "DLV-ARCHIVE-COUNT"


def test_an_endless_directory_is_not_even_read(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "x.zip", ("a", b""))
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(path) == "DLV-ARCHIVE-COUNT"


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    content = a_zip(tmp_path / "0.zip", ("a.txt", b"a")).read_bytes()
    for level in range(1, 5):
        content = a_zip(tmp_path / f"{level}.zip", ("x.zip", content)).read_bytes()
    assert refused(tmp_path / "4.zip") == "DLV-ARCHIVE-DEPTH"


def test_a_password_is_said_to_be_one(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "x.zip", ("a.gpkg", b"abc"))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == "DLV-ARCHIVE-ENCRYPTED"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_method_is_refused_with_what_to_do(method: int, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as made:
        made.writestr("a.gpkg", b"abc" * 1000)
    assert refused(tmp_path / "x.zip") == "DLV-ARCHIVE-METHOD"


@pytest.mark.parametrize("name", ["x.7z", "x.rar", "x.tar.xz"])
def test_other_archives_are_recognised_and_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"7z\xbc\xaf'\x1c")
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(DeliveryRejected) as raised:
            fetch(path, profile_of(), tmp_path.parent / "run")
        assert raised.value.code == "DLV-ARCHIVE-KIND"


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tar.bz2"])
@pytest.mark.parametrize("damage", ["cut", "half", "flip", "empty", "noise"])
def test_a_damaged_archive_is_refused(name: str, damage: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content = bytes(range(256)) * 400
    if name.endswith(".zip"):
        a_zip(path, ("a.bin", content))
    else:
        with tarfile.open(path, "w" + {"x.tar": "", "x.tar.gz": ":gz", "x.tar.bz2": ":bz2"}[name]) as made:  # type: ignore[call-overload]
            made.addfile(member("a.bin", size=len(content)), io.BytesIO(content))
    whole = path.read_bytes()
    damaged: dict[str, Callable[[], bytes]] = {
        "cut": lambda: whole[: len(whole) * 9 // 10] if name != "x.tar" else whole[: 512 + 512 * 200],
        "half": lambda: whole[: len(whole) // 2],
        "flip": lambda: whole[:80] + bytes([whole[80] ^ 0xFF]) + whole[81:],
        "empty": lambda: b"",
        "noise": lambda: bytes(7919 * n % 256 for n in range(4096)),
    }
    path.write_bytes(damaged[damage]())
    assert refused(path) in {"DLV-ARCHIVE-CORRUPT", "DLV-EMPTY-FILE", "DLV-ARCHIVE-NAME", "DLV-ARCHIVE-LINK"}


def test_a_header_that_asks_for_gigabytes_is_not_believed(tmp_path: Path) -> None:
    """A header of attributes of two gigabytes: tarfile would read it into memory in one go."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2 << 30
    path = tmp_path / "x.tar"
    path.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1 << 20))
    assert refused(path) == "DLV-ARCHIVE-CORRUPT"


def test_a_negative_size_is_no_endless_loop(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.size = 0
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + (-1024 & 0xFFFF).to_bytes(2, "big")
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "x.tar"
    path.write_bytes(bytes(header) * 3 + bytes(2048))
    assert refused(path) == "DLV-ARCHIVE-CORRUPT"


def test_what_was_unpacked_before_stays_when_a_new_archive_is_refused(tmp_path: Path) -> None:
    good = a_zip(tmp_path / "x.zip", ("a.txt", b"good"))
    into = tmp_path / "run" / "unpacked"
    unpack_all(tmp_path, [good.name], into)
    a_zip(tmp_path / "y.zip", ("../a.txt", b"evil"))
    with pytest.raises(DeliveryRejected):
        unpack_all(tmp_path, ["x.zip", "y.zip"], into)
    assert [path.name for path in into.parent.iterdir()] == ["unpacked"]
    assert (into / "x.zip" / "a.txt").read_bytes() == b"good"


@given(st.lists(st.text(max_size=40), max_size=8))
def test_whatever_name_is_given_the_file_stays_in_its_folder(raw: list[str]) -> None:
    names = Names("x.zip", Limits())
    folder = Path("/somewhere/unpacked")
    claimed = []
    for name in raw:
        try:
            claimed.append(names.claim(name, folder=False))
        except DeliveryRejected:
            continue
    assert len({name.casefold() for name in claimed}) == len(claimed)
    for name in claimed:
        assert (folder / name).is_relative_to(folder)
        assert ".." not in Path(name).parts


@given(st.lists(st.integers(0, 100), max_size=30))
def test_a_budget_never_lets_more_through_than_its_total(sizes: list[int]) -> None:
    budget = Budget("x.zip", 10, Limits(total=300, ratio=50, ratio_free=20))
    through = 0
    for size in sizes:
        try:
            budget.take(size)
        except DeliveryRejected:
            break
        through += size
    assert through <= 300
