"""`landsync demo`: the whole way of the data, on made-up provinces."""

from typing import Annotated

import typer

from sync import console
from sync.cli import guarded
from sync.settings import settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    parcels: Annotated[
        int, typer.Option(help="Tổng số thửa đất. Parcels in all deliveries together.", min=1)
    ] = 200_000,
    provinces: Annotated[
        str,
        typer.Option(
            help="Các mã tỉnh, cách nhau bằng dấu phẩy; để trống là cả 34. Province codes; all 34 when not given.",
            metavar="01,51",
        ),
    ] = "",
    communes_per_province: Annotated[
        int, typer.Option(help="Số xã mỗi tỉnh. Communes of each province.")
    ] = 10,
    defects: Annotated[
        float, typer.Option(help="Tỷ lệ thửa có lỗi cài sẵn. Share of parcels with a seeded defect.")
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="Hạt giống: cùng số, cùng dữ liệu. Same number, same data.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Kết quả dạng JSON. One JSON object on standard output.")
    ] = False,
) -> None:
    """Tạo dữ liệu mẫu của 34 tỉnh, đồng bộ qua Airflow vào PostGIS rồi so với đáp án. A synthetic nation through
    the real DAGs into the real database, compared with the truth.

    Chạy lại thì không có gì thay đổi. Run it again and nothing changes. Ví dụ · Example: landsync demo --parcels 50000
    """
    with guarded(as_json=as_json):
        from sync.lab.demo.demo import demo as run_demo
        from sync.lab.demo.watch import TerminalWatcher
        from sync.lab.demo.words import TRUE, round_sentence
        from sync.lab.generate import Options
        from sync.platform import show
        from sync.report.status import status_table

        lang = console.language()
        codes = tuple(code.strip() for code in provinces.split(",") if code.strip())
        options = Options(
            parcels=parcels,
            provinces=codes,
            communes_per_province=communes_per_province,
            defects=defects,
            seed=seed,
        )
        with TerminalWatcher() as watcher:
            result = run_demo(settings(), options, watcher)
        if as_json:
            document = result.as_dict(lang) | {"addresses": show.document(settings(), result.upped)}
            if result.error:
                document["error"] = result.error.as_dict(lang)
            console.emit_json(document)
        else:
            console.out.print(status_table(result.status, lang, console.out.width))
            console.out.print(round_sentence(result.round).say(lang))
            if not result.differences and not result.failures:
                console.out.print(TRUE.say(lang))
            for line in show.lines(settings(), result.upped, lang, for_a_person=console.out.is_terminal):
                console.out.print(line, markup=False, soft_wrap=True)
    if result.error:
        console.fail(result.error)  # without its own JSON: it is in the document
