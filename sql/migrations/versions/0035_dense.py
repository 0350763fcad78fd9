"""See ../0035_dense.sql."""

from sync.db.migrations import apply

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0035_dense.sql")
