"""ATT-USE-AREAS: the areas of a parcel's uses against the area of the parcel.

Against the registered area, to which certificates round: `use_areas_m2`. Where none is registered, against the computed
one, and then no stricter than ATT-AREA is: areas on paper are never those of a drawing.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import land_use
from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.decimals import whole_numbers
from validators.base import Check, Faults, Mask, Subject, where
from validators.shape import shape_of

_UNIT = 10_000  # whole numbers of 0.0001 m²
_AREAS = "[+;]"
_COUNT = "codes/areas"
_NUMBER = "number"


def use_areas(subject: Subject) -> Faults:
    """Rows whose areas of uses are not as many as the uses, are no numbers, or do not add up; measured in m²."""
    areas, codes = subject.text("land_use_areas"), subject.text("land_use")
    rows = where(np.asarray(pc.and_(areas.is_valid(), codes.is_valid())))
    if not len(rows):
        return Faults(rows)
    at = pa.array(rows)
    areas, codes = areas.take(at), codes.take(at)
    parts = land_use.explode(codes, areas)
    row = np.asarray(parts["row"])
    many = np.bincount(row, minlength=len(rows))
    said = np.asarray(pc.add(pc.count_substring_regex(areas, _AREAS), 1), dtype=np.int64)
    known = np.asarray(parts["use_area_m2"].is_valid())
    unread = np.bincount(row[~known], minlength=len(rows)) > 0
    total = np.zeros(len(rows), np.int64)
    np.add.at(
        total, row[known], np.asarray(whole_numbers(one_array(parts["use_area_m2"]).filter(pa.array(known))))
    )
    parcel, allowed = _parcel(subject, rows)
    counted = many != said
    number = ~counted & unread
    off = np.abs(total - parcel)
    summed = ~counted & ~number & (allowed >= 0) & (off > allowed)
    wrong = where(counted | number | summed)
    detail = np.select(
        [counted[wrong], number[wrong]],
        [_pairs(many[wrong], said[wrong]), np.full(len(wrong), _NUMBER, dtype=object)],
        _sums(total[wrong], parcel[wrong]),
    )
    measure = np.where(summed, off / _UNIT, np.nan)[wrong]
    return Faults(rows[wrong], measure=measure, detail=pa.array(detail, pa.string()))


def _parcel(subject: Subject, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The area of each parcel and how far the sum may be off it, in 0.0001 m²; -1 where there is nothing to compare with."""
    policy, at = subject.context.policy, pa.array(rows)
    legal, computed = (
        one_array(subject.dataset.column(name)).take(at) for name in ("area_legal_m2", "area_m2")
    )
    registered = np.asarray(legal.is_valid())
    usable: Mask = subject.fact(shape_of).usable[rows] & np.asarray(computed.is_valid())
    area = np.asarray(pc.fill_null(whole_numbers(pc.coalesce(legal, computed)), 0), dtype=np.int64)
    narrow = int(policy.attributes.use_areas_m2 * _UNIT)
    wide = np.maximum(
        max(narrow, int(policy.tolerances.area_m2 * _UNIT)),
        (float(policy.tolerances.area_share) * area).astype(np.int64),
    )
    return area, np.where(registered, narrow, np.where(usable, wide, -1))


def _pairs(codes: NDArray[np.int64], areas: NDArray[np.int64]) -> NDArray[np.object_]:
    text = pc.binary_join_element_wise(
        pa.array(codes).cast(pa.string()), pa.array(areas).cast(pa.string()), "/"
    )
    return np.asarray(pc.binary_join_element_wise(_COUNT, text, " "), dtype=object)


def _sums(total: NDArray[np.int64], parcel: NDArray[np.int64]) -> NDArray[np.object_]:
    def tenths(values: NDArray[np.int64]) -> pa.Array:
        return pa.array(np.round(values / _UNIT, 2)).cast(pa.string())

    return np.asarray(pc.binary_join_element_wise(tenths(total), tenths(parcel), " / "), dtype=object)


def _said(detail: str) -> Bilingual:
    """A sum and the parcel's area, or what is the matter with the areas."""
    if detail == _NUMBER:
        return Bilingual("có diện tích không phải là số", "an area is no number")
    if detail.startswith(_COUNT):
        codes, areas = detail.removeprefix(_COUNT).strip().split("/")
        return Bilingual(f"{codes} mã loại đất, {areas} diện tích", f"{codes} land-use codes, {areas} areas")
    total, parcel = detail.split(" / ")
    return Bilingual(
        f"tổng {total} m², thửa đất {parcel} m²".replace(".", ","),
        f"sum {total} m², parcel {parcel} m²",
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "ATT-USE-AREAS",
        "error",
        quarantines=False,
        title=Bilingual("Diện tích theo loại đất không khớp", "Areas of the uses do not add up"),
        message=Bilingual(
            "Diện tích theo từng loại đất không khớp với thửa đất: {detail}.",
            "The areas of the uses do not fit the parcel: {detail}.",
        ),
        advice=Bilingual(
            "Ghi đủ diện tích cho từng loại đất, đúng thứ tự mã; tổng phải bằng diện tích thửa đất trên Giấy chứng nhận.",
            "Give an area for every use, in the order of the codes; together the parcel's area on the certificate.",
        ),
        find=use_areas,
        measures=("dung", "thong_nhat"),
        unit="m²",
        say_detail=_said,
    ),
)
