"""Findings against the truth: what counts as found, as missed, as false."""

from typing import Any

import pyarrow as pa
import pytest

from sync.lab.evaluate.compare import CheckLine, compare
from sync.lab.generate.expected import FINDINGS_TRUTH

FOUND = pa.schema(
    [
        ("delivery", pa.string()),
        ("dataset", pa.string()),
        ("check_code", pa.string()),
        ("row_no", pa.int64()),
        ("handle", pa.string()),
        ("others", pa.list_(pa.string())),
        ("detail", pa.string()),
        ("part_no", pa.int32()),
        ("source_row", pa.int64()),
    ]
)


def wanted(
    finding: int, check: str, *rows: int, commune: str = "00004", key: str | None = None
) -> list[dict[str, Any]]:
    head = {
        "finding": finding,
        "delivery": "01",
        "commune": commune,
        "expected_check": check,
        "kind": "k",
        "key": key,
    }
    if not rows:
        return [head]
    return [
        {**head, "parcel_delivery": "01", "part_no": 0, "source_row": row, "source_key": f"K{row}"}
        for row in rows
    ]


def said(check: str, *rows: int, commune: str = "00004", detail: str | None = None) -> dict[str, Any]:
    whole = not rows
    return {
        "delivery": "01",
        "dataset": commune,
        "check_code": check,
        "row_no": -1 if whole else rows[0] + 100,
        "handle": None if whole else f"K{rows[0]}",
        "others": [f"K{row}" for row in rows[1:]],
        "detail": detail,
        "part_no": None if whole else 0,
        "source_row": None if whole else rows[0],
    }


def line(truth: list[list[dict[str, Any]]], findings: list[dict[str, Any]]) -> tuple[int, int, int]:
    expected = pa.Table.from_pylist([each for lines in truth for each in lines], schema=FINDINGS_TRUTH)
    lines, _ = compare(expected, pa.Table.from_pylist(findings, schema=FOUND))
    (only,) = lines
    return only.seeded, only.found, only.false


@pytest.mark.parametrize(
    ("truth", "findings", "counts"),
    [
        ([wanted(0, "GEO-NULL", 3)], [said("GEO-NULL", 3)], (1, 1, 0)),
        ([wanted(0, "GEO-NULL", 3)], [], (1, 0, 0)),
        ([wanted(0, "GEO-NULL", 3)], [said("GEO-NULL", 4)], (1, 0, 1)),
        ([wanted(0, "GEO-NULL", 3)], [said("GEO-NULL", 3), said("GEO-NULL", 3)], (1, 1, 1)),
        ([wanted(0, "GEO-NULL", 3)], [said("GEO-NULL", 3, commune="-")], (1, 0, 1)),
        # A pair is found whichever of the two comes first, with these two and no third.
        ([wanted(0, "TOP-OVERLAP", 3, 9)], [said("TOP-OVERLAP", 9, 3)], (1, 1, 0)),
        ([wanted(0, "TOP-OVERLAP", 3, 9)], [said("TOP-OVERLAP", 3, 9, 11)], (1, 0, 1)),
        ([wanted(0, "TOP-OVERLAP", 3, 9)], [said("TOP-OVERLAP", 3)], (1, 0, 1)),
        # Of a check about one parcel the live parcel that it names is not compared.
        ([wanted(0, "IDN-SAME-PLACE", 3)], [said("IDN-SAME-PLACE", 3, 77)], (1, 1, 0)),
        # Of a commune as a whole: by its sheet where there may be several.
        ([wanted(0, "CNT-FEWER")], [said("CNT-FEWER", detail="90/120")], (1, 1, 0)),
        ([wanted(0, "CNT-SHEET-GAP", key="4")], [said("CNT-SHEET-GAP", detail="4")], (1, 1, 0)),
        ([wanted(0, "CNT-SHEET-GAP", key="4")], [said("CNT-SHEET-GAP", detail="5")], (1, 0, 1)),
        (
            [wanted(0, "CNT-NUMBER-GAP", key="4")],
            [said("CNT-NUMBER-GAP", detail="4 (1:500): 12–19")],
            (1, 1, 0),
        ),
    ],
)
def test_a_finding_counts_as_found_only_where_and_about_what_it_was_seeded(
    truth: list[list[dict[str, Any]]], findings: list[dict[str, Any]], counts: tuple[int, int, int]
) -> None:
    assert line(truth, findings) == counts


def test_differences_are_shown_with_what_was_seeded_there() -> None:
    expected = pa.Table.from_pylist(wanted(0, "GEO-NULL", 3), schema=FINDINGS_TRUTH)
    _, differences = compare(expected, pa.Table.from_pylist([said("GEO-SPIKE", 5)], schema=FOUND))
    assert [(each.code, each.what, each.key, each.kind) for each in differences] == [
        ("GEO-NULL", "missed", "0:3", "k"),
        ("GEO-SPIKE", "false", "0:5", None),
    ]


def test_shares_are_unknown_where_there_is_nothing_to_divide_by() -> None:
    assert (CheckLine("X", 0, 0, 0).precision, CheckLine("X", 0, 0, 0).recall) == (None, None)
    assert (CheckLine("X", 4, 3, 1).precision, CheckLine("X", 4, 3, 1).recall) == (0.75, 0.75)
