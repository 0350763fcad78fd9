"""From where on the changes of a province's connections are asked for: what the ledger keeps of earlier pulls."""

from sync import db
from sync.folder.pulled import PulledEntry
from sync.intake.pull import Accepted, accepted
from sync.known.history import covered_to


def accepted_pulls(dsn: str, province: str) -> dict[str, Accepted]:
    """The last accepted pull of each connection, by its name."""
    with db.connect(dsn) as connection:
        rows = db.fetch(connection, "ledger/pulls", {"province": province})
    history = [PulledEntry.model_validate(row["entry"]) for row in rows]
    return accepted(history, covered_to(dsn, province))
