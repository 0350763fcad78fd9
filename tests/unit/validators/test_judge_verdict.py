"""The verdict on a dataset: decisions, counts, states of checks, measures, ids of findings, order of rows."""

import json
import uuid
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.columns import RECORDS
from parcels.errors import UsageError
from parcels.model import Dataset
from tests.conftest import counts
from tests.unit.validators.validator_datasets import (
    COMMUNE,
    ORIGIN,
    context,
    dataset,
    found,
    nowhere,
    squares,
    verdict,
)
from validators.base import Faults, Subject
from validators.catalogue import BY_CODE, CHECKS
from validators.findings import FINDINGS_SCHEMA, NAMESPACE, findings, uuid5
from validators.identity.naming import name_rows
from validators.judge import ROWS_SCHEMA, Counts, judge
from validators.policy import policy_at
from validators.usability import Tally, group

X, Y = ORIGIN
BOW_TIE = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
SPOILT = {
    "geometry": [None, BOW_TIE, shapely.Point(X, Y), shapely.from_wkt("POLYGON EMPTY")],
    "source_key": ["a", "a", "b", None],
    "national_id": [None, "w7er83vw181u", "short", "u4pruydqqvj8"],
    "land_use": ["LUC", "XX", "BHK", None],
    "area_legal_m2": [400.0, 900.0, None],
    "sheet_no": ["7", None],
    "parcel_no": ["1", "2", None],
    "commune_code": ["00001", None, "99999"],
}


@st.composite
def spoilt(draw, places=(COMMUNE, "-")):
    """A dataset of a few parcels in which anything may be wrong."""
    n = draw(st.integers(1, 8))
    shapes = list(squares(n))
    good = dataset(n)
    columns = {}
    for name, bad in SPOILT.items():
        values = shapes if name == "geometry" else good.numpy(name)
        columns[name] = [draw(st.sampled_from([*bad, value])) for value in values]
    return dataset(columns.pop("geometry"), commune=draw(st.sampled_from(places)), **columns)


def reordered(data, order):
    """The same rows in another order, under the numbers of their new places."""
    table = data.table.take(pa.array(order))
    table = table.set_column(0, ROWS_SCHEMA.field("row_no"), pa.array(np.arange(len(order))))
    forms = (form[order] for form in (data.delivered, data.rounded, data.stored))
    return Dataset(data.province_code, data.commune_code, table.cast(data.table.schema), *forms)


@settings(max_examples=counts(25), deadline=None)
@given(spoilt(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(data, random):
    order = list(range(len(data)))
    random.shuffle(order)
    one, other = verdict(data), verdict(reordered(data, order))

    def said(judged, numbers):
        table = judged.findings
        ids = Counter(
            zip(
                table["finding_id"].to_pylist(),
                table["check_code"].to_pylist(),
                table["detail"].to_pylist(),
                strict=True,
            )
        )
        faults = {
            (numbers[row] if row >= 0 else row, code)  # of the commune as a whole
            for row, code in zip(table["row_no"].to_pylist(), table["check_code"].to_pylist(), strict=True)
        }
        return ids, faults

    assert said(one, range(len(data))) == said(other, order)
    assert one.rows["codes"].take(pa.array(order)).to_pylist() == other.rows["codes"].to_pylist()
    assert (one.counts, one.group, one.measures) == (other.counts, other.group, other.measures)


@settings(max_examples=counts(25), deadline=None)
@given(spoilt())
def test_rows_findings_and_counts_agree(data):
    judged = verdict(data)
    assert judged.findings.schema.equals(FINDINGS_SCHEMA)
    assert judged.rows.schema.equals(ROWS_SCHEMA)
    assert judged.rows["row_no"].equals(data.column("row_no"))
    lines = judged.findings.to_pylist()
    assert len({line["finding_id"] for line in lines}) == len(lines)
    for row in judged.rows.to_pylist():
        own = [line for line in lines if row["row_no"] in (line["row_no"], *line["other_rows"])]
        assert sorted(row["codes"]) == sorted({finding["check_code"] for finding in own})
        assert len(set(row["codes"])) == len(row["codes"])
        assert (row["decision"] != "accept") == any(finding["quarantines"] for finding in own)
        assert row["has_error"] == any(finding["severity"] == "error" for finding in own)
        assert sum(code.startswith("GEO") and code != "GEO-RING-ORDER" for code in row["codes"]) <= 1
    decisions = Counter(judged.rows["decision"].to_pylist())
    counts = judged.counts
    assert (counts.accepted, counts.quarantined, counts.unreadable) == (
        decisions["accept"],
        decisions["quarantine"],
        decisions["unreadable"],
    )
    assert counts.read == counts.accepted + counts.quarantined + counts.unreadable == len(data)
    assert counts.rows_with_error == sum(judged.rows["has_error"].to_pylist())
    if data.commune_code == "-":
        assert judged.group is None
        assert counts.accepted == 0
    else:
        said = (counts.read, counts.quarantined, counts.unreadable, counts.rows_with_error)
        tally = Tally(*said, measures=judged.measured, assumptions=judged.assumptions)
        assert judged.group == group(tally, policy_at(context(data).as_of))
    json.dumps(judged.kept().model_dump(mode="json"))


@settings(max_examples=counts(25), deadline=None)
@given(spoilt(places=(COMMUNE,)), st.data())
def test_putting_one_row_right_never_lowers_the_group(data, draw):
    row = draw.draw(st.integers(0, len(data) - 1))
    good = dataset(
        len(data),
        source_key=[f"mended{i}" for i in range(len(data))],
        parcel_no=[f"mended{i}" for i in range(len(data))],
    )
    table = pa.concat_tables([data.table.slice(0, row), good.table.slice(row, 1), data.table.slice(row + 1)])
    forms = [form.copy() for form in (data.delivered, data.rounded, data.stored)]
    for form, mended in zip(forms, (good.delivered, good.rounded, good.stored), strict=True):
        form[row] = mended[row]
    after = Dataset(data.province_code, data.commune_code, table, *forms)
    assert verdict(after).group.number <= verdict(data).group.number


def test_a_verdict_on_nothing_wrong():
    judged = verdict(dataset(10))
    assert judged.findings.num_rows == 0
    assert judged.counts == Counts(read=10, accepted=10, quarantined=0, unreadable=0, rows_with_error=0)
    assert judged.group.number == 1
    assert judged.assured_group.number == 1
    assert judged.measures == {
        "dung": 1.0, "du": None, "sach": 1.0, "song": 1.0, "thong_nhat": 1.0, "dung_chung": 1.0,
        "xac_thuc": 1.0, "thong_tin": 1.0,
    }  # fmt: skip
    asked = [check for check in CHECKS if not check.changes_only]
    assert set(judged.ran) == {check.code for check in asked if check.judged_by == "judge"}
    assert judged.not_run == ()


def test_before_the_first_results_of_a_province_nothing_is_known_of_its_land_users():
    judged = verdict(dataset(10, land_user_key=["A"] * 10), authentication=None)
    assert judged.group.number == 1
    assert judged.assured_group.number == 2
    assert (judged.measures["xac_thuc"], judged.provisional) == (None, True)
    assert judged.not_run == ("ATT-USER-MISMATCHED", "ATT-USER-NOT-FOUND")


def test_measures_are_shares_of_the_rows_read_and_count_a_row_once():
    data = dataset(
        10,
        land_use=["XX"] * 2 + ["LUC"] * 8,
        area_legal_m2=[1.0] * 3 + [400.0] * 7,
        national_id=["bad"] + [None] * 4 + dataset(10).column("national_id").to_pylist()[5:],
    )
    measures = verdict(data).measures
    assert measures["dung"] == pytest.approx(0.7)
    assert measures["thong_nhat"] == pytest.approx(0.7)
    assert measures["thong_tin"] == pytest.approx(0.6)
    assert measures["dung_chung"] == pytest.approx(0.5)
    assert measures["sach"] == 1.0


def test_a_check_that_is_not_applicable_finds_nothing_leaves_the_measures_and_is_listed():
    data = dataset(4, land_use=["XX"] * 4, national_id=[None] * 4)
    reasons = {"ATT-LAND-USE": "một danh mục khác", "IDN-NATIONAL-MISSING": "chưa cấp mã"}
    judged = verdict(data, not_applicable=reasons)
    assert judged.findings.num_rows == 0
    assert judged.not_applicable == reasons
    assert not set(reasons) & set(judged.ran)
    assert not judged.provisional
    assert judged.measures["dung"] == 1.0
    every = {check.code: "nước ngoài" for check in CHECKS if "sach" in check.measures}
    assert verdict(data, not_applicable=every).measures["sach"] is None


def test_rows_of_no_commune_can_be_accepted_where_communes_do_not_apply():
    abroad = dict.fromkeys(
        ("IDN-COMMUNE-UNKNOWN", "IDN-COMMUNE-EXPIRED", "IDN-COMMUNE-PROVINCE"), "no communes"
    )
    judged = verdict(
        nowhere(
            3,
            commune_code=[None] * 3,
            source_key=["a", "b", None],
            national_id=[None] * 3,
        ),
        not_applicable=abroad,
    )
    assert judged.rows["decision"].to_pylist() == ["accept", "accept", "unreadable"]


def test_leaving_out_a_check_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="CHECK-UNKNOWN"):
        verdict(dataset(1), not_applicable={"GEO-TYPO": "?"})


# --- findings


def test_ids_are_uuid5_of_check_and_handle():
    judged = verdict(dataset(2, land_use=["XX", "LUC"], source_key=["k|1", "k2"]))
    expected = uuid.uuid5(NAMESPACE, "ATT-LAND-USE|source_key|made|k|1")
    assert judged.findings["finding_id"].to_pylist() == [str(expected)]
    assert judged.findings["handle"].to_pylist() == ["k|1"]


@given(st.lists(st.text(), max_size=20))
def test_uuid5_is_that_of_the_standard_library(names):
    assert uuid5(pa.array(names, pa.string())).to_pylist() == [
        str(uuid.uuid5(NAMESPACE, name)) for name in names
    ]


def test_the_strongest_handle_names_the_parcel():
    national = dataset(1).column("national_id").to_pylist()
    one_use = {"land_use": ["XX"]}
    handles = [
        verdict(dataset(1, **one_use)),
        verdict(dataset(1, source_key=[None], **one_use)),
        verdict(dataset(1, source_key=[None], national_id=[None], **one_use)),
        verdict(dataset(1, source_key=[None], national_id=[None], sheet_no=[None], **one_use)),
    ]
    assert [judged.findings["handle"].to_pylist()[0] for judged in handles] == [
        "k0",
        national[0],
        "7/1",
        None,
    ]


def test_ids_stay_when_another_fault_is_mended_and_when_the_parcel_moves():
    before = verdict(dataset(3, land_use=["XX", "LUC", "LUC"], area_legal_m2=[1.0, 400, 400]))
    moved = squares(3)
    moved[0] = shapely.box(X - 50, Y, X - 30, Y + 20)
    after = verdict(dataset(moved, land_use=["XX", "LUC", "LUC"]))
    (lasting,) = after.findings["finding_id"].to_pylist()
    assert lasting in before.findings["finding_id"].to_pylist()


def test_rows_that_share_their_handle_have_findings_of_their_own():
    table = verdict(dataset(3, source_key=["a", "a", "b"], land_use=["XX"] * 3)).findings
    assert len(set(table["finding_id"].to_pylist())) == table.num_rows == 5
    alone = verdict(dataset(3, source_key=["c", "a", "b"], land_use=["XX"] * 3)).findings
    unique = uuid.uuid5(NAMESPACE, "ATT-LAND-USE|source_key|made|b")
    for each in (table, alone):
        assert str(unique) in each["finding_id"].to_pylist()


def test_a_row_without_handle_is_named_by_its_geometry_however_it_is_written():
    nothing = {"source_key": [None], "national_id": [None], "parcel_no": [None]}
    square = squares(1)[0]
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(square)[:-1], 2, axis=0))
    ids = [
        verdict(dataset([shape], **nothing)).findings["finding_id"].to_pylist() for shape in (square, turned)
    ]
    assert ids[0] == ids[1]
    assert ids[0] != verdict(dataset([squares(2)[1]], **nothing)).findings["finding_id"].to_pylist()


def test_rows_that_are_the_same_in_everything_still_have_ids_of_their_own():
    columns = {name: [None] * 3 for name in ("source_key", "national_id", "parcel_no")}
    table = verdict(dataset([squares(1)[0]] * 2 + [None], **columns)).findings
    assert len(set(table["finding_id"].to_pylist())) == table.num_rows


def test_places_lie_in_their_parcels():
    west = X - 100
    shapes = [
        *squares(3),
        shapely.Polygon(
            [
                (west, Y),
                (west + 90, Y),
                (west + 90, Y + 1),
                (west + 1, Y + 1),
                (west + 1, Y + 90),
                (west, Y + 90),
            ]
        ),
    ]
    table = verdict(dataset(shapes, land_use=["XX"] * 4)).findings
    places = shapely.from_wkb(table["place_wkb"].to_numpy(zero_copy_only=False))
    assert shapely.covers(shapes, places).all()
    assert table["place_srid"].to_pylist() == [5897] * 4


def test_no_personal_data_reaches_a_finding():
    private = [
        column for columns in RECORDS.values() for column in columns if column.confidentiality == "private"
    ]
    secret = "Nguyễn Thị Bí Mật"
    texts = {column.name: [secret] * 4 for column in private if column.kind == "text"}
    assert texts
    data = dataset(
        [*squares(3), BOW_TIE],
        land_use=[secret, None, "XX", "BHK"],
        area_legal_m2=[1.0, None, 400, 400],
        national_id=[secret, "u4pruydqqvj8", None, None],
        sheet_no=["7", None, "7", "7"],
        **texts,
    )
    lost = nowhere([*squares(3), None], commune_code=[secret, None, "99999", "00001"], **texts)
    for judged in (verdict(data), verdict(lost)):
        assert judged.findings.num_rows > 3
        assert "Bí Mật" not in str(judged.findings.to_pylist()) + judged.kept().model_dump_json()


def test_findings_that_only_the_merge_can_make_are_worded_and_named_like_the_others():
    data = dataset(3)
    rows = np.array([2, 0])
    made = [(BY_CODE[code], "error", Faults(rows)) for code in ("IDN-CONFLICT", "IDN-CLAIMED")]
    table = findings(made, name_rows(Subject(data, context(data)), np.unique(rows)))
    assert table["row_no"].to_pylist() == [0, 0, 2, 2]
    assert table["check_code"].to_pylist() == ["IDN-CLAIMED", "IDN-CONFLICT"] * 2
    assert table["finding_id"][0].as_py() == str(uuid.uuid5(NAMESPACE, "IDN-CLAIMED|source_key|made|k0"))
    assert table["message_vi"][0].as_py() == "Mã định danh này đang thuộc một thửa đất khác."
    assert table["place_wkb"].null_count == 0


def test_a_dataset_without_rows_is_judged_and_unusable():
    judged = verdict(Dataset(**_empty(dataset(3))))
    assert (judged.counts.read, judged.group.number, judged.measures["dung"]) == (0, 3, None)
    assert judged.rows.num_rows == judged.findings.num_rows == 0


def _empty(data):
    none = slice(0, 0)
    return {
        "province_code": data.province_code,
        "commune_code": data.commune_code,
        "table": data.table.slice(0, 0),
        "delivered": data.delivered[none],
        "rounded": data.rounded[none],
        "stored": data.stored[none],
    }


def test_messages_are_whole_sentences_in_both_languages():
    kinds = [None, BOW_TIE, shapely.Point(X, Y), shapely.Polygon([(X, Y), (X + 9, Y), (X + 4, Y)])]
    data = dataset(
        [*squares(6), *kinds],
        land_use=["XX", None, "BHK", *["LUC"] * 7],
        sheet_no=[None] + ["7"] * 9,
        national_id=["bad", "u4pruydqqvj8", None, *[None] * 7],
        area_legal_m2=[1.0] + [400.0] * 9,
        source_key=["a", "b", "c", "d", "e", "e", "f", "g", "h", "i"],
    )
    table = verdict(data).findings
    assert len(pc.unique(table["check_code"])) > 12
    for name in ("message_vi", "message_en"):
        for message in table[name].to_pylist():
            assert message[0].isupper() or message[0].isdigit() or message.startswith("XX")
            assert message.endswith(".")
            assert not set("{}") & set(message)
            assert "  " not in message
            assert "None" not in message


def test_found_names_rows_not_places_in_the_table():
    assert found(dataset(3, first_row=100, land_use=["LUC", "XX", "LUC"])) == {"ATT-LAND-USE": [101]}


def test_judging_twice_gives_the_same():
    data = dataset(5, land_use=["XX", "LUC", None, "BHK", "LUC"])
    whole = context(data)
    assert judge(data, whole).findings.equals(judge(data, whole).findings)
