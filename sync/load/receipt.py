"""Receipts: proof, per run and commune, that every row read went somewhere and every parcel came from somewhere.

Two balances hold for each line, checked before the merge commits and again by the table's own constraints:

    rows     read = new + changed + unchanged + ended_by_row + ignored + quarantined + unreadable + held
    parcels  current_after = current_before + new + moved_in - moved_out - ended - ended_by_row

and the areas balance the same way. Each receipt carries the hash of the province's previous one.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import TerminalError
from sync import db

ROWS = ("new", "changed", "unchanged", "ended_by_row", "ignored", "quarantined", "unreadable", "held")
COUNTS = ("read", *ROWS, "current_before", "moved_in", "moved_out", "ended", "current_after")
COLUMNS = ("changed", "emptied", "closed", "added")
FORM = 6  # what is hashed: see receipt_hash
AREAS = ("area_before_m2", "area_in_m2", "area_out_m2", "area_after_m2")


def check_balances(lines: Iterable[db.Row]) -> None:
    """Raise TerminalError BALANCE when a line does not balance: then nothing may be committed."""
    for line in lines:
        rows = line["read"] == sum(line[name] for name in ROWS)
        parcels = line["current_after"] == (
            line["current_before"]
            + line["new"]
            + line["moved_in"]
            - line["moved_out"]
            - line["ended"]
            - line["ended_by_row"]
        )
        area = line["area_after_m2"] == line["area_before_m2"] + line["area_in_m2"] - line["area_out_m2"]
        if not (rows and parcels and area):
            raise TerminalError(
                "BALANCE",
                Bilingual(
                    f"Biên nhận của xã {line['commune_code']} không cân đối; không có gì được ghi.",
                    f"The receipt of commune {line['commune_code']} does not balance; nothing was written.",
                ),
                Bilingual(
                    "Đây là lỗi của phần mềm: hãy gửi mã lượt chạy cho đơn vị vận hành.",
                    "This is a fault of the software: report the run's id to the operators.",
                ),
                line={name: line[name] for name in (*COUNTS, *AREAS)},
            )


def as_it_was(line: db.Row) -> db.Row:
    """The line of a commune of which everything came again: what went in is what was there."""
    return {
        **line,
        "new": 0,
        "changed": 0,
        "unchanged": line["new"] + line["changed"] + line["unchanged"],
        "current_before": line["current_after"],
        "area_before_m2": line["area_after_m2"],
        "area_out_m2": line["area_in_m2"],
    }


def write(
    connection: db.Connection,
    chain: db.Row,
    now: datetime,
    facts: dict[str, str],
    lines: list[db.Row],
    columns: list[db.Row],
) -> dict[str, Any]:
    """Write a receipt behind the province's last one (`chain`); its head. In the merge's own transaction.

    facts    run_id, province_code, delivery_sha256, snapshot_sha256
    columns  what was changed by commune and group of columns
    """
    head: dict[str, Any] = {
        **facts,
        "form": FORM,
        "sequence": chain["receipt_sequence"] + 1,
        "previous_sha256": chain["receipt_sha256"],
    }
    erased = erasures_behind(connection, facts["province_code"], chain["receipt_sequence"])
    head["receipt_sha256"] = receipt_hash(head, lines, columns, erased)
    values = {
        **head,
        "province": facts["province_code"],
        "now": now,
        "lines": db.json_value(lines),
        "columns": db.json_value(columns),
    }
    for name in ("write_receipt", "write_lines", "write_columns", "advance_chain"):
        db.execute(connection, f"ledger/{name}", values)
    return {name: value for name, value in head.items() if name != "form"}


def erasures_behind(connection: db.Connection, province: str, sequence: int) -> list[db.Row]:
    """The persons who were erased between a receipt and the next one: that one says so."""
    rows = db.fetch(connection, "ledger/erasures", {"province": province})
    return [row for row in rows if row["after_sequence"] == sequence]


def receipt_hash(
    head: dict[str, Any],
    lines: Iterable[db.Row],
    columns: Iterable[db.Row] = (),
    erased: Iterable[db.Row] = (),
) -> str:
    """SHA-256 of a receipt's canonical JSON: its head (with the previous hash), its lines by commune, its columns, and who was erased
    since the receipt before it.

    A receipt of form 1 was hashed before there were any: without its form and without columns. Of form 3 the digests of its
    lines are over hashes that are keyed and salted where they are of persons, of form 4 over the handles too; both are hashed as one of form 2.
    Before form 5 nobody counted how many many-valued records had come, before form 6 nobody was erased.
    """
    body: dict[str, Any] = {
        **{
            name: head[name]
            for name in (
                "run_id",
                "province_code",
                "sequence",
                "delivery_sha256",
                "snapshot_sha256",
                "previous_sha256",
            )
        },
        "lines": [_canonical(line) for line in sorted(lines, key=lambda line: line["commune_code"])],
    }
    if head["form"] > 1:
        body["form"] = int(head["form"])
        counted = COLUMNS if head["form"] > 4 else COLUMNS[:3]
        body["columns"] = sorted(
            [line["commune_code"], line["column_group"], *(int(line[name]) for name in counted)]
            for line in columns
        )
    elif list(columns):
        body["columns"] = "a receipt of form 1 has none"
    if head["form"] > 5:
        body["erased"] = [_erasure(row) for row in sorted(erased, key=lambda row: row["erasure_id"])]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(line: db.Row) -> dict[str, Any]:
    areas = {name: f"{Decimal(line[name]):.4f}" for name in AREAS}
    counts = {name: int(line[name]) for name in COUNTS}
    return {
        "commune_code": line["commune_code"],
        "manifest_sha256": line["manifest_sha256"],
        **counts,
        **areas,
    }


def _erasure(row: db.Row) -> dict[str, Any]:
    return {**row, "erased_at": row["erased_at"].astimezone(UTC).isoformat()}


def totals(lines: Iterable[db.Row]) -> dict[str, int]:
    """The counts of all lines added up."""
    added = dict.fromkeys(COUNTS, 0)
    for line in lines:
        for name in COUNTS:
            added[name] += int(line[name])
    return added


def show(dsn: str, run_id: str) -> dict[str, Any]:
    """The receipt of a run: head, lines, totals. Empty when the run wrote none."""
    with db.connect(dsn) as connection:
        values = {"run_id": run_id, "province": None}
        heads = db.fetch(connection, "ledger/receipts", values)
        lines = db.fetch(connection, "ledger/receipt_lines", values)
        columns = db.fetch(connection, "ledger/receipt_columns", values)
        erased = [
            row
            for head in heads
            for row in erasures_behind(connection, head["province_code"], head["sequence"] - 1)
        ]
    if not heads:
        return {}
    columns = [{name: value for name, value in line.items() if name != "run_id"} for line in columns]
    return {**heads[0], "lines": lines, "columns": columns, "totals": totals(lines), "erased": erased}


def _by_run(rows: Iterable[db.Row]) -> dict[str, list[db.Row]]:
    by_run: dict[str, list[db.Row]] = {}
    for row in rows:
        by_run.setdefault(row["run_id"], []).append(row)
    return by_run


def verify(dsn: str, province: str | None) -> list[dict[str, str]]:
    """Every broken link of the receipt chains: a changed receipt or line, a missing one, a wrong head."""
    with db.connect(dsn) as connection:
        values = {"run_id": None, "province": province}
        heads = db.fetch(connection, "ledger/receipts", values)
        lines = _by_run(db.fetch(connection, "ledger/receipt_lines", values))
        columns = _by_run(db.fetch(connection, "ledger/receipt_columns", values))
        ends = db.fetch(connection, "ledger/chain_head", values)
        told = db.fetch(connection, "ledger/erasures", {"province": province})
    faults: list[dict[str, str]] = []
    last: dict[str, tuple[int, str | None]] = {}
    erased: dict[tuple[str, int], list[db.Row]] = {}
    for row in told:
        erased.setdefault((row["province_code"], row["after_sequence"]), []).append(row)
    for head in heads:
        code, run_id = head["province_code"], head["run_id"]
        sequence, previous = last.get(code, (0, None))
        if head["sequence"] != sequence + 1 or head["previous_sha256"] != previous:
            faults.append({"province": code, "run": run_id, "fault": "chain"})
        behind = erased.get((code, head["sequence"] - 1), [])
        of = (lines.get(run_id, []), columns.get(run_id, []), behind)
        if receipt_hash(head, *of) != head["receipt_sha256"]:
            faults.append({"province": code, "run": run_id, "fault": "content"})
        last[code] = (head["sequence"], head["receipt_sha256"])
    faults += [
        {"province": end["province_code"], "run": "", "fault": "head"}
        for end in ends
        if (end["receipt_sequence"], end["receipt_sha256"]) != last.get(end["province_code"], (0, None))
    ]
    return faults
