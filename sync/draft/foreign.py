"""What does not apply to a cadastre outside Vietnam: check code = why, for the profile's [not_applicable]."""

from parcels.bilingual import Bilingual

_NO_CODES = Bilingual(
    "Dữ liệu nước ngoài không có mã xã của Việt Nam", "a foreign cadastre has no Vietnamese commune codes"
)
_NO_IDS = Bilingual(
    "Dữ liệu nước ngoài không có mã định danh thửa đất", "a foreign cadastre has no national parcel ids"
)
_NOT_STORED = Bilingual("Dữ liệu nước ngoài không được lưu", "a foreign cadastre is never stored")
_NO_SHEETS = Bilingual(
    "Ở đó thửa đất không được gọi theo số tờ và số thửa", "parcels are not named by sheet and number there"
)
_NO_KEY = Bilingual("Mỗi dòng không có mã riêng", "the rows have no key of their own")
_NO_USE = Bilingual(
    "Lớp dữ liệu không có loại đất theo quy định của Việt Nam",
    "the layer has no land use by Vietnamese rules",
)
_NO_AREA = Bilingual("Lớp dữ liệu không có diện tích pháp lý", "the layer has no registered area")

_ALWAYS: tuple[tuple[Bilingual, tuple[str, ...]], ...] = (
    (_NO_CODES, ("IDN-COMMUNE-UNKNOWN", "IDN-COMMUNE-EXPIRED", "IDN-COMMUNE-PROVINCE")),
    (
        _NO_IDS,
        (
            "IDN-NATIONAL-MISSING",
            "IDN-FORMAT",
            "IDN-PREFIX",
            "IDN-OUTSIDE",
            "IDN-DUP-NATIONAL",
            "IDN-CLAIMED",
            "IDN-WITHHELD",
        ),
    ),
    (_NOT_STORED, ("IDN-CONFLICT",)),
    (_NO_USE, ("ATT-REQUIRED", "ATT-LAND-USE", "ATT-LAND-USE-LEGACY")),
)


def not_applicable(columns: set[str]) -> dict[str, Bilingual]:
    """Codes and reasons for a foreign profile that maps these canonical columns."""
    found = {code: reason for reason, codes in _ALWAYS for code in codes}
    if not {"sheet_no", "parcel_no"} <= columns:
        found |= {"IDN-DUP-SHEET": _NO_SHEETS, "IDN-SHEET-MISSING": _NO_SHEETS}
    if "source_key" not in columns and not {"sheet_no", "parcel_no"} <= columns:
        found["IDN-MISSING"] = _NO_KEY
    if "area_legal_m2" not in columns:
        found["ATT-AREA"] = _NO_AREA
    return found
