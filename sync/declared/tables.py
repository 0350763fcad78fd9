"""`[tables]` of a profile: how tables of users, certificates, rights and restrictions are read that a delivery brings beside its
parcels, each with the key of its source and the keys of what it belongs to.
"""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parcels.bilingual import Bilingual
from parcels.people import CERTIFICATES, RESTRICTION, RIGHT, USER, PeopleColumn
from sync.declared.mapped import Joined, Text
from sync.declared.tomlfile import WrongValue, aside, nearest

Holds = Literal["users", "certificates", "rights", "restrictions"]
PARCEL_KEY: Final = "parcel_key"  # of rights and restrictions: the source key of the parcel
RECORDS: Final[dict[Holds, tuple[PeopleColumn, ...]]] = {
    "users": USER,
    "certificates": CERTIFICATES,
    "rights": RIGHT,
    "restrictions": RESTRICTION,
}
# What a row is known by, or belongs to: without it no row of the table means anything.
KEYS: Final[dict[Holds, str]] = {
    "users": "land_user_key",
    "certificates": "certificate_key",
    "rights": PARCEL_KEY,
    "restrictions": PARCEL_KEY,
}
NAMED: Final[tuple[Holds, ...]] = ("users", "certificates")  # what a right names beside its parcel
_NAMES: Final = tuple(KEYS[holds] for holds in NAMED)


class TableMap(BaseModel):
    """How one kind of table is read.

    layer    the name of its layer, sheet or file: by it the table is found where delivery.toml names none
    columns  canonical name (of parcels.people, and parcel_key) → the delivered column, or several joined
    values   canonical name → delivered word → allowed value, beside the allowed terms themselves
    assumed  nobody at that system has confirmed its names
    read     kind of source → its own settings, for tables
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: Text | None = None
    columns: dict[str, Text | Joined]
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    assumed: bool = False
    read: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def _refuse_strange(self, holds: Holds) -> None:
        known = names_of(holds)
        for name in (*self.columns, *self.values):
            if name not in known:
                hint = aside(nearest(name, known))
                raise WrongValue(
                    Bilingual(
                        f"bảng {holds} không có cột «{name}»{hint.vi}",
                        f"a table of {holds} has no column “{name}”{hint.en}",
                    )
                )
        needed = [KEYS[holds]] + ([] if holds != "rights" or set(_NAMES) & set(self.columns) else [_NAMES[0]])
        for name in needed:
            if name not in self.columns:
                raise WrongValue(
                    Bilingual(
                        f"bảng {holds} phải khai cột cho {name}: không có khóa thì không nối được dòng nào",
                        f"a table of {holds} must say which column {name} is: without the key no row can be joined",
                    )
                )


class TableMaps(BaseModel):
    """The tables of people of a province, by what they hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: TableMap | None = None
    certificates: TableMap | None = None
    rights: TableMap | None = None
    restrictions: TableMap | None = None

    @model_validator(mode="after")
    def _of_their_records(self) -> "TableMaps":
        for holds, said in self.said().items():
            said._refuse_strange(holds)
        return self

    def said(self) -> dict[Holds, TableMap]:
        """Those that there are."""
        every: dict[Holds, TableMap | None] = {
            "users": self.users,
            "certificates": self.certificates,
            "rights": self.rights,
            "restrictions": self.restrictions,
        }
        return {holds: one for holds, one in every.items() if one is not None}


def names_of(holds: Holds) -> tuple[str, ...]:
    """The canonical columns that a table of this kind may have: its record's, and the keys of what a row belongs to."""
    record = tuple(column.name for column in RECORDS[holds])
    if holds == "rights":
        return (PARCEL_KEY, *_NAMES, *record)
    return (PARCEL_KEY, *record) if holds == "restrictions" else record
