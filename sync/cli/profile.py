"""`landsync profile`: how a province's columns are called: a first draft from a file, and a trial of a profile."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.clock import today
from sync.console import emit_json, language, out, say, tell

if TYPE_CHECKING:
    from sync.draft.draft import Draft
    from sync.draft.guess import Guess

Province = Annotated[
    str | None, typer.Option("--province", "-p", help="mã tỉnh, 2 chữ số · province code, 2 digits")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    family = typer.Typer(
        help="Hồ sơ tỉnh: cột nào của tỉnh là cột chuẩn nào · a province's column map", no_args_is_help=True
    )
    family.command("init", help=init.__doc__)(init)
    family.command("test", help=try_out.__doc__)(try_out)
    app.add_typer(family, name="profile")


def init(
    file: Annotated[
        Path, typer.Argument(help="một tệp dữ liệu hoặc gói dữ liệu · a data file, or a delivery")
    ],
    province: Province = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="lớp nào của tệp · which layer of the file")
    ] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="tệp hồ sơ sẽ ghi · the profile to write")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lập bản nháp hồ sơ từ một tệp · Draft a profile from what a file shows, each guess with its reason.

    Ví dụ · Examples:

      landsync profile init thua_dat.gpkg --out 08.toml

      landsync profile init thua_dat.shp --province 08
    """
    from sync.declared.profile import FOREIGN
    from sync.draft.find import draft_of
    from sync.draft.write import profile_text

    with guarded(as_json=as_json), tempfile.TemporaryDirectory(prefix="landsync-profile-") as folder:
        found = draft_of(file, layer, Path(folder))
        code = province or (FOREIGN if found.place.foreign else found.province)
        if code is None:
            raise UsageError(
                "PRF-PROVINCE",
                Bilingual(
                    "Tệp không cho biết thuộc tỉnh nào (không thấy cột mã xã).",
                    "The file does not show its province (no column of commune codes was found).",
                ),
                Bilingual("Hãy thêm --province NN.", "Add --province NN."),
            )
        text = profile_text(found, code, today())
        if out_file is not None:
            _write_new(out_file, text)
    if as_json:
        emit_json(_as_document(found, code, out_file))
    elif out_file is None:
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        _show_draft(found, file, out_file)


def _as_document(found: "Draft", code: str, out_file: Path | None) -> dict[str, Any]:
    return {
        "province": code,
        "system": found.system.system if found.system else None,
        "layer": found.layer.name,
        "epsg": found.place.crs.epsg,
        "foreign": found.place.foreign,
        "measured_in": found.place.measured_in,
        "commune_codes": found.codes.era.codes if found.codes.era and not found.codes.era.unclear else None,
        "old_province": found.codes.old_province.name if found.codes.old_province else None,
        "columns": [_line(guess) for guess in found.guesses],
        "not_taken": [_line(guess) for guess in found.beside],
        "unused": list(found.unused),
        "shown_by_names": {
            "commune_code": found.shown.commune_code,
            "map_scale": found.shown.map_scale,
        },
        "file": None if out_file is None else str(out_file),
    }


def _line(guess: "Guess") -> dict[str, Any]:
    return {
        "canonical": guess.canonical,
        "delivered": guess.delivered,
        "score": round(guess.score, 3),
        "to_check": guess.to_check,
        "also": list(guess.also),
        "reasons": [reason.say(language()) for reason in guess.reasons],
    }


def _show_draft(found: "Draft", file: Path, out_file: Path) -> None:
    from sync.draft.write import vietnamese

    table = _table(
        Bilingual("Cột chuẩn", "Canonical column"),
        Bilingual("Cột trong tệp", "In the file"),
        Bilingual("Vì sao", "Why"),
    )
    for guess in found.guesses:
        meaning = f" – {vietnamese(guess.canonical)}" if language() == "vi" else ""
        reasons = "; ".join(reason.say(language()) for reason in guess.reasons)
        table.add_row(guess.canonical + meaning, escape(guess.delivered), escape(reasons))
    out.print(table)
    say(
        Bilingual(
            f"Đã ghi bản nháp {out_file}. Hãy kiểm tra và sửa, rồi chạy: landsync profile test {out_file} {file}",
            f"Wrote the draft {out_file}. Check and correct it, then run: landsync profile test {out_file} {file}",
        )
    )


def try_out(
    profile_file: Annotated[Path, typer.Argument(help="hồ sơ · the profile")],
    delivery: Annotated[Path, typer.Argument(help="tệp hoặc gói dữ liệu · a file, or a delivery")],
    as_json: AsJson = False,
) -> None:
    """Đọc thử một gói dữ liệu theo hồ sơ · Read a delivery by a profile and show what each column becomes.

    Không kiểm tra, không lưu gì · nothing is judged, nothing is stored. 0: dùng được · usable; 3: đọc được nhưng có xã bị tạm giữ, không dòng nào thuộc xã của tỉnh, hoặc cột định danh trống · it reads, but communes would be held, no row belongs to a commune, or columns of identity are empty.

    Ví dụ · Example:

      landsync profile test 08.toml thua_dat.gpkg
    """
    from sync.draft.trial import trial

    with guarded(as_json=as_json), tempfile.TemporaryDirectory(prefix="landsync-profile-") as folder:
        tried = trial(profile_file, delivery, Path(folder))
    if as_json:
        emit_json(tried)
    else:
        _tell(tried)
    raise typer.Exit(3 if tried["holds"] or tried["problems"] else 0)


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except OSError as failure:
        raise UsageError(
            "PRF-WRITE",
            Bilingual(
                f"Không ghi được {file} ({failure.strerror}).", f"Cannot write {file} ({failure.strerror})."
            ),
            Bilingual("Hãy chọn tên khác bằng --out.", "Choose another name with --out."),
        ) from failure


def _table(*titles: Bilingual) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(title.say(language()), overflow="fold")
    return table


def _tell(tried: dict[str, Any]) -> None:
    table = _table(
        Bilingual("Cột chuẩn", "Canonical column"),
        Bilingual("Cột trong tệp", "In the file"),
        Bilingual("Có giá trị", "Filled"),
        Bilingual("Không đọc được", "Not readable"),
        Bilingual("Coi là chưa ghi", "Counts as not filled"),
        Bilingual("Ghi chú", "Note"),
    )
    assumed = Bilingual("tên cột là giả định", "the name is assumed").say(language())
    for line in tried["columns"]:
        table.add_row(
            line["canonical"],
            escape(line["delivered"] or "–"),
            f"{line['filled']:.0%}",
            str(line["not_readable"] or ""),
            escape(", ".join(f"«{value}»: {rows}" for value, rows in line["placeholders"].items())),
            assumed if line["assumed"] else "",
        )
    out.print(table)
    if tried["not_mapped"]:
        listed = ", ".join(tried["not_mapped"])
        tell(Bilingual(f"Cột không dùng: {listed}.", f"Columns not used: {listed}."))
    rows = tried["read"]
    communes = len(tried["communes"])
    nowhere = tried["rows_of_no_commune"]
    tell(
        Bilingual(
            f"Đọc {rows} dòng, {communes} xã; {nowhere} dòng không thuộc xã nào của tỉnh.",
            f"Read {rows} rows, {communes} communes; {nowhere} rows belong to no commune of the province.",
        )
    )
    for problem in tried["problems"]:
        tell(Bilingual(**problem))
    for code, reasons in tried["holds"].items():
        for reason in reasons:
            tell(
                Bilingual(
                    f"Xã {code} sẽ bị tạm giữ: {reason['vi']}",
                    f"Commune {code} would be held: {reason['en']}",
                )
            )
