"""See ../0003_ledger.sql."""

from sync.db.migrations import apply

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0003_ledger.sql")
