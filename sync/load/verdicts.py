"""What is said of each commune once the merge has decided too: its verdict, counted again, and why it is held."""

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.folder.braked import absent, brake_reason
from sync.folder.judgement import load_findings
from sync.folder.loaded import RefusedRow
from sync.folder.reasons import ALL_OLDER, FOREIGN_HANDS, Reason, contradicted, moved_commune, tied
from sync.folder.verdict import LoadedVerdict
from sync.load.inputs import Inputs
from sync.load.merge import Merged
from sync.load.regroup import JudgedCommune, after_merge
from sync.load.staging import StagedRun
from sync.run import Run
from validators.stored import CommuneVerdict, without_rows

# A change set is not looked at for gaps and missing sheets, so what is thought of a commune after it is provisional.
_AFTER_CHANGES = Bilingual(
    "Sau gói biến động: nhóm tính theo các thửa đang có hiệu lực và đang chờ sửa, tạm thời cho đến bản đầy đủ tiếp theo.",
    "After a change set: the group is that of the parcels live and waiting, provisionally until the next full snapshot.",
)


def regrouped(
    run: Run, inputs: Inputs, refused: tuple[RefusedRow, ...], findings: pa.Table
) -> dict[str, CommuneVerdict]:
    """The verdicts of the communes in which the merge quarantined more rows, counted again."""
    communes = sorted({row.commune_code for row in refused})
    if inputs.changes or not communes:
        return {}
    found = load_findings(run.judged_folder)

    def mine(table: pa.Table, code: str) -> pa.Table:
        return table.filter(pc.equal(table["dataset"], code))

    return {
        code: after_merge(
            JudgedCommune(inputs.verdicts[code], mine(inputs.rows, code), mine(found, code)),
            [row for row in refused if row.commune_code == code],
            mine(findings, code),
            inputs.policy,
            inputs.delivery.as_of,
        )
        for code in communes
    }


def verdicts_after(
    inputs: Inputs,
    staged: StagedRun,
    merged: Merged,
    again: dict[str, CommuneVerdict],
    older: dict[str, Reason],
) -> tuple[LoadedVerdict, ...]:
    """The verdict on each commune, as it is after the merge.

    again  `regrouped`: those that were counted again
    older  the communes that wait because what was approved turned out to be older than what is live
    """
    ignored = {code for code, (outdated, rows) in merged.outdated.items() if outdated == rows}
    held = {
        line["commune_code"]: line
        for line in merged.lines
        if line["commune_held"] or line["commune_code"] in ignored
    }
    valid_from = {line["commune_code"]: line["valid_from"] for line in merged.lines}
    result = []
    for code, verdict in inputs.verdicts.items():
        if code == UNKNOWN_COMMUNE or (staged.only is not None and code not in staged.only):
            continue
        now = again.get(code, verdict)
        if inputs.changes:
            now = now.model_copy(update={"reasons": (_AFTER_CHANGES,), "assumptions": (_AFTER_CHANGES,)})
        result.append(
            LoadedVerdict(
                **dict(now),
                decision="hold" if code in held else "accept",
                hold_reasons=_hold_reasons(code, inputs, staged, merged, held.get(code), older),
                valid_from=valid_from[code],
                complete=code in inputs.delivery.complete_for,
            )
        )
    # Ends without a commune are of none: that all of them came too late is told all the same.
    touched = {verdict.code for verdict in result} | (
        {UNKNOWN_COMMUNE} - (ignored if inputs.changes else set())
    )
    # What the gate holds of a snapshot has rows; an approval of another commune does not hold it again.
    waiting = held if inputs.changes else [code for code in held if code not in staged.held]
    result += [
        _held_without_rows(code, inputs, staged, merged, held[code], older)
        for code in waiting
        if code not in touched
    ]
    return tuple(result)


def _held_without_rows(
    code: str, inputs: Inputs, staged: StagedRun, merged: Merged, line: db.Row, older: dict[str, Reason]
) -> LoadedVerdict:
    """A commune without a row of its own: rows elsewhere take parcels out of it, or it was declared complete and did not come.

    Held, it can be approved like any.
    """
    return LoadedVerdict(
        **dict(without_rows(code, inputs.policy.name)),
        decision="hold",
        hold_reasons=_hold_reasons(code, inputs, staged, merged, line, older),
        valid_from=line["valid_from"],
        complete=code in inputs.delivery.complete_for,
    )


def _hold_reasons(
    code: str,
    inputs: Inputs,
    staged: StagedRun,
    merged: Merged,
    line: db.Row | None,
    older: dict[str, Reason],
) -> tuple[Reason, ...]:
    """Why a commune waits (`line`: its line of the receipt), or where it goes on (None), why some of its rows do."""
    if code in older:
        return (older[code],)
    said = merged.contradicted.get(code)
    waiting = () if said is None else (contradicted(said.named, said.apart, said.known, said.renamed),)
    if line is None:
        return waiting
    reasons = (*waiting, *(inputs.gate.of(code).reasons if code in staged.held else ()))
    case = merged.moves.get(code)
    if case:
        reasons = (moved_commune(case), *reasons)
    outdated, rows = merged.outdated.get(code, (0, 0))
    if rows and outdated == rows and not line["commune_held"]:
        reasons += (
            Reason.of(
                ALL_OLDER,
                Bilingual(
                    f"Cả {rows} dòng của xã đều cũ hơn những gì đã biết, nên không dòng nào được áp dụng; dữ liệu của xã "
                    "không mới hơn vì gói này. Hãy gửi gói mới hơn, hoặc đóng lại: landsync refuse.",
                    f"Of all {rows} rows of the commune something newer is known, so none was applied, and the commune is "
                    "no fresher by this delivery. Deliver a later one, or close the matter: landsync refuse.",
                ),
            ),
        )
    if code in merged.tied:
        reasons += (tied(merged.tied[code]),)
    if code in merged.foreign_hands_held:
        count = merged.foreign_hands_held[code]
        reasons += (
            Reason.of(
                FOREIGN_HANDS,
                Bilingual(
                    f"{count} thửa đất của xã đã bị thêm, xóa hoặc sửa ngoài hệ thống kể từ lượt chạy gần nhất.",
                    f"{count} parcels of the commune were added, deleted or changed behind the pipeline since the last run.",
                ),
            ),
        )
    if merged.absent.get(code):
        reasons += (absent(merged.absent[code]),)
    return reasons + tuple(brake_reason(found, case=bool(case)) for found in merged.braked.get(code, ()))
