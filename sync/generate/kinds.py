"""The kinds of defects that are seeded, and what a correct check says about each.

The check codes are a contract with the validators, written down here a second time on purpose: what seeds
faults must know nothing of what finds them.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
Format = Literal["gpkg", "shapefile"]
Shape = Literal["any", "plain", "holed"]  # which parcels can carry it: a single ring, or one with a hole

BOTH: tuple[Format, ...] = ("gpkg", "shapefile")
GPKG: tuple[Format, ...] = ("gpkg",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of defect.

    rows     parcels that one defect makes faulty (2 for duplicates, both of which are named in the truth)
    leaves   the row no longer belongs to any commune of the province (dataset "-")
    formats  file formats that can hold it
    weight   how often it occurs among the defects of an ordinary commune
    """

    name: str
    check: str
    severity: Severity = "error"
    quarantined: bool = False
    rows: int = 1
    leaves: bool = False
    formats: tuple[Format, ...] = BOTH
    shape: Shape = "any"
    weight: float = 1.0


KINDS: tuple[Kind, ...] = (
    Kind("self_intersection", "GEO-INVALID", quarantined=True, shape="plain", weight=2.0),
    Kind("hole_outside_shell", "GEO-INVALID", quarantined=True, shape="plain", formats=GPKG),
    Kind("null_geometry", "GEO-NULL", quarantined=True),
    Kind("empty_geometry", "GEO-EMPTY", quarantined=True, formats=GPKG),
    Kind("zero_area", "GEO-ZERO-AREA", quarantined=True, shape="plain"),
    Kind("line_geometry", "GEO-TYPE", quarantined=True, shape="plain", formats=GPKG),
    Kind("duplicate_source_key", "IDN-DUP-SOURCE", quarantined=True, rows=2),
    Kind("duplicate_national_id", "IDN-DUP-NATIONAL", quarantined=True, rows=2),
    Kind("duplicate_sheet_number", "IDN-DUP-SHEET", quarantined=True, rows=2),
    Kind("missing_identity", "IDN-MISSING", quarantined=True, weight=0.5),
    Kind("unknown_commune", "IDN-COMMUNE-UNKNOWN", quarantined=True, leaves=True, weight=0.5),
    Kind("missing_commune", "IDN-COMMUNE-UNKNOWN", quarantined=True, leaves=True, weight=0.3),
    Kind("expired_commune", "IDN-COMMUNE-EXPIRED", quarantined=True, leaves=True, weight=0.5),
    Kind("foreign_commune", "IDN-COMMUNE-PROVINCE", quarantined=True, leaves=True, weight=0.5),
    Kind("malformed_national_id", "IDN-FORMAT", weight=2.0),
    Kind("national_id_elsewhere", "IDN-OUTSIDE", weight=2.0),
    Kind("missing_sheet_number", "IDN-SHEET-MISSING"),
    Kind("missing_parcel_number", "IDN-SHEET-MISSING"),
    Kind("missing_land_use", "ATT-REQUIRED"),
    Kind("missing_legal_area", "ATT-REQUIRED"),
    Kind("unknown_land_use", "ATT-LAND-USE", weight=2.0),
    Kind("area_mismatch", "ATT-AREA", weight=3.0),
    Kind("missing_national_id", "IDN-NATIONAL-MISSING", severity="warning"),
    Kind("legacy_land_use", "ATT-LAND-USE-LEGACY", severity="warning"),
    Kind("hole_wound_as_shell", "GEO-RING-ORDER", severity="info", shape="holed", formats=GPKG),
)

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
