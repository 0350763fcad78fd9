"""`landsync people`: lawful erasure of what is known of a person."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say, tell

if TYPE_CHECKING:
    from sync.care.erasure import Erased

_COLUMNS = (
    Bilingual("Số", "No."),
    Bilingual("Tỉnh", "Province"),
    Bilingual("Lúc", "When"),
    Bilingual("Người thực hiện", "By whom"),
    Bilingual("Căn cứ", "Basis"),
    Bilingual("Lý do", "Reason"),
    Bilingual("Thửa", "Parcels"),
    Bilingual("Bản ghi hiện hành, đã đóng", "Rows, living and closed"),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    people = typer.Typer(
        name="people",
        no_args_is_help=True,
        help="Người sử dụng đất: xóa thông tin cá nhân theo luật · Land users: lawful erasure.",
    )
    people.command("erase", help=erase.__doc__)(erase)
    people.command("erasures", help=erasures.__doc__)(erasures)
    app.add_typer(people)


def erase(
    province: Annotated[str, typer.Option("--province", "-p", help="mã tỉnh · province code")],
    user: Annotated[
        str,
        typer.Option(
            "--user", help="user_uid của land_private.land_user · user_uid of land_private.land_user"
        ),
    ],
    basis: Annotated[
        str,
        typer.Option(
            "--basis",
            help="văn bản làm căn cứ: số, ngày; lưu vĩnh viễn, không ghi tên · document it rests on; kept for good, no names",
        ),
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason", "-r", help="lý do, lưu vĩnh viễn; không ghi tên · why; kept for good, no names"
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="làm hết rồi hoàn tác · do everything, then roll it back")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Xóa thông tin cá nhân của một người khỏi cơ sở dữ liệu (bằng quyền chủ cơ sở dữ liệu) · Erase a person, as the owner of the database.

    Không hoàn tác được: hãy chạy với --dry-run trước. Thửa, quyền và biên nhận vẫn còn. Nguồn của tỉnh cũng phải xóa, nếu không
    lần giao sau sẽ đưa người đó vào lại. Cannot be undone: begin with --dry-run. Parcels, rights and receipts stay. The
    province's source must erase too, or its next delivery brings the person back.

    Ví dụ · Example:  landsync people erase -p 01 --user 0b7c… --basis "Quyết định 15/QĐ ngày 2/3/2026" --reason "Theo bản án" --dry-run
    """
    with guarded(as_json=as_json):
        from sync.care.erasure import ErasureRequest
        from sync.care.erasure import erase as erase_person
        from sync.care.housekeeping import kept_of
        from sync.platform.addresses import resolve_dsn, resolve_owner_dsn
        from sync.run import actor_of_terminal
        from sync.settings import settings

        asked = ErasureRequest(province, user, basis, reason, actor_of_terminal())
        kept = kept_of(
            province, resolve_dsn(settings())
        )  # first: what fails must not hide that somebody was erased
        erased = erase_person(resolve_owner_dsn(settings()), asked, dry_run=dry_run)
        if as_json:
            emit_json({**asdict(erased), "kept": kept})
        else:
            _tell(erased, kept)


def erasures(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các lần xóa thông tin cá nhân · List the erasures; nothing in them says who it was.

    Ví dụ · Example:  landsync people erasures --province 01
    """
    with guarded(as_json=as_json):
        from sync.care.erasure import erasures as listed
        from sync.platform.addresses import resolve_dsn
        from sync.settings import settings

        rows = listed(resolve_dsn(settings()), province)
        if as_json:
            emit_json({"erasures": rows})
        else:
            _show(rows)


def _show(rows: list[dict[str, Any]]) -> None:
    from sync.clock import told

    if not rows:
        say(Bilingual("Chưa xóa thông tin của ai.", "Nobody was erased."))
        return
    table = Table(show_edge=False, pad_edge=False)
    for title in _COLUMNS:
        table.add_column(title.say(language()))
    for row in rows:
        who = f"{row['actor']} ({row['db_login']})"
        counts = (str(row["parcels"]), f"{row['living']} + {row['closed']}")
        cells = (
            str(row["erasure_id"]), row["province_code"], told(row["erased_at"]), who, row["basis"], row["reason"], *counts,
        )  # fmt: skip
        table.add_row(*map(escape, cells))
    out.print(table)


def _tell(erased: "Erased", kept: dict[str, Any]) -> None:
    will = Bilingual("Sẽ xóa", "Would erase") if erased.dry_run else Bilingual("Đã xóa", "Erased")
    tell(
        Bilingual(
            f"{will.vi} một người ở {erased.parcels} thửa của tỉnh {erased.province}: {erased.living} bản ghi hiện hành, "
            f"{erased.closed} bản đã đóng, {erased.results} kết quả dân cư; {erased.rights} quyền ở lại, không còn gắn với ai.",
            f"{will.en} a person on {erased.parcels} parcels of province {erased.province}: {erased.living} living rows, "
            f"{erased.closed} closed ones, {erased.results} results of the population database; {erased.rights} rights stay and tie nobody.",
        )
    )
    if not erased.dry_run:
        tell(
            Bilingual(
                f"Lần xóa số {erased.erasure_id}; các dòng đó nay mang định danh {erased.erased_ref}.",
                f"Erasure {erased.erasure_id}; these rows have the uid {erased.erased_ref} now.",
            )
        )
    tell(
        Bilingual(
            f"Ngoài cơ sở dữ liệu vẫn còn: {len(kept['runs'])} thư mục lượt chạy (hết hạn sau {kept['run_days']} ngày), "
            f"{len(kept['deliveries'])} gói dữ liệu (sau {kept['delivery_days']} ngày) của tỉnh, và các bản sao lưu. "
            "Nguồn của tỉnh cũng phải xóa: nếu không, lần giao sau đưa người đó vào lại.",
            f"Outside the database there are still {len(kept['runs'])} run folders (may go after {kept['run_days']} days) and "
            f"{len(kept['deliveries'])} deliveries (after {kept['delivery_days']} days) of the province, and the backups. "
            "The province's source must erase too: else its next delivery brings the person back.",
        )
    )
    tell(Bilingual("Danh sách: --json.", "Which: --json."))
