"""What is said of each commune once the merge has decided too: its verdict, counted again, and why it is held."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.check import load_findings
from sync.load.inputs import Inputs
from sync.load.merge import Merged
from sync.load.regroup import Judged as JudgedCommune
from sync.load.regroup import after_merge
from sync.load.staging import Judged
from sync.run import Run

LOSS = "LOSS"
FOREIGN_HANDS = "FOREIGN-HANDS"

# A change set regroups no commune: a few changed parcels say nothing about the rest.
_NOT_REGROUPED = Bilingual(
    "Gói biến động: nhóm của xã giữ theo bản đầy đủ gần nhất, tạm thời cho đến bản đầy đủ tiếp theo.",
    "A change set: the commune keeps the group of its last full snapshot, provisionally until the next one.",
)


def regrouped(run: Run, inputs: Inputs, merged: Merged, findings: pa.Table) -> dict[str, dict[str, Any]]:
    """The verdicts of the communes in which the merge quarantined more rows, counted again."""
    communes = sorted({row["commune_code"] for row in merged.quarantined})
    if inputs.changes or not communes:
        return {}
    found = load_findings(run.judged_folder)

    def mine(table: pa.Table, code: str) -> pa.Table:
        return table.filter(pc.equal(table["dataset"], code))

    return {
        code: after_merge(
            JudgedCommune(inputs.verdicts[code], mine(inputs.rows, code), mine(found, code)),
            [row for row in merged.quarantined if row["commune_code"] == code],
            mine(findings, code),
            inputs.policy,
            inputs.delivery.as_of,
        )
        for code in communes
    }


def verdicts_after(
    inputs: Inputs, judged: Judged, merged: Merged, again: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The verdict on each commune, as it is after the merge.

    again  `regrouped`: those that were counted again
    """
    held = {line["commune_code"]: line for line in merged.lines if line["commune_held"]}
    valid_from = {line["commune_code"]: line["valid_from"] for line in merged.lines}
    result = []
    for code, verdict in inputs.verdicts.items():
        if code == UNKNOWN_COMMUNE or (judged.only is not None and code not in judged.only):
            continue
        now = again.get(code, verdict)
        reasons = [_NOT_REGROUPED._asdict()] if inputs.changes else now["reasons"]
        result.append(
            {
                "commune_code": code,
                "valid_from": valid_from[code],
                "decision": "hold" if code in held else "accept",
                "complete": code in inputs.delivery.complete_for,
                "rows_read": now["read"],
                "quarantined": now["quarantined"],
                "unreadable": now["unreadable"],
                "rows_with_error": now["rows_with_error"],
                "excused": verdict["excused"],
                "usability_group": now["group"],
                "group_code": now["group_code"],
                "group_title": now["group_title"],
                "assured_group": now["assured_group"],
                "provisional": verdict["provisional"],
                "reasons": reasons
                if code not in held
                else _hold_reasons(code, inputs, judged, merged, held[code]),
                "group_reasons": reasons,
                "measures": now["measures"],
                "measured": now["measured"],
                "fixes": now["fixes"],
                "policy": now["policy"],
            }
        )
    if inputs.changes:
        touched = {verdict["commune_code"] for verdict in result} | {UNKNOWN_COMMUNE}
        result += [
            _held_without_rows(code, inputs, judged, merged, line)
            for code, line in held.items()
            if code not in touched
        ]
    return result


def _held_without_rows(
    code: str, inputs: Inputs, judged: Judged, merged: Merged, line: db.Row
) -> dict[str, Any]:
    """A commune that a change set takes parcels out of without a row of its own: held, it can be approved like any."""
    return {
        "commune_code": code,
        "valid_from": line["valid_from"],
        "decision": "hold",
        "complete": False,
        "rows_read": 0,
        "quarantined": 0,
        "unreadable": 0,
        "rows_with_error": 0,
        "excused": 0,
        "usability_group": None,
        "group_code": None,
        "group_title": None,
        "assured_group": None,
        "provisional": True,
        "reasons": _hold_reasons(code, inputs, judged, merged, line),
        "group_reasons": [],
        "measures": {},
        "measured": {},
        "fixes": None,
        "policy": inputs.policy.name,
    }


def _hold_reasons(
    code: str, inputs: Inputs, judged: Judged, merged: Merged, line: db.Row
) -> list[dict[str, str]]:
    reasons = []
    if code in judged.held:
        reasons += inputs.gate["communes"][code]["reasons"]
    if code in merged.foreign_hands_held:
        count = merged.foreign_hands_held[code]
        words = Bilingual(
            f"{count} thửa đất của xã đã bị thêm, xóa hoặc sửa ngoài hệ thống kể từ lượt chạy gần nhất.",
            f"{count} parcels of the commune were added, deleted or changed behind the pipeline since the last run.",
        )
        reasons.append({"code": FOREIGN_HANDS, **words._asdict()})
    if code in merged.brake_held:
        losing, before = merged.brake_held[code], line["current_before"]
        words = Bilingual(
            f"Xã sẽ mất {losing} trong {before} thửa đất đang có hiệu lực; vượt ngưỡng an toàn.",
            f"The commune would lose {losing} of its {before} current parcels: more than the brake allows.",
        )
        reasons.append({"code": LOSS, **words._asdict()})
    return reasons
