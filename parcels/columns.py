"""Every canonical column once: name, type, unit, meaning in both languages, confidentiality.

The table test, `conform`, the content hash, the statements that handle a record as a whole, the
comments in the database and `docs/columns.md` all read this list. The order of a record's columns is the order of its content hash: never reorder,
never change a column in place; a new column goes to the end of its record and is `later`, so that what was hashed
before hashes the same. Any other new layout is a new version of the hash.
"""

from collections.abc import Iterator

from parcels.column import Column, Record
from parcels.personal import CERTIFICATE, LAND_RIGHT, LAND_USER, RESTRICTION, TRANSFEREE

HASH_VERSIONS: dict[Record, int] = {
    "parcel": 2,
    "land_use_part": 1,
    "land_user": 2,
    "certificate": 2,
    # Version 2 is their first: with it hashes of persons got a key.
    "land_right": 2,
    "restriction": 2,
    "transferee": 2,
}
DECIMAL_PLACES = 4  # stored areas: numeric(18,4), hashed as whole numbers of 0.0001 m²

# The parcel as stored in land.parcel, in hash order.
PARCEL: tuple[Column, ...] = (
    Column(
        "commune_code",
        "text",
        "Mã đơn vị hành chính cấp xã (5 chữ số)",
        "Commune code, 5 digits",
        handle=True,
    ),
    Column("sheet_no", "text", "Số hiệu tờ bản đồ địa chính", "Cadastral map sheet number"),
    Column("parcel_no", "text", "Số thứ tự thửa đất trên tờ bản đồ", "Parcel number on its sheet"),
    Column("map_scale", "text", "Mẫu số tỷ lệ bản đồ", "Denominator of the map scale"),
    Column(
        "map_set",
        "text",
        "Bộ bản đồ (khi một xã có nhiều bộ)",
        "Map set, where a commune has several",
    ),
    Column(
        "national_id",
        "text",
        "Mã định danh thửa đất (GeoHash 12 ký tự)",
        "National parcel id, a 12-character GeoHash",
    ),
    Column("source_system", "text", "Hệ thống nguồn", "Source system", delivered=False, handle=True),
    Column(
        "source_key",
        "text",
        "Khóa đối tượng trong hệ thống nguồn",
        "Object id in the source system",
        handle=True,
    ),
    Column(
        "land_use",
        "text",
        "Loại đất, có thể ghép (ví dụ ONT+CLN)",
        "Land-use codes, may be compound (such as ONT+CLN)",
    ),
    Column("area_legal_m2", "decimal", "Diện tích pháp lý", "Registered area", unit="m²"),
    Column("address", "text", "Địa chỉ thửa đất", "Address of the parcel"),
    Column("surveyed_on", "date", "Ngày đo đạc", "Date of survey"),
    Column(
        "valid_from",
        "date",
        "Ngày trạng thái này của thửa đất có hiệu lực, theo nguồn",
        "Date from which this state of the parcel holds, as the source says it",
    ),
    Column(
        "source_srid",
        "integer",
        "Mã EPSG của dữ liệu giao nộp",
        "EPSG code of the delivered coordinates",
        delivered=False,
    ),
    Column(
        "area_m2",
        "decimal",
        "Diện tích tính trong múi chiếu của dữ liệu giao nộp",
        "Area computed in the zone of the delivery",
        unit="m²",
        delivered=False,
    ),
    Column(
        "geom",
        "geometry",
        "Ranh giới thửa đất (VN-2000, EPSG:4756)",
        "Boundary of the parcel (VN-2000, EPSG:4756)",
        unit="°",
        delivered=False,
    ),
    Column(
        "established_on",
        "date",
        "Ngày thửa đất được hình thành",
        "Date on which the parcel itself was legally established",
        later=True,
    ),
)

# A parcel has many uses, land users, certificates, rights, restrictions, transferees: versioned and hashed the same way.
LAND_USE_PART: tuple[Column, ...] = (
    Column("land_use_code", "text", "Mã loại đất", "Land-use code", "land_use_part", delivered=False),
    Column(
        "use_area_m2",
        "decimal",
        "Diện tích theo loại đất",
        "Area under this use",
        "land_use_part",
        unit="m²",
        delivered=False,
    ),
)

RECORDS: dict[Record, tuple[Column, ...]] = {
    "parcel": PARCEL,
    "land_use_part": LAND_USE_PART,
    "land_user": LAND_USER,
    "certificate": CERTIFICATE,
    "land_right": LAND_RIGHT,
    "restriction": RESTRICTION,
    "transferee": TRANSFEREE,
}

# What only tables and forms of people bring, any number of a parcel: a delivery without them says nothing of it, and what is known
# stays. It comes and goes: that a parcel is as it once was is ordinary.
COME_AND_GO: tuple[Record, ...] = ("restriction", "transferee")

# What says something of persons: from version 2 on hashed under a key, so that nobody finds a number by trying.
PRIVATE: frozenset[Record] = frozenset(
    record
    for record, columns in RECORDS.items()
    if any(column.confidentiality == "private" for column in columns)
)


def hashed_columns(record: Record, version: int | None = None) -> tuple[Column, ...]:
    """What is content of a record, in the order of its hash; in the version that is written now, or an earlier one."""
    version = version or HASH_VERSIONS[record]
    return tuple(
        column for column in RECORDS[record] if column.hashed and not (version > 1 and column.handle)
    )


# Delivered beside the records, kept in the snapshot, not stored as columns of their own.
DELIVERED_ONLY: tuple[Column, ...] = (
    Column(
        "source_version",
        "text",
        "Phiên bản của đối tượng nguồn",
        "Version of the source object",
        hashed=False,
    ),
    Column(
        "action",
        "text",
        "Biến động: insert, update hoặc end (chỉ trong gói biến động)",
        "What a row of a change set does: insert, update or end",
        hashed=False,
    ),
    Column(
        "valid_to",
        "date",
        "Ngày thửa đất, hoặc phiên bản đến muộn này, hết hiệu lực",
        "Date from which the parcel, or this late version of it, no longer holds",
        hashed=False,
    ),
    Column(
        "land_use_areas",
        "text",
        "Diện tích từng loại đất, cùng thứ tự, nối bằng dấu +",
        "Area of each use in the same order, joined by +",
        unit="m²",
        hashed=False,
    ),
    Column(
        "old_commune_code",
        "text",
        "Mã đơn vị hành chính cấp xã cũ, trước 01/7/2025, nơi lập tờ bản đồ",
        "Code of the commune of before 1 July 2025 for which the sheet was drawn",
        hashed=False,
    ),
    Column(
        "predecessor_keys",
        "text",
        "Khóa của các thửa đất trước mà thửa này được lập từ đó, nối bằng dấu ;",
        "Keys of the parcels of before of which this one was made, joined by ;",
        hashed=False,
    ),
    Column(
        "predecessor_numbers",
        "text",
        "Tờ/thửa cũ trong cùng xã của các thửa đất trước, nối bằng dấu ;",
        "Sheet/number, in the same commune, of the parcels of before, joined by ;",
        hashed=False,
    ),
)


def delivered_columns() -> Iterator[Column]:
    """The columns that a province's column map may name, geometry aside."""
    for columns in RECORDS.values():
        yield from (column for column in columns if column.delivered)
    yield from DELIVERED_ONLY


def by_name() -> dict[str, Column]:
    """Every canonical column by its name."""
    everything = [column for columns in RECORDS.values() for column in columns] + list(DELIVERED_ONLY)
    return {column.name: column for column in everything}
