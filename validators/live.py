"""Live parcels as contextual checks are handed them: what the nation knew before this delivery.

Made from the database or read from a context file; the same columns either way. No personal data.
"""

import pyarrow as pa

from parcels.model import SNAPSHOT_SCHEMA
from validators.identity.handles import CLAIMS_SCHEMA, KEY_COLUMNS

__all__ = [
    "AUTHENTICATION_SCHEMA",
    "CLAIMS_SCHEMA",
    "EXPECTED_SCHEMA",
    "FEW_SCHEMA",
    "LIVE_SCHEMA",
    "RETIRED_SCHEMA",
    "WAITING_SCHEMA",
]

# Of one or several communes, a row per live parcel.
#   province_code, commune_code   where the parcel is live
#   KEY_COLUMNS                   its handles, as in a snapshot: `validators.identity.handles.names_of` works on them
#   parcel_uid                    its permanent identity; NULL for rows that are delivered now (neighbours)
#   land_use, area_m2             as stored
#   geom                          WKB, MultiPolygon, EPSG:4756, as stored
LIVE_SCHEMA = pa.schema(
    [
        pa.field("province_code", pa.string(), nullable=False),
        pa.field("commune_code", pa.string(), nullable=False),
        *[SNAPSHOT_SCHEMA.field(name) for name in KEY_COLUMNS],
        pa.field("parcel_uid", pa.string()),
        SNAPSHOT_SCHEMA.field("land_use"),
        SNAPSHOT_SCHEMA.field("area_m2"),
        SNAPSHOT_SCHEMA.field("geom"),
    ]
)

# Of a change set, a row per row: what it asks of its commune (`validators.few`).
#   source_handle, national_id   its handles, as of `validators.identity.handles`; sheet_no, parcel_no: what the third is made of
#   west … north                 the box in which land matters to it, EPSG:4756; NULL where it has none
FEW_SCHEMA = pa.schema(
    [
        pa.field("commune_code", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("source_handle", "national_id", "sheet_no", "parcel_no")),
        *(pa.field(side, pa.float64()) for side in ("west", "south", "east", "north")),
    ]
)

# Of a commune, a row per refused row that waits to be put right; see LIVE_SCHEMA.
#   parcel_uid                    the live parcel that it would have been; NULL where none is known
#   source_alias … sheet_alias    its handles; NULL where it has none of a kind
#   shape                         the hash of its geometry (`validators.identity.naming.shape_hashes`)
WAITING_SCHEMA = pa.schema(
    [
        *(
            pa.field(field.name, field.type)
            for field in LIVE_SCHEMA
            if field.name not in ("land_use", "area_m2", "geom")
        ),
        *(pa.field(name, pa.string()) for name in ("source_alias", "national_alias", "sheet_alias", "shape")),
        pa.field("geom", pa.binary()),
    ]
)

# Sheet handles of parcels that ended. What else the last of these parcels was known by tells whether it comes back.
#   source_handle  `<system>|<key>`; NULL where it had no key
RETIRED_SCHEMA = pa.schema(
    [
        pa.field("handle", pa.string(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("source_handle", pa.string()),
        pa.field("national_id", pa.string()),
    ]
)

AUTHENTICATION_SCHEMA = pa.schema(
    [
        pa.field("system", pa.string(), nullable=False),
        pa.field("land_user_key", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),  # found | mismatched | not_found
    ]
)

# What the land statistics expect of communes: of each one and figure (`validators.base.ExpectedFigure`) one row.
#   amount     parcels, or whole m²
#   source     which statistics; stated_on the day as of which they are
EXPECTED_SCHEMA = pa.schema(
    [
        pa.field("commune_code", pa.string(), nullable=False),
        pa.field("figure", pa.string(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("stated_on", pa.date32(), nullable=False),
    ]
)
