"""See ../0032_erasure.sql."""

from sync.db.migrations import apply

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0032_erasure.sql")
