"""The model sees a rule that is wrong: each of these mutations of the matching makes a small history differ from it."""

import pytest

from parcels.errors import ComponentMissing
from sync import db
from tests.model.conftest import Begin
from tests.model.test_model_cases import HISTORIES, follow

pytestmark = pytest.mark.db
MUTATIONS = {
    "an id is tried after the number": (
        "33_match", "VALUES (1, m.national_uid), (2, m.sheet_uid)", "VALUES (2, m.national_uid), (1, m.sheet_uid)",
        "without keys, two exchange their numbers",
    ),
    "another object's parcel is taken over whatever its land": (
        "33_match", "AND (%(changes)s OR NOT o.same_land))", "AND false)",
        "a new object on other land has the id of one that is no longer there",
    ),
    "a renamed key is never found": (
        "32_other_objects", ">= %(same_land_share)s, false)", ">= 2, false)",
        "late, the parcel was renamed and moved since",
    ),
    "a set's renamed key needs no land": (
        "31_renamed_changes", "WHERE land.common_share(p.geom, s.geom) >= %(same_land_share)s", "WHERE true",
        "a set ends an object and gives its id to a new one on other land",
    ),
    "a sheet handle that fits several names one": (
        "30_fit_sheet", "f.parcels = 1 AND f.rows = 1 AS alone", "true AS alone",
        "without keys and ids, a number without a mark fits two",
    ),
    "who comes back needs no land": (
        "41_new_parcels", "AND land.common_share(last.geom, s.geom) >= %(same_land_share)s", "",
        "an ended parcel's number is used again on other land",
    ),
    "of several that ended the first one comes back": (
        "41_new_parcels", "ORDER BY m.row_no, last.recorded_to DESC, handle.rank", "ORDER BY m.row_no, last.recorded_to, handle.rank",
        "two had a number and its land one after the other, and ended",
    ),
    "a refused row shows nothing to exist": (
        "43_present", "WHERE m.status <> 'accept'", "WHERE m.status = 'held'",
        "a refused row keeps its own parcel alive",
    ),
    "what lives in a commune is not counted anew": (
        "95a_counters", "WHERE (NOT c.held OR", "WHERE (false OR",
        "a refused row keeps its own parcel alive",
    ),
    "a refused row keeps other objects alive": (
        "43_present", "(seen.status IN ('quarantine', 'unreadable')", "(false",
        "a refused row with a new key keeps no other object alive",
    ),
    "what comes too late changes what a weaker handle names": (
        "34_outdated_by_name_compared", "> %(observed_at)s::timestamptz", "> 'infinity'::timestamptz",
        "late, the parcel was renamed and moved since",
    ),
    "an id that a parcel keeps is given to another one": (
        "61_conflicts_again", "AND (g.parcel_uid IS NULL OR g.national_alias = m.national_alias)", "AND false",
        "a key is renamed in a set, by a row that another parcel's id stands in the way of",
    ),
    "a refused row does not keep its own handles": (
        "62_present_again", "WHERE m.merge_code IS NOT NULL", "WHERE false AND m.merge_code IS NOT NULL",
        "a row refused for an id that a refused one keeps may be any that its number fits",
    ),
    "a new key is not written": (
        "72a_handles", "AND r.handles_changed", "AND false", "a system gives its keys anew, twice, and then something else changes",
    ),
    "an id of another province is published all the same": (
        "11_withheld", "claim.parcel_uid IS NOT NULL", "false", "ids pass between the provinces, with keys and without",
    ),
    "what waits for an id never gets it": (
        "11_withheld", "WHERE claim.parcel_uid IS NOT NULL", "WHERE true OR claim.parcel_uid IS NOT NULL",
        "ids pass between the provinces, with keys and without",
    ),
    "a row that waits shows nothing but its own parcel": (
        "62_present_again", "OR m.note = 'waits_elsewhere'", "",
        "a row that waits for the commune of the parcel that its id names may be the one that its number names",
    ),
    "a row without geometry is another parcel than its id says": (
        "23a_emptied", "WHERE own.row_no = m.row_no", "WHERE false AND own.row_no = m.row_no",
        "without geometry, under a new key with the id of a parcel that has one",
    ),
    "a row without geometry is none of those that its number fits": (
        "34a_emptied_by_name", "WHERE m.without_geometry", "WHERE false AND m.without_geometry",
        "without geometry, keys and ids, a number fits two that have one",
    ),
    "a temporary number takes its name to other land": (
        "37a_temporary_numbers", "AND s.parcel_no ~ %(temporary)s", "AND false",
        "15A now, 20 tomorrow, 15A for another parcel",
    ),
    "a parcel that gets its final number is another one": (
        "37b_temporary_by_land", "AND p.parcel_no ~ %(temporary)s", "AND false",
        "15A now, 20 tomorrow, 15A for another parcel",
    ),
    "a refused row of a set makes other objects stale": (
        "75_refused", "OR NOT EXISTS", "OR EXISTS",
        "a refused row of a set makes no other object stale",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_rule_is_seen(begin: Begin, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    step, right, wrong, history = MUTATIONS[name]
    text = db.statement_text
    assert right in text(f"merge/{step}")

    def mutated(file: str) -> str:
        return text(file).replace(right, wrong) if file == f"merge/{step}" else text(file)

    monkeypatch.setattr(db, "statement_text", mutated)
    both = begin()
    with pytest.raises((AssertionError, ComponentMissing)):
        follow(both, HISTORIES[history])
