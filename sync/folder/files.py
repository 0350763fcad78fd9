"""The working folder of a run: private, and every document in it written whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def private_folder(path: Path) -> Path:
    """The folder, made if need be with those above it, for its owner alone: deliveries hold personal data."""
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return path


def write_text(path: Path, text: str) -> None:
    """Write a file whole: under another name first, then moved into place."""
    private_folder(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON document whole; dates and the like as text."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON document of a run. Raises FileNotFoundError when its stage has not run."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
