"""PER-CONFLICT, PER-ORPHAN, PER-SHARES: what tables of people say of a parcel and cannot be, told at the parcel. No person is.

A fault of such a row refuses no parcel. Rows that name no parcel of the delivery are told in the report of what was read.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.people import CERTIFICATES_OVER, contradicting_shares
from validators.base import Check, Faults, Mask, Rows, Subject, words
from validators.people_of import located, rights, strongest

# Of the whole delivery: row_no of the snapshot, conflict | orphan, and of what.
PEOPLE_FAULTS: Final = pa.schema(
    [
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("fault", pa.string(), nullable=False),
        pa.field("what", pa.string(), nullable=False),
    ]
)
_MORE_THAN_WHOLE: Final = 1 + 1e-9  # thirds do not add up to one in binary
_WHAT: dict[str, Bilingual] = {
    "user": Bilingual("người sử dụng đất", "land user"),
    "certificate": Bilingual("Giấy chứng nhận", "certificate"),
    "both": Bilingual("người sử dụng đất và Giấy chứng nhận", "land user and certificate"),
}
_SHARES: dict[str, Bilingual] = {
    "self": Bilingual(
        "phần quyền thiếu tử số hoặc mẫu số, không phải một phần của toàn bộ, hoặc ghi cho sở hữu chung hợp nhất",
        "a share without numerator or denominator, that is no part of a whole, or of joint property",
    ),
    "sum": Bilingual("tổng các phần quyền lớn hơn toàn bộ", "the shares together are more than the whole"),
}


def conflict(subject: Subject) -> Faults:
    """Rows of whose user or certificate rows of the delivery with one key say different things."""
    return _told(subject, "conflict")


def orphan(subject: Subject) -> Faults:
    """Rows a right to which names a user or a certificate that the delivery does not have."""
    return _told(subject, "orphan")


def _told(subject: Subject, fault: str) -> Faults:
    faults = subject.context.people_faults
    if faults is None:
        return Faults(np.empty(0, np.int64), detail=pa.array([], pa.string()))
    mine = faults.filter(pc.equal(faults["fault"], fault))
    at, there = located(subject, mine["row_no"])
    what = np.asarray(one_array(mine["what"].filter(there)).to_numpy(zero_copy_only=False), dtype=object)
    both = np.intersect1d(at[what == "user"], at[what == "certificate"])
    what = np.where(np.isin(at, both), "both", what).astype(object)
    rows, said = strongest(at, what, _WHAT, len(subject))
    return Faults(rows, detail=pa.array(said, pa.string()))


def shares(subject: Subject) -> Faults:
    """Rows with a share that contradicts itself, or whose shares together are more than the whole."""
    at, said = subject.fact(rights)
    if not len(at):
        return Faults(np.empty(0, np.int64), detail=pa.array([], pa.string()))
    wrong = np.asarray(contradicting_shares(said), dtype=bool)
    reasons = np.full(len(at), None, dtype=object)
    reasons[wrong] = "self"
    over = _over_the_whole(subject, at, said, wrong)
    every = np.concatenate((at, over))
    rows, why = strongest(
        every, np.concatenate((reasons, np.full(len(over), "sum", dtype=object))), _SHARES, len(subject)
    )
    return Faults(rows, detail=pa.array(why, pa.string()))


def _over_the_whole(subject: Subject, at: Rows, said: pa.Table, wrong: Mask) -> Rows:
    """The parcels whose shares are together more than the whole: of those that hold, each of a person once."""
    ended = pc.fill_null(pc.less_equal(said["right_to"], pa.scalar(subject.context.as_of)), False)
    old = pc.is_in(said["certificate_state"], value_set=pa.array(CERTIFICATES_OVER), skip_nulls=True)
    left = ~wrong & ~np.asarray(ended, dtype=bool) & ~np.asarray(old, dtype=bool)
    left &= np.asarray(said["share_numerator"].is_valid(), dtype=bool)
    names = ["land_user_key", "land_user_name", "land_user_id_number", "share_numerator", "share_denominator"]
    once = said.select(names).append_column("at", pa.array(at)).filter(pa.array(left))
    once = once.group_by(once.column_names, use_threads=False).aggregate([])
    parts = np.asarray(pc.divide(once["share_numerator"].cast(pa.float64()), once["share_denominator"].cast(pa.float64())))  # fmt: skip
    sums = np.bincount(np.asarray(once["at"], dtype=np.int64), parts, minlength=len(subject))
    return np.flatnonzero(sums > _MORE_THAN_WHOLE).astype(np.int64, copy=False)


CHECKS: tuple[Check, ...] = (
    Check(
        "PER-CONFLICT",
        "warning",
        quarantines=False,
        title=Bilingual(
            "Các dòng cùng khóa ghi khác nhau về một người hoặc một Giấy chứng nhận",
            "Rows of one key contradict each other",
        ),
        message=Bilingual(
            "Các dòng cùng khóa của bảng ghi khác nhau về {detail} của thửa; ý của nhiều dòng hơn được dùng.",
            "Rows of one key say different things of the parcel's {detail}; what most of them say was used.",
        ),
        advice=Bilingual(
            "Đối chiếu với giấy tờ và sửa để mỗi khóa chỉ nói về một người, một Giấy chứng nhận.",
            "Compare them with the documents, so that each key speaks of one person, of one certificate.",
        ),
        find=conflict,
        condenses=True,
        measures=("thong_nhat",),
        say_detail=words(_WHAT),
    ),
    Check(
        "PER-ORPHAN",
        "warning",
        quarantines=False,
        title=Bilingual(
            "Quyền nêu người sử dụng hoặc Giấy chứng nhận không có trong gói",
            "A right names a user or certificate that is not there",
        ),
        message=Bilingual(
            "Một quyền trên thửa nêu {detail} mà gói dữ liệu không có; quyền đó không được dùng.",
            "A right to the parcel names a {detail} that the delivery does not have; that right is not used.",
        ),
        advice=Bilingual(
            "Xuất lại đủ bảng người sử dụng và bảng Giấy chứng nhận, hoặc sửa khóa trong bảng quyền.",
            "Export users and certificates whole, or correct the key in the table of rights.",
        ),
        find=orphan,
        condenses=True,
        measures=("thong_nhat",),
        say_detail=words(_WHAT),
    ),
    Check(
        "PER-SHARES",
        "warning",
        quarantines=False,
        title=Bilingual("Phần quyền trên thửa mâu thuẫn", "Shares of a parcel contradict"),
        message=Bilingual(
            "Phần quyền của những người sử dụng thửa đất mâu thuẫn: {detail}.",
            "The shares of the parcel's users contradict: {detail}.",
        ),
        advice=Bilingual(
            "Sửa phần quyền theo Giấy chứng nhận; nếu là sở hữu chung hợp nhất thì để trống phần quyền.",
            "Correct the shares from the certificate; leave them empty where the property is joint.",
        ),
        find=shares,
        condenses=True,
        measures=("thong_nhat",),
        say_detail=words(_SHARES),
    ),
)
