"""Names that others gave: which of them stay inside the folder they are relative to."""

from pathlib import PurePosixPath, PureWindowsPath


def leaves_its_folder(name: str) -> bool:
    """Whether a relative name, on Windows or elsewhere, is absolute, climbs up or has an unprintable mark."""
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    return (
        "\\" in name
        or bool(windows.drive or windows.root)
        or posix.is_absolute()
        or ".." in posix.parts
        or not name.isprintable()
    )
