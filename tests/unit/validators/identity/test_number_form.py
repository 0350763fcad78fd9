"""What a sheet number and a parcel number look like, and what a finding says of one that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.validators.validator_datasets import dataset, found, verdict

SHEETS = [
    "12", "12a", "15A", "12-1", "1", "99999", "DC 12", "ĐC12", "DC-7", "TĐ 15-2020", "MTĐ 3", "BĐĐC 7", "IV",
    "F-48-68-(11-a)", "F-48-104-(256-k)", "D-49-13", "725500-6-d", "725500-6-(11)", "10-728494", "05-2020",
]  # fmt: skip
PARCELS = ["1", "12", "12a", "15A", "12-1", "12/1", "999999", "12A1", "007"]
NONE_OF_BOTH = [
    "6 ODT", "12;13", "12,13", "12 13", "12 và 13", "12+13", "20/11/2026", "2026-11-20", "20261120", "1.5e3", "12.5",
    "-3", "12-1-1-1", "tờ 1", "thửa 5", "A", "Nguyễn Văn Thử", "079123456789", "1" * 21, "12\u202813", "Jan-12",
]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "code", "good"),
    [("sheet_no", "IDN-SHEET-FORM", SHEETS), ("parcel_no", "IDN-NUMBER-FORM", PARCELS)],
)
def test_what_is_a_number_passes_and_what_is_none_is_found(column: str, code: str, good: list[str]) -> None:
    data = dataset(len(good) + len(NONE_OF_BOTH) + 1, **{column: [*good, *NONE_OF_BOTH, None]})
    wrong = list(range(len(good), len(good) + len(NONE_OF_BOTH)))
    assert found(data).get(code, []) == wrong


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("6 ODT", "«6 ODT» → 6, ODT"),
        ("6 ODT+CLN", "«6 ODT+CLN» → 6, ODT+CLN"),
        ("12 BHK", "«12 BHK» → 12, BHK"),  # a code of before 2024
        ("6 XYZ", "«6 XYZ»"),  # no land use: nothing is guessed
        ("12;13", "«12;13»"),
        ("thửa 5", "«thửa 5» → 5"),
        ("số 15a", "«số 15a» → 15a"),
        ("20/11/2026", "«20/11/2026»"),
        ("-3", "«-3»"),
        ("Nguyễn Văn Thử", "«…»"),  # a column that was mapped wrong
        ("079123456789", "«…»"),
        ("091 234 567 8", "«…»"),
        ("1" * 21, "«…»"),
    ],
)
def test_a_number_that_is_none_is_repeated_where_it_is_nobodys_and_split_where_one_way_is_left(
    number: str, said: str
) -> None:
    (row,) = verdict(dataset(1, parcel_no=[number])).findings.to_pylist()
    assert (row["check_code"], row["severity"], row["detail"]) == ("IDN-NUMBER-FORM", "error", said)
    assert said in row["message_vi"]
    assert said in row["message_en"]
    assert not row["quarantines"]


@given(st.text(max_size=24))
def test_whatever_is_written_there_is_judged_and_nothing_long_is_repeated(number: str) -> None:
    table = verdict(dataset(1, parcel_no=[number or None])).findings
    for row in table.to_pylist():
        if row["check_code"] == "IDN-NUMBER-FORM":
            assert len(row["detail"]) <= 40
            assert sum(letter.isdigit() for letter in row["detail"].partition("→")[0]) <= 8
