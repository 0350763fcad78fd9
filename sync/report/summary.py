"""`summary.json`: what `landsync check --json` prints, key for key."""

from typing import Any

from sync.check import count_values
from sync.report.material import Material, is_commune


def summary_of(material: Material) -> dict[str, Any]:
    """The outcome of a run for a machine. read = accepted + held + quarantined + unreadable."""
    communes = material.communes
    total = {
        name: sum(commune[name] for commune in communes) for name in ("read", "quarantined", "unreadable")
    }
    held = sum(commune["accepted"] for commune in communes if commune["decision"] == "hold")
    return {
        "province": material.record.province,
        "delivery_sha256": material.record.delivery_sha256,
        "decision": material.decision,
        "provisional": any(commune["provisional"] for commune in communes),
        "read": total["read"],
        "accepted": total["read"] - held - total["quarantined"] - total["unreadable"],
        "held": held,
        "quarantined": total["quarantined"],
        "unreadable": total["unreadable"],
        "findings": count_values(material.findings["check_code"]),
        "not_applicable": material.merged("not_applicable"),
        "not_run": material.not_run,
        "communes": [_line(commune) for commune in communes if is_commune(commune["code"])],
    }


def _line(commune: dict[str, Any]) -> dict[str, Any]:
    """A commune: reasons to hold first, then why it is in its group."""
    return {
        "code": commune["code"],
        "decision": commune["decision"],
        "parcels": commune["read"],
        "group": commune["group"],
        "excused": commune["excused"],
        "reasons": [*commune["hold_reasons"], *commune["reasons"]],
        "measures": commune["measures"],
        "group_code": commune["group_code"],
        "fixes": commune["fixes"],
    }
