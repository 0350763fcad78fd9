"""Small histories of people through the merge and the model; and the model sees a rule that is wrong."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from parcels.errors import TerminalError
from sync import db
from sync.care.reconcile import reconcile
from sync.load import holders, merge_items, refs
from tests.model.conftest import Begin
from tests.model.people.histories import Handed
from tests.model.people.stories import STORIES
from tests.support.compared_people import beginning

pytestmark = pytest.mark.db
Patch = pytest.MonkeyPatch


def follow(begin: Begin, story: list[Handed]) -> None:
    both = beginning(begin())
    for handed in story:
        both.hand(handed)
    both.same_past()
    both.same_history()
    assert reconcile(["01"], "test", dsn=both.dsn)["agrees"]


@pytest.mark.parametrize("name", STORIES)
def test_what_is_told_is_what_the_rules_say(begin: Begin, name: str) -> None:
    follow(begin, STORIES[name])


# Rules that are wrong.


def sql(step: str, right: str, wrong: str) -> Callable[[Patch], None]:
    text = db.statement_text
    assert right in text(step)

    def mutated(file: str) -> str:
        return text(file).replace(right, wrong) if file == step else text(file)

    return lambda patch: patch.setattr(db, "statement_text", mutated)


def first_of_each_row(patch: Patch) -> None:
    each_once = holders.each_once

    def first(items: pa.Table) -> pa.Table:
        found = each_once(items)
        return found.filter(pc.equal(found["item_no"], 1))

    patch.setattr(holders, "each_once", first)


def parts_of_refs(change: Callable[[dict[str, Any], pa.Table], None]) -> Callable[[Patch], None]:
    parts = refs._parts

    def changed(entity: refs.Entity, said: pa.Table) -> dict[str, Any]:
        found = parts(entity, said)
        change(found, said)
        return found

    return lambda patch: patch.setattr(refs, "_parts", changed)


def without_system(parts: dict[str, Any], said: pa.Table) -> None:
    parts["system"] = pa.nulls(said.num_rows, pa.string())


def without_number(parts: dict[str, Any], said: pa.Table) -> None:
    parts["number"] = pa.nulls(said.num_rows, pa.string())


def numbers_of_their_system(parts: dict[str, Any], said: pa.Table) -> None:
    joined = pc.binary_join_element_wise(parts["system"], parts["number"], "|")
    parts["number"] = joined


def no_turns(patch: Patch) -> None:
    turns = refs._turns
    patch.setattr(refs, "_turns", lambda *given: pc.multiply(turns(*given), pa.scalar(0, pa.int32())))


SPOKEN = "AND (%(spoken)s::text[] IS NULL OR m.commune_code = ANY (%(spoken)s::text[]))"
MUTATIONS: dict[str, tuple[Callable[[Patch], None], str]] = {
    "a co-owner is dropped": (first_of_each_row, "a co-owner joins, in another order, and leaves"),
    "keys of two systems are one": (
        parts_of_refs(without_system),
        "another system has other keys, and the same numbers",
    ),
    "numbers of two systems are two": (
        parts_of_refs(numbers_of_their_system),
        "another system has other keys, and the same numbers",
    ),
    "nobody is known by his number": (
        parts_of_refs(without_number),
        "another system has other keys, and the same numbers",
    ),
    "who is called the same is one": (no_turns, "of three who are called the same the first leaves"),
    "a loan is over where nobody speaks of it": (
        sql("merge/51_differences_items", SPOKEN, ""),
        "what comes and goes stays where nobody speaks of it",
    ),
    "everything is closed and begins anew": (
        sql("merge/50_numbers_many", "SET item_no = n.live_no", "SET item_no = n.live_no + 100"),
        "a co-owner joins, in another order, and leaves",
    ),
    "what says the same is not known again": (
        sql("merge/50_numbers_many", "AND l.content_hash = s.content_hash", "AND false"),
        "loans come and go",
    ),
    "a parcel that ends keeps its people": (
        sql("merge/51_differences_items", "FROM merge_ending AS e", "FROM (SELECT FROM merge_ending WHERE false) AS x, merge_ending AS e"),
        "a parcel ends with all that it has, and comes back",
    ),
    "a right counts for its user's change": (
        lambda patch: patch.setattr(merge_items, "_OWN_CHANGES", ""),
        "a user of several parcels has another name, and on one of them another share",
    ),
    "what a refused row says is written all the same": (
        sql("merge/64_differences_left_items", "WHERE m.status = 'accept'", "WHERE true"),
        "a row is refused whose number another one keeps",
    ),
    "who is erased stays among the closed ones": (
        sql("erasure/write_closed_users", "WHERE u.", "WHERE false AND u."),
        "a person is erased, and every source still says who that was",
    ),
    "a right still ties who is erased": (
        sql("erasure/write_rights", "WHERE r.", "WHERE false AND r."),
        "a person is erased, and every source still says who that was",
    ),
    "what was proved of an erased person is forgotten": (
        sql("erasure/write_users", "erased = land.salted(u.salt, u.content_hash)", "erased = NULL"),
        "a person is erased, and every source still says who that was",
    ),
    "a set that says again of whom somebody was erased contradicts": (
        lambda patch: patch.setattr(merge_items, "_BUT_ERASED", ""),
        "a set says again of whom somebody was erased meanwhile",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_rule_is_seen(begin: Begin, monkeypatch: Patch, name: str) -> None:
    mutate, story = MUTATIONS[name]
    mutate(monkeypatch)
    with pytest.raises((AssertionError, TerminalError)):
        follow(begin, STORIES[story])
