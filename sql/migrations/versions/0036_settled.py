"""See ../0036_settled.sql."""

from sync.db.migrations import apply

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0036_settled.sql")
