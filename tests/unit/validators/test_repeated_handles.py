"""What repeats in a delivery is found by numbers that stand for texts, and is exactly what repeats."""

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators import delivery
from validators.delivery import Delivered
from validators.hashing import text_hashes, twice
from validators.identity import handles

AS_OF = date(2026, 11, 20)
TEXTS = st.lists(st.text(max_size=12), max_size=60)


def table(keys: list[str | None]) -> pa.Table:
    columns = {name: pa.nulls(len(keys), pa.string()) for name in handles.KEY_COLUMNS}
    columns |= {"source_system": pa.repeat("s", len(keys)), "source_key": pa.array(keys, pa.string())}
    return pa.table(columns)


@given(TEXTS)
def test_the_same_text_has_the_same_number_and_others_another(texts: list[str]) -> None:
    values = pa.array(texts, pa.string())
    hashes = text_hashes(values)
    assert len(hashes) == len(texts)
    for one, hashed in zip(texts, hashes, strict=True):
        for other, too in zip(texts, hashes, strict=True):
            assert (one == other) == (hashed == too)


@given(TEXTS, st.integers(0, 5))
def test_a_piece_of_a_column_hashes_like_the_column(texts: list[str], start: int) -> None:
    values = pa.array(texts, pa.string())
    assert text_hashes(values.slice(start)).tolist() == text_hashes(values)[start:].tolist()


def test_millions_of_like_numbers_have_numbers_of_their_own() -> None:
    values = pa.array(np.arange(200_000)).cast(pa.string())
    assert len(np.unique(text_hashes(values))) == 200_000
    assert len(text_hashes(pa.array([], pa.string()))) == 0


@given(st.lists(st.integers(0, 9), max_size=40))
def test_what_occurs_twice_is_found_once(numbers: list[int]) -> None:
    found = twice(np.array(numbers, np.uint64)).tolist()
    assert found == sorted(number for number, count in Counter(numbers).items() if count > 1)


KEYS = st.lists(
    st.none() | st.sampled_from(["a", "b", "c", "d e", "ắ", "", "0"]) | st.text(max_size=3), max_size=12
)


@given(st.dictionaries(st.sampled_from(["00691", "00694", "-"]), KEYS, max_size=3))
def test_what_repeats_over_all_datasets_is_what_is_counted_more_than_once(
    parts: dict[str, list[str | None]],
) -> None:
    found = Delivered({code: table(keys) for code, keys in parts.items()}, AS_OF).repeated().source_key
    counted = Counter(
        handle
        for keys in parts.values()
        for handle in handles.source_handles(table(keys)).to_pylist()
        if handle is not None
    )
    wanted = {handle: count for handle, count in counted.items() if count > 1}
    assert dict(zip(found["handle"].to_pylist(), found["rows"].to_pylist(), strict=True)) == wanted


def test_texts_that_share_a_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should two texts have one number, the second look still counts texts."""
    monkeypatch.setattr(delivery, "text_hashes", lambda values: np.zeros(len(values), np.uint64))
    found = Delivered({"-": table(["a", "b", "b", None])}, AS_OF).repeated().source_key
    assert found["rows"].to_pylist() == [2]
    assert found["handle"].to_pylist() == handles.source_handles(table(["b"])).to_pylist()
