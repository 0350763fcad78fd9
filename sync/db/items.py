"""The many-valued records of a parcel: their tables, and statements over all of them, which stand in no file by hand.

An item is a land use, a land user, a certificate, a right, a restriction, a transferee. What is done with each of them is one SELECT of
sql/items, written for each record in turn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from parcels.brakes import ColumnGroup
from parcels.column import Record
from parcels.columns import PRIVATE
from sync import db

_Joiner = Literal["UNION", "UNION ALL"]


@dataclass(frozen=True, slots=True)
class Item:
    """A many-valued record.

    group  of columns, by which the brakes measure it, and the receipt counts it
    name   by which of its columns one of many, in no order, is known again when others change; none: it keeps its place in the row
    """

    record: Record
    group: ColumnGroup
    name: str | None = None

    @property
    def live(self) -> tuple[str, str]:
        """Schema and table of the living ones."""
        return LIVE[self.record]

    @property
    def version(self) -> tuple[str, str]:
        """Of the closed ones."""
        schema, table = self.live
        return schema, f"{table}_version"

    @property
    def diff(self) -> str:
        """The temporary table of what a merge changes of it."""
        return f"merge_{self.record}"


def _schema(record: Record) -> str:
    return "land_private" if record in PRIVATE else "land"


ITEMS: Final = (
    Item("land_use_part", "land_use"),
    Item("land_user", "land_user", "user_ref"),
    Item("certificate", "certificate", "certificate_ref"),
    Item("land_right", "land_right", "user_ref"),
    Item("restriction", "restriction", "restriction_kind"),
    Item("transferee", "transferee", "transferee_name"),
)
ERASABLE: Final[tuple[Record, ...]] = (
    "land_user",
    "land_right",
)  # what names a person, or says which one is meant
LIVE: Final[dict[Record, tuple[str, str]]] = {
    "parcel": ("land", "parcel"),
    **{item.record: (_schema(item.record), item.record) for item in ITEMS},
}


def said(item: Item) -> db.sql.Composable:
    """The hash of an item `i` that leaves its table, and that the manifest proves: of persons salted; of whom nothing is known any more
    the one that left it before.
    """
    if item.record not in PRIVATE:
        return db.sql.SQL("i.content_hash")
    salted = "land.salted(i.salt, i.content_hash)"
    return db.sql.SQL(f"coalesce(i.erased, {salted})" if item.record in ERASABLE else salted)


def over_items(
    name: str, also: Callable[[Item], db.Identifiers] | None = None, joiner: _Joiner = "UNION ALL"
) -> db.sql.Composable:
    """sql/items/<name>.sql for each record, joined; `also`: more of its places, for a record."""
    parts = [db.compose(f"items/{name}", {**_places(item), **(also(item) if also else {})}) for item in ITEMS]
    return db.sql.SQL(f"\n    {joiner}\n").join(parts)


def _places(item: Item) -> db.Identifiers:
    """{record} and {group} as values, {live}, {version} and {diff} as tables, {said} as of `said`."""
    return {
        "record": db.sql.Literal(item.record),
        "group": db.sql.Literal(item.group),
        "live": item.live,
        "version": item.version,
        "diff": item.diff,
        "said": said(item),
    }
