"""The commune that a row belongs to (IDN-COMMUNE-…): in force, of this province, and told from what an old code left."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from validators.base import Check, Faults, Mask, Subject, where
from validators.echo import HIDDEN, echo

MISSING = "missing"  # the row has no commune code
UNDECIDED = "undecided"  # an old code that could not be converted, whether or not its five digits live on
_NO_REASON_GIVEN = "no-evidence"
# What the detail of a finding says of one that is undecided, in words.
UNDECIDED_BECAUSE: dict[str, Bilingual] = {
    "no-evidence": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, không quy đổi được chỉ bằng mã: chưa nạp ranh giới xã và chưa có "
        "bảng tham chiếu tờ bản đồ",
        "names a former commune that was divided between several, and cannot be converted by the code alone: no "
        "commune boundaries are loaded and no sheet table is given",
    ),
    "no-successor": Bilingual(
        "là mã của xã cũ không có trong bảng chuyển đổi chính thức",
        "names a former commune that is in no row of the official conversion table",
    ),
    "straddles": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và thửa đất nằm vắt qua ranh giới các xã đó",
        "names a former commune that was divided between several, and the parcel lies across their boundary",
    ),
    "outside": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, nhưng thửa đất không nằm trong ranh giới của xã nào trong số đó",
        "names a former commune that was divided between several, but the parcel lies in the boundary of none of them",
    ),
    "no-geometry": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và thửa đất không có hình học để xác định xã",
        "names a former commune that was divided between several, and the parcel has no geometry to place it by",
    ),
    "sheet-unlisted": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và bảng tham chiếu không có tờ bản đồ này",
        "names a former commune that was divided between several, and the sheet table does not list this sheet",
    ),
    "sheet-ambiguous": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và bảng tham chiếu ghi tờ bản đồ này về nhiều xã",
        "names a former commune that was divided between several, and the sheet table puts this sheet into several",
    ),
    "contradiction": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới; bảng tham chiếu tờ bản đồ và ranh giới xã mâu thuẫn nhau",
        "names a former commune that was divided between several; the sheet table and the boundaries contradict "
        "each other",
    ),
}


def commune_state(subject: Subject) -> NDArray[np.object_]:
    """(n,) known, other_province, expired, undecided or unknown. Use as a fact.

    In a commune's dataset its name decides: old codes were converted on the way there. In the dataset of no
    commune the code as delivered does.
    """
    dataset, context = subject.dataset, subject.context
    if dataset.commune_code != UNKNOWN_COMMUNE:
        named = pa.array([dataset.commune_code])
        state = admin_units.classify_codes(named, context.province_code, context.as_of)
        return np.repeat(state, len(dataset))
    codes = subject.text("commune_code")
    state = admin_units.classify_codes(codes, context.province_code, context.as_of)
    undecided = pc.fill_null(pc.equal(subject.text("commune_decided_by"), UNDECIDED), False)
    return np.where((state == "known") | np.asarray(undecided), UNDECIDED, state)


def of_commune_state(*states: str) -> Callable[[Subject], Faults]:
    """A function that finds the rows whose commune is in one of these states; the detail is the code."""

    def find(subject: Subject) -> Faults:
        state = subject.fact(commune_state)
        rows = where(np.isin(state, states))
        codes = echo(subject.text("commune_code").take(pa.array(rows)))
        undecided = pa.array(state[rows] == UNDECIDED)
        why = pc.fill_null(subject.text("commune_undecided_because").take(pa.array(rows)), _NO_REASON_GIVEN)
        return Faults(rows, detail=pc.fill_null(pc.if_else(undecided, why, codes), MISSING))

    return find


def without_commune(subject: Subject) -> Mask:
    """(n,) the rows whose commune cannot be told either: of no known code, in force or not."""
    return np.asarray(subject.fact(commune_state) == "unknown", dtype=bool)


def _commune_code(code: str) -> Bilingual:
    if code == HIDDEN:
        return Bilingual("ghi trong dữ liệu", "as delivered")
    return Bilingual(code, code)


def _unknown_code(code: str) -> Bilingual:
    if code == MISSING:
        return Bilingual("bị thiếu", "is missing")
    said = _commune_code(code)
    return Bilingual(f"{said.vi} không có trong danh mục", f"{said.en} is in no list")


def _ended_code(code: str) -> Bilingual:
    if code in UNDECIDED_BECAUSE:
        return UNDECIDED_BECAUSE[code]
    said = _commune_code(code)
    return Bilingual(f"{said.vi} đã hết hiệu lực", f"{said.en} is no longer valid")


_GIVE_CODE = Bilingual(
    "Ghi mã đơn vị hành chính cấp xã đang có hiệu lực (5 chữ số), hoặc khai báo mã cũ trong delivery.toml.",
    "Give the commune code in force (5 digits), or declare old codes in delivery.toml.",
)
_CONVERT = Bilingual(
    "Ghi mã đơn vị hành chính cấp xã đang có hiệu lực (5 chữ số); hoặc khai báo mã cũ trong delivery.toml, và với xã "
    "cũ bị chia thì gửi kèm bảng tham chiếu tờ bản đồ (sheet_table).",
    "Give the commune code in force (5 digits); or declare old codes in delivery.toml and, for a divided former "
    "commune, add the sheet table (sheet_table).",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-COMMUNE-UNKNOWN",
        "error",
        quarantines=True,
        title=Bilingual("Không rõ xã", "Commune unknown"),
        message=Bilingual("Mã xã {detail}.", "The commune code {detail}."),
        advice=_GIVE_CODE,
        find=of_commune_state("unknown"),
        measures=("dung",),
        say_detail=_unknown_code,
    ),
    Check(
        "IDN-COMMUNE-EXPIRED",
        "error",
        quarantines=True,
        title=Bilingual("Mã xã hết hiệu lực", "Commune code expired"),
        message=Bilingual("Mã xã {detail}.", "The commune code {detail}."),
        advice=_CONVERT,
        find=of_commune_state("expired", UNDECIDED),
        measures=("dung",),
        say_detail=_ended_code,
    ),
    Check(
        "IDN-COMMUNE-PROVINCE",
        "error",
        quarantines=True,
        title=Bilingual("Xã của tỉnh khác", "Commune of another province"),
        message=Bilingual(
            "Mã xã {detail} thuộc tỉnh khác.", "The commune code {detail} belongs to another province."
        ),
        advice=Bilingual(
            "Kiểm tra mã xã, hoặc giao thửa đất này cho tỉnh quản lý xã đó.",
            "Check the code, or leave this parcel to the province of that commune.",
        ),
        find=of_commune_state("other_province"),
        measures=("dung", "thong_nhat"),
        say_detail=_commune_code,
    ),
)
