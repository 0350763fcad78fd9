"""See ../0008_groups.sql."""

from sync.db.migrations import apply

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0008_groups.sql")
