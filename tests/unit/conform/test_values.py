"""Conform: delivered columns and values become canonical ones; what a column cannot hold is counted."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected, UsageError
from sync.conform.columns import Mapper, find_columns
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from tests.support.strip import conformed, profile_of, snapshot_of, strip

Write = Callable[..., Path]


def one(values: list[Any], canonical: str, kind: pa.DataType | None = None, **changes: Any) -> list[Any]:
    """What becomes of delivered values in one canonical column."""
    profile = profile_of(columns={canonical: "x"}, **changes)
    batch = pa.RecordBatch.from_arrays([pa.array(values, kind)], names=["x"])
    return Mapper(profile, {canonical: "x"}, "f.gpkg").canonical(batch)[canonical].to_pylist()


def test_a_missing_column_names_the_nearest_present_one(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    path = gpkg(strip(2).rename(columns={"soThua": "soThuaDat"}))
    with pytest.raises(DeliveryRejected) as caught:
        conformed(path, profile, tmp_path / "run")
    assert caught.value.code == "DLV-COLUMN-MISSING"
    assert "soThuaDat" in caught.value.message.vi
    assert "soThua" in caught.value.message.en
    assert "landsync profile init" in caught.value.hint.vi
    assert f"landsync profile init {path.name}" in caught.value.hint.en
    assert not list((tmp_path / "run").glob("*snapshot*"))


def test_columns_that_nobody_maps_are_reported(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(1)
    frame["ghiChu"] = "x"
    (part,) = Conformed.load(conformed(gpkg(frame), profile, tmp_path / "run")).parts
    assert part.columns_not_mapped == ("ghiChu",)
    assert part.columns["parcel_no"] == "soThua"


def test_values_that_a_column_cannot_hold_are_counted(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(4)
    frame["ngay"] = ["2020-02-29", "31/02/2020", "hôm qua", None]
    frame["dienTichPL"] = ["12,5", "12.5 m2", "", None]
    profile = profile_of(
        columns={
            "source_key": "thuaDatId",
            "commune_code": "maXa",
            "surveyed_on": "ngay",
            "area_legal_m2": "dienTichPL",
        }
    )
    folder = conformed(gpkg(frame), profile, tmp_path / "run")
    assert snapshot_of(folder)["surveyed_on"].to_pylist() == [date(2020, 2, 29), None, None, None]
    assert snapshot_of(folder)["area_legal_m2"].to_pylist() == [Decimal("12.5000"), None, None, None]
    assert Conformed.load(folder).parts[0].values_not_readable == {"surveyed_on": 2, "area_legal_m2": 1}


def test_identifiers_keep_every_digit() -> None:
    beyond = 9_007_199_254_740_993
    assert one([beyond, None], "source_key", pa.int64()) == [str(beyond), None]
    assert one([7.0, 7.5, None, float("nan")], "sheet_no", pa.float64()) == ["7", "7.5", None, None]
    assert one(["007", " 7 ", "7.0", ""], "parcel_no") == ["007", "7", "7", None]
    assert one([Decimal("12.00"), Decimal("12.50")], "sheet_no", pa.decimal128(18, 2)) == ["12", "12.50"]


def test_a_floating_identifier_that_lost_digits_is_refused() -> None:
    with pytest.raises(DeliveryRejected) as caught:
        one([9_007_199_254_740_992.0], "source_key", pa.float64())
    assert caught.value.code == "DLV-NUMBER-PRECISION"


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1))
def test_whole_numbers_become_their_own_text(numbers: list[int | None]) -> None:
    assert one(numbers, "source_key", pa.int64()) == [str(n) if n else None for n in numbers]


@given(st.lists(st.integers(-(2**52), 2**52), min_size=1))
def test_whole_floats_become_text_without_a_point(numbers: list[int]) -> None:
    assert one([float(n) for n in numbers], "source_key", pa.float64()) == [
        str(n) if n else None for n in numbers
    ]


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1))
def test_areas_keep_four_decimals(areas: list[Decimal]) -> None:
    expected = [area or None for area in areas]  # no parcel has no area
    assert one([str(area) for area in areas], "area_legal_m2") == expected
    assert one([str(area).replace(".", ",") for area in areas], "area_legal_m2") == expected


def test_a_commune_code_regains_the_zeros_that_a_number_lost() -> None:
    assert one([691, 8, None], "commune_code", pa.int32()) == ["00691", "00008", None]


def test_a_commune_code_written_without_its_zeros_is_the_one_of_the_province_that_it_fits() -> None:
    written = [
        "691",
        " 691 ",
        "691.0",
        "691,00",
        "0691",
        "00691",
        "00691.0",
        "8",
        "691a",
        "00999",
        "999999",
        None,
    ]
    read = ["00691"] * 7 + ["8", "691a", "00999", "999999", None]
    assert one(written, "commune_code") == read
    assert one(["691"], "commune_code", foreign=True, province="00", parts=()) == ["691"]


def test_text_is_nfc_and_land_use_has_one_form() -> None:
    decomposed = "Nguye\u0302\u0303n"
    assert one([decomposed, "  a\u00a0 b ", " "], "land_user_name") == ["Nguyễn", "a b", None]
    assert one(["ont + cln", "ODT"], "land_use") == ["ONT+CLN", "ODT"]


def test_dates_come_in_many_forms() -> None:
    written = [
        "2026-11-20",
        "20/11/2026",
        "20-11-2026",
        "20261120",
        "2026/11/20",
        "2026-11-20T08:00:00",
        "x",
        "",
    ]
    assert one(written, "surveyed_on") == [date(2026, 11, 20)] * 6 + [None, None]
    late = pa.timestamp("ms", "UTC")
    assert one([pd.Timestamp("2026-11-19T18:00", tz="UTC")], "surveyed_on", late) == [date(2026, 11, 20)]
    assert one([date(2026, 11, 20)], "surveyed_on", pa.date32()) == [date(2026, 11, 20)]


def test_constants_fill_every_row() -> None:
    profile = profile_of(
        columns={"source_key": "x"}, constants={"map_scale": 1000, "valid_from": date(2020, 1, 1)}
    )
    batch = pa.RecordBatch.from_arrays([pa.array(["a", "b"])], names=["x"])
    columns = Mapper(profile, {"source_key": "x"}, "f").canonical(batch)
    assert columns["map_scale"].to_pylist() == ["1000", "1000"]
    assert columns["valid_from"].to_pylist() == [date(2020, 1, 1)] * 2


def test_a_constant_that_its_column_cannot_hold_is_refused(gpkg: Write, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        conformed(gpkg(strip(1)), profile_of(constants={"surveyed_on": "hôm qua"}), tmp_path / "run")
    assert caught.value.code == "PRF-CONSTANT"


def test_column_names_agree_in_spite_of_letter_case_and_of_the_ten_letters_of_a_shapefile() -> None:
    profile = profile_of(columns={"source_key": "thuaDatId", "area_legal_m2": "dienTichPhapLy"})
    assert find_columns(profile, ("THUADATID", "DIENTICHPHAPLY"), "f", cut_names=False) == {
        "source_key": ("THUADATID",),
        "area_legal_m2": ("DIENTICHPHAPLY",),
    }
    cut = find_columns(profile, ("thuaDatId", "dienTichPh"), "f", cut_names=True)
    assert cut["area_legal_m2"] == ("dienTichPh",)
    with pytest.raises(DeliveryRejected):
        find_columns(profile, ("thuaDatId", "dienTichPh"), "f", cut_names=False)
    with pytest.raises(DeliveryRejected):  # two answers are none
        find_columns(profile, ("ThuaDatID", "THUADATID", "dienTichPhapLy"), "f", cut_names=False)
