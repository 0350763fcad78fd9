"""See ../0010_national_report.sql."""

from sync.db.migrations import apply

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0010_national_report.sql")
