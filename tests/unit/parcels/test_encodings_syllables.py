"""What a Vietnamese syllable is."""

import pytest

from parcels.encodings.syllables import learn, of_the_nation, parse
from parcels.reference import table


@pytest.mark.parametrize(
    "word",
    [
        "Nguyễn",
        "Thị",
        "Quỳnh",
        "giữa",
        "giếng",
        "gì",
        "gìn",
        "quốc",
        "yên",
        "khuỷu",
        "nghiêng",
        "thuở",
        "ghềnh",
        "rượu",
        "Ý",
        "ưa",
        "uống",
        "tuyết",
        "hòa",
        "hoà",
        "thủy",
        "thuỷ",
        "ĐẤT",
    ],
)
def test_syllables_are_known(word: str) -> None:
    assert parse(word) is not None


@pytest.mark.parametrize(
    "word",
    [
        "blé",
        "Thérèse",
        "Êt",
        "cêm",
        "ngiêng",
        "gê",
        "hõc",
        "tôp",
        "qô",
        "nn",
        "b",
        "kông",
        "Lôk",
        "áà",
        "Müller",
    ],
)
def test_what_cannot_be_written_is_no_syllable(word: str) -> None:
    assert parse(word) is None


def test_a_stopped_syllable_has_the_sharp_or_the_heavy_tone() -> None:
    assert [parse(word) is not None for word in ("các", "cạc", "cac", "càc", "cảc", "cãc")] == [
        True,
        True,
    ] + [False] * 4


def test_nearly_every_syllable_of_a_commune_s_name_is_one() -> None:
    words = [
        word for name in table("communes")["name"].to_pylist() for word in name.split() if word.isalpha()
    ]
    assert sum(parse(word) is not None for word in words) / len(words) > 0.98


def test_what_names_hold_is_likelier_than_what_they_do_not() -> None:
    seen = of_the_nation()
    common, rare, word = (seen.log_likelihood(text) for text in ("xã", "xỏ", "Đắk"))
    assert common is not None
    assert rare is not None
    assert common > rare + 5
    assert word is not None  # no syllable, but a word that many names hold
    assert seen.log_likelihood("Thérèse") is None


def test_probabilities_of_syllables_are_no_more_than_one_in_all() -> None:
    frequencies = learn(["Xã Hòa Bình", "Xã Hòa Hợp"])
    assert parse("Hòa") is not None
    total = sum(
        2.718281828459045**likelihood
        for likelihood in map(frequencies.log_likelihood, ("xã", "hòa", "bình", "hợp"))
        if likelihood is not None
    )
    assert 0.8 < total <= 1
