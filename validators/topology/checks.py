"""Checks of how parcels lie to each other: each a view on `validators.topology.found`. See docs/topology.md."""

from collections.abc import Callable
from typing import Literal

from parcels.bilingual import Bilingual
from validators.base import Check, Faults, Subject, words
from validators.plane import can_measure
from validators.topology.found import AROUND, INSIDE, topology_of

_Kind = Literal["duplicate", "inside", "overlap", "narrow", "gap", "edge"]


def _with(kind: _Kind) -> Callable[[Subject], Faults]:
    def find(subject: Subject) -> Faults:
        faults: Faults = getattr(subject.fact(topology_of), kind)
        return faults

    return find


def _rows_of_shape(count: str) -> Bilingual:
    return Bilingual(f" ({count} thửa cùng hình này)", f" ({count} parcels have this shape)")


CHECKS: tuple[Check, ...] = (
    Check(
        "TOP-OVERLAP",
        "error",
        quarantines=False,
        title=Bilingual("Thửa đất chồng lấn", "Parcels overlap"),
        message=Bilingual(
            "Chồng lấn với thửa {others}: {measure} m², chỗ rộng nhất {width} mm, vượt sai số vị trí của bản đồ.",
            "Overlaps parcel {others}: {measure} m², {width} mm wide, more than the position tolerance of the map.",
        ),
        advice=Bilingual(
            "Đối chiếu ranh giới hai thửa với hồ sơ đo đạc, sửa lại cho chung một đường ranh; không cắt bằng công cụ "
            "tự động, vì dời ranh giới là việc pháp lý.",
            "Compare both boundaries with the survey records and draw one common line; do not cut by an automatic tool: "
            "moving a boundary is a legal act.",
        ),
        find=_with("overlap"),
        measures=("dung",),
        unit="m²",
        can_run=can_measure,
        beside=True,
    ),
    Check(
        "TOP-OVERLAP-NARROW",
        "warning",
        quarantines=False,
        title=Bilingual("Thửa đất chồng lấn hẹp", "Parcels overlap narrowly"),
        message=Bilingual(
            "Chồng lấn hẹp với thửa {others}: {measure} m², chỗ rộng nhất {width} mm, trong sai số vị trí của bản đồ.",
            "Overlaps parcel {others} narrowly: {measure} m², {width} mm wide, within the position tolerance of the map.",
        ),
        advice=Bilingual(
            "Dùng chung một đường ranh cho hai thửa khi biên tập lại bản đồ.",
            "Use one common line for both parcels when the map is next edited.",
        ),
        find=_with("narrow"),
        measures=("dung",),
        unit="m²",
        can_run=can_measure,
        beside=True,
    ),
    Check(
        "TOP-GAP",
        "warning",
        quarantines=False,
        title=Bilingual("Khe hở giữa các thửa đất", "Gap between parcels"),
        message=Bilingual(
            "Có khe hở không thuộc thửa nào, giáp thửa {others}: {measure} m², chỗ rộng nhất {width} mm.",
            "Land of no parcel between this one and {others}: {measure} m², {width} mm wide.",
        ),
        advice=Bilingual(
            "Kiểm tra ranh giới các thửa quanh khe hở và khép lại theo hồ sơ đo đạc.",
            "Check the boundaries around the gap and close it according to the survey records.",
        ),
        find=_with("gap"),
        measures=("dung",),
        unit="m²",
        can_run=can_measure,
        beside=True,
    ),
    Check(
        "TOP-EDGE",
        "info",
        quarantines=False,
        title=Bilingual("Đỉnh trên ranh giới chung không khớp", "Vertices of a shared boundary do not match"),
        message=Bilingual(
            "Các đỉnh trên ranh giới chung với thửa {others} không khớp: dài {measure} m, lệch tối đa {width} mm.",
            "The vertices of the boundary shared with {others} do not match: over {measure} m, {width} mm at most.",
        ),
        advice=Bilingual(
            "Thêm các đỉnh còn thiếu để hai thửa có cùng đỉnh trên ranh giới chung.",
            "Add the missing vertices, so that both parcels have the same ones on their common boundary.",
        ),
        find=_with("edge"),
        measures=("thong_nhat",),
        unit="m",
        can_run=can_measure,
        beside=True,
    ),
    Check(
        "TOP-DUPLICATE",
        "error",
        quarantines=False,
        title=Bilingual("Thửa đất trùng hình", "Same shape as another parcel"),
        message=Bilingual(
            "Có cùng hình dạng và vị trí với thửa {others}{detail}: {measure} m².",
            "Has the same shape and place as parcel {others}{detail}: {measure} m².",
        ),
        advice=Bilingual(
            "Xác định thửa nào đúng và bỏ thửa thừa; căn hộ chung cư là tài sản trên một thửa đất, không phải nhiều thửa.",
            "Find out which parcel is right and take the others out; flats of one building are property on one parcel, "
            "not several parcels.",
        ),
        find=_with("duplicate"),
        measures=("sach",),
        unit="m²",
        say_detail=_rows_of_shape,
        can_run=can_measure,
        beside=True,
    ),
    Check(
        "TOP-INSIDE",
        "error",
        quarantines=False,
        title=Bilingual("Thửa đất nằm trong thửa khác", "Parcel inside another"),
        message=Bilingual(
            "{detail} thửa {others}: {measure} m².",
            "{detail} parcel {others}: {measure} m².",
        ),
        advice=Bilingual(
            "Nếu là thửa riêng, khoét phần này khỏi thửa bao ngoài; nếu không, bỏ thửa bên trong.",
            "If it is a parcel of its own, cut its land out of the outer one; if not, take the inner one out.",
        ),
        find=_with("inside"),
        measures=("dung",),
        unit="m²",
        say_detail=words(
            {
                INSIDE: Bilingual("Nằm trọn trong", "Lies entirely inside"),
                AROUND: Bilingual("Bao trọn", "Contains the whole of"),
            }
        ),
        can_run=can_measure,
        beside=True,
    ),
)
