"""Versions of source objects: one that lies after the extraction orders nothing."""

from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.conform.changes import Versions
from tests.support.strip import profile_of

LATEST = datetime.fromisoformat("2026-11-20T22:15:00+07:00")
COLUMNS = {"source_key": "k", "source_version": "v"}


def orders(values: list[str | None], *, changes: bool) -> list[int | None]:
    versions = Versions(profile_of(columns=COLUMNS), LATEST, changes=changes)
    read = versions.read({"source_version": pa.array(values, pa.string())})["source_order"]
    return read.to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("changes", [True, False])
def test_a_version_of_the_future_is_none(changes: bool) -> None:
    at, after = "2026-11-20T22:15:00", "2026-11-20T22:15:01"
    assert orders([at, after, "2036-01-01", None, "2026-11-20T15:15:00Z"], changes=changes) == [
        int(LATEST.timestamp()) * 1_000_000,
        None,
        None,
        None,
        int(LATEST.timestamp()) * 1_000_000,
    ]


def test_a_number_is_no_time() -> None:
    assert orders(["1", "20361231000000000", None], changes=True) == [1, 20_361_231_000_000_000, None]


@given(st.lists(st.datetimes(datetime(1991, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=20))
def test_no_order_is_later_than_the_extraction(moments: list[datetime]) -> None:
    read = orders(
        [moment.isoformat(sep=" ", timespec="seconds") + "+07:00" for moment in moments], changes=True
    )
    limit = LATEST.replace(tzinfo=None)
    assert [each is not None for each in read] == [
        moment.replace(microsecond=0) <= limit for moment in moments
    ]
