"""The gate: which communes of a readable delivery go on, and which wait for a person.

The brake on loss is not here: only the merge knows what a commune would lose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from pathlib import Path
from typing import Any, Literal

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync.conform import load_conform
from sync.conform.detective import UNDECIDED
from sync.declared.delivery import VIETNAM
from sync.folder.files import read_json, write_json
from sync.folder.reasons import Reason
from sync.intake.fetch import load_delivery
from validators.policy import CrsRules, policy_at

__all__ = ["GATE_JSON", "LivePlace", "gate", "load_gate"]

GATE_JSON = "gate.json"
Decision = Literal["accept", "hold"]


@dataclass(frozen=True, slots=True)
class LivePlace:
    """How many parcels of a dataset are live already, and how far east and north of that they lie now (median, m)."""

    found: int
    east_m: float
    north_m: float

    @property
    def shift_m(self) -> float:
        """The distance, metres."""
        return hypot(self.east_m, self.north_m)


def gate(
    run_dir: Path,
    history: Mapping[str, datetime | None] | None = None,
    places: Mapping[tuple[str, int], LivePlace] | None = None,
) -> dict[str, Any]:
    """Decide on every commune of the run; writes gate.json.

    history  commune → when the data now live in it was extracted; absent or None where nothing is known
    places   commune and part → where the parcels of an undecided dataset are live; absent where none is

    Returns counts for the ledger.
    """
    record = load_delivery(run_dir)
    conformed = load_conform(run_dir)
    when = record.extracted_at or record.received_at
    rules = policy_at(record.as_of).crs
    communes: dict[str, dict[str, Any]] = {}
    for code in conformed["communes"]:
        if code == UNKNOWN_COMMUNE:
            continue
        reasons, settled = _with_history(code, conformed["holds"].get(code, []), places or {}, rules)
        known = (history or {}).get(code)
        # A change set may come late: the merge orders it row by row.
        if record.kind == "full" and known is not None and when < known:
            reasons.append(_older(when, known).as_dict())
        communes[code] = {"decision": "hold" if reasons else "accept", "reasons": reasons}
        if settled:
            communes[code]["settled"] = settled
    held = [code for code, verdict in communes.items() if verdict["decision"] == "hold"]
    write_json(run_dir / GATE_JSON, {"decision": "hold" if held else "accept", "communes": communes})
    return {"decision": "hold" if held else "accept", "communes": len(communes), "held_communes": held}


def load_gate(run_dir: Path) -> dict[str, Any]:
    """gate.json of a run."""
    return read_json(run_dir / GATE_JSON)


def _with_history(
    code: str,
    reasons: list[dict[str, Any]],
    places: Mapping[tuple[str, int], LivePlace],
    rules: CrsRules,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The reasons of conform, what the history adds to them, and those that it settles.

    Only an undecided CRS is settled: the same parcels lie where they are live.
    """
    left, settled = [], []
    for reason in reasons:
        place = places.get((code, reason["evidence"]["part_no"])) if reason["code"] == UNDECIDED else None
        if place is None or place.found < rules.history_at_least:
            left.append(reason)
            continue
        shift = {"found": place.found, "east_m": round(place.east_m, 2), "north_m": round(place.north_m, 2)}
        told = reason | {"evidence": reason["evidence"] | {"history": shift}}
        if place.shift_m <= rules.history_shift_m:
            settled.append(told)
        else:
            more = _moved(place)
            left.append(told | {"vi": f"{reason['vi']} {more.vi}", "en": f"{reason['en']} {more.en}"})
    return left, settled


def _moved(place: LivePlace) -> Bilingual:
    metres = round(place.shift_m)
    return Bilingual(
        f"Đối chiếu {place.found} thửa với dữ liệu đang có hiệu lực: lần này chúng nằm lệch {metres} m.",
        f"Compared with the live data, {place.found} parcels lie {metres} m from where they were.",
    )


def _older(when: datetime, known: datetime) -> Reason:
    ours, theirs = (f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}" for moment in (when, known))
    return Reason(
        "OLDER",
        Bilingual(
            f"Gói dữ liệu trích xuất lúc {ours}, cũ hơn dữ liệu đang có hiệu lực ({theirs}).",
            f"The delivery was extracted at {ours}, before the data now live ({theirs}).",
        ),
    )
