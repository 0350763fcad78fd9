"""Checks of the seams between communes and between provinces (BRD-…): one case for both sides.

It cannot be told from the data who is wrong, so a fault at a seam informs both sides and quarantines neither.
"""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.crs import VN2000
from validators.base import WHOLE, Check, Faults, Others, Subject
from validators.borders.faults import Cases, gaps_of, overlaps_of
from validators.borders.outside import can_tell_outside, outside
from validators.borders.seam import names_at, seam_of
from validators.identity.members import SEPARATOR


@cache
def _communes(codes: str) -> Bilingual:
    """Two communes as people say them, with their codes."""
    named = []
    for code in codes.split(SEPARATOR):
        found = admin_units.commune(code)
        named.append(f"{found.name} ({code})" if found else code)
    return Bilingual(" và ".join(named), " and ".join(named))


def knows_neighbours(subject: Subject) -> bool:
    """Whether any neighbours are at hand. Rows of no commune have none to ask for."""
    return subject.context.neighbours is not None


def lacks_neighbours(subject: Subject) -> bool:
    """Whether there may be others beside those at hand."""
    return subject.context.neighbours_partly


def overlaps(subject: Subject) -> Faults:
    """Parcels that share land with one of another commune; one fault per pair."""
    return _faults(subject, subject.fact(overlaps_of))


def can_tell_gaps(subject: Subject) -> bool:
    """A change set holds too few parcels to say what none covers."""
    return knows_neighbours(subject) and not subject.context.changes


def gaps(subject: Subject) -> Faults:
    """Strips between communes that no parcel covers."""
    return _faults(subject, subject.fact(gaps_of))


def _faults(subject: Subject, cases: Cases) -> Faults:
    """Each case as a fault of its first parcel of ours, in the order of the seam, with all the others."""
    seam, k = subject.fact(seam_of), len(cases.area)
    order = np.lexsort((cases.member, cases.case))
    case, member = cases.case[order], cases.member[order]
    own = np.flatnonzero(seam.commune[member] == 0)
    first = own[np.searchsorted(case[own], np.arange(k))]
    theirs = np.flatnonzero(seam.commune[member])
    other = seam.commune[member[theirs[np.searchsorted(case[theirs], np.arange(k))]]]
    rest = np.setdiff1d(np.arange(len(member)), first)
    row = seam.row[member[rest]]
    codes = pa.array(seam.communes)
    away = row == WHOLE
    names, former, handles = names_at(subject, seam.other[member[rest[away]]])
    of = pa.array(np.cumsum(away) - 1, mask=~away)
    return Faults(
        seam.row[member[first]],
        measure=cases.area,
        width_mm=cases.width,
        detail=_pair(pa.repeat(seam.communes[0], k), codes.take(pa.array(other))),
        place=cases.place,
        place_srid=np.full(k, VN2000, np.int32),
        others=Others(
            case[rest],
            row,
            names.take(of),
            former.take(of),
            handles.take(of),
            codes.take(pa.array(seam.commune[member[rest]], mask=~away)),
        ),
    )


def _pair(ours: pa.Array, theirs: pa.Array) -> pa.Array:
    """Two commune codes as one text, the same from either side."""
    lesser = pc.min_element_wise(ours, theirs)
    return pc.binary_join_element_wise(lesser, pc.max_element_wise(ours, theirs), SEPARATOR)


_ADVICE = Bilingual(
    "Hai bên cùng đối chiếu hồ sơ địa giới và bản đồ địa chính, thống nhất ranh giới, rồi bên nào sai sửa phần của "
    "mình. Không bên nào bị cách ly vì lỗi này.",
    "Both sides compare the records of the administrative boundary with their cadastral maps and agree; then whoever is "
    "wrong mends their part. Nothing is quarantined on either side.",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "BRD-OVERLAP",
        "warning",
        quarantines=False,
        title=Bilingual("Chồng lấn giữa hai xã", "Overlap between communes"),
        message=Bilingual(
            "Giữa {detail}, thửa đất chồng lên thửa {others} của bên kia: {measure} m², chỗ rộng nhất {width} mm.",
            "Between {detail}, the parcel overlaps {others} of the other side: {measure} m², {width} mm at the widest.",
        ),
        advice=_ADVICE,
        find=overlaps,
        measures=("thong_nhat",),
        unit="m²",
        scope="contextual",
        say_detail=_communes,
        can_run=knows_neighbours,
        runs_partly=lacks_neighbours,
    ),
    Check(
        "BRD-GAP",
        "warning",
        quarantines=False,
        title=Bilingual("Khe hở giữa hai xã", "Gap between communes"),
        message=Bilingual(
            "Giữa {detail} có khe hở {measure} m² không thuộc thửa nào, chỗ rộng nhất {width} mm; các thửa khác giáp "
            "khe: {others}.",
            "Between {detail} there is a gap of {measure} m² that belongs to no parcel, {width} mm at the widest; other "
            "parcels along it: {others}.",
        ),
        advice=_ADVICE,
        find=gaps,
        measures=("thong_nhat",),
        unit="m²",
        scope="contextual",
        say_detail=_communes,
        can_run=can_tell_gaps,
        runs_partly=lacks_neighbours,
    ),
    Check(
        "BRD-OUTSIDE",
        "warning",
        quarantines=False,
        title=Bilingual("Nằm ngoài địa giới xã", "Outside the commune's boundary"),
        message=Bilingual(
            "Thửa đất có {measure} m² nằm ngoài địa giới xã, chỗ xa nhất cách địa giới {detail} m.",
            "{measure} m² of the parcel lie outside the commune's boundary, {detail} m from it at the furthest.",
        ),
        advice=Bilingual(
            "Kiểm tra mã xã và tọa độ của thửa đất; nếu đều đúng, đối chiếu đường địa giới đã nạp với hồ sơ địa giới.",
            "Look at the parcel's commune code and coordinates; if both are right, compare the loaded boundary with the "
            "records of the administrative boundary.",
        ),
        find=outside,
        measures=("thong_nhat",),
        unit="m²",
        scope="contextual",
        numeric_detail=True,
        can_run=can_tell_outside,
        may_lack=True,
    ),
)
