"""`landsync expected`: how many parcels, and how much land, the land statistics expect of each commune."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, say

_SHOWN = 10


class WhichCodes(StrEnum):
    """Of which communes the codes of a file are."""

    new = "new"
    old = "old"


Codes = Annotated[
    WhichCodes | None,
    typer.Option(
        "--codes", help="mã xã mới hay xã cũ (trước 1/7/2025) · codes of communes of today, or of before"
    ),
]
Layer = Annotated[
    str | None, typer.Option("--layer", help="trang, khi tệp có nhiều trang · the sheet, of several")
]
Source = Annotated[
    str | None, typer.Option("--source", help="nguồn, khi tệp không có cột · source, where no column says it")
]
StatedOn = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        help="ngày số liệu, khi tệp không có cột · day, where no column says it",
    ),
]
CheckOnly = Annotated[
    bool, typer.Option("--check-only", help="chỉ kiểm tra, không nạp · check, and store nothing")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Số thửa, diện tích theo thống kê đất đai · Parcels and area by the land statistics",
    )
    group.command("load", help=load.__doc__)(load)
    group.callback()(_group)  # keeps it a group while it has one command
    app.add_typer(group, name="expected")


def _group() -> None:
    """Số thửa, diện tích theo thống kê đất đai · Parcels and area by the land statistics."""


def load(
    path: Annotated[
        Path, typer.Argument(help="bảng CSV hoặc XLSX, mỗi xã một dòng · a table, a row a commune")
    ],
    codes: Codes = None,
    layer: Layer = None,
    source: Source = None,
    stated_on: StatedOn = None,
    check_only: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Nạp số thửa, diện tích từng xã theo thống kê, kiểm kê đất đai · Load parcels and area of communes by the land statistics.

    Cột · columns: mã xã (commune_code), số thửa (parcels), diện tích (ha) hay (m2) của các thửa (area_ha, area_m2), nguồn
    (source), ngày số liệu (stated_on). Nạp cả tệp hoặc không nạp gì. The whole file is loaded, or nothing of it.

    Ví dụ · Examples:

      landsync expected load thong_ke_2025.xlsx

      landsync expected load kiem_ke_2024.csv --codes old --source "Kiểm kê đất đai 2024" --date 2024-12-31
    """
    with guarded(as_json=as_json):
        from sync.conform.expected import read_expected

        found = read_expected(
            path,
            codes=codes.value if codes else None,
            layer=layer,
            source=source,
            stated_on=stated_on.date() if stated_on else None,
        )
        summary: dict[str, Any] = {
            "file": found.file,
            "sha256": found.sha256,
            "rows": found.rows,
            "totals": list(found.totals),
            "communes": found.communes,
            "figures": len(found.table),
            "left_out": [
                {"commune_code": each.commune_code, "rows": list(each.rows), **each.said._asdict()}
                for each in found.left_out
            ],
            "stored": None,
        }
        if not check_only:
            from sync.known.statistics import store_expected
            from sync.platform.addresses import resolve_dsn
            from sync.run import actor_of_terminal
            from sync.settings import settings

            dsn = resolve_dsn(settings())
            summary["stored"] = store_expected(
                dsn, found.table, found.file, found.sha256, actor_of_terminal()
            )
        if as_json:
            emit_json(summary)
        else:
            _tell(summary)


def _tell(summary: dict[str, Any]) -> None:
    say(
        Bilingual(
            f"{summary['file']}: {summary['rows']} dòng, {summary['figures']} số liệu của {summary['communes']} xã.",
            f"{summary['file']}: {summary['rows']} rows, {summary['figures']} figures of {summary['communes']} communes.",
        )
    )
    if summary["totals"]:
        rows = ", ".join(map(str, summary["totals"][:_SHOWN]))
        say(Bilingual(f"Dòng cộng, không phải xã: {rows}.", f"Rows of totals, no communes: {rows}."))
    for each in summary["left_out"][:_SHOWN]:
        say(
            Bilingual(
                f"Xã {each['commune_code']} chưa có số liệu: {each['vi']}.",
                f"Commune {each['commune_code']} has no figure: {each['en']}.",
            )
        )
    if len(summary["left_out"]) > _SHOWN:
        more = len(summary["left_out"]) - _SHOWN
        say(Bilingual(f"… và {more} xã nữa (xem --json).", f"… and {more} more communes (see --json)."))
    if summary["stored"] is None:
        say(Bilingual("Chỉ kiểm tra: chưa nạp gì.", "Checked only: nothing was stored."))
        return
    say(
        Bilingual(
            f"Đã nạp {summary['stored']} số liệu mới; số cũ vẫn được giữ. Độ đầy đủ của mỗi xã được tính lại ở lần giao nộp "
            "tiếp theo.",
            f"Stored {summary['stored']} new figures; older ones are kept. Each commune is counted against them at its next "
            "delivery.",
        )
    )
