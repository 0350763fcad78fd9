"""What the national database knows of a province's earlier deliveries: context for the gate, and for a pull of changes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sync import db

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def last_extracted(dsn: str, province: str) -> dict[str, datetime | None]:
    """When the data now live in each commune was extracted; communes never delivered are absent."""
    with db.connect(dsn) as connection:
        rows = db.fetch(connection, "ledger/history", {"province": province})
    return {row["commune_code"]: row["extracted_at"] for row in rows}


@dataclass(frozen=True, slots=True)
class Watermark:
    """From where on a province's changes are to be asked for.

    covered_to     everything that the source changed up to this moment has come: changes asked for from here on leave
                   no gap, and close one that is open; None where only a full snapshot will do
    newest_number  the largest version applied to any object, where versions are numbers
    newest_time    the same where versions are times
    """

    covered_to: datetime | None
    newest_number: int | None
    newest_time: datetime | None


def watermark(dsn: str, province: str) -> Watermark:
    """Where the province stands. What is quarantined or held does not move `newest_…`, but does move `covered_to`."""
    with db.connect(dsn) as connection:
        row = db.fetch_one(connection, "ledger/watermark", {"province": province})
    assert row is not None  # noqa: S101 - the statement has one row by construction
    newest = row["newest_time"]
    return Watermark(
        covered_to=row["covered_to"],
        newest_number=row["newest_number"],
        newest_time=None if newest is None else _EPOCH + timedelta(microseconds=newest),
    )
