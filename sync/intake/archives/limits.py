"""How much an archive may unpack to, counted on the bytes really written, over an archive and all that lies in it.

A header can say anything; a zip bomb is small until it is unpacked. So nothing here believes a stated size.
"""

from dataclasses import dataclass, field

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed.

    total       bytes unpacked from one delivery's archive, archives within it included
    ratio       bytes unpacked per byte of the outermost archive; tables of blanks reach 100
    ratio_free  bytes for which no ratio is asked: a small empty table may be denser
    members     entries, folders and skipped ones included
    depth       archives within archives: 1 is an archive with none in it
    name        bytes of UTF-8 of one name; path: of a whole path
    """

    total: int = 64 * _GIB
    ratio: int = 200
    ratio_free: int = 64 << 20
    members: int = 10_000
    depth: int = 3
    name: int = 240
    path: int = 1_000


@dataclass(slots=True)
class Budget:
    """What one delivered archive has used of its limits so far."""

    archive: str
    compressed: int
    limits: Limits = field(default_factory=Limits)
    written: int = 0
    members: int = 0

    def take(self, size: int) -> None:
        """Count bytes before they are written. Raises DeliveryRejected."""
        self.written += size
        if self.written > self.limits.total:
            raise _too_big(self.archive, self.limits.total)
        if self.written > self.limits.ratio_free and self.written > self.limits.ratio * self.compressed:
            raise _too_dense(self.archive, self.limits.ratio)

    def take_member(self) -> None:
        """Count an entry. Raises DeliveryRejected."""
        self.members += 1
        if self.members > self.limits.members:
            raise too_many(self.archive, self.limits.members)


def too_many(archive: str, members: int) -> DeliveryRejected:
    """An archive with more entries than allowed."""
    return DeliveryRejected(
        "DLV-ARCHIVE-COUNT",
        Bilingual(
            f"Tệp nén «{archive}» chứa hơn {members} mục.",
            f"The archive “{archive}” holds more than {members} entries.",
        ),
        Bilingual(
            "Hãy chỉ nén các tệp của gói dữ liệu, hoặc chia thành nhiều gói.",
            "Pack the delivery's own files only, or split it into several deliveries.",
        ),
    )


def too_deep(archive: str, depth: int) -> DeliveryRejected:
    """Archives within archives within archives."""
    return DeliveryRejected(
        "DLV-ARCHIVE-DEPTH",
        Bilingual(
            f"Tệp nén «{archive}» lồng quá {depth} cấp.",
            f"The archive “{archive}” is nested more than {depth} levels deep.",
        ),
        Bilingual(
            "Hãy giải nén các tệp bên trong rồi nén lại một lần.",
            "Unpack the archives inside and pack everything once.",
        ),
    )


def _too_big(archive: str, total: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-SIZE",
        Bilingual(
            f"Tệp nén «{archive}» giải ra hơn {total / _GIB:g} GiB.",
            f"The archive “{archive}” unpacks to more than {total / _GIB:g} GiB.",
        ),
        Bilingual(
            "Hãy chia thành nhiều gói, hoặc gửi thư mục không nén.",
            "Split it into several deliveries, or send a folder that is not packed.",
        ),
    )


def _too_dense(archive: str, ratio: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-RATIO",
        Bilingual(
            f"Tệp nén «{archive}» giải ra lớn hơn {ratio} lần chính nó: dữ liệu thật không nén được như vậy.",
            f"The archive “{archive}” unpacks to more than {ratio} times its size: real data do not pack like that.",
        ),
        Bilingual(
            "Nếu đây là dữ liệu thật, hãy gửi thư mục không nén.",
            "If the data are real, send them as a folder that is not packed.",
        ),
    )
