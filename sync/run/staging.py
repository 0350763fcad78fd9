"""How a run's staging tables are called, and how they go away: all that closing a run needs to know of them."""

from sync import db

SCHEMA = "staging"


def staging_prefix(run_id: str) -> str:
    """How the names of this run's staging tables begin."""
    return "r_" + run_id.replace("-", "_").lower() + "_"


def drop_staging(dsn: str, run_id: str) -> None:
    """Drop whatever staging of the run there is."""
    with db.connect(dsn) as connection:
        for row in db.fetch(connection, "load/leftover_staging", {"prefix": staging_prefix(run_id)}):
            db.execute(connection, "load/drop_table", identifiers={"table": (SCHEMA, row["table_name"])})
