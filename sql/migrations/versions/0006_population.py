"""See ../0006_population.sql."""

from sync.db.migrations import apply

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0006_population.sql")
