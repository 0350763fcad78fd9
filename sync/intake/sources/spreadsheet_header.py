"""Where in a sheet the header is, and what its columns are called.

A row is given as column, from 0 → value; rows by their number, from 1, as Excel counts.
"""

import re
from itertools import pairwise

import pyarrow as pa

from parcels.text import clean
from sync.intake.sources.xlsx_sheet import Value

LOOK = 60  # rows in which the header is looked for
ABOVE = 3  # rows above it from which merged headings are taken
LONGEST = 300  # characters of a heading; what is longer is none
_NUMBERING = re.compile(r"\(?\s*(\d{1,3})\s*\)?$")
TopRow = dict[int, Value]
Top = dict[int, TopRow]


def header_row(top: Top, has: tuple[str, ...]) -> int | None:
    """The header's row: the one that has these texts; else above the row that counts the columns; else by its texts."""
    texts = {
        number: [text for value in row.values() if (text := _heading(value))] for number, row in top.items()
    }
    if has:
        wanted = {_fold(text) for text in has}
        return next(
            (at for at, row in sorted(texts.items()) if wanted <= {_fold(text) for text in row}), None
        )
    numbering = next((at for at in sorted(top) if at > 1 and is_numbering(top[at])), None)
    if numbering is not None:
        return numbering - 1
    most = max((len(row) for row in texts.values()), default=0)
    if most < 2:
        return None
    at = next(number for number in sorted(texts) if len(texts[number]) == most)
    while _is_below(top[at], top.get(at + 1, {})):
        at += 1
    return at


def _is_below(group: TopRow, row: TopRow) -> bool:
    """Whether a row is the second one of a header: texts only, some of them where the one above was merged."""
    if len(row) < 2 or not all(isinstance(value, str) for value in row.values()):
        return False
    last = max(group, default=-1)
    return any(column < last and column not in group for column in row)


def _heading(value: Value) -> str:
    """A heading in one line; nothing for a cell that is no text."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    return str(clean(pa.array([" ".join(value.split())]))[0].as_py() or "")


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def headings(top: Top, at: int) -> dict[int, str]:
    """The headings by column: of the header's row, and where it has none, of the nearest row above that has."""
    found: dict[int, str] = {}
    for number in range(at, max(0, at - ABOVE - 1), -1):
        row = top.get(number, {})
        if number != at and sum(bool(_heading(value)) for value in row.values()) < 2:
            break  # a title, no heading
        for column, value in row.items():
            text = _heading(value)
            if text:
                found.setdefault(column, text)
    return unique(found)


def unique(headings: dict[int, str]) -> dict[int, str]:
    """Headings that come again are counted: "Loại đất", "Loại đất (2)"."""
    seen: dict[str, int] = {}
    names: dict[int, str] = {}
    for column, text in sorted(headings.items()):
        seen[text] = seen.get(text, 0) + 1
        names[column] = text if seen[text] == 1 else f"{text} ({seen[text]})"
    return names


def is_numbering(row: TopRow) -> bool:
    """Whether a row only counts the columns, (1) (2) (3), as forms do."""
    values = [str(value).strip() for value in row.values()]
    matches = [_NUMBERING.match(value) for value in values]
    numbers = [int(match[1]) for match in matches if match]
    return len(numbers) == len(values) >= 3 and all(b - a == 1 for a, b in pairwise(numbers))
