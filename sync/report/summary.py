"""The outcome of a run for a machine, as `summary.json` keeps it."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import count_values
from sync.folder.judgement import load_refused
from sync.folder.summary import CommuneLine, ListLine, Summary
from sync.folder.verdict import DecidedVerdict
from sync.report.material import Material, is_commune


def summary_of(material: Material) -> Summary:
    """What became of the rows that were read, and of each commune."""
    communes = material.communes
    refused = _refused_by_merge(material)
    rows = [material.delivered[commune.code] for commune in communes]
    read, unreadable = sum(each.read for each in rows), sum(each.unreadable for each in rows)
    quarantined = sum(each.quarantined + refused[each.code] for each in rows)
    waiting = {commune.code for commune in communes if commune.decision == "hold"}
    held = sum(each.accepted - refused[each.code] for each in rows if each.code in waiting)
    return Summary(
        province=material.record.province,
        delivery_sha256=material.record.delivery_sha256,
        decision=material.decision,
        provisional=any(commune.provisional for commune in communes),
        read=read,
        accepted=read - held - quarantined - unreadable,
        held=held,
        quarantined=quarantined,
        unreadable=unreadable,
        findings=count_values(material.findings["check_code"]),
        not_applicable=material.not_applicable,
        not_run=material.not_run,
        lists=tuple(
            ListLine(
                file=one.file,
                rows=one.rows,
                matched=one.matched + one.by_national_id + one.further + one.repeated,
                unmatched=one.unmatched,
                beside=one.beside,
            )
            for one in material.conformed.lists
        ),
        communes=tuple(_line(commune) for commune in communes if is_commune(commune.code)),
        not_current={state: rows for state, rows in material.conformed.not_current.items() if rows},
        rows_joined=material.conformed.rows_joined,
    )


def _refused_by_merge(material: Material) -> Counter[str]:
    """Commune → rows that only the merge refused. One without geometry is counted already, whatever the merge says of it."""
    merged = () if material.loaded is None else material.loaded.quarantined_by_merge
    if not merged:
        return Counter()
    before = load_refused(material.judged_dir)["row_no"]
    numbers = pa.array([row.row_no for row in merged], pa.int64())
    counted = pc.is_in(numbers, value_set=before.combine_chunks()).to_pylist()
    return Counter(row.commune_code for row, known in zip(merged, counted, strict=True) if not known)


def _line(commune: DecidedVerdict) -> CommuneLine:
    return CommuneLine(
        code=commune.code,
        decision=commune.decision,
        parcels=commune.read,
        group=commune.group,
        excused=commune.excused,
        reasons=(*commune.hold_reasons, *commune.reasons),
        measures=commune.measures,
        group_code=commune.group_code,
        fixes=commune.fixes,
        completeness=commune.completeness,
    )
