"""A member that stands twice in one object of a JSON text: every reader takes one of the two, and says nothing.

The text is looked at a block at a time, as whole arrays: which strings are keys, in which object each stands, and whether a
key comes again there. What looks alike is compared letter for letter.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_LONGEST = 1 << 26  # bytes without a bracket: a text of that length is no value of a parcel
_PREFIX = 64  # bytes of a key that its number is made of
_QUOTE, _COLON, _OBJECT, _ARRAY = ord('"'), ord(":"), ord("{"), ord("[")
_MARKS = np.zeros(256, dtype=np.bool_)
_MARKS[[ord(mark) for mark in '"{}[]:']] = True
_STEP = np.zeros(256, np.int64)
_STEP[[_OBJECT, _ARRAY]] = 1
_STEP[[ord("}"), ord("]")]] = -1
_PRIME, _SPREAD = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key, and where it comes again: in the how manieth object of three levels down (a feature of a collection) and of
    the outermost level (a record of a sequence), from 1.
    """

    key: str
    feature: int
    record: int


@dataclass(slots=True)
class _Open:
    """What of the blocks before is not over: containers by depth (their numbers), the keys of those that are open."""

    ids: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    of: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    hashes: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    keys: list[bytes] = field(default_factory=list)
    next_id: int = 0
    features: int = 0
    records: int = 0


def repeated_key(blocks: Iterable[bytes]) -> RepeatedKey | None:
    """The first key that comes again in its object; None where every key is there once, or the text is no JSON.

    blocks  of a text in an encoding that begins like ASCII; none ends between a backslash and what it escapes

    Raises ValueError for a text that goes on without an end.
    """
    open_ = _Open()
    held = b""
    for block in blocks:
        held += block
        piece = _Piece.of(held)
        if piece is not None:
            found = _look(piece, open_)
            if found is not None:
                return found
            held = held[len(piece.raw) :]
        if len(held) > _LONGEST:
            raise ValueError("JSON: a text without end")
    return None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that ends behind a bracket, outside strings: where its marks stand, which they are, and their steps in depth.

    ends  places among the marks of the quotes that end a key
    """

    raw: bytes
    at: Numbers
    marks: NDArray[np.uint8]
    steps: Numbers
    ends: Numbers

    @classmethod
    def of(cls, raw: bytes) -> "_Piece | None":
        """As much of the text as is such a piece; None where it has no bracket yet."""
        # Without escapes: what is left of quotes begins or ends a string.
        content = np.frombuffer(raw.replace(b"\\\\", b"__").replace(b'\\"', b"__"), np.uint8)
        at = np.flatnonzero(_MARKS[content])
        marks = content[at]
        quotes = marks == _QUOTE
        inside = np.logical_xor.accumulate(quotes)
        kept = ~inside | quotes  # all but what stands inside strings
        at, marks, inside = at[kept], marks[kept], inside[kept]
        steps = _STEP[marks]
        brackets = np.flatnonzero(steps)
        if not len(brackets):
            return None
        end = int(brackets[-1]) + 1
        at, marks, inside, steps = at[:end], marks[:end], inside[:end], steps[:end]
        ends = np.flatnonzero((marks[:-1] == _QUOTE) & ~inside[:-1] & (marks[1:] == _COLON))
        return cls(raw[: int(at[-1]) + 1], at, marks, steps, ends)


def _look(piece: _Piece, open_: _Open) -> RepeatedKey | None:
    """One piece of the text."""
    at, marks, ends = piece.at, piece.marks, piece.ends
    depths = len(open_.ids) + np.cumsum(piece.steps)
    if depths.min() < 0:
        return None  # told elsewhere
    opened = np.flatnonzero(piece.steps > 0)
    ids, new_open = _containers(open_, opened, depths[opened], ends, depths[ends], int(depths[-1]))
    keys = _Keys(piece.raw, at[ends - 1] + 1, at[ends] - at[ends - 1] - 1)
    every = np.concatenate((open_.of, ids))
    hashes = np.concatenate((open_.hashes, keys.hashes))
    before = len(open_.of)

    def key(place: int) -> bytes:
        return open_.keys[place] if place < before else keys.text(place - before)

    again = _again(every, hashes, key)
    objects = opened[marks[opened] == _OBJECT]
    features, records = objects[depths[objects] == 3], objects[depths[objects] == 1]
    if again is not None:
        upto = int(ends[again - before])
        return RepeatedKey(
            key(again).decode("utf-8", "replace"),
            open_.features + int(np.searchsorted(features, upto)),
            open_.records + int(np.searchsorted(records, upto)),
        )
    carried = np.flatnonzero(np.isin(every, new_open))
    open_.keys = [key(int(place)) for place in carried]
    open_.of, open_.hashes, open_.ids = every[carried], hashes[carried], new_open
    open_.features += len(features)
    open_.records += len(records)
    return None


def _containers(
    open_: _Open, opened: Numbers, at_depth: Numbers, keys: Numbers, key_depth: Numbers, last_depth: int
) -> tuple[Numbers, Numbers]:
    """The number of the container of each key, and of those that are open at the end by depth."""
    earlier = len(open_.ids)
    place = np.concatenate((np.full(earlier, -1), opened, keys))
    depth = np.concatenate((np.arange(1, earlier + 1), at_depth, key_depth))
    number = np.concatenate((open_.ids, open_.next_id + np.arange(len(opened)), np.full(len(keys), -1)))
    open_.next_id += len(opened)
    order = np.argsort((depth << 40) + place, kind="stable")
    is_container = order < earlier + len(opened)
    last = np.maximum.accumulate(np.where(is_container, np.arange(len(order)), -1))
    ids = np.full(len(order), -1)
    ids[order] = np.where(last >= 0, number[order[last]], -1)
    containers = order[is_container]
    ends_depth = np.flatnonzero(np.append(np.diff(depth[containers]) != 0, len(containers) > 0))
    latest = containers[ends_depth]
    return ids[earlier + len(opened) :], number[latest][depth[latest] <= last_depth]


class _Keys:
    """The keys of a piece: their bytes as they are meant, and a number of each that equal keys share."""

    def __init__(self, raw: bytes, starts: Numbers, lengths: Numbers) -> None:
        self._raw, self._starts, self._lengths = raw, starts, lengths
        self._meant: dict[int, bytes] = {}
        content = np.frombuffer(raw, np.uint8)
        self.hashes = _hashes(content, starts, lengths)
        slashes = np.flatnonzero(content == ord("\\"))
        if len(slashes):
            first = np.searchsorted(slashes, starts)
            escaped = np.flatnonzero(first < np.searchsorted(slashes, starts + lengths))
            self._meant = {int(k): _unescaped(self._as_written(int(k))) for k in escaped}
            meant = list(self._meant.values())
            size = np.array([len(one) for one in meant], np.int64)
            joined = np.frombuffer(b"".join(meant), np.uint8)
            self.hashes[escaped] = _hashes(joined, np.cumsum(size) - size, size)

    def _as_written(self, place: int) -> bytes:
        start = int(self._starts[place])
        return self._raw[start : start + int(self._lengths[place])]

    def text(self, place: int) -> bytes:
        """A key as it is meant."""
        return self._meant.get(place) or self._as_written(place)


def _unescaped(key: bytes) -> bytes:
    try:
        return str(json.loads(b'"' + key + b'"')).encode("utf-8", "surrogatepass")
    except ValueError:
        return key


def _hashes(content: NDArray[np.uint8], starts: Numbers, lengths: Numbers) -> Hashes:
    """A number of each key, of its length and its first bytes."""
    padded = np.concatenate((content, np.zeros(_PREFIX, np.uint8)))
    result = lengths.astype(np.uint64) * _SPREAD
    for step in range(0, min(_PREFIX, int(lengths.max(initial=0))), 8):
        rows = np.flatnonzero(lengths > step)
        columns = np.arange(step, step + 8)
        octets = padded[starts[rows][:, np.newaxis] + columns]
        octets = np.where(columns < lengths[rows][:, np.newaxis], octets, 0).astype(np.uint8)
        mixed = (result[rows] ^ octets.view("<u8").ravel()) * _PRIME
        result[rows] = mixed ^ (mixed >> np.uint64(29))
    return result


def _again(of: Numbers, hashes: Hashes, key: Callable[[int], bytes]) -> int | None:
    """The first place whose key was in the same container before."""
    mixed = hashes ^ (of.astype(np.uint64) * _SPREAD)
    _, which, times = np.unique(mixed, return_inverse=True, return_counts=True)
    seen: set[tuple[int, bytes]] = set()
    for place in np.flatnonzero(times[which] > 1).tolist():
        one = (int(of[place]), key(place))
        if one in seen:
            return int(place)
        seen.add(one)
    return None
