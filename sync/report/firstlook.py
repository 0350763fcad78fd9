"""What is to be mended, a line for each check, for the first screen of the report: which parcels, and in which rows."""

from typing import Any

import pyarrow.compute as pc

from sync.report.material import Material

LINES = 25
PARCELS_A_LINE = 4


def to_mend(material: Material, checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The checks that found errors or warnings, worst first as they come, each with its first parcels and how many more."""
    several = len(material.communes) > 1
    lines = []
    for check in [each for each in checks if each["class"] != "info"][:LINES]:
        found = material.findings.filter(pc.equal(material.findings["check_code"], check["code"]))
        shown = [_where(each, several) for each in found.slice(0, PARCELS_A_LINE).to_pylist()]
        lines.append({**check, "where": shown, "more": len(found) - len(shown)})
    return lines


def _where(finding: dict[str, Any], several: bool) -> str:
    """`<commune>: <sheet>/<number> (dòng <row>)`, as short as it can be and still be that parcel."""
    commune = f"{finding['dataset']}: " if several and finding["dataset"] != "-" else ""
    if finding["row_no"] < 0:
        return f"{commune}cả xã"
    on_sheet = finding["sheet_no"] and finding["parcel_no"]
    name = (
        f"{finding['sheet_no']}/{finding['parcel_no']}"
        if on_sheet
        else finding["source_key"] or finding["handle"]
    )
    rows = ", ".join(str(row) for row in (finding["file_row"], finding["other_file_rows"]) if row)
    file = f"{finding['file']}, " if finding["file"] else ""
    return f"{commune}{f'{name} ' if name else ''}({file}dòng {rows})"
