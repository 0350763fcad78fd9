"""See ../0030_rights.sql."""

from sync.db.migrations import apply

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0030_rights.sql")
