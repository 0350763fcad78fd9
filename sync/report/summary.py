"""The outcome of a run for a machine, as `summary.json` keeps it."""

from parcels.arrays import count_values
from sync.folder.summary import CommuneLine, ListLine, Summary
from sync.folder.verdict import DecidedVerdict
from sync.report.material import Material, is_commune


def summary_of(material: Material) -> Summary:
    """What became of the rows that were read, and of each commune."""
    communes = material.communes
    if material.loaded is None:
        held = sum(commune.accepted for commune in communes if commune.decision == "hold")
    else:  # a verdict then is of the whole commune; the rows of the run are those of its receipt
        held = sum(line.held for line in material.loaded.lines)
    of_rows = communes if material.loaded is None else material.loaded.lines
    read, quarantined, unreadable = (
        sum(getattr(each, name) for each in of_rows) for name in ("read", "quarantined", "unreadable")
    )
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
                matched=one.matched + one.by_national_id + one.repeated,
                unmatched=one.unmatched,
                beside=one.beside,
            )
            for one in material.conformed.lists
        ),
        communes=tuple(_line(commune) for commune in communes if is_commune(commune.code)),
        not_current={state: rows for state, rows in material.conformed.not_current.items() if rows},
    )


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
    )
