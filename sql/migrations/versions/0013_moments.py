"""See ../0013_moments.sql."""

from sync.db.migrations import apply

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0013_moments.sql")
