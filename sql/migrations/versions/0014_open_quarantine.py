"""See ../0014_open_quarantine.sql."""

from sync.db.migrations import apply

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0014_open_quarantine.sql")
