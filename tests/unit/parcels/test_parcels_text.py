"""Vietnamese text: one form to store, one to compare."""

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from parcels import text

TEXTS = st.lists(st.none() | st.text(max_size=12), max_size=8)


def test_decomposed_text_becomes_nfc_and_missing_stays_missing() -> None:
    decomposed = unicodedata.normalize("NFD", "Xã Hòa Trí")
    assert text.nfc(pa.array([decomposed, None])).to_pylist() == ["Xã Hòa Trí", None]


def test_blanks_and_invisible_characters_go() -> None:
    dirty = pa.array(["  Xã\u00a0 Hòa\n Trí\u200b ", " \t ", "\ufeff", "Hòa\x00\x1f"])
    assert text.clean(dirty).to_pylist() == ["Xã Hòa Trí", None, None, "Hòa"]


@given(TEXTS)
def test_cleaning_a_column_is_cleaning_each_text(values: list[str | None]) -> None:
    expected = [None if value is None else (text.clean_text(value) or None) for value in values]
    assert text.clean(pa.array(values, pa.string())).to_pylist() == expected


@given(TEXTS)
def test_folding_a_column_is_folding_each_text(values: list[str | None]) -> None:
    expected = [None if value is None else text.fold_text(value) for value in values]
    assert text.fold(pa.array(values, pa.string())).to_pylist() == expected
    assert text.fold(pa.chunked_array([values], pa.string())).to_pylist() == expected


def test_the_place_of_a_tone_and_the_case_do_not_matter() -> None:
    for one, other in (
        ("Hòa Bình", "HOÀ BÌNH"),
        ("Thủy Nguyên", "Thuỷ Nguyên"),
        ("Mỹ Đức", "Mĩ Đức"),
        ("Krông Pắc", "KRÔNG PẮC"),
        ("M'Drắk", "M’Drắk"),
    ):
        assert text.fold_text(one) == text.fold_text(other)


def test_the_tone_may_stand_on_either_letter_of_oa_oe_and_uy_in_any_case_and_form() -> None:
    for one, other in (
        ("hòa", "hoà"), ("HÓA", "hoá"), ("khỏe", "khoẻ"), ("thủy", "thuỷ"), ("lũy", "luỹ"), ("tọa", "toạ"),
        ("quý", "quí"), ("Lý", "Lí"), ("thuế", "THUẾ"), ("Ý Yên", "ý yên"),
    ):  # fmt: skip
        for form in ("NFC", "NFD"):
            assert text.fold_text(unicodedata.normalize(form, one)) == text.fold_text(other)


@given(st.text(alphabet="hòaoàyỷiíHÒA đĐâ'’ ", max_size=16))
def test_folding_takes_no_notice_of_case_and_form_and_is_done_once(value: str) -> None:
    folded = text.fold_text(value)
    assert text.fold_text(value.upper()) == text.fold_text(value.lower()) == folded
    assert text.fold_text(unicodedata.normalize("NFD", value)) == folded


def test_other_letters_and_other_tones_stay_different() -> None:
    for one, other in (
        ("Hòa", "Hóa"),
        ("Đà", "Dà"),
        ("Tân", "Tăn"),
        ("Phú Hòa", "Phủ Hòa"),
        ("Hòa Bình", "Hoa Bình"),
    ):
        assert text.fold_text(one) != text.fold_text(other)


@given(st.text())
def test_clean_text_is_nfc_and_cleaning_it_again_changes_nothing(value: str) -> None:
    clean = text.clean_text(value)
    assert unicodedata.is_normalized("NFC", clean)
    assert text.clean_text(clean) == clean


def test_a_mark_behind_an_invisible_character_still_joins_its_letter() -> None:
    assert text.clean_text("a\u200b\u0301") == "á"


def test_what_is_not_looked_at_for_its_form_has_no_other() -> None:
    plain = [chr(at) for at in range(0x1F000) if not 0xD800 <= at < 0xE000]
    asked = pc.match_substring_regex(pa.array(plain), text._PERHAPS_NOT_NFC).to_pylist()
    passed = [letter for letter, perhaps in zip(plain, asked, strict=True) if not perhaps]
    assert {"a", "ệ", "Đ", "–"} <= set(passed)
    assert all(
        unicodedata.is_normalized("NFC", letter) and not unicodedata.combining(letter) for letter in passed
    )
    # None of them is the second half of a letter that is written as one.
    halves = {
        chr(int(parts[1], 16))
        for letter in plain
        if len(parts := unicodedata.decomposition(letter).split()) == 2 and not parts[0].startswith("<")
    }
    assert not halves & set(passed)


@given(st.lists(st.text(alphabet="aệẾđ \t\u00a0\u200b\u0301\u0323\u2003–à", max_size=6), max_size=5))
def test_cleaning_a_column_is_cleaning_each_text_where_marks_are_loose(values: list[str]) -> None:
    assert text.clean(pa.array(values, pa.string())).to_pylist() == [
        text.clean_text(each) or None for each in values
    ]
