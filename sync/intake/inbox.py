"""The inbox: `inbox/NN/` holds what province NN has put there. A name given in a form resolves inside it, or not at all."""

from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.declared.names import find_below
from sync.declared.paths import is_too_long, leaves_its_folder
from sync.declared.profile import refuse_other_than_a_code
from sync.intake.archives import is_archive
from sync.intake.listing import entries_below, is_file
from sync.intake.sources import is_source

_SHOWN = 80  # characters of a name in a sentence
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")  # what copying programs call a file not yet whole


def resolve_in_inbox(inbox_root: Path, province: str, name: str | None) -> Path:
    """The delivery of that name in the province's inbox, or the newest one when the name is blank.

    Raises UsageError: INBOX-EMPTY when there is none, INBOX-NAME when the name leads elsewhere or to nothing.
    """
    folder = _folder(inbox_root, province)
    if name is None or not name.strip():
        newest = newest_in_inbox(inbox_root, province)
        if newest is None:
            raise UsageError(
                "INBOX-EMPTY",
                Bilingual(
                    f"Hộp nhận của tỉnh {province} chưa có gói dữ liệu nào ({folder}).",
                    f"The inbox of province {province} holds no delivery ({folder}).",
                ),
                Bilingual(
                    "Hãy chép tệp GeoPackage hoặc thư mục có delivery.toml vào đó.",
                    "Put a GeoPackage or a folder with a delivery.toml there.",
                ),
            )
        return newest
    return _named(folder, province, name.strip())


def newest_in_inbox(inbox_root: Path, province: str) -> Path | None:
    """The delivery that arrived last in the province's inbox; None when it holds none."""
    folder = _folder(inbox_root, province)
    if not folder.is_dir():
        return None
    arrived = [(when, path) for path in folder.iterdir() if (when := _arrival(path)) is not None]
    return max(arrived, key=lambda item: (item[0], item[1].name))[1] if arrived else None


def _folder(inbox_root: Path, province: str) -> Path:
    refuse_other_than_a_code(province)
    return inbox_root / province


def _named(folder: Path, province: str, name: str) -> Path:
    path = folder / (name if is_too_long(name) else find_below(folder, name) or name)
    if leaves_its_folder(name) or is_too_long(name) or not _lies_in(path, folder):
        shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
        raise UsageError(
            "INBOX-NAME",
            Bilingual(
                f"Không có gói dữ liệu «{shown}» trong hộp nhận của tỉnh {province}.",
                f"There is no delivery “{shown}” in the inbox of province {province}.",
            ),
            Bilingual(
                f"Chỉ nhận tên tệp hoặc thư mục nằm trong {folder}.",
                f"Only names of files or folders inside {folder} are taken.",
            ),
        )
    return path


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether there is something at `path` that is below `folder`; not at the end of links that go round, or too long."""
    try:
        there, root = path.resolve(strict=True), folder.resolve()
    except (OSError, RuntimeError):
        return False
    return there != root and there.is_relative_to(root)


def _arrival(path: Path) -> int | None:
    """When a delivery arrived: the time of its last file, in nanoseconds; None for what is no delivery."""
    if path.name.startswith((".", "~")) or path.is_symlink() or path.suffix.lower() in _UNFINISHED:
        return None
    try:
        if not path.is_dir():
            return path.stat().st_mtime_ns if is_source(path) or is_archive(path.name) else None
        return max(
            (entry.stat().st_mtime_ns for _, entry in entries_below(path) if is_file(entry)), default=None
        )
    except OSError:  # it went away, or is too deep: told when it is named
        return None
    except DeliveryRejected:
        return path.stat().st_mtime_ns  # told when it is read
