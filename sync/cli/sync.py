"""`landsync sync`, and its stages one by one: the same stages as the DAG, from the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.console import emit_json, err, language, out, say, tell

DeliveryPath = Annotated[
    Path | None,
    typer.Argument(
        help="tệp hoặc thư mục; bỏ trống: theo [connection] của hồ sơ, nếu không có thì mới nhất trong inbox · "
        "file or folder; blank: the profile's [connection], without one the newest in inbox"
    ),
]
OtherProfile = Annotated[
    Path | None,
    typer.Option("--profile", help="hồ sơ cột của tỉnh · another profile than the province's own"),
]
FromSource = Annotated[
    bool,
    typer.Option(
        "--from-source", help="kéo từ [connection] của hồ sơ · pull from the profile's [connection]"
    ),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full", help="kéo toàn bộ, không chỉ phần thay đổi · pull everything, not only what changed"
    ),
]

ExtractedAt = Annotated[
    str | None,
    typer.Option(
        "--extracted-at",
        help="lúc trích xuất, khi gói dữ liệu không ghi; không có múi giờ: giờ Việt Nam · when it was extracted, where the "
        "delivery does not say; without an offset: in Vietnam",
    ),
]

STATUS = {"done": 0, "held": 3, "rejected": 4, "failed": 5}

Province = Annotated[
    str, typer.Option("--province", "-p", help="mã tỉnh, 2 chữ số · province code, 2 digits")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="một đối tượng JSON · one JSON object on standard output")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sync", help=sync.__doc__)(sync)
    app.command("stage", help=stage.__doc__, hidden=True)(stage)


def sync(
    province: Province,
    path: DeliveryPath = None,
    profile: OtherProfile = None,
    from_source: FromSource = False,
    full: Full = False,
    extracted_at: ExtractedAt = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="làm hết rồi hoàn tác · do everything, then roll it back")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đồng bộ một gói dữ liệu vào cơ sở dữ liệu quốc gia · Bring a delivery into the national database.

    Ví dụ · Example:  landsync sync --province 01 delivery.gpkg
    """
    with guarded(as_json=as_json):
        from sync.declared.moments import typed_moment
        from sync.run import actor_of_terminal, finish_run, start_run
        from sync.stages import run_stage, stages_of

        run = start_run(
            province,
            actor_of_terminal(),
            path=path,
            profile=profile,
            from_source=from_source,
            full=full,
            dry_run=dry_run,
            stated_at=typed_moment(extracted_at),
        )
        try:
            with _progress() as progress:
                task = progress.add_task("", total=None)
                for name in stages_of(run):
                    progress.update(task, description=f"{province} {name}")
                    run_stage(name, run)
        finally:
            state = finish_run(run.run_id)
        from sync.report.results import run_summary

        summary = run_summary(run)
        if as_json:
            emit_json(summary)
        else:
            _tell(summary)
    raise typer.Exit(STATUS[state])


def stage(
    name: Annotated[str, typer.Argument(help="fetch, conform, check, gate, load, report")],
    run_id: Annotated[str | None, typer.Option("--run", help="lượt chạy đã có · an existing run")] = None,
    province: Annotated[str | None, typer.Option("--province", "-p")] = None,
    path: Annotated[Path | None, typer.Option("--path")] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="kết thúc lượt chạy · close the run afterwards")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Chạy riêng một bước · Run one stage alone; without --run a new run begins.

    Ví dụ · Example:  landsync stage fetch --province 01
    """
    with guarded(as_json=as_json):
        from parcels.errors import UsageError
        from sync.run import actor_of_terminal, finish_run, open_run, start_run
        from sync.stages import STAGES, run_stage

        if name not in STAGES or (run_id is None and province is None):
            raise UsageError(
                "STAGE-USAGE",
                Bilingual(f"Không chạy được bước «{name}».", f"The stage “{name}” cannot be run."),
                Bilingual(
                    f"Các bước: {', '.join(STAGES)}; nêu --run hoặc --province.",
                    f"The stages: {', '.join(STAGES)}; give --run or --province.",
                ),
            )
        run = (
            open_run(run_id)
            if run_id
            else start_run(str(province), actor_of_terminal(), path=path, by_hand=True)
        )
        try:
            counts = run_stage(name, run)
        finally:
            if finish:
                finish_run(run.run_id)
        document = {"run": run.run_id, "stage": name, **counts}
        if as_json:
            emit_json(document)
        else:
            words = ", ".join(f"{key} {value}" for key, value in document.items())
            say(Bilingual(f"Xong: {words}", f"Done: {words}"))


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _tell(summary: dict[str, Any]) -> None:
    from sync.report.results import summary_table

    out.print(summary_table(summary, language()))
    total = summary["receipt"]["totals"]
    tell(
        Bilingual(
            f"Lượt chạy {summary['run']}: đọc {total['read']}, mới {total['new']}, thay đổi {total['changed']}, "
            f"không đổi {total['unchanged']}, kết thúc {total['ended']}, cách ly {total['quarantined']}, "
            f"tạm giữ {total['held']}.",
            f"Run {summary['run']}: read {total['read']}, new {total['new']}, changed {total['changed']}, "
            f"unchanged {total['unchanged']}, ended {total['ended']}, quarantined {total['quarantined']}, "
            f"held {total['held']}.",
        )
    )
    if summary["unchanged_since"]:
        say(
            Bilingual(
                f"Gói dữ liệu giống hệt gói của lượt chạy {summary['unchanged_since']} và không có gì khác đi từ đó: kết quả "
                "kiểm tra giữ nguyên, chỉ ghi biên nhận.",
                f"The delivery is that of run {summary['unchanged_since']} again, and nothing changed since: what was found then "
                "holds, and only a receipt was written.",
            )
        )
    if summary["ignored"] or summary["ended_by_row"]:
        say(
            Bilingual(
                f"Kết thúc theo biến động {summary['ended_by_row']}; bỏ qua {summary['ignored']} dòng cũ hơn hoặc lặp lại.",
                f"Ended by a change {summary['ended_by_row']}; ignored {summary['ignored']} older or repeated rows.",
            )
        )
    for gap in summary["gaps"]:
        say(Bilingual(gap["vi"], gap["en"]))
    if summary["absent_communes"]:
        listed = ", ".join(summary["absent_communes"][:20])
        say(
            Bilingual(
                f"Khai đầy đủ trong complete_for nhưng không có dòng nào: {listed}.",
                f"Declared complete by complete_for, and not one row came: {listed}.",
            )
        )
    if summary["dry_run"]:
        say(Bilingual("Chạy thử: không có gì được ghi.", "Dry run: nothing was written."))
    elif summary["held_communes"]:
        say(
            Bilingual(
                f'Có xã bị tạm giữ. Gửi lại dữ liệu đã sửa, hoặc: landsync approve {summary["run"]}{_stating(summary)} --reason "…"',
                f'Communes are held. Deliver again, or: landsync approve {summary["run"]}{_stating(summary)} --reason "…"',
            )
        )
    say(Bilingual(f"Báo cáo: {summary['report']}", f"Report: {summary['report']}"))


def _stating(summary: dict[str, Any]) -> str:
    """What an approval has to add where nobody has said when the delivery was extracted."""
    from sync.folder.reasons import UNDATED

    reasons = [reason for line in summary["communes_loaded"] for reason in line["reasons"]]
    return " --extracted-at …" if any(reason.get("code") == UNDATED for reason in reasons) else ""
