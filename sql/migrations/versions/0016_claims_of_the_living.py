"""See ../0016_claims_of_the_living.sql."""

from sync.db.migrations import apply

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0016_claims_of_the_living.sql")
