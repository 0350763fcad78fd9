"""What the register knows parcels by: names that are one row's alone, and the same tomorrow."""

import hashlib

import numpy as np
import shapely

from tests.unit.validators.validator_datasets import COMMUNE, dataset, nowhere, verdict


def names(judged, code: str) -> dict[int, list[str]]:
    table = judged.findings
    return {
        row: names
        for row, found, names in zip(
            table["row_no"].to_pylist(),
            table["check_code"].to_pylist(),
            table["names"].to_pylist(),
            strict=True,
        )
        if found == code
    }


def shape_name(data, row: int, commune: str = COMMUNE) -> str:
    shape = data.stored[row] if data.stored[row] is not None else data.rounded[[row]][0]
    octets = b"" if shape is None else shapely.to_wkb(shape, byte_order=1)
    return f"geometry|{commune}|{hashlib.sha256(octets).hexdigest()}"


def test_a_row_is_named_by_the_strongest_handle_that_is_its_alone():
    own = dataset(3).column("national_id").to_pylist()
    data = dataset(
        3,
        source_key=["a", "a", "b"],
        national_id=[own[0], None, own[2]],
        sheet_no=["1", "2", "3"],
        parcel_no=["7", "8", "9"],
        area_legal_m2=[None, None, 1.0],
    )
    judged = verdict(data)
    shared = names(judged, "IDN-DUP-SOURCE")
    assert shared[0] == [f"national_id|{own[0]}"]
    assert [name.split("|")[0] for name in shared[1]] == ["sheet"]
    assert shared[1][0].endswith("|2|8")
    assert names(judged, "ATT-AREA")[2] == ["source_key|made|b"]


def test_rows_without_a_handle_of_their_own_are_named_by_their_geometry():
    data = dataset(
        4,
        source_key=[None] * 4,
        national_id=[None] * 4,
        sheet_no=["1", "1", None, "1"],
        parcel_no=["5", "5", None, "6"],
    )
    judged = verdict(data)
    assert names(judged, "IDN-DUP-SHEET") == {row: [shape_name(data, row)] for row in (0, 1)}
    assert names(judged, "IDN-MISSING") == {2: [shape_name(data, 2)]}
    assert judged.rows["shape"].is_valid().to_pylist() == [True, True, True, False]
    assert judged.rows["shape"][1].as_py() == shape_name(data, 1).split("|")[2]


def test_a_refused_row_can_be_found_by_its_geometry_as_well():
    bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    data = dataset(
        [shapely.transform(bow_tie, lambda xy: np.add(xy, (587_000, 2_326_000))), *dataset(1).delivered]
    )
    judged = verdict(data)
    assert names(judged, "GEO-INVALID") == {0: ["source_key|made|k0"]}
    assert judged.rows["shape"].is_valid().to_pylist() == [True, False]


def test_the_same_geometry_in_no_commune_is_another_name_and_no_geometry_has_one_too():
    data = nowhere(2, source_key=[None] * 2, national_id=[None] * 2, commune_code=["99999"] * 2)
    assert names(verdict(data), "IDN-MISSING") == {row: [shape_name(data, row, "-")] for row in (0, 1)}


def test_a_fault_of_the_commune_is_about_no_parcel():
    judged = verdict(dataset(1, parcel_no=["4"], sheet_no=["1"]))
    whole = [
        n
        for row, n in zip(
            judged.findings["row_no"].to_pylist(), judged.findings["names"].to_pylist(), strict=True
        )
        if row < 0
    ]
    assert all(each == [] for each in whole)
