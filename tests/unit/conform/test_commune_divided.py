"""Parcels of divided old communes: decided by boundary, by sheet table, or not at all, never by a guess."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from parcels import admin_units
from parcels.model import UNKNOWN_COMMUNE
from sync.check import check
from sync.conform.sheets import read_sheet_table
from sync.conform.territory import OUTSIDE, STRADDLES, Territories
from sync.folder.conform import Conformed
from sync.folder.judgement import load_findings
from tests.support.divided import (
    SIDE_DEG,
    cells,
    codes_of,
    conformed,
    divided,
    frame_of,
    inside,
    profile_at,
    sheet_table,
)
from tests.support.strip import snapshot_of

PROVINCE = "01"
OLD = next(code for code, parts in divided(PROVINCE).items() if len(parts) == 2)
FIRST, SECOND = sorted(divided(PROVINCE)[OLD])
ABSORBED = codes_of(PROVINCE, "old_only")[0]
OUTLINES = cells((FIRST, SECOND), 105.5, 21.0)
SHAPE = dict(zip(OUTLINES.codes, OUTLINES.polygons, strict=True))
BORDER = 105.52  # between the two
STATED = {"commune_codes": '"old"'}


def across(share: float) -> np.ndarray:
    """One square of which this share of the area lies in FIRST, the rest in SECOND."""
    west = BORDER - share * SIDE_DEG
    return np.array([shapely.box(west, 21.01, west + SIDE_DEG, 21.01 + SIDE_DEG)])


def decided(run: Path) -> list[tuple[str, str, str | None]]:
    """(dataset, what decided, why not) of every row."""
    table = snapshot_of(run)
    names = ("dataset", "commune_decided_by", "commune_undecided_because")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_the_commune_that_holds_a_parcel_is_its_commune(tmp_path: Path) -> None:
    rows = [(OLD, "1", inside(SHAPE[FIRST], 5)), (OLD, "1", inside(SHAPE[SECOND], 5))]
    run = conformed(tmp_path, frame_of(rows), PROVINCE, STATED, OUTLINES)
    assert decided(run) == [(FIRST, "geometry", None)] * 5 + [(SECOND, "geometry", None)] * 5
    table = snapshot_of(run)
    assert table["delivered_commune_code"].to_pylist() == [OLD] * 10
    assert table["delivered_sheet_no"].to_pylist() == ["1"] * 10
    # The sheets of the old commune are numbered again in a commune that is not the one of its number.
    elsewhere = [code for code in (FIRST, SECOND) if code != OLD]
    assert {
        (code, map_set)
        for code, map_set in zip(table["commune_code"].to_pylist(), table["map_set"].to_pylist(), strict=True)
    } == {(code, OLD if code in elsewhere else None) for code in (FIRST, SECOND)}
    assert Conformed.load(run).old_codes == {"geometry": 10}
    assert Conformed.load(run).conversion.boundaries == ("0" * 64,)


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (0.5, (UNKNOWN_COMMUNE, "undecided", STRADDLES)),
        (0.79, (UNKNOWN_COMMUNE, "undecided", STRADDLES)),
        (0.81, (FIRST, "geometry", None)),
        (0.19, (SECOND, "geometry", None)),
    ],
)
def test_a_parcel_on_the_line_is_decided_only_by_the_policy_s_share(
    tmp_path: Path, share: float, verdict: tuple[str, str, str | None]
) -> None:
    run = conformed(tmp_path, frame_of([(OLD, "1", across(share))]), PROVINCE, STATED, OUTLINES)
    assert decided(run) == [verdict]


def test_a_parcel_in_none_of_the_parts_of_its_old_commune_is_not_decided(tmp_path: Path) -> None:
    stranger = next(
        code for code in codes_of(PROVINCE, "same") if code not in (FIRST, SECOND) and code > SECOND
    )
    outlines = cells((FIRST, SECOND, stranger), 105.5, 21.0)
    there = dict(zip(outlines.codes, outlines.polygons, strict=True))[stranger]
    run = conformed(tmp_path, frame_of([(OLD, "1", inside(there, 2))]), PROVINCE, STATED, outlines)
    assert decided(run) == [(UNKNOWN_COMMUNE, "undecided", OUTSIDE)] * 2
    assert snapshot_of(run)["commune_code"].to_pylist() == [OLD] * 2


def test_without_boundary_and_sheet_table_nothing_is_decided_and_the_finding_says_why(tmp_path: Path) -> None:
    frame = frame_of([(OLD, "1", inside(SHAPE[FIRST], 3)), (ABSORBED, "1", inside(SHAPE[FIRST], 1))])
    run = conformed(tmp_path, frame, PROVINCE, STATED)
    assert decided(run)[:3] == [(UNKNOWN_COMMUNE, "undecided", "no-evidence")] * 3
    check(run, profile_at(PROVINCE))
    found = load_findings(run).to_pandas()
    found = found[found["check_code"] == "IDN-COMMUNE-EXPIRED"]
    assert len(found) == 3
    assert found["quarantines"].all()
    assert found["message_en"].str.contains("no sheet table is given").all()
    assert found["message_vi"].str.contains("chưa có bảng tham chiếu tờ bản đồ").all()


def test_a_sheet_table_decides_and_gives_the_new_number(tmp_path: Path) -> None:
    table = sheet_table(
        [(OLD, "1", "1000", FIRST, "61"), (OLD, "2", "1000", SECOND, "2"), (OLD, "3", "500", FIRST, "62")]
    )
    rows = [(OLD, sheet, inside(SHAPE[FIRST], 1)) for sheet in ("1", "2", "3", "4")]
    run = conformed(tmp_path, frame_of(rows), PROVINCE, STATED, sheets=table)
    assert decided(run) == [
        (FIRST, "sheet", None),
        (SECOND, "sheet", None),
        (FIRST, "sheet", None),
        (UNKNOWN_COMMUNE, "undecided", "sheet-unlisted"),
    ]
    read = snapshot_of(run)
    assert read["sheet_no"].to_pylist() == ["61", "2", "62", "4"]
    assert read["delivered_sheet_no"].to_pylist() == ["1", "2", "3", "4"]
    assert read["map_set"].to_pylist() == [None] * 4  # the new numbers are the new commune's own
    said = Conformed.load(run).conversion.sheet_table
    assert said is not None
    assert (said.entries, said.used) == (3, 3)


def test_a_sheet_that_the_table_puts_into_two_communes_decides_nothing(tmp_path: Path) -> None:
    table = sheet_table([(OLD, "1", "1000", FIRST, "61"), (OLD, "1", "1000", SECOND, "7")])
    run = conformed(tmp_path, frame_of([(OLD, "1", inside(SHAPE[FIRST], 1))]), PROVINCE, STATED, sheets=table)
    assert decided(run) == [(UNKNOWN_COMMUNE, "undecided", "sheet-ambiguous")]
    said = Conformed.load(run).conversion.sheet_table
    assert said is not None
    assert (said.sheets_in_several_communes, said.examples) == (1, (f"{OLD}|1|1000",))


def test_the_scale_tells_two_map_sets_of_one_commune_apart(tmp_path: Path) -> None:
    table = sheet_table([(OLD, "1", "500", FIRST, "61"), (OLD, "1", "1000", SECOND, "7")])
    frame = frame_of([(OLD, "1", inside(SHAPE[FIRST], 3))])
    frame["tyLe"] = ["500", "1000", None]
    columns = {**profile_at(PROVINCE).columns, "map_scale": "tyLe"}
    profile = profile_at(PROVINCE, columns=columns)
    run = conformed(tmp_path, frame, PROVINCE, STATED, sheets=table, profile=profile)
    assert decided(run) == [
        (FIRST, "sheet", None),
        (SECOND, "sheet", None),
        (UNKNOWN_COMMUNE, "undecided", "sheet-ambiguous"),
    ]


def test_boundary_and_sheet_table_together_must_not_contradict_each_other(tmp_path: Path) -> None:
    table = sheet_table([(OLD, "1", None, FIRST, "61"), (OLD, "2", None, SECOND, "7")])
    rows = [
        (OLD, "1", inside(SHAPE[FIRST], 1)),
        (OLD, "2", inside(SHAPE[FIRST], 1)),
        (OLD, "1", across(0.5)),
        (OLD, "2", across(0.6)),
        (OLD, "9", inside(SHAPE[SECOND], 1)),
    ]
    run = conformed(tmp_path, frame_of(rows), PROVINCE, STATED, OUTLINES, table)
    assert decided(run) == [
        (FIRST, "geometry", None),
        (UNKNOWN_COMMUNE, "undecided", "contradiction"),
        (FIRST, "sheet", None),  # on the line the boundary decides nothing, and speaks against neither
        (SECOND, "sheet", None),
        (SECOND, "geometry", None),
    ]
    assert snapshot_of(run)["sheet_no"].to_pylist() == ["61", "2", "61", "7", "9"]


def test_sheets_of_absorbed_communes_get_the_number_that_the_table_says(tmp_path: Path) -> None:
    (new,) = divided_or_whole(ABSORBED)
    other = next(code for code in codes_of(PROVINCE, "same") if code != new)
    table = sheet_table(
        [
            (ABSORBED, "1", None, new, "60"),
            (ABSORBED, "2", None, other, "5"),  # not what the official table says
            (ABSORBED, "3", None, new, "61"),
            (ABSORBED, "4", None, new, "61"),  # one number for two sheets
        ]
    )
    rows = [(ABSORBED, sheet, inside(SHAPE[FIRST], 1)) for sheet in ("1", "2", "3", "4")]
    run = conformed(tmp_path, frame_of(rows), PROVINCE, STATED, sheets=table)
    read = snapshot_of(run)
    assert decided(run) == [(new, "whole", None)] * 4
    assert read["sheet_no"].to_pylist() == ["60", "2", "3", "4"]
    assert read["map_set"].to_pylist() == [None, ABSORBED, ABSORBED, ABSORBED]
    said = Conformed.load(run).conversion.sheet_table
    assert said is not None
    assert (said.against_the_official_table, said.sheet_numbers_shared) == (1, 2)


def divided_or_whole(code: str) -> list[str]:
    pairs = admin_units.conversion_candidates().to_pandas()
    return list(pairs[pairs["old_code"] == code]["new_code"])


def test_an_old_commune_that_no_table_names_is_placed_by_its_district(tmp_path: Path) -> None:
    candidates = divided_or_whole("03751")  # Chiềng Ly, merged before July 2025
    assert len(candidates) == 10
    outlines = cells(candidates, 103.5, 21.0)
    rows = [("03751", "1", inside(polygon, 1)) for polygon in outlines.polygons]
    frame = frame_of(rows)
    run = conformed(tmp_path / "with", frame, "14", STATED, outlines)
    assert decided(run) == [(code, "geometry", None) for code in outlines.codes]
    bare = conformed(tmp_path / "without", frame, "14", STATED)
    assert set(decided(bare)) == {(UNKNOWN_COMMUNE, "undecided", "no-successor")}


def test_an_invalid_outline_of_a_parcel_is_placed_all_the_same(tmp_path: Path) -> None:
    bow = shapely.from_wkt(
        "POLYGON ((105.505 21.005, 105.506 21.006, 105.506 21.005, 105.505 21.006, 105.505 21.005))"
    )
    frame = frame_of([(OLD, "1", np.array([bow]))])
    run = conformed(tmp_path, frame, PROVINCE, STATED, OUTLINES)
    assert decided(run) == [(FIRST, "geometry", None)]


def test_a_parcel_without_geometry_is_not_placed(tmp_path: Path) -> None:
    frame = frame_of([(OLD, "1", inside(SHAPE[FIRST], 2))])
    frame.loc[0, "geometry"] = None
    run = conformed(tmp_path, frame, PROVINCE, STATED, OUTLINES)
    assert decided(run) == [(UNKNOWN_COMMUNE, "undecided", "no-geometry"), (FIRST, "geometry", None)]


def test_where_loaded_boundaries_overlap_nothing_is_decided() -> None:
    wide = shapely.multipolygons([[shapely.box(105.5, 21.0, 105.54, 21.02)]] * 2)
    outlines = type(OUTLINES)((FIRST, SECOND), OUTLINES.valid_from, wide, OUTLINES.sources)
    pairs = pa.table({"old_code": [OLD, OLD], "new_code": [FIRST, SECOND]})
    parcels = inside(wide[0], 3)
    found = Territories(outlines).locate(parcels, pa.array([OLD] * 3), pairs, 0.8)
    assert found.new.null_count == 3
    assert set(found.because) == {STRADDLES}


def test_the_frame_of_a_sheet_table_keeps_codes_that_a_workbook_made_numbers(tmp_path: Path) -> None:
    numeric = pd.DataFrame(
        {
            "xaIdCu": [int(OLD)],
            "soHieuToBanDoCu": [1.0],
            "tyLe": [1000],
            "xaId": [int(FIRST)],
            "soHieuToBanDo": [61],
        }
    )
    numeric.to_excel(tmp_path / "to.xlsx", index=False)
    table = read_sheet_table(tmp_path / "to.xlsx")
    text = pa.string()
    found = table.match(pa.array([OLD]), pa.array(["1"]), pa.array(["1000"]), pa.nulls(1, text))
    assert (found.new.to_pylist(), found.new_sheet.to_pylist()) == ([FIRST], ["61"])
