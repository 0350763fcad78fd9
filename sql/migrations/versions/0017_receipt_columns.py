"""See ../0017_receipt_columns.sql."""

from sync.db.migrations import apply

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0017_receipt_columns.sql")
