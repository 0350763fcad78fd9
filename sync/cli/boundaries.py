"""`landsync boundaries`: the outlines of communes, which the central administration loads."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, say

CodeColumn = Annotated[
    str | None, typer.Option("--code-column", help="cột mã xã · the column of commune codes")
]
Layer = Annotated[
    str | None, typer.Option("--layer", help="lớp, khi tệp có nhiều lớp · the layer, of several")
]
Epsg = Annotated[
    int | None,
    typer.Option("--epsg", help="mã EPSG, khi tệp không ghi · EPSG code, where the file states none"),
]
ValidFrom = Annotated[
    datetime,
    typer.Option("--valid-from", formats=["%Y-%m-%d"], help="có hiệu lực từ ngày · since when it holds"),
]
Tolerance = Annotated[
    float,
    typer.Option("--tolerance-m2", min=0, help="bỏ qua chồng, hở nhỏ hơn · overlaps and gaps left out"),
]
CheckOnly = Annotated[
    bool, typer.Option("--check-only", help="chỉ kiểm tra, không nạp · check, and store nothing")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(no_args_is_help=True, help="Ranh giới xã · Boundaries of communes")
    group.command("load", help=load.__doc__)(load)
    app.add_typer(group, name="boundaries")


def load(
    path: Annotated[Path, typer.Argument(help="tệp đa giác ranh giới xã · a file of commune polygons")],
    code_column: CodeColumn = None,
    layer: Layer = None,
    epsg: Epsg = None,
    valid_from: ValidFrom = datetime(2025, 7, 1),
    tolerance_m2: Tolerance = 1.0,
    check_only: CheckOnly = False,
    as_json: AsJson = False,
) -> None:
    """Nạp ranh giới xã · Load the boundaries of communes.

    Dùng để xác định xã mới của thửa đất thuộc xã cũ bị chia. They decide in which new commune a parcel of a divided
    old one lies.

    Ví dụ · Example:  landsync boundaries load ranh_gioi_xa.gpkg --code-column maXa
    """
    with guarded(as_json=as_json):
        from sync.intake.boundaries import read_boundaries
        from sync.known.boundary_checks import check_boundaries

        found = read_boundaries(
            path, code_column=code_column, layer=layer, epsg=epsg, valid_from=valid_from.date()
        )
        report = check_boundaries(found.boundaries, tolerance_m2)
        summary: dict[str, Any] = {
            "file": found.file,
            "layer": found.layer,
            "epsg": found.epsg,
            "code_column": found.code_column,
            "polygons": found.polygons,
            "valid_from": found.boundaries.valid_from.isoformat(),
            "sha256": found.boundaries.sources[0],
            **report.as_dict(),
            "stored": None,
        }
        if not check_only:
            from sync.known.boundaries import store_boundaries
            from sync.platform.addresses import resolve_dsn
            from sync.run import actor_of_terminal
            from sync.settings import settings

            dsn = resolve_dsn(settings())
            summary["stored"] = store_boundaries(dsn, found.boundaries, found.file, actor_of_terminal())
        if as_json:
            emit_json(summary)
        else:
            _tell(summary)


def _tell(summary: dict[str, Any]) -> None:
    overlaps, gaps = summary["overlaps"], summary["gaps"]
    say(
        Bilingual(
            f"{summary['communes']} xã (cột «{summary['code_column']}», EPSG:{summary['epsg']}); "
            f"thiếu {len(summary['missing'])} xã; {len(summary['points_outside'])} xã có điểm đại diện nằm ngoài.",
            f"{summary['communes']} communes (column “{summary['code_column']}”, EPSG:{summary['epsg']}); "
            f"{len(summary['missing'])} without a boundary; {len(summary['points_outside'])} with their point outside.",
        )
    )
    say(
        Bilingual(
            f"Chồng lên nhau: {overlaps['count']} chỗ, {overlaps['area_m2']:.0f} m²; hở: {gaps['count']} chỗ, "
            f"{gaps['area_m2']:.0f} m². Thửa đất ở những chỗ này có thể không xác định được xã.",
            f"Overlaps: {overlaps['count']}, {overlaps['area_m2']:.0f} m²; gaps: {gaps['count']}, "
            f"{gaps['area_m2']:.0f} m². Parcels there may stay undecided.",
        )
    )
    if summary["stored"] is None:
        say(Bilingual("Chỉ kiểm tra: chưa nạp gì.", "Checked only: nothing was stored."))
    else:
        stored = summary["stored"]
        say(
            Bilingual(
                f"Đã nạp ranh giới mới của {stored} xã.", f"Stored new boundaries of {stored} communes."
            )
        )
