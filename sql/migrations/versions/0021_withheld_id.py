"""See ../0021_withheld_id.sql."""

from sync.db.migrations import apply

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0021_withheld_id.sql")
