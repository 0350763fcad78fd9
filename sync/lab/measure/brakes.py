"""`landsync measure brakes`: which seeded disasters are held, and what is held on nights on which nothing went wrong."""

from dataclasses import asdict
from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, out, say

Dsn = Annotated[
    str,
    typer.Option(
        help="cơ sở dữ liệu trống, đã `landsync db migrate`, tài khoản landsync_loader · an empty database in its newest shape, "
        "as the loader: what is measured stays in it"
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="cùng số này cho cùng kết quả · same seed, same table")]
Few = Annotated[int, typer.Option(min=2, help="số xã có sự cố · communes that disasters are seeded into")]
Communes = Annotated[int, typer.Option(min=2, help="số xã của các đêm · communes of the nights")]
Nights = Annotated[int, typer.Option(min=0, help="số đêm · nights")]


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("brakes", help=brakes.__doc__)(brakes)


def brakes(
    dsn: Dsn,
    seed: Seed = 11,
    few: Few = 12,
    communes: Communes = 330,
    nights: Nights = 30,
    as_json: AsJson = False,
) -> None:
    """Đo các ngưỡng tạm giữ bằng sự cố mô phỏng và các đêm bình thường · Measure the brakes, as docs/brakes.md shows."""
    with guarded():
        from sync.lab.disasters import measure
        from sync.lab.disasters.page import page

        def tell(doing: str) -> None:
            say(Bilingual(doing, doing))

        found = measure.disasters(dsn, seed, few, tell)
        seen = measure.nights(dsn, seed, communes, nights, tell) if nights else []
        if as_json:
            emit_json(
                {"disasters": [asdict(each) for each in found], "nights": [asdict(each) for each in seen]}
            )
            return
        out.print(
            page(found, seen, f"landsync measure brakes --dsn URL --seed {seed}", few, communes),
            markup=False,
            soft_wrap=True,
            highlight=False,
        )
