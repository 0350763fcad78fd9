"""Rows of a form that are owners: all of them say who has a parcel, in any order, and each is accounted for."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.conform.columns import NOT_READABLE
from sync.conform.list_people import MOST
from sync.folder.list_rows import BESIDE
from sync.intake.sources.base import (
    ROW_NUMBER,
    ROW_TEXT,
)
from tests.conftest import counts
from tests.support.formats.pl3_01 import FIRST_DATA
from tests.support.owners import NAMES, Sheet, asked, parcels, read, row
from tests.support.strip import COMMUNE


def test_spouses_are_two_users_of_one_parcel(tmp_path: Path) -> None:
    one, people, left = asked(
        [row("1", person_name="A", certificate_no="AB 1"), row("1", person_name="B", certificate_no="AB 1")],
        parcels(["1", "2"]),
        tmp_path,
    )
    assert [
        (each["row_no"], each["source_row"], each["land_user_name"], each["certificate_no"])
        for each in people
    ] == [
        (0, 7, "A", "AB 1"),
        (0, 8, "B", "AB 1"),
    ]
    assert not left
    assert one.parcels == 0  # counted by whoever fills


def test_a_certificate_of_three_parcels_and_a_user_of_many_stand_in_a_row_of_each(tmp_path: Path) -> None:
    rows = [
        row(str(n), person_name="A", person_number="001080000001", certificate_no="AB 1") for n in (1, 2, 3)
    ]
    _, people, _ = asked(rows, parcels(["1", "2", "3"]), tmp_path)
    assert [each["row_no"] for each in people] == [0, 1, 2]
    assert {(each["land_user_id_number"], each["certificate_no"]) for each in people} == {
        ("001080000001", "AB 1")
    }


def test_a_transferee_is_a_row_of_his_own_and_no_owner(tmp_path: Path) -> None:
    rows = [
        row("1", person_name="A", transferee_name="T", transferee_id_number="2", transfer_reason="giấy tay"),
        row("1", person_name="B", transferee_name="T", transferee_id_number="2", transfer_reason="giấy tay"),
        row("2", transferee_name="U"),
        row(
            "3",
            person_name="C",
            transferee_name="không",
            transferee_id_number="-",
            transfer_reason="Không có",
        ),
    ]
    one, people, _ = asked(rows, parcels(["1", "2", "3"]), tmp_path)
    said = [
        (each["row_no"], each["says"], each.get("land_user_name"), each.get("transferee_name"))
        for each in people
    ]
    assert said == [
        (0, "right", "A", None),
        (0, "transferee", None, "T"),
        (0, "right", "B", None),
        (1, "transferee", None, "U"),
        (2, "right", "C", None),
    ]
    assert "T" not in one.table["land_user_name"].to_pylist()


def test_an_organisation_is_the_user_whole_and_its_representative_lends_it_nothing(tmp_path: Path) -> None:
    rows = [
        row("1", organisation_name="Công ty X", organisation_number="N/A-0101", person_name="A", person_birth="1970", person_number="9", person_gender="Nam"),
        row("2", organisation_name="-", organisation_number="0", person_name="B", person_birth="01/02/1970", person_number="8", person_gender="Nữ"),
        row("3", organisation_number="0102"),
        row("4", organisation_number="8012345678", person_name="C", person_number="7"),
    ]  # fmt: skip
    _, people, _ = asked(rows, parcels(["1", "2", "3", "4"]), tmp_path)
    said = [{name: value for name, value in each.items() if name.startswith("land_user")} for each in people]
    assert said[0] == {
        "land_user_name": "Công ty X",
        "land_user_id_number": "N/A-0101",
        "land_user_kind": "organisation",
    }
    assert said[1]["land_user_name"] == "B"
    assert str(said[1]["land_user_birth_date"]) == "1970-02-01"
    assert (said[1]["land_user_birth_year"], said[1]["land_user_gender"]) == (1970, "female")
    assert said[2] == {"land_user_id_number": "0102", "land_user_kind": "organisation"}
    assert said[3] == {"land_user_name": "C", "land_user_id_number": "7"}


def test_words_outside_the_lists_are_told_and_are_no_values(tmp_path: Path) -> None:
    rows = [
        row("1", person_name="A", user_role="ĐỒNG SỞ HỮU", user_kind="Cá Nhân", person_birth="31/02/1970"),
        row("1", person_name="B", user_role="bạn của chủ nhà", user_kind="cá nhân", person_birth="1970"),
    ]
    one, people, _ = asked(rows, parcels(["1"]), tmp_path)
    assert [each.get("right_role") for each in people] == ["co_user", None]
    assert [each.get("land_user_kind") for each in people] == ["individual", "individual"]
    assert people[0]["not_readable"] == "land_user_birth_year+land_user_birth_date"
    assert people[1]["not_readable"] == "right_role"
    assert one.told["values_not_readable"] == {
        "land_user_birth_year": 1,
        "land_user_birth_date": 1,
        "right_role": 1,
    }


def test_a_date_of_1017_is_kept_as_it_is_said(tmp_path: Path) -> None:
    rows = [row("1", certificate_no="AB 1", certificate_issued_on="9/10/1017")]
    _, (right,), _ = asked(rows, parcels(["1"]), tmp_path)
    assert str(right["certificate_issued_on"]) == "1017-10-09"


def test_numbers_on_the_certificate_are_evidence_where_the_map_has_others(tmp_path: Path) -> None:
    rows = [
        row(
            "1", person_name="A", certificate_sheet="07", certificate_parcel="1.0"
        ),  # 07 is not 7: not the same letters
        row("2", person_name="A", certificate_sheet="7", certificate_parcel="2"),
        row("3", person_name="A", certificate_sheet="12", certificate_parcel="40"),
        row("3", person_name="B", certificate_sheet="12", certificate_parcel="41"),
        row("3", person_name="C", certificate_sheet="12", certificate_parcel="40"),
        row("4", person_name="A", certificate_sheet="12"),
        row("5", person_name="A", certificate_parcel="12"),
        row("6", person_name="A", certificate_sheet="--", certificate_parcel="12/3"),
    ]
    one, _, _ = asked(rows, parcels([str(n) for n in range(1, 7)]), tmp_path)
    said = one.table["predecessor_numbers"].to_pylist()
    assert said == ["07/1", None, "12/40;12/41", "12/41", "12/40", None, None, None]


def test_rows_of_one_parcel_that_say_different_things_of_it_are_told(tmp_path: Path) -> None:
    rows = [
        row("1", person_name="A", area="100", address="Thôn 1"),
        row("1", person_name="B", area="100.0", address="Thôn 2"),
        row("1", person_name="C", area="100", address=None),
        row("2", person_name="C", area="7"),
        row("2", person_name="D", area="8"),
    ]
    one, _, _ = asked(rows, parcels(["1", "2"]), tmp_path)
    assert one.told["contradicting"] == {"address": 1, "area_legal_m2": 1}


def test_co_owners_without_a_number_belong_to_the_parcel_of_their_id(tmp_path: Path) -> None:
    ids = ["w7er83vtcr9d", "w7er83vw1809"]
    rows = [
        row("1", person_name="A", national_id=ids[0]),
        row(None, person_name="B", national_id=ids[0]),
        row(None, person_name="C", national_id=ids[1]),
        row(None, person_name="D", national_id=ids[1].upper()),
        row(None, person_name="E", national_id=ids[1], sheet_no="8"),
        row("9", person_name="F", national_id=ids[0]),
    ]
    one, people, left = asked(rows, parcels(["1", "2"], [*ids]), tmp_path)
    assert [(each["row_no"], each["land_user_name"]) for each in people] == [
        (0, "A"),
        (0, "B"),
        (1, "C"),
        (1, "D"),
    ]
    assert left == {11: "other_number", 12: "other_number"}
    assert (int(one.by_key.sum()), int(one.by_id.sum())) == (1, 1)


def test_a_key_that_the_whole_map_has_does_not_multiply_its_owners(tmp_path: Path) -> None:
    """Every row of a map with one number, and as many owners of it: the first parcels are told all of them, no row is lost."""
    n = 3 * MOST
    rows = [row("1", person_name=f"P{at}") for at in range(n)]
    rows += [row(None, person_name=f"Q{at}", national_id="w7er83vtcr9d") for at in range(n)]
    begun = perf_counter()
    one, people, left = asked(rows, parcels(["1"] * n, ["w7er83vtcr9d"] * n), tmp_path)
    assert not left
    assert one.speakers is not None
    assert one.speakers.spoke.all()
    assert Counter(each["row_no"] for each in people) == dict.fromkeys(range(MOST), 2 * n)
    assert perf_counter() - begun < 60


WORDS = ["A", "B", "  a ", "không", "", None, "Trần Thị " + "B" * 300, "\x00\u200b", "=1+1", "'"]
VALUE = st.sampled_from(WORDS)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.sampled_from(["1", None, "x"]),
            "commune_code": st.sampled_from([COMMUNE, "691", None, "99999"]),
            "sheet_no": st.sampled_from(["7", "07", "7.0", "8", None, "-"]),
            "parcel_no": st.sampled_from(["1", "2", "02", "3", "99", None]),
            "national_id": st.sampled_from(["w7er83vtcr9d", "W7ER83VW1809", None, None]),
            "person_name": VALUE,
            "organisation_name": st.sampled_from([None, None, "Công ty"]),
            "person_number": VALUE,
            "person_birth": st.sampled_from(["1970", "9/10/1017", "31/02/1999", None, "1.970"]),
            "certificate_no": st.sampled_from(["AB 1", "AB 2", None]),
            "certificate_sheet": st.sampled_from(["7", "3", None]),
            "certificate_parcel": st.sampled_from(["1", "5", None]),
            "user_role": st.sampled_from(["vợ", "?", None]),
            "transferee_name": st.sampled_from(["Người nhận", "không", None]),
            "area": st.sampled_from(["100", "1.000,5", "x", None]),
        }
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip
IDS: list[str | None] = ["w7er83vtcr9d", "w7er83vw1809", None, None]


def whose(said: dict[str, str | None]) -> set[int]:
    """The parcels of the map (1, 2, 3, 4 on sheet 7) that a row means, written down once more."""

    def bare(value: str | None) -> str | None:
        text = (value or "").removesuffix(".0").lstrip("0").strip("-")
        return text or None

    code, sheet, number = (bare(said[name]) for name in ("commune_code", "sheet_no", "parcel_no"))
    key = (code, sheet, number)
    there = {("691", "7", str(n)): n - 1 for n in (1, 2, 3, 4)}
    if all(key):
        return {there[key]} if key in there else set()
    national = (said["national_id"] or "").lower()
    return {
        at
        for (commune, on, no), at in there.items()
        if national
        and IDS[at] == national
        and all(mine in (None, its) for mine, its in zip(key, (commune, on, no), strict=True))
    }


@settings(max_examples=counts(40), deadline=None)
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_any_rows_in_any_order_are_each_accounted_for(rows: list[dict[str, str | None]], seed: Any) -> None:
    map_rows = parcels(["1", "2", "3", "4"], IDS)
    with TemporaryDirectory() as folder:
        one, people, left = asked(rows, map_rows, Path(folder))
        shuffled = list(rows)
        seed.shuffle(shuffled)
        _, again, _ = asked(shuffled, map_rows, Path(folder))
    whys = Counter(left.values())
    assert one.speakers is not None
    assert len(rows) == int(one.speakers.spoke.sum()) + whys.total()
    numbers = {each["source_row"] for each in people}
    assert not numbers & left.keys()
    for at, said in enumerate(rows):
        taken = bool(one.speakers.spoke[at])
        assert taken == (FIRST_DATA + at not in left)
        if left.get(FIRST_DATA + at) not in BESIDE:
            assert taken == bool(whose(said)), said
    for each in people:
        assert each["row_no"] in whose(rows[each["source_row"] - FIRST_DATA])
    owners = {each.get("land_user_name") for each in people}
    assert "Người nhận" not in owners | set(one.table["land_user_name"].to_pylist())
    assert content(people) == content(again)


def content(people: list[dict[str, Any]]) -> Counter[tuple[tuple[str, str], ...]]:
    """What is said of each parcel, whatever row says it."""
    return Counter(
        tuple(sorted((name, str(value)) for name, value in each.items() if name != "source_row"))
        for each in people
    )


@pytest.mark.parametrize("n", [2_000, 200_000])
def test_so_many_rows_are_read_without_walking_them(tmp_path: Path, n: int) -> None:
    """Two owners a parcel; every thousandth parcel is not on the map."""
    at = np.arange(n) // 2
    texts = {name: pa.nulls(n, pa.string()) for name in NAMES}
    texts |= {
        "commune_code": pa.repeat(pa.scalar(COMMUNE), n),
        "sheet_no": pa.repeat(pa.scalar("7"), n),
        "parcel_no": pa.array(at).cast(pa.string()),
        "person_name": pa.array(np.arange(n)).cast(pa.string()),
        "certificate_no": pa.array(at).cast(pa.string()),
        ROW_NUMBER: pa.array(np.arange(n) + FIRST_DATA).cast(pa.string()),
        ROW_TEXT: pa.repeat(pa.scalar("1\x1f00691\x1f7"), n),
    }
    texts["parcel_no"] = pa.array([f"p{number}" for number in texts["parcel_no"].to_pylist()])
    begun = perf_counter()
    one = read(Sheet(pa.table(texts)), tmp_path / "list.arrow")
    there = np.flatnonzero(np.arange(n // 2) % 1_000)
    rows = one.asked(parcels([f"p{number}" for number in there]), 0)
    assert rows.null_count == 0
    assert one.speakers is not None
    people = one.speakers.of(one.table, 1, one.numbers, np.arange(len(there)))
    assert people.num_rows == 2 * len(there)
    assert one.left().num_rows == n - 2 * len(there)
    assert set(one.left()["why"].to_pylist()) == {"parcel_not_on_map"}
    assert people["land_user_name"][1].as_py() == "3"
    assert perf_counter() - begun < 60
    assert NOT_READABLE in one.table.column_names
