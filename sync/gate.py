"""The gate: which communes of a readable delivery go on, and which wait for a person.

The brake on loss is not here: only the merge knows what a commune would lose.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync.declared.profile import FOREIGN
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.document import Counts
from sync.folder.gate import Gated, GateDecision
from sync.folder.reasons import UNDATED, UNDECIDED, Reason, Shift, older
from validators.policy import CrsRules, policy_at


def gate(
    run_dir: Path,
    history: Mapping[str, datetime | None] | None = None,
    places: Mapping[tuple[str, int], Shift] | None = None,
) -> Counts:
    """Decide on every commune of the run; writes gate.json.

    history  commune → up to when it is known (`sync.known.history.known_up_to`); absent or None where nothing is;
             None: offline, where nothing is stored, so that a delivery that nobody dates is only told to wait one day
    places   commune and part → where the parcels of an undecided dataset are live; absent where none is

    Returns counts for the ledger.
    """
    record = DeliveryRecord.load(run_dir)
    conformed = Conformed.load(run_dir)
    when = record.moment
    undated = when is None and record.province != FOREIGN  # what is judged and never stored needs no order
    rules = policy_at(record.as_of).crs
    communes: dict[str, GateDecision] = {}
    for code in conformed.communes:
        if code == UNKNOWN_COMMUNE:
            continue
        reasons, settled = _with_history(code, conformed.holds.get(code, ()), places or {}, rules)
        known = (history or {}).get(code)
        # A change set may come late: the merge orders it row by row.
        if when is not None and not record.changes and known is not None and when < known:
            reasons += (older(when, known),)
        hold = bool(reasons) or (undated and history is not None)
        reasons += (_undated(),) if undated else ()
        communes[code] = GateDecision(decision="hold" if hold else "accept", reasons=reasons, settled=settled)
    held = any(said.decision == "hold" for said in communes.values())
    gated = Gated(decision="hold" if held else "accept", communes=communes)
    gated.save(run_dir)
    return {"decision": gated.decision, "communes": len(communes), "held_communes": list(gated.held)}


def _with_history(
    code: str,
    reasons: tuple[Reason, ...],
    places: Mapping[tuple[str, int], Shift],
    rules: CrsRules,
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """The reasons of conform, what the history adds to them, and those that it settles.

    Only an undecided CRS is settled: the same parcels lie where they are live.
    """
    left: tuple[Reason, ...] = ()
    settled: tuple[Reason, ...] = ()
    for reason in reasons:
        evidence = reason.evidence if reason.code == UNDECIDED else None
        place = places.get((code, evidence.part_no)) if evidence is not None else None
        if evidence is None or place is None:
            left += (reason,)
            continue
        rounded = {"east_m": round(place.east_m, 2), "north_m": round(place.north_m, 2)}
        told = evidence.model_copy(update={"history": place.model_copy(update=rounded)})
        if settles(place, rules):
            settled += (reason.model_copy(update={"evidence": told}),)
        elif place.found < rules.history_at_least and not place.against:
            left += (reason.model_copy(update={"evidence": told}),)
        else:
            more = _moved(place)
            said = Bilingual(f"{reason.vi} {more.vi}", f"{reason.en} {more.en}")
            left += (Reason.of(reason.code, said, told),)
    return left, settled


def settles(place: Shift, rules: CrsRules) -> bool:
    """Whether the live parcels show that an undecided dataset is in the CRS that it says.

    Where enough are found again, their median does. Of few rows none may speak against it, and half must lie where
    no other CRS puts them: what is shown of a row holds for the others of its export, not for a mixture of two.
    """
    if place.found >= rules.history_at_least:
        return place.distance_m <= rules.history_shift_m
    return place.against == 0 and 0 < place.rows <= 2 * place.shown


def _moved(place: Shift) -> Bilingual:
    metres = round(place.distance_m)
    if place.against:
        return Bilingual(
            f"Đối chiếu {place.rows} thửa với đất đang có hiệu lực của xã: theo hệ tọa độ đã khai, {place.against} thửa không "
            "nằm đúng chỗ.",
            f"Held against the commune's live land, {place.against} of {place.rows} parcels do not lie in their place in "
            "the declared CRS.",
        )
    return Bilingual(
        f"Đối chiếu {place.found} thửa với dữ liệu đang có hiệu lực: lần này chúng nằm lệch {metres} m.",
        f"Compared with the live data, {place.found} parcels lie {metres} m from where they were.",
    )


def _undated() -> Reason:
    return Reason.of(
        UNDATED,
        Bilingual(
            "Không rõ gói dữ liệu được trích xuất lúc nào; ngày nhận không nói lên điều đó, nên khi đồng bộ gói bị tạm giữ. Hãy "
            "đặt cạnh dữ liệu một delivery.toml có dòng extracted_at (lúc trích xuất, kèm +07:00), hoặc người đưa dữ liệu vào "
            "hay người duyệt ghi thời điểm đó bằng --extracted-at.",
            "Nothing says when the delivery was extracted, and when it arrives does not tell: synchronised like this, it is "
            "held. Put a delivery.toml with a line extracted_at (when it was extracted, with +07:00) beside the data, or "
            "whoever brings it in or approves it states the moment with --extracted-at.",
        ),
    )
