"""The shipped reference tables, and that the script makes them again byte for byte."""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from parcels import reference
from parcels.crs import ZONES
from parcels.reference import build


def rows(name: reference.Name) -> list[dict[str, object]]:
    return reference.table(name).to_pylist()


def test_the_script_makes_every_shipped_file_again_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    admin = shared_data / "admin"
    build.main(
        [
            "--conversion",
            str(admin / "gso_conversion_2025-07.csv"),
            "--old-communes",
            str(admin / "gso_communes_2025-01.csv"),
            "--points",
            str(admin / "communes_2025_points.csv"),
            "--cross-check",
            str(admin / "conversion_2025_mit.csv"),
            "--out",
            str(tmp_path),
        ]
    )
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(made) == {f"{name}.csv" for name in reference.NAMES} | {"NOTICE"}
    for name, data in made.items():
        assert data == (reference.HERE / name).read_bytes(), name


def test_the_notice_states_the_checksum_of_every_shipped_table() -> None:
    text = (reference.HERE / "NOTICE").read_text(encoding="utf-8")
    for name in reference.NAMES:
        digest = hashlib.sha256(reference.path(name).read_bytes()).hexdigest()
        assert f"{digest}  {name}.csv" in text


def test_no_file_but_text_ships_with_the_tables() -> None:
    extensions = {file.suffix for file in reference.HERE.iterdir() if file.is_file()}
    assert extensions == {".py", ".csv", ""}


@pytest.mark.parametrize("name", reference.NAMES)
def test_a_table_is_nfc_utf8_with_lf_and_in_the_order_of_its_lines(name: reference.Name) -> None:
    data = reference.path(name).read_bytes()
    assert b"\r" not in data
    text = data.decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    table = reference.table(name)
    first = table.column_names[: 3 if name == "commune_conversion_report" else 2]
    keys = [tuple("" if row[key] is None else row[key] for key in first) for row in table.to_pylist()]
    if name != "commune_conversion_report":
        assert keys == sorted(keys)
    assert table.num_rows > 0


def test_codes_are_text_with_their_leading_zeros() -> None:
    communes = reference.table("communes")
    assert communes.schema.field("commune_code").type == pa.string()
    assert {len(code) for code in communes["commune_code"].to_pylist()} == {5}
    assert {len(code) for code in reference.table("provinces")["province_code"].to_pylist()} == {2}


def test_there_are_34_provinces_of_which_nine_are_cities() -> None:
    provinces = rows("provinces")
    assert len(provinces) == 34
    assert Counter(row["kind"] for row in provinces) == {"thành phố": 9, "tỉnh": 25}
    became = {row["name"]: row["kind_since_certainty"] for row in provinces if row["kind_before"]}
    assert became == {"Đồng Nai": "exact", "Quảng Ninh": "not_later_than", "Bắc Ninh": "not_later_than"}


def test_there_are_3321_new_communes_each_with_a_point_and_an_area() -> None:
    new = [row for row in rows("communes") if row["valid_to"] is None]
    assert len(new) == 3321
    assert Counter(row["kind"] for row in new) == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert all(102 < row["lon"] < 118 and 7 < row["lat"] < 24 and row["area_km2"] > 0 for row in new)  # type: ignore[operator]
    by_province = Counter(row["province_code"] for row in new)
    assert (by_province["01"], by_province["38"], by_province["79"], by_province["46"]) == (126, 166, 168, 40)


def test_old_communes_end_on_1_july_2025_and_have_no_point() -> None:
    old = [row for row in rows("communes") if row["valid_to"] is not None]
    assert {str(row["valid_to"]) for row in old} == {"2025-07-01"}
    assert all(row["lon"] is None and row["area_km2"] is None for row in old)
    # The January list has 10,051; ten codes more were issued before July.
    assert len(old) == 10_061
    assert {row["kind"] for row in old} == {"xã", "phường", "thị trấn"}


def test_a_commune_is_known_by_its_code_and_the_day_it_began() -> None:
    keys = Counter((row["commune_code"], row["valid_from"]) for row in rows("communes"))
    assert max(keys.values()) == 1
    reused = Counter(row["commune_code"] for row in rows("communes"))
    assert sum(1 for count in reused.values() if count == 2) == 3316


def test_the_conversion_has_10035_old_codes_of_which_440_are_split() -> None:
    new_of = defaultdict(set)
    extents = defaultdict(set)
    for row in rows("commune_conversion"):
        new_of[row["old_code"]].add(row["new_code"])
        extents[row["old_code"]].add(row["extent"])
    assert len(new_of) == 10_035
    whole = [code for code, new in new_of.items() if len(new) == 1]
    assert len(whole) == 9595
    assert all(extents[code] == ({"whole"} if len(new) == 1 else {"part"}) for code, new in new_of.items())
    assert sum(1 for new in new_of.values() if 2 <= len(new) <= 5) == 440


def test_every_new_commune_but_five_islands_is_reached_from_one_of_its_own_codes() -> None:
    sources = defaultdict(set)
    for row in rows("commune_conversion"):
        sources[row["new_code"]].add(row["old_code"])
    assert len(sources) == 3316
    assert all(new in old for new, old in sources.items())
    new = {row["commune_code"]: row["name"] for row in rows("communes") if row["valid_to"] is None}
    assert set(new) - set(sources) == {"11948", "19742", "20333", "21548", "26732"}


@pytest.mark.parametrize(
    ("printed", "right", "name", "new"),
    [
        ("00553", "00556", "Xã Đặng Xá", "00562"),
        ("01615", "01651", "Xã Mỹ Hưng", "01648"),
        ("02485", "02482", "Xã Phú Thịnh", "02494"),
    ],
)
def test_a_typing_error_is_corrected_with_the_reason_beside_it(
    printed: str, right: str, name: str, new: str
) -> None:
    (row,) = (
        row for row in rows("commune_conversion") if row["old_code"] == right and row["new_code"] == new
    )
    assert (row["printed_old_code"], row["old_name"], row["name_check"]) == (printed, name, "corrected")
    assert printed in str(row["reason"])
    assert right in str(row["reason"])
    assert not [
        row for row in rows("commune_conversion") if (row["old_code"], row["new_code"]) == (printed, new)
    ]


def test_only_those_three_codes_are_corrected() -> None:
    changed = {
        (row["printed_old_code"], row["old_code"])
        for row in rows("commune_conversion")
        if row["printed_old_code"] != row["old_code"]
    }
    assert changed == {("00553", "00556"), ("01615", "01651"), ("02485", "02482")}


def test_every_name_that_differs_from_january_has_a_reason_and_is_in_the_report() -> None:
    reported = {row["line"] for row in rows("commune_conversion_report") if row["subject"] == "row"}
    different = [row for row in rows("commune_conversion") if row["name_check"] != "same"]
    assert len(different) > 200
    assert all(row["reason"] for row in different)
    codes = {row["code"] for row in rows("commune_conversion_report") if row["subject"] == "row"}
    assert {row["old_code"] for row in different} <= codes
    assert len(reported) >= len(different)


def test_rows_of_the_official_table_without_an_old_code_are_left_out_and_reported() -> None:
    left_out = [
        row
        for row in rows("commune_conversion_report")
        if row["subject"] == "row" and row["action"] == "left out"
    ]
    assert {row["code"] for row in left_out} == {"11948", "14698", "19742", "20333", "21548", "26732"}


def test_ward_4_of_tan_an_is_in_long_an_whatever_the_official_row_says() -> None:
    (row,) = (row for row in rows("commune_conversion") if row["old_code"] == "27691")
    assert (row["old_province_code"], row["province_code"], row["new_code"]) == ("80", "80", "27694")
    assert "Long An" in str(row["reason"])


def test_codes_issued_between_january_and_july_are_kept_with_their_january_code() -> None:
    renamed = {
        row["old_code"]: row["january_code"]
        for row in rows("commune_conversion")
        if row["name_check"] == "new code"
    }
    assert renamed["26929"] == "26935"
    assert renamed["27076"] == "27067"
    assert renamed["03980"] is None
    assert len(renamed) == 10


def test_nothing_of_the_second_table_is_taken_over() -> None:
    only_there = [
        row
        for row in rows("commune_conversion_report")
        if row["subject"] == "cross-check" and row["action"] == "left out"
    ]
    assert len(only_there) == 33  # 36, less the three typing errors that are now corrected
    ours = {(row["old_code"], row["new_code"]) for row in rows("commune_conversion")}
    assert not ours & {(row["code"], str(row["name"]).removeprefix("→ ")) for row in only_there}


def test_the_meridians_cover_the_63_old_provinces() -> None:
    meridians = rows("meridians")
    assert len({row["old_province_code"] for row in meridians}) == len(meridians) == 63
    assert all(ZONES[row["epsg"]].lon0 == row["meridian_deg"] for row in meridians)  # type: ignore[index]
    zones = defaultdict(set)
    for row in meridians:
        zones[row["province_code"]].add(row["epsg"])
    assert Counter(len(found) for found in zones.values()) == {1: 17, 2: 16, 3: 1}
    assert len(zones["25"]) == 3
    in_communes = {row["old_province_code"] for row in rows("communes")}
    assert in_communes == {row["old_province_code"] for row in meridians}


def test_the_meridian_of_administrative_maps_is_kept_apart_and_its_doubts_are_stated() -> None:
    maps = {row["province_code"]: row for row in rows("administrative_map_meridians")}
    assert len(maps) == 34
    assert {code for code, row in maps.items() if row["certainty"] == "ambiguous"} == {"44", "80"}
    assert maps["12"]["epsg"] == 9208


def test_a_land_use_code_is_listed_once_with_a_status_and_a_date() -> None:
    codes = rows("land_use_codes")
    assert max(Counter(row["code"] for row in codes).values()) == 1
    current = [row for row in codes if row["status"] == "current"]
    assert len(current) == 63
    assert {str(row["valid_from"]) for row in current} == {"2024-08-01"}
    assert {row["group"] for row in current} == {"NNP", "PNN", "CSD"}
    assert {str(row["valid_to"]) for row in codes if row["status"] == "legacy"} == {"2024-08-01"}
