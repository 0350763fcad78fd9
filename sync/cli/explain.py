"""`landsync explain`: why a commune is in its group and what to mend first; the same of one parcel."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.cli import guarded
from sync.cli.sync import AsJson
from sync.console import emit_json, language, out

AMBIGUOUS = 2
COMMUNE = re.compile(r"[0-9]{5}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain", help=explain.__doc__)(explain)


def explain(
    target: Annotated[
        str,
        typer.Argument(
            help="mã xã, khóa nguồn, mã định danh, xã/tờ/thửa, parcel_uid · "
            "commune code, source key, national id, commune/sheet/number, parcel_uid"
        ),
    ],
    run: Annotated[
        str | None,
        typer.Option("--run", help="một lượt chạy, thay cho lần gần nhất · a run instead of the last one"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="thư mục của `check --out`, không cần cơ sở dữ liệu · what `check --out` left; no database",
        ),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy", help="chính sách khác: tên hoặc tệp .toml · another policy: a name or a file"
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            help="mọi dòng của xã mà một phép kiểm tra có phát hiện · every row of the commune in which a check found something",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vì sao xã thuộc nhóm này, thửa sai ở đâu, sửa gì trước · Why this group, what is wrong, what to mend first.

    Ví dụ · Examples:

      landsync explain 00691

      landsync explain 00691/12/345 --report landsync-report

      landsync explain 00691 --rows IDN-NATIONAL-MISSING
    """
    with guarded(as_json=as_json):
        from sync.report.explain.show import shown

        if run is not None and report is not None:
            raise UsageError(
                "EXPLAIN-USAGE",
                Bilingual("Chỉ chọn một: --run hoặc --report.", "Choose one: --run or --report."),
                Bilingual("Hãy bỏ một trong hai tùy chọn.", "Leave one of the two out."),
            )
        document = _explained(target, run, report, policy, rows)
        if as_json:
            emit_json(document)
        else:
            out.print(shown(document, language()))
    if document["kind"] == "candidates":
        raise typer.Exit(AMBIGUOUS)


def _explained(
    target: str, run: str | None, report: Path | None, policy: str | None, rows: str | None
) -> dict[str, Any]:
    from sync.declared.policyfile import load_policy
    from sync.report.explain.judged import from_folder

    other = load_policy(policy) if policy else None
    if report is not None:
        return _within(from_folder(report), target, other, rows)
    if run is not None:
        from sync.report.explain.ledger import judged_by_run

        return _within(judged_by_run(run, _dsn_if_any()), target, other, rows)
    return _by_the_ledger(target, other, rows)


def _dsn_if_any() -> str | None:
    """The database, where there is one; a run that judged itself needs none."""
    from parcels.errors import LandsyncError
    from sync.platform.addresses import resolve_dsn
    from sync.settings import settings

    try:
        return resolve_dsn(settings())
    except LandsyncError:
        return None


def _within(judged: Any, target: str, other: Any, check: str | None) -> dict[str, Any]:
    """A commune or a parcel of one judgement."""
    from sync.report.explain.commune import explain_commune
    from sync.report.explain.parcel import (
        Wanted,
        candidates_document,
        explain_parcel,
        find_rows,
        unknown_parcel,
    )

    if target in judged.communes:
        return _of_commune(judged, target, other, check)
    rows = find_rows(judged, Wanted(target))
    if len(rows) > 1:
        return candidates_document(rows.to_pylist(), judged.province)
    if not len(rows):
        if COMMUNE.fullmatch(target):
            return explain_commune(judged, target, other)  # says which communes there are
        raise unknown_parcel(target, Bilingual("trong kết quả này", "in this judgement"))
    return explain_parcel(judged, rows.to_pylist()[0])


def _of_commune(judged: Any, code: str, other: Any, check: str | None) -> dict[str, Any]:
    """A commune, or its rows in which a check found something."""
    from sync.report.explain.commune import explain_commune
    from sync.report.explain.rows import explain_rows

    return explain_commune(judged, code, other) if check is None else explain_rows(judged, code, check)


def _by_the_ledger(target: str, other: Any, check: str | None) -> dict[str, Any]:
    """By what the database knows was judged last."""
    from parcels import admin_units
    from parcels.text import clean_text
    from sync import db
    from sync.platform.addresses import resolve_dsn
    from sync.report.explain import ledger
    from sync.report.explain.parcel import candidates_document, explain_parcel, unknown_parcel
    from sync.settings import settings

    dsn = resolve_dsn(settings())
    text = clean_text(target)
    with db.connect(dsn) as connection:
        unit = admin_units.commune(text, admin_units.LATEST) if COMMUNE.fullmatch(text) else None
        row = ledger.last_verdict(connection, text) if COMMUNE.fullmatch(text) else None
        if row is not None:
            try:
                judged = ledger.judged_by_run(row["run_id"], dsn)
            except UsageError as gone:
                if gone.code != "EXPLAIN-RUN":
                    raise
                return ledger.stored_document(row, text, unit.name if unit else None)
            return _of_commune(judged, text, other, check)
        found = ledger.find_parcels(connection, dsn, text)
        if not found and unit is not None:
            raise UsageError(
                "EXPLAIN-NOT-DELIVERED",
                Bilingual(
                    f"{unit.name} ({text}) chưa được kiểm tra lần nào.",
                    f"{unit.name} ({text}) was never judged.",
                ),
                Bilingual(
                    f"Hãy đồng bộ dữ liệu của tỉnh {unit.province_code} trước.",
                    f"Synchronise province {unit.province_code} first.",
                ),
            )
    if not found:
        raise unknown_parcel(text, Bilingual("trong cơ sở dữ liệu", "in the database"))
    if len(found) > 1:
        return candidates_document([each.parcel for each in found], found[0].judged.province)
    (one,) = found
    return explain_parcel(one.judged, one.parcel, one.live, delivered=len(one.rows) > 0)
