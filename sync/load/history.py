"""What the national database knows of a province's earlier deliveries: context for the gate."""

from datetime import datetime

from sync import db


def last_extracted(dsn: str, province: str) -> dict[str, datetime | None]:
    """When the data now live in each commune was extracted; communes never delivered are absent."""
    with db.connect(dsn) as connection:
        rows = db.fetch(connection, "ledger/history", {"province": province})
    return {row["commune_code"]: row["extracted_at"] for row in rows}
