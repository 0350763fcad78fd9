"""What the database says of lineage, in the keys of the source; and whether a name ever passed to other land in silence."""

from collections.abc import Callable

from sync.db import SQL
from tests.support.database import Database
from tests.support.fabric import Event

_EDGES = """
SELECT e.event_id::text, e.kind, e.state, before.source_key, now.source_key, l.share_of_parent::float, l.share_of_child::float
FROM land.lineage_edge AS l
JOIN analyst.lineage_event AS e ON e.event_id = l.event_id
JOIN analyst.parcel_history AS before ON before.parcel_uid = l.parent_uid AND before.recorded_from = l.parent_recorded_from
JOIN analyst.parcel_history AS now ON now.parcel_uid = l.child_uid AND now.recorded_from = l.child_recorded_from
WHERE e.recorded_at > %s::timestamptz
"""


def edges(database: Database, since: str = "-infinity") -> list[tuple[object, ...]]:
    """Event, kind, state, key of before, key of now, share of parent, share of child: of what was recorded since then."""
    return database.query(_EDGES, since)


def events(database: Database, since: str = "-infinity") -> set[tuple[str, Event]]:
    """State, and the event with the keys of both sides."""
    found: dict[str, tuple[str, str, set[str], set[str]]] = {}
    for event, kind, state, parent, child, *_ in edges(database, since):
        _, _, parents, children = found.setdefault(str(event), (str(state), str(kind), set(), set()))
        parents.add(str(parent))
        children.add(str(child))
    return {(state, Event(kind, frozenset(p), frozenset(c))) for state, kind, p, c in found.values()}


def now(database: Database) -> str:
    """The clock of the database, to ask for what comes after."""
    return str(database.query("SELECT clock_timestamp()::text")[0][0])


def names_on_other_land(query: Callable[[str], list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    """Versions of a parcel whose land does not meet that of the version before, and of which no event says why."""
    return query((SQL / "lab" / "names_on_other_land.sql").read_text(encoding="utf-8"))
