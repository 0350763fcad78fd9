"""The records of a .shp held against its index (.shx): every record where the index says, as long as it says, with content.

GDAL reads a record of zeros, as a copy leaves it that was not finished, as a parcel without geometry.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.refusals import truncated

_HEADER, _ENTRY, _HEAD = 100, 8, 12  # bytes: of a file, of an entry in the index, of a record up to its type
_BLOCK = 1 << 24
_NO_SHAPE, _NO_SHAPE_WORDS = 0, 2
_WORD = 2

Places = NDArray[np.int64]


def shapes_in(shp: Path, shx: Path) -> int:
    """How many records the index lists. Raises DeliveryRejected (DLV-TRUNCATED, DLV-SHP-RECORDS)."""
    sizes = {path: _stated_size(path) for path in (shp, shx)}
    for path, stated in sizes.items():
        _refuse_more(path, stated)
    count = (sizes[shx] - _HEADER) // _ENTRY
    with shx.open("rb") as file:
        file.seek(_HEADER)
        entries = np.frombuffer(file.read(count * _ENTRY), ">i4").reshape(-1, 2).astype(np.int64) * _WORD
    _refuse_disagreement(shp, entries[:, 0], entries[:, 1], sizes[shp])
    return int(count)


def _stated_size(path: Path) -> int:
    with path.open("rb") as file:
        header = file.read(_HEADER)
    stated = int.from_bytes(header[24:28], "big") * _WORD
    if len(header) < _HEADER or path.stat().st_size < stated or stated < _HEADER:
        raise truncated(path.name)
    return stated


def _refuse_more(path: Path, stated: int) -> None:
    """Refuse content behind the stated end; zeros, by which a copy was made longer beforehand, hold nothing."""
    with path.open("rb") as file:
        file.seek(stated)
        while behind := file.read(_BLOCK):
            if behind.strip(b"\x00"):
                raise _records(
                    path.name, Bilingual("sau phần cuối còn dữ liệu", "there is more behind its stated end")
                )


def _refuse_disagreement(shp: Path, starts: Places, lengths: Places, size: int) -> None:
    """Hold every entry of the index against the head of its record."""
    outside = (starts < _HEADER) | (lengths < 0) | (starts + _ENTRY + lengths > size)
    if outside.any():
        raise _record(shp.name, int(np.argmax(outside)))
    order = np.argsort(starts, kind="stable")
    for rows, heads in _heads(shp, starts, order):
        content = heads[:, 4:8].copy().view(">i4").ravel().astype(np.int64) * _WORD
        kinds = heads[:, 8:12].copy().view("<i4").ravel()
        hollow = (kinds == _NO_SHAPE) & (content > _NO_SHAPE_WORDS * _WORD)
        wrong = (content != lengths[rows]) | hollow
        if wrong.any():
            raise _record(shp.name, int(rows[wrong].min()))
    twice = np.flatnonzero(np.diff(starts[order]) == 0)
    if len(twice):
        raise _record(shp.name, int(order[twice + 1].min()))


def _heads(shp: Path, starts: Places, order: Places) -> Iterator[tuple[Places, NDArray[np.uint8]]]:
    """The rows whose records begin in a block of the file, and the first bytes of each, a block at a time."""
    sorted_starts = starts[order]
    with shp.open("rb") as file:
        for begin in range(0, int(sorted_starts[-1]) + 1 if len(order) else 0, _BLOCK):
            first, end = np.searchsorted(sorted_starts, [begin, begin + _BLOCK])
            if first == end:
                continue
            file.seek(begin)
            block = np.frombuffer(file.read(_BLOCK + _HEAD).ljust(_BLOCK + _HEAD, b"\x00"), np.uint8)
            yield (
                order[first:end],
                block[(sorted_starts[first:end] - begin)[:, np.newaxis] + np.arange(_HEAD)],
            )


def _record(name: str, row: int) -> DeliveryRejected:
    return _records(
        name,
        Bilingual(
            f"bản ghi {row + 1} không nằm ở chỗ hoặc không có độ dài như tệp .shx ghi, hoặc rỗng",
            f"record {row + 1} does not lie where the .shx says, is not as long, or is hollow",
        ),
    )


def _records(name: str, what: Bilingual) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-SHP-RECORDS",
        Bilingual(
            f"Tệp «{name}» bị hỏng, chưa chép xong hoặc không cùng lần xuất với tệp .shx: {what.vi}.",
            f"The file “{name}” is damaged, was not copied to its end, or is not of one export with its .shx: {what.en}.",
        ),
        Bilingual(
            "Hãy xuất lại cả bộ tệp từ hệ thống nguồn, chờ chép xong rồi gửi lại.",
            "Export the whole set again from the source system, let the copy finish, and send it again.",
        ),
    )
