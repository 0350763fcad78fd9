"""The fields of `findings.gpkg` and `quarantine.gpkg`: name and type as programs read them, title as QGIS shows it."""

from dataclasses import dataclass

import pyarrow as pa

_TEXT, _NUMBER, _WHOLE, _YES = pa.string(), pa.float64(), pa.int64(), pa.bool_()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer. `title`: Vietnamese · English."""

    name: str
    type: pa.DataType
    title: str


_OF_PARCEL = (
    Field("old_commune", _TEXT, "Xã cũ · Old commune"),
    Field("map_set", _TEXT, "Bộ bản đồ · Map set"),
    Field("map_scale", _TEXT, "Tỷ lệ 1: · Scale"),
    Field("sheet_no", _TEXT, "Tờ · Sheet"),
    Field("parcel_no", _TEXT, "Thửa · Number"),
)
_COMMUNE = Field("commune", _TEXT, "Mã xã · Commune")
_KEY = Field("source_key", _TEXT, "Khóa của đơn vị · Own key")
_NATIONAL_ID = Field("national_id", _TEXT, "Mã định danh · National id")
_FILE = Field("file", _TEXT, "Tệp (lớp) · File (layer)")
_FILE_ROW = Field("file_row", _WHOLE, "Dòng trong tệp · Row in the file")
_ROW = Field("row_no", _WHOLE, "Tra cứu (row:) · For explain")
_CODE = Field("check_code", _TEXT, "Mã kiểm tra · Code")
_HANDLE = Field("handle", _TEXT, "Thửa đất · Parcel")
_SAID = (
    Field("message_vi", _TEXT, "Nội dung · Vietnamese"),
    Field("message_en", _TEXT, "Content · English"),
)
_FINDING = Field("finding_id", _TEXT, "Mã lỗi · Finding")

FINDINGS: tuple[Field, ...] = (
    _CODE,
    Field("severity", _TEXT, "Mức độ · Severity"),
    _COMMUNE,
    _HANDLE,
    *_OF_PARCEL,
    _KEY,
    _NATIONAL_ID,
    _FILE,
    _FILE_ROW,
    Field("others", _TEXT, "Thửa liên quan · Other parcels"),
    Field("other_file_rows", _TEXT, "Dòng của thửa liên quan · Their rows"),
    Field("other_commune", _TEXT, "Xã bên kia · Other commune"),
    *_SAID,
    Field("advice_vi", _TEXT, "Cách xử lý · What to do (Vietnamese)"),
    Field("advice_en", _TEXT, "What to do · English"),
    Field("measure", _NUMBER, "Độ lớn · Measure"),
    Field("unit", _TEXT, "Đơn vị · Unit"),
    Field("width_mm", _NUMBER, "Bề rộng (mm) · Width"),
    Field("quarantined", _YES, "Bị cách ly · Quarantined"),
    Field("state", _TEXT, "Tình trạng · State"),
    Field("first_seen", _TEXT, "Từ ngày · Since"),
    _ROW,
    _FINDING,
)
REPAIRS: tuple[Field, ...] = (
    Field("kind", _TEXT, "Loại đề xuất · Kind of proposal"),
    _CODE,
    _COMMUNE,
    _HANDLE,
    Field("neighbours", _TEXT, "Thửa liên quan · Other parcels"),
    *_SAID,
    Field("area_before_m2", _NUMBER, "Diện tích trước (m²) · Area before"),
    Field("area_after_m2", _NUMBER, "Diện tích sau (m²) · Area after"),
    Field("area_change_m2", _NUMBER, "Chênh lệch (m²) · Change of area"),
    Field("moved_mm", _NUMBER, "Ranh giới dời (mm) · Boundary moved"),
    _ROW,
    _FINDING,
    Field("repair_id", _TEXT, "Mã đề xuất · Proposal"),
)
PARCELS: tuple[Field, ...] = (
    _COMMUNE,
    _KEY,
    _NATIONAL_ID,
    *_OF_PARCEL,
    Field("land_use", _TEXT, "Loại đất · Land use"),
    Field("area_legal_m2", _NUMBER, "Diện tích pháp lý (m²) · Registered area"),
    _FILE,
    _FILE_ROW,
    _ROW,
)
QUARANTINE: tuple[Field, ...] = (
    *PARCELS[:-3],
    Field("codes", _TEXT, "Mã kiểm tra · Codes"),
    Field("reasons_vi", _TEXT, "Lý do · Reasons (Vietnamese)"),
    Field("reasons_en", _TEXT, "Reasons · English"),
    *PARCELS[-3:],
)


def schema_of(fields: tuple[Field, ...]) -> pa.Schema:
    """The fields as they are written."""
    return pa.schema([(field.name, field.type) for field in fields])


def titles_of(fields: tuple[Field, ...]) -> dict[str, str]:
    """Name → title."""
    return {field.name: field.title for field in fields}
