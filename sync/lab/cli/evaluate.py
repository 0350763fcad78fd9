"""`landsync evaluate`: precision and recall of every check on a nation whose faults are known."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, err, language, out, say

if TYPE_CHECKING:
    from sync.lab.evaluate import Evaluation


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate", help=evaluate.__doc__)(evaluate)


def evaluate(
    nation: Annotated[
        Path,
        typer.Argument(
            help="thư mục do landsync generate ghi · a folder that landsync generate wrote", metavar="DIR"
        ),
    ],
    keep: Annotated[
        Path | None,
        typer.Option(help="giữ kết quả kiểm tra của từng tỉnh ở đây · keep each province's judgement here"),
    ] = None,
    at_least: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="thoát với mã 3 khi có phép kiểm tra đạt thấp hơn · exit 3 when any check stays below",
            metavar="SHARE",
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="bảng để đưa vào tài liệu · the table as it stands in the docs")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """So kết quả kiểm tra với đáp án của dữ liệu mô phỏng · Hold what the checks find against what was seeded.

    Ví dụ · Examples:

      landsync generate --labelled --out nation --parcels 50000 --defects 0.01

      landsync evaluate nation --at-least 0.995
    """
    with guarded(as_json=as_json):
        from sync.lab.evaluate import evaluate as run

        _refuse_full(keep)
        with Progress(console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task("evaluate", total=None)
            result = run(nation, keep, lambda _, rows: bar.advance(task, rows))
    if as_json:
        emit_json(result.as_dict())
    elif markdown:
        from sync.lab.evaluate.page import page

        out.print(page(result), markup=False, highlight=False, soft_wrap=True, end="")
    else:
        _tell(result)
    if at_least is not None and not result.reaches(at_least):
        raise typer.Exit(3)


def _refuse_full(keep: Path | None) -> None:
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UsageError(
            "EVAL-KEEP",
            Bilingual(f"«{keep}» đã có và không rỗng.", f"“{keep}” exists and is not empty."),
            Bilingual("Hãy chọn một thư mục mới hoặc thư mục rỗng.", "Choose a new or an empty folder."),
        )


def _tell(result: "Evaluation") -> None:
    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    for title in (
        Bilingual("Mã kiểm tra", "Check"),
        Bilingual("Cài sẵn", "Seeded"),
        Bilingual("Tìm thấy", "Found"),
        Bilingual("Báo sai", "False"),
        Bilingual("Độ chính xác", "Precision"),
        Bilingual("Độ phủ", "Recall"),
    ):
        table.add_column(title.say(lang), justify="left" if title.en == "Check" else "right")
    for line in result.checks:
        shares = ["–" if share is None else f"{share:.4f}" for share in (line.precision, line.recall)]
        table.add_row(line.code, str(line.seeded), str(line.found), str(line.false), *shares)
    out.print(table)
    for difference in result.differences:
        word = {
            "missed": Bilingual("bỏ sót", "missed"),
            "false": Bilingual("báo sai", "false"),
        }[difference.what].say(lang)
        out.print(
            f"{word}: {difference.code} {difference.province}/{difference.commune} {difference.key} "
            f"{difference.kind or ''}",
            markup=False,
            soft_wrap=True,
        )
    if result.not_seeded:
        say(Bilingual("Không có lỗi cài sẵn:", "Nothing seeded:"))
        for code, why in result.not_seeded.items():
            out.print(f"  {code}: {why.say(lang)}", markup=False, soft_wrap=True)
    if result.not_run:
        codes = ", ".join(result.not_run)
        say(Bilingual(f"Không chạy vì thiếu ngữ cảnh: {codes}.", f"Not run, for want of a context: {codes}."))
    same = result.communes - len({(d.province, d.commune) for d in result.verdicts})
    say(
        Bilingual(
            f"{result.parcels} thửa, {result.seeded_parcels} thửa có lỗi cài sẵn; {same}/{result.communes} xã có đúng "
            "nhóm, số thửa cách ly và số thửa lỗi như đáp án.",
            f"{result.parcels} parcels, {result.seeded_parcels} with a seeded fault; {same} of {result.communes} communes "
            "have the group, the quarantined rows and the rows with errors of the truth.",
        )
    )
