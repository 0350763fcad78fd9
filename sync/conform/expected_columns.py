"""Which columns of a table of the land statistics say what: by their names, Vietnamese or ours."""

from typing import Final

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.text import bare_text
from sync.intake.boundaries import CODE_COLUMNS

M2_OF_A_HECTARE: Final = 10_000

_AREA = (
    "dientich", "tongdientich", "dientichthuadat", "dientichcacthua", "dientichcacthuadat", "tongdientichthuadat",
    "tongdientichcacthua", "tongdientichcacthuadat", "dt", "area", "parcelarea", "areaofparcels",
)  # fmt: skip
# Names without case, accents, blanks and marks. An area has its unit in its name.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "commune_code": (
        *CODE_COLUMNS, "maxaphuongdackhu", "madonvihanhchinh", "madvhccapxa", "madonvihanhchinhcapxa", "madonvi", "xa",
    ),
    "parcels": (
        "parcels", "parcelcount", "numberofparcels", "sothua", "sothuadat", "tongsothua", "tongsothuadat",
        "soluongthua", "soluongthuadat", "tongsoluongthuadat",
    ),
    "area_m2": tuple(f"{name}{unit}" for name in _AREA for unit in ("m2", "m²", "metvuong")),
    "area_ha": tuple(f"{name}{unit}" for name in _AREA for unit in ("ha", "hecta")),
    "source": (
        "source", "nguon", "nguonsolieu", "nguonthongke", "bangthongke", "bieuthongke", "tenbieu", "cancu", "tailieu",
        "bieusolieu",
    ),
    "stated_on": (
        "date", "statedon", "dateofstatistics", "ngay", "ngaysolieu", "ngaythongke", "ngaykiemke", "thoidiem",
        "thoidiemthongke", "thoidiemkiemke", "thoidiemsolieu", "solieungay", "solieudenngay",
    ),
}  # fmt: skip
# The land of the whole commune: roads, rivers and what else is no parcel are in it.
_NATURAL: Final = ("dientichtunhien", "tongdientichtunhien", "dttn", "dttunhien", "tongdttunhien")
_NO_UNIT: Final = frozenset(_AREA)


def columns_of(columns: tuple[str, ...], file: str) -> dict[str, str]:
    """What is said → the column that says it. Raises DeliveryRejected (EXP-COLUMNS)."""
    bare = {column: bare_text(column) for column in columns}
    found: dict[str, str] = {}
    for name, known in NAMES.items():
        mine = [column for column in columns if bare[column] in known]
        if len(mine) > 1:
            raise _refused(file, columns, _twice(mine))
        found |= dict.fromkeys([name], mine[0]) if mine else {}
    if "area_m2" in found and "area_ha" in found:
        raise _refused(file, columns, _twice([found["area_m2"], found["area_ha"]]))
    if "commune_code" not in found:
        raise _refused(file, columns, Bilingual("không có cột mã xã", "there is no column of commune codes"))
    unit = [column for column in columns if bare[column] in _NO_UNIT]
    if unit and "area_m2" not in found and "area_ha" not in found:
        said = Bilingual(f"cột «{unit[0]}» không ghi đơn vị", f"the column “{unit[0]}” does not say its unit")
        raise _refused(file, columns, said)
    if not found.keys() & {"parcels", "area_m2", "area_ha"}:
        raise _refused(file, columns, _no_figure([c for c in columns if bare[c].startswith(_NATURAL)]))
    return found


def _twice(columns: list[str]) -> Bilingual:
    named = "», «".join(columns), "”, “".join(columns)
    return Bilingual(
        f"các cột «{named[0]}» cùng nói một điều", f"the columns “{named[1]}” say the same thing"
    )


def _no_figure(natural: list[str]) -> Bilingual:
    if natural:
        return Bilingual(
            f"cột «{natural[0]}» là diện tích tự nhiên của cả xã, gồm cả đường, sông: không phải diện tích các thửa đất",
            f"the column “{natural[0]}” is the land of the whole commune, roads and rivers included, not that of its parcels",
        )
    return Bilingual(
        "không có cột số thửa hay cột diện tích", "there is no column of parcels and none of an area"
    )


def _refused(file: str, columns: tuple[str, ...], why: Bilingual) -> DeliveryRejected:
    present = ", ".join(columns[:30]) or "-"
    return DeliveryRejected(
        "EXP-COLUMNS",
        Bilingual(
            f"Không dùng được các cột của tệp «{file}»: {why.vi}. Các cột: {present}.",
            f"The columns of “{file}” cannot be used: {why.en}. Columns: {present}.",
        ),
        Bilingual(
            "Cần các cột: «Mã xã», «Số thửa» và/hoặc «Diện tích (ha)» hay «Diện tích (m2)», «Nguồn», «Ngày số liệu».",
            "Needed are columns such as commune_code, parcels and/or area_ha or area_m2, source, stated_on.",
        ),
    )
