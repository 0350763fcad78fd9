"""See ../0019_valid_time.sql."""

from sync.db.migrations import apply

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0019_valid_time.sql")
