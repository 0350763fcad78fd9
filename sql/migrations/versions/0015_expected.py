"""See ../0015_expected.sql."""

from sync.db.migrations import apply

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0015_expected.sql")
