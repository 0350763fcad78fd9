"""What GEOS refuses of one row, wherever it is asked, is that row's fault and nobody else's."""

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

import validators.judge as module
from tests.unit.validators.validator_datasets import dataset, verdict
from validators.base import Check, Faults, Subject, where
from validators.catalogue import BY_CODE, CHECKS
from validators.refusal import without_refused
from validators.shape import shape_of


def raising(*rows: int, together: bool = False) -> Check:
    """A check at which GEOS raises while these rows (each of them, or all together) have a usable shape."""

    def find(subject: Subject) -> Faults:
        usable = subject.fact(shape_of).usable[list(rows)]
        if usable.all() if together else usable.any():
            raise shapely.GEOSException("TopologyException: side location conflict")
        return Faults(where(np.zeros(len(subject), dtype=bool)))

    return replace(BY_CODE["GEO-TINY-EDGE"], find=find)


def with_check(monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    monkeypatch.setattr(module, "CHECKS", (*(each for each in CHECKS if each.code != check.code), check))


def test_the_rows_at_which_it_raises_are_quarantined_and_the_others_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_check(monkeypatch, raising(3, 17))
    judged = verdict(dataset(40))
    refused = [row for row, said in enumerate(judged.rows["decision"].to_pylist()) if said == "quarantine"]
    assert refused == [3, 17]
    table = judged.findings
    assert table["row_no"].to_pylist() == [3, 17]
    assert set(table["check_code"].to_pylist()) == {"GEO-INVALID"}
    assert pc.all(pc.match_substring(table["message_en"], "topology is wrong")).as_py()
    assert judged.counts.read == judged.counts.accepted + judged.counts.quarantined == 40


def test_of_a_pair_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with_check(monkeypatch, raising(3, 17, together=True))
    assert verdict(dataset(40)).counts.quarantined == 1


def test_what_is_no_rows_fault_is_raised() -> None:
    def work(data: object) -> None:
        raise shapely.GEOSException("whoever's it is")

    with pytest.raises(shapely.GEOSException):
        without_refused(work, dataset(3))


def test_an_error_of_ours_is_not_taken_for_a_fault_of_the_data() -> None:
    def work(data: object) -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        without_refused(work, dataset(3))
