"""The files of a delivery as they lie on disk: their names, before anything is opened.

Links, pipes and devices are refused; hidden files are no part of a delivery.
"""

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.intake.archives import is_archive, refuse_other_archives
from sync.intake.sources import is_source, source_of
from sync.intake.sources.base import local_path

MAX_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Listing:
    """What was handed over.

    root    the folder that the names in `files` are relative to
    files   every file, sorted, forward slashes; archives as they came
    single  the one data file that was handed over instead of a folder; None for a folder or an archive
    """

    root: Path
    files: tuple[str, ...]
    single: str | None = None

    @property
    def archives(self) -> tuple[str, ...]:
        """The names in `files` that must be unpacked to be read."""
        return tuple(name for name in self.files if is_archive(name))


def list_files(path: Path) -> Listing:
    """The files at `path`: a data file with what belongs to it, an archive, or a folder.

    Raises UsageError (DLV-NOT-FOUND) or DeliveryRejected.
    """
    if path.is_symlink():
        raise _link(path.name)
    if path.is_dir() and not is_source(path, folder=True):
        return Listing(path, tuple(sorted(walk(path))))
    if not path.exists():
        raise UsageError(
            "DLV-NOT-FOUND",
            Bilingual(f"Không tìm thấy gói dữ liệu «{path}».", f"There is no delivery at “{path}”."),
            Bilingual("Hãy kiểm tra đường dẫn.", "Check the path."),
        )
    if is_archive(path.name):
        _refuse_special((path,))
        return Listing(path.parent, (path.name,))
    refuse_other_archives((path.name,))
    members = source_of(path).members(path)
    _refuse_special(members)
    names = sorted(member.relative_to(path.parent).as_posix() for member in members)
    return Listing(path.parent, tuple(names), path.name)


def walk(folder: Path) -> Iterator[str]:
    """Every file below `folder`, hidden ones aside; refuses what is not an ordinary file."""
    found = 0
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise _link(name)
        if any(part.startswith(".") for part in path.relative_to(folder).parts) or path.is_dir():
            continue
        _refuse_special((path,))
        found += 1
        if found > MAX_FILES:
            raise DeliveryRejected(
                "DLV-TOO-MANY-FILES",
                Bilingual(
                    f"Thư mục «{folder.name}» có hơn {MAX_FILES} tệp.",
                    f"The folder “{folder.name}” holds more than {MAX_FILES} files.",
                ),
                Bilingual("Hãy chỉ gửi tệp của gói dữ liệu.", "Send the delivery's own files only."),
            )
        yield name


def sources_among(files: Iterable[str]) -> Iterator[str]:
    """The names among `files` that are main files of a source; a folder that is one source (.gdb) once, itself."""
    seen: set[str] = set()
    present = set(files)
    for name in sorted(present):
        path = PurePosixPath(name)
        folder = next((up for up in reversed(path.parents) if is_source(Path(up), folder=True)), None)
        if folder is None and is_source(Path(name)) and not _belongs_to_another(path, present):
            yield name
        elif folder is not None and str(folder) not in seen:
            seen.add(str(folder))
            yield str(folder)


def _belongs_to_another(path: PurePosixPath, present: set[str]) -> bool:
    """Whether a file only describes another one: `thua.shp.xml` beside `thua.shp`."""
    stems = [path.name[:at] for at, mark in enumerate(path.name) if mark == "." and at]
    return any(is_source(Path(stem)) and str(path.with_name(stem)) in present for stem in stems)


def _refuse_special(paths: tuple[Path, ...]) -> None:
    """Refuse links, pipes and devices, and names that GDAL would not take as they are."""
    for path in paths:
        if path.is_symlink():
            raise _link(path.name)
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DeliveryRejected(
                "DLV-NOT-A-FILE",
                Bilingual(
                    f"«{path.name}» không phải là tệp thường.", f"“{path.name}” is not an ordinary file."
                ),
                Bilingual("Hãy bỏ nó khỏi gói dữ liệu.", "Remove it from the delivery."),
            )
        if not path.name.isprintable():
            raise DeliveryRejected(
                "DLV-NAME",
                Bilingual("Tên tệp có ký tự điều khiển.", "A file's name has control characters."),
                Bilingual("Hãy đổi tên tệp.", "Rename the file."),
            )
        local_path(Path("/") / path.name)


def _link(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-SYMLINK",
        Bilingual(
            f"«{name}» là liên kết tượng trưng, không phải tệp.", f"“{name}” is a symbolic link, not a file."
        ),
        Bilingual("Hãy gửi chính tệp đó.", "Send the file itself."),
    )
