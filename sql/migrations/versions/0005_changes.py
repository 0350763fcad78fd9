"""See ../0005_changes.sql."""

from sync.db.migrations import apply

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0005_changes.sql")
