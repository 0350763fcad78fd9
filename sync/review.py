"""A person decides about what was held: approve starts an apply run, refuse closes the matter.

A newer delivery of a commune supersedes what was held of it; approving superseded data is refused.
"""

from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync import db
from sync.run import finish_run, ledger, start_run
from sync.stages import run_stage, stages_of


def approve(dsn: str, run_id: str, communes: tuple[str, ...], actor: str, reason: str) -> dict[str, Any]:
    """Let the held communes of a run (all, when none is named) go live, in an apply run of their own.

    Raises UsageError when there is nothing open to approve: not held, refused, approved before or superseded.
    """
    row = ledger.get(dsn, run_id)
    chosen = _open_holds(dsn, run_id, communes, reason)
    run = start_run(row["province_code"], actor, parent_run_id=run_id, communes=chosen, dsn=dsn)
    try:
        # Again under the lock: a newer delivery may have come in between.
        _open_holds(dsn, run_id, chosen, reason)
        _record(dsn, run_id, chosen, actor, reason, "approve")
        counts = {name: run_stage(name, run) for name in stages_of(run)}
    finally:
        state = finish_run(run.run_id, dsn=dsn)
    return {"run": run.run_id, "state": state, "communes": list(chosen), **counts["load"]}


def refuse(dsn: str, run_id: str, communes: tuple[str, ...], actor: str, reason: str) -> dict[str, Any]:
    """Close the held communes of a run (all, when none is named): the office is to deliver again."""
    ledger.get(dsn, run_id)
    chosen = _open_holds(dsn, run_id, communes, reason)
    _record(dsn, run_id, chosen, actor, reason, "refuse")
    values = {"run_id": run_id, "communes": list(chosen), "state": "refused", "decided_by_run": None}
    with db.connect(dsn) as connection:
        db.execute(connection, "ledger/decide_hold", values)
    return {"run": run_id, "state": "refused", "communes": list(chosen)}


def _open_holds(dsn: str, run_id: str, communes: tuple[str, ...], reason: str) -> tuple[str, ...]:
    if not reason.strip():
        raise UsageError(
            "REVIEW-REASON",
            Bilingual("Chưa nêu lý do.", "No reason was given."),
            Bilingual('Thêm --reason "…".', 'Add --reason "…".'),
        )
    with db.connect(dsn) as connection:
        holds = {
            row["commune_code"]: row for row in db.fetch(connection, "ledger/holds_of", {"run_id": run_id})
        }
    wanted = communes or tuple(code for code, hold in holds.items() if hold["state"] == "open")
    closed = [code for code in wanted if code not in holds or holds[code]["state"] != "open"]
    if not wanted and holds:
        closed = sorted(holds)
    if closed:
        code = closed[0]
        raise _not_open(run_id, code, holds.get(code))
    if not wanted:
        raise _not_open(run_id, None, None)
    return wanted


def _not_open(run_id: str, commune: str | None, hold: db.Row | None) -> UsageError:
    if hold is None:
        where = f" {commune}" if commune else ""
        return UsageError(
            "REVIEW-NOT-HELD",
            Bilingual(
                f"Lượt chạy {run_id} không tạm giữ xã nào{where}.", f"Run {run_id} holds no commune{where}."
            ),
            Bilingual("Xem các xã tạm giữ: `landsync status`.", "See what is held: `landsync status`."),
        )
    state = Bilingual(
        {
            "superseded": "đã được thay bằng dữ liệu mới hơn",
            "approved": "đã được duyệt",
            "refused": "đã bị từ chối",
        }[hold["state"]],
        {
            "superseded": "was superseded by a newer delivery",
            "approved": "was approved",
            "refused": "was refused",
        }[hold["state"]],
    )
    by = f" ({hold['decided_by_run']})" if hold["decided_by_run"] else ""
    return UsageError(
        "REVIEW-" + str(hold["state"]).upper(),
        Bilingual(
            f"Xã {commune} của lượt chạy {run_id} {state.vi}{by}.",
            f"Commune {commune} of run {run_id} {state.en}{by}.",
        ),
        Bilingual(
            "Chỉ duyệt được dữ liệu đang tạm giữ; xem `landsync status`.",
            "Only what is held can be decided; see `landsync status`.",
        ),
    )


def _record(dsn: str, run_id: str, communes: tuple[str, ...], actor: str, reason: str, decision: str) -> None:
    with db.connect(dsn) as connection:
        db.execute(
            connection,
            "ledger/write_approval",
            {
                "run_id": run_id,
                "communes": list(communes),
                "decision": decision,
                "actor": actor,
                "reason": reason.strip(),
            },
        )
