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


Nation = Annotated[
    Path | None,
    typer.Argument(
        help="thư mục do landsync generate ghi · a folder that landsync generate wrote", metavar="DIR"
    ),
]
Seeds = Annotated[
    int,
    typer.Option(
        help="thay cho DIR: tạo, kiểm tra rồi xóa từng ấy nước mô phỏng, hạt giống từ 1 · instead of DIR: make, check "
        "and throw away as many nations, with seeds from 1",
        min=0,
    ),
]
Parcels = Annotated[
    int, typer.Option(help="với --seeds: số thửa mỗi nước · with --seeds: parcels of each nation", min=1)
]
Defects = Annotated[
    float,
    typer.Option(
        help="với --seeds: tỷ lệ thửa có lỗi cài sẵn · with --seeds: share of parcels with a seeded defect",
        metavar="RATE",
    ),
]
Keep = Annotated[
    Path | None,
    typer.Option(help="giữ kết quả kiểm tra của từng tỉnh ở đây · keep each province's judgement here"),
]
AtLeast = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=1.0,
        help="thoát với mã 3 khi có phép kiểm tra đạt thấp hơn · exit 3 when any check stays below",
        metavar="SHARE",
    ),
]
Markdown = Annotated[
    bool, typer.Option("--markdown", help="bảng để đưa vào tài liệu · the table as it stands in the docs")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate", help=evaluate.__doc__)(evaluate)


def evaluate(
    nation: Nation = None,
    seeds: Seeds = 0,
    parcels: Parcels = 100_000,
    defects: Defects = 0.01,
    keep: Keep = None,
    at_least: AtLeast = None,
    markdown: Markdown = False,
    as_json: AsJson = False,
) -> None:
    """So kết quả kiểm tra với đáp án của dữ liệu mô phỏng · Hold what the checks find against what was seeded.

    Ví dụ · Examples:

      landsync generate --labelled --out nation --parcels 50000 --defects 0.01

      landsync evaluate nation --at-least 0.995

      landsync evaluate --seeds 10 --parcels 50000 --markdown
    """
    with guarded(as_json=as_json):
        _refuse_both(nation, seeds, keep)
        results = _of_seeds(seeds, parcels, defects) if nation is None else {0: _of_nation(nation, keep)}
    if as_json:
        from sync.lab.evaluate.seeds import as_dict

        emit_json(as_dict(results) if nation is None else results[0].as_dict())
    elif markdown:
        _as_page(results, nation, parcels, defects)
    else:
        for seed, result in results.items():
            if nation is None:
                say(Bilingual(f"Hạt giống {seed}:", f"Seed {seed}:"))
            _tell(result)
    if at_least is not None and not all(result.reaches(at_least) for result in results.values()):
        raise typer.Exit(3)


def _of_nation(nation: Path, keep: Path | None) -> "Evaluation":
    from sync.lab.evaluate import evaluate as run

    _refuse_full(keep)
    with Progress(console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("evaluate", total=None)
        return run(nation, keep, lambda _, rows: bar.advance(task, rows))


def _of_seeds(seeds: int, parcels: int, defects: float) -> "dict[int, Evaluation]":
    from sync.lab.evaluate.seeds import evaluate_seeds
    from sync.lab.generate import Options

    options = Options(parcels=parcels, defects=defects, labelled=True)
    with Progress(console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("evaluate", total=seeds)
        return evaluate_seeds(options, range(1, seeds + 1), lambda _: bar.advance(task))


def _as_page(results: "dict[int, Evaluation]", nation: Path | None, parcels: int, defects: float) -> None:
    from sync.lab.evaluate.page import page

    if nation is None:
        command = (
            f"landsync evaluate --seeds {len(results)} --parcels {parcels} --defects {defects:g} --markdown"
        )
        named = {f"seed {seed}": result for seed, result in results.items()}
    else:
        command, named = f"landsync evaluate {nation.name} --markdown", {nation.name: results[0]}
    out.print(page(named, command), markup=False, highlight=False, soft_wrap=True, end="")


def _refuse_both(nation: Path | None, seeds: int, keep: Path | None) -> None:
    if (nation is None) != bool(seeds) or (seeds and keep is not None):
        raise UsageError(
            "EVAL-WHAT",
            Bilingual(
                "Cần đúng một trong hai: thư mục DIR, hoặc --seeds N (không dùng cùng --keep).",
                "Give one of the two: the folder DIR, or --seeds N (without --keep).",
            ),
            Bilingual("Ví dụ: landsync evaluate --seeds 10", "For example: landsync evaluate --seeds 10"),
        )


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
