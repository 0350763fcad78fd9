"""Stories in which a commune that comes as it came last is not left as it was: something beside it has to do with it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.e2e.conftest import Landsync, landsync
from tests.model.cadastre import COMMUNES, Land, Style
from tests.model.deliveries import Delivery, Row
from tests.model.histories import History, Told
from tests.support.both_written import both_written
from tests.support.filed import FiledOffice
from tests.support.played import wipe

__all__ = ["landsync"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]
A, B, C = COMMUNES["01"]
Rows = tuple[Row, ...]
# A delivery: its rows, and the communes of which it holds any and all rows.
Night = tuple[Rows, tuple[str, ...]]
Story = Callable[[Rows], Sequence[Night]]


def _of(rows: Rows, commune: str) -> Rows:
    return tuple(row for row in rows if row.commune == commune)


def _with(rows: Rows, old: Row, *new: Row) -> Rows:
    return tuple(each for row in rows for each in (new if row is old else (row,)))


def _all(rows: Rows) -> Night:
    return rows, (A, B, C)


def _alone(rows: Rows, commune: str = A) -> Night:
    return _of(rows, commune), (commune,)


def kept_by_a_refused_row_elsewhere(rows: Rows) -> Sequence[Night]:
    parcel = _of(rows, B)[0]
    away = _with(rows, parcel, replace(parcel, commune=A, refused=True, number="901"))
    return [_all(rows), _all(away), _all(away), _all(_with(rows, parcel)), _all(_with(rows, parcel))]


def what_was_refused_came_elsewhere(rows: Rows) -> Sequence[Night]:
    parcel = _of(rows, B)[0]
    refused = _with(rows, parcel, replace(parcel, refused=True))
    came = (*rows, replace(parcel, commune=A, number="902", land=_aside(parcel)))
    return [_all(refused), _all(refused), _alone(came), _all(refused), _all(refused)]


def made_old_from_elsewhere(rows: Rows) -> Sequence[Night]:
    mine, theirs = _of(rows, A)[0], _of(rows, B)[0]
    rows = _with(rows, theirs, replace(theirs, key=None))
    claims = _with(rows, mine, replace(mine, national_id=theirs.national_id))
    return [_all(rows), _all(rows), _alone(claims), _all(rows), _all(rows)]


def keys_exchanged_on_the_land_of_another(rows: Rows) -> Sequence[Night]:
    one, two = _of(rows, A)[:2]
    there = _of(rows, B)[0]
    rows = _with(rows, there, replace(there, land=one.land))
    crossed = _with(_with(rows, one, replace(one, key=two.key)), two, replace(two, key=one.key))
    return [_all(rows), _all(rows), _all(crossed), _all(crossed)]


def a_case_beside_a_commune_that_is_held(rows: Rows) -> Sequence[Night]:
    rows = _overlapping(rows, 2)
    first = _of(rows, A)[0]
    few = tuple(row for row in rows if row.commune != A or row is first)
    return [_all(rows), _all(rows), _all(few), _all(rows)]


def a_case_that_was_measured_from_the_other_side(rows: Rows) -> Sequence[Night]:
    rows, wider = _overlapping(rows, 2), _overlapping(rows, 5)
    return [_all(rows), _all(rows), _alone(wider), _all(rows), _all(rows)]


def a_parcel_of_a_commune_goes_to_another(rows: Rows) -> Sequence[Night]:
    parcel = _of(rows, B)[0]
    moved = _with(rows, parcel, replace(parcel, commune=A, number="903"))
    return [_all(rows), _all(rows), _all(moved), _all(rows), _all(rows)]


def _aside(row: Row) -> Land:
    assert row.land is not None
    return Land(row.land.street + 7, row.land.west, row.land.east)


def _overlapping(rows: Rows, by: int) -> Rows:
    """The first parcels of A and B overlap by so many units."""
    mine, theirs = _of(rows, A)[0], _of(rows, B)[0]
    assert mine.land is not None and theirs.land is not None  # noqa: PT018 - for the type
    width = mine.land.width
    return _with(
        rows,
        mine,
        replace(mine, land=Land(theirs.land.street, theirs.land.west - width + by, theirs.land.west + by)),
    )


STORIES: dict[str, Story] = {
    name.replace("_", " "): story
    for name, story in globals().copy().items()
    if callable(story)
    and getattr(story, "__annotations__", {}).get("return") == Sequence[Night]
    and name[0] != "_"
}


@pytest.mark.parametrize("story", STORIES)
def test_a_commune_is_left_as_a_merge_would_leave_it(
    landsync: Landsync, tmp_path_factory: pytest.TempPathFactory, story: str
) -> None:
    wipe(landsync.database)
    told = Told(History((Style(), Style()), 24, ()))
    told.nation.close_day()
    office = FiledOffice(landsync, tmp_path_factory.mktemp("office"))
    passed = 0
    for number, (rows, complete) in enumerate(STORIES[story](told.desk.last("01").rows)):
        delivery = Delivery("01", rows, 2.5 + number, complete=complete)
        passed += len(both_written(landsync, office.write(delivery)).passed_over)
        held = office.sync(delivery)
        if held and number == 0:
            office.approve(tuple(held))
    assert passed, "nothing was passed over: the story shows nothing"
