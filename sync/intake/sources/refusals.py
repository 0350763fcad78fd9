"""What a file is refused for, whatever its kind: an exception each, with what to do about it."""

import re

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected


def shown(name: str) -> str:
    """A hostile name in a sentence: printable, and not endless."""
    plain = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in name)
    return plain if len(plain) <= 80 else plain[:77] + "…"


# A parser quotes what it could not parse, from the first mark to the last: it may be a person. Where it stood is kept.
_QUOTED = re.compile(r"""(?<!\w)b?(?:(['"`])(?:.*\1|.*)|[“«‘](?:.*[”»’]|.*))""", re.DOTALL)
_PLACE = re.compile(r"\b(?:line|column|character|byte|row|record|offset|position) \d+")


def without_values(words: str) -> str:
    """A library's words without what they quote."""
    return _QUOTED.sub(lambda found: ", ".join(["…", *_PLACE.findall(found[0])]), words)


def missing_file(name: str) -> DeliveryRejected:
    """A file that the delivery names but does not hold."""
    return DeliveryRejected(
        "DLV-FILE-MISSING",
        Bilingual(
            f"Không tìm thấy tệp «{name}» của gói dữ liệu.", f"The delivery's file “{name}” is missing."
        ),
        Bilingual(
            "Hãy kiểm tra tên tệp trong delivery.toml và các tệp đã chép.",
            "Check the file name in delivery.toml and what was copied.",
        ),
    )


def truncated(name: str) -> DeliveryRejected:
    """A file that ends before its own header says it does."""
    return DeliveryRejected(
        "DLV-TRUNCATED",
        Bilingual(
            f"Tệp «{name}» bị cắt cụt: ngắn hơn độ dài ghi trong chính nó.",
            f"The file “{name}” is cut off: it is shorter than it says itself.",
        ),
        Bilingual(
            "Hãy chép hoặc xuất lại tệp này; so dung lượng hai bên trước khi gửi.",
            "Copy or export the file again; compare the sizes on both sides before sending.",
        ),
    )


def corrupt(name: str, detail: str) -> DeliveryRejected:
    """A file whose inside cannot be read; `detail` loses what it quotes."""
    detail = without_values(detail)
    return DeliveryRejected(
        "DLV-CORRUPT",
        Bilingual(
            f"Không đọc được tệp «{name}»: dữ liệu bên trong bị hỏng ({detail}).",
            f"The file “{name}” cannot be read: its content is damaged ({detail}).",
        ),
        Bilingual(
            "Hãy xuất lại tệp từ hệ thống nguồn và gửi lại.",
            "Export the file again from the source system and send it again.",
        ),
        detail=detail,
    )


def rows_lost(name: str, layer: str, stated: int, read: int) -> DeliveryRejected:
    """A file that gives fewer or more rows than it states: something would be lost silently."""
    return DeliveryRejected(
        "DLV-ROWS-LOST",
        Bilingual(
            f"Lớp «{layer}» của tệp «{name}» ghi có {stated} bản ghi nhưng chỉ đọc được {read}.",
            f"Layer “{layer}” of the file “{name}” states {stated} rows, but {read} can be read.",
        ),
        Bilingual(
            "Tệp bị cắt cụt hoặc các tệp thành phần không cùng một lần xuất. Hãy xuất lại cả bộ.",
            "The file is cut off, or its parts come from different exports. Export the whole set again.",
        ),
        stated=stated,
        read=read,
    )


def wrong_encoding(name: str, encoding: str, found: Bilingual) -> DeliveryRejected:
    """Text that is not in the encoding that was declared."""
    return DeliveryRejected(
        "DLV-ENCODING",
        Bilingual(
            f"Văn bản trong tệp «{name}» không đọc được theo bảng mã {encoding}: {found.vi}.",
            f"The text in the file “{name}” cannot be read as {encoding}: {found.en}.",
        ),
        Bilingual(
            "Hãy ghi đúng bảng mã (encoding) trong delivery.toml hoặc hồ sơ tỉnh, hoặc xuất lại bằng UTF-8.",
            "State the right encoding in delivery.toml or the province's profile, or export as UTF-8.",
        ),
    )


def not_utf8(name: str) -> DeliveryRejected:
    """Text that ought to be UTF-8 and is not."""
    found = Bilingual("có byte không hợp lệ trong UTF-8", "some bytes are not valid UTF-8")
    return wrong_encoding(name, "UTF-8", found)


def twice_named(name: str, column: str) -> DeliveryRejected:
    """A table with two columns of one name (or, where what stands there may be no name, its places): one would be read as the other."""
    return DeliveryRejected(
        "DLV-COLUMN-TWICE",
        Bilingual(
            f"Tệp «{name}» có hai cột cùng tên «{column}».",
            f"The file “{name}” has two columns of the name “{column}”.",
        ),
        Bilingual("Hãy đổi tên một cột rồi xuất lại.", "Rename one of them and export again."),
        column=column,
    )
