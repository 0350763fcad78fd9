"""ATT: areas of uses, dates, numbers of people, damaged text, and what the population database said; nothing personal is told."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from parcels.model import Dataset
from tests.unit.validators.validator_datasets import AS_OF, context, dataset, found, verdict
from validators.judge import judge
from validators.live import AUTHENTICATION_SCHEMA
from validators.measures import Portion


def details(data, code, **more):
    """row → detail of the findings of one check."""
    table = verdict(data, **more).findings
    return {
        row: detail
        for row, of, detail in zip(
            table["row_no"].to_pylist(),
            table["check_code"].to_pylist(),
            table["detail"].to_pylist(),
            strict=True,
        )
        if of == code
    }


def messages(data, code):
    table = verdict(data).findings.to_pylist()
    return [(line["message_vi"], line["message_en"]) for line in table if line["check_code"] == code]


def test_areas_of_uses_must_add_up_to_the_registered_area_within_the_tolerance():
    uses = ["ONT+CLN"] * 6
    data = dataset(
        6,
        land_use=uses,
        area_legal_m2=[400.0] * 5 + [29.16],
        land_use_areas=["100+300", "100,5 + 300", "100.6+300", "100+200+100", "100+x", "9,2+20"],
    )
    assert details(data, "ATT-USE-AREAS") == {
        2: "400.6 / 400", 3: "codes/areas 2/3", 4: "number",
    }  # fmt: skip
    told = messages(data, "ATT-USE-AREAS")
    assert "tổng 400,6 m², thửa đất 400 m²" in told[0][0]
    assert "2 land-use codes, 3 areas" in told[1][1]


def test_areas_that_were_not_delivered_are_no_fault():
    data = dataset(3, land_use=["ONT+CLN", None, "LUC"], land_use_areas=[None, "5", None])
    assert "ATT-USE-AREAS" not in found(data)


def test_without_a_registered_area_the_sum_is_compared_as_widely_as_registered_areas_are():
    (area,) = set(dataset(1).numpy("area_m2").round(3).tolist())
    near, far = area * 1.04, area * 1.06
    data = dataset(
        2, land_use=["LUC"] * 2, area_legal_m2=[None] * 2, land_use_areas=[f"{near:.1f}", f"{far:.1f}"]
    )
    assert list(details(data, "ATT-USE-AREAS")) == [1]


def test_a_date_of_1017_in_the_future_or_of_no_day_is_impossible_and_a_persons_is_not_repeated():
    data = dataset(
        7,
        surveyed_on=[date(1017, 10, 9), date(2024, 1, 1), AS_OF, None, None, None, None],
        certificate_issued_on=[None, date(2999, 1, 2), None, None, date(1899, 12, 30), None, None],
        land_user_birth_year=[None, None, 1900, 1017, None, 2199, None],
        not_readable=[None, None, None, None, None, None, "area_legal_m2+surveyed_on"],
    )
    assert details(data, "ATT-DATE") == {
        0: "surveyed_on:early:1017-10-09",
        1: "certificate_issued_on:future",
        3: "land_user_birth_year:early",
        4: "certificate_issued_on:early",
        5: "land_user_birth_year:future",
        6: "surveyed_on:unreadable",
    }
    told = messages(data, "ATT-DATE")
    assert told[0] == (
        "Ngày tháng không thể có: ngày đo đạc quá sớm (09/10/1017).",
        "A date that cannot be: date of survey is too early (1017-10-09).",
    )
    assert not any(year in text for pair in told[1:] for text in pair for year in ("2999", "1899", "2199"))


def test_a_value_that_was_read_after_all_is_no_impossible_date():
    data = dataset(1, surveyed_on=[date(2020, 1, 1)], not_readable=["surveyed_on"])
    assert "ATT-DATE" not in found(data)


def test_parcels_without_a_date_of_validity_are_one_finding_of_the_commune():
    data = dataset(4, valid_from=[None, None, date(2020, 1, 1), None])
    assert details(data, "ATT-UNDATED") == {-1: "3 / 4"}
    assert verdict(data).counts.rows_with_error == 0


GOOD_NUMBERS = [
    "001190000001", "096 200 123456", "079.203.000001", "123456780", "0100109106", "0100109106-001", "0100109106001",
    "N/A-0100109106", "B1234567", None,
]  # fmt: skip
BAD_NUMBERS = {
    "03190000001": "zeros",  # a spreadsheet's number: 0 003 … is no province, 003 is none either
    "999190000001": "province",
    "003190000001": "province",
    "001490000001": "year",
    "12345678": "digits",
    "00119000000123": "digits",
    "111111111111": "same",
    "1.2E+11": "form",
    "N/A": "form",
}


def test_numbers_in_any_known_form_are_right():
    assert "ATT-PERSON-ID" not in found(dataset(len(GOOD_NUMBERS), land_user_id_number=GOOD_NUMBERS))


@pytest.mark.parametrize(("number", "why"), list(BAD_NUMBERS.items())[1:])
def test_a_number_that_cannot_be_one_is_told_with_why_and_never_repeated(number, why):
    data = dataset(2, land_user_id_number=[number, "001190000001"])
    assert details(data, "ATT-PERSON-ID") == {0: why}
    ((vi, en),) = messages(data, "ATT-PERSON-ID")
    assert number not in vi + en


def test_a_number_that_lost_its_zeros_is_known():
    """A spreadsheet that reads numbers takes 031190000001 for 31190000001, and 001190000001 for 1190000001."""
    data = dataset(
        3,
        land_user_id_number=["31190000001", "1190000001", "1190000001"],
        land_user_birth_year=[None, 1990, None],
    )
    assert details(data, "ATT-PERSON-ID") == {0: "zeros", 1: "zeros"}  # alone it may be a tax number


def test_the_year_of_birth_in_a_number_must_be_the_registered_one():
    data = dataset(
        6,
        land_user_id_number=[
            "001190000001",
            "001191000001",
            "001205000001",
            "001190000001",
            "123456780",
            "999190000001",
        ],
        land_user_birth_year=[1990, 1990, 2005, None, 1990, 1991],
    )
    assert found(data).get("ATT-PERSON-BIRTH") == [1]


DAMAGED = [
    "Nguy\ufffdn Văn Thử", "Nguy?n V?n Th?", "Nguyá»…n VÄƒn Thá»­", "Äá»“ng", "NguyÔn V¨n Thö", "§ång µ", "Nguyeãn Vaên",
]  # fmt: skip
WHOLE = [
    "Nguyễn Văn Thử", "THỊ XÃ – TỈNH", "«TOÀN XÃ»", "“UBND XÃ”", "Số 5? ngõ 2", "Müller", "Loïc Noël", "18 rue de l'Île",
    "Hoà Bình", "khoẻ, xoè, loã xoã", "m² và 5°", "Đất ở (½)", "thuỷ quỷ", "Bà Nguyễn Thị Ậu",
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_text_is_seen_and_only_its_column_named(text):
    data = dataset(2, address=[text, "Thôn 1"], land_user_name=["Mây Hư Ổi", None])
    assert details(data, "ATT-TEXT") == {0: "address"}
    ((vi, en),) = messages(data, "ATT-TEXT")
    assert text not in vi + en
    assert "địa chỉ thửa đất" in vi


@pytest.mark.parametrize("text", WHOLE)
def test_whole_text_is_left_alone(text):
    assert "ATT-TEXT" not in found(dataset(1, address=[text]))


def test_control_characters_that_reading_left_out_are_told():
    data = dataset(1, address=["Thôn 1"], not_readable=["address+surveyed_on"])
    assert details(data, "ATT-TEXT") == {0: "address"}


def results(*of: tuple[str, str, str]) -> pa.Table:
    return pa.table(
        dict(zip(AUTHENTICATION_SCHEMA.names, zip(*of, strict=True), strict=True)), AUTHENTICATION_SCHEMA
    )


def test_the_population_database_s_word_is_told_of_every_parcel_of_a_land_user():
    said = results(
        ("made", "A", "mismatched"),
        ("made", "B", "not_found"),
        ("made", "C", "found"),
        ("other", "D", "not_found"),
    )
    data = dataset(6, land_user_key=["A", "A", "B", "C", "D", None])
    told = found(data, authentication=said)
    assert (told["ATT-USER-MISMATCHED"], told["ATT-USER-NOT-FOUND"]) == ([0, 1], [2])


def test_the_measure_counts_people_not_parcels():
    said = results(("made", "A", "found"), ("made", "B", "not_found"))
    data = dataset(
        7,
        land_user_key=["A", "A", "A", "B", "C", None, None],
        land_user_name=[None] * 5 + ["Gió Ảo Mận", None],
    )
    judged = verdict(data, authentication=said)
    assert judged.measures["xac_thuc"] == pytest.approx(1 / 4)  # A of A, B, C and one without a key
    assert verdict(data, authentication=None).measures["xac_thuc"] is None


def test_a_commune_moves_between_groups_as_the_share_of_its_people_found_crosses_the_limit():
    """The policy asks for four of five."""
    data = dataset(10, land_user_key=[f"K{number}" for number in range(10)])

    def group(authenticated: int) -> int:
        said = [
            ("made", f"K{number}", "found" if number < authenticated else "not_found") for number in range(10)
        ]
        return verdict(data, authentication=results(*said)).group.number

    assert [group(count) for count in (0, 7, 8, 10)] == [2, 2, 1, 1]


def test_a_province_whose_systems_have_no_land_users_may_say_so():
    left_out = {"ATT-USER-MISMATCHED": "không có", "ATT-USER-NOT-FOUND": "không có"}
    for said in (None, results(("made", "A", "found"))):
        judged = verdict(nobody_named(3), authentication=said, not_applicable=left_out)
        assert judged.not_run == ()
        assert judged.group.number == judged.assured_group.number == 1
        assert judged.measured["xac_thuc"] == Portion(0, 0)


def nobody_named(n: int) -> Dataset:
    return dataset(n, land_user_key=[None] * n)


def test_a_commune_that_names_no_land_user_does_not_meet_the_rule_on_them():
    """Leaving all of them out must not be worth more than sending some that are not known."""
    said = results(("made", "A", "found"))
    judged = verdict(nobody_named(5), authentication=said)
    assert judged.measured["xac_thuc"] == Portion(0, 5)
    assert (judged.group.number, judged.fixes.land_users) == (2, 4)
    unknown = verdict(dataset(5), authentication=said)
    assert (unknown.measured["xac_thuc"], unknown.group.number) == (Portion(0, 5), 2)
    known = verdict(dataset(5, land_user_key=["A"] * 5), authentication=said)
    assert (known.measured["xac_thuc"], known.group.number) == (Portion(1, 1), 1)


def test_before_the_first_results_a_commune_that_names_no_land_user_is_not_judged_on_them():
    judged = verdict(nobody_named(5), authentication=None)
    assert (judged.measured["xac_thuc"], judged.group.number, judged.assured_group.number) == (None, 1, 2)


def test_a_commune_without_rows_and_a_change_set_without_land_users_have_nobody_to_authenticate():
    said = results(("made", "A", "found"))
    assert verdict(dataset(0), authentication=said).measured["xac_thuc"] == Portion(0, 0)
    data = nobody_named(2)
    changes = judge(data, replace(context(data, authentication=said), changes=True))
    assert (changes.measured["xac_thuc"], changes.group) == (Portion(0, 0), None)
