"""IDN-SHEET-FORM and IDN-NUMBER-FORM: whether a sheet or parcel number is one, by the forms that the policy lists.

A number that is none ("6 ODT" from a label of two lines, "tờ 1", "12;13", a date that a spreadsheet made) is told and
stays as it was delivered: it names its parcel all the same, and nobody but the office knows which number was meant. Where
a text splits in one way only, the finding says how.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import land_use
from parcels.bilingual import Bilingual
from validators.base import Check, Faults, Subject, positions
from validators.echo import HIDDEN

# Shown only where it can be nobody's name or number: digits, with a short word before or after them.
_SHOWN = r"^\p{L}{0,4}[ .:]{0,2}(?:\p{L}{2,3} )?-?[0-9][0-9 .,;:/()+_-]{0,9}(?:e[0-9])?[\p{L}+]{0,8}$"
_LONGEST_SHOWN = 20
_MOST_DIGITS = 8  # a day has eight, a person's number or telephone nine and more
# One number and, after it, one word of capitals; or, before it, a word for what is numbered.
_WITH_USE = r"^(?P<number>[0-9]{1,6}[A-Za-z]?)[ :;,/_-]{1,3}(?P<use>[A-Z]{3}(?:\+[A-Z]{3})*)$"
_LABELLED = (
    r"(?i)^(?:tờ|to|tbđ|tbd|thửa|thua|số|so)(?: bản đồ| đất| số| so)?[ .:]{0,2}(?P<number>[0-9]{1,6}[a-z]?)$"
)


def _form(name: str, accepted: Callable[[Subject], tuple[str, ...]]) -> Callable[[Subject], Faults]:
    def find(subject: Subject) -> Faults:
        """Rows whose number has none of the accepted forms; the detail is the number, and how it splits."""
        values = subject.text(name)
        good = _has_form(values, accepted(subject), subject)
        rows = positions(pc.fill_null(pc.invert(good), False))
        if not len(rows):
            return Faults(rows)
        wrong = values.take(pa.array(rows)).dictionary_encode()
        told = pa.array(_told(wrong.dictionary, subject), pa.string())
        return Faults(rows, detail=told.take(wrong.indices))

    return find


def are_sheets(numbers: pa.Array, subject: Subject) -> pa.Array:
    """(n,) whether each sheet number is one; NULL where there is none."""
    return _has_form(numbers, subject.context.policy.numbers.sheet, subject)


def _has_form(values: pa.Array, accepted: tuple[str, ...], subject: Subject) -> pa.Array:
    return pc.and_(
        pc.match_substring_regex(values, _any_of(accepted)),
        pc.less_equal(pc.utf8_length(values), subject.context.policy.numbers.longest),
    )


@cache
def _any_of(patterns: tuple[str, ...]) -> str:
    return f"^(?:{'|'.join(patterns)})$"


def _told(values: pa.Array, subject: Subject) -> pa.Array:
    """Each distinct value as a sentence repeats it: `«6 ODT» → 6, ODT`."""
    none = pa.scalar(None, pa.string())
    numeric = pc.and_(
        pc.match_substring_regex(values, _SHOWN),
        pc.less_equal(pc.count_substring_regex(values, "[0-9]"), _MOST_DIGITS),
    )
    short = pc.less_equal(pc.utf8_length(values), _LONGEST_SHOWN)
    shown = pc.if_else(pc.and_(numeric, short), values, HIDDEN)
    with_use = pc.extract_regex(values, _WITH_USE)
    use = pc.struct_field(with_use, "use")
    as_of = subject.context.as_of
    codes = land_use.explode(use)
    unknown = pa.array(np.isin(land_use.status(codes["land_use_code"], as_of), ("unknown", "zone")))
    not_uses = pc.is_in(
        pa.array(np.arange(len(values))), value_set=codes["row"].filter(unknown).combine_chunks()
    )
    split = pc.binary_join_element_wise(pc.struct_field(with_use, "number"), use, ", ")
    split = pc.if_else(not_uses, none, split)
    split = pc.coalesce(split, pc.struct_field(pc.extract_regex(values, _LABELLED), "number"))
    arrow = pc.binary_join_element_wise("«", shown, "» → ", split, "")
    return pc.coalesce(arrow, pc.binary_join_element_wise("«", shown, "»", ""))


_ADVICE = Bilingual(
    "Ghi đúng số theo bản đồ địa chính, không kèm chữ «tờ», «thửa», loại đất hay số khác. Sau dấu → là cách hiểu duy nhất "
    "của chữ đã ghi; hệ thống không tự sửa.",
    "Give the number of the cadastral map alone, without a word, a land use or another number. After → stands the one way "
    "in which what was written can be read; nothing is changed here.",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-SHEET-FORM",
        "error",
        quarantines=False,
        title=Bilingual("Số tờ bản đồ sai dạng", "Sheet number malformed"),
        message=Bilingual(
            "Số hiệu tờ bản đồ không phải là một số hiệu tờ: {detail}.", "The sheet number is none: {detail}."
        ),
        advice=_ADVICE,
        find=_form("sheet_no", lambda subject: subject.context.policy.numbers.sheet),
        condenses=True,
        measures=("dung",),
    ),
    Check(
        "IDN-NUMBER-FORM",
        "error",
        quarantines=False,
        title=Bilingual("Số thửa sai dạng", "Parcel number malformed"),
        message=Bilingual(
            "Số thứ tự thửa không phải là một số thửa: {detail}.", "The parcel number is none: {detail}."
        ),
        advice=_ADVICE,
        find=_form("parcel_no", lambda subject: subject.context.policy.numbers.parcel),
        condenses=True,
        measures=("dung",),
    ),
)
