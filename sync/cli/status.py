"""`landsync status`: the ministry's table."""

from typing import Annotated

import typer

from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status", help=status.__doc__)(status)


def status(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    as_json: AsJson = False,
) -> None:
    """Thửa đất, xã, nhóm, tình trạng của từng tỉnh · Parcels, communes, groups and freshness by province.

    Bảng ghi ra đầu ra chuẩn, giờ Việt Nam · the table goes to standard output, in Vietnam time. Mã thoát · exit status: 0 không có gì phải xử lý · nothing waits; 3 có xã tạm giữ, thiếu gói biến động hoặc mã định danh chờ quá hạn · communes are held, change sets missing, or an id withheld for too long; 4 lượt chạy gần nhất của một tỉnh bị từ chối · a last run was rejected; 5 bị lỗi · one failed.

    Ví dụ · Examples:

      landsync status --province 01

      landsync status > tinh_hinh.txt
    """
    with guarded(as_json=as_json):
        from sync.platform.addresses import resolve_dsn
        from sync.report.status import exit_status, national_status, status_table, to_do
        from sync.settings import settings

        document = national_status(resolve_dsn(settings()), province)
        if as_json:
            emit_json(document)
        else:
            out.print(status_table(document, language(), out.width))
            for sentence in to_do(document):
                out.print(sentence.say(language()), markup=False, soft_wrap=True)
    raise typer.Exit(exit_status(document))
