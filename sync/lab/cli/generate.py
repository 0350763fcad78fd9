"""`landsync generate`: write deliveries of a synthetic nation."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import Progress

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, err, say

Out = Annotated[
    Path,
    typer.Option(
        help="thư mục kết quả: mới, rỗng hoặc chứa lần mô phỏng trước · folder to write into: new, empty, or an earlier nation"
    ),
]
Parcels = Annotated[int, typer.Option(help="tổng số thửa đất · parcels in all deliveries together")]
Provinces = Annotated[
    str,
    typer.Option(
        help="các mã tỉnh, cách nhau bằng dấu phẩy; để trống là cả 34 tỉnh · province codes; all 34 when not given",
        metavar="01,51",
    ),
]
Communes = Annotated[int, typer.Option(help="số xã của mỗi tỉnh · communes of each province")]
Defects = Annotated[
    float,
    typer.Option(
        help="tỷ lệ thửa có lỗi cài sẵn, khác nhau theo xã · share of parcels with a labelled defect; differs by commune",
        metavar="RATE",
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        help="số thửa chính xác mang một loại lỗi, lặp lại được · exact number of parcels with one kind of defect; repeatable",
        metavar="KIND=N",
    ),
]
Labelled = Annotated[
    bool,
    typer.Option(
        "--labelled",
        help="các xã giáp nhau, mọi loại lỗi, kèm tệp ngữ cảnh: để đánh giá các phép kiểm tra · communes that touch, "
        "faults of every kind, and context files: for landsync evaluate",
    ),
]
People = Annotated[
    str,
    typer.Option(
        help="one: mỗi thửa một người sử dụng; many: người, Giấy chứng nhận, quyền và hạn chế là các bảng · one user a "
        "parcel, or users, certificates, rights and restrictions as tables",
        metavar="one|many",
    ),
]
Changes = Annotated[
    float,
    typer.Option(
        help="tỷ lệ thửa đã đổi chủ so với lần giao đầu · share of parcels that changed hands since the first delivery",
        metavar="RATE",
    ),
]
Kind = Annotated[
    str,
    typer.Option(
        help="full: bản đầy đủ; changes: gói biến động so với lần giao đầu · a full snapshot, or only what changed since",
        metavar="full|changes",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(help="gói biến động: tính từ thời điểm này · of a change set: changes after this moment"),
]
Seed = Annotated[
    int,
    typer.Option(
        help="cùng số này và cùng tùy chọn cho cùng dữ liệu · the same seed and options give the same nation"
    ),
]
ExtractedAt = Annotated[
    str | None,
    typer.Option(
        help="thời điểm trích xuất, giờ Việt Nam; muộn hơn là lần giao sau · time of extraction; a later one is the next delivery"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("generate", help=generate.__doc__)(generate)


def generate(
    out: Out,
    parcels: Parcels,
    provinces: Provinces = "",
    communes_per_province: Communes = 10,
    defects: Defects = 0.0,
    fault: Faults = None,
    labelled: Labelled = False,
    people: People = "one",
    changes: Changes = 0.0,
    kind: Kind = "full",
    since: Since = None,
    seed: Seed = 1,
    extracted_at: ExtractedAt = None,
    as_json: AsJson = False,
) -> None:
    """Tạo gói dữ liệu mô phỏng của cả nước, tại vị trí thật · Write deliveries of a made-up nation at real places.

    Ví dụ · Examples:

      landsync generate --out nation --parcels 200000 --defects 0.01

      landsync generate --out one --parcels 10000 --provinces 01 --communes-per-province 1 --fault self_intersection=1

      landsync generate --out labelled --parcels 50000 --defects 0.01 --labelled

      landsync generate --out tables --parcels 10000 --provinces 01,04 --people many

      landsync generate --out next --parcels 200000 --defects 0.01 --extracted-at 2026-11-21T22:00:00+07:00
    """
    from sync.lab.generate import Options
    from sync.lab.generate import generate as write_nation
    from sync.lab.generate.options import EXTRACTED_AT
    from sync.lab.labelled import generate_labelled

    with guarded(as_json=as_json):
        options = Options(
            parcels=parcels,
            provinces=tuple(code.strip() for code in provinces.split(",") if code.strip()),
            communes_per_province=communes_per_province,
            defects=defects,
            faults=_faults(fault or []),
            changes=changes,
            kind=_kind(kind),
            since=_moment(since) if since else EXTRACTED_AT,
            seed=seed,
            extracted_at=_moment(extracted_at) if extracted_at else EXTRACTED_AT,
            labelled=labelled,
            people=_people(people),
        )
        with Progress(console=err, disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task("generate", total=parcels)
            write = generate_labelled if labelled else write_nation
            document = write(options, out, lambda _, rows: bar.advance(task, rows))
        totals = document["totals"]
        say(_done(totals, out))
        if as_json:
            emit_json(document | {"out": str(out)})


def _done(totals: dict[str, object], out: Path) -> Bilingual:
    return Bilingual(
        "Đã ghi {parcels} thửa của {communes} xã thuộc {provinces} tỉnh vào «{out}»; "
        "{defects} thửa có lỗi cài sẵn, {quarantined} thửa phải bị cách ly.",
        "Wrote {parcels} parcels of {communes} communes in {provinces} provinces to “{out}”; "
        "{defects} carry a seeded defect, {quarantined} must be quarantined.",
    ).format(**totals, out=out)


def _faults(given: list[str]) -> dict[str, int]:
    faults: dict[str, int] = {}
    for text in given:
        kind, _, count = text.partition("=")
        if not count.isdecimal():
            raise UsageError(
                "GEN-FAULT",
                Bilingual(f"Không hiểu --fault «{text}».", f"Cannot understand --fault “{text}”."),
                Bilingual("Viết LOẠI=SỐ, ví dụ null_geometry=1.", "Write KIND=N, such as null_geometry=1."),
            )
        faults[kind] = faults.get(kind, 0) + int(count)
    return faults


def _kind(text: str) -> Literal["full", "changes"]:
    if text == "full":
        return "full"
    if text == "changes":
        return "changes"
    raise UsageError(
        "GEN-KIND",
        Bilingual(f"Không hiểu --kind «{text}».", f"Cannot understand --kind “{text}”."),
        Bilingual("Viết full hoặc changes.", "Write full or changes."),
    )


def _people(text: str) -> Literal["one", "many"]:
    """What --people says. Raises UsageError."""
    if text == "one":
        return "one"
    if text == "many":
        return "many"
    raise UsageError(
        "GEN-PEOPLE",
        Bilingual(f"Không hiểu --people «{text}».", f"Cannot understand --people “{text}”."),
        Bilingual("Viết one hoặc many.", "Write one or many."),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as failure:
        raise UsageError(
            "GEN-TIME",
            Bilingual(f"Không hiểu thời điểm «{text}».", f"Cannot understand the time “{text}”."),
            Bilingual(
                "Viết theo ISO 8601, ví dụ 2026-11-20T22:00:00+07:00.",
                "Write it as ISO 8601, such as 2026-11-20T22:00:00+07:00.",
            ),
        ) from failure
