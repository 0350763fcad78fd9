"""See ../0037_uid_first.sql."""

from sync.db.migrations import apply

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0037_uid_first.sql")
