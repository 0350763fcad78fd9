"""See ../0033_stage_cost.sql."""

from sync.db.migrations import apply

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0033_stage_cost.sql")
