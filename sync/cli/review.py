"""`landsync approve` and `landsync refuse`: a person decides about what a brake holds."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import STATUS, AsJson, ExtractedAt
from sync.console import emit_json, say

RunId = Annotated[str, typer.Argument(help="lượt chạy đã tạm giữ · the run that holds")]
Communes = Annotated[
    list[str] | None, typer.Option("--commune", "-c", help="mã xã, nhiều lần · commune code, repeatable")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="lý do, được lưu vĩnh viễn · why; kept for good")]


class Reading(StrEnum):
    """The two readings of a hold, by its reason."""

    REKEYED = "rekeyed"
    MOVED = "moved"


ChosenReading = Annotated[
    Reading | None,
    typer.Option(
        "--reading",
        help="cách hiểu, khi không theo lý do tạm giữ: rekeyed (đất đúng, nhận dạng đã đổi) hoặc moved (nhận dạng đúng, tọa độ đã "
        "sửa) · the reading, where not the hold's own: the land is right, or the handles are",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("approve", help=approve.__doc__)(approve)
    app.command("refuse", help=refuse.__doc__)(refuse)


def approve(
    run_id: RunId,
    reason: Reason,
    commune: Communes = None,
    extracted_at: ExtractedAt = None,
    reading: ChosenReading = None,
    as_json: AsJson = False,
) -> None:
    """Duyệt dữ liệu đang tạm giữ · Let held communes go live.

    Mã thoát 3 khi còn cần một người khác cùng duyệt · Exit status 3 where another person must approve, too.

    Ví dụ · Examples:

      landsync approve 01-20261120T150000-ab12cd --reason "Đã đối chiếu hồ sơ"

      landsync approve 01-20261120T150000-ab12cd --extracted-at 2026-11-20T22:00+07:00 --reason "Tỉnh xác nhận qua công văn"

      landsync approve 01-20261120T150000-ab12cd --commune 00004 --reading moved --reason "Đo đạc lại, công văn 45"
    """
    with guarded(as_json=as_json):
        from sync import review
        from sync.declared.moments import typed_moment
        from sync.folder.reasons import READINGS

        moment = typed_moment(extracted_at)
        chosen = None if reading is None else READINGS[reading.name]
        said = partial(review.approve, extracted_at=moment, reading=chosen)
        result = _decide(said, run_id, reason, commune)
        _tell(result, as_json, Bilingual("Đã duyệt", "Approved"), reading)
    raise typer.Exit(STATUS[result["state"]])


def refuse(run_id: RunId, reason: Reason, commune: Communes = None, as_json: AsJson = False) -> None:
    """Từ chối dữ liệu đang tạm giữ · Refuse held communes: the office is to deliver again.

    Ví dụ · Example:  landsync refuse 01-20261120T150000-ab12cd --reason "Thiếu nửa xã"
    """
    with guarded(as_json=as_json):
        from sync import review

        result = _decide(review.refuse, run_id, reason, commune)
        _tell(result, as_json, Bilingual("Đã từ chối", "Refused"))


def _decide(
    decision: Callable[..., dict[str, Any]], run_id: str, reason: str, communes: list[str] | None
) -> dict[str, Any]:
    from sync.platform.addresses import resolve_dsn
    from sync.run import actor_of_terminal
    from sync.settings import settings

    return decision(resolve_dsn(settings()), run_id, tuple(communes or ()), actor_of_terminal(), reason)


def _tell(result: dict[str, Any], as_json: bool, done: Bilingual, reading: Reading | None = None) -> None:
    from sync.deciding.holds import still_waits
    from sync.deciding.people import TRIAL

    if not result["deciders_named"]:
        say(TRIAL)
    if as_json:
        emit_json(result)
    elif "waits" in result:
        say(still_waits(result["run"], result["waits"], reading))
    else:
        codes = ", ".join(result["communes"])
        say(Bilingual(f"{done.vi}: {codes} ({result['run']}).", f"{done.en}: {codes} ({result['run']})."))
