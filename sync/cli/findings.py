"""`landsync findings`: the register of findings, and who answers for one until when."""

from datetime import datetime
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say, tell

Ids = Annotated[list[str], typer.Argument(help="mã lỗi, một hay nhiều · ids of findings")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        "-r",
        help="lý do, lưu vĩnh viễn, tỉnh đọc được; không ghi tên, số giấy tờ của người sử dụng đất · "
        "why; kept for good and read by the province: no personal data",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    findings = typer.Typer(
        name="findings", no_args_is_help=True, help="Sổ theo dõi lỗi · The register of findings."
    )
    findings.command("list", help=list_findings.__doc__)(list_findings)
    findings.command("show", help=show.__doc__)(show)
    findings.command("accept", help=accept.__doc__)(accept)
    findings.command("withdraw", help=withdraw.__doc__)(withdraw)
    app.add_typer(findings)


def list_findings(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    commune: Annotated[str | None, typer.Option("--commune", "-c", help="mã xã · commune code")] = None,
    check: Annotated[str | None, typer.Option("--check", help="mã kiểm tra · code of a check")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            help="new, open, returned, accepted, fixed, retired; bỏ trống: lỗi còn tồn tại · "
            "blank: what is not mended and not accepted",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="nhiều nhất · at most")] = 200,
    as_json: AsJson = False,
) -> None:
    """Liệt kê lỗi đang theo dõi · List the findings on the register, errors first.

    Ví dụ · Example:  landsync findings list --province 01 --check TOP-OVERLAP
    """
    with guarded(as_json=as_json):
        from sync.folder.register import STATE_WORDS
        from sync.register.listing import Asked, findings_list, list_table

        document = findings_list(_dsn(), Asked(province, commune, check, state, limit))
        if as_json:
            emit_json(document)
            return
        out.print(list_table(document, language()))
        shown, total = len(document["findings"]), document["total"]
        states = [(STATE_WORDS[name], count) for name, count in document["states"].items() if count]
        tell(
            Bilingual(
                f"{shown} trên {total} lỗi. " + ", ".join(f"{word.vi} {count}" for word, count in states),
                f"{shown} of {total} findings. " + ", ".join(f"{word.en} {count}" for word, count in states),
            )
        )


def show(
    finding_id: Annotated[str, typer.Argument(help="mã lỗi · id of the finding")], as_json: AsJson = False
) -> None:
    """Một lỗi: từ khi nào, ai chấp nhận, sửa thế nào · One finding: since when, who answers for it, how to mend it.

    Ví dụ · Example:  landsync findings show 2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52
    """
    with guarded(as_json=as_json):
        from sync.register.listing import case_lines, finding_case

        case = finding_case(_dsn(), finding_id)
        if as_json:
            emit_json(case)
            return
        for line in case_lines(case):
            tell(line)


def accept(
    finding_ids: Ids,
    reason: Reason,
    until: Annotated[
        datetime,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d", "%d/%m/%Y"],
            help="hết ngày này thì lỗi được tính lại · the last day of the exception",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Chấp nhận ngoại lệ đến một ngày (cơ quan trung ương) · Answer for findings until a day; the centre decides.

    Lỗi vẫn được liệt kê và được đếm cạnh nhóm của xã · They stay listed and are counted beside the group.

    Ví dụ · Example:  landsync findings accept 2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52 --reason "Văn bản 12/STNMT" --until 2027-06-30
    """
    with guarded(as_json=as_json):
        from sync.register import exceptions
        from sync.run import actor_of_terminal

        document = exceptions.accept(_dsn(), finding_ids, actor_of_terminal(), reason, until.date())
        count = len(document["findings"])
        _tell(
            document,
            as_json,
            Bilingual(
                f"Đã chấp nhận {count} lỗi đến hết {until:%d/%m/%Y}; tính từ lần đánh giá tiếp theo.",
                f"{count} findings accepted until {until:%d/%m/%Y}; it counts from the next judgement on.",
            ),
        )


def withdraw(finding_ids: Ids, reason: Reason, as_json: AsJson = False) -> None:
    """Rút lại ngoại lệ · Take exceptions back: the findings count again.

    Ví dụ · Example:  landsync findings withdraw 2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52 --reason "Đã đo lại"
    """
    with guarded(as_json=as_json):
        from sync.register import exceptions
        from sync.run import actor_of_terminal

        document = exceptions.withdraw(_dsn(), finding_ids, actor_of_terminal(), reason)
        count = len(document["findings"])
        _tell(
            document,
            as_json,
            Bilingual(
                f"Đã rút lại {count} ngoại lệ; tính từ lần đánh giá tiếp theo.",
                f"{count} exceptions taken back; it counts from the next judgement on.",
            ),
        )


def _dsn() -> str:
    from sync.platform.addresses import resolve_dsn
    from sync.settings import settings

    return resolve_dsn(settings())


def _tell(document: dict[str, Any], as_json: bool, done: Bilingual) -> None:
    if as_json:
        emit_json(document)
    else:
        say(done)
