"""The old encodings letter by letter: our tables against themselves, and against tables and bytes of others."""

import csv
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.encodings import ENCODINGS, LEGACY, UTF8, byte_text, decode, decode_text, encode_text, named
from parcels.encodings.codecs import capitals, western
from parcels.encodings.tables import TABLES, TCVN3_TONED, letters

CASED = [encoding for encoding in LEGACY if encoding != "TCVN3"]
LETTERS = letters()


def test_there_are_134_letters_beyond_ascii() -> None:
    assert len(LETTERS) == len(set(LETTERS)) == 134
    assert all(unicodedata.is_normalized("NFC", letter) for letter in LETTERS)


@pytest.mark.parametrize("encoding", [*CASED, UTF8])
def test_every_letter_survives_the_way_there_and_back(encoding: str) -> None:
    coded = encode_text(LETTERS, encoding)
    assert max(coded) <= "\xff"
    assert decode_text(coded, encoding) == LETTERS


def test_tcvn3_has_every_small_letter_and_the_seven_capitals_without_tone() -> None:
    assert decode_text(encode_text(LETTERS, "TCVN3"), "TCVN3") == "".join(
        letter if letter in "ĂÂÊÔƠƯĐ" else letter.lower() for letter in LETTERS
    )


def test_tcvn3_has_one_byte_per_letter_and_74_in_all() -> None:
    assert len(TABLES["TCVN3"]) == 74
    assert len(TCVN3_TONED) == 60  # where it differs from TCVN 5712:1993 VN1


@given(
    st.text(alphabet=LETTERS + "abcdeghiklmnopqrstuvxyABCDEGHIKLMNOPQRSTUVXY 0123456789.,-/()", max_size=60)
)
def test_text_survives_in_every_encoding_that_has_capitals(text: str) -> None:
    # VNI writes ă as "aê": a plain vowel before a letter that is also a mark would be read as one.
    for encoding in CASED:
        read = decode_text(encode_text(text, encoding), encoding)
        if encoding != "VNI":
            assert read == text
    assert decode_text(encode_text(text, "TCVN3"), "TCVN3").lower() == text.lower()


@given(st.text(alphabet=LETTERS + "abc xyz", max_size=40))
def test_what_another_program_read_as_windows_1252_is_read_the_same(text: str) -> None:
    for encoding in ENCODINGS:
        coded = encode_text(text, encoding)
        assert byte_text(western(coded)) == coded


def test_vni_takes_the_longest_match() -> None:
    assert decode_text("Nguyeãn Thò Hoàng", "VNI") == "Nguyễn Thị Hồng"
    assert decode_text("Nguyeãn Hoaøng", "VNI") == "Nguyễn Hoàng"
    assert decode_text("Phöôøng", "VNI") == "Phường"
    assert decode_text("Ñoâng Ñoàng", "VNI") == "Đông Đồng"


def test_a_base_letter_decides_the_case_of_a_vni_letter() -> None:
    assert decode_text("Aùi", "VNI") == decode_text("AÙi", "VNI") == "Ái"


def test_what_an_encoding_has_no_letter_for_stays() -> None:
    assert decode_text("30 m\xb2 \x93TCVN3\x94 \x96 H\xb5 N\xe9i", "TCVN3") == "30 m² “TCVN3” – Hà Nội"


def test_half_a_character_at_the_end_of_utf8_bytes_is_dropped_and_no_other() -> None:
    assert decode_text("Kh\xc3\xaa", UTF8) == "Khê"
    assert decode_text("Xã Đồ".encode().decode("latin-1")[:-1], UTF8) == "Xã Đ"


@pytest.mark.parametrize(
    ("delivered", "meant"),
    [
        ("NGUYÔN V¡N AN", "NGUYỄN VĂN AN"),
        ("Vò THÞ HåNG", "VŨ THỊ HỒNG"),
        ("UBND PH¦êNG Hµ Néi", "UBND PHƯỜNG Hà Nội"),
        ("NguyÔn V¨n An", "Nguyễn Văn An"),
        ("X· Hßa B×nh", "Xã Hòa Bình"),
    ],
)
def test_capitals_of_tcvn3_follow_the_rule(delivered: str, meant: str) -> None:
    assert decode(pa.array([delivered]), "TCVN3").to_pylist() == [meant]
    assert capitals(meant) == (meant, False)


@pytest.mark.parametrize("text", ["ái Quốc", "Vũ Lễ", "Xã SRó", "Hà"])
def test_capitals_of_tcvn3_that_cannot_be_known_stay_small_and_are_told(text: str) -> None:
    assert capitals(text) == (text, True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TCVN3", "TCVN3"), ("tcvn3 (ABC)", "TCVN3"), (".VnTime", "TCVN3"), ("vni-win", "VNI"), ("VPS", "VPS"),
        ("viscii", "VISCII"), ("windows-1258", "CP1258"), ("1258", "CP1258"), ("utf8", UTF8), ("TCVN5712-1", None),
        ("GBK", None),
    ],
)  # fmt: skip
def test_encodings_are_known_by_the_names_people_write(written: str, meant: str | None) -> None:
    assert named(written) == meant


def test_null_stays_null_and_equal_values_become_equal() -> None:
    assert decode(pa.array(["H\xb5", None, "H\xb5"]), "TCVN3").to_pylist() == ["Hà", None, "Hà"]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("encoding", "column"), [("TCVN3", "TCVN3"), ("VPS", "VPS"), ("VISCII", "VISCII"), ("VNI", "VNIWIN")]
)
def test_our_tables_agree_with_another(shared_data: Path, encoding: str, column: str) -> None:
    """In the other table letters that share a byte there are capitals; ours has their own bytes, or knows no case."""
    with (shared_data / "encodings" / "charset_table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 186
    for row in rows:
        read = decode_text(bytes.fromhex(row[column]).decode("latin-1"), encoding)
        assert read.lower() == row["char"].lower()
        if encoding == "VNI" or row["char"].islower():
            assert read == row["char"]
            assert encode_text(row["char"], encoding).encode("latin-1").hex() == row[column]


@pytest.mark.shared_data
@pytest.mark.parametrize("encoding", ["TCVN3", "VNI"])
def test_names_are_converted_as_two_other_programs_convert_them(shared_data: Path, encoding: str) -> None:
    with (shared_data / "encodings" / "commune_names_tcvn3_vni.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    key = encoding.lower()
    agreed = [row for row in rows if row[f"{key}_two_impl_agree"] == "1"]
    assert len(agreed) == {"TCVN3": 8575, "VNI": 8387}[encoding]
    coded = pa.array([bytes.fromhex(row[f"{key}_hex"]).decode("latin-1") for row in agreed])
    assert decode(coded, encoding).to_pylist() == [row["unicode_nfc"] for row in agreed]
