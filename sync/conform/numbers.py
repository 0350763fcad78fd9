"""Numbers as people write them: 47,8 and 47.8 and 1.234,5.

A point or a comma stands before decimals or between thousands. Most values show it by themselves; 1.234 alone does not, so
what the other values of its column show decides, and where they show both, the value is not read. A habit may show late in
a file: then the file is read again (`MarksShown`), so that every row of it is read alike.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

POINT, COMMA = ".", ","
_OTHER: Final = {POINT: COMMA, COMMA: POINT}
Meaning = Literal["decimals", "thousands", "unclear"]
_UNCLEAR: Final = "?"  # no number: the row is told

_SIGN = r"^[+-]?"
_GROUPS = {mark: rf"{_SIGN}[1-9][0-9]{{0,2}}(\{mark}[0-9]{{3}})+" for mark in _OTHER}
# Between thousands beyond doubt: several times, or before the other mark.
_GROUPED = {
    mark: rf"{groups}\{_OTHER[mark]}[0-9]+$|{_SIGN}[1-9][0-9]{{0,2}}(\{mark}[0-9]{{3}}){{2,}}$"
    for mark, groups in _GROUPS.items()
}
_ONCE = {mark: rf"{_SIGN}[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}$" for mark in _OTHER}
_BEFORE_DECIMALS = {mark: rf"{_SIGN}[0-9]+\{mark}[0-9]+([eE][+-]?[0-9]+)?$" for mark in _OTHER}


class MarksShown(Exception):
    """A later value shows that earlier ones of its column were read otherwise than they are meant."""


@dataclass(slots=True)
class Marks:
    """What point and comma mean in one column, by the values seen so far.

    thousands, decimals  marks that were seen to mean it beyond doubt
    taken                how values that do not show it themselves were read
    """

    thousands: set[str] = field(default_factory=set)
    decimals: set[str] = field(default_factory=set)
    taken: dict[str, Meaning] = field(default_factory=dict)

    def meaning(self, mark: str) -> Meaning:
        """Of a mark before three digits that stands once in a value: as it was seen itself, else as the other leaves it."""
        between, before = mark in self.thousands, mark in self.decimals
        if between and before:
            return "unclear"
        if between or before:
            return "thousands" if between else "decimals"
        return "thousands" if _OTHER[mark] in self.decimals else "decimals"

    def plain(self, text: pa.Array) -> pa.Array:
        """Text of numbers (n,), trimmed, with a point before decimals and nothing between thousands.

        What is no number stays as it is. Raises MarksShown.
        """
        once = {mark: _matches(text, _ONCE[mark]) for mark in _OTHER}
        grouped = {mark: _matches(text, _GROUPED[mark]) for mark in _OTHER}
        for mark in _OTHER:
            if pc.any(grouped[mark]).as_py():
                self.thousands.add(mark)
            before = pc.and_not(_matches(text, _BEFORE_DECIMALS[mark]), once[mark])
            if pc.any(before).as_py():
                self.decimals.add(mark)
        for mark in _OTHER:
            text = self._read_once(text, mark, once[mark])
            bare = pc.replace_substring(text, mark, "")
            text = pc.if_else(grouped[mark], bare, text)
        return pc.replace_substring(text, COMMA, POINT)

    def _read_once(self, text: pa.Array, mark: str, once: pa.Array) -> pa.Array:
        """The values with one mark before three digits, as the column's other values show them."""
        meaning = self.meaning(mark)
        if self.taken.get(mark, meaning) != meaning:
            raise MarksShown
        if not pc.any(once).as_py():
            return text
        self.taken[mark] = meaning
        if meaning == "decimals":
            return text
        read = _UNCLEAR if meaning == "unclear" else pc.replace_substring(text, mark, "")
        return pc.if_else(once, read, text)


@dataclass(slots=True)
class Habits:
    """The marks of every column of a delivery, over all its parts and lists, by part number and canonical name."""

    of: defaultdict[tuple[int, str], Marks] = field(default_factory=lambda: defaultdict(Marks))

    def read_again(self) -> None:
        """What was shown stays known; nothing was read yet."""
        for marks in self.of.values():
            marks.taken.clear()


def _matches(text: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(text, pattern), False)
