"""FlatGeobuf: a header that states how many features follow, an index that says where each begins, the features.

A file that was cut off reads without a word as far as it goes. So its length is held against its own index, and
the rows read against its own count.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from sync.intake.sources.base import Layer, Source, describe, first_line, refuse_unless_whole, stream
from sync.intake.sources.refusals import corrupt, truncated

_MAGIC = b"fgb\x03fgb"
_WHAT = Bilingual("FlatGeobuf", "a FlatGeobuf file")
_MAGIC_BYTES, _LENGTH_BYTES = 8, 4
_HEADER_LIMIT = 1 << 24
# Fields of the header's table, by their place in the format's schema.
_FEATURES_COUNT, _INDEX_NODE_SIZE = 8, 9
_DEFAULT_NODE_SIZE = 16
_NODE = np.dtype([("box", "<f8", 4), ("offset", "<u8")])


class FlatGeobuf(Source):
    """FlatGeobuf (.fgb)."""

    kind = "flatgeobuf"
    suffixes = (".fgb",)
    driver = "FlatGeobuf"
    single_layer = True

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always UTF-8
        """Its one layer, after its length agrees with its index."""
        refuse_unless_whole(path, _MAGIC, _WHAT)
        header = _header(path)
        _refuse_cut_off(path, header)
        info = describe(path, None, self.driver)
        # A writer that streams states 0; then GDAL walks to the end, and fails inside what was cut off.
        return (Layer.described(info, header.features or int(info["features"])),)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the file's order: that of its index, not of its export."""
        yield from stream(path, layer, columns)


@dataclass(frozen=True, slots=True)
class _Header:
    """features  as stated, 0 where not stated; node_size: 0 without an index; end: where the header ends"""

    features: int
    node_size: int
    end: int


def _header(path: Path) -> _Header:
    """The two numbers of the header that say how long the file must be (its tables are FlatBuffers)."""
    with path.open("rb") as file:
        file.seek(_MAGIC_BYTES)
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        content = file.read(min(length, _HEADER_LIMIT))
    if len(content) < length:
        raise truncated(path.name) if length <= _HEADER_LIMIT else corrupt(path.name, "FlatGeobuf header")
    try:
        table = struct.unpack_from("<I", content, 0)[0]
        fields = table - struct.unpack_from("<i", content, table)[0]
        places = struct.unpack_from("<H", content, fields)[0] // 2 - 2
        slots = struct.unpack_from(f"<{places}H", content, fields + 4)

        def number(field: int, kind: str, otherwise: int) -> int:
            given = slots[field] if field < places else 0
            return int(struct.unpack_from(kind, content, table + given)[0]) if given else otherwise

        return _Header(
            features=number(_FEATURES_COUNT, "<Q", 0),
            node_size=number(_INDEX_NODE_SIZE, "<H", _DEFAULT_NODE_SIZE),
            end=_MAGIC_BYTES + _LENGTH_BYTES + length,
        )
    except struct.error as failure:
        raise corrupt(path.name, first_line(failure)) from failure


def _refuse_cut_off(path: Path, header: _Header) -> None:
    """Hold the file's length against where its index says that its last feature ends."""
    size = path.stat().st_size
    if not header.features or not header.node_size:
        return
    if header.node_size == 1:
        raise corrupt(path.name, "FlatGeobuf index")
    level = above = -(-header.features // header.node_size)  # one feature has a node above it too
    while level > 1:
        level = -(-level // header.node_size)
        above += level
    leaves = header.end + above * _NODE.itemsize
    features = leaves + header.features * _NODE.itemsize
    if size < features:
        raise truncated(path.name)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        last = int(np.frombuffer(content, _NODE, header.features, leaves)["offset"].max())
        start = features + last
        if start + _LENGTH_BYTES > size:
            raise truncated(path.name)
        end = start + _LENGTH_BYTES + int.from_bytes(content[start : start + _LENGTH_BYTES], "little")
    if end > size:
        raise truncated(path.name)
    if end < size:
        raise corrupt(path.name, "FlatGeobuf: bytes behind the last feature")
