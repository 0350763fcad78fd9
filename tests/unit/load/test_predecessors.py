"""What a row names as its predecessors, read from the words of the source."""

from datetime import date

import pyarrow as pa
import pytest

from parcels.model import UNKNOWN_COMMUNE
from sync.load.predecessors import predecessor_handles, predecessor_places

HERE, DAY = "00004", date(2026, 11, 20)


def table(**columns: list[str | None]) -> pa.Table:
    n = len(next(iter(columns.values())))
    given = {
        "source_system": ["vbdlis"] * n,
        "sheet_no": ["7"] * n,
        "predecessor_keys": [None] * n,
        "predecessor_numbers": [None] * n,
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in (given | columns).items()})


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("k1", ["k1"]),
        ("k1;k2", ["k1", "k2"]),
        (" k1 ; k2,k3+k4\nk5 ", ["k1", "k2", "k3", "k4", "k5"]),
        (";;", []),
        ("", []),
        (None, []),
        ("{GUID-1}", ["{GUID-1}"]),
        ("a|b", ["a|b"]),
    ],
)
def test_keys_are_read(said: str | None, named: list[str]) -> None:
    other = table(predecessor_keys=[None, said, "z"])
    assert predecessor_handles(other).to_pylist() == [[], [f"vbdlis|{key}" for key in named], ["vbdlis|z"]]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("12/345", ["12|345"]),
        ("345", ["7|345"]),
        ("12/345; 12.0/346", ["12|345", "12|346"]),
        (" 12 / 345 ", ["12|345"]),
        ("/5", ["7|5"]),
        ("12/", []),
        ("/", []),
        ("12/34/5", ["12|34/5"]),
    ],
)
def test_numbers_are_read_as_sheet_and_number_in_the_commune(said: str, named: list[str]) -> None:
    places = predecessor_places(table(predecessor_numbers=[said, None]), HERE, DAY).to_pylist()
    assert [[place.split("|", 2)[2] for place in row] for row in places] == [named, []]
    assert all(place.startswith(f"{HERE}|") for place in places[0])


def test_a_number_alone_on_no_sheet_names_nothing() -> None:
    other = table(predecessor_numbers=["5"], sheet_no=[None])
    assert predecessor_places(other, HERE, DAY).to_pylist() == [[]]


def test_where_no_row_names_any_there_are_none_and_a_place_needs_a_commune() -> None:
    assert predecessor_handles(table(sheet_no=["1", "2"])).null_count == 2
    assert predecessor_places(table(predecessor_numbers=["5"]), UNKNOWN_COMMUNE, DAY).null_count == 1
    assert predecessor_handles(table(sheet_no=[])).to_pylist() == []
