"""Sheet and parcel numbers and keys are text, whatever type a file gave them: no float, no digit and no zero lost."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from sync.conform.columns import Mapper
from tests.support.strip import profile_of

DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=18)


def read(canonical: str, values: list[Any], kind: pa.DataType) -> list[str | None]:
    """What becomes of delivered values in a canonical column."""
    profile = profile_of(columns={canonical: "x"})
    batch = pa.RecordBatch.from_arrays([pa.array(values, kind)], names=["x"])
    result: list[str | None] = (
        Mapper(profile, {canonical: ("x",)}, "f.gpkg").canonical(batch)[canonical].to_pylist()
    )
    return result


@pytest.mark.parametrize("canonical", ["sheet_no", "parcel_no"])
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["12.0", "12,00", " 12 ", "\u00a012\u200b", "１２"], pa.string()),
        ([12, 12, None], pa.int64()),
        ([12, None], pa.int16()),
        ([12.0, None, 12.00], pa.float64()),
        ([12.0, None], pa.float32()),
    ],
)
def test_every_way_to_write_sheet_12_is_sheet_12(
    canonical: str, values: list[Any], kind: pa.DataType
) -> None:
    assert read(canonical, values, kind) == [None if value is None else "12" for value in values]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=8))
def test_integers_beside_missing_values_keep_every_digit(values: list[int | None]) -> None:
    expected = [
        None if not value else str(value) for value in values
    ]  # 0 is none: numbers of a DBF have no NULL
    for canonical in ("sheet_no", "parcel_no", "source_key"):
        assert read(canonical, values, pa.int64()) == expected


@given(st.lists(st.none() | st.integers(-(2**53) + 1, 2**53 - 1), max_size=8))
def test_whole_floats_are_the_whole_numbers_that_they_are(values: list[int | None]) -> None:
    floats = [None if value is None else float(value) for value in values]
    expected = [None if not value else str(value) for value in values]
    assert read("source_key", floats, pa.float64()) == expected


@given(st.integers(2**53, 2**60))
def test_floats_beyond_what_a_float_holds_are_refused(value: int) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        read("source_key", [float(value)], pa.float64())
    assert caught.value.code == "DLV-NUMBER-PRECISION"


def test_single_floats_are_refused_where_they_lose_digits_already() -> None:
    assert read("source_key", [2**24 - 1, None], pa.float32()) == ["16777215", None]
    with pytest.raises(DeliveryRejected) as caught:
        read("source_key", [float(2**24 + 2)], pa.float32())
    assert caught.value.code == "DLV-NUMBER-PRECISION"


@given(DIGITS, st.integers(0, 5))
def test_leading_zeros_live_in_text(digits: str, zeros: int) -> None:
    delivered = "0" * zeros + digits
    expected = delivered if delivered.strip("0") else None  # nothing but zeros is no number
    for canonical in ("sheet_no", "parcel_no", "source_key", "national_id"):
        assert read(canonical, [delivered], pa.string()) == [expected]


@given(st.lists(st.none() | st.text(alphabet="0123456789.,-/ab \u00a0", max_size=8), max_size=8))
def test_reading_what_was_read_changes_nothing(values: list[str | None]) -> None:
    once = read("sheet_no", values, pa.string())
    assert read("sheet_no", once, pa.string()) == once
