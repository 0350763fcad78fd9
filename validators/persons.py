"""ATT-PERSON-ID and ATT-PERSON-BIRTH: whether the number of a land user can be one. No number is ever repeated.

A personal identification number has 12 digits: three of the province of birth registration (one of the 63 of then), one
for century and sex (0 and 1: 1900 to 1999, 2 and 3: 2000 to 2099 …), two of the year of birth, six at random; it has no
check digit. Before it, identity cards had 9. Organisations have tax numbers of 10 digits, their branches of 13; some
registers write `N/A-` before them. Passports have one or two letters and 6 to 8 digits. What is none of these is told.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.provinces import old_provinces
from validators.base import Check, Faults, Mask, Subject, where, words
from validators.people_of import Persons, persons, strongest

_TWELVE = r"^[0-9]{12}$"
_SEPARATORS = r"[ .]"
_BEFORE_TAX = r"^[Nn]/[Aa]-"
_TAX = r"^[0-9]{10}(-?[0-9]{3})?$"
_NINE = r"^[0-9]{9}$"
_PASSPORT = r"^[A-Z]{1,2}[0-9]{6,8}$"
_DIGITS = r"^[0-9]+$"
_ONE_DIGIT = "^(" + "|".join(f"{digit}+" for digit in range(10)) + ")$"

_REASONS: dict[str, Bilingual] = {
    "digits": Bilingual("số chữ số không đúng", "a wrong number of digits"),
    "zeros": Bilingual("mất các số 0 ở đầu", "its leading zeros are lost"),
    "same": Bilingual("chỉ lặp lại một chữ số", "one digit over and over"),
    "province": Bilingual(
        "ba số đầu không phải mã tỉnh nơi đăng ký khai sinh",
        "its first three digits are no province of birth registration",
    ),
    "year": Bilingual("năm sinh ghi trong số nằm ở tương lai", "its year of birth lies in the future"),
    "form": Bilingual("không có dạng của một số định danh nào", "the form of no such number"),
}


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of land users (m,), everybody's on any parcel of the dataset.

    reason  why it cannot be one; None where it can or there is none
    year    of birth, of a number of 12 digits that can be one; 0 elsewhere
    """

    reason: NDArray[np.object_]
    year: NDArray[np.int64]


def numbers(subject: Subject) -> _Numbers:
    """Every number, looked at once per distinct value. Use as a fact."""
    people = subject.fact(persons)
    encoded = people.text("land_user_id_number").dictionary_encode()
    said = pc.replace_substring_regex(encoded.dictionary, _SEPARATORS, "")
    said = pc.replace_substring_regex(said, _BEFORE_TAX, "")
    born = _born(said)
    twelve, last = _is(said, _TWELVE), subject.context.as_of.year
    padded = pc.utf8_lpad(said, 12, "0")
    short = np.isin(np.asarray(pc.utf8_length(said)), (10, 11)) & _is(said, _DIGITS)
    lost = short & _of_a_province(padded) & (_born(padded) <= last)
    reason = np.select(
        [
            _is(said, _ONE_DIGIT),
            twelve & ~_of_a_province(said),
            twelve & (born > last),
            twelve,
            _is(said, _NINE) | _is(said, _TAX) | _is(said, _PASSPORT),
            lost,
            _is(said, _DIGITS),
        ],
        ["same", "province", "year", "", "", "zeros", "digits"],
        "form",
    ).astype(object)
    year = np.where(twelve & (reason == ""), born, 0)
    # Ten digits are a tax number, unless they are a person's without the zeros: then the year of birth says so.
    ten = lost & _is(said, _TAX)
    index = encoded.indices
    at = np.asarray(pc.fill_null(index, 0), dtype=np.int64)
    if not len(said):
        return _Numbers(np.full(len(index), None, dtype=object), np.zeros(len(index), np.int64))
    there = np.asarray(index.is_valid())
    result = np.where(there, reason[at], "")
    result[there & ten[at] & (_born(padded)[at] == _birth_years(subject, people))] = "zeros"
    result[result == ""] = None
    return _Numbers(result, np.where(there, year[at], 0))


def _is(values: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(values, pattern), dtype=bool)


def _of_a_province(values: pa.Array) -> Mask:
    codes = pa.array([f"0{old.code}" for old in old_provinces()])
    return np.asarray(pc.is_in(pc.utf8_slice_codeunits(values, 0, 3), value_set=codes), dtype=bool)


def _born(values: pa.Array) -> NDArray[np.int64]:
    """The year of birth that a number of 12 digits says; 0 for others."""
    none = pa.scalar(None, pa.string())
    twelve = pc.if_else(pc.match_substring_regex(values, _TWELVE), values, none)
    century, year = (
        np.asarray(pc.fill_null(pc.utf8_slice_codeunits(twelve, *part).cast(pa.int64()), -1))
        for part in ((3, 4), (4, 6))
    )
    return np.where(century < 0, 0, 1900 + 100 * (century // 2) + year)


def _birth_years(subject: Subject, people: Persons) -> NDArray[np.int64]:
    """The delivered years of birth that can be; -1 elsewhere."""
    values = np.asarray(pc.fill_null(people.text("land_user_birth_year"), -1), dtype=np.int64)
    first, last = subject.context.policy.attributes.earliest_year, subject.context.as_of.year
    return np.where((values >= first) & (values <= last), values, -1)


def number(subject: Subject) -> Faults:
    """Rows any of whose land users has a number that cannot be one; the detail says why."""
    people = subject.fact(persons)
    rows, reasons = strongest(people.at, subject.fact(numbers).reason, _REASONS, len(subject))
    return Faults(rows, detail=pa.array(reasons, pa.string()))


def birth(subject: Subject) -> Faults:
    """Rows any of whose land users was born in another year by the number than by the register."""
    people = subject.fact(persons)
    said, registered = subject.fact(numbers).year, _birth_years(subject, people)
    wrong = (said > 0) & (registered > 0) & (said != registered)
    return Faults(where(people.on(wrong, len(subject))))


CHECKS: tuple[Check, ...] = (
    Check(
        "ATT-PERSON-ID",
        "warning",
        quarantines=False,
        title=Bilingual(
            "Số định danh của người sử dụng đất sai cấu trúc", "Number of the land user is malformed"
        ),
        message=Bilingual(
            "Số định danh cá nhân hoặc mã số tổ chức của người sử dụng đất sai cấu trúc: {detail}.",
            "The personal or organisation number of the land user cannot be one: {detail}.",
        ),
        advice=Bilingual(
            "Ghi số định danh 12 chữ số (hoặc số CMND 9 chữ số, mã số thuế 10 hoặc 13 chữ số) theo giấy tờ, dưới dạng văn bản.",
            "Give the number of 12 digits (or the old one of 9, or a tax number of 10 or 13) from the document, as text.",
        ),
        find=number,
        condenses=True,
        measures=("dung",),
        say_detail=words(_REASONS),
    ),
    Check(
        "ATT-PERSON-BIRTH",
        "warning",
        quarantines=False,
        title=Bilingual("Số định danh và năm sinh mâu thuẫn", "Personal number and year of birth contradict"),
        message=Bilingual(
            "Năm sinh ghi trong số định danh của người sử dụng đất khác năm sinh trong hồ sơ.",
            "The year of birth in the land user's number is not the one that is registered.",
        ),
        advice=Bilingual(
            "Đối chiếu số định danh và năm sinh với giấy tờ của người sử dụng đất; sửa bên sai.",
            "Compare both with the land user's document; correct whichever is wrong.",
        ),
        find=birth,
        measures=("thong_nhat",),
    ),
)
