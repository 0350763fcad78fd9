"""`landsync communes`: what became of the old communes, as a table, a list for Excel, or JSON. Offline."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say

if TYPE_CHECKING:
    import pyarrow as pa

_TITLES: dict[str, Bilingual] = {
    "old_code": Bilingual("Mã cũ", "Old code"),
    "old_name": Bilingual("Xã cũ", "Old commune"),
    "district": Bilingual("Huyện cũ", "District"),
    "old_province": Bilingual("Tỉnh cũ", "Old province"),
    "extent": Bilingual("Nhập vào", "Extent"),
    "new_code": Bilingual("Mã mới", "New code"),
    "new_name": Bilingual("Xã mới", "New commune"),
    "province_code": Bilingual("Mã tỉnh", "Province code"),
    "province": Bilingual("Tỉnh", "Province"),
}
_EXTENTS: dict[str, Bilingual] = {
    "whole": Bilingual("toàn bộ", "whole"),
    "part": Bilingual("một phần", "a part"),
    "none": Bilingual("chưa rõ", "not known"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("communes", help=communes.__doc__)(communes)


def communes(
    old: Annotated[
        str | None,
        typer.Option("--old", help="mã xã cũ, cách nhau bằng dấu phẩy · old codes", metavar="CODE,…"),
    ] = None,
    new: Annotated[
        str | None,
        typer.Option("--new", help="mã xã mới, cách nhau bằng dấu phẩy · new codes", metavar="CODE,…"),
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", "-p", help="mã tỉnh mới · code of a province of today")
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help="tệp .xlsx hoặc .csv để ghi · file to write, .xlsx or .csv"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Xã cũ (trước 01/7/2025) thành xã mới nào · Which commune of today each old one became.

    Một xã cũ bị chia có nhiều dòng. Không nêu gì thì liệt kê cả nước. A divided commune has several rows; without
    options the whole nation is listed.

    Ví dụ · Examples:

      landsync communes --old 17020,17023

      landsync communes --province 40 --out xa_cu_xa_moi.xlsx
    """
    with guarded(as_json=as_json):
        table = _chosen(old, new, province)
        if out_file is not None:
            _write(table, out_file)
    rows = table.to_pylist()
    if as_json:
        emit_json({"communes": rows})
    elif out_file is not None:
        say(
            Bilingual(
                f"Đã ghi {len(rows)} dòng vào «{out_file}».", f"Wrote {len(rows)} rows to “{out_file}”."
            )
        )
    else:
        lang = language()
        shown = Table(show_edge=False, pad_edge=False)
        for title in _TITLES.values():
            shown.add_column(title.say(lang))
        for row in rows:
            row["extent"] = _EXTENTS[row["extent"]].say(lang)
            shown.add_row(*(row[name] or "–" for name in _TITLES))
        out.print(shown)


def _chosen(old: str | None, new: str | None, province: str | None) -> "pa.Table":
    """The rows that were asked for. Raises UsageError for a code that is in none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from parcels.successors import successors

    table = successors()
    for column, said in (("old_code", old), ("new_code", new), ("province_code", province)):
        if said is None:
            continue
        codes = [code.strip() for code in said.split(",") if code.strip()]
        unknown = sorted(set(codes) - set(table[column].to_pylist())) or ([] if codes else [said])
        if unknown:
            raise _unknown(unknown, column)
        table = table.filter(pc.is_in(table[column], value_set=pa.array(codes, pa.string())))
    return table


def _unknown(codes: list[str], column: str) -> UsageError:
    said = ", ".join(f"«{code}»" for code in codes)
    what = {
        "old_code": Bilingual(
            "không phải mã xã trước ngày 01/7/2025", "no code of a commune of before 1 July 2025"
        ),
        "new_code": Bilingual("không phải mã xã hiện hành", "no code of a commune of today"),
        "province_code": Bilingual("không phải mã tỉnh hiện hành", "no code of a province of today"),
    }[column]
    return UsageError(
        "CMN-UNKNOWN",
        Bilingual(f"{said}: {what.vi}.", f"{said}: {what.en}."),
        Bilingual(
            "Mã xã gồm 5 chữ số, kể cả số 0 ở đầu, ví dụ 00691; mã mới thì dùng --new, mã cũ thì dùng --old.",
            "A commune's code has 5 digits with its leading zeros, such as 00691; --new takes codes of today, --old old ones.",
        ),
    )


def _write(table: "pa.Table", path: Path) -> None:
    """A list that Excel opens: codes stay text in .xlsx; a .csv is UTF-8 with its mark in front."""
    head = [f"{title.vi} · {title.en}" for title in _TITLES.values()]
    rows = [[row[name] or "" for name in _TITLES] for row in table.to_pylist()]
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    elif path.suffix.lower() == ".xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("Xã cũ, xã mới")
            for number, row in enumerate([head, *rows]):
                for column, value in enumerate(row):
                    sheet.write_string(number, column, value)
            sheet.autofilter(0, 0, len(rows), len(head) - 1)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(head) - 1, 18)
    else:
        raise UsageError(
            "CMN-OUT",
            Bilingual(f"Không biết ghi tệp «{path.name}» dạng gì.", f"“{path.name}” has no known ending."),
            Bilingual(
                "Hãy đặt tên kết thúc bằng .xlsx hoặc .csv.", "Give it a name that ends with .xlsx or .csv."
            ),
        )
