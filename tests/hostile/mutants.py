"""Mutated files, made in code from a seed: the same number gives the same file."""

import random
import unicodedata
from collections.abc import Callable
from typing import Literal

HEAD = 512  # headers lie there: half of all changes hit them
EXTREMES = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
    b"\x80\0\0\0",
)

Change = Callable[[random.Random, bytearray], None]


def _place(dice: random.Random, content: bytearray) -> int:
    end = min(HEAD, len(content)) if dice.random() < 0.5 else len(content)
    return dice.randrange(max(end, 1))


def _flip(dice: random.Random, content: bytearray) -> None:
    for _ in range(dice.randint(1, 20)):
        content[_place(dice, content)] ^= 1 << dice.randrange(8)


def _bytes(dice: random.Random, content: bytearray) -> None:
    for _ in range(dice.randint(1, 8)):
        content[_place(dice, content)] = dice.randrange(256)


def _extreme(dice: random.Random, content: bytearray) -> None:
    for _ in range(dice.randint(1, 3)):
        at = _place(dice, content) & ~3
        content[at : at + 4] = dice.choice(EXTREMES)


def _cut(dice: random.Random, content: bytearray) -> None:
    del content[dice.randrange(len(content)) :]


def _cut_head(dice: random.Random, content: bytearray) -> None:
    del content[: dice.randint(1, min(len(content), 2048))]


def _delete(dice: random.Random, content: bytearray) -> None:
    at = _place(dice, content)
    del content[at : at + dice.randint(1, 2000)]


def _insert(dice: random.Random, content: bytearray) -> None:
    at = _place(dice, content)
    content[at:at] = dice.randbytes(dice.randint(1, 2000))


def _repeat(dice: random.Random, content: bytearray) -> None:
    at = _place(dice, content)
    block = content[at : at + dice.randint(1, 4000)]
    content[at:at] = block * dice.randint(1, 20)


def _swap(dice: random.Random, content: bytearray) -> None:
    size = dice.randint(1, max(1, min(4096, len(content) // 3)))
    first, second = sorted((_place(dice, content), dice.randrange(len(content))))
    second = max(second, first + size)
    one, other = content[first : first + size], content[second : second + size]
    content[first : first + len(other)], content[second : second + len(one)] = other, one


def _blank(dice: random.Random, content: bytearray) -> None:
    at = _place(dice, content)
    size = min(dice.randint(1, 4096), len(content) - at)
    content[at : at + size] = bytes([dice.choice((0, 255, 32))]) * size


def _zero_tail(dice: random.Random, content: bytearray) -> None:
    """As a copy leaves it that was made as long as the file beforehand and did not finish."""
    at = dice.randrange(len(content))
    content[at:] = bytes(len(content) - at)


def _longer(dice: random.Random, content: bytearray) -> None:
    content += dice.choice((b"\0", b"\x1a", b" ", b"}")) * dice.randint(1, 9000)


def _marks_in_numbers(dice: random.Random, content: bytearray) -> None:
    """Points to commas, digits to what numbers are written with or overflow to."""
    for _ in range(dice.randint(1, 40)):
        at = _place(dice, content)
        point = content.find(b".", at) if dice.random() < 0.5 else at
        if point >= 0 and (content[point : point + 1] == b"." or content[point : point + 1].isdigit()):
            content[point] = dice.choice(b",,,*e- ")


def _flags(dice: random.Random, content: bytearray) -> None:
    """Blanks, of which every row of a table begins with one, to something else."""
    for _ in range(dice.randint(1, 10)):
        at = content.find(b" ", _place(dice, content))
        if at >= 0:
            content[at] = dice.choice(b"\0*xT\xff")


def _twice(dice: random.Random, content: bytearray) -> None:
    """A stretch between two commas, or two tags, comes again behind itself."""
    mark = dice.choice((b",", b"<", b"\n"))
    begin = content.find(mark, _place(dice, content))
    end = content.find(mark, begin + 1)
    if 0 <= begin < end <= begin + 4000:
        content[end:end] = content[begin:end]


CHANGES: tuple[Change, ...] = (
    _zero_tail, _longer, _marks_in_numbers, _flags, _twice,
    _flip, _bytes, _extreme, _cut, _cut_head, _delete, _insert, _repeat, _swap, _blank,
)  # fmt: skip


def renamed(name: str, dice: random.Random) -> str:
    """The name in another case of letters or another form of accents, or as it is."""
    form: Literal["NFC", "NFD"] = dice.choice(("NFC", "NFD"))
    changed = dice.choice((str.upper, str.lower, str.title, str.swapcase))(name)
    return unicodedata.normalize(form, changed)


def mutated(content: bytes, dice: random.Random) -> bytes:
    """The content after one to three changes."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if changed:
            dice.choice(CHANGES)(dice, changed)
    return bytes(changed)
