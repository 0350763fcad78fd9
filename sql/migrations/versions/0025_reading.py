"""See ../0025_reading.sql."""

from sync.db.migrations import apply

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0025_reading.sql")
