"""See ../0031_receipt_of_items.sql."""

from sync.db.migrations import apply

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0031_receipt_of_items.sql")
