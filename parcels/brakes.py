"""What is measured of a delivery before anything of it is written, and the groups of columns it is measured by."""

from typing import Literal, TypeAlias

# Of the columns of a parcel; its key in the source's system and its marks belong to none.
ColumnGroup: TypeAlias = Literal[
    "geometry",
    "land_use",
    "area",
    "address",
    "national_id",
    "number",
    "land_user",
    "certificate",
    "land_right",
    "restriction",
    "transferee",
]

# LOSS, GROWTH    parcels that would end or leave; that are new or come
# AREA            the commune's sum of areas
# SHIFTED         moved by one and the same vector; SCALED: grown or shrunk by one and the same factor
# FAR             further than 5 m; OUTSIDE: to where the commune had no land; NEIGHBOUR: onto another commune's parcels
# CHANGED         another value than before; EMPTIED: none where there was one
# UNIFORM         one and the same new value; DUPLICATED: fewer different values than before
# SHUFFLED        the value that another parcel had before
# EARLIER         as a closed version of the same parcel was
# REFUSED         more rows quarantined or unreadable than last time
Measure: TypeAlias = Literal[
    "LOSS",
    "GROWTH",
    "AREA",
    "SHIFTED",
    "SCALED",
    "FAR",
    "OUTSIDE",
    "NEIGHBOUR",
    "CHANGED",
    "EMPTIED",
    "UNIFORM",
    "DUPLICATED",
    "SHUFFLED",
    "EARLIER",
    "REFUSED",
]
