"""The brackets of a JSON text, counted without GDAL: is it whole, how many features does it hold, what CRS does it state?

GDAL reads what it can of a sequence that was cut off and says nothing. Here every byte is looked at once, a
block at a time: strings are set aside, and what is left are brackets, whose depth tells objects from their insides.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sync.intake.sources.refusals import corrupt, truncated

_BLOCK = 1 << 23
_KEY_BYTES = 80  # how far before a bracket the key of its member is looked for
_MEMBERS = 10_000  # of the outermost object; more is no GeoJSON
_KEY = re.compile(rb'"([^"]{0,40})"\s{0,30}:\s{0,30}$')
_MARKS = np.zeros(256, np.int8)
_MARKS[[ord(mark) for mark in '"{}[]']] = 1
_STEP = np.zeros(256, np.int64)
_STEP[[ord("{"), ord("[")]] = 1
_STEP[[ord("}"), ord("]")]] = -1
_QUOTE, _OBJECT, _ARRAY = ord('"'), ord("{"), ord("[")


@dataclass(slots=True)
class JsonShape:
    """What the brackets of a JSON text say.

    texts     outermost objects: 1 for a document, one a record for a sequence
    features  objects in the arrays that the outermost object calls "features"
    members   (key, where its value begins) of the outermost object's members that are objects or arrays
    """

    texts: int = 0
    features: int = 0
    members: list[tuple[str, int]] = field(default_factory=list)


def scan_json(path: Path) -> JsonShape:
    """Count the objects of a JSON document or sequence in an encoding that begins like ASCII.

    Raises DeliveryRejected: DLV-TRUNCATED where the text ends inside a string or an object, DLV-CORRUPT where
    more is closed than was opened or the outermost object has members without end.
    """
    shape = JsonShape()
    depth, inside, in_features = 0, 0, False
    before, start = b"", 0
    for block in json_blocks(path):
        # Escapes are blanked two bytes for two: places stay, and what is left of quotes ends or begins a string.
        text = block.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        at, marks, inside = _brackets(text, inside)
        depths = depth + np.cumsum(_STEP[marks])
        if len(depths):
            if depths.min() < 0:
                raise corrupt(path.name, "JSON: } ]")
            depth = int(depths[-1])
        opened = _STEP[marks] > 0
        shape.texts += int(np.count_nonzero(opened & (depths == 1) & (marks == _OBJECT)))
        outer = np.flatnonzero(opened & (depths == 2))
        if shape.texts == 1:
            keys = [_key(before, text, int(at[i])) for i in outer[: _MEMBERS + 1]]
            shape.members += zip(keys, (start + at[outer[: _MEMBERS + 1]]).tolist(), strict=True)
            if len(shape.members) > _MEMBERS:
                raise corrupt(path.name, "JSON: members")
            within = np.array(
                [in_features]
                + [
                    key == "features" and marks[i] == _ARRAY
                    for key, i in zip(keys, outer.tolist(), strict=True)
                ]
            )
            objects = np.flatnonzero(opened & (depths == 3) & (marks == _OBJECT))
            shape.features += int(np.count_nonzero(within[np.searchsorted(outer, objects)]))
            in_features = bool(within[-1])
        before, start = (before + text)[-_KEY_BYTES:], start + len(block)
    if inside or depth:
        raise truncated(path.name)
    return shape


def value_at(path: Path, place: int, limit: int = 65_536) -> Any:
    """The JSON value that begins at a byte, if it is no longer than `limit`; None where it cannot be read."""
    with path.open("rb") as file:
        file.seek(place)
        text = file.read(limit).decode("utf-8", "replace")
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def json_blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that never end between a backslash and what it escapes."""
    held = b""
    with path.open("rb") as file:
        while read := file.read(_BLOCK):
            block = held + read
            slashes = len(block) - len(block.rstrip(b"\\"))
            held = b"\\" if slashes % 2 else b""
            yield block[: len(block) - len(held)]
    if held:
        yield held


def _brackets(text: bytes, inside: int) -> tuple[NDArray[np.int64], NDArray[np.uint8], int]:
    """Where brackets outside strings stand, which they are, and whether the text ends inside a string (1)."""
    content = np.frombuffer(text, np.uint8)
    at = np.flatnonzero(_MARKS[content])
    marks = content[at]
    quotes = marks == _QUOTE
    parity = (np.cumsum(quotes) + inside) & 1
    free = ~quotes & (parity == 0)
    return at[free], marks[free], int(parity[-1]) if len(parity) else inside


def _key(before: bytes, text: bytes, place: int) -> str:
    """The key of the member whose value begins at a place; empty where there is none near."""
    near = text[max(0, place - _KEY_BYTES) : place]
    if place < _KEY_BYTES:
        near = before + near
    found = _KEY.search(near)
    return found[1].decode("utf-8", "replace") if found else ""
