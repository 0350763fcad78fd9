"""The rows in which one check found something: what a finding of a commune as a whole does not list."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from parcels.bilingual import Bilingual, Lang
from sync.report.explain.commune import commune_name
from sync.report.explain.judged import Judgement
from sync.report.explain.parcel import HANDLES
from sync.report.explain.tables import table
from validators.catalogue import BY_CODE, refuse_unknown
from validators.tally import incidence


def explain_rows(judged: Judgement, code: str, check: str) -> dict[str, Any]:
    """The document of `explain --rows`: every row of a commune in which a check found something.

    Raises UsageError CHECK-UNKNOWN for what is no check.
    """
    refuse_unknown([check])
    findings = judged.findings_of(code)
    mine = findings.filter(pc.equal(findings["check_code"], check))
    wanted = pa.array(np.unique(incidence(mine)[1]), pa.int64())
    parcels = judged.parcels(code)
    rows = parcels.filter(pc.is_in(parcels["row_no"], value_set=wanted)).sort_by("row_no")
    return {
        "kind": "rows",
        "province": judged.province,
        "source": judged.source,
        "as_of": judged.as_of,
        "code": code,
        "name": commune_name(code, judged),
        "check": check,
        "title": BY_CODE[check].title._asdict(),
        "rows": rows.select(["row_no", *HANDLES]).to_pylist(),
    }


def rows(document: dict[str, Any], lang: Lang) -> RenderableType:
    """The rows as a table."""
    head = Text(f"{document['code']} {document['name'] or ''}: {document['check']} ", style="bold")
    head.append(f"{document['title'][lang]}, {len(document['rows'])} ", style="not bold")
    head.append(Bilingual("thửa", "parcels").say(lang), style="not bold")
    listed = table(
        lang,
        ("Dòng", "Row"),
        ("Tờ", "Sheet"),
        ("Thửa", "Parcel"),
        ("Tỷ lệ bản đồ", "Scale"),
        ("Khóa nguồn", "Source key"),
        ("Mã định danh", "National id"),
    )
    names = ("sheet_no", "parcel_no", "map_scale", "source_key", "national_id")
    for row in document["rows"]:
        listed.add_row(str(row["row_no"]), *(escape(row[name] or "") for name in names))
    return Stack(head, listed)
