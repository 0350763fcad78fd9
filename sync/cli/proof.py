"""`landsync reconcile` and `landsync receipt`: the proof that nothing was lost and nothing silently changed."""

from typing import Annotated, Any

import typer
from rich.table import Table

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out, tell

DISAGREES = 6
KINDS = {
    "added": Bilingual("thửa được thêm ngoài hệ thống", "parcel added behind the pipeline"),
    "deleted": Bilingual("thửa bị xóa ngoài hệ thống", "parcel deleted behind the pipeline"),
    "changed": Bilingual("thửa bị sửa ngoài hệ thống", "parcel changed behind the pipeline"),
    "stored_hash_changed": Bilingual("mã băm của thửa bị sửa", "the parcel's stored hash was changed"),
    "items_changed": Bilingual(
        "loại đất, người sử dụng đất hoặc giấy chứng nhận bị sửa",
        "land uses, land users or certificates changed",
    ),
    "handles_changed": Bilingual(
        "khóa hoặc hệ thống nguồn của thửa bị sửa", "the parcel's key or source system was changed"
    ),
    "manifest_changed": Bilingual("bảng kê bị sửa", "the manifest's line was changed"),
    "count": Bilingual("số thửa khác biên nhận", "number of parcels differs from the receipt"),
    "area": Bilingual("tổng diện tích khác biên nhận", "sum of areas differs from the receipt"),
    "manifest": Bilingual("bảng kê khác biên nhận", "the manifest differs from the receipt"),
    "counter": Bilingual(
        "số đếm của xã khác các thửa đang có", "the commune's counter differs from its rows"
    ),
    "erased": Bilingual(
        "số bản ghi đã xóa thông tin cá nhân khác sổ xóa",
        "rows without a person are not those that the ledger of erasures tells of",
    ),
    "receipt_chain": Bilingual("chuỗi biên nhận bị đứt", "the chain of receipts is broken"),
    "receipt_content": Bilingual("biên nhận bị sửa", "a receipt was changed"),
    "receipt_head": Bilingual("đầu chuỗi biên nhận sai", "the head of the chain of receipts is wrong"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("reconcile", help=reconcile.__doc__)(reconcile)
    receipts = typer.Typer(no_args_is_help=True, help="Biên nhận của các lượt chạy · Receipts of runs")
    receipts.command("show", help=show.__doc__)(show)
    receipts.command("verify", help=verify.__doc__)(verify)
    app.add_typer(receipts, name="receipt")


def reconcile(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    everything: Annotated[bool, typer.Option("--all", help="cả nước · all provinces")] = False,
    as_json: AsJson = False,
) -> None:
    """Đối soát dữ liệu với bảng kê của lượt chạy gần nhất · Compare the rows with what the last run left.

    Ví dụ · Example:  landsync reconcile --all
    """
    with guarded(as_json=as_json):
        from sync.care.reconcile import reconcile as compare
        from sync.run import actor_of_terminal

        if everything == (province is not None):
            raise UsageError(
                "RECONCILE-USAGE",
                Bilingual("Hãy chọn một tỉnh hoặc cả nước.", "Choose one province, or all."),
                Bilingual("Dùng --province NN hoặc --all.", "Use --province NN or --all."),
            )
        result = compare(None if everything else [str(province)], actor_of_terminal())
        if as_json:
            emit_json(result)
        else:
            _tell(result)
    raise typer.Exit(0 if result["agrees"] else DISAGREES)


def _tell(result: dict[str, Any]) -> None:
    lang = language()
    for province in result["provinces"]:
        for gap in province["gaps"]:
            tell(Bilingual(f"{province['code']}: {gap['vi']}", f"{province['code']}: {gap['en']}"))
    compared = sum(province["communes_compared"] for province in result["provinces"])
    if result["agrees"]:
        erased = sum(province["erased"] for province in result["provinces"])
        if erased:
            tell(
                Bilingual(
                    f"Đã xóa thông tin của {erased} người theo luật; không còn giá trị nào của họ để so.",
                    f"{erased} persons were erased by law: nothing of them is left to compare.",
                )
            )
        tell(
            Bilingual(
                f"Khớp: {compared} xã của {len(result['provinces'])} tỉnh.",
                f"They agree: {compared} communes of {len(result['provinces'])} provinces.",
            )
        )
        return
    table = Table(show_edge=False, pad_edge=False)
    for title in (
        Bilingual("Tỉnh", "Province"),
        Bilingual("Xã", "Commune"),
        Bilingual("Thửa", "Parcel"),
        Bilingual("Sai khác", "Difference"),
    ):
        table.add_column(title.say(lang))
    for province in result["provinces"]:
        for difference in province["differences"]:
            kind = KINDS[difference["kind"]].say(lang)
            table.add_row(province["code"], difference["commune"] or "", difference["parcel"] or "", kind)
    out.print(table)


def show(run_id: Annotated[str, typer.Argument(help="lượt chạy · the run")], as_json: AsJson = False) -> None:
    """In biên nhận của một lượt chạy · Print the receipt of a run."""
    with guarded(as_json=as_json):
        from sync.load import receipt
        from sync.platform.addresses import resolve_dsn
        from sync.run import ledger
        from sync.settings import settings

        dsn = resolve_dsn(settings())
        ledger.get(dsn, run_id)
        document = receipt.show(dsn, run_id)
        if not document:
            raise UsageError(
                "RECEIPT-NONE",
                Bilingual(f"Lượt chạy {run_id} không có biên nhận.", f"Run {run_id} has no receipt."),
                Bilingual(
                    "Chạy thử, hoặc bị từ chối trước khi ghi.",
                    "A dry run, or rejected before anything was written.",
                ),
            )
        if as_json:
            emit_json(document)
        else:
            _print_receipt(document)


def _print_receipt(document: dict[str, Any]) -> None:
    from sync.load.receipt import COUNTS

    table = Table(show_edge=False, pad_edge=False)
    table.add_column("commune")
    for name in COUNTS:
        table.add_column(name, justify="right")
    for line in (*document["lines"], {"commune_code": "Σ", **document["totals"]}):
        table.add_row(line["commune_code"], *(str(line[name]) for name in COUNTS))
    out.print(table)
    if document["columns"]:
        out.print(_columns(document["columns"]))
    for erased in document["erased"]:
        tell(
            Bilingual(
                f"Từ biên nhận trước: xóa thông tin một người, lần số {erased['erasure_id']}, căn cứ {erased['basis']}.",
                f"Since the receipt before: a person was erased, number {erased['erasure_id']}, on {erased['basis']}.",
            )
        )
    out.print(
        f"{document['province_code']} #{document['sequence']}  {document['receipt_sha256']}", markup=False
    )


def _columns(lines: list[dict[str, Any]]) -> Table:
    """What went live by group of columns, all communes together."""
    from sync.load.receipt import COLUMNS

    table = Table(show_edge=False, pad_edge=False)
    table.add_column("column_group")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for group in sorted({line["column_group"] for line in lines}):
        mine = [line for line in lines if line["column_group"] == group]
        table.add_row(group, *(str(sum(line[name] for line in mine)) for name in COLUMNS))
    return table


def verify(
    province: Annotated[str | None, typer.Option("--province", "-p", help="mã tỉnh · province code")] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra chuỗi biên nhận · Recompute every receipt and follow the chains."""
    with guarded(as_json=as_json):
        from sync.load import receipt
        from sync.platform.addresses import resolve_dsn
        from sync.settings import settings

        faults = receipt.verify(resolve_dsn(settings()), province)
        if as_json:
            emit_json({"agrees": not faults, "faults": faults})
        elif faults:
            for fault in faults:
                kind = KINDS["receipt_" + fault["fault"]]
                tell(
                    Bilingual(
                        f"{fault['province']} {fault['run']}: {kind.vi}",
                        f"{fault['province']} {fault['run']}: {kind.en}",
                    )
                )
        else:
            tell(Bilingual("Mọi biên nhận đều đúng.", "Every receipt holds."))
    raise typer.Exit(DISAGREES if faults else 0)
