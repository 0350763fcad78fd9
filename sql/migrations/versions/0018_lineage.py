"""See ../0018_lineage.sql."""

from sync.db.migrations import apply

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0018_lineage.sql")
