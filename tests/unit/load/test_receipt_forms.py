"""Receipts of before hash as they did; those of now hash what was changed by group of columns too."""

import hashlib
import json
from typing import Any

import pytest

from sync.load.receipt import AREAS, COUNTS, receipt_hash

HEAD = {
    "run_id": "r",
    "province_code": "01",
    "sequence": 2,
    "delivery_sha256": "d",
    "snapshot_sha256": "s",
    "previous_sha256": "p",
}
LINE: dict[str, Any] = {
    "commune_code": "00004",
    "manifest_sha256": "m",
    **dict.fromkeys(COUNTS, 3),
    **dict.fromkeys(AREAS, 1.5),
}
COLUMN = {
    "commune_code": "00004",
    "column_group": "land_user",
    "changed": 2,
    "emptied": 1,
    "closed": 0,
    "added": 4,
}


def test_a_receipt_of_the_first_form_hashes_as_it_did() -> None:
    line = {**LINE, **dict.fromkeys(AREAS, "1.5000")}
    text = json.dumps({**HEAD, "lines": [line]}, sort_keys=True, separators=(",", ":"))
    assert receipt_hash({**HEAD, "form": 1}, [LINE]) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("form", "not_counted"), [(2, {"added"}), (4, {"added"}), (5, set())])
def test_every_count_by_column_is_in_the_hash_from_the_second_on(form: int, not_counted: set[str]) -> None:
    def hashed(*columns: dict[str, Any]) -> str:
        return receipt_hash({**HEAD, "form": form}, [LINE], columns)

    told = hashed(COLUMN)
    assert told != hashed()
    assert {name for name in COLUMN if hashed({**COLUMN, name: 7}) == told} == not_counted
    other = {**COLUMN, "column_group": "area"}
    assert hashed(COLUMN, other) == hashed(other, COLUMN), "their order says nothing"


def test_a_receipt_cannot_be_passed_off_as_one_of_another_form() -> None:
    hashes = {
        receipt_hash({**HEAD, "form": form}, [LINE], columns)
        for form in (1, 2, 3, 4, 5)
        for columns in ([], [COLUMN])
    }
    assert len(hashes) == 10
