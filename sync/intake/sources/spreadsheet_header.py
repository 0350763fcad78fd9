"""Where in a sheet the header is, and what its columns are called.

A row is given as column, from 0 → value; rows by their number, from 1, as Excel counts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

from parcels.text import clean_text
from sync.intake.sources.xlsx_sheet import Merge, Value

LOOK = 60  # rows in which the header is looked for
ABOVE = 3  # rows above it from which merged headings are taken
LONGEST = 300  # characters of a heading; what is longer is none
_HAS_LETTER = re.compile(r"[^\W\d_]")
_NUMBERING = re.compile(r"\(?\s*(\d{1,3})\s*\)?$")
TopRow = dict[int, Value]
Top = dict[int, TopRow]


def header_row(top: Top, has: tuple[str, ...], data_row: int | None = None) -> int | None:
    """The header's row: the one that has these texts; else above the row that counts the columns; else by its texts.

    data_row  where a form has its first data: then the last row above it that holds words, and no number as data do
    """
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
    if data_row is not None:
        return max((at for at, row in top.items() if at < data_row and _is_worded(row)), default=None)
    most = max((len(row) for row in texts.values()), default=0)
    if most < 2:
        return None
    at = next(number for number in sorted(texts) if len(texts[number]) == most)
    while _is_below(top[at], top.get(at + 1, {})):
        at += 1
    return at


def _is_worded(row: TopRow) -> bool:
    """Whether a row has words in two columns and in none a number or a day, as a row of data has somewhere."""
    values = [value for value in row.values() if value is not None]
    return len(values) >= 2 and all(isinstance(value, str) and _HAS_LETTER.search(value) for value in values)


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
    return clean_text(" ".join(value.split()))


def _texts(row: TopRow) -> int:
    return sum(bool(_heading(value)) for value in row.values())


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def headings(top: Top, at: int) -> dict[int, str]:
    """The headings by column: of the header's row, and where it has none, of the nearest row above that has."""
    found: dict[int, str] = {}
    for number in range(at, max(0, at - ABOVE - 1), -1):
        row = top.get(number, {})
        if number != at and _texts(row) < 2:
            break  # a title, no heading
        for column, value in row.items():
            text = _heading(value)
            if text:
                found.setdefault(column, text)
    return unique(found)


def merged_above(top: Top, at: int, columns: Iterable[int], merges: list[Merge]) -> dict[int, str]:
    """The headings of columns, each after those that are merged above it; a range over half of the header is a title."""
    half = (max((max(row, default=0) for row in top.values()), default=0) + 1) / 2
    narrow = sorted((each for each in merges if each.right - each.left < half), key=lambda each: each.left)
    said: dict[int, list[str]] = {column: [] for column in columns}
    titles = {(each.top, each.left) for each in merges if each.right - each.left >= half}
    for number in range(max(1, at - ABOVE), at + 1):
        if number != at and _texts(top.get(number, {})) < 2:
            continue  # a title
        here = [each for each in narrow if each.top <= number <= each.bottom]
        begins = [each.left for each in here]
        for column, texts in said.items():
            last = bisect_right(begins, column) - 1
            inside = last >= 0 and column <= here[last].right
            row, place = (here[last].top, here[last].left) if inside else (number, column)
            text = "" if (row, place) in titles else _heading(top.get(row, {}).get(place))
            if text and text not in texts:
                texts.append(text)
    return {column: " / ".join(texts) for column, texts in said.items()}


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
