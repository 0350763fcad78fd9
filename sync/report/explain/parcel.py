"""What is wrong with one parcel, what of it counts against its commune's group, and what to do about it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from parcels.text import clean_text
from sync.report.explain.commune import commune_name
from sync.report.explain.judged import PARCELS_SCHEMA, Judgement
from validators.catalogue import BY_CODE
from validators.fixes import fixes_to_next
from validators.measures import MEASURES
from validators.policy import named_policy, policy_at
from validators.stored import CommuneVerdict, tally_of_verdict
from validators.tally import erroneous, incidence

ROW = "row:"  # a row of the delivery by its number, where its handles are not its own
HANDLES = ("source_key", "national_id", "old_commune_code", "map_set", "map_scale", "sheet_no", "parcel_no")
MANY = 50

DECISIONS = {
    "accept": Bilingual("được nhận", "accepted"),
    "quarantine": Bilingual("bị cách ly", "quarantined"),
    "unreadable": Bilingual("không đọc được", "unreadable"),
    "lives": Bilingual("được nhận, chưa có hình học", "accepted, without geometry yet"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How somebody names a parcel: as `text`, or by what a database knows of it. `dataset`: where to look only."""

    text: str
    dataset: str | None = None


def find_rows(judged: Judgement, wanted: Wanted) -> pa.Table:
    """The rows of a judgement that a name may mean: PARCELS_SCHEMA.

    A row number, commune/sheet/number (or sheet/number), a source key (with or without its system), or a national id.
    """
    text = clean_text(wanted.text)
    text = (
        text.split(" (")[0] if text.endswith(")") else text
    )  # as reports tell a sheet's parcel from others of its number
    if text.startswith(ROW) and text.removeprefix(ROW).isdecimal():
        table = judged.parcels(wanted.dataset)
        return table.filter(pc.equal(table["row_no"], int(text.removeprefix(ROW))))
    steps = text.split("/")
    dataset = steps[0] if len(steps) == 3 and steps[0] in judged.communes else wanted.dataset
    table = judged.parcels(dataset)
    system_and_key = pc.binary_join_element_wise(table["source_system"], table["source_key"], "|")
    hit = pc.or_kleene(pc.equal(table["source_key"], text), pc.equal(table["national_id"], text.lower()))
    hit = pc.or_kleene(hit, pc.equal(system_and_key, text))
    if len(steps) in (2, 3):
        sheet = pc.and_kleene(pc.equal(table["sheet_no"], steps[-2]), pc.equal(table["parcel_no"], steps[-1]))
        if len(steps) == 3:
            sheet = pc.and_kleene(sheet, pc.equal(table["dataset"], steps[0]))
        hit = pc.or_kleene(hit, sheet)
    return table.filter(pc.fill_null(hit, False)).cast(PARCELS_SCHEMA)


def candidates_document(parcels: list[dict[str, Any]], province: str) -> dict[str, Any]:
    """The document of `explain --json` where a name means several parcels (dictionaries of PARCELS_SCHEMA)."""
    return {
        "kind": "candidates",
        "province": province,
        "candidates": parcels[:MANY],
        "more": max(len(parcels) - MANY, 0),
    }


def explain_parcel(
    judged: Judgement, parcel: dict[str, Any], live: dict[str, Any] | None = None, *, delivered: bool = True
) -> dict[str, Any]:
    """The document of `explain --json` for a parcel.

    parcel     a row of PARCELS_SCHEMA; of a parcel that was not delivered last time `dataset` and its handles
    live       what the database has of it: `parcel_uid`, `state` (live | stale | not_live), `stale_since`; None offline
    delivered  whether the judgement has a row of it
    """
    dataset = parcel["dataset"]
    verdict = judged.communes[dataset]
    row_no = parcel["row_no"] if delivered else None
    findings = judged.findings_of(dataset)
    finding, touched = incidence(findings)
    mine = np.zeros(len(findings), dtype=bool)
    if row_no is not None:
        mine[finding[touched == row_no]] = True
    first = set(_fixes(judged, verdict, findings))
    told = (
        findings.append_column("is_error", pa.array(erroneous(findings))).filter(pa.array(mine)).to_pylist()
    )
    said = [_finding(line, first) for line in told]
    refused = parcel["decision"] in {"quarantine", "unreadable"}
    decision = _decided(parcel["decision"], told) if delivered else None
    return {
        "kind": "parcel",
        "province": judged.province,
        "source": judged.source,
        "as_of": judged.as_of,
        "policy": verdict.policy,
        "commune": dataset,
        "commune_name": commune_name(dataset, judged),
        "commune_group": verdict.group,
        "commune_group_title": verdict.group_title._asdict() if verdict.group_title else None,
        "row_no": row_no,
        "file": parcel.get("file"),
        "file_row": parcel.get("file_row"),
        **{name: parcel[name] for name in HANDLES},
        "decision": decision,
        "waits": verdict.decision == "hold" and decision in {"accept", "lives"},
        "counts_as_refused": delivered and refused,
        "counts_as_error": any(each["counts_against_group"] for each in said),
        "live": live,
        "findings": said,
    }


def _decided(decision: str, findings: list[dict[str, Any]]) -> str:
    """The decision of a row; `lives` of one that is refused in the counts alone, because it only lacks land."""
    checks = [BY_CODE[line["check_code"]] for line in findings if line["quarantines"]]
    return "lives" if decision == "quarantine" and checks and all(each.lives for each in checks) else decision


def _fixes(judged: Judgement, verdict: CommuneVerdict, findings: pa.Table) -> list[str]:
    """The ids of what the commune should mend first."""
    if verdict.group is None:
        return []
    try:
        policy = named_policy(verdict.policy)
    except UsageError:
        policy = policy_at(judged.as_of)
    fixes = fixes_to_next(findings, tally_of_verdict(verdict, findings, policy), policy)
    return [] if fixes is None else [str(each) for each in fixes.finding_ids.to_pylist()]


def _finding(line: dict[str, Any], first: set[str]) -> dict[str, Any]:
    check = BY_CODE[line["check_code"]]
    return {
        "finding_id": line["finding_id"],
        "code": line["check_code"],
        "severity": line["severity"],
        "title": check.title._asdict(),
        "vi": line["message_vi"],
        "en": line["message_en"],
        "advice": check.advice._asdict(),
        "measure": line["measure"],
        "unit": line["unit"],
        "width_mm": line["width_mm"],
        "others": line["others"],
        "other_commune": line["other_dataset"],
        "quarantines": line["quarantines"],
        "excused": line["excused"],
        "counts_against_group": line["is_error"],
        "measures": [MEASURES[name]._asdict() for name in check.measures],
        "mend_first": line["finding_id"] in first,
    }


def unknown_parcel(text: str, where: Bilingual) -> UsageError:
    """Nothing carries that name."""
    return UsageError(
        "EXPLAIN-UNKNOWN",
        Bilingual(
            f"Không tìm thấy xã hay thửa đất nào mang tên «{text}» {where.vi}.",
            f"No commune and no parcel is called “{text}” {where.en}.",
        ),
        Bilingual(
            "Nêu mã xã 5 chữ số, khóa nguồn, mã định danh thửa, xã/tờ/thửa, hoặc parcel_uid.",
            "Give a commune code of 5 digits, a source key, a national id, commune/sheet/number, or a parcel_uid.",
        ),
    )
