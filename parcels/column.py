"""What a canonical column is: its name, type, unit, meaning in both languages, and who may see it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "decimal", "date", "geometry", "uuid", "boolean"]
Record = Literal[
    "parcel", "land_use_part", "land_user", "certificate", "land_right", "restriction", "transferee"
]
Confidentiality = Literal["public", "restricted", "private"]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    delivered  a province's column map may name it
    later      it joined its record when rows had been hashed: in the hash only where it says something
    handle     it names the parcel and says nothing of it: no content from version 2 of the hash on
    """

    name: str
    kind: Kind
    vi: str
    en: str
    record: Record = "parcel"
    unit: str | None = None
    confidentiality: Confidentiality = "public"
    delivered: bool = True
    hashed: bool = True
    later: bool = False
    handle: bool = False
