"""See ../0029_restrictions.sql."""

from sync.db.migrations import apply

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0029_restrictions.sql")
