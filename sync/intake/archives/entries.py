"""What every kind of archive gives: one entry after the other; and the sentences they share."""

from dataclasses import dataclass
from typing import IO

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.refusals import shown


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or with `content` None a folder, under the name that the archive gives it."""

    name: str
    content: IO[bytes] | None
    counted: bool = False  # its bytes were counted where they were decompressed


def damaged(archive: str, detail: str) -> DeliveryRejected:
    """An archive that cannot be unpacked."""
    return DeliveryRejected(
        "DLV-ARCHIVE-CORRUPT",
        Bilingual(
            f"Không giải nén được tệp «{archive}»: tệp bị hỏng hoặc bị cắt cụt ({detail}).",
            f"The archive “{archive}” cannot be unpacked: it is damaged or cut off ({detail}).",
        ),
        Bilingual(
            "Hãy nén lại hoặc chép lại tệp; so dung lượng hai bên trước khi gửi.",
            "Pack or copy it again; compare the sizes on both sides before sending.",
        ),
    )


def link(archive: str, name: str) -> DeliveryRejected:
    """An entry that is a link, a device or anything else than a file or a folder."""
    return DeliveryRejected(
        "DLV-ARCHIVE-LINK",
        Bilingual(
            f"Mục «{shown(name)}» của tệp nén «{archive}» là liên kết hoặc thiết bị, không phải tệp thường.",
            f"The entry “{shown(name)}” of the archive “{archive}” is a link or a device, not an ordinary file.",
        ),
        Bilingual("Hãy nén chính các tệp dữ liệu.", "Pack the data files themselves."),
    )
