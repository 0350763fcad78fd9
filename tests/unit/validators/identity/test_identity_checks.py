"""IDN checks: handles, what repeats, where a parcel belongs, where its id points."""

from datetime import date

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

from parcels import admin_units, crs, geometry, identifiers
from tests.unit.validators.validator_datasets import (
    AS_OF,
    COMMUNE,
    EPSG,
    PROVINCE,
    claims,
    context,
    dataset,
    found,
    nowhere,
    squares,
    verdict,
)
from validators.judge import judge
from validators.policy import NationalIdRules, policy_at

MALFORMED = ["w7er83vw181", "w7er83vw181uu", "W7ER83VW181U", "w7er83vw181a", "w7er 83vw18u", "w7er83vw181ư"]


def ids_at(points_xy):
    lon, lat = crs.to_wgs84(np.asarray(points_xy, dtype=float), EPSG).T
    return identifiers.encode(lon, lat).to_pylist()


def beside(shape, metres):
    """A point so far east of a square."""
    _, ymin, xmax, ymax = shapely.bounds(shape)
    return (xmax + metres, (ymin + ymax) / 2)


# --- handles


@pytest.mark.parametrize(
    ("kept", "accepted"),
    [
        ({"source_key": ["k"]}, True),
        ({"national_id": ["w7er83vw181u"]}, True),
        ({"sheet_no": ["7"], "parcel_no": ["1"]}, True),
        ({"sheet_no": ["7"]}, False),
        ({"parcel_no": ["1"]}, False),
        ({"national_id": [MALFORMED[0]]}, False),
        ({}, False),
    ],
)
def test_one_handle_is_enough_and_none_is_not(kept, accepted):
    nothing = {name: [None] for name in ("source_key", "national_id", "sheet_no", "parcel_no")}
    data = dataset(1, **{**nothing, **kept})
    judged = verdict(data)
    assert ("IDN-MISSING" in judged.rows["codes"][0].as_py()) is not accepted
    assert judged.rows["decision"].to_pylist() == ["accept" if accepted else "quarantine"]


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        (None, "unreadable"),
        ("99999", "unreadable"),
        (next(c.code for c in admin_units.communes("79", AS_OF)), "quarantine"),
    ],
)
def test_a_row_without_handle_and_without_known_commune_is_unreadable(code, decision):
    data = nowhere(1, source_key=[None], national_id=[None], commune_code=[code])
    judged = verdict(data)
    assert judged.rows["decision"].to_pylist() == [decision]
    assert "IDN-MISSING" in judged.rows["codes"][0].as_py()
    assert (judged.counts.quarantined, judged.counts.unreadable) == (
        (1, 0) if decision == "quarantine" else (0, 1)
    )


def test_sheet_and_number_name_nothing_where_there_is_no_commune():
    data = nowhere(
        2, source_key=[None] * 2, national_id=[None] * 2, commune_code=["99999"] * 2, parcel_no=["1", "1"]
    )
    assert found(data)["IDN-MISSING"] == [0, 1]
    assert "IDN-DUP-SHEET" not in found(data)


# --- repeated


def test_all_rows_that_share_a_source_key_are_quarantined_and_no_other():
    judged = verdict(dataset(6, source_key=["a", "b", "a", None, None, "a"]))
    assert judged.rows["decision"].to_pylist() == [
        "quarantine",
        "accept",
        "quarantine",
        "accept",
        "accept",
        "quarantine",
    ]
    assert judged.findings["measure"].to_pylist() == [3.0, 3.0, 3.0]
    assert "3 bản ghi" in judged.findings["message_vi"][0].as_py()


def test_the_same_key_in_two_source_systems_is_two_keys():
    assert found(dataset(2, source_key=["a", "a"], source_system=["vbdlis", "ilis"])) == {}


def test_a_repeated_national_id_is_quarantined_and_not_measured_against_the_parcel():
    shared = dataset(3).column("national_id")[0].as_py()
    result = found(dataset(3, national_id=[shared] * 3))
    assert result == {"IDN-DUP-NATIONAL": [0, 1, 2]}


def test_a_malformed_national_id_repeats_nothing():
    assert found(dataset(2, national_id=[MALFORMED[0]] * 2)) == {"IDN-FORMAT": [0, 1]}


@pytest.mark.parametrize(
    ("columns", "repeated"),
    [
        ({"sheet_no": ["7", "7"], "parcel_no": ["1", "1"]}, True),
        ({"sheet_no": ["7", "8"], "parcel_no": ["1", "1"]}, False),
        ({"sheet_no": ["7", "7"], "parcel_no": ["1", "1"], "map_scale": ["500", "1000"]}, False),
        ({"sheet_no": ["7", "7"], "parcel_no": ["1", "1"], "map_set": ["A", None]}, False),
        ({"sheet_no": ["7", "7"], "parcel_no": [None, None]}, False),
        ({"sheet_no": ["7|1", "7"], "parcel_no": ["1", "1|1"]}, False),
        ({"sheet_no": ["1", "11"], "parcel_no": ["11", "1"]}, False),
    ],
)
def test_sheet_handles_repeat_only_when_every_part_does(columns, repeated):
    assert ("IDN-DUP-SHEET" in found(dataset(2, **columns))) is repeated


def test_what_repeats_is_counted_over_the_whole_delivery_but_sheets_within_their_commune():
    other = admin_units.communes(PROVINCE, AS_OF)[1].code
    national = dataset(1).column("national_id").to_pylist()
    here = dataset(2, source_key=["a", "b"])
    there = dataset(
        2,
        commune=other,
        source_key=["a", "c"],
        national_id=[None, *national],
        first_row=2,
        parcel_no=["1", "2"],
    )
    lost = nowhere(1, source_key=["c"], commune_code=["99999"], national_id=[None], first_row=4)
    whole = context(here, there, lost)
    codes = {each.commune_code: judge(each, whole).rows["codes"].to_pylist() for each in (here, there, lost)}
    assert codes[COMMUNE] == [["IDN-DUP-SOURCE", "IDN-DUP-NATIONAL"], []]
    assert codes[other] == [
        ["IDN-DUP-SOURCE", "IDN-NATIONAL-MISSING"],
        ["IDN-DUP-SOURCE", "IDN-DUP-NATIONAL"],
    ]
    assert codes["-"] == [["IDN-DUP-SOURCE", "IDN-COMMUNE-UNKNOWN", "IDN-NATIONAL-MISSING"]]


# --- claimed


def test_an_id_held_in_another_province_is_withheld_and_names_the_province():
    data = dataset(3)
    ids = data.column("national_id").to_pylist()
    judged = verdict(data, register=claims((ids[1], "79"), (ids[2], PROVINCE), ("w7er83vw181u", "79")))
    assert judged.rows["decision"].to_pylist() == ["accept", "accept", "accept"]
    (finding,) = judged.findings.to_pylist()
    assert (finding["check_code"], finding["severity"], finding["detail"]) == ("IDN-WITHHELD", "error", "79")
    assert "Thành phố Hồ Chí Minh" in finding["message_vi"]
    assert not judged.provisional


def test_without_the_register_the_claim_is_not_run_and_the_verdict_is_provisional():
    judged = verdict(dataset(3), register=None)
    assert {"IDN-CLAIMED", "IDN-WITHHELD", "IDN-CONFLICT"} <= set(judged.not_run)
    assert judged.provisional
    assert not {"IDN-CLAIMED", "IDN-WITHHELD"} & set(judged.ran)
    assert judged.group.number == 1
    assert judged.assured_group.number == 3


def test_a_malformed_id_is_claimed_by_nobody():
    data = dataset(1, national_id=[MALFORMED[0]])
    assert not {"IDN-CLAIMED", "IDN-WITHHELD"} & set(found(data, register=claims((MALFORMED[0], "79"))))


# --- communes


def test_rows_of_no_commune_say_why():
    current = admin_units.communes(PROVINCE, AS_OF)
    ended = next(
        c.code
        for c in admin_units.communes(None, date(2025, 3, 1))
        if admin_units.commune(c.code, AS_OF) is None
    )
    elsewhere = admin_units.communes("79", AS_OF)[0].code
    codes = [None, "99999", ended, elsewhere, current[0].code, "Nguyễn Văn An"]
    judged = verdict(nowhere(6, commune_code=codes))
    table = judged.findings
    assert table["check_code"].to_pylist() == [
        "IDN-COMMUNE-UNKNOWN",
        "IDN-COMMUNE-UNKNOWN",
        "IDN-COMMUNE-EXPIRED",
        "IDN-COMMUNE-PROVINCE",
        "IDN-COMMUNE-EXPIRED",  # an old code that is a current one too, and could not be converted
        "IDN-COMMUNE-UNKNOWN",
    ]
    assert set(judged.rows["decision"].to_pylist()) == {"quarantine"}
    vi = table["message_vi"].to_pylist()
    assert vi[0] == "Mã xã bị thiếu."
    assert vi[1] == "Mã xã 99999 không có trong danh mục."
    assert vi[2] == f"Mã xã {ended} đã hết hiệu lực."
    assert "đã chia về nhiều xã" in vi[4]
    assert "An" not in vi[5] + str(table["detail"][5])
    assert judged.group is None


def test_every_row_given_to_no_commune_is_refused_whatever_its_code():
    codes = [c.code for c in admin_units.communes(PROVINCE, AS_OF)[:40]]
    judged = verdict(nowhere(40, commune_code=codes))
    assert judged.counts.accepted == 0


def test_in_a_commune_the_dataset_decides_not_the_code_as_delivered():
    assert found(dataset(2, commune_code=["00001", None])) == {}
    foreign = admin_units.communes("79", AS_OF)[0].code
    assert found(dataset(2, commune=foreign)) == {"IDN-COMMUNE-PROVINCE": [0, 1]}


# --- national id


@pytest.mark.parametrize("given", MALFORMED)
def test_a_malformed_id_is_an_error_claims_nothing_and_is_never_repeated_in_words(given):
    judged = verdict(dataset(1, national_id=[given]))
    assert judged.rows.to_pylist()[0]["codes"] == ["IDN-FORMAT"]
    assert judged.rows["claims_id"].to_pylist() == [False]
    assert judged.rows["decision"].to_pylist() == ["accept"]
    assert given not in str(judged.findings.to_pylist())


def test_an_id_outside_vietnam_is_warned_of_and_measured():
    judged = verdict(dataset(1, national_id=["u4pruydqqvj8"]))
    assert judged.rows["codes"].to_pylist() == [["IDN-PREFIX", "IDN-OUTSIDE"]]
    assert judged.rows["claims_id"].to_pylist() == [True]
    assert "“u4”" in judged.findings["message_en"].to_pylist()[1]


def test_an_id_on_the_far_side_of_the_earth_does_not_stop_the_check():
    judged = verdict(dataset(2, national_id=["0" * 12, "z" * 12]))
    assert judged.rows["codes"].to_pylist() == [["IDN-PREFIX", "IDN-OUTSIDE"]] * 2


@pytest.mark.parametrize(
    ("metres", "outside"), [(-5.0, False), (0.3, False), (0.95, False), (1.1, True), (50.0, True)]
)
def test_an_id_may_lie_up_to_the_tolerance_from_its_parcel(metres, outside):
    shapes = squares(2)
    data = dataset(shapes, national_id=[None, *ids_at([beside(shapes[1], metres)])])
    judged = verdict(data)
    table = judged.findings.filter(pc.equal(judged.findings["check_code"], "IDN-OUTSIDE"))
    assert table["row_no"].to_pylist() == ([1] if outside else [])
    if outside:
        (finding,) = table.to_pylist()
        assert finding["measure"] == pytest.approx(metres, abs=0.04)
        assert finding["unit"] == "m"
        line = shapely.from_wkb(finding["place_wkb"])
        assert finding["place_srid"] == EPSG
        assert shapely.length(line) == pytest.approx(finding["measure"])
        assert shapely.distance(line, shapes[1]) == pytest.approx(0, abs=1e-6)


def test_the_tolerance_covers_either_sign_convention_of_the_vendors():
    shapes = squares(50)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    at_the_fence = np.add(middle, (9.99, 0.0))  # inside; half a metre further east is not
    assert "IDN-OUTSIDE" not in found(dataset(shapes, national_id=ids_at(np.add(at_the_fence, (0.545, 0.0)))))


@pytest.mark.parametrize("epsg", [crs.VN2000, crs.WGS84])
@pytest.mark.parametrize(("metres", "outside"), [(0.9, False), (1.2, True)])
def test_where_delivered_coordinates_are_degrees_the_distance_is_in_metres_too(epsg, metres, outside):
    shapes = squares(3)
    degrees = geometry.to_stored(shapes, EPSG)
    if epsg == crs.WGS84:
        degrees = shapely.transform(degrees, lambda xy: crs.from_vn2000_geographic(xy, crs.WGS84))
    given = [*ids_at([beside(shapes[0], metres)]), None, *ids_at([beside(shapes[2], -3.0)])]
    judged = verdict(dataset(degrees, epsg=epsg, national_id=given))
    table = judged.findings.filter(pc.equal(judged.findings["check_code"], "IDN-OUTSIDE"))
    assert table["row_no"].to_pylist() == ([0] if outside else [])
    if outside:
        assert table["measure"][0].as_py() == pytest.approx(metres, rel=0.01, abs=0.04)
        assert table["place_srid"][0].as_py() == crs.nearest_zone(105.84)


def test_a_dataset_of_two_zones_is_measured_in_one_plane():
    shapes = squares(2)
    merged = squares(2).astype(object)
    vn = crs.to_vn2000_geographic(shapely.get_coordinates(shapes[1]), EPSG)
    merged[1] = shapely.Polygon(crs.from_vn2000_geographic(vn, 5899))
    good = dataset(shapes)
    data = dataset(merged, national_id=good.column("national_id").to_pylist(), source_srid=[EPSG, 5899])
    data.stored[1] = good.stored[1]
    assert "IDN-OUTSIDE" not in found(data)
    swapped = dataset(merged, national_id=good.column("national_id").to_pylist(), source_srid=[5899, EPSG])
    assert found(swapped)["IDN-OUTSIDE"] == [0, 1]


def test_in_a_foreign_crs_ids_cannot_be_placed_so_the_check_is_not_run():
    shapes = shapely.box([2_600_000, 2_600_100], 1_200_000, [2_600_020, 2_600_120], 1_200_020)
    assert verdict(dataset(shapes, epsg=2056)).not_run == ()
    judged = verdict(dataset(shapes, epsg=2056, national_id=["u0m00000000s", None]))
    assert judged.not_run == ("IDN-OUTSIDE",)
    assert judged.assured_group.number == 2  # both rows could be wrong
    assert judged.group.number == 1


# --- what is missing


def test_a_missing_national_id_is_a_warning_until_the_policy_says_otherwise():
    data = dataset(2, national_id=[None, None])
    mild = verdict(data)
    assert mild.findings["severity"].to_pylist() == ["warning"] * 2
    assert mild.counts.rows_with_error == 0
    strict = policy_at(AS_OF).model_copy(update={"national_id": NationalIdRules(error_from=AS_OF)})
    hard = verdict(data, policy=strict)
    assert hard.findings["severity"].to_pylist() == ["error"] * 2
    assert hard.counts.rows_with_error == 2
    assert hard.counts.accepted == 2
    later = policy_at(AS_OF).model_copy(update={"national_id": NationalIdRules(error_from=date(2030, 1, 1))})
    assert verdict(data, policy=later).counts.rows_with_error == 0


def test_missing_sheet_or_parcel_number_is_named():
    judged = verdict(dataset(4, sheet_no=["7", None, "7", None], parcel_no=["1", "1", None, None]))
    assert judged.findings["detail"].to_pylist() == ["sheet_no", "parcel_no", "sheet_no+parcel_no"]
    assert judged.findings["row_no"].to_pylist() == [1, 2, 3]
    assert judged.counts.rows_with_error == 3
    assert "số hiệu tờ bản đồ và số thứ tự thửa" in judged.findings["message_vi"][2].as_py()
