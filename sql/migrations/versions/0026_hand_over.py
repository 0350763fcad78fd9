"""See ../0026_hand_over.sql."""

from sync.db.migrations import apply

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0026_hand_over.sql")
