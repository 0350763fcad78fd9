"""`landsync deciders`: who may decide what; only the owner of the database names them."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say

if TYPE_CHECKING:
    from sync import db
    from validators.decision_rules import Role

Actor = Annotated[
    str, typer.Argument(help="như sổ ghi, ví dụ cli:lan · as the ledger writes him, such as cli:lan")
]
OfRole = Annotated[
    str, typer.Option("--role", help="office (tỉnh) hoặc centre (trung ương) · office or centre")
]
OfProvince = Annotated[
    str | None, typer.Option("--province", "-p", help="mã tỉnh của office · province code of an office")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="căn cứ, lưu vĩnh viễn · why; kept for good")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    deciders = typer.Typer(
        name="deciders", no_args_is_help=True, help="Ai được quyết định gì · Who may decide what."
    )
    deciders.command("list", help=list_deciders.__doc__)(list_deciders)
    deciders.command("name", help=name.__doc__)(name)
    deciders.command("withdraw", help=withdraw.__doc__)(withdraw)
    app.add_typer(deciders)


def list_deciders(as_json: AsJson = False) -> None:
    """Liệt kê người được chỉ định · List who is named.

    Ví dụ · Example:  landsync deciders list
    """
    with guarded(as_json=as_json):
        from sync.deciding.people import named
        from sync.platform.addresses import resolve_dsn
        from sync.settings import settings

        _show(named(resolve_dsn(settings())), as_json)


def name(
    actor: Actor,
    role: OfRole,
    reason: Reason,
    province: OfProvince = None,
    db_login: Annotated[
        str | None,
        typer.Option(
            "--db-login",
            help="chỉ phiên của tên đăng nhập cơ sở dữ liệu này · only a session of this login of the database",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Chỉ định người quyết định (bằng quyền chủ cơ sở dữ liệu) · Name a decider, as the owner of the database.

    Ví dụ · Example:  landsync deciders name cli:lan --role office --province 01 --reason "Quyết định phân công 12"
    """
    with guarded(as_json=as_json):
        from sync.deciding import people
        from sync.platform.addresses import resolve_owner_dsn
        from sync.run import actor_of_terminal
        from sync.settings import settings

        owner = resolve_owner_dsn(settings())
        rows = people.name(owner, actor, cast("Role", role), province, db_login, actor_of_terminal(), reason)
        _show(rows, as_json)


def withdraw(
    actor: Actor, role: OfRole, reason: Reason, province: OfProvince = None, as_json: AsJson = False
) -> None:
    """Thôi chỉ định · Take a right back.

    Ví dụ · Example:  landsync deciders withdraw cli:lan --role office --province 01 --reason "Chuyển công tác"
    """
    with guarded(as_json=as_json):
        from sync.deciding import people
        from sync.platform.addresses import resolve_owner_dsn
        from sync.run import actor_of_terminal
        from sync.settings import settings

        owner = resolve_owner_dsn(settings())
        rows = people.withdraw(owner, actor, cast("Role", role), province, actor_of_terminal(), reason)
        _show(rows, as_json)


def _show(rows: "list[db.Row]", as_json: bool) -> None:
    from sync.deciding.told import deciders_table

    if as_json:
        emit_json({"deciders": rows})
        return
    out.print(deciders_table(rows, language()))
    if not rows:
        say(
            Bilingual(
                "Chưa chỉ định ai: ai chạy lệnh cũng quyết định được.",
                "Nobody is named: whoever runs a command decides.",
            )
        )
