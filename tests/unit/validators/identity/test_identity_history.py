"""A delivery against what is live: the same land under other ids, ids that moved or changed, numbers that come again."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely

from parcels import crs, identifiers
from parcels.model import Dataset
from tests.support.known import live
from tests.unit.validators.validator_datasets import (
    COMMUNE,
    EPSG,
    PROVINCE,
    context,
    dataset,
    found,
    squares,
    verdict,
)
from validators.identity.handles import sheet_handles
from validators.judge import judge
from validators.live import CLAIMS_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA

HISTORY = {
    "IDN-SAME-PLACE",
    "IDN-MOVED",
    "IDN-ID-CHANGED",
    "IDN-NUMBER-REUSED",
    "IDN-RECOMPUTED",
    "IDN-CLAIMED",
    "IDN-WITHHELD",
}
OTHER_COMMUNE = "00008"


def named(n, **more):
    """The handles of `n` rows that the nation does not have yet."""
    return {
        "source_key": [f"new{i}" for i in range(n)],
        "parcel_no": [str(900 + i) for i in range(n)],
        "national_id": [None] * n,
        **more,
    }


def ids_near(geometries, metres):
    """Well-formed ids of points so far east of the parcels' middles."""
    middle = np.add(shapely.get_coordinates(shapely.centroid(geometries)), [metres, 0.0])
    return identifiers.encode(*crs.to_wgs84(middle, EPSG).T).to_pylist()


def history(data, before, **more):
    """Check code → rows, of the checks of history."""
    return {code: rows for code, rows in found(data, live=live(before), **more).items() if code in HISTORY}


def of(data, code, **more):
    table = verdict(data, **more).findings
    return [row for row in table.to_pylist() if row["check_code"] == code]


# --- the three states


def test_a_first_delivery_shows_nothing_of_history():
    assert not HISTORY & set(found(dataset(20)))


def test_the_same_delivery_again_shows_nothing_of_history():
    assert history(dataset(120), dataset(120)) == {}


def test_without_what_is_live_the_checks_of_history_are_not_run():
    judged = verdict(dataset(3), register=None)
    assert set(judged.not_run) >= HISTORY
    assert judged.provisional


def test_a_profile_may_leave_one_out():
    after = dataset(shapely.transform(squares(1), lambda xy: xy + 500.0))
    why = {"IDN-MOVED": "thành lập lại lưới tọa độ"}
    judged = verdict(after, live=live(dataset(1)), not_applicable=why)
    assert "IDN-MOVED" not in judged.ran
    assert judged.not_applicable == why


# --- same place


@pytest.mark.parametrize(
    ("shift", "found_there"), [(0.0, True), (0.04, True), (0.049, True), (0.052, False), (0.2, False)]
)
def test_the_land_of_a_live_parcel_under_other_ids_is_told_up_to_the_tolerance(shift, found_there):
    before = dataset(5)
    shapes = shapely.transform(squares(5), lambda xy: np.add(xy, [shift, 0.0]))
    after = dataset(shapes[:1], **named(1))
    assert ("IDN-SAME-PLACE" in history(after, before)) is found_there


@pytest.mark.parametrize(("wider", "found_there"), [(0.05, True), (0.19, True), (0.21, False), (1.0, False)])
def test_the_same_middle_with_another_area_is_other_land(wider, found_there):
    x, y = shapely.get_coordinates(shapely.centroid(squares(1)))[0]
    half = 10.0
    shape = shapely.box(x - half - wider / 2, y - half, x + half + wider / 2, y + half)  # 20 m: 1 % is 0.2 m
    assert ("IDN-SAME-PLACE" in history(dataset([shape], **named(1)), dataset(1))) is found_there


def test_the_live_parcel_is_named_and_belongs_to_the_finding():
    (finding,) = of(dataset(1, **named(1)), "IDN-SAME-PLACE", live=live(dataset(1)))
    assert finding["others"] == ["k0"]
    assert finding["severity"] == "warning"
    assert not finding["quarantines"]
    (other,) = of(dataset(1, **named(1)), "IDN-SAME-PLACE", live=live(dataset(1, source_key=["k9"])))
    assert other["finding_id"] != finding["finding_id"]


def test_a_live_parcel_that_is_delivered_too_is_no_case_of_history():
    shapes = squares(2)
    after = dataset([shapes[0], shapes[1], shapes[1]], **named(3, source_key=["k0", "k1", "new"]))
    assert history(after, dataset(2)) == {}


# --- moved


@pytest.mark.parametrize(("shift", "is_found"), [(5.0, False), (19.9, False), (20.1, True), (300.0, True)])
def test_a_parcel_that_lies_elsewhere_has_moved_beyond_the_tolerance(shift, is_found):
    before = dataset(squares(1, size=8.0))
    shape = shapely.transform(squares(1, size=8.0), lambda xy: np.add(xy, [shift, 0.0]))
    after = dataset(shape, national_id=[None])
    (finding,) = of(after, "IDN-MOVED", live=live(before)) or (None,)
    assert (finding is not None) is is_found
    if finding:
        assert finding["measure"] == pytest.approx(shift, rel=0.01)
        assert (finding["place_srid"], shapely.from_wkb(finding["place_wkb"]).geom_type) == (
            4756,
            "LineString",
        )


def test_what_is_left_of_a_divided_parcel_has_not_moved_nor_one_that_grew():
    x, y = 587_000.0, 2_326_000.0
    whole, part = shapely.box(x, y, x + 400, y + 50), shapely.box(x, y, x + 60, y + 50)
    assert "IDN-MOVED" not in history(dataset([part]), dataset([whole]))
    assert "IDN-MOVED" not in history(dataset([whole]), dataset([part]))


def test_rows_that_share_a_handle_are_no_parcel_that_moved():
    far = shapely.transform(squares(1), lambda xy: xy + 500.0)
    after = dataset([squares(1)[0], far[0]], source_key=["k0", "k0"])
    assert "IDN-MOVED" not in history(after, dataset(1))


# --- which parcel a row is


def test_the_source_key_counts_before_the_national_id_and_that_before_the_sheet():
    before = dataset(3)
    ids = before.column("national_id").to_pylist()
    far = shapely.transform(squares(3), lambda xy: np.add(xy, [0.0, 1000.0]))
    # each row names another parcel by each handle: only the strongest decides, and all three have moved
    after = dataset(
        far, source_key=["k0", None, None], national_id=[ids[1], ids[1], None], parcel_no=["3", "3", "3"]
    )
    judged = found(
        dataset(
            far, source_key=["k0", None, None], national_id=[None, ids[1], None], parcel_no=["9", "8", "3"]
        ),
        live=live(before),
    )
    assert judged["IDN-MOVED"] == [0, 1, 2]
    assert "IDN-MOVED" not in history(after, before)  # shared by several rows: nobody can say


# --- id changed


def test_another_id_on_the_same_land_is_told_with_the_live_one():
    before = dataset(3)
    ids = before.column("national_id").to_pylist()
    after = dataset(3, national_id=[ids[0], ids_near(squares(3), 3.0)[1], None])
    (finding,) = of(after, "IDN-ID-CHANGED", live=live(before))
    assert (finding["row_no"], finding["detail"]) == (1, ids[1])


@pytest.mark.parametrize(("shift", "is_found"), [(0.04, True), (0.06, False), (3.0, False)])
def test_a_new_survey_may_bring_a_new_id(shift, is_found):
    shapes = shapely.transform(squares(1), lambda xy: np.add(xy, [shift, 0.0]))
    after = dataset(shapes, national_id=ids_near(squares(1), 3.0))
    assert ("IDN-ID-CHANGED" in history(after, dataset(1))) is is_found


def test_an_id_that_is_malformed_or_repeated_is_no_changed_id():
    before = dataset(2)
    ids = ids_near(squares(2), 3.0)
    assert "IDN-ID-CHANGED" not in history(dataset(2, national_id=["W7ER83VW181U", None]), before)
    assert "IDN-ID-CHANGED" not in history(dataset(2, national_id=[ids[0], ids[0]]), before)


# --- number reused


def retired(number="1", source=None, national_id=None):
    handle = sheet_handles(dataset(1, parcel_no=[number]).table, COMMUNE, date(2026, 11, 21))[0]
    row = {"handle": handle.as_py(), "source_handle": source, "national_id": national_id}
    return pa.Table.from_pylist([row], schema=RETIRED_SCHEMA)


def test_the_number_of_a_parcel_that_ended_is_told():
    (finding,) = of(dataset(3), "IDN-NUMBER-REUSED", retired=retired("2", "made|gone"))
    assert (finding["row_no"], finding["detail"]) == (1, "7/2")


@pytest.mark.parametrize("by", ["source", "national_id"])
def test_a_parcel_that_comes_back_keeps_its_number(by):
    data = dataset(3)
    same = {"source": "made|k1", "national_id": data.column("national_id")[1].as_py()}
    assert "IDN-NUMBER-REUSED" not in found(data, retired=retired("2", **{by: same[by]}))


# --- claimed within the province


def holder(national_id, key="elsewhere"):
    row = {
        "national_id": national_id, "province_code": PROVINCE, "commune_code": OTHER_COMMUNE,
        "source_handle": f"made|{key}",
    }  # fmt: skip
    return pa.Table.from_pylist([row], schema=CLAIMS_SCHEMA)


def test_an_id_of_a_parcel_of_another_commune_is_claimed():
    before, data = dataset(2), dataset(2)
    national_id = data.column("national_id")[1].as_py()
    judged = verdict(data, live=live(before), register=holder(national_id))
    assert judged.rows["decision"].to_pylist() == ["accept", "quarantine"]
    (finding,) = (row for row in judged.findings.to_pylist() if row["check_code"] == "IDN-CLAIMED")
    assert finding["detail"] == OTHER_COMMUNE
    assert OTHER_COMMUNE in finding["message_vi"]


def test_a_parcel_that_moved_to_another_commune_claims_its_own_id():
    data = dataset(2)
    national_id = data.column("national_id")[1].as_py()
    # the nation does not know this key in this commune: the id says which parcel it is
    assert "IDN-CLAIMED" not in found(data, register=holder(national_id))
    before = dataset(2)
    assert "IDN-CLAIMED" not in history(data, before, register=holder(national_id, key="k1"))


def test_a_holder_that_is_delivered_with_another_id_or_none_has_given_it_up():
    here, there = dataset(2), dataset(2, commune=OTHER_COMMUNE, first_row=10, source_key=["elsewhere", "x"])
    national_id = here.column("national_id")[1].as_py()
    whole = context(here, there, register=holder(national_id), live=live(dataset(2)))
    there_ids = there.table.set_column(
        there.table.schema.get_field_index("national_id"), "national_id", pa.array([None, None], pa.string())
    )
    silent = Dataset(PROVINCE, OTHER_COMMUNE, there_ids, there.delivered, there.rounded, there.stored)
    without = context(here, silent, register=holder(national_id), live=live(dataset(2)))
    codes = [judge(here, each).rows["codes"].to_pylist()[1] for each in (whole, without)]
    assert not any("IDN-CLAIMED" in each for each in codes)


# --- recomputed


def test_an_id_of_another_point_is_told_of_new_parcels_only():
    wrong = ids_near(squares(3), 8.0)
    after = dataset(3, national_id=wrong)
    before = dataset(2, national_id=wrong[:2])
    (finding,) = of(after, "IDN-RECOMPUTED", live=live(before))
    assert (finding["row_no"], finding["severity"]) == (2, "info")
    assert finding["measure"] == pytest.approx(8.0, abs=0.2)
    assert finding["detail"] == dataset(3).column("national_id")[2].as_py()
    assert not of(after, "IDN-RECOMPUTED", live=LIVE_SCHEMA.empty_table())  # a first delivery


@pytest.mark.parametrize(("off", "is_found"), [(0.0, False), (0.9, False), (1.2, True)])
def test_the_recomputed_point_has_a_tolerance(off, is_found):
    shapes = squares(2)
    ids = [dataset(2).column("national_id")[0].as_py(), ids_near(shapes, off)[1]]
    after = dataset(2, national_id=ids)
    judged = history(after, dataset(1, national_id=ids[:1]))
    assert ("IDN-RECOMPUTED" in judged) is is_found


def test_any_point_that_is_as_deep_will_do():
    x, y = 587_000.0, 2_326_000.0
    strip = shapely.box(x, y, x + 200, y + 10)
    at = np.array([[x + 30.0, y + 5.0]])
    ids = identifiers.encode(*crs.to_wgs84(at, EPSG).T).to_pylist()
    after = dataset([strip], national_id=ids)
    before = dataset([shapely.box(x - 500, y, x - 480, y + 20)], source_key=["other"], parcel_no=["77"])
    assert "IDN-RECOMPUTED" not in history(after, before)


# --- order


def test_the_order_of_rows_changes_no_finding_of_history():
    before = dataset(60)
    shapes = squares(60)
    shapes[5] = shapely.transform(shapes[5], lambda xy: xy + 700.0)
    keys = [f"k{i}" for i in range(60)]
    keys[9] = "new"
    ids = before.column("national_id").to_pylist()
    ids[9], ids[12] = None, ids_near(shapes, 4.0)[12]
    numbers = [str(i + 1) for i in range(60)]
    numbers[9] = "901"
    order = np.random.default_rng(3).permutation(60)

    def delivered(at):
        return dataset(
            shapes[at],
            source_key=[keys[i] for i in at],
            national_id=[ids[i] for i in at],
            parcel_no=[numbers[i] for i in at],
        )

    def said(at):
        table = verdict(delivered(at), live=live(before), retired=retired("901", "made|gone")).findings
        wanted = ("finding_id", "check_code", "detail", "message_vi", "place_wkb", "others")
        return sorted(map(str, table.select(wanted).to_pylist()))

    rows = said(np.arange(60))
    assert rows == said(order)
    codes = {code for row in rows for code in HISTORY if code in row}
    assert codes == {"IDN-SAME-PLACE", "IDN-MOVED", "IDN-ID-CHANGED", "IDN-NUMBER-REUSED", "IDN-RECOMPUTED"}
