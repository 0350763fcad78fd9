"""47,8 and 1.234,5: read where the column shows what its marks mean, told where it does not, never read wrongly."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.conform import conform
from sync.conform.numbers import Habits, MarksShown
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch
from sync.intake.sources import base
from tests.support.strip import COMMUNE, profile_of, strip

Write = Callable[..., Path]


def read(*batches: list[str]) -> list[list[str | None]]:
    habits = Habits()
    for _ in range(5):
        try:
            return [habits.of[0, "a"].plain(pa.array(batch, pa.string())).to_pylist() for batch in batches]
        except MarksShown:
            habits.read_again()
    raise AssertionError("without end")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["47,8", "1.234,5", "1.234", "2.000.000"], ["47.8", "1234.5", "1234", "2000000"]),
        (["47.8", "1,234.5", "1,234"], ["47.8", "1234.5", "1234"]),
        (["47,8", "1.234"], ["47.8", "1234"]),
        (["512.345", "0.250", "1.234"], ["512.345", "0.250", "1.234"]),
        (["512.345", "1234.5", "12,5"], ["512.345", "1234.5", "12.5"]),
        (["1.234,5", "12.5", "1.234"], ["1234.5", "12.5", "?"]),
        (["47 .8", "khong", "1.23.4", "12.34,5"], ["47 .8", "khong", "1.23.4", "12.34.5"]),
    ],
)
def test_a_mark_means_what_its_column_shows(written: list[str], meant: list[str]) -> None:
    assert read(written) == [meant]
    assert read(*[[value] for value in written]) == [[value] for value in meant]  # in batches of one row


@given(st.lists(st.decimals(0, 10**7, places=2), min_size=1), st.sampled_from(["vi", "en"]), st.randoms())
def test_a_whole_column_in_one_habit_is_read_as_written(
    areas: list[Decimal], habit: str, dice: object
) -> None:
    """Written by Python's own formatting; the first row shows the habit or the last."""
    values = [f"{area:,}" for area in [*areas, Decimal("1234.5")]]
    if habit == "vi":
        values = [value.translate(str.maketrans(",.", ".,")) for value in values]
    for order in (values, values[::-1]):
        (one,) = zip(*read(*[[value] for value in order]), strict=True)
        assert [Decimal(value or "0") for value in one] == [
            Decimal(value.replace("." if habit == "vi" else ",", "").replace(",", ".")) for value in order
        ]


def test_what_a_late_row_shows_holds_for_the_first(
    gpkg: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "BATCH_ROWS", 2)
    frame = strip(6)
    frame["dienTich"] = ["1.234", "một ngàn", "512", "2.500", "1.234,5", "12,25"]
    profile = profile_of(
        columns={
            "source_key": "thuaDatId",
            "commune_code": "maXa",
            "sheet_no": "soTo",
            "parcel_no": "soThua",
            "area_legal_m2": "dienTich",
        }
    )
    fetch(gpkg(frame), profile, tmp_path / "run")
    conform(tmp_path / "run", profile)
    table = pq.read_table(part_paths(tmp_path / "run")[COMMUNE])
    areas = [None if area is None else float(area) for area in table["area_legal_m2"].to_pylist()]
    assert areas == [1234, None, 512, 2500, 1234.5, 12.25]
    assert table["not_readable"].to_pylist() == [None, "area_legal_m2", None, None, None, None]
    assert Conformed.load(tmp_path / "run").read == 6
