"""What a hold of a brake says: what, how much, against what, in both languages."""

from typing import get_args

import pytest

from parcels.brakes import ColumnGroup, Measure
from sync.folder.braked import absent, brake_reason
from sync.folder.reasons import Measured, Reason, Scope

GROUPED = {"CHANGED", "EMPTIED", "UNIFORM", "DUPLICATED", "SHUFFLED"}


def measured(code: str, group: str | None = None, scope: Scope = "delivery", **more: float) -> Measured:
    return Measured(code=code, column_group=group, scope=scope, parcels=19, amount=19, out_of=49, **more)


@pytest.mark.parametrize("code", get_args(Measure))
def test_every_measure_says_how_much_in_both_languages(code: str) -> None:
    groups = get_args(ColumnGroup) if code in GROUPED else (None,)
    said = [brake_reason(measured(code, group, east=2.4, north=-1.8)) for group in groups]
    for reason in said:
        assert reason.code == code
        for text in (reason.vi, reason.en):
            assert "19" in text
            assert "49" in text
            assert "None" not in text
        assert "Likely" in reason.en, "the likely story"
        assert "Có thể" in reason.vi or "có lẽ" in reason.vi
    assert len({reason.en for reason in said}) == len(groups), "each group is named"


def test_a_share_is_written_as_each_language_does() -> None:
    reason = brake_reason(measured("LOSS"))
    assert "19 trong 49 (38,8%)" in reason.vi
    assert "19 of 49 (38.8%)" in reason.en


def test_what_adds_up_says_over_how_long_and_against_what() -> None:
    lately = measured("LOSS", scope="lately", together=30, together_of=60, days=30)
    assert "with the last 30 days 30 of 60" in brake_reason(lately).en
    assert "30 ngày qua là 30 trong 60" in brake_reason(lately).vi
    assert "province" in brake_reason(measured("LOSS", scope="province")).en


def test_a_shift_says_its_way_and_a_scale_its_factor() -> None:
    assert "3.00 m (+2.40, -1.80)" in brake_reason(measured("SHIFTED", "geometry", east=2.4, north=-1.8)).en
    assert "by 0.250" in brake_reason(measured("SCALED", "geometry", east=0.25)).en


def test_a_reason_keeps_what_was_measured_and_other_reasons_say_nothing_of_it() -> None:
    reason = brake_reason(measured("EMPTIED", "land_user"))
    assert Reason.model_validate(reason.model_dump()) == reason
    assert reason.model_dump()["measured"]["parcels"] == 19
    assert set(absent(49).model_dump()) == {"code", "vi", "en"}
    assert "49" in absent(49).vi
