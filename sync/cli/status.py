"""`landsync status`: the ministry's table."""

from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, err, language, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status", help=status.__doc__)(status)


def status(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    as_json: AsJson = False,
) -> None:
    """Thửa đất, xã, nhóm, tình trạng của từng tỉnh · Parcels, communes, groups and freshness by province.

    Ví dụ · Example:  landsync status --province 01
    """
    with guarded(as_json=as_json):
        from sync.platform.addresses import resolve_dsn
        from sync.report.status import national_status, status_table
        from sync.settings import settings

        document = national_status(resolve_dsn(settings()), province)
        if as_json:
            emit_json(document)
            return
        err.print(status_table(document, language()))
        for gap in document["gaps"]:
            place = f"{gap['province_code']}: "
            say(Bilingual(place + gap["vi"], place + gap["en"]))
        for hold in document["holds"]:
            reason = hold["reasons"][0]
            say(
                Bilingual(
                    f"Tạm giữ: xã {hold['commune_code']}, lượt chạy {hold['run_id']}: {reason['vi']}",
                    f"Held: commune {hold['commune_code']}, run {hold['run_id']}: {reason['en']}",
                )
            )
