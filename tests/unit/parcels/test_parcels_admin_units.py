"""Look-ups of places: every one takes the date, because codes are used again."""

import subprocess
import sys
from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa

from parcels import admin_units

BEFORE = date(2025, 6, 30)
AFTER = date(2025, 7, 1)


def test_the_same_code_names_two_territories_before_and_after_1_july_2025() -> None:
    before, after = admin_units.commune("09427", BEFORE), admin_units.commune("09427", AFTER)
    assert before is not None
    assert after is not None
    assert (before.name, before.old_province_code) == ("Phường Thanh Khương", "27")
    assert (after.name, after.province_code) == ("Phường Trí Quả", "24")
    assert before.valid_to == after.valid_from == AFTER


def test_a_date_before_the_first_list_is_answered_from_it() -> None:
    assert admin_units.commune("00001", date(1998, 1, 1)) == admin_units.commune("00001", BEFORE)


def test_communes_of_a_province_at_a_date() -> None:
    assert len(admin_units.communes("01")) == 126
    assert len(admin_units.communes()) == 3321
    assert len(admin_units.communes(at=BEFORE)) == 10_061
    assert {commune.province_code for commune in admin_units.communes("08", BEFORE)} == {"08"}
    assert {commune.old_province_code for commune in admin_units.communes("08")} == {"02", "08"}


def test_a_commune_code_is_known_expired_of_another_province_or_unknown() -> None:
    codes = np.array(["00004", "00001", "01273", "99999", None, "", "4"], dtype=object)
    assert admin_units.classify_codes(codes, "01", AFTER).tolist() == [
        "known",
        "expired",
        "other_province",
        "unknown",
        "unknown",
        "unknown",
        "unknown",
    ]


def test_a_reused_code_is_known_not_expired() -> None:
    assert admin_units.classify_codes(pa.array(["09427"]), "24", AFTER).tolist() == ["known"]


def test_before_the_change_old_codes_are_known_and_native_islands_are_not() -> None:
    codes = pa.chunked_array([["00001"], ["26732"]])
    assert admin_units.classify_codes(codes, "01", BEFORE).tolist() == ["known", "unknown"]


def test_classifying_nothing_gives_nothing() -> None:
    assert admin_units.classify_codes(np.array([], dtype=object), "01").shape == (0,)


def test_since_when_a_code_has_named_its_commune() -> None:
    found = admin_units.valid_from(pa.array(["00004", "00001", None]), AFTER)
    assert found.to_pylist() == [AFTER, None, None]
    assert admin_units.valid_from(pa.array(["00001"]), BEFORE).to_pylist() == [date(2025, 1, 1)]


def test_an_old_code_converts_where_one_new_commune_took_it_whole() -> None:
    new, extents = admin_units.convert_codes(pa.array(["00001", "00016", "99999", None]))
    assert new.to_pylist() == ["00097", None, None, None]
    assert extents.tolist() == ["whole", "part", "unknown", "unknown"]


def test_the_january_code_of_a_ward_recoded_before_july_converts_too() -> None:
    new, extents = admin_units.convert_codes(pa.array(["26935", "26929", "27067"]))
    assert new.to_pylist() == ["26929", "26929", None]
    assert extents.tolist() == ["whole", "whole", "part"]


def test_no_code_converts_both_wholly_and_in_part() -> None:
    codes = admin_units.conversion()["old_code"].unique()
    new, extents = admin_units.convert_codes(codes)
    assert sorted(set(extents.tolist())) == ["part", "whole"]
    assert (extents == "whole").sum() == 9595 == len(new) - new.null_count


def test_every_code_of_either_time_reads_one_way_or_another() -> None:
    counts: Counter[str] = Counter()
    for province in admin_units.provinces():
        codes = {
            code
            for at in (BEFORE, AFTER)
            for code in admin_units.communes_table(province, at)["commune_code"].to_pylist()
        }
        counts.update(admin_units.code_readings(pa.array(sorted(codes)), province).tolist())
    # 3,316 codes live on: for 138 of them the old commune of that number was divided.
    assert counts == {"old_only": 6745, "same": 3178, "differs": 138, "new_only": 5}


def test_a_code_that_means_the_same_either_way_converts_to_itself() -> None:
    codes = pa.array(["00004", "00007", "26732", "01273", None])
    readings = admin_units.code_readings(codes, "01")
    assert readings.tolist() == ["same", "old_only", "none", "none", "none"]


def test_the_five_special_zones_without_an_old_ward_keep_their_codes() -> None:
    islands = ["11948", "19742", "20333", "21548", "26732"]
    new, how = admin_units.convert_codes(pa.array(islands))
    assert new.to_pylist() == islands
    assert set(how) == {"native"}


def test_every_new_commune_but_those_five_is_reached_by_conversion() -> None:
    reached = set(admin_units.conversion_candidates()["new_code"].to_pylist())
    everything = {commune.code for commune in admin_units.communes()}
    assert len(reached) == 3316
    assert everything - reached == {"11948", "19742", "20333", "21548", "26732"}


def test_the_candidates_of_an_old_commune_lie_in_its_province() -> None:
    table = admin_units.conversion_candidates().to_pandas()
    now = {commune.code: commune.province_code for commune in admin_units.communes()}
    before = {commune.code: commune.province_code for commune in admin_units.communes(at=BEFORE)}
    assert (table["new_code"].map(now) == table["old_code"].map(before)).all()
    assert set(table["old_code"]) == set(before)  # none is without a candidate


def test_a_january_commune_in_no_row_of_the_table_has_the_successors_of_its_district() -> None:
    old = admin_units.communes_table(None, BEFORE)["commune_code"]
    _, how = admin_units.convert_codes(old)
    lost = [code for code, is_ in zip(old.to_pylist(), how, strict=True) if is_ == "no_successor"]
    assert len(lost) == 19
    table = admin_units.conversion_candidates().to_pandas()
    found = table[table["old_code"].isin(lost)].groupby("old_code").size()
    assert (found.min(), found.max(), len(found)) == (5, 10, 19)


def test_an_old_province_is_found_by_any_spelling_of_its_name() -> None:
    for name in ("Hoà Bình", "Hòa Bình", "Tỉnh Hoà Bình", "HÒA BÌNH", "17"):
        found = admin_units.old_province(name)
        assert found is not None
        assert (found.code, found.epsg, found.province_code) == ("17", 9211, "25")
    hue = admin_units.old_province("Thừa Thiên Huế")
    assert hue is not None
    assert hue.name == "Huế"
    city = admin_units.old_province("Thành phố Hồ Chí Minh")
    assert city is not None
    assert city.epsg == 9210
    assert admin_units.old_province("Hoa Binh City") is None


def test_the_old_provinces_of_a_new_one() -> None:
    assert [old.name for old in admin_units.old_provinces("25")] == ["Hoà Bình", "Phú Thọ", "Vĩnh Phúc"]
    assert len(admin_units.old_provinces()) == 63


def test_a_province_is_called_as_it_is_now() -> None:
    assert admin_units.provinces()["75"].full_name == "Thành phố Đồng Nai"  # a province until 30 April 2026
    assert list(admin_units.provinces()) == sorted(admin_units.provinces())


def test_reading_the_provinces_brings_in_no_heavy_library() -> None:
    code = (
        "import sys; from parcels.provinces import old_provinces, provinces; provinces(); old_provinces();"
        "heavy = {'pyarrow', 'numpy', 'pandas', 'shapely', 'pyproj', 'duckdb'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_look_ups_bring_in_no_geographic_library() -> None:
    code = (
        "import sys; import parcels.admin_units, parcels.crs, parcels.text, parcels.land_use;"
        "heavy = {'geopandas', 'pandas', 'shapely', 'pyproj', 'duckdb'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
