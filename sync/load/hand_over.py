"""What a merge tells of lineage beyond the land of its own province: what rows declare, and what passed to or from another province."""

from collections.abc import Mapping
from typing import Any

from sync import db
from sync.load.predecessors import declare
from sync.load.staging import staging_tables

_LOOK = ("near", "own", "pairs", "write")


def further_lineage(connection: db.Connection, run_id: str, values: Mapping[str, Any]) -> dict[str, int]:
    """Write these events, in the transaction of the merge and after its statements; what is told of them in the receipt.

    values  of the merge: province, now, policy, limits
    """
    return declare(connection, run_id, values) | _hand_over(connection, run_id, values)


def _hand_over(connection: db.Connection, run_id: str, values: Mapping[str, Any]) -> dict[str, int]:
    """Parcels that ended in one province and live in another one: an event each, whichever side speaks first.

    Nothing is looked for where nothing began or ended. Otherwise one run after the other looks, by the lock that the register of findings
    takes next: of two that run at once the second sees what the first did.
    """
    staged: db.Identifiers = {"parcel": staging_tables(run_id)["parcel"]}
    if db.execute(connection, "hand_over/boxes", values, staged):
        db.execute(connection, "register/lock")
        for name in _LOOK:
            db.execute(connection, f"hand_over/{name}", values, staged)
    [told] = db.fetch(connection, "hand_over/told", values)
    return {note: int(count) for note, count in told.items() if count}
