"""The gate: which communes of a readable delivery go on, and which wait for a person.

The brake on loss is not here: only the merge knows what a commune would lose.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync.conform import load_conform
from sync.conform.holds import Reason
from sync.delivery import VIETNAM
from sync.fetch import load_delivery
from sync.runfolder import read_json, write_json

GATE_JSON = "gate.json"
Decision = Literal["accept", "hold"]


def gate(run_dir: Path, history: Mapping[str, datetime | None] | None = None) -> dict[str, Any]:
    """Decide on every commune of the run; writes gate.json.

    history  commune → when the data now live in it was extracted; absent or None where nothing is known

    Returns counts for the ledger.
    """
    record = load_delivery(run_dir)
    conformed = load_conform(run_dir)
    when = record.extracted_at or record.received_at
    communes: dict[str, dict[str, Any]] = {}
    for code in conformed["communes"]:
        if code == UNKNOWN_COMMUNE:
            continue
        reasons = list(conformed["holds"].get(code, []))
        known = (history or {}).get(code)
        # A change set may come late: the merge orders it row by row.
        if record.kind == "full" and known is not None and when < known:
            reasons.append(_older(when, known).as_dict())
        communes[code] = {"decision": "hold" if reasons else "accept", "reasons": reasons}
    held = [code for code, verdict in communes.items() if verdict["decision"] == "hold"]
    write_json(run_dir / GATE_JSON, {"decision": "hold" if held else "accept", "communes": communes})
    return {"decision": "hold" if held else "accept", "communes": len(communes), "held_communes": held}


def load_gate(run_dir: Path) -> dict[str, Any]:
    """gate.json of a run."""
    return read_json(run_dir / GATE_JSON)


def _older(when: datetime, known: datetime) -> Reason:
    ours, theirs = (f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}" for moment in (when, known))
    return Reason(
        "OLDER",
        Bilingual(
            f"Gói dữ liệu trích xuất lúc {ours}, cũ hơn dữ liệu đang có hiệu lực ({theirs}).",
            f"The delivery was extracted at {ours}, before the data now live ({theirs}).",
        ),
    )
