"""`landsync population`: what the population database says of land users."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, tell

_OUTCOMES = {
    "applied_new": Bilingual("mới", "new"),
    "applied_changed": Bilingual("thay đổi", "changed"),
    "unchanged": Bilingual("không đổi", "unchanged"),
    "late": Bilingual("cũ hơn kết quả đã biết", "older than what is known"),
    "repeated": Bilingual("lặp lại", "repeated"),
    "contradicting": Bilingual("mâu thuẫn", "contradicting"),
    "unknown": Bilingual("chưa có người sử dụng đất này", "of nobody who is a land user yet"),
    "malformed": Bilingual("sai dạng", "malformed"),
}
_REASONS = {
    "columns": Bilingual("không đủ hoặc thừa cột", "too few or too many columns"),
    "province": Bilingual("mã tỉnh không đúng", "no code of a province"),
    "system": Bilingual("tên hệ thống không đúng", "no name of a system"),
    "land_user_key": Bilingual("thiếu khóa người sử dụng đất", "no key of a land user"),
    "status": Bilingual("trạng thái không biết", "an unknown status"),
    "checked_at": Bilingual("thời điểm đối chiếu không thể có", "an impossible moment"),
}
_COUNTS = {
    "land_users": Bilingual("Người sử dụng đất", "Land users"),
    "found": Bilingual("Khớp", "Found"),
    "mismatched": Bilingual("Sai lệch", "Mismatched"),
    "not_found": Bilingual("Không tìm thấy", "Not found"),
    "not_sent": Bilingual("Chưa đối chiếu", "Not sent"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Xác thực người sử dụng đất · Authentication of land users"
    )
    group.command("import", help=import_.__doc__)(import_)
    group.command("status", help=status.__doc__)(status)
    app.add_typer(group, name="population")


def import_(
    file: Annotated[Path, typer.Argument(help="tệp kết quả CSV, UTF-8 · a file of results, CSV in UTF-8")],
    as_json: AsJson = False,
) -> None:
    """Nhập kết quả đối chiếu với cơ sở dữ liệu quốc gia về dân cư · Import results from the population database.

    Cột · columns: province, system, land_user_key, status (found, mismatched, not_found), checked_at. Không sửa dữ liệu
    của tỉnh; nhập lại cùng một tệp không thay đổi gì. No data of a province changes; the same file again changes nothing.

    Ví dụ · Example:  landsync population import ket_qua.csv
    """
    with guarded(as_json=as_json):
        from sync.platform.addresses import resolve_dsn
        from sync.population.load import import_results
        from sync.run import actor_of_terminal
        from sync.settings import settings

        told = import_results(resolve_dsn(settings()), file, actor_of_terminal())
        if as_json:
            emit_json(told)
        else:
            _tell(told)


def status(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    as_json: AsJson = False,
) -> None:
    """Người sử dụng đất của từng tỉnh theo kết quả xác thực · Land users of each province by their result.

    Ví dụ · Example:  landsync population status --province 01
    """
    with guarded(as_json=as_json):
        from sync.platform.addresses import resolve_dsn
        from sync.population.load import population_status
        from sync.settings import settings

        document = population_status(resolve_dsn(settings()), province)
        if as_json:
            emit_json(document)
        else:
            out.print(_table(document["provinces"], document["totals"]))


def _tell(told: dict[str, Any]) -> None:
    lang = language()
    parts = ", ".join(f"{words.say(lang)} {told[name]}" for name, words in _OUTCOMES.items() if told[name])
    tell(
        Bilingual(
            f"Lần nhập {told['import']}, tệp «{told['file']}»: {told['lines']} dòng"
            + (f" = {parts}." if parts else "."),
            f"Import {told['import']}, file “{told['file']}”: {told['lines']} lines"
            + (f" = {parts}." if parts else "."),
        )
    )
    if told["withdrawn"]:
        tell(
            Bilingual(
                f"Kết quả đã biết của {told['withdrawn']} người bị rút vì tệp này có kết quả trái ngược cùng thời điểm.",
                f"Known results of {told['withdrawn']} people are withdrawn: this file contradicts them at the same moment.",
            )
        )
    for line in told["malformed_lines"]:
        why = _REASONS[line["reason"]]
        tell(Bilingual(f"Dòng {line['line']}: {why.vi}.", f"Line {line['line']}: {why.en}."))
    more = told["malformed"] - len(told["malformed_lines"])
    if more:
        tell(Bilingual(f"… và {more} dòng sai dạng khác.", f"… and {more} more malformed lines."))
    if told["provinces"]:
        out.print(_table(told["provinces"], None))


def _table(provinces: list[dict[str, Any]], totals: dict[str, Any] | None) -> Table:
    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(Bilingual("Tỉnh", "Province").say(lang))
    for words in _COUNTS.values():
        table.add_column(words.say(lang), justify="right")
    for row in provinces:
        table.add_row(row["code"], *(str(row[name]) for name in _COUNTS))
    if totals is not None:
        table.add_section()
        table.add_row(Bilingual("Tổng", "Total").say(lang), *(str(totals[name]) for name in _COUNTS))
    return table
