"""Names that others gave: which of them stay inside the folder they are relative to, and mean a file on every machine."""

import re
from pathlib import PurePosixPath, PureWindowsPath

MAX_NAME = 240  # octets of UTF-8 of one name: a disk takes 255, and a part of ours stands before some
# Windows opens its console, printers and ports under these names, whatever follows the first point.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def leaves_its_folder(name: str) -> bool:
    """Whether a relative name, on Windows or elsewhere, is absolute, climbs up, is a device or has an unprintable mark."""
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    return (
        "\\" in name
        or bool(windows.drive or windows.root)
        or posix.is_absolute()
        or ".." in posix.parts
        or not name.isprintable()
        or any(is_device(part) for part in posix.parts)
    )


def is_device(name: str) -> bool:
    """Whether Windows takes a file's name for one of its devices."""
    return _DEVICES.match(name) is not None


def is_too_long(name: str) -> bool:
    """Whether a part of a path is longer than a disk takes."""
    return any(len(part.encode(errors="replace")) > MAX_NAME for part in PurePosixPath(name).parts)
