"""Every kind and state of an event that the database may hold has words, but for what was refused, which is not told."""

import re
from datetime import UTC, datetime

import pytest

from sync.db import SQL
from sync.report.explain.show_parcel import _event
from sync.report.words import EVENT_STATES, EVENTS

_TABLE = (SQL / "migrations" / "0018_lineage.sql").read_text(encoding="utf-8")


def allowed(column: str) -> set[str]:
    found = re.search(rf"\n    {column} text NOT NULL CHECK \({column} IN \(([^)]*)\)", _TABLE)
    assert found is not None
    return set(re.findall(r"'(\w+)'", found[1]))


def test_every_kind_and_state_has_words() -> None:
    assert set(EVENTS) == allowed("kind")
    assert {*EVENT_STATES, "refused"} == allowed("state")


@pytest.mark.parametrize("direction", ["from", "to"])
def test_a_line_names_the_other_parcels_and_the_day(direction: str) -> None:
    said = _event(
        {
            "kind": "split",
            "state": "proposed",
            "direction": direction,
            "parcels": ["00004/1/5", "00004/1/6"],
            "recorded_at": datetime(2026, 11, 28, tzinfo=UTC),
        }
    )
    for text, words in ((said.vi, ("tách thửa", "đề xuất")), (said.en, ("split", "proposed"))):
        assert all(word in text for word in (*words, "00004/1/5, 00004/1/6", "28/11/2026"))
