"""The files of a delivery as they lie on disk: their names, before anything is opened.

Links, pipes and devices are refused; hidden files are no part of a delivery.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.declared.names import name_key
from sync.declared.paths import is_device
from sync.intake.archives import is_archive, refuse_other_archives
from sync.intake.sources import is_source, source_of
from sync.intake.sources.base import local_path

MAX_FILES = 10_000
MAX_ENTRIES = 4 * MAX_FILES  # folders and hidden files too
MAX_DEPTH, MAX_PATH = 40, 1_000
_SHOWN = 200  # characters of a path in a sentence


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
    try:
        found = path.lstat()
        folder = stat.S_ISDIR(found.st_mode)
    except (OSError, ValueError) as failure:  # nothing there, links that go round, a name that no disk takes
        raise _not_found(path) from failure
    if stat.S_ISLNK(found.st_mode):
        raise _link(path.name)
    if folder and not is_source(path, folder=True):
        return Listing(path, tuple(sorted(walk(path))))
    if folder:
        return Listing(path.parent, tuple(sorted(f"{path.name}/{name}" for name in walk(path))), path.name)
    refuse_special(path.parent, path.name, found)
    if is_archive(path.name):
        return Listing(path.parent, (path.name,))
    refuse_other_archives((path.name,))
    members = source_of(path).members(path)
    for member in members[1:]:
        refuse_special(path.parent, member.name, member.lstat())
    names = sorted(member.relative_to(path.parent).as_posix() for member in members)
    return Listing(path.parent, tuple(names), path.name)


def walk(folder: Path) -> Iterator[str]:
    """Every file below `folder`, hidden ones aside; refuses what is not an ordinary file, or cannot be looked at."""
    found = 0
    for name, entry in entries_below(folder):
        if any(part.startswith(".") for part in name.split("/")):
            continue
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            continue
        refuse_special(folder, name, status)
        found += 1
        if found > MAX_FILES:
            raise _too_many(folder.name)
        yield name


def entries_below(folder: Path) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Everything below a folder with its relative name, links not followed. Raises DeliveryRejected.

    A folder that cannot be opened is refused and not passed over: what lies in it would be lost without a word.
    """
    waiting, seen = [""], 0
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(folder / above) as entries:
                for entry in entries:
                    name = f"{above}{entry.name}"
                    seen += 1
                    if seen > MAX_ENTRIES:
                        raise _too_many(folder.name)
                    if name.count("/") >= MAX_DEPTH or len(os.fsencode(name)) > MAX_PATH:
                        raise _too_deep(folder.name)
                    yield name, entry
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{name}/")
        except OSError as failure:
            raise unreadable(above.rstrip("/") or folder.name, failure) from failure


def is_file(entry: "os.DirEntry[str]") -> bool:
    """Whether it is an ordinary file, no link to one."""
    return entry.is_file(follow_symlinks=False)


def sources_among(files: Iterable[str]) -> Iterator[str]:
    """The names among `files` that are main files of a source; a folder that is one source (.gdb) once, itself."""
    seen: set[str] = set()
    present = set(files)
    keys = {name_key(name) for name in present}
    for name in sorted(present):
        path = PurePosixPath(name)
        folder = next((up for up in reversed(path.parents) if is_source(Path(up), folder=True)), None)
        if folder is None and is_source(Path(name)) and not _belongs_to_another(path, keys):
            yield name
        elif folder is not None and str(folder) not in seen:
            seen.add(str(folder))
            yield str(folder)


def _belongs_to_another(path: PurePosixPath, keys: set[str]) -> bool:
    """Whether a file only describes another one: `thua.shp.xml` beside `thua.shp` or `THUA.SHP`."""
    stems = [path.name[:at] for at, mark in enumerate(path.name) if mark == "." and at]
    return any(is_source(Path(stem)) and name_key(str(path.with_name(stem))) in keys for stem in stems)


def refuse_special(folder: Path, name: str, status: os.stat_result) -> None:
    """Refuse links, pipes and devices, and names that GDAL or a disk of Windows would not take as they are."""
    if stat.S_ISLNK(status.st_mode):
        raise _link(name)
    if not stat.S_ISREG(status.st_mode):
        raise DeliveryRejected(
            "DLV-NOT-A-FILE",
            Bilingual(f"«{name}» không phải là tệp thường.", f"“{name}” is not an ordinary file."),
            Bilingual("Hãy bỏ nó khỏi gói dữ liệu.", "Remove it from the delivery."),
        )
    if not name.isprintable():
        raise DeliveryRejected(
            "DLV-NAME",
            Bilingual("Tên tệp có ký tự điều khiển.", "A file's name has control characters."),
            Bilingual("Hãy đổi tên tệp.", "Rename the file."),
        )
    if any(is_device(part) for part in name.split("/")):
        raise DeliveryRejected(
            "DLV-NAME",
            Bilingual(
                f"«{name}» là tên thiết bị của Windows (CON, AUX, NUL …), không dùng làm tên tệp được.",
                f"“{name}” is the name of a device on Windows (CON, AUX, NUL …), not of a file.",
            ),
            Bilingual("Hãy đổi tên tệp.", "Rename the file."),
        )
    local_path(Path("/") / name)
    if not os.access(folder / name, os.R_OK):
        raise unreadable(name, None)


def unreadable(name: str, failure: OSError | None) -> DeliveryRejected:
    """A file or folder that exists and that nobody lets us read."""
    why = f" ({failure.strerror})" if failure is not None and failure.strerror else ""
    return DeliveryRejected(
        "DLV-NOT-READABLE",
        Bilingual(f"Không mở được «{name}»{why}.", f"“{name}” cannot be opened{why}."),
        Bilingual(
            "Hãy kiểm tra quyền đọc của tệp và thư mục, đóng chương trình đang giữ tệp, rồi gửi lại.",
            "Check the right to read files and folders, close the program that holds the file, and send it again.",
        ),
    )


def _not_found(path: Path) -> UsageError:
    text = str(path)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return UsageError(
        "DLV-NOT-FOUND",
        Bilingual(f"Không tìm thấy gói dữ liệu «{shown}».", f"There is no delivery at “{shown}”."),
        Bilingual("Hãy kiểm tra đường dẫn.", "Check the path."),
    )


def _too_many(folder: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TOO-MANY-FILES",
        Bilingual(
            f"Thư mục «{folder}» có hơn {MAX_FILES} tệp.",
            f"The folder “{folder}” holds more than {MAX_FILES} files.",
        ),
        Bilingual("Hãy chỉ gửi tệp của gói dữ liệu.", "Send the delivery's own files only."),
    )


def _too_deep(folder: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TOO-DEEP",
        Bilingual(
            f"Thư mục «{folder}» có hơn {MAX_DEPTH} cấp thư mục con, hoặc đường dẫn dài hơn {MAX_PATH} byte.",
            f"The folder “{folder}” is more than {MAX_DEPTH} levels deep, or has a path of more than {MAX_PATH} bytes.",
        ),
        Bilingual("Hãy đưa các tệp lên gần thư mục ngoài cùng.", "Move the files nearer to the top."),
    )


def _link(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-SYMLINK",
        Bilingual(
            f"«{name}» là liên kết tượng trưng, không phải tệp.", f"“{name}” is a symbolic link, not a file."
        ),
        Bilingual("Hãy gửi chính tệp đó.", "Send the file itself."),
    )
