"""What the national database knows of a province's earlier deliveries: context for the gate, and for a pull of changes."""

from datetime import datetime

from sync import db


def known_up_to(dsn: str, province: str) -> dict[str, datetime | None]:
    """Up to when each commune is known by full snapshots; communes never delivered are absent."""
    with db.connect(dsn) as connection:
        rows = db.fetch(connection, "ledger/history", {"province": province})
    return {row["commune_code"]: row["known_up_to"] for row in rows}


def covered_to(dsn: str, province: str) -> datetime | None:
    """Everything that the province's source changed up to this moment has come.

    Changes asked for from here on leave no gap, and close one that is open; None where only a full snapshot will do.
    What is quarantined or held has come too.
    """
    with db.connect(dsn) as connection:
        row = db.fetch_one(connection, "ledger/covered_to", {"province": province})
    assert row is not None  # noqa: S101 - the statement has one row by construction
    moment: datetime | None = row["covered_to"]
    return moment
