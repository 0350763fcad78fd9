"""See ../0027_hashes.sql."""

from alembic import op

from sync.db.migrations import apply
from sync.load.rehash import rehash

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0027_hashes.sql")
    rehash(op.get_bind().connection.driver_connection)
