"""`landsync rehearse`: whose group another policy would change, before anybody is told to use it."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, err, language, out, say

NOT_AGREED = 3
SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse", help=rehearse.__doc__)(rehearse)


def rehearse(
    policy: Annotated[
        str,
        typer.Argument(help="tên chính sách có sẵn hoặc tệp .toml · a policy that ships, or a .toml file"),
    ],
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    limit: Annotated[
        str | None,
        typer.Option(
            "--limit", help="tỷ lệ xã được đổi nhóm, 0 đến 1 · share of communes that may change, 0 to 1"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Diễn tập một chính sách mới: xã nào đổi nhóm · Rehearse a policy: who would change group. Nothing is written.

    Ví dụ · Example:  landsync rehearse 2026-abce --province 01
    """
    with guarded(as_json=as_json):
        from sync.care.rehearse import rehearse as tried
        from sync.declared.policyfile import load_policy
        from sync.platform.addresses import resolve_dsn
        from sync.settings import settings

        chosen = load_policy(policy)
        share = _share(limit)
        dsn = resolve_dsn(settings())
        if err.is_terminal and not as_json:
            with err.status("") as status:
                document = tried(
                    dsn, chosen, province, share, lambda said: status.update(escape(said.say(language())))
                )
        else:
            document = tried(dsn, chosen, province, share)
        if as_json:
            emit_json(document)
        else:
            _tell(document)
    raise typer.Exit(0 if document["agreed"] else NOT_AGREED)


def _share(limit: str | None) -> Decimal | None:
    if limit is None:
        return None
    try:
        share = Decimal(limit)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:  # NaN is neither
        raise UsageError(
            "REHEARSE-LIMIT",
            Bilingual(f"«{limit}» không phải một tỷ lệ.", f"“{limit}” is no share."),
            Bilingual(
                "Nêu một số từ 0 đến 1, ví dụ --limit 0.05.",
                "Give a number from 0 to 1, such as --limit 0.05.",
            ),
        )
    return share


def _tell(document: dict[str, Any]) -> None:
    lang = language()
    out.print(f"{document['policy']}: {document['policy_title'][lang]}", markup=False, style="bold")
    out.print(_provinces(document))
    out.print("")
    out.print(_matrix(document))
    if document["changes"]:
        out.print("")
        out.print(_changes(document))
    for each in document["not_rehearsed"][:SHOWN]:
        say(
            Bilingual(
                f"Không diễn tập được: xã {each['code']}, dữ liệu của lượt chạy {each['run']} đã hết hạn lưu.",
                f"Not rehearsed: commune {each['code']}, the data of run {each['run']} have expired.",
            )
        )
    totals = document["totals"]
    say(
        Bilingual(
            "Giữ nguyên {unchanged}, lên nhóm {better}, xuống nhóm {worse}, không diễn tập được {not_rehearsed} trong "
            "{communes} xã. Tính lại nhóm {regrouped}, kiểm tra lại {judged_again}, theo số đếm đã lưu {by_counts}.",
            "Unchanged {unchanged}, better {better}, worse {worse}, not rehearsed {not_rehearsed} of {communes} communes. "
            "Regrouped {regrouped}, judged again {judged_again}, by stored counts {by_counts}.",
        ).format(**totals)
    )
    share, limit = f"{document['changed_share'] * 100:.2f} %", f"{document['limit'] * 100:g} %"
    if document["agreed"]:
        said = Bilingual(
            f"Trong mức đã thống nhất: {share} ≤ {limit}.", f"Within what was agreed: {share} ≤ {limit}."
        )
    else:
        said = Bilingual(
            f"Vượt mức đã thống nhất: {share} số xã đổi nhóm hoặc chưa rõ, mức là {limit}.",
            f"More than was agreed: {share} of the communes change group or are not known, the limit is {limit}.",
        )
    say(said)


def _provinces(document: dict[str, Any]) -> Table:
    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    titles = {
        "code": Bilingual("Mã", "Code"),
        "name": Bilingual("Tỉnh, thành phố", "Province"),
        "communes": Bilingual("Xã", "Communes"),
        "unchanged": Bilingual("Giữ nguyên", "Unchanged"),
        "better": Bilingual("Lên", "Better"),
        "worse": Bilingual("Xuống", "Worse"),
        "not_rehearsed": Bilingual("Không diễn tập", "Not rehearsed"),
    }
    for name, title in titles.items():
        table.add_column(title.say(lang), justify="left" if name in {"code", "name"} else "right")
    for row in document["provinces"]:
        table.add_row(*(str(row[name]) for name in titles))
    table.add_section()
    total = {"code": "", "name": Bilingual("Tổng", "Total").say(lang), **document["totals"]}
    table.add_row(*(str(total[name]) for name in titles), style="bold")
    return table


def _matrix(document: dict[str, Any]) -> Table:
    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(Bilingual("Nhóm hiện nay → mới", "Present group → new").say(lang))
    columns = [each["code"] for each in document["groups"]]
    if any(each["to"] is None for each in document["matrix"]):
        columns.append(None)
    for code in columns:
        table.add_column("?" if code is None else code, justify="right")
    many = {(each["from"], each["to"]): each["communes"] for each in document["matrix"]}
    for before in dict.fromkeys(each["from"] for each in document["matrix"]):
        table.add_row(before, *(str(many.get((before, code), 0)) for code in columns))
    return table


def _changes(document: dict[str, Any]) -> Table:
    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    for title in (
        Bilingual("Tỉnh", "Province"),
        Bilingual("Xã", "Commune"),
        Bilingual("Từ", "From"),
        Bilingual("Đến", "To"),
        Bilingual("Lý do", "Reasons"),
    ):
        table.add_column(title.say(lang))
    for each in document["changes"][:SHOWN]:
        reasons = " ".join(reason[lang] for reason in each["reasons"])
        table.add_row(
            each["province"], f"{each['code']} {each['name']}", each["from"], each["to"], escape(reasons)
        )
    more = len(document["changes"]) - SHOWN
    if more > 0:
        table.add_row("", f"+ {more}", "", "", "")
    return table
