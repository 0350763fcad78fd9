"""Reconciliation: do the rows in the database still say what the last accepted run left there?

Hashes are recomputed from the values and compared with the manifest of the last accepted run; the manifest's own
digest is compared with the one in that run's receipt. Of persons in two halves: the database holds their stored hashes against the
manifest, and here, where the key is, their values are held against the stored hashes. What lawfully differs from a snapshot (stale, held, not
ended) is in the manifest too, so it raises no alarm.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels.columns import PRIVATE, hashed_columns
from parcels.content_hash import content_hash, to_hex
from sync import db
from sync.db.columns import hashed_columns_of
from sync.db.items import LIVE, Item, over_items, said
from sync.known.gaps import open_gaps, told
from sync.load import receipt
from sync.load.keyed import key_of, portions
from sync.platform.addresses import resolve_dsn
from sync.settings import settings

LOG = logging.getLogger(__name__)


def reconcile(provinces: Iterable[str] | None, actor: str, *, dsn: str | None = None) -> dict[str, Any]:
    """Compare every commune of the provinces (all, when None); write each result to the ledger.

    Returns `agrees` and, per province, how many communes were compared and every difference: the commune, the
    parcel and its kind (added, deleted, changed, stored_hash_changed, manifest_changed, handles_changed, items_changed; and per
    commune count, area, manifest, counter; and per province receipt, erased); how many persons were erased by law; and the open gaps. These two
    are no difference: the centre is as its runs left it, and knows that changes have not come. ComponentMissing where the key is not there: without it
    nothing can be said to agree.
    """
    address = dsn or resolve_dsn(settings())
    wanted = list(provinces) if provinces is not None else _all_provinces(address)
    results = [_province(address, code, actor) for code in wanted]
    return {"agrees": all(not result["differences"] for result in results), "provinces": results}


def _all_provinces(dsn: str) -> list[str]:
    with db.connect(dsn) as connection:
        return [str(row["province_code"]) for row in db.fetch(connection, "reconcile/provinces")]


def _province(dsn: str, province: str, actor: str) -> dict[str, Any]:
    started = datetime.now(UTC)
    values = {"province": province}
    with db.connect(dsn) as connection:
        # One snapshot of the data for all the comparisons: a run that commits meanwhile is seen whole or not at all.
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        key = key_of(connection).store(province)
        communes = db.fetch(connection, "reconcile/communes", values)
        erased = db.fetch(connection, "reconcile/erased", values)
        gaps = told(open_gaps(connection, province))
        differences = [
            {"commune": row["commune_code"], "parcel": row["parcel_uid"], "kind": row["kind"]}
            for row in db.fetch(connection, "reconcile/parcels", values, _hashed_columns())
        ]
        told_of = {difference["parcel"] for difference in differences}
        differences += [
            {"commune": commune, "parcel": parcel, "kind": "items_changed"}
            for parcel, commune in sorted(_changed_persons(connection, province, key).items())
            if parcel not in told_of
        ]
    differences += [
        {"commune": None, "parcel": None, "kind": "erased"} for row in erased if not row["agrees"]
    ]
    differences += [difference for row in communes for difference in _commune_differences(row)]
    differences += [
        {"commune": None, "parcel": None, "kind": f"receipt_{fault['fault']}", "run": fault["run"]}
        for fault in receipt.verify(dsn, province)
    ]
    with db.connect(dsn) as connection:
        db.execute(
            connection,
            "ledger/write_reconciliation",
            {
                "province": province,
                "actor": actor,
                "started_at": started,
                "agrees": not differences,
                "communes_compared": len(communes),
                "differences": db.json_value(differences),
            },
        )
    LOG.info("reconciled province %s: %s communes, %s differences", province, len(communes), len(differences))
    return {
        "code": province,
        "communes_compared": len(communes),
        "differences": differences,
        "erased": sum(row["told"] for row in erased),
        "gaps": gaps,
    }


def _hashed_columns() -> db.Identifiers:
    """The arguments of the parcel's hash function, and what is proved of every item: of persons their stored hashes."""

    def proved(item: Item) -> db.Identifiers:
        if item.record in PRIVATE:
            return {"proved": said(item)}
        function = db.sql.Identifier("land", f"{item.record}_hash")
        return {"proved": db.sql.SQL("{}({})").format(function, hashed_columns_of(item.record, "i"))}

    return {"parcel": hashed_columns_of("parcel", "p"), "proved": over_items("proved", proved)}


_PERSONS = pa.schema([("commune", pa.string()), ("parcel", pa.string()), ("stored", pa.string())])


def _changed_persons(connection: db.Connection, province: str, key: bytes) -> dict[str, str]:
    """Parcels of which a land user or a certificate is not what was hashed, with their communes."""
    changed: dict[str, str] = {}
    for record in sorted(PRIVATE):
        columns = hashed_columns(record)
        for part in portions(connection, "reconcile/persons", province, LIVE[record], columns, _PERSONS):
            hashes = to_hex(content_hash(part, record, key=key))
            other = part.filter(pc.not_equal(pc.utf8_upper(part["stored"]), hashes))
            changed |= dict(zip(other["parcel"].to_pylist(), other["commune"].to_pylist(), strict=True))
    return changed


def _commune_differences(row: db.Row) -> list[dict[str, Any]]:
    """Differences of a commune as a whole: number of parcels, sum of areas, the manifest itself, its counter."""
    kinds = []
    if row["live_parcels"] != row["receipt_parcels"]:
        kinds.append("count")
    if row["live_area"] != row["receipt_area"]:
        kinds.append("area")
    if not row["manifest_untouched"]:
        kinds.append("manifest")
    if not row["counter_agrees"]:
        kinds.append("counter")
    return [{"commune": row["commune_code"], "parcel": None, "kind": kind} for kind in kinds]
