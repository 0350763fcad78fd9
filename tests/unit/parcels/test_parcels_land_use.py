"""Land-use codes, alone and compound."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels import land_use

NOW = date(2026, 11, 20)
CODES = st.sampled_from(["ONT", "CLN", "LUC", "ODT", "XXX"])


@pytest.mark.parametrize(
    ("delivered", "canonical"),
    [
        ("ONT+CLN", "ONT+CLN"),
        (" ont + cln ", "ONT+CLN"),
        ("ONT;CLN", "ONT+CLN"),
        ("ONT, CLN", "ONT+CLN"),
        ("ONT/CLN/HNK", "ONT+CLN+HNK"),
        ("ONT CLN", "ONT+CLN"),
        ("ONT\r\nCLN", "ONT+CLN"),
        ("ONT\u00a0+\u00a0CLN", "ONT+CLN"),
        ("+ONT++CLN+", "ONT+CLN"),
        ("CLN+ONT", "CLN+ONT"),
        ("LUC", "LUC"),
        ("ONT-CLN", "ONT-CLN"),
        ("kđd", "KĐD"),
        ("+", None),
        ("  ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_compound_code_has_one_canonical_form(delivered: str | None, canonical: str | None) -> None:
    assert land_use.canonical(pa.array([delivered], pa.string())).to_pylist() == [canonical]


@given(st.lists(st.lists(CODES, max_size=4), max_size=8), st.sampled_from(["+", ";", ",", "/", " ", " + "]))
def test_exploding_gives_back_every_code_in_its_order(lists: list[list[str]], joiner: str) -> None:
    exploded = land_use.explode(pa.array([joiner.join(codes) or None for codes in lists], pa.string()))
    expected = [
        (row, number, code) for row, codes in enumerate(lists) for number, code in enumerate(codes, start=1)
    ]
    found = exploded.select(["row", "part_no", "land_use_code"]).to_pydict()
    assert list(zip(*found.values(), strict=True)) == expected
    assert exploded.schema == land_use.PARTS_SCHEMA


@given(
    st.lists(st.lists(st.tuples(CODES, st.decimals(0, 10**8, places=4)), min_size=1, max_size=4), max_size=6),
    st.booleans(),
)
def test_each_use_gets_the_area_in_its_place(lists: list[list[tuple[str, Decimal]]], comma: bool) -> None:
    codes = pa.array(["+".join(code for code, _ in uses) for uses in lists], pa.string())
    texts = ["+".join(str(area) for _, area in uses) for uses in lists]
    areas = pa.array([text.replace(".", ",") if comma else text for text in texts], pa.string())
    found = land_use.explode(codes, areas)["use_area_m2"].to_pylist()
    assert found == [area for uses in lists for _, area in uses]


def test_areas_are_believed_only_where_there_is_one_for_each_use() -> None:
    codes = pa.array(["ONT+CLN", "ONT+CLN", "ONT", "ONT", None, "ONT+CLN", "ONT"])
    areas = pa.array(["100", "100+20.5", "1+2", None, "5", "100+vườn", "-3"])
    exploded = land_use.explode(codes, areas)
    assert exploded["use_area_m2"].to_pylist() == [
        None,
        None,
        Decimal("100"),
        Decimal("20.5"),
        None,
        None,
        Decimal("100"),
        None,
        None,
    ]


def test_a_slice_and_a_chunked_column_explode_like_any_other() -> None:
    codes = pa.chunked_array([["X", "ONT+CLN"], [None, "LUC"]])
    areas = pa.chunked_array([["1", "1+2"], [None, "3"]])
    whole = land_use.explode(codes, areas)
    assert whole["row"].to_pylist() == [0, 1, 1, 3]
    part = land_use.explode(codes.slice(1), areas.slice(1))
    assert part["row"].to_pylist() == [0, 0, 2]
    assert part["use_area_m2"].to_pylist() == [1, 2, 3]


def test_a_code_is_current_legacy_a_zone_or_unknown() -> None:
    codes = pa.array(["ONT", "BHK", "KDT", "ONT+CLN", "ont", None])
    assert land_use.status(codes, NOW).tolist() == [
        "current",
        "legacy",
        "zone",
        "unknown",
        "unknown",
        "unknown",
    ]
    assert land_use.known(codes, NOW).tolist() == [True, True, False, False, False, False]
    assert land_use.is_legacy(codes, NOW).tolist() == [False, True, False, False, False, False]


def test_a_legacy_code_was_current_before_1_august_2024() -> None:
    codes = pa.array(["BHK", "ONT", "KDT"])
    assert land_use.status(codes, date(2024, 7, 31)).tolist() == ["current", "current", "zone"]
    assert land_use.status(codes, date(2024, 8, 1)).tolist() == ["legacy", "current", "zone"]


def test_nothing_explodes_into_nothing() -> None:
    assert land_use.explode(pa.array([], pa.string()), pa.array([], pa.string())).num_rows == 0
    assert land_use.explode(pa.array([None], pa.string()), pa.array(["5"])).num_rows == 0
