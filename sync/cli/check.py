"""`landsync check`: check a delivery on one's own machine: no database, no network, nothing stored."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.expected import WhichCodes
from sync.cli.sync import AsJson
from sync.console import emit_json, err, language, out, say

if TYPE_CHECKING:
    from sync.known.context.file import ContextFile

Province = Annotated[
    str | None, typer.Option("--province", "-p", help="mã tỉnh, 2 chữ số · province code, 2 digits")
]
ProfileFile = Annotated[
    Path | None,
    typer.Option("--profile", help="hồ sơ riêng thay cho hồ sơ của tỉnh · a profile of one's own"),
]
Codes = Annotated[
    WhichCodes | None,
    typer.Option(
        "--expected-codes",
        help="mã xã trong bảng đó: mới hay cũ · its codes are of communes of today, or of before",
    ),
]
STATUS = {"accept": 0, "hold": 3}
DEFAULT_OUT = Path("landsync-report")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", help=check.__doc__)(check)


def check(
    path: Annotated[
        Path,
        typer.Argument(help="tệp hoặc thư mục có delivery.toml · a file, or a folder with delivery.toml"),
    ],
    province: Province = None,
    profile_file: ProfileFile = None,
    out_dir: Annotated[
        Path, typer.Option("--out", help="thư mục ghi báo cáo · folder for the report")
    ] = DEFAULT_OUT,
    boundaries: Annotated[
        Path | None,
        typer.Option("--boundaries", help="ranh giới xã, cho mã xã cũ · commune boundaries, for old codes"),
    ] = None,
    context_file: Annotated[
        Path | None,
        typer.Option(
            "--context",
            help="tệp ngữ cảnh của tỉnh, do Trung ương xuất · the province's context file, from the centre",
        ),
    ] = None,
    expected_file: Annotated[
        Path | None,
        typer.Option(
            "--expected",
            help="số thửa, diện tích từng xã theo thống kê đất đai · parcels and area of communes by the land statistics",
        ),
    ] = None,
    expected_codes: Codes = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra một gói dữ liệu trên máy của mình · Check a delivery offline, without a database.

    Ví dụ · Examples:

      landsync check thua_dat.gpkg --province 08

      landsync check goi_du_lieu/ --province 08 --context tinh_08.context --out bao_cao

      landsync check goi_du_lieu/ --province 08 --expected thong_ke_2025.xlsx
    """
    with guarded(as_json=as_json):
        beside = _Beside(boundaries, context_file, expected_file, expected_codes)
        summary = _checked(path, province, profile_file, out_dir, beside)
    if as_json:
        emit_json(summary)
    else:
        _tell(summary, out_dir)
    raise typer.Exit(STATUS[summary["decision"]])


class _Beside(NamedTuple):
    """Files that may be given beside the delivery."""

    boundaries: Path | None
    context: Path | None
    expected: Path | None
    codes: WhichCodes | None


def _checked(
    path: Path,
    province: str | None,
    profile_file: Path | None,
    out_dir: Path,
    beside: _Beside,
) -> dict[str, Any]:
    """Run the offline stages in a folder of their own and copy the report out; the summary."""
    from sync.check import check
    from sync.conform import conform
    from sync.conform.expected import read_expected
    from sync.declared.profile import load_profile
    from sync.folder.boundaries import write_boundaries
    from sync.folder.summary import Summary
    from sync.gate import gate
    from sync.intake.boundaries import read_boundaries
    from sync.intake.fetch import fetch
    from sync.known.context.file import read_context
    from sync.report.explain.judged import leave_judgement
    from sync.report.writing import FILES, REPORT, gather, write_report

    known = read_context(beside.context, province) if beside.context is not None else None
    expected = None
    if beside.expected is not None:
        expected = read_expected(beside.expected, codes=beside.codes.value if beside.codes else None).table
    province = province or province_named(profile_file, known)
    profile = load_profile(province, profile_file)
    refuse_inside(out_dir, path)
    if known is not None and (old := known.age_warning(datetime.now(UTC))):
        say(old)
    with tempfile.TemporaryDirectory(prefix="landsync-check-") as temporary, telling() as told:
        run_dir = Path(temporary)
        if beside.boundaries is not None:
            told(Bilingual("Đọc ranh giới xã", "Reading the boundaries of communes"))
            write_boundaries(run_dir, read_boundaries(beside.boundaries).boundaries.of_province(province))
        elif known is not None and known.boundaries is not None:
            write_boundaries(run_dir, known.boundaries)
        told(Bilingual("Đọc gói dữ liệu", "Reading the delivery"))
        fetch(path, profile, run_dir)
        told(Bilingual("Chuyển về cột và hệ tọa độ chung", "Bringing it to common columns and CRS"))
        conform(run_dir, profile)
        told(Bilingual("Kiểm tra", "Checking"))
        check(run_dir, profile, known, expected=expected)
        gate(run_dir)
        told(Bilingual("Viết báo cáo", "Writing the report"))
        material = gather(run_dir, kept_at=out_dir)
        write_report(material)
        out_dir.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(run_dir / REPORT / name, out_dir / name)
        leave_judgement(material, out_dir)
        return Summary.load(run_dir).as_dict()


def province_named(profile_file: Path | None, known: "ContextFile | None") -> str:
    """The province that is not named: the profile's, else the context's."""
    if profile_file is not None:
        from sync.declared.profile import province_of

        named = province_of(profile_file)
        if known is not None:
            known.refuse_other_province(named)
        return named
    if known is not None:
        return known.document.province
    raise UsageError(
        "CHECK-PROVINCE",
        Bilingual("Chưa nêu tỉnh nào.", "No province is named."),
        Bilingual(
            "Hãy thêm --province NN, ví dụ --province 08.",
            "Add --province NN, such as --province 08.",
        ),
    )


@contextmanager
def telling() -> Iterator[Callable[[Bilingual], None]]:
    """Say on a terminal what is being done; nothing elsewhere."""
    if not err.is_terminal:
        yield lambda _: None
        return
    with err.status("") as status:
        yield lambda said: status.update(escape(said.say(language())))


def refuse_inside(out_dir: Path, path: Path) -> None:
    """Refuse to write the report into the delivery: the next check would read it as data."""
    if path.is_dir() and Path(os.path.realpath(out_dir)).is_relative_to(os.path.realpath(path)):
        raise UsageError(
            "CHECK-OUT",
            Bilingual(
                f"Thư mục báo cáo {out_dir} nằm trong chính gói dữ liệu.",
                f"The report folder {out_dir} lies inside the delivery.",
            ),
            Bilingual("Hãy chọn thư mục khác bằng --out DIR.", "Choose another with --out DIR."),
        )


def _tell(summary: dict[str, Any], out_dir: Path) -> None:
    from sync.report.words import DECISIONS, DELIVERY_DECISIONS, PROVISIONAL
    from sync.report.writing import PAGE, PROJECT
    from validators.completeness import TITLES

    lang = language()
    table = Table(show_edge=False, pad_edge=False)
    titles = (
        Bilingual("Xã", "Commune"),
        Bilingual("Quyết định", "Decision"),
        Bilingual("Nhóm", "Group"),
        Bilingual("Số thửa", "Parcels"),
        Bilingual("Lý do", "Reasons"),
    )
    for title, justify in zip(titles, ("left", "left", "right", "right", "left"), strict=True):
        table.add_column(title.say(lang), justify=justify)  # type: ignore[arg-type]
    for commune in summary["communes"]:
        table.add_row(
            commune["code"],
            DECISIONS[commune["decision"]].say(lang),
            "–" if commune["group"] is None else str(commune["group"]),
            str(commune["parcels"]),
            escape(" ".join(reason[lang] for reason in commune["reasons"])),
        )
    out.print(table)
    said = Bilingual(
        "Đọc {read}, nhận {accepted}, tạm giữ {held}, cách ly {quarantined}, không đọc được {unreadable}.",
        "Read {read}, accepted {accepted}, held {held}, quarantined {quarantined}, unreadable {unreadable}.",
    )
    say(said.format(**summary))
    for one in summary["lists"]:
        if rows := sum(one["unmatched"].values()):
            say(
                Bilingual(
                    f"Danh sách «{one['file']}»: {rows} trong {one['rows']} dòng không có thửa trên bản đồ (xem báo cáo).",
                    f"List “{one['file']}”: {rows} of {one['rows']} rows have no parcel on the map (see the report).",
                )
            )
    states = Counter(commune["completeness"]["state"] for commune in summary["communes"])
    if states:
        told = [(TITLES[state], count) for state, count in sorted(states.items())]
        say(
            Bilingual(
                f"Độ đầy đủ của các xã: {', '.join(f'{title.vi} {count}' for title, count in told)}.",
                f"Completeness of the communes: {', '.join(f'{title.en} {count}' for title, count in told)}.",
            )
        )
    if summary["provisional"]:
        say(PROVISIONAL)
    say(DELIVERY_DECISIONS[summary["decision"]])
    say(
        Bilingual(
            f"Báo cáo: {out_dir / PAGE}; lỗi trên bản đồ: {out_dir / PROJECT} (mở bằng QGIS).",
            f"Report: {out_dir / PAGE}; faults on the map: {out_dir / PROJECT} (open in QGIS).",
        )
    )
