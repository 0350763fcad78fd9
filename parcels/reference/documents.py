"""What is known from documents and typed by hand: kinds of provinces, meridians, land-use codes.

`build.py` writes it to CSV beside what it derives from the official tables. Each entry says how sure it
is: "primary" = read in the legal text or in the EPSG register, "secondary" = news or implementers' notes,
"recalled" = common knowledge of the field, to be confirmed.
"""

from typing import NamedTuple


class ProvinceKind(NamedTuple):
    """A province whose kind is not simply what the table of 1 July 2025 prints."""

    code: str
    kind: str
    since: str  # ISO date
    since_certainty: str  # exact | not_later_than
    before: str
    source: str


PROVINCES_FROM = "2025-07-01"
KINDS_AS_OF = "2026-09-20"
PROVINCE_KINDS: tuple[ProvinceKind, ...] = (
    ProvinceKind(
        "75", "thành phố", "2026-04-30", "exact", "tỉnh", "Nghị quyết 30/2026/QH16; 237/NQ-UBTVQH16"
    ),
    # The date of the change is not known to us, only that lists of 20 September 2026 show it.
    ProvinceKind("22", "thành phố", KINDS_AS_OF, "not_later_than", "tỉnh", "lists of 2026-09-20"),
    ProvinceKind("24", "thành phố", KINDS_AS_OF, "not_later_than", "tỉnh", "lists of 2026-09-20"),
)


class Meridian(NamedTuple):
    """The cadastral meridian of an old province (63), by which new provinces' parcels stay surveyed."""

    province_code: str  # new
    old_province: str
    epsg: int


# EPSG areas of use, which agree with lists after TT 973/2001/TT-TCĐC. Parcels stay in the zone of the OLD
# province; the cadastral appendix for the 34 new provinces is not known to us.
MERIDIANS: tuple[Meridian, ...] = tuple(
    Meridian(code, name, epsg)
    for code, parts in {
        "01": (("Hà Nội", 5897),),
        "04": (("Cao Bằng", 9210),),
        "08": (("Hà Giang", 9209), ("Tuyên Quang", 9211)),
        "11": (("Điện Biên", 9205),),
        "12": (("Lai Châu", 9205),),
        "14": (("Sơn La", 9206),),
        "15": (("Lào Cai", 9208), ("Yên Bái", 9208)),
        "19": (("Bắc Kạn", 9213), ("Thái Nguyên", 9213)),
        "20": (("Lạng Sơn", 9215),),
        "22": (("Quảng Ninh", 5899),),
        "24": (("Bắc Giang", 9214), ("Bắc Ninh", 9209)),
        "25": (("Hoà Bình", 9211), ("Phú Thọ", 9208), ("Vĩnh Phúc", 5897)),
        "31": (("Hải Dương", 9209), ("Hải Phòng", 9210)),
        "33": (("Hưng Yên", 9209), ("Thái Bình", 9209)),
        "37": (("Hà Nam", 5897), ("Nam Định", 9209), ("Ninh Bình", 5897)),
        "38": (("Thanh Hóa", 5897),),
        "40": (("Nghệ An", 9208),),
        "42": (("Hà Tĩnh", 9209),),
        "44": (("Quảng Bình", 9211), ("Quảng Trị", 9212)),
        "46": (("Huế", 9214),),
        "48": (("Đà Nẵng", 5899), ("Quảng Nam", 5899)),
        "51": (("Quảng Ngãi", 5898), ("Kon Tum", 9216)),
        "52": (("Bình Định", 9217), ("Gia Lai", 9218)),
        "56": (("Khánh Hòa", 9217), ("Ninh Thuận", 9217)),
        "66": (("Phú Yên", 9218), ("Đắk Lắk", 9218)),
        "68": (("Bình Thuận", 9218), ("Đắk Nông", 9218), ("Lâm Đồng", 5899)),
        "75": (("Bình Phước", 9212), ("Đồng Nai", 5899)),
        "79": (("Bình Dương", 9210), ("Bà Rịa - Vũng Tàu", 5899), ("Hồ Chí Minh", 9210)),
        "80": (("Tây Ninh", 9209), ("Long An", 9210)),
        "82": (("Tiền Giang", 9210), ("Đồng Tháp", 5897)),
        "86": (("Bến Tre", 9210), ("Trà Vinh", 9209), ("Vĩnh Long", 9209)),
        "91": (("An Giang", 9208), ("Kiên Giang", 9207)),
        "92": (("Cần Thơ", 5897), ("Hậu Giang", 5897), ("Sóc Trăng", 9209)),
        "96": (("Bạc Liêu", 5897), ("Cà Mau", 9207)),
    }.items()
    for name, epsg in parts
)

# TT 24/2025/TT-BNNMT (20/06/2025, in force 01/07/2025): one meridian per new province, for provincial
# ADMINISTRATIVE maps, not for the cadastre. Two copies differ for 44 and 80.
ADMINISTRATIVE_MAP_EPSG: dict[str, int] = {
    "01": 5897,
    "04": 9210,
    "08": 9211,
    "11": 9205,
    "12": 9208,
    "14": 9206,
    "15": 9208,
    "19": 9213,
    "20": 9215,
    "22": 5899,
    "24": 9214,
    "25": 9208,
    "31": 9210,
    "33": 9209,
    "37": 5897,
    "38": 5897,
    "40": 9208,
    "42": 9209,
    "44": 9211,
    "46": 9214,
    "48": 5899,
    "51": 5898,
    "52": 9217,
    "56": 9217,
    "66": 9218,
    "68": 5899,
    "75": 5899,
    "79": 9210,
    "80": 9210,
    "82": 5897,
    "86": 9209,
    "91": 9208,
    "92": 5897,
    "96": 9207,
}
ADMINISTRATIVE_MAP_DOUBTS: dict[str, str] = {
    "12": "differs from the cadastral meridian of the old province (103°00′)",
    "44": "a second copy gives 106°15′",
    "80": "a second copy gives 105°30′",
}
