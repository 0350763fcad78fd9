"""See ../0002_parcel.sql."""

from sync.db.migrations import apply

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0002_parcel.sql")
