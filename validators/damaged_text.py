"""ATT-TEXT: text that was damaged before it came: lost letters, or letters of one encoding read as another.

Names columns only; what stands in them may be a person's.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.model import NOT_READABLE_JOINER
from parcels.text import join_said
from validators.base import Check, Faults, Subject, where
from validators.column_words import short_names

_JOINER = "+"
_COLUMNS = tuple(
    column.name for column in delivered_columns() if column.kind == "text" and column.name != "action"
)

_LOST = r"\x{FFFD}|\pL\?+\pL|(^|[^\pL?])\?\pL|\pL\?+ +\pL"
# UTF-8 read as Windows-1252. Only letters of Vietnamese; quotes and dashes after XÃ are quotes and dashes.
_AS_1252 = (
    r"Ã[€‚ƒˆ‰ŠŒ™š¡¢£¨©ª¬²³´µ¹º½]|Ä[‚ƒ‘¨©]|Å[¨©]|Æ[¡¯°]"
    r"|á[º»][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
)
# TCVN3 and VNI that nobody took for that: signs inside words, and pairs of letters that no word has.
_OLD_FONTS = r"\pL[¶¸¹¨®±¼½¾¿¬]\pL|[®§]\pL|\pLµ|µ\pL|[aA]ê[nmu]|[oO]â[nmi]|eâ|eã|[aA][øû]|[oO]ø|ö[ôõøùûïn]"
_DAMAGED = f"{_LOST}|{_AS_1252}|{_OLD_FONTS}"
# What every damaged text has: most texts have none of it, and are not looked at closely.
_SUSPECT = r"[\x{FFFD}?ÃÄÅÆ¶¸¹¨®§±¼½¾¿¬µ]|á[º»]|[aA][êøû]|[oO][âø]|e[âã]|ö"


def damaged(subject: Subject) -> Faults:
    """Rows with text that was damaged; the detail names the columns."""
    lost = subject.text("not_readable")
    some = where(np.asarray(lost.is_valid()))
    lost = lost.take(pa.array(some))
    none = pa.scalar(None, pa.string())
    said = []
    for name in _COLUMNS:
        mask = _of_column(subject.text(name))
        stray = pc.match_substring_regex(lost, rf"(^|\{NOT_READABLE_JOINER}){name}($|\{NOT_READABLE_JOINER})")
        mask[some[np.asarray(stray, dtype=bool)]] = True
        if mask.any():
            said.append(pc.if_else(pa.array(mask), pa.scalar(name), none))
    if not said:
        return Faults(np.empty(0, np.int64))
    joined = join_said(said, _JOINER)
    rows = where(np.asarray(joined.is_valid()))
    return Faults(rows, detail=joined.take(pa.array(rows)))


def _of_column(values: pa.Array) -> NDArray[np.bool_]:
    """(n,) where a text is damaged. Columns of plain letters and digits are seen at a glance."""
    if not _worth_a_look(values):
        return np.zeros(len(values), dtype=bool)
    suspect = where(np.asarray(pc.fill_null(pc.match_substring_regex(values, _SUSPECT), False), dtype=bool))
    mask = np.zeros(len(values), dtype=bool)
    close = pc.match_substring_regex(values.take(pa.array(suspect)), _DAMAGED)
    mask[suspect[np.asarray(close, dtype=bool)]] = True
    return mask


def _worth_a_look(values: pa.Array) -> bool:
    data = values.buffers()[2]
    if data is None:
        return False
    octets = np.frombuffer(data, np.uint8)
    return bool(((octets > 0x7E) | (octets == ord("?"))).any())


def _said(detail: str) -> Bilingual:
    return short_names(detail, _JOINER)


CHECKS: tuple[Check, ...] = (
    Check(
        "ATT-TEXT",
        "warning",
        quarantines=False,
        title=Bilingual("Chữ bị lỗi", "Damaged text"),
        message=Bilingual(
            "Chữ bị mất hoặc sai bảng mã trong: {detail}.",
            "Letters are lost, or of a wrong encoding, in: {detail}.",
        ),
        advice=Bilingual(
            "Xuất lại từ dữ liệu gốc với bảng mã Unicode (UTF-8); chữ đã mất phải nhập lại theo hồ sơ.",
            "Export again from the original in Unicode (UTF-8); letters that are lost must be typed in again.",
        ),
        find=damaged,
        condenses=True,
        measures=("sach",),
        say_detail=_said,
    ),
)
