"""`landsync report national`: what ministers read."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, say

reports = typer.Typer(help="Báo cáo cho nhiều tỉnh · Reports on many provinces", no_args_is_help=True)


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(reports, name="report")


@reports.command("national")
def national(
    form: Annotated[
        Format, typer.Option("--format", "-f", help="html (để đọc, in · to read) hoặc xlsx (Excel)")
    ] = Format.HTML,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="tệp hoặc thư mục · file or folder; mặc định: thư mục này"),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="không lưu vào sổ, không đánh số · not kept, not numbered")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Báo cáo quốc gia: thửa đất, xã, nhóm, tiêu chí, độ mới, xu hướng · The national report, with totals that balance.

    Ví dụ · Example:  landsync report national --format xlsx --out bao-cao/
    """
    with guarded(as_json=as_json):
        from sync.platform.addresses import resolve_dsn
        from sync.report.national.figures import national_report
        from sync.report.national.page import write_page
        from sync.report.national.workbook import write_workbook
        from sync.run import actor_of_terminal
        from sync.settings import settings

        report = national_report(resolve_dsn(settings()), actor_of_terminal(), keep=not draft)
        path = _target(out, form, report.made_at)
        part = path.with_name(f".{path.name}.part")
        (write_page if form is Format.HTML else write_workbook)(report, part)
        part.replace(path)
        if as_json:
            emit_json(report.as_dict() | {"file": str(path)})
            return
        totals = report.totals
        say(
            Bilingual(
                f"{totals['parcels']} thửa; {totals['delivered']} trong {totals['communes']} xã đã nộp; các tổng đều cân "
                f"bằng. Báo cáo: {path}",
                f"{totals['parcels']} parcels; {totals['delivered']} of {totals['communes']} communes delivered; all totals "
                f"balance. Report: {path}",
            )
        )


def _target(out: Path | None, form: Format, made_at: datetime) -> Path:
    name = f"landsync-{made_at:%Y%m%d-%H%M}.{form.value}"
    if out is None:
        return Path(name)
    if out.suffix.lower() == f".{form.value}":
        out.parent.mkdir(parents=True, exist_ok=True)
        return out
    out.mkdir(parents=True, exist_ok=True)
    return out / name
