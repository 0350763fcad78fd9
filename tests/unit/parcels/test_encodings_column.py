"""Columns: which encoding is found, that what is Unicode stays, that nothing is converted twice."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from parcels.encodings import BYTES, ENCODINGS, LEGACY, UTF8, encode_text
from parcels.encodings.codecs import western
from parcels.encodings.column import NOT_UTF8, TextColumn
from parcels.encodings.evidence import READINGS, Vocabulary
from parcels.reference import table
from sync.lab.measure.western import WORDS as WESTERN
from tests.conftest import counts

NAMES: list[str] = table("communes")["name"].to_pylist()
LATIN_1_ONLY = [name for name in NAMES if not name.isascii() and max(name) <= "\xff"]
PEOPLE = [
    f"{family} {middle} {given}"
    for family in ("Nguyễn", "Trần", "Phạm", "Hoàng", "Đỗ", "Võ")
    for middle in ("Văn", "Thị", "Đức", "Hữu")
    for given in ("Thử", "Giả", "Mẫu", "Ổi", "Sấu", "Bưởi", "Khế", "Quýt")
]


@pytest.fixture(scope="module")
def pages() -> dict[str, Vocabulary]:
    """Words by how they came; shared, because reading a word is what takes time."""
    return {page: Vocabulary(page) for page in (BYTES, "cp1252", "cp1258")}


CP1252 = Vocabulary("cp1252")  # of the property tests, which cannot take a fixture for each example


def drawn(source: list[str], count: int, seed: int) -> list[str]:
    return [source[place] for place in np.random.default_rng(seed).integers(len(source), size=count)]


def misread(values: list[str], encoding: str) -> list[str]:
    """What a program makes of bytes that it takes for Windows-1252."""
    return [western(encode_text(value, encoding)) for value in values]


def read(column: TextColumn, values: list[str | None]) -> list[str | None]:
    """One batch through a column."""
    column.observe(pa.array(values, pa.string()))
    while column.decide(frozenset()):
        pass
    result: list[str | None] = column.convert()[0].to_pylist()
    return result


def found(column: TextColumn) -> list[str]:
    return [READINGS[number] for number in column.decided]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("page", [BYTES, "cp1252", "latin-1"])
@pytest.mark.parametrize("source", [NAMES, PEOPLE], ids=["communes", "people"])
def test_a_column_of_names_is_recognised_and_converted(
    pages: dict[str, Vocabulary], encoding: str, page: str, source: list[str]
) -> None:
    for seed in range(counts(5)):
        names = drawn(source, 200, seed)
        coded = [encode_text(name, encoding) for name in names]
        values = [western(value) for value in coded] if page == "cp1252" else coded
        column = TextColumn(pages[BYTES if page == BYTES else "cp1252"])
        said = read(column, list(values))
        assert found(column) == [encoding]
        assert column.probability is not None
        assert column.probability > 0.999
        assert [fair(text) for text in said] == [fair(name) for name in names]
        assert column.undecided == column.lost == 0


def fair(text: str | None) -> str:
    """Without what some encoding cannot hold: case (TCVN3) and curly apostrophes (VISCII)."""
    return (text or "").replace("’", "'").lower()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("page", ["cp1252", "cp1258"])
@pytest.mark.parametrize("rows", [1, 3, 30, 300])
def test_unicode_stays_and_only_its_form_changes(
    pages: dict[str, Vocabulary], form: str, page: str, rows: int
) -> None:
    for seed in range(counts(10)):
        names = drawn(NAMES, rows, seed)
        column = TextColumn(pages[page])
        assert read(column, [unicodedata.normalize(form, name) for name in names]) == names  # type: ignore[arg-type]
        assert found(column) == []
        assert column.converted == column.undecided == 0
        assert column.composed == (
            0 if form == "NFC" else sum(unicodedata.normalize("NFD", n) != n for n in names)
        )


@pytest.mark.parametrize("rows", [1, 2, 5, 50, 300])
@pytest.mark.parametrize(
    "source", [LATIN_1_ONLY, list(WESTERN), PEOPLE], ids=["latin-1", "western", "people"]
)
def test_unicode_of_letters_that_are_easily_mistaken_stays(
    pages: dict[str, Vocabulary], source: list[str], rows: int
) -> None:
    for seed in range(counts(20)):
        values = drawn(source, rows, seed)
        column = TextColumn(pages["cp1252"])
        assert read(column, list(values)) == values
        assert found(column) == []


@given(
    st.lists(
        st.sampled_from([*WESTERN, *LATIN_1_ONLY[:200], *NAMES[:200], "ONT+CLN", "12.0", "007", "?"]),
        max_size=40,
    )
)
@hypothesis_settings(max_examples=counts(150))
def test_no_mixture_of_unicode_words_is_ever_converted(values: list[str]) -> None:
    column = TextColumn(CP1252)
    assert read(column, list(values)) == values
    assert column.converted == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES[:3000]), st.sampled_from(["", "", *LEGACY, UTF8])),
        min_size=1,
        max_size=60,
    )
)
@hypothesis_settings(max_examples=counts(60))
def test_nothing_is_converted_twice(values: list[tuple[str, str]]) -> None:
    """Whatever a column held and whatever was made of it: a second time nothing more is decided for what was converted."""
    delivered = [misread([name], encoding)[0] if encoding else name for name, encoding in values]
    first = TextColumn(CP1252)
    once = read(first, list(delivered))
    changed = [text for text, before in zip(once, delivered, strict=True) if text != before]
    second = TextColumn(CP1252)
    assert read(second, list(changed)) == changed
    assert second.converted == 0


@pytest.mark.parametrize("encoding", LEGACY)
def test_a_converted_column_is_converted_no_further(pages: dict[str, Vocabulary], encoding: str) -> None:
    once = read(TextColumn(pages["cp1252"]), list(misread(drawn(NAMES, 300, 1), encoding)))
    again = TextColumn(pages["cp1252"])
    assert read(again, once) == once
    assert found(again) == []


def test_ascii_batches_decide_nothing_and_pass(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"])
    plain: list[str | None] = ["An Phong", None, "Ba Vinh", "12.0", ""]
    assert read(column, plain) == plain
    assert read(column, list(misread(drawn(NAMES, 50, 1), "TCVN3")))[0] is not None
    assert found(column) == ["TCVN3"]
    assert read(column, plain) == plain
    assert column.report() is not None


def test_later_batches_that_disagree_make_the_column_mixed(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"])
    first, second = drawn(NAMES, 300, 1), drawn(NAMES, 300, 2)
    assert read(column, list(first)) == first
    assert not column.mixed
    said = read(column, list(misread(second, "VNI")))
    right = sum(fair(text) == fair(name) for text, name in zip(said, second, strict=True))
    assert right + column.undecided >= 300
    assert right > 285
    assert column.mixed
    third = drawn(NAMES, 300, 3)
    assert read(column, list(third)) == third  # Unicode goes on staying what it is


def test_values_of_a_mixed_batch_are_each_decided(pages: dict[str, Vocabulary]) -> None:
    names = drawn(NAMES, 400, 5)
    delivered = [*names[:200], *misread(names[200:], "TCVN3")]
    column = TextColumn(pages["cp1252"])
    said = read(column, list(delivered))
    assert found(column) == ["TCVN3"]
    assert column.mixed
    assert said[:200] == names[:200]
    kept = [
        text
        for text, before in zip(said[200:], delivered[200:], strict=True)
        if text == before and not before.isascii()
    ]
    assert len(kept) <= column.undecided
    assert (
        sum(fair(text) == fair(name) for text, name in zip(said, names, strict=True))
        >= 400 - column.undecided
    )
    assert column.undecided < 10


def test_two_old_encodings_in_one_column_are_both_found(pages: dict[str, Vocabulary]) -> None:
    names = drawn(NAMES, 400, 6)
    column = TextColumn(pages["cp1252"])
    said = read(column, [*misread(names[:200], "TCVN3"), *misread(names[200:], "VNI")])
    assert sorted(found(column)) == ["TCVN3", "VNI"]
    assert (
        sum(fair(text) == fair(name) for text, name in zip(said, names, strict=True))
        >= 400 - column.undecided
    )
    assert column.undecided < 10


def test_one_word_decides_nothing_alone_but_may_beside_a_column_that_is_decided(
    pages: dict[str, Vocabulary],
) -> None:
    alone = TextColumn(pages["cp1252"])
    assert read(alone, ["§Êt"] * 5) == ["§Êt"] * 5
    assert (alone.undecided, found(alone)) == (5, [])
    report = alone.report()
    assert report is not None
    assert report["suspected"] == "TCVN3"
    beside = TextColumn(pages["cp1252"])
    beside.observe(pa.array(["§Êt"]))
    assert beside.decide(frozenset({READINGS.index("TCVN3")}))
    assert beside.convert()[0].to_pylist() == ["Đất"]


def test_a_foreign_word_is_not_turned_by_the_other_columns(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"])
    column.observe(pa.array(["Besançon", "Nîmes", "30 m²"]))
    assert not column.decide(frozenset({READINGS.index("TCVN3")}))


@pytest.mark.parametrize("text", ["Nguy?n V?n Thử", "Nguy\ufffdn", "?ất ở", "L? Th? B"])
def test_lost_characters_are_counted_and_not_made_up(pages: dict[str, Vocabulary], text: str) -> None:
    column = TextColumn(pages["cp1252"])
    assert read(column, [text, text, "Xã Hòa Bình"]) == [text, text, "Xã Hòa Bình"]
    assert column.lost == 2


@pytest.mark.parametrize("text", ["Đất ở?", "? ", "12?", "??"])
def test_a_question_mark_that_is_one_is_no_lost_character(pages: dict[str, Vocabulary], text: str) -> None:
    column = TextColumn(pages["cp1252"])
    read(column, [text])
    assert column.lost == 0


def test_old_text_with_a_lost_character_is_still_converted(pages: dict[str, Vocabulary]) -> None:
    values = [*misread(drawn(NAMES, 50, 1), "VPS"), misread(["Phường"], "VPS")[0] + " \ufffdông"]
    column = TextColumn(pages["cp1252"])
    assert read(column, list(values))[-1] == "Phường \ufffdông"
    assert column.lost == 1


@pytest.mark.parametrize("encoding", LEGACY)
def test_text_read_by_code_page_1258_is_recognised_too(pages: dict[str, Vocabulary], encoding: str) -> None:
    """A Vietnamese Windows takes every byte for cp1258."""
    names = [name for name in drawn(NAMES, 300, 4) if "B’Lao" not in name]
    coded = [encode_text(name, encoding).encode("latin-1") for name in names]
    usable = [(raw, name) for raw, name in zip(coded, names, strict=True) if decodable(raw)]
    column = TextColumn(pages["cp1258"])
    said = read(column, [raw.decode("cp1258") for raw, _ in usable])
    assert [fair(text) for text in said] == [fair(name) for _, name in usable]
    assert found(column) == ([encoding] if encoding != "CP1258" else [])


def decodable(raw: bytes) -> bool:
    try:
        raw.decode("cp1258")
    except UnicodeDecodeError:
        return False
    return True


def test_what_was_declared_is_used_where_little_speaks(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"], "TCVN3")
    assert read(column, ["§Êt", "Hµ Néi", None, "12"]) == ["Đất", "Hà Nội", None, "12"]
    assert column.contradicted_by is None


@pytest.mark.parametrize(
    ("declared", "really", "named"),
    [
        ("TCVN3", "VNI", "VNI"),
        ("VNI", "TCVN3", "TCVN3"),
        ("TCVN3", "", "Unicode"),
        ("VPS", "VISCII", "VISCII"),
    ],
)
def test_a_declaration_that_the_words_contradict_is_told(
    pages: dict[str, Vocabulary], declared: str, really: str, named: str
) -> None:
    names = drawn(NAMES, 50, 1)
    column = TextColumn(pages["cp1252"], declared)
    column.observe(pa.array(misread(names, really) if really else names))
    column.decide(frozenset())
    assert column.contradicted_by == named


@pytest.mark.parametrize("encoding", LEGACY)
def test_a_true_declaration_is_never_contradicted(pages: dict[str, Vocabulary], encoding: str) -> None:
    for seed in range(counts(10)):
        column = TextColumn(pages["cp1252"], encoding)
        column.observe(pa.array(misread(drawn(NAMES, 5 * seed + 1, seed), encoding)))
        column.decide(frozenset())
        assert column.contradicted_by is None


def test_bytes_that_are_no_utf8_contradict_a_declaration_of_utf8(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages[BYTES], UTF8)
    column.observe(pa.array([encode_text("Xã Hòa Bình", UTF8), encode_text("Xã Hòa Bình", "TCVN3")]))
    column.decide(frozenset())
    assert column.contradicted_by == NOT_UTF8


def test_bytes_of_western_europe_are_read_as_such(pages: dict[str, Vocabulary]) -> None:
    words = [word for word in WESTERN if "Ō" not in word]
    column = TextColumn(pages[BYTES])
    assert read(column, [word.encode("cp1252").decode("latin-1") for word in words]) == list(words)
    assert found(column) == []


def test_a_report_holds_no_value(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"])
    read(column, list(misread(PEOPLE, "TCVN3")))
    assert set(column.report() or {}) == {
        "encoding", "suspected", "probability", "how", "converted", "composed", "mixed", "as_they_were", "undecided",
        "lost", "case_unknown",
    }  # fmt: skip
    assert all(
        not isinstance(value, str) or value in {"TCVN3", "found"}
        for value in (column.report() or {}).values()
    )


def test_more_words_than_are_kept_speak_for_nothing_and_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parcels.encodings.evidence.MOST_WORDS", 50)
    column = TextColumn(Vocabulary("cp1252"))
    names = drawn(NAMES, 300, 1)
    assert read(column, list(names)) == names
    old = TextColumn(Vocabulary("cp1252"))
    said = read(old, list(misread(names, "TCVN3")))
    assert found(old) == ["TCVN3"]
    assert sum(fair(text) == fair(name) for text, name in zip(said, names, strict=True)) > 290


def test_what_describes_a_column_in_a_log_holds_none_of_its_words(pages: dict[str, Vocabulary]) -> None:
    column = TextColumn(pages["cp1252"])
    column.observe(pa.array(misread(PEOPLE, "TCVN3")))
    assert misread(["Nguyễn"], "TCVN3")[0] not in repr(column)
    assert misread(["Nguyễn"], "TCVN3")[0] not in str(column._pending)
