"""`report.html`: the result for a person, one file without anything to load, Vietnamese first, printable."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units
from parcels.arrays import count_values
from parcels.bilingual import Bilingual
from sync.clock import VIETNAM
from sync.folder.delivery import DeliveryRecord
from sync.folder.register import STATE_WORDS
from sync.folder.verdict import DecidedVerdict
from sync.report.changes import stories
from sync.report.costs import told
from sync.report.faultmap import maps_of
from sync.report.firstlook import to_mend
from sync.report.intake import intake_notes
from sync.report.material import Material, commune_name, is_commune
from sync.report.rendering import rendered
from sync.report.summary import summary_of
from sync.report.words import (
    CHANGE_NOTES,
    DECISIONS,
    DELIVERY_DECISIONS,
    PROVISIONAL,
    SEVERITIES,
    check_advice,
    check_title,
    group_said,
)
from validators.catalogue import BY_CODE
from validators.completeness import TITLES
from validators.measures import COMPLETENESS, MEASURES
from validators.stored import KeptFixes
from validators.tally import incidence

SHOWN_PER_COMMUNE = 25
_SHOWN = [
    "check_code", "severity", "handle", "others", "message_vi", "message_en", "row_no", "old_commune", "map_set", "map_scale",
    "sheet_no", "parcel_no", "file", "file_row", "other_file_rows",
]  # fmt: skip


def write_page(material: Material, path: Path) -> None:
    """Write report.html."""
    path.write_text(rendered("sync.report", "report.html", _facts(material)), encoding="utf-8")


def _facts(material: Material) -> dict[str, Any]:
    record = material.record
    province = admin_units.provinces().get(record.province)
    summary = summary_of(material)
    maps = maps_of(material)
    checks = _checks(material, summary.findings)
    return {
        "overview": maps["overview"],
        "maps": maps["communes"],
        "province": province.full_name if province else record.system,
        "record": record,
        "extracted_at": record.extracted_at and f"{record.extracted_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        "received_at": f"{record.received_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        "summary": summary,
        "says": DELIVERY_DECISIONS[summary.decision],
        "provisional": PROVISIONAL if summary.provisional else None,
        "parts": material.conformed.parts,
        "followed": [
            (words, material.followed.counts[name])
            for name, words in STATE_WORDS.items()
            if material.followed.counts.get(name)
        ]
        if material.followed
        else [],
        "repairs": _repairs(material),
        "intake": intake_notes(material.conformed),
        "files_not_read": material.conformed.files_not_read,
        "old_codes": material.conformed.old_codes,
        "span": _span(record),
        "gaps": material.loaded.gaps if material.loaded else (),
        "ignored": _totals(material, "ignored"),
        "ended_by_row": _totals(material, "ended_by_row"),
        "notes": [(CHANGE_NOTES[note], rows) for note, rows in material.loaded.changes.items()]
        if material.loaded
        else [],
        "stories": stories(material),
        "checks": checks,
        "to_mend": to_mend(material, checks),
        "costs": told(material.costs) if material.costs else None,
        "communes": [_commune(material, commune) for commune in material.communes],
        "measures": MEASURES,
        "completeness": COMPLETENESS,
        "not_applicable": {code: (check_title(code), why) for code, why in summary.not_applicable.items()},
        "not_run": {code: check_title(code) for code in summary.not_run},
    }


def _totals(material: Material, name: str) -> int:
    return material.loaded.totals[name] if material.loaded else 0


def _span(record: DeliveryRecord) -> Bilingual | None:
    """Which changes a change set holds; None of a full snapshot."""
    if not record.changes:
        return None
    if record.span.since is None or record.span.until is None:
        return Bilingual(f"số {record.span.sequence}", f"number {record.span.sequence}")
    since, until = (
        f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}" for moment in (record.span.since, record.span.until)
    )
    return Bilingual(f"từ {since} đến {until}", f"from {since} to {until}")


def _checks(material: Material, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The checks that found something, worst first."""
    pairs = material.findings.group_by(["check_code", "severity"]).aggregate([]).to_pylist()
    severity = {pair["check_code"]: pair["severity"] for pair in pairs}
    parcels = _parcels(material)
    order = list(SEVERITIES)
    codes = sorted(
        counts, key=lambda code: (order.index(severity[code]), not BY_CODE[code].quarantines, code)
    )
    return [
        {
            "code": code,
            "count": counts[code],
            "parcels": parcels.get(code, 0),
            "severity": SEVERITIES[severity[code]],
            "class": severity[code],
            "quarantines": BY_CODE[code].quarantines,
            "title": check_title(code),
            "advice": check_advice(code),
        }
        for code in codes
    ]


def _parcels(material: Material) -> dict[str, int]:
    """Rows in which each check found something: of what is told of a commune as a whole all of its rows."""
    finding, row = incidence(material.findings)
    codes = material.findings["check_code"].take(pa.array(finding))
    pairs = pa.table({"code": codes, "row": row}).group_by(["code", "row"]).aggregate([])
    return count_values(pairs["code"])


def _commune(material: Material, commune: DecidedVerdict) -> dict[str, Any]:
    mine = material.findings.filter(pc.equal(material.findings["dataset"], commune.code))
    listed = mine.filter(pc.not_equal(mine["severity"], "info"))
    shown = listed.slice(0, SHOWN_PER_COMMUNE).select(_SHOWN)
    return {
        **commune.model_dump(),
        "name": commune_name(commune.code, material),
        "is_commune": is_commune(commune.code),
        "said_decision": DECISIONS[commune.decision],
        "said_group": group_said(commune),
        "said_completeness": commune.completeness.said if is_commune(commune.code) else None,
        "completeness_title": TITLES[commune.completeness.state],
        "fixes": _fixes(commune.fixes),
        "shown": shown.to_pylist(),
        "more": max(len(listed) - SHOWN_PER_COMMUNE, 0),
    }


def _repairs(material: Material) -> list[tuple[Bilingual, int]]:
    """The proposals of the findings file: check and how many of its findings."""
    pairs = material.repairs.group_by(["check_code", "finding_id"]).aggregate([])
    counts = (
        pairs.group_by("check_code").aggregate([("finding_id", "count")]).sort_by("check_code").to_pylist()
    )
    titles = [(check_title(row["check_code"]), row["check_code"], row["finding_id_count"]) for row in counts]
    return [(Bilingual(f"{code} {title.vi}", f"{title.en}"), count) for title, code, count in titles]


def _fixes(fixes: KeptFixes | None) -> dict[str, Any] | None:
    """What to mend for the next better group, with the titles of the checks."""
    if fixes is None:
        return None
    said = fixes.model_dump()
    return {**said, "checks": [{**line, "title": check_title(line["check"])} for line in said["checks"]]}
