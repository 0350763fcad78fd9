"""See ../0030_rights.sql."""

from alembic import op

from sync.db.migrations import apply
from sync.load.rehash_people import give_pseudonyms

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Forward only: an undo is a new migration."""
    apply("0030_rights.sql")
    give_pseudonyms(op.get_bind().connection.driver_connection)
