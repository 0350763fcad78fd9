"""What migrations do with stored hashes: 0027 hashes persons under the key, 0028 parcels without their handles; a receipt leads there.
What 0030 does is in `sync.load.rehash_people`.

Everything in the migration's own transaction. Each speaks of columns and tables as they were then, whatever has joined since.
What somebody had changed behind the pipeline before agrees with nothing afterwards either: a new hash hides no touched row.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.column import Column
from parcels.content_hash import hash_of_columns, to_hex
from sync import db
from sync.load.keyed import key_of, portions
from sync.load.receipt import receipt_hash
from sync.run.ledger import code_version, new_run_id

# What was said of persons, up to 0029.
PERSONS: dict[str, tuple[Column, ...]] = {
    "land_user": (
        Column("land_user_name", "text", "", ""),
        Column("land_user_id_number", "text", "", ""),
        Column("land_user_birth_year", "integer", "", ""),
        Column("land_user_key", "text", "", "", later=True),
    ),
    "certificate": (
        Column("certificate_no", "text", "", ""),
        Column("certificate_issued_on", "date", "", ""),
    ),
}
_ROW = pa.schema(
    [
        ("parcel_uid", pa.string()),
        ("item_no", pa.int16()),
        ("recorded_from", pa.string()),
        ("late_row", pa.int64()),
        ("stored", pa.string()),
    ]
)
_NOTHING = hashlib.sha256(b"").hexdigest()  # no octet was delivered
PERSONS_CLOSED = ["land_private.land_user_version", "land_private.certificate_version"]
_PARCELS = (("land", "parcel_version"), ("land", "parcel"))


def rehash(connection: db.Connection) -> None:
    """0027: hash what is stored of persons anew. Without any, no key is asked for."""
    provinces = [str(row["province_code"]) for row in db.fetch(connection, "rehash/provinces")]
    if provinces:
        key = key_of(connection, remember=True)
        db.execute(connection, "rehash/create_hashes")
        db.execute(connection, "rehash/triggers", {"turn": "DISABLE", "tables": PERSONS_CLOSED})
        for province in provinces:
            _province(connection, province, key.store(province))
        db.execute(connection, "rehash/triggers", {"turn": "ENABLE", "tables": PERSONS_CLOSED})
        db.execute(connection, "rehash/drop_hashes")
    db.execute(connection, "rehash/keyed")


def _province(connection: db.Connection, province: str, key: bytes) -> None:
    of = {"province": province}
    chain = db.fetch(connection, "rehash/lock_chain", of)[0]
    db.execute(connection, "rehash/intact", of)
    agreed(connection, province, "m.content_hash || m.items_hash")
    for record in PERSONS:
        _table(connection, province, key, record, "live", ("land_private", record))
        _table(connection, province, key, record, "version", ("land_private", f"{record}_version"))
    db.execute(connection, "rehash/manifest", of)
    receipt_behind(connection, province, chain, 3, "m.content_hash || m.items_hash")
    db.execute(connection, "rehash/done")


def _table(
    connection: db.Connection, province: str, key: bytes, record: str, rows: str, table: tuple[str, str]
) -> None:
    columns = PERSONS[record]
    for part in portions(connection, f"rehash/{rows}", province, table, columns, _ROW):
        before = hash_of_columns(part, columns, f"landsync.{record}.v1;")
        hashes, touched = anew(part, record, columns, before, key)
        named = part.select(["parcel_uid", "item_no", "recorded_from", "late_row"])
        named = named.append_column("content_hash", hashes).append_column("touched", touched)
        db.copy_in(connection, ("pg_temp", "rehash_hashes"), named)
        db.execute(connection, f"rehash/write_{rows}", {"province": province}, {"table": table})
        if rows == "live":
            db.execute(connection, "rehash/touched")
        db.execute(connection, "rehash/empty_hashes")


def anew(
    part: pa.Table, record: str, columns: Sequence[Column], before: pa.Array, key: bytes
) -> tuple[pa.Array, pa.Array]:
    """The new content hashes of rows of persons, as the database reads octets, over `columns`; and which rows were touched: what was
    `stored` is not the hash that their values had, `before`. Of these the new one is not that of their values either.
    """
    touched = pc.not_equal(pc.utf8_upper(one_array(part["stored"])), to_hex(before))
    now = hash_of_columns(part, columns, f"landsync.{record}.v2;", key=key)
    if pc.any(touched).as_py():
        other = hash_of_columns(part, columns, f"landsync.{record}.v2.touched;", key=key)
        now = pc.if_else(touched, other, now)
    return octets(now), touched


def octets(hashes: pa.Array) -> pa.Array:
    """Hashes as the database reads them."""
    return pc.binary_join_element_wise("\\x", to_hex(hashes), "")


def rehash_parcels(connection: db.Connection) -> None:
    """0028: hash every parcel anew, closed versions too: what is said of it, without the key and the system by which it goes."""
    provinces = [str(row["province_code"]) for row in db.fetch(connection, "rehash/provinces_of_parcels")]
    if provinces:
        closed = {"tables": ["land.parcel_version"]}
        db.execute(connection, "rehash/create_fields")
        db.execute(connection, "rehash/triggers", {"turn": "DISABLE", **closed})
        for province in provinces:
            _parcels(connection, province)
        db.execute(connection, "rehash/triggers", {"turn": "ENABLE", **closed})
        db.execute(connection, "rehash/drop_fields")
    db.execute(connection, "rehash/without_handles")


def _parcels(connection: db.Connection, province: str) -> None:
    of = {"province": province}
    chain = db.fetch(connection, "rehash/lock_chain", of)[0]
    agreed(connection, province, "m.content_hash || m.items_hash")
    for table in _PARCELS:
        late_row = db.sql.SQL("p.late_row" if table[1] == "parcel_version" else "0::bigint")
        names: db.Identifiers = {"table": table, "late_row": late_row}
        db.execute(connection, "rehash/parcels", of, names)
        db.execute(connection, "rehash/write_parcels", of, names)
        if table[1] == "parcel":
            db.execute(connection, "rehash/manifest_of_parcels", of)
        db.execute(connection, "rehash/drop_parcels")
    receipt_behind(connection, province, chain, 4, "m.content_hash || m.handle_hash || m.items_hash")
    db.execute(connection, "rehash/drop_agreed")


def agreed(connection: db.Connection, province: str, proved: str) -> None:
    """Note which communes' manifest agrees with their last receipt. proved: as of `receipt_behind`."""
    db.execute(connection, "rehash/agreed", {"province": province}, {"proved": db.sql.SQL(proved)})


def receipt_behind(connection: db.Connection, province: str, chain: db.Row, form: int, proved: str) -> None:
    """A receipt behind the last one, of the communes that agreed with theirs: no row, no parcel, another digest.

    proved  what the digest covers of a parcel beside its uid
    """
    digest: db.Identifiers = {"proved": db.sql.SQL(proved)}
    lines = db.fetch(connection, "rehash/lines", {"province": province}, digest)
    if not lines:
        return
    head = {
        "run_id": new_run_id(province),
        "province_code": province,
        "form": form,
        "sequence": chain["receipt_sequence"] + 1,
        "delivery_sha256": _NOTHING,
        "snapshot_sha256": _NOTHING,
        "previous_sha256": chain["receipt_sha256"],
    }
    head["receipt_sha256"] = receipt_hash(head, lines)
    values = {
        **head,
        "province": province,
        "now": datetime.now(UTC),
        "code_version": code_version(),
        "lines": db.json_value(lines),
    }
    for name in ("run", "receipt", "receipt_lines", "advance_chain"):
        db.execute(connection, f"rehash/{name}", values)
