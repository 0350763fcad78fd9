"""See ../0022_without_geometry.sql."""

from sync.db.migrations import apply

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0022_without_geometry.sql")
