"""See ../0012_names.sql."""

from sync.db.migrations import apply

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0012_names.sql")
