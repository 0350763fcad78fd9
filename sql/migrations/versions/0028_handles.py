"""See ../0028_handles.sql."""

from alembic import op

from sync.db.migrations import apply
from sync.load.rehash import rehash_parcels

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0028_handles.sql")
    rehash_parcels(op.get_bind().connection.driver_connection)
