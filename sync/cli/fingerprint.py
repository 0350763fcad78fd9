"""`landsync fingerprint`: what a delivery is like and how stable it is against another one, without a value of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual
from sync.cli import guarded
from sync.cli.check import ProfileFile, Province, province_named, refuse_inside, telling
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, say

if TYPE_CHECKING:
    from collections.abc import Iterable


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fingerprint", help=fingerprint.__doc__)(fingerprint)


def fingerprint(
    a: Annotated[
        Path, typer.Argument(help="gói dữ liệu · a delivery: a file, or a folder with delivery.toml")
    ],
    b: Annotated[
        Path | None, typer.Argument(help="gói sau của cùng nơi · a later delivery of the same place")
    ] = None,
    province: Province = None,
    profile_file: ProfileFile = None,
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="thư mục ghi trang để gửi · folder for the page that can be sent"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Đo dữ liệu mà không nêu giá trị nào · Figures of a delivery, or of two, without a value of any attribute.

    Không cần cơ sở dữ liệu, không cần mạng · needs no database and no network. Số đếm từ 1 đến 4 ghi "<5" · counts from 1 to 4 are "<5".

    Ví dụ · Examples:

      landsync fingerprint goi_thang_10/ --province 08

      landsync fingerprint goi_thang_10/ goi_thang_11/ --province 08 --out dau_van_tay
    """
    with guarded(as_json=as_json):
        from sync.declared.profile import load_profile
        from sync.fingerprint.page import write
        from sync.fingerprint.take import fingerprint as taken

        profile = load_profile(province or province_named(profile_file, None), profile_file)
        if out_dir is not None:
            for path in (a, b):
                if path is not None:
                    refuse_inside(out_dir, path)
        with telling() as told:
            document = taken(a, b, profile, told)
        if out_dir is not None:
            write(document, out_dir)
        if as_json:
            emit_json(document)
        else:
            _show(document)
        if out_dir is not None:
            say(
                Bilingual(
                    f"Đã ghi vào {out_dir}; hãy xem fingerprint.html rồi gửi cả hai tệp về Trung ương.",
                    f"Written to {out_dir}; look at fingerprint.html, then send both files to the centre.",
                )
            )


def _show(document: dict[str, Any]) -> None:
    from sync.fingerprint.words import PAIR, of_one, of_two

    _table("A", of_one(document["a"]))
    if document["b"] is not None:
        _table("B", of_one(document["b"]))
        _table(PAIR.say(language()), of_two(document["a_to_b"]))


def _table(title: str, lines: "Iterable[tuple[Bilingual, str]]") -> None:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(title)
    table.add_column("", justify="right")
    for label, value in lines:
        table.add_row(escape(label.say(language())), escape(value))
    out.print(table)
