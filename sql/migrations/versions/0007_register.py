"""See ../0007_register.sql."""

from sync.db.migrations import apply

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0007_register.sql")
