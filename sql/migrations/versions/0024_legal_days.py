"""See ../0024_legal_days.sql."""

from sync.db.migrations import apply

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0024_legal_days.sql")
