"""See ../0034_commune_counts.sql."""

from sync.db.migrations import apply

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0034_commune_counts.sql")
