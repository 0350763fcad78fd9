"""What reading leaves out of a shape, and what one parcel consists of (GEO-…): curves, heights, several parts."""

import numpy as np
import pyarrow as pa
import shapely

from parcels.bilingual import Bilingual
from parcels.fence import each_row
from parcels.wkb import CURVED, geometry_types
from validators.base import WHOLE, Check, Faults, Subject, where, words
from validators.shape import ShapeFault, shape_of, source_srid
from validators.shape_quality import LEFT_OUT_BY_EXPORT


def curves(subject: Subject) -> Faults:
    """Rows whose curves cannot be read, and a commune in whose drawings curves were made straight; measure: how many."""
    rows = where(subject.fact(shape_of).fault == ShapeFault.TYPE)
    wkb = subject.dataset.column("source_wkb").combine_chunks().take(pa.array(rows))
    rows = rows[np.isin(geometry_types(wkb), CURVED)]
    straightened = subject.context.straightened
    parts = np.unique(np.asarray(subject.dataset.column("part_no"))).tolist() if straightened else []
    total = sum(straightened.get(part, 0) for part in parts)
    whole = [WHOLE] if total else []
    return Faults(
        np.concatenate((rows, np.array(whole, np.int64))),
        measure=np.concatenate((np.full(len(rows), np.nan), np.array([float(total)] * len(whole)))),
        detail=pa.array(["unread"] * len(rows) + ["straightened"] * len(whole), pa.string()),
        place=np.concatenate(
            (
                each_row(shapely.centroid, subject.dataset.delivered[rows]),
                np.full(len(whole), None, dtype=object),
            )
        ),
        place_srid=np.concatenate((subject.fact(source_srid)[rows], np.zeros(len(whole), np.int32))),
    )


def heights(subject: Subject) -> Faults:
    """Rows with a third or fourth coordinate, which is not kept; the commune once where every shape of it has one.

    measure: of the commune, how many rows; detail: Z, M or ZM.
    """
    delivered = subject.dataset.delivered
    z, m = shapely.has_z(delivered), shapely.has_m(delivered)
    kind = pa.array(["", "Z", "M", "ZM"]).take(pa.array(z + 2 * m))
    rows = where(z | m)
    shaped = int((~shapely.is_missing(delivered) & ~shapely.is_empty(delivered)).sum())
    if len(rows) == shaped > 1:
        kinds = kind.take(pa.array(rows)).unique().sort()
        return Faults(
            np.array([WHOLE]),
            measure=np.array([float(shaped)]),
            detail=pa.array(["ZM" if len(kinds) > 1 else kinds[0].as_py()], pa.string()),
            place=np.array([None], dtype=object),
            place_srid=np.zeros(1, np.int32),
        )
    return Faults(rows, detail=kind.take(pa.array(rows)))


def multipart(subject: Subject) -> Faults:
    """Parcels of several parts that do not touch; measure: how many; place: all but the largest."""
    delivered = subject.dataset.delivered
    rows = where(subject.fact(shape_of).usable & (shapely.get_num_geometries(delivered) > 1))
    parts, owner = shapely.get_parts(delivered[rows], return_index=True)
    order = np.lexsort((-shapely.area(parts), owner))
    beside = order[np.diff(owner[order], prepend=-1) == 0]
    place = shapely.multipolygons(shapely.force_2d(parts[beside]), indices=owner[beside])
    count = np.bincount(owner, minlength=len(rows))
    return Faults(rows, measure=count.astype(np.float64), place=np.asarray(place, dtype=object))


_CURVES = {
    "unread": Bilingual(
        "không đọc được, thửa đất chưa có ranh giới", "they cannot be read, so the parcel has no boundary"
    ),
    "straightened": Bilingual(
        "đã được thay bằng đường gấp khúc khi đọc bản vẽ",
        "they were made into vertices when the drawing was read",
    ),
}
_DIMENSIONS = {
    "Z": Bilingual("độ cao (Z)", "heights (Z)"),
    "M": Bilingual("trị đo (M)", "measures (M)"),
    "ZM": Bilingual("độ cao (Z) và trị đo (M)", "heights (Z) and measures (M)"),
}

CHECKS: tuple[Check, ...] = (
    Check(
        "GEO-CURVE",
        "info",
        quarantines=False,
        title=Bilingual("Ranh giới có đường cong", "Curves in the boundary"),
        message=Bilingual("Ranh giới có đường cong: {detail}.", "The boundary has curves: {detail}."),
        advice=Bilingual(
            "Chuyển cung tròn và đường cong thành đường gấp khúc ở phần mềm nguồn, theo quy định đo vẽ.",
            "Turn arcs and curves into vertices in the source, as the survey rules ask.",
        ),
        find=curves,
        unit="curves",
        say_detail=words(_CURVES),
    ),
    Check(
        "GEO-ZM",
        "info",
        quarantines=False,
        title=Bilingual("Tọa độ có độ cao hoặc trị đo", "Heights or measures in the coordinates"),
        message=Bilingual(
            "Tọa độ kèm theo {detail}; phần này không được lưu.",
            "The coordinates come with {detail}, which are not kept.",
        ),
        advice=LEFT_OUT_BY_EXPORT,
        find=heights,
        condenses=True,
        unit="rows",
        say_detail=words(_DIMENSIONS),
    ),
    Check(
        "GEO-MULTIPART",
        "info",
        quarantines=False,
        title=Bilingual("Thửa đất gồm nhiều phần rời nhau", "Parcel of several parts"),
        message=Bilingual(
            "Thửa đất gồm {measure} phần rời nhau.", "The parcel consists of {measure} separate parts."
        ),
        advice=Bilingual(
            "Kiểm tra các phần có đúng là một thửa không; nếu không thì tách thành các thửa riêng.",
            "Check whether the parts are one parcel indeed; if not, make them parcels of their own.",
        ),
        find=multipart,
        unit="parts",
    ),
)
