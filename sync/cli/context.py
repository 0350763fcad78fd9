"""`landsync context`: what contextual checks need, as a file for the offices that check offline."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.clock import today
from sync.console import emit_json, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        no_args_is_help=True, help="Tệp ngữ cảnh để kiểm tra ngoại tuyến · Context files for checking offline"
    )
    group.command("export", help=export.__doc__)(export)
    group.callback()(_group)  # keeps it a group while it has one command
    app.add_typer(group, name="context")


def _group() -> None:
    """Tệp ngữ cảnh để kiểm tra ngoại tuyến · Context files for checking offline."""


def export(
    province: Annotated[
        str, typer.Option("--province", "-p", help="mã tỉnh, 2 chữ số · province code, 2 digits")
    ],
    out: Annotated[Path, typer.Option("--out", help="tệp sẽ ghi · the file to write")],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="theo quy định của ngày · by the rules of a day"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Xuất những gì trung ương đang có của một tỉnh, để `landsync check --context` · Export what the nation knows of a province.

    Không có dữ liệu cá nhân. It holds no personal data.

    Ví dụ · Example:  landsync context export --province 08 --out tinh_08.context
    """
    with guarded(as_json=as_json):
        from parcels.provinces import provinces
        from sync.known.context.export import export_context
        from sync.platform.addresses import resolve_dsn
        from sync.settings import settings

        if province not in provinces():
            raise UsageError(
                "PROVINCE-UNKNOWN",
                Bilingual(f"Không có tỉnh nào mang mã {province}.", f"There is no province {province}."),
                Bilingual("Mã tỉnh có 2 chữ số, ví dụ 08.", "Province codes have 2 digits, such as 08."),
            )
        day = as_of.date() if as_of else today()
        summary = export_context(resolve_dsn(settings()), province, out, day)
    if as_json:
        emit_json(summary)
        return
    said = Bilingual(
        "Đã ghi {file} ({mib} MiB): {parcels} thửa đang có của {communes} xã, {near} thửa giáp ranh của tỉnh khác, "
        "{claims} mã định danh của tỉnh khác. Không có dữ liệu cá nhân.",
        "Wrote {file} ({mib} MiB): {parcels} live parcels of {communes} communes, {near} parcels of other provinces "
        "along the border, {claims} national ids of other provinces. It holds no personal data.",
    )
    say(said.format(**summary, mib=f"{summary['bytes'] / (1 << 20):.1f}"))
