"""See ../0020_decisions.sql."""

from sync.db.migrations import apply

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0020_decisions.sql")
