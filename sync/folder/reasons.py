"""Why a commune waits for a person: a code, the sentence in both languages, and what a machine may want to know."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import hypot
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from parcels.bilingual import Bilingual
from sync.clock import told
from sync.folder.document import Record

UNDECIDED = "CRS-UNDECIDED"  # of conform; the commune's live parcels may settle it at the gate
OLDER = "OLDER"  # of the gate: extracted before what is live
STATE_UNKNOWN = "STATE-UNKNOWN"  # of conform: nobody said what a row's state in its system means
UNDATED = "UNDATED"  # of the gate: nobody says when it was extracted
ALL_OLDER = (
    "ALL-OLDER"  # of the merge: of every row something newer is known, so that nothing of it was applied
)
REKEYED = "REKEYED"  # of the merge: land says that keys, ids or numbers name other parcels than before
MOVED = "MOVED"  # of the merge: the land of known parcels lies elsewhere
MOVED_COMMUNE = "MOVED-COMMUNE"  # of the merge: parcels of one commune are now delivered as another one's
TIED = "TIED"  # of the merge: let pass, but its rows take ids or numbers from a commune that waits
ABSENT = "ABSENT"  # of the merge: declared complete, and not one row of it came
FOREIGN_HANDS = "FOREIGN-HANDS"  # of the merge: rows were changed behind the pipeline

Outcome = Literal["agrees", "undecided", "contradicted"]
Ids = Literal["none", "scattered", "decide", "fit nothing", "fit elsewhere"]
Areas = Literal["none", "not needed", "decide", "leave open", "fit nothing"]
Reading = Literal["rekeyed", "moved"]
READINGS: dict[str, Reading] = {
    REKEYED: "rekeyed",
    MOVED: "moved",
}  # what the two say; a person may choose the other one

Scope = Literal["delivery", "lately", "province"]
Metres = tuple[float, float]  # east, north


class Shift(Record):
    """How many parcels of a dataset are live already, and how far from that they lie now (median, m).

    Where few are: how many `rows` were held against live land, how many of them (`shown`) only the declared CRS puts in
    their place, and how many speak against it.
    """

    found: int
    east_m: float
    north_m: float
    rows: int = 0
    shown: int = 0
    against: int = 0

    @property
    def distance_m(self) -> float:
        """How far, metres."""
        return hypot(self.east_m, self.north_m)


class CrsEvidence(Record):
    """What was found out about the CRS of one dataset; see `sync.conform.detective.verdict`. CRSs by their names."""

    outcome: Outcome
    declared: str | None
    proposal: str | None
    candidates: tuple[str, ...]
    parcels: int
    distance_km: float | None
    allowed_km: float | None
    ids: Ids
    id_count: int
    id_shift_m: Metres | None
    id_shifts_m: dict[str, Metres]
    areas: Areas
    area_count: int
    area_ratio: float | None
    area_error: float | None
    mixed_with: str | None
    mixed_share: float
    part_no: int
    history: Shift | None = None  # what the commune's live parcels add, at the gate

    @model_serializer(mode="wrap")
    def _short(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `history` where there is none."""
        said: dict[str, Any] = whole(self)
        return {name: value for name, value in said.items() if name != "history" or value is not None}


class Measured(Record):
    """What a brake measured, and against what; see `parcels.brakes`.

    scope        more than one delivery may change; than the last days may together; than all communes together
    parcels      how many it is about; amount of out_of: parcels or rows, except for AREA (m²)
    together, together_of, days  with what the last days changed
    east, north  of SHIFTED: the way (m); of SCALED `east` is the factor of the areas
    """

    code: str
    column_group: str | None
    scope: Scope
    parcels: int
    amount: float
    out_of: float
    together: float | None = None
    together_of: float | None = None
    days: int | None = None
    east: float | None = None
    north: float | None = None


class Move(Record):
    """So many `parcels` of the `of` that commune `origin` has are now delivered as those of commune `target`."""

    origin: str
    target: str
    parcels: int
    of: int


class Reason(Record):
    """One reason to hold a commune; `measured`: by a brake, what it measured; `moves`: the movements that make communes one case."""

    code: str
    vi: str
    en: str
    evidence: CrsEvidence | None = None
    measured: Measured | None = None
    moves: tuple[Move, ...] | None = None

    @classmethod
    def of(
        cls,
        code: str,
        said: Bilingual,
        evidence: CrsEvidence | None = None,
        measured: Measured | None = None,
    ) -> "Reason":
        """The reason of that code, in these words."""
        return cls(code=code, vi=said.vi, en=said.en, evidence=evidence, measured=measured)

    @property
    def said(self) -> Bilingual:
        """Its sentence."""
        return Bilingual(self.vi, self.en)

    @model_serializer(mode="wrap")
    def _short(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `evidence`, `measured` and `moves` where there are none."""
        said: dict[str, Any] = whole(self)
        return {
            name: value for name, value in said.items() if name in ("code", "vi", "en") or value is not None
        }


def older(when: datetime, known: datetime) -> Reason:
    """The reason to hold a commune of which something later than the delivery, extracted at `when`, is known."""
    return Reason.of(
        OLDER,
        Bilingual(
            f"Gói dữ liệu trích xuất lúc {told(when)}, cũ hơn dữ liệu đang có hiệu lực ({told(known)}).",
            f"The delivery was extracted at {told(when)}, before the data now live ({told(known)}).",
        ),
    )


def contradicted(named: int, apart: int, known: int, renamed: int) -> Reason:
    """The reason for which rows, or their commune, wait whose handles name land elsewhere.

    named    rows that their handles say are a living parcel; apart: of these, whose land lies elsewhere; known: of those,
             whose land is that of another living parcel
    renamed  rows that no handle knows, on the land of a parcel that the delivery no longer has
    """
    if 2 * (known + renamed) >= apart + renamed:
        said = Bilingual(
            f"Thông tin nhận dạng không còn chỉ đúng các thửa đất cũ: trong {named} bản ghi của thửa đã biết, {apart} bản ghi nằm ở "
            f"nơi khác, {known} trong số đó nằm đúng trên một thửa khác đã biết; {renamed} bản ghi mang thông tin nhận dạng mới nằm "
            f"đúng trên thửa đã biết. Khả năng lớn nhất: hệ thống nguồn đã đánh lại khóa, mã hoặc số thửa. Duyệt nghĩa là: đất đúng, "
            f"nhận dạng đã đổi ({known + renamed} thửa). Ai biết rõ là nhận dạng đúng và tọa độ đã được sửa thì duyệt với --reading "
            "moved. Nếu cả hai đều không phải, hãy gửi lại với khóa cũ.",
            f"Handles no longer name the same parcels: of {named} rows of known parcels, {apart} lie elsewhere, {known} of these "
            f"exactly on another known parcel; {renamed} rows with new handles lie exactly on a known parcel. The likely story: the "
            f"system renumbered its keys, ids or numbers. To approve says: the land is right and the handles have changed "
            f"({known + renamed} parcels). Who knows that the handles are right and coordinates were corrected approves with --reading "
            "moved. If neither is so, deliver again with the keys of before.",
        )
        return Reason.of(REKEYED, said)
    said = Bilingual(
        f"Trong {named} bản ghi của thửa đã biết, {apart} bản ghi nay nằm hẳn ở nơi khác. Có thể tọa độ đã được sửa, hoặc nhận dạng "
        "bị gán nhầm. Duyệt nghĩa là: vẫn là thửa đất ấy, vị trí đã được sửa. Ai biết rõ là nhận dạng đã được gán cho đất khác thì duyệt "
        "với --reading rekeyed: bản ghi nằm nơi chưa có thửa nào là thửa mới, thửa cũ kết thúc. Nếu cả hai đều không phải, hãy kiểm tra "
        "khóa, mã định danh và số thửa rồi gửi lại.",
        f"Of {named} rows of known parcels, {apart} now lie wholly elsewhere. Their coordinates may have been corrected, or their "
        "handles given to the wrong land. To approve says: they are the same parcels, and their place was corrected. Who knows that the "
        "handles were given to other land approves with --reading rekeyed: a row where nothing was known is a new parcel, and the old "
        "one ends. If neither is so, check keys, ids and numbers and deliver again.",
    )
    return Reason.of(MOVED, said)


def reading_of(reasons: Iterable[Mapping[str, Any]]) -> Reading | None:
    """The reading that a hold with these reasons tells; None where it tells none. As `land.read_as`."""
    codes = {reason["code"] for reason in reasons}
    return next((reading for code, reading in READINGS.items() if code in codes), None)


def moved_commune(moves: tuple[Move, ...]) -> Reason:
    """The reason for which the communes of a case wait: what moved between them, and what to approve it says."""
    whole = [
        move
        for move in moves
        if move.parcels == sum(m.parcels for m in moves if m.origin == move.origin) == move.of
    ]
    told = Bilingual(
        "; ".join(
            f"{move.parcels}/{move.of} thửa của xã {move.origin} nay thuộc xã {move.target}" for move in moves
        ),
        "; ".join(
            f"{move.parcels} of {move.of} parcels of commune {move.origin} are now in {move.target}"
            for move in moves
        ),
    )
    story = (
        Bilingual("sáp nhập xã?", "a merger of communes?")
        if whole
        else Bilingual("địa giới đã đổi?", "a boundary of communes that moved?")
    )
    said = Bilingual(
        f"{told.vi}: {story.vi} Các xã này là một vụ việc, duyệt hoặc từ chối cùng nhau. Duyệt nghĩa là: vẫn là những thửa đất "
        "ấy, nay thuộc xã khác. Nếu không phải, hãy sửa mã xã rồi gửi lại.",
        f"{told.en}: {story.en} These communes are one case, approved or refused together. To approve says: they are the same "
        "parcels, now in another commune. If that is not so, correct the commune codes and deliver again.",
    )
    return Reason(code=MOVED_COMMUNE, vi=said.vi, en=said.en, moves=moves)


def tied(others: tuple[str, ...]) -> Reason:
    """The reason for which an approved commune waits again: `others` wait, and must give up what its rows take."""
    named = ", ".join(others)
    return Reason.of(
        TIED,
        Bilingual(
            f"Xã đã được duyệt, nhưng có dòng nhận mã định danh hoặc số thửa mà xã {named} chưa trả lại vì còn chờ. "
            "Hãy duyệt hoặc từ chối cùng nhau.",
            f"The commune was approved, but rows of it take ids or numbers which {named}, still waiting, has not given up. "
            "Approve or refuse them together.",
        ),
    )


def understood(reason: dict[str, Any]) -> dict[str, Any]:
    """A reason of version 1 of a document: evidence of before it had its present form is left out, the sentence says it."""
    evidence = reason.get("evidence")
    told = evidence is not None and set(CrsEvidence.model_fields) - {"history"} <= evidence.keys()
    return reason if told else {name: value for name, value in reason.items() if name != "evidence"}
