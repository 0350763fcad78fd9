"""See ../0001_reference.sql."""

from sync.db.migrations import apply

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0001_reference.sql")
