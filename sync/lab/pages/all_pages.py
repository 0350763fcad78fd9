"""The list of pages, and how they are written."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sync.lab.pages import checks, columns, errors, meridians, run_folder

PAGES: Final[dict[str, Callable[[], str]]] = {
    "columns.md": columns.document,
    "checks.md": checks.document,
    "errors.md": errors.document,
    "run-folder.md": run_folder.document,
    "meridians.vi.md": meridians.document,
}


def write_pages(folder: Path) -> None:
    """Write every page into the folder of the documentation."""
    for name, document in PAGES.items():
        (folder / name).write_text(document(), encoding="utf-8", newline="\n")
