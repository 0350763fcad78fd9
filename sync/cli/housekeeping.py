"""`landsync housekeeping`: what the retention policy lets go, goes."""

from collections import Counter
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("housekeeping", help=housekeeping.__doc__)(housekeeping)


def housekeeping(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="chỉ nêu những gì sẽ xóa · only say what would go")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Xóa dữ liệu đã hết hạn lưu: gói dữ liệu, thư mục lượt chạy · Delete deliveries and run folders that have expired.

    Không bao giờ xóa bản được chấp nhận gần nhất của một xã, dữ liệu đang chờ duyệt, và sổ.
    Never what was last accepted of a commune, what waits for a decision, or the ledger.

    Ví dụ · Example:  landsync housekeeping --dry-run
    """
    with guarded(as_json=as_json):
        from sync.care.housekeeping import housekeeping as tidy

        told = tidy(dry_run=dry_run)
        if as_json:
            emit_json(told)
        else:
            _tell(told)


def _tell(told: dict[str, Any]) -> None:
    from sync.care.retention import REASONS

    size = told["bytes_removed"] / 2**20
    runs, deliveries = len(told["runs_removed"]), len(told["deliveries_removed"])
    if told["dry_run"]:
        tell(
            Bilingual(
                f"Sẽ xóa {runs} thư mục lượt chạy, {deliveries} gói dữ liệu, {told['objects_removed']} tệp "
                f"({size:.1f} MiB).",
                f"Would delete {runs} run folders, {deliveries} deliveries, {told['objects_removed']} files "
                f"({size:.1f} MiB).",
            )
        )
    else:
        tell(
            Bilingual(
                f"Đã xóa {runs} thư mục lượt chạy, {deliveries} gói dữ liệu, {told['objects_removed']} tệp "
                f"({size:.1f} MiB).",
                f"Deleted {runs} run folders, {deliveries} deliveries, {told['objects_removed']} files "
                f"({size:.1f} MiB).",
            )
        )
    for name in told["runs_removed"]:
        tell(Bilingual(f"  lượt chạy {name}", f"  run {name}"))
    for name in told["deliveries_removed"]:
        tell(Bilingual(f"  gói dữ liệu {name}", f"  delivery {name}"))
    for what, kept in (
        (Bilingual("Giữ lượt chạy", "Runs kept"), told["runs_kept"]),
        (Bilingual("Giữ gói dữ liệu", "Deliveries kept"), told["deliveries_kept"]),
    ):
        for reason, count in sorted(Counter(kept.values()).items()):
            why = REASONS[reason]
            tell(Bilingual(f"{what.vi}: {count} ({why.vi})", f"{what.en}: {count} ({why.en})"))
