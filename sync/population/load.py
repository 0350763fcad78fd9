"""Results into the database: one transaction, set-based; what each line came to, and the land users by status after it.

The status of a land user follows from all results that ever came, not from the order in which they did: the latest one
that no other of the same moment contradicts. So results are kept as a set that only grows, and importing a file twice
changes nothing (docs/adr/0128).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync import db
from sync.population.results import Results

COUNTS = ("land_users", "found", "mismatched", "not_found", "not_sent")


def import_results(dsn: str, path: Path, actor: str) -> dict[str, Any]:
    """Import a file of results; what `population import --json` says. Raises UsageError, DeliveryRejected."""
    with db.connect(dsn) as connection:
        return import_into(connection, path, actor)


def import_into(connection: db.Connection, path: Path, actor: str) -> dict[str, Any]:
    """The same in the caller's transaction."""
    now = datetime.now(UTC)
    results = Results(path, now)
    db.execute(connection, "population/lock")
    db.execute(connection, "load/refresh_statistics", {"of": "land_user_status"})
    db.execute(connection, "population/10_create_line")
    for table in results.tables():
        db.copy_in(connection, ("pg_temp", "population_line"), table)
    import_id = int(db.fetch(connection, "population/11_next_import")[0]["import_id"])
    db.execute(connection, "population/20_claims")
    named = db.fetch(connection, "population/named")
    for row in named:
        db.execute(connection, "load/refresh_statistics", {"of": row["code"]})
    db.execute(connection, "population/22_keep", {"import_id": import_id})
    for row in named:
        db.execute(connection, "load/refresh_statistics", {"of": row["code"]})
    for name in ("23_now", "24_outcomes"):
        db.execute(connection, f"population/{name}")
    withdrawn = db.fetch(connection, "population/25_withdrawn")[0]["withdrawn"]
    for name in ("30_remove", "31_apply"):
        db.execute(connection, f"population/{name}")
    values = {
        "import_id": import_id,
        "file_name": path.name,
        "file_sha256": results.sha256,
        "bytes": results.size,
        "actor": actor,
        "imported_at": now,
        "malformed": sum(results.malformed.values()),
        "withdrawn": withdrawn,
    }
    totals = db.fetch(connection, "population/40_write_import", values)[0]
    provinces = _provinces(connection)
    db.execute(
        connection,
        "population/41_write_provinces",
        {"import_id": import_id, "provinces": db.json_value(provinces)},
    )
    return {
        "import": import_id,
        "file": path.name,
        "sha256": results.sha256,
        **{name: int(count) for name, count in totals.items()},
        "malformed_because": dict(sorted(results.malformed.items())),
        "malformed_lines": [{"line": number, "reason": why} for number, why in results.first],
        "provinces": provinces,
    }


def _provinces(connection: db.Connection) -> list[dict[str, Any]]:
    """The provinces that the file names, with their lines and their land users as they are now."""
    lines = {row["code"]: int(row["lines"]) for row in db.fetch(connection, "population/named")}
    counted = db.fetch(connection, "population/land_users", {"provinces": list(lines)})
    return [{"code": row["code"], "lines": lines[row["code"]], **_counts(row)} for row in counted]


def population_status(dsn: str, province: str | None = None) -> dict[str, Any]:
    """`population status --json`: a line per province, and totals: land_users = the sum of the four others."""
    with db.connect(dsn) as connection:
        only = None if province is None else [province]
        rows = db.fetch(connection, "population/land_users", {"provinces": only})
    provinces = [{"code": row["code"], "name": row["name"], **_counts(row)} for row in rows]
    totals = {name: sum(int(row[name]) for row in provinces) for name in COUNTS}
    return {"provinces": provinces, "totals": totals}


def _counts(row: db.Row) -> dict[str, int]:
    return {name: int(row[name]) for name in COUNTS}
