"""What an office can send to the centre: the figures as JSON, and one page that a person reads before sending them."""

import json
from pathlib import Path
from typing import Any

from sync.fingerprint.words import of_one, of_two
from sync.report.rendering import rendered

JSON, PAGE = "fingerprint.json", "fingerprint.html"


def write(document: dict[str, Any], folder: Path) -> None:
    """Both files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JSON).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sections = [("A", list(of_one(document["a"])))]
    if document["b"] is not None:
        sections += [("B", list(of_one(document["b"]))), ("A → B", list(of_two(document["a_to_b"])))]
    facts = {"province": document["province"], "sections": sections}
    (folder / PAGE).write_text(rendered("sync.fingerprint", "fingerprint.html", facts), encoding="utf-8")
