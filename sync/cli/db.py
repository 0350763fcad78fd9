"""`landsync db`: the structure of the national database."""

from typing import Annotated

import typer

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, say, tell

NOT_CURRENT = 5


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Cấu trúc cơ sở dữ liệu · The structure of the database")
    group.command("migrate", help=migrate.__doc__)(migrate)
    group.command("status", help=status.__doc__)(status)
    app.add_typer(group, name="db")


def migrate(
    reapply: Annotated[
        bool,
        typer.Option(
            "--reapply",
            help="tạo lại khung nhìn, hàm, phân quyền và ghi chú dù không có gì đổi · "
            "recreate views, functions, grants and comments even if none changed",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới nhất · Bring the database to the newest shape.

    Chạy bao nhiêu lần cũng được. Safe to run again, and by two at once.
    """
    with guarded(as_json=as_json):
        from sync.db import migrations
        from sync.platform.addresses import resolve_owner_dsn
        from sync.settings import settings

        dsn = resolve_owner_dsn(settings())
        revision = migrations.migrate(dsn, reapply=reapply)
        if as_json:
            emit_json(migrations.status(dsn))
            return
        say(
            Bilingual(
                f"Cơ sở dữ liệu đã ở phiên bản mới nhất ({revision}).",
                f"The database is at the newest revision ({revision}).",
            )
        )


def status(as_json: AsJson = False) -> None:
    """Cho biết cơ sở dữ liệu đang ở phiên bản nào · Say which revision the database has.

    Mã thoát 5 khi cần chạy `landsync db migrate` · Exit status 5 when `landsync db migrate` is due.
    """
    with guarded(as_json=as_json):
        from sync.db import migrations
        from sync.platform.addresses import resolve_owner_dsn
        from sync.settings import settings

        found = migrations.status(resolve_owner_dsn(settings()))
        if as_json:
            emit_json(dict(found))
        else:
            tell(_sentence(str(found["revision"]), str(found["newest"]), current=bool(found["current"])))
    raise typer.Exit(0 if found["current"] else NOT_CURRENT)


def _sentence(revision: str, newest: str, *, current: bool) -> Bilingual:
    if current:
        return Bilingual(
            f"Cơ sở dữ liệu ở phiên bản mới nhất ({revision}).",
            f"The database is at the newest revision ({revision}).",
        )
    if not revision:
        return Bilingual(
            f"Cơ sở dữ liệu chưa được khởi tạo (phiên bản mới nhất: {newest}). Hãy chạy `landsync db migrate`.",
            f"The database has not been set up (newest revision: {newest}). Run `landsync db migrate`.",
        )
    if revision == newest:
        return Bilingual(
            f"Cơ sở dữ liệu ở phiên bản {revision}, nhưng khung nhìn và phân quyền thuộc phiên bản phần mềm khác. "
            "Hãy chạy `landsync db migrate`.",
            f"The database is at revision {revision}, but its views and grants are of another version of the program. "
            "Run `landsync db migrate`.",
        )
    return Bilingual(
        f"Cơ sở dữ liệu ở phiên bản {revision}, phiên bản mới nhất là {newest}. Hãy chạy `landsync db migrate`.",
        f"The database is at revision {revision}, the newest is {newest}. Run `landsync db migrate`.",
    )
