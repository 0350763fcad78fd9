"""What runs of now left, as runs of before would have left it: what a migration does, undone, with the receipts of then."""

from typing import Final

from parcels.columns import RECORDS, Record
from parcels.personal import OWN_CERTIFICATE, OWN_USER
from sync.load import receipt
from tests.support.surface import Surface
from tests.support.unkeyed import hashed

# What a land user and a certificate were before 0030.
OWN: Final[dict[Record, tuple[str, ...]]] = {
    "land_user": tuple(column.name for column in OWN_USER),
    "certificate": tuple(column.name for column in OWN_CERTIFICATE),
}
_GENERATED: Final = {"land_user": "user_uid", "certificate": "certificate_uid"}
_ITEMS: Final = " UNION ALL ".join(
    [
        "SELECT parcel_uid, 'land_use_part' AS record, item_no, content_hash AS said FROM land.land_use_part",
        *(
            f"SELECT parcel_uid, '{record}', item_no, sha256(salt || content_hash) FROM land_private.{record}"
            for record in ("land_user", "certificate", "restriction", "transferee")
        ),
    ]
)


def undo_dense(there: Surface) -> None:
    """0036 and 0035: nothing is settled; handles, claims and states of objects say which run wrote them."""
    there.run("DROP TABLE ledger.settled_commune")
    there.run(
        "ALTER TABLE land.parcel_alias ADD COLUMN run_id text NOT NULL DEFAULT 'run', ADD COLUMN closed_by_run text"
    )
    there.run("ALTER TABLE land.national_id_claim ADD COLUMN run_id text NOT NULL DEFAULT 'run'")
    there.run("CREATE INDEX national_id_claim_parcel ON land.national_id_claim (parcel_uid)")
    there.run(
        "ALTER TABLE land.source_state ADD COLUMN run_id text NOT NULL DEFAULT 'run', ADD COLUMN recorded_at timestamptz"
    )


def undo_counts(there: Surface) -> None:
    """0036 to 0034: nothing counts what lives in a commune; the views that ask are made anew with the next `migrate`, reapplied."""
    undo_dense(there)
    there.run("DROP TABLE land.commune_count CASCADE")


def undo_rights(there: Surface) -> None:
    """0036 to 0030: no counters, no costs, no erasure, no rights, no pseudonyms, and no count of what came; `restate` is still to be called."""
    undo_counts(there)
    for table in ("land_user_version", "land_right_version", "population_result"):
        there.run(f"DROP TRIGGER erased_only ON land_private.{table}")
    for table in ("land_user", "land_right"):
        there.run(f"ALTER TABLE land_private.{table} DROP COLUMN erased")
    there.run("DROP TABLE ledger.erasure, ledger.stage_cost")
    there.run("ALTER TABLE ledger.receipt_column DROP COLUMN added")
    there.run("DELETE FROM ledger.receipt_column WHERE column_group = 'land_right'")
    there.run("DROP TABLE land_private.land_right, land_private.land_right_version CASCADE")
    for record, own in OWN.items():
        joined = [column.name for column in RECORDS[record] if column.name not in own]
        for table in (f"land_private.{record}", f"land_private.{record}_version"):
            for name in (_GENERATED[record], *joined):
                there.run(f"ALTER TABLE {table} DROP COLUMN {name} CASCADE")
            for place, *values in there.run(f"SELECT ctid::text || tableoid, {', '.join(own)} FROM {table}"):
                content = hashed(record, dict(zip(own, values, strict=True)), 2)
                there.run(
                    f"UPDATE {table} SET content_hash = %s WHERE ctid::text || tableoid = %s", content, place
                )
    there.run(
        "UPDATE ledger.manifest AS m SET items_hash = coalesce((SELECT sha256(string_agg("
        "convert_to(i.record || ':' || i.item_no || ';', 'UTF8') || i.said, ''::bytea ORDER BY i.record, i.item_no)) "
        f"FROM ({_ITEMS}) AS i WHERE i.parcel_uid = m.parcel_uid), sha256(''))"
    )


def restate(there: Surface, revision: str, form: int, proved: str) -> None:
    """The receipts in a form of then, the last one of each commune over what the manifest proves now (`proved`); the revision of then."""
    there.run("UPDATE ledger.receipt SET form = %s", form)
    there.run(
        "UPDATE ledger.receipt_line AS l SET manifest_sha256 = (SELECT encode(sha256(string_agg(uuid_send(m.parcel_uid) || "
        f"{proved}, ''::bytea ORDER BY m.parcel_uid)), 'hex') FROM ledger.manifest AS m WHERE m.commune_code = l.commune_code) "
        "WHERE l.commune_code IN (SELECT m.commune_code FROM ledger.manifest AS m) AND l.run_id = ("
        "SELECT x.run_id FROM ledger.receipt_line AS x JOIN ledger.receipt AS r ON r.run_id = x.run_id "
        "WHERE x.commune_code = l.commune_code ORDER BY r.sequence DESC LIMIT 1)"
    )
    previous = None
    for (run_id,) in there.run("SELECT run_id FROM ledger.receipt ORDER BY sequence"):
        there.run("UPDATE ledger.receipt SET previous_sha256 = %s WHERE run_id = %s", previous, run_id)
        head, lines, columns = (
            _told(there, table, run_id) for table in ("receipt", "receipt_line", "receipt_column")
        )
        previous = receipt.receipt_hash(head[0], lines, columns)
        there.run("UPDATE ledger.receipt SET receipt_sha256 = %s WHERE run_id = %s", previous, run_id)
    assert previous is not None
    there.run("UPDATE ledger.province_state SET receipt_sha256 = %s WHERE province_code = '01'", previous)
    there.run("UPDATE public.landsync_revision SET version_num = %s", revision)


def _told(there: Surface, table: str, run_id: str) -> list[dict[str, object]]:
    return [
        dict(row)
        for (row,) in there.run(f"SELECT to_jsonb(t) FROM ledger.{table} AS t WHERE run_id = %s", run_id)
    ]
