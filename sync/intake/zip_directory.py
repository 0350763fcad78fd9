"""The directory at the end of a ZIP: how large it says it is, before Python reads all of it into memory."""

import struct
from pathlib import Path

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")


def directory_of(path: Path) -> tuple[int, int] | None:
    """How many entries the directory states and how many bytes; None where the file has none. Raises struct.error."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - _END.size - (1 << 16) - _END64_LOCATOR.size)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(_END_MARK)
        if at < 0 or len(tail) - at < _END.size:
            return None
        stated = max(_END.unpack_from(tail, at)[5], 0)
        count = _END.unpack_from(tail, at)[4]
        if at >= _END64_LOCATOR.size:
            mark, _, offset, _ = _END64_LOCATOR.unpack_from(tail, at - _END64_LOCATOR.size)
            if mark == b"PK\x06\x07" and offset + _END64.size <= size:
                file.seek(offset)
                end = _END64.unpack(file.read(_END64.size))
                count, stated = max(count if count != 0xFFFF else 0, end[7]), end[8]
    return count, stated
