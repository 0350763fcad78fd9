"""What was written where nothing is known counts as missing, whatever type a file gave it; what was written is kept."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.columns import delivered_columns
from sync.conform.columns import Mapper
from sync.declared.profile import Profile
from sync.draft.trial import trial
from tests.support.strip import conformed, profile_of, snapshot_of, strip
from validators.policy import policies

Write = Callable[..., Path]

# Written down a second time on purpose: the vocabulary must not become its own witness.
NOTHING = [
    "0", "00", "000", "0/0", "0.0", "0,00", "-0", "０", "---", "-", "–", "?", "??", "#", ".", "…", "*", "/", "0-0",
    "N/A", "n/a", "#N/A", "null", "NULL", "Null", "none", "x", "X", "xx", "không", "KHÔNG", "Không có", "ko", "chưa có",
    "Chưa Có", "trống", "TRỐNG", "\u00a0", " \u200b", "\u200b0\u00a0", " - ", "",
]  # fmt: skip
SOMETHING = [
    "1",
    "10",
    "01",
    "12a",
    "A0",
    "không tên",
    "trống đồng",
    "0x",
    "x1",
    "N",
    "Ô",
    "6 ODT",
    "tờ 1",
    "chưa",
]
EVERYWHERE = (
    "sheet_no",
    "parcel_no",
    "source_key",
    "national_id",
    "certificate_no",
    "land_user_name",
    "address",
)


def read(
    canonical: str, delivered: list[Any], kind: pa.DataType | None = None, **changes: Any
) -> tuple[list, list]:
    """What becomes of delivered values in one column, and what is kept of them."""
    profile = profile_of(columns={canonical: "v"}, **changes)
    batch = pa.RecordBatch.from_arrays([pa.array(delivered, kind)], names=["v"])
    columns = Mapper(profile, {canonical: ("v",)}, "f.dbf").canonical(batch)
    kept = [dict(each).get(canonical) if each else None for each in columns["placeholders"].to_pylist()]
    return columns[canonical].to_pylist(), kept


@pytest.mark.parametrize("canonical", EVERYWHERE)
def test_what_says_nothing_is_missing_and_kept(canonical: str) -> None:
    got, kept = read(canonical, NOTHING)
    assert got == [None] * len(NOTHING)
    visible = [text.strip(" \u00a0\u200b") for text in NOTHING]
    assert kept == [text or None for text in visible]  # a blank is nothing, and nothing of it is to be told


def test_what_says_something_stays() -> None:
    said = [text for text in SOMETHING if text != "chưa"]
    got, kept = read("address", said)
    assert got == said
    assert kept == [None] * len(said)


@pytest.mark.parametrize("kind", [pa.int16(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(9, 2)])
def test_the_zeros_of_a_dbf_are_missing_in_every_type_of_number(kind: pa.DataType) -> None:
    for canonical in ("sheet_no", "parcel_no", "source_key", "map_scale"):
        got, kept = read(canonical, [12, 0, None], kind)
        assert got[1:] == [None, None]
        assert got[0] in {"12", "12.00"}
        assert kept[0] is None
        assert kept[2] is None
        assert set(kept[1]) <= set("0.")
    assert read("area_legal_m2", [93, 0, -5], kind)[0] == [Decimal(93), None, Decimal(-5)]
    assert read("commune_code", [691, 0], pa.int32()) == (["00691", None], [None, "0"])
    assert read("land_user_birth_year", [1970, 0], pa.int16())[0] == [1970, None]


def test_days_that_programs_write_for_no_day_are_missing() -> None:
    days = [date(1899, 12, 30), date(1900, 1, 1), date(1, 1, 1), date(2015, 3, 2), None]
    assert read("surveyed_on", days, pa.date32())[0] == [None, None, None, date(2015, 3, 2), None]
    texts = ["01/01/1900", "00/00/0000", "0", "---", "02/03/2015"]
    assert read("valid_from", texts)[0] == [None, None, None, None, date(2015, 3, 2)]
    assert read("valid_from", texts)[1][:2] == ["1900-01-01", "00/00/0000"]


def test_a_placeholder_is_not_a_value_that_cannot_be_read() -> None:
    profile = profile_of(columns={"area_legal_m2": "v"})
    mapper = Mapper(profile, {"area_legal_m2": ("v",)}, "f.csv")
    batch = pa.RecordBatch.from_arrays([pa.array(["---", "khong", "12,5", "mét"])], names=["v"])
    columns = mapper.canonical(batch)
    assert columns["area_legal_m2"].to_pylist() == [None, None, Decimal("12.5"), None]
    assert dict(mapper.unreadable) == {"area_legal_m2": 1}
    assert columns["not_readable"].to_pylist() == [None, None, None, "area_legal_m2"]


def test_a_map_set_and_a_version_may_be_counted_from_zero_and_nine_zeros_of_a_person_are_told() -> None:
    assert read("map_set", ["0", "-", "2"])[0] == ["0", None, "2"]
    assert read("source_version", ["0", "null"])[0] == ["0", None]
    assert read("land_user_id_number", ["000000000", "0", "x"])[0] == ["000000000", None, None]
    assert read("action", ["x", "end"])[0] == ["x", "end"]  # what a change set does is never left out


def test_a_province_keeps_what_means_something_there_and_adds_its_own() -> None:
    own = {"sheet_no": {"keep": ["0"], "add": ["999", "Lạc"], "reason": "tờ 0 là tờ tổng hợp"}}
    assert read("sheet_no", [0.0, 999.0, 7.0], pa.float64(), placeholders=own)[0] == ["0", None, "7"]
    assert read("sheet_no", ["0", "00", "LẠC", "lạc 1"], placeholders=own)[0] == ["0", None, None, "lạc 1"]
    assert read("sheet_no", [0, 999, 7], pa.int32(), placeholders=own)[0] == ["0", None, "7"]


def test_what_a_profile_translates_is_no_placeholder() -> None:
    got, _ = read("land_use", ["0", "-", "LUC"], values={"land_use": {"0": "BCS", "-": "x"}})
    assert got == ["BCS", "X", "LUC"]


def test_of_joined_columns_only_what_says_something_is_joined() -> None:
    profile = profile_of(columns={"address": {"join": ["so", "duong"], "separator": ", "}})
    batch = pa.RecordBatch.from_arrays(
        [pa.array(["0", "12", "-"]), pa.array(["Phố Ảo", "null", "0"])], names=["so", "duong"]
    )
    columns = Mapper(profile, {"address": ("so", "duong")}, "f.dbf").canonical(batch)
    assert columns["address"].to_pylist() == ["Phố Ảo", "12", None]


def test_a_constant_is_what_its_profile_says() -> None:
    profile = profile_of(columns={"source_key": "v"}, constants={"sheet_no": "0"})
    batch = pa.RecordBatch.from_arrays([pa.array(["a"])], names=["v"])
    assert Mapper(profile, {"source_key": ("v",)}, "f").canonical(batch)["sheet_no"].to_pylist() == ["0"]


@given(st.lists(st.none() | st.text(max_size=6) | st.sampled_from([*NOTHING, *SOMETHING]), max_size=8))
def test_reading_what_was_read_finds_no_further_placeholder(values: list[str | None]) -> None:
    for canonical in ("source_key", "address", "parcel_no"):
        once, _ = read(canonical, values, pa.string())
        assert read(canonical, once, pa.string()) == (once, [None] * len(once))


@given(st.text(alphabet="ABCĐ0123456789", min_size=1, max_size=12))
def test_a_text_with_a_digit_that_is_no_zero_always_says_something(text: str) -> None:
    expected = text if text.strip("0") and text != "X" else None
    assert read("source_key", [text])[0] == [expected]


def test_every_column_a_province_may_deliver_was_thought_of() -> None:
    for policy in policies():
        assert set(policy.placeholders.columns) == {c.name for c in delivered_columns()} - {"action"}


def test_profile_test_does_not_count_placeholders_as_filled(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    frame = strip(4)
    frame["soTo"] = [7.0, 0.0, 0.0, 0.0]
    frame["loaiDat"] = ["LUC", "---", "chưa có", "LUC"]
    path = gpkg(frame)
    (tmp_path / "p.toml").write_text(
        'province = "08"\nsystem = "vbdlis"\n[columns]\ncommune_code = "maXa"\nsheet_no = "soTo"\nparcel_no = "soThua"\n'
        'land_use = "loaiDat"\n[[parts]]\nepsg = 9209\n',
        encoding="utf-8",
    )
    said = {line["canonical"]: line for line in trial(tmp_path / "p.toml", path, tmp_path / "run")["columns"]}
    assert said["sheet_no"]["filled"] == 0.25
    assert said["sheet_no"]["placeholders"] == {"0": 3}
    assert said["land_use"]["filled"] == 0.5
    assert said["land_use"]["placeholders"] == {"---": 1, "chưa có": 1}
    assert said["parcel_no"]["placeholders"] == {}


def test_the_snapshot_keeps_what_was_written_for_nothing(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    frame = strip(3)
    frame["soThua"] = [1, 0, 3]
    frame["dienTichPL"] = [400.0, 0.0, -1.0]
    table = snapshot_of(conformed(gpkg(frame), profile, tmp_path / "run"))
    assert table["parcel_no"].to_pylist() == ["1", None, "3"]
    assert [dict(each or []) for each in table["placeholders"].to_pylist()] == [
        {}, {"parcel_no": "0", "area_legal_m2": "0"}, {},
    ]  # fmt: skip
