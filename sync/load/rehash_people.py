"""What migration 0030 does: whoever is stored as a land user, and every certificate, gets a pseudonym, and a right ties them together.

As in `sync.load.rehash`: in the migration's own transaction, of columns and tables as they were then, and what somebody had changed
behind the pipeline agrees with nothing afterwards either. Until then a parcel had one user and one certificate at most, so its right
is the one that a delivery makes of a row: nothing is said of it but whose it is. Rights that had ended before are not made up.
"""

from typing import Final, Literal

import numpy as np
import pyarrow as pa

from parcels.column import Column, Kind
from parcels.content_hash import hash_of_columns
from parcels.model import ARROW_TYPES
from parcels.text import nfc
from sync import db
from sync.load.keyed import key_of, portions
from sync.load.refs import BOUND, CONTENT, REF, Entity, refs_of
from sync.load.rehash import PERSONS, PERSONS_CLOSED, agreed, anew, octets, receipt_behind


def _layout(*, later: bool = True, **kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind, "", "", later=later) for name, kind in kinds.items())


# What joined the records of before, and a right as it was then, in the order of their hashes.
_JOINED: Final[dict[Entity, tuple[Column, ...]]] = {
    "land_user": _layout(
        land_user_kind="text",
        land_user_birth_date="date",
        land_user_gender="text",
        land_user_address="text",
        land_user_deceased_on="date",
        land_user_state="text",
        user_ref="uuid",
        user_bound="boolean",
    ),
    "certificate": _layout(
        certificate_key="text",
        certificate_book_no="text",
        certificate_state="text",
        certificate_ended_on="date",
        certificate_replaced_by="text",
        certificate_ref="uuid",
        certificate_bound="boolean",
    ),
}
_RIGHT: Final = _layout(
    later=False,
    user_ref="uuid",
    certificate_ref="uuid",
    right_role="text",
    right_form="text",
    share_numerator="integer",
    share_denominator="integer",
    right_from="date",
    right_to="date",
)
_ITEM: Final = pa.schema(
    [
        ("parcel_uid", pa.string()),
        ("item_no", pa.int16()),
        ("recorded_from", pa.string()),
        ("late_row", pa.int64()),
        ("stored", pa.string()),
        ("source_system", pa.string()),
    ]
)
_TIED: Final = pa.schema(
    [
        ("province_code", pa.string()),
        ("parcel_uid", pa.string()),
        ("item_no", pa.int16()),
        ("hash_version", pa.int16()),
        ("recorded_from", pa.string()),
        ("run_id", pa.string()),
    ]
)
_PROVED: Final = "m.content_hash || m.handle_hash || m.items_hash"


def give_pseudonyms(connection: db.Connection) -> None:
    """0030: pseudonyms of whoever is stored, and rights of what lives. Without anybody stored, no key is asked for."""
    provinces = [str(row["province_code"]) for row in db.fetch(connection, "rehash/provinces")]
    if provinces:
        key = key_of(connection, remember=True)
        db.execute(connection, "rehash/create_refs")
        db.execute(connection, "rehash/triggers", {"turn": "DISABLE", "tables": PERSONS_CLOSED})
        for province in provinces:
            _province(connection, province, key.store(province))
        db.execute(connection, "rehash/triggers", {"turn": "ENABLE", "tables": PERSONS_CLOSED})
        db.execute(connection, "rehash/drop_hashes")
    db.execute(connection, "rehash/with_refs")


def _province(connection: db.Connection, province: str, key: bytes) -> None:
    of = {"province": province}
    chain = db.fetch(connection, "rehash/lock_chain", of)[0]
    agreed(connection, province, _PROVED)
    digests: db.Identifiers = {"digests": db.compose("rehash/digests_of_holders")}
    db.execute(connection, "rehash/intact_of_holders", of, digests)
    for entity in CONTENT:
        _items(connection, province, key, entity, "live")
        _items(connection, province, key, entity, "closed")
    _rights(connection, province, key)
    db.execute(connection, "rehash/manifest_of_holders", of, digests)
    receipt_behind(connection, province, chain, 4, _PROVED)
    db.execute(connection, "rehash/done")


def _items(
    connection: db.Connection, province: str, key: bytes, entity: Entity, rows: Literal["live", "closed"]
) -> None:
    columns = (*PERSONS[entity], *_JOINED[entity])
    table = ("land_private", entity if rows == "live" else f"{entity}_version")
    names: db.Identifiers = {"table": table, "ref": REF[entity], "bound": BOUND[entity]}
    for part in portions(connection, f"rehash/{rows}_without_refs", province, table, PERSONS[entity], _ITEM):
        before = hash_of_columns(part, PERSONS[entity], f"landsync.{entity}.v2;", key=key)
        ref, bound = refs_of(entity, _said(entity, part, rows), key)
        nothing = {
            column.name: pa.nulls(part.num_rows, ARROW_TYPES[column.kind]) for column in _JOINED[entity]
        }
        told = {name: part[name] for name in part.column_names}
        whole = pa.table({**told, **nothing, REF[entity]: ref, BOUND[entity]: bound})
        hashes, touched = anew(whole, entity, columns, before, key)
        named = part.select(["parcel_uid", "item_no", "recorded_from", "late_row"])
        for name, values in (("ref", ref), ("bound", bound), ("content_hash", hashes), ("touched", touched)):
            named = named.append_column(name, values)
        db.copy_in(connection, ("pg_temp", "rehash_hashes"), named)
        db.execute(connection, f"rehash/write_{rows}_refs", {"province": province}, names)
        if rows == "live":
            db.execute(connection, "rehash/touched")
        db.execute(connection, "rehash/empty_hashes")


def _said(entity: Entity, part: pa.Table, rows: str) -> pa.Table:
    """The same as a delivery says it; of what lives a parcel is its row, and each closed one is by itself, for they were never there
    together. What joins later, nobody had said.
    """
    parcel = part["parcel_uid"].combine_chunks()
    row_no = parcel.dictionary_encode().indices if rows == "live" else pa.array(np.arange(len(parcel)))
    said = {"row_no": row_no, "source_system": part["source_system"]}
    for column in CONTENT[entity]:
        if column.name in part.column_names:
            values = part[column.name].combine_chunks()
            said[column.name] = nfc(values) if column.kind == "text" else values
        else:
            said[column.name] = pa.nulls(part.num_rows, ARROW_TYPES[column.kind])
    return pa.table(said)


def _rights(connection: db.Connection, province: str, key: bytes) -> None:
    for part in portions(connection, "rehash/rights", province, ("land", "parcel"), _RIGHT, _TIED):
        hashes = hash_of_columns(part, _RIGHT, "landsync.land_right.v2;", key=key)
        db.copy_in(
            connection, ("land_private", "land_right"), part.append_column("content_hash", octets(hashes))
        )
