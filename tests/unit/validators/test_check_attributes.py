"""ATT checks: required attributes, land-use codes, registered against computed area."""

from datetime import date

import pyarrow.compute as pc
import pytest
import shapely

from tests.unit.validators.validator_datasets import AS_OF, ORIGIN, dataset, found, verdict
from validators.policy import Required, policy_at


def of(judged, code):
    return judged.findings.filter(pc.equal(judged.findings["check_code"], code)).to_pylist()


def test_a_row_that_lacks_several_required_attributes_has_one_finding_that_names_them():
    judged = verdict(dataset(4, land_use=["LUC", None, "LUC", None], area_legal_m2=[400, 400, None, None]))
    details = {line["row_no"]: line["detail"] for line in of(judged, "ATT-REQUIRED")}
    assert details == {1: "land_use", 2: "area_legal_m2", 3: "land_use+area_legal_m2"}
    assert of(judged, "ATT-REQUIRED")[2]["message_vi"] == (
        "Thửa đất thiếu thuộc tính bắt buộc: loại đất, diện tích pháp lý."
    )
    assert judged.counts.accepted == 4
    assert judged.counts.rows_with_error == 3


def test_what_is_required_follows_the_policy_and_its_dates():
    data = dataset(1, address=[None], land_use=[None])
    rules = (
        Required(column="address", valid_from=date(2026, 1, 1)),
        Required(column="land_use", valid_from=date(2020, 1, 1), valid_to=AS_OF),
    )
    strict = policy_at(AS_OF).model_copy(update={"required": rules})
    assert [line["detail"] for line in of(verdict(data, policy=strict), "ATT-REQUIRED")] == ["address"]
    nothing = policy_at(AS_OF).model_copy(update={"required": ()})
    assert of(verdict(data, policy=nothing), "ATT-REQUIRED") == []


@pytest.mark.parametrize(
    ("value", "unknown", "legacy"),
    [
        ("LUC", None, None),
        ("ONT+CLN", None, None),
        ("ont; cln", None, None),
        ("XYZ", "XYZ", None),
        ("ONT+XYZ+QQ", "XYZ, QQ", None),
        ("BHK", None, "BHK"),
        ("ONT+BHK+XYZ", "XYZ", "BHK"),
        ("KDT", "KDT", None),  # a zone of a plan, not a use of a parcel
        ("NGUYỄN+ONT", "…", None),
        ("012345678+ONT", "…", None),
    ],
)
def test_every_part_of_a_land_use_is_looked_up(value, unknown, legacy):
    judged = verdict(dataset(3, land_use=["LUC", value, "CLN"]))
    assert [(line["row_no"], line["detail"]) for line in of(judged, "ATT-LAND-USE")] == (
        [(1, unknown)] if unknown else []
    )
    assert [(line["row_no"], line["detail"]) for line in of(judged, "ATT-LAND-USE-LEGACY")] == (
        [(1, legacy)] if legacy else []
    )
    assert judged.counts.rows_with_error == (1 if unknown else 0)


def test_codes_that_are_legacy_now_were_current_before_their_circular():
    before = policy_at(AS_OF)
    data = dataset(1, land_use=["BHK"])
    assert "ATT-LAND-USE-LEGACY" not in found(data, as_of=date(2024, 7, 31), policy=before)
    assert "ATT-LAND-USE-LEGACY" in found(data, as_of=date(2024, 8, 1), policy=before)


def test_a_missing_land_use_is_missing_and_not_unknown():
    assert found(dataset(1, land_use=[None])) == {"ATT-REQUIRED": [0]}


@pytest.mark.parametrize(
    ("legal", "wrong"),
    [(400.0, False), (421.0, False), (421.1, True), (381.0, False), (380.9, True), (0.0, True), (1.0, True)],
)
def test_a_registered_area_may_differ_by_a_share_of_itself(legal, wrong):
    assert found(dataset(1, area_legal_m2=[legal])) == ({"ATT-AREA": [0]} if wrong else {})


@pytest.mark.parametrize(("legal", "wrong"), [(5.0, False), (5.01, True), (3.0, False), (2.99, True)])
def test_a_small_parcel_may_differ_by_a_square_metre(legal, wrong):
    tiny = shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 2, ORIGIN[1] + 2)
    assert found(dataset([tiny], area_legal_m2=[legal])) == ({"ATT-AREA": [0]} if wrong else {})


def test_the_difference_is_measured_and_both_areas_are_told_in_each_language():
    (finding,) = of(verdict(dataset(1, area_legal_m2=[512.345])), "ATT-AREA")
    assert finding["measure"] == pytest.approx(112.345)
    assert finding["detail"] == "512.3 / 400.0"
    assert "112,35 m²" in finding["message_vi"] or "112,34 m²" in finding["message_vi"]
    assert "512,3 / 400,0" in finding["message_vi"]
    assert "512.3 / 400.0" in finding["message_en"]


def test_a_missing_registered_area_is_not_compared():
    assert found(dataset(1, area_legal_m2=[None])) == {"ATT-REQUIRED": [0]}
