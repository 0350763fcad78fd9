"""See ../0004_communes.sql."""

from sync.db.migrations import apply

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0004_communes.sql")
