"""Checks of the shape of a parcel (GEO-…): each a view on `validators.shape`."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels.bilingual import Bilingual
from parcels.bounds import MAX_VERTICES
from parcels.crs import VN2000
from parcels.rings import smallest_rings
from validators.base import Check, Faults, Subject, where, words
from validators.shape import (
    MULTIPOLYGON,
    OWN_REASONS,
    POLYGON,
    STAGES,
    ShapeFault,
    misordered,
    reasons,
    shape_of,
    source_srid,
)

_REASONS: dict[str, Bilingual] = {
    "Self-intersection": Bilingual("đường ranh giới tự cắt", "the boundary crosses itself"),
    # Esri stores such a loop as one ring and calls it valid, so the office's own tools show nothing there.
    "Ring Self-intersection": Bilingual(
        "đường ranh giới tự chạm tại một đỉnh (ArcGIS coi là hợp lệ, chuẩn OGC thì không: hãy tách vòng đó thành lỗ, hoặc "
        "thành một phần riêng của thửa đất)",
        "the boundary touches itself in a vertex (valid for ArcGIS, not by the OGC standard: make the loop a hole, or a part "
        "of its own)",
    ),
    "Too few points in geometry component": Bilingual(
        "một đường ranh giới có quá ít đỉnh", "a ring has too few vertices"
    ),
    "Hole lies outside shell": Bilingual(
        "có lỗ nằm ngoài đường ranh giới", "a hole lies outside its outer boundary"
    ),
    "Holes are nested": Bilingual("có lỗ nằm trong lỗ khác", "a hole lies inside another hole"),
    "Interior is disconnected": Bilingual(
        "phần bên trong thửa đất bị chia rời", "the interior of the parcel is cut apart"
    ),
    "Nested shells": Bilingual(
        "một phần của thửa đất nằm trong phần khác", "a part lies inside another part"
    ),
    "Duplicate Rings": Bilingual("có hai đường ranh giới trùng nhau", "two rings are the same"),
    "Invalid Coordinate": Bilingual("có tọa độ không phải là số", "a coordinate is not a number"),
    "Ring is not closed": Bilingual("đường ranh giới không khép kín", "a ring is not closed"),
    "Repeated Point": Bilingual("có đỉnh bị lặp", "a vertex is repeated"),
    "Topology Validation Error": Bilingual("sai cấu trúc hình học", "its topology is wrong"),
    "Coordinate too far": Bilingual(
        "có tọa độ lớn đến mức không ở đâu trên Trái Đất", "a coordinate is larger than any on Earth"
    ),
    "Hollow Ring": Bilingual(
        "có phần hoặc lỗ không có tọa độ nào", "a part or a hole has no coordinates at all"
    ),
    "Collapsed Ring": Bilingual(
        "có phần hoặc lỗ nhỏ đến mức co lại thành một điểm",
        "a part or a hole is so small that it falls into one point",
    ),
}

# Where a fault appeared, after the reason in `detail`: nothing for the delivered coordinates.
_STAGE_SUFFIX: tuple[str, ...] = ("", " (rounded)", " (stored)")
_STAGE_WORDS: tuple[Bilingual, ...] = (
    Bilingual("", ""),
    Bilingual(" sau khi làm tròn tọa độ đến 0,1 mm", " after rounding to 0.1 mm"),
    Bilingual(
        " sau khi chuyển về VN-2000 và làm tròn đến 10⁻⁹ độ",
        " after moving to VN-2000 on the 10⁻⁹ degree grid",
    ),
)

_INVALID_DETAILS = {
    reason + suffix: Bilingual(words.vi + stage.vi, words.en + stage.en)
    for reason, words in _REASONS.items()
    for suffix, stage in zip(_STAGE_SUFFIX, _STAGE_WORDS, strict=True)
}

_TYPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_TYPE_NAMES = pa.array([*_TYPES, "GeometryCollection"])
_TYPE_WORDS = {
    "Point": Bilingual("điểm", "a point"),
    "LineString": Bilingual("đường", "a line"),
    "LinearRing": Bilingual("đường khép kín", "a closed line"),
    "MultiPoint": Bilingual("nhiều điểm", "several points"),
    "MultiLineString": Bilingual("nhiều đường", "several lines"),
    "GeometryCollection": Bilingual(
        "tập hợp nhiều loại hình hoặc hình có cung tròn", "a mixture of shapes or a shape with arcs"
    ),
}


_COMPLEX = {
    "vertices": Bilingual(
        f"hơn {MAX_VERTICES:,} đỉnh".replace(",", "."),
        f"it has more than {MAX_VERTICES:,} vertices",
    ),
    "edges": Bilingual("quá nhiều cạnh nằm chồng lên nhau", "too many of its edges lie over each other"),
}


def _with(fault: ShapeFault) -> Callable[[Subject], Faults]:
    def find(subject: Subject) -> Faults:
        return Faults(where(subject.fact(shape_of).fault == fault))

    return find


def not_polygonal(subject: Subject) -> Faults:
    """Rows whose geometry is no polygon; the detail is the type in OGC words."""
    rows = where(subject.fact(shape_of).fault == ShapeFault.TYPE)
    type_id = shapely.get_type_id(subject.dataset.delivered[rows])
    known = np.where(type_id < len(_TYPE_NAMES), type_id, len(_TYPE_NAMES) - 1)
    return Faults(rows, detail=_TYPE_NAMES.take(pa.array(known)))


def zero_area(subject: Subject) -> Faults:
    """Rows that cover nothing; the detail says where the area was lost when not already delivered so."""
    shape = subject.fact(shape_of)
    rows = where(shape.fault == ShapeFault.ZERO_AREA)
    stages = pa.array([None, *STAGES[1:]], pa.string())
    return Faults(rows, detail=stages.take(pa.array(shape.stage[rows])))


def invalid(subject: Subject) -> Faults:
    """Rows with an invalid polygon, delivered so or made so on the way; reason and place of the first fault."""
    dataset = subject.dataset
    shape = subject.fact(shape_of)
    rows = where(shape.fault == ShapeFault.INVALID)
    stage = shape.stage[rows]
    form = np.choose(stage, (dataset.delivered[rows], dataset.rounded[rows], dataset.stored[rows]))
    reason, place = reasons(form)
    own = shape.reason[rows]
    reason = pc.if_else(pa.array(own > 0), pa.array(OWN_REASONS).take(pa.array(own)), reason)
    fallen = own == OWN_REASONS.index("Collapsed Ring")
    place[fallen] = smallest_rings(dataset.delivered[rows[fallen]])
    suffix = pa.array(_STAGE_SUFFIX).take(pa.array(stage))
    srid = np.where((stage == STAGES.index("stored")) & ~fallen, VN2000, subject.fact(source_srid)[rows])
    return Faults(
        rows,
        detail=pc.binary_join_element_wise(reason, suffix, ""),
        place=place,
        place_srid=srid.astype(np.int32),
    )


def too_complex(subject: Subject) -> Faults:
    """Rows whose geometry is beyond what is looked at; the detail says whether its vertices or its edges are too many."""
    rows = where(subject.fact(shape_of).fault == ShapeFault.COMPLEX)
    delivered = subject.dataset.delivered[rows]
    many = ~np.isin(
        shapely.get_type_id(delivered), (POLYGON, MULTIPOLYGON)
    )  # its octets are too many to be read
    many |= shapely.get_num_coordinates(delivered) > MAX_VERTICES
    return Faults(rows, detail=pa.array(np.where(many, "vertices", "edges"), pa.string()))


def ring_order(subject: Subject) -> Faults:
    """Rows whose rings are wound inconsistently; the place is the first such ring."""
    usable = where(subject.fact(shape_of).usable)
    rows, rings = misordered(subject.dataset.delivered[usable])
    return Faults(usable[rows], place=rings)


CHECKS: tuple[Check, ...] = (
    Check(
        "GEO-NULL",
        "error",
        quarantines=True,
        title=Bilingual("Thiếu hình học", "Geometry missing"),
        message=Bilingual("Thửa đất không có hình học.", "The parcel has no geometry."),
        advice=Bilingual(
            "Bổ sung ranh giới thửa đất từ bản đồ địa chính rồi gửi lại.",
            "Add the boundary from the cadastral map and deliver the parcel again.",
        ),
        find=_with(ShapeFault.NULL),
        measures=("thong_tin",),
        lives=True,
    ),
    Check(
        "GEO-EMPTY",
        "error",
        quarantines=True,
        title=Bilingual("Hình học rỗng", "Geometry empty"),
        message=Bilingual(
            "Hình học của thửa đất rỗng, không có tọa độ nào.",
            "The parcel's geometry is empty: no coordinates.",
        ),
        advice=Bilingual(
            "Bổ sung ranh giới thửa đất từ bản đồ địa chính rồi gửi lại.",
            "Add the boundary from the cadastral map and deliver the parcel again.",
        ),
        find=_with(ShapeFault.EMPTY),
        measures=("thong_tin",),
        lives=True,
    ),
    Check(
        "GEO-TYPE",
        "error",
        quarantines=True,
        title=Bilingual("Hình học không phải dạng vùng", "Geometry not polygonal"),
        message=Bilingual(
            "Thửa đất phải là vùng nhưng dữ liệu giao nộp là {detail}.",
            "A parcel must be a polygon, but {detail} was delivered.",
        ),
        advice=Bilingual(
            "Khép vùng từ các đường ranh giới; chuyển cung tròn thành đường gấp khúc theo quy định đo vẽ.",
            "Build the polygon from its boundary lines; turn arcs into vertices as the survey rules ask.",
        ),
        find=not_polygonal,
        measures=("dung",),
        say_detail=words(_TYPE_WORDS),
    ),
    Check(
        "GEO-ZERO-AREA",
        "error",
        quarantines=True,
        title=Bilingual("Diện tích bằng không", "Area zero"),
        message=Bilingual(
            "Ranh giới thửa đất không bao quanh diện tích nào{detail}.",
            "The boundary encloses no area{detail}.",
        ),
        advice=Bilingual(
            "Kiểm tra các đỉnh trùng nhau hoặc thẳng hàng; vẽ lại ranh giới theo bản đồ địa chính.",
            "Look for vertices that coincide or lie in one line; draw the boundary anew from the cadastral map.",
        ),
        find=zero_area,
        measures=("dung",),
        say_detail=words(dict(zip(STAGES, _STAGE_WORDS, strict=True))),
    ),
    Check(
        "GEO-INVALID",
        "error",
        quarantines=True,
        title=Bilingual("Hình học không hợp lệ", "Geometry invalid"),
        message=Bilingual(
            "Ranh giới thửa đất không hợp lệ: {detail}.", "The boundary of the parcel is invalid: {detail}."
        ),
        advice=Bilingual(
            "Sửa ranh giới tại vị trí được chỉ ra, đối chiếu với bản đồ địa chính; không dùng công cụ tự sửa, "
            "vì dời ranh giới là việc pháp lý.",
            "Mend the boundary at the place shown, against the cadastral map; not with an automatic repair, "
            "because moving a boundary is a legal act.",
        ),
        find=invalid,
        measures=("dung",),
        say_detail=words(_INVALID_DETAILS),
    ),
    Check(
        "GEO-COMPLEX",
        "error",
        quarantines=True,
        title=Bilingual("Hình học quá phức tạp", "Geometry too complex"),
        message=Bilingual(
            "Ranh giới thửa đất quá phức tạp nên không kiểm tra được: {detail}.",
            "The boundary of the parcel is too complex to be checked: {detail}.",
        ),
        advice=Bilingual(
            "Xem ranh giới có bị vẽ lặp lại nhiều lần không; nếu là thửa rất lớn (đường, sông) thì tách theo tờ bản đồ.",
            "See whether the boundary runs over itself again and again; a very large parcel (roads, a river) is better "
            "split by map sheets.",
        ),
        find=too_complex,
        measures=("dung",),
        say_detail=words(_COMPLEX),
    ),
    Check(
        "GEO-RING-ORDER",
        "info",
        quarantines=False,
        title=Bilingual("Chiều các đường ranh giới không thống nhất", "Rings wound inconsistently"),
        message=Bilingual(
            "Chiều của các đường ranh giới trong thửa đất không thống nhất; đã được chuẩn hóa khi đọc.",
            "The rings of the parcel are wound inconsistently; this was normalised on the way.",
        ),
        advice=Bilingual(
            "Không cần sửa: ranh giới không thay đổi. Nên sửa ở phần mềm xuất dữ liệu.",
            "Nothing needs to be mended: no boundary changes. Better set right in the exporting software.",
        ),
        find=ring_order,
    ),
)
