"""What the merge's statements over many-valued records are filled with: tables and columns of one, or a list over all of them."""

from collections.abc import Mapping
from typing import Any

from parcels.columns import COME_AND_GO, HASH_VERSIONS
from sync import db
from sync.db.columns import columns_of, listed
from sync.db.items import ERASABLE, Item, over_items

_OWN_CHANGES = (
    "WHERE NOT EXISTS (SELECT FROM merge_land_user AS x WHERE x.parcel_uid = d.parcel_uid) "
    "AND NOT EXISTS (SELECT FROM merge_certificate AS x WHERE x.parcel_uid = d.parcel_uid)"
)


_BUT_ERASED = "AND NOT EXISTS (SELECT FROM {live} AS x WHERE x.province_code = %(province)s AND x.parcel_uid = t.source_uid AND x.erased IS NOT NULL)"


def over_all_items() -> db.Identifiers:
    """The lists over all records, of the statements that need one."""
    return {
        "differing": over_items("differing", joiner="UNION"),
        "passing": over_items("passing"),
        "touched": over_items("touched"),
    }


def item_values(item: Item, spoken: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The values of a statement about one record. `spoken`: of which communes the delivery says what comes and goes; NULL for what
    every row says."""
    comes_and_goes = item.record in COME_AND_GO
    return {
        "record": item.record,
        "group": item.group,
        "hash_version": HASH_VERSIONS[item.record],
        "comes_and_goes": comes_and_goes,
        "spoken": list(spoken.get(item.record, ())) if comes_and_goes else None,
    }


def item_identifiers(item: Item, staged: tuple[str, str]) -> db.Identifiers:
    """Its tables and columns. `place`: what is compared with what, within a row: items with the same number; where the number of
    a staged one says nothing yet, the contents in their order."""
    in_order = "row_number() OVER (PARTITION BY t.row_no ORDER BY i.content_hash)"
    return {
        "diff": item.diff,
        "staged": staged,
        "live": item.live,
        "version": item.version,
        "columns": columns_of(item.record),
        "live_columns": columns_of(item.record, "i"),
        "staged_columns": columns_of(item.record, "s"),
        "live_name": listed([item.name] if item.name else [], "i"),
        "staged_name": listed([item.name] if item.name else [], "s"),
        "and_in_place": db.sql.SQL("" if item.name else "AND v.item_no = d.item_no"),
        "but_of_others": db.sql.SQL(_OWN_CHANGES if item.record == "land_right" else ""),
        "but_erased": db.sql.SQL(_BUT_ERASED).format(live=db.sql.Identifier(*item.live))
        if item.record in ERASABLE
        else db.sql.SQL(""),
        "place": db.sql.SQL(in_order if item.name else "i.item_no"),
    }
