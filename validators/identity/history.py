"""Checks of a delivery against what is live (IDN-…): the same land under other ids, ids that moved or changed, numbers
that come again. They warn: only a person can tell a mistake from what happened on the ground.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels import crs, identifiers
from parcels.bilingual import Bilingual
from parcels.crs_hypotheses import metres_between
from parcels.wkb import read_wkb
from validators.base import WHOLE, Check, Faults, Mask, Others, Rows, Subject, where
from validators.identity import handles
from validators.identity.fitting import fitting
from validators.identity.matching import (
    areas_of,
    has_land,
    has_previous,
    land_change,
    live_handles,
    live_parcels_of,
    matches_of,
    middles_of,
    same_land,
    share_grown,
)
from validators.identity.naming import without_old_commune

_METRES_PER_DEGREE = 110_000.0  # fewer than there are: candidates are looked for a little further


def same_place(subject: Subject) -> Faults:
    """Rows that are no live parcel and cover the land of one that is not delivered; the other is the live parcel."""
    live_parcels, matches = live_parcels_of(subject), subject.fact(matches_of)
    free = where((matches.live < 0) & ~matches.nameless & subject.fact(has_land))
    gone = where(~matches.present & np.asarray(live_parcels["geom"].is_valid()))
    if not len(free) or not len(gone):
        return Faults(np.empty(0, np.int64))
    mine = middles_of(subject.dataset.stored[free])
    theirs = middles_of(read_wkb(live_parcels["geom"].combine_chunks().take(pa.array(gone))))
    reach = 2 * float(subject.context.policy.history.same_place_m) / _METRES_PER_DEGREE
    new, old = shapely.STRtree(shapely.points(theirs)).query(shapely.points(mine), "dwithin", distance=reach)
    apart = np.hypot(*metres_between(mine[new], theirs[old]).T)
    areas, before = subject.dataset.numpy("area_m2")[free], areas_of(live_parcels)[gone]
    kept = same_land(apart, share_grown(areas[new], before[old]), subject.context.policy)
    new, old, apart = new[kept], old[kept], apart[kept]
    order = np.lexsort((old, apart, new))  # of several, the nearest
    _, first = np.unique(new[order], return_index=True)
    chosen = order[first]
    live = gone[old[chosen]]
    chosen_live = live_parcels.take(pa.array(live)).combine_chunks()
    own = subject.fact(live_handles).at(pa.array(live))
    name, handle = handles.names_of(own), handles.told_as(chosen_live, own)
    uid = pc.binary_join_element_wise(
        "parcel_uid", handles.text(chosen_live, "parcel_uid"), identifiers.SEPARATOR
    )
    name = pc.fill_null(
        pc.coalesce(name, uid), "parcel"
    )  # what is live has a handle, unless a file says otherwise
    k = len(chosen)
    others = Others(
        np.arange(k),
        np.full(k, WHOLE, np.int64),
        name,
        without_old_commune(name),
        handle,
        pa.nulls(k, pa.string()),
    )
    return Faults(free[new[chosen]], measure=apart[chosen], others=others)


def moved(subject: Subject) -> Faults:
    """Rows whose parcel is live elsewhere: measured in metres between the middles, drawn as the line between them.

    A parcel that grew, or of which a part is left, has its middle elsewhere as well; so it has moved only if a point
    inside it lies outside of where it was, and the other way round.
    """
    land, live_parcels = subject.fact(land_change), live_parcels_of(subject)
    far = where(land.apart > float(subject.context.policy.history.moved_m))
    now = subject.dataset.stored[land.rows[far]]
    then = read_wkb(live_parcels["geom"].combine_chunks().take(pa.array(land.live[far])))
    overlaps = shapely.intersects(shapely.point_on_surface(now), then)
    overlaps |= shapely.intersects(shapely.point_on_surface(then), now)
    far = far[~overlaps]
    line = shapely.linestrings(land.middles[far]) if len(far) else np.empty(0, dtype=object)
    return Faults(
        land.rows[far],
        measure=land.apart[far],
        place=np.asarray(line, dtype=object),
        place_srid=np.full(len(far), crs.VN2000, np.int32),
    )


def id_changed(subject: Subject) -> Faults:
    """Rows with another national id than their parcel has, on the same land; the detail is the live id."""
    land = subject.fact(land_change)
    ids = subject.fact(handles.own_handles).national_id
    shared = pc.is_in(
        ids, value_set=subject.context.repeated.national_id["handle"].combine_chunks(), skip_nulls=True
    )
    now = ids.take(pa.array(land.rows))
    then = subject.fact(live_handles).national_id.take(pa.array(land.live))
    other = pc.and_not(pc.fill_null(pc.not_equal(now, then), False), shared.take(pa.array(land.rows)))
    chosen = where(_mask(other) & land.same(subject.context.policy))
    return Faults(land.rows[chosen], detail=then.take(pa.array(chosen)))


def number_reused(subject: Subject) -> Faults:
    """Rows with the sheet and number of a parcel that ended, unless they are that parcel; the detail is sheet/number."""
    retired = subject.context.retired
    if retired is None:
        raise ValueError("the handles that ended are not at hand: the check cannot run")
    mine = subject.fact(handles.own_handles)
    again = pc.is_in(
        mine.sheet, value_set=subject.context.repeated.sheet["handle"].combine_chunks(), skip_nulls=True
    )
    named = fitting(mine.sheet, retired["handle"].combine_chunks(), np.ones(len(subject), dtype=bool)).named
    at = pa.array(named, mask=named < 0)
    back = _mask(again)
    for name, own in (("source_handle", mine.source_key), ("national_id", mine.national_id)):
        back |= _mask(pc.fill_null(pc.equal(retired[name].combine_chunks().take(at), own), False))
    rows = where(_mask(pc.is_valid(at)) & ~back)
    return Faults(rows, detail=_numbers(subject, rows))


def _numbers(subject: Subject, rows: Rows) -> pa.Array:
    at = pa.array(rows)
    return pc.binary_join_element_wise(
        subject.text("sheet_no").take(at), subject.text("parcel_no").take(at), "/"
    )


def _mask(values: pa.Array) -> Mask:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)


def _has_retired(subject: Subject) -> bool:
    return subject.context.retired is not None


CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-SAME-PLACE",
        "warning",
        quarantines=False,
        title=Bilingual(
            "Đất của thửa đang có, mang thông tin nhận dạng khác", "Land of a live parcel under other ids"
        ),
        message=Bilingual(
            "Thửa đất này trùng vị trí và diện tích với thửa đang có trong cơ sở dữ liệu ({others}), nhưng mang khóa "
            "nguồn, mã định danh, số tờ và số thửa khác; thửa đang có không được giao nộp.",
            "The parcel has the place and area of one that is live ({others}), under another source key, national id, "
            "sheet and number; the live one is not delivered.",
        ),
        advice=Bilingual(
            "Nếu là cùng một thửa đất, giao nộp với khóa nguồn hoặc mã định danh cũ để giữ lịch sử của thửa; nếu là thửa "
            "mới thay thế thửa cũ thì không cần sửa.",
            "If it is the same parcel, deliver it with its old source key or national id, so that it keeps its "
            "history; if a new parcel lawfully replaces it, nothing is to be done.",
        ),
        find=same_place,
        measures=("thong_nhat",),
        unit="m",
        scope="contextual",
        can_run=has_previous,
    ),
    Check(
        "IDN-MOVED",
        "warning",
        quarantines=False,
        title=Bilingual("Cùng thông tin nhận dạng, khác vị trí", "Same identity, other place"),
        message=Bilingual(
            "Thửa đất nằm cách vị trí đang có trong cơ sở dữ liệu {measure} m.",
            "The parcel lies {measure} m from where it is live.",
        ),
        advice=Bilingual(
            "Kiểm tra xem khóa nguồn, mã định danh hoặc số thửa có bị gán cho thửa đất khác không, và hệ tọa độ của lần "
            "giao nộp. Nếu đã đo đạc lại và vị trí mới đúng thì không cần sửa.",
            "See whether source key, national id or number were given to another parcel, and whether the coordinate "
            "system is right. After a new survey whose place is right, nothing is to be done.",
        ),
        find=moved,
        measures=("thong_nhat",),
        unit="m",
        scope="contextual",
        can_run=has_previous,
    ),
    Check(
        "IDN-ID-CHANGED",
        "warning",
        quarantines=False,
        title=Bilingual("Mã định danh đổi, thửa đất không đổi", "National id changed, parcel did not"),
        message=Bilingual(
            "Thửa đất không thay đổi nhưng mang mã định danh khác; mã đang có là {detail}.",
            "The parcel did not change, and has another national id; the live one is {detail}.",
        ),
        advice=Bilingual(
            "Giữ mã định danh đã cấp: mã chỉ đổi khi thửa đất được đo đạc lại hoặc biến động ranh giới. Nếu mã cũ gán sai "
            "thì không cần sửa gì thêm.",
            "Keep the id that was given: it changes only with a new survey or another boundary. If the old one was "
            "wrong, nothing more is to be done.",
        ),
        find=id_changed,
        measures=("song",),
        scope="contextual",
        can_run=has_previous,
    ),
    Check(
        "IDN-NUMBER-REUSED",
        "warning",
        quarantines=False,
        title=Bilingual("Dùng lại số tờ và số thửa đã chấm dứt", "Sheet and number of a parcel that ended"),
        message=Bilingual(
            "Số tờ và số thửa {detail} từng là của một thửa đất đã chấm dứt.",
            "Sheet and number {detail} were those of a parcel that ended.",
        ),
        advice=Bilingual(
            "Số thửa của thửa đất đã chấm dứt không được dùng lại: cấp số tiếp theo của tờ bản đồ; hoặc nếu chính thửa cũ "
            "được khôi phục thì giao nộp với khóa nguồn hoặc mã định danh cũ.",
            "The number of a parcel that ended is not used again: give the next number of the sheet; or, if that very "
            "parcel comes back, deliver it with its old source key or national id.",
        ),
        find=number_reused,
        measures=("song",),
        scope="contextual",
        can_run=_has_retired,
    ),
)
