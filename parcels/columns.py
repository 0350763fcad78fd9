"""Every canonical column once: name, type, unit, meaning in both languages, confidentiality.

The table test, `conform`, the content hash, the statements that handle a record as a whole, the
comments in the database and `docs/columns.md` all read this list. The order of a record's columns is the order of its content hash: never reorder,
never change a column in place; a new column goes to the end of its record and is `later`, so that what was hashed
before hashes the same. Any other new layout is a new version of the hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "decimal", "date", "geometry"]
Record = Literal["parcel", "land_use_part", "land_user", "certificate"]
Confidentiality = Literal["public", "restricted", "private"]

HASH_VERSIONS: dict[Record, int] = {"parcel": 2, "land_use_part": 1, "land_user": 2, "certificate": 2}
DECIMAL_PLACES = 4  # stored areas: numeric(18,4), hashed as whole numbers of 0.0001 m²


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

# A parcel has many uses, land users and certificates: versioned and hashed the same way.
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
LAND_USER: tuple[Column, ...] = (
    Column(
        "land_user_name",
        "text",
        "Tên người sử dụng đất",
        "Name of the land user",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_id_number",
        "text",
        "Số định danh cá nhân / mã số tổ chức",
        "Personal or organisation id number",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_birth_year",
        "integer",
        "Năm sinh",
        "Year of birth",
        "land_user",
        confidentiality="private",
    ),
    Column(
        "land_user_key",
        "text",
        "Khóa của người sử dụng đất trong hệ thống nguồn",
        "Id of the land user in the source system",
        "land_user",
        confidentiality="private",
        later=True,
    ),
)
CERTIFICATE: tuple[Column, ...] = (
    Column(
        "certificate_no",
        "text",
        "Số phát hành Giấy chứng nhận",
        "Serial number of the certificate",
        "certificate",
        confidentiality="private",
    ),
    Column(
        "certificate_issued_on",
        "date",
        "Ngày cấp Giấy chứng nhận",
        "Date the certificate was issued",
        "certificate",
        confidentiality="private",
    ),
)

RECORDS: dict[Record, tuple[Column, ...]] = {
    "parcel": PARCEL,
    "land_use_part": LAND_USE_PART,
    "land_user": LAND_USER,
    "certificate": CERTIFICATE,
}

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
