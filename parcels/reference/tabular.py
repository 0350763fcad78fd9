"""Reading and writing the tables: CSV, UTF-8, LF, text in Normalisation Form C."""

import csv
import io
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from parcels.text import clean_text, fold_text

Rows = list[list[str]]

clean, fold = cache(clean_text), cache(fold_text)  # the same names come back row after row


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as the bytes of its file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def read_rows(path: Path) -> list[dict[str, str]]:
    """The lines of an official table by heading, each cell cleaned."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [{key: clean(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def bare_name(name: str) -> str:
    """A province's name without its kind."""
    return name.removeprefix("Thành phố ").removeprefix("Tỉnh ")
