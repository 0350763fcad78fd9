"""Change sets that do not join on: the gap is known until what is missing comes. On a real database."""

from dataclasses import replace

import pytest

from sync.declared.changes import Span
from sync.known.history import covered_to
from tests.support.changesets import THERE, Deliver, change, changes, day, full, village
from tests.support.database import Database
from tests.support.judged import Plot

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db


def gaps(database: Database) -> list[tuple]:  # type: ignore[type-arg]
    return database.query(
        "SELECT DISTINCT since, until, sequence_from, sequence_to FROM ledger.change_gap "
        "WHERE province_code = '01' ORDER BY 1 NULLS FIRST, 3 NULLS FIRST",
    )


def test_a_span_that_does_not_join_on_leaves_a_gap_until_the_missing_one_comes(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    spans = {n: Span(None, day(n), day(n + 1)) for n in range(1, 6)}
    changes([change(plots[0], 2)], 2, span=spans[1])
    assert gaps(database) == []
    changes([change(plots[0], 5)], 5, span=spans[4])
    assert gaps(database) == [(day(2), day(4), None, None)]
    assert covered_to(database.dsn, "01") == day(2)
    changes([], 4, span=spans[3])
    assert gaps(database) == [(day(2), day(3), None, None)]
    changes([change(plots[0], 3)], 3, span=spans[2])
    assert gaps(database) == []
    assert covered_to(database.dsn, "01") == day(5)


def test_a_full_snapshot_closes_the_gaps_before_it(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = [*village(), Plot("k90", None, "1", THERE, x=90, order=1)]
    full(plots, 1)
    changes([change(plots[0], 2)], 3, span=Span(None, day(2), day(3)))
    changes([change(plots[0], 5)], 6, span=Span(None, day(5), day(6)))
    assert len(gaps(database)) == 2
    full(plots, 4)
    assert gaps(database) == [(day(4), day(5), None, None)]
    full([replace(plot, order=5) for plot in plots], 7)
    assert gaps(database) == []


def test_numbers_that_are_missing_are_noticed(database: Database, full: Deliver, changes: Deliver) -> None:
    plots = village()
    full(plots, 1, sequence=16)
    changes([change(plots[0], 2)], 2, span=Span(17))
    assert gaps(database) == []
    changes([change(plots[0], 5)], 5, span=Span(20))
    assert [gap[2:] for gap in gaps(database)] == [(18, 19)]
    changes([change(plots[0], 4)], 4, span=Span(19))
    changes([change(plots[0], 4)], 4, span=Span(19))
    assert [gap[2:] for gap in gaps(database)] == [(18, 18)]
    changes([change(plots[0], 3)], 3, span=Span(18))
    assert gaps(database) == []


def test_change_sets_without_any_full_snapshot_join_on_to_nothing(
    database: Database, changes: Deliver
) -> None:
    changes([change(village()[0], 2, "insert")], 3, span=Span(None, day(2), day(3)))
    assert gaps(database) == [(None, day(2), None, None)]
    assert covered_to(database.dsn, "01") is None
