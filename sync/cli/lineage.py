"""`landsync lineage`: what became of which land, and who confirms it."""

from datetime import datetime
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say, tell

Events = Annotated[list[str], typer.Argument(help="mã sự kiện, một hay nhiều · ids of events")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        "-r",
        help="lý do, lưu vĩnh viễn; không ghi tên, số giấy tờ của người sử dụng đất · why; kept for good: no personal data",
    ),
]
Again = Annotated[
    bool, typer.Option("--again", help="quyết định lại điều đã quyết định · decide anew what was decided")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    lineage = typer.Typer(
        name="lineage",
        no_args_is_help=True,
        help="Nguồn gốc thửa đất: tách, hợp, chỉnh lý · Lineage: splits, mergers, corrections.",
    )
    lineage.command("list", help=list_events.__doc__)(list_events)
    lineage.command("show", help=show.__doc__)(show)
    lineage.command("confirm", help=confirm.__doc__)(confirm)
    lineage.command("refuse", help=refuse.__doc__)(refuse)
    app.add_typer(lineage)


def list_events(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    commune: Annotated[str | None, typer.Option("--commune", "-c", help="mã xã · commune code")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            help="declared, proposed, confirmed, refused; bỏ trống: chưa ai quyết định · blank: what nobody has decided",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="nhiều nhất · at most")] = 200,
    as_json: AsJson = False,
) -> None:
    """Liệt kê sự kiện của đất, mới nhất trước · List the events of land, the newest first.

    Ví dụ · Example:  landsync lineage list --province 01 --state proposed
    """
    with guarded(as_json=as_json):
        from sync.deciding.events import STATES, AskedEvents, events_list
        from sync.deciding.told import events_table
        from sync.report.words import LINEAGE_STATES

        document = events_list(_dsn(), AskedEvents(province, commune, state, limit))
        if as_json:
            emit_json(document)
            return
        out.print(events_table(document, language()))
        shown, total = len(document["events"]), document["total"]
        states = [(LINEAGE_STATES[name], document["states"][name]) for name in STATES]
        tell(
            Bilingual(
                f"{shown} trên {total} sự kiện. " + ", ".join(f"{word.vi} {count}" for word, count in states),
                f"{shown} of {total} events. " + ", ".join(f"{word.en} {count}" for word, count in states),
            )
        )


def show(
    event: Annotated[str, typer.Argument(help="mã sự kiện · id of the event")], as_json: AsJson = False
) -> None:
    """Một sự kiện: thửa nào thành thửa nào, ai quyết định · One event: what became of what, and who decided.

    Ví dụ · Example:  landsync lineage show 2b0d0c6e-9f43-4c55-8f0f-3f1d8a1f6a52
    """
    with guarded(as_json=as_json):
        from sync.deciding.events import event_case
        from sync.deciding.told import event_lines

        case = event_case(_dsn(), event)
        if as_json:
            emit_json(case)
            return
        for line in event_lines(case):
            tell(line)


def confirm(
    events: Events,
    reason: Reason,
    document: Annotated[
        str | None,
        typer.Option(
            "--document",
            help="số và ngày văn bản; sự kiện của đất phải có · number and date of the document; events of land need one",
        ),
    ] = None,
    legal_date: Annotated[
        datetime | None,
        typer.Option(
            "--legal-date",
            formats=["%Y-%m-%d", "%d/%m/%Y"],
            help="ngày có hiệu lực pháp lý · the day on which it took legal effect",
        ),
    ] = None,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Xác nhận sự kiện: tất cả, hoặc không sự kiện nào · Confirm events: all of them, or none.

    Ví dụ · Example:  landsync lineage confirm 2b0d0c6e-9f43-4c55-8f0f-3f1d8a1f6a52 --document "45/QĐ-UBND, 05/03/2026" --reason "Hồ sơ tách thửa"
    """
    with guarded(as_json=as_json):
        from sync.deciding.events import Decision, decide
        from sync.run import actor_of_terminal

        day = legal_date.date() if legal_date else None
        said = Decision("confirmed", actor_of_terminal(), reason, document, day, again)
        _tell(decide(_dsn(), events, said), as_json, Bilingual("Đã xác nhận", "Confirmed"))


def refuse(events: Events, reason: Reason, again: Again = False, as_json: AsJson = False) -> None:
    """Bác sự kiện: đất không đi như vậy · Refuse events: the land did not go that way.

    Ví dụ · Example:  landsync lineage refuse 2b0d0c6e-9f43-4c55-8f0f-3f1d8a1f6a52 --reason "Đo sai ranh giới"
    """
    with guarded(as_json=as_json):
        from sync.deciding.events import Decision, decide
        from sync.run import actor_of_terminal

        said = Decision("refused", actor_of_terminal(), reason, again=again)
        _tell(decide(_dsn(), events, said), as_json, Bilingual("Đã bác", "Refused"))


def _dsn() -> str:
    from sync.platform.addresses import resolve_dsn
    from sync.settings import settings

    return resolve_dsn(settings())


def _tell(document: dict[str, Any], as_json: bool, done: Bilingual) -> None:
    from sync.deciding.people import TRIAL

    if not document["deciders_named"]:
        say(TRIAL)
    if as_json:
        emit_json(document)
        return
    count = len(document["events"])
    say(Bilingual(f"{done.vi}: {count} sự kiện.", f"{done.en}: {count} events."))
    if registered := document["meanwhile"]:
        touched = sorted({row["event_id"] for row in registered})
        say(
            Bilingual(
                f"Từ ngày hiệu lực đến khi được báo đã có {len(registered)} đăng ký trên thửa trước; xem: landsync lineage show {' | '.join(touched)}",
                f"From the legal date until it was told {len(registered)} registrations were made on the parcels before; see: landsync lineage show {' | '.join(touched)}",
            )
        )
