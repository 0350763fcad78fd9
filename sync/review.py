"""A person decides about what was held: approve starts an apply run, refuse closes the matter.

A later delivery that is complete for a commune supersedes what was held of it; approving superseded data is refused, and
says by what.
"""

from datetime import datetime
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import TransientError, UsageError
from sync import db
from sync.clock import today, told
from sync.deciding.holds import Asking, Yes, weighed
from sync.declared.moments import refuse_impossible
from sync.folder.reasons import ALL_OLDER, MOVED_COMMUNE, TIED, Reading, reading_of
from sync.run import finish_run, ledger, open_run, start_run
from sync.stages import run_stage, stages_of
from validators.policy import policy_at


def approve(
    dsn: str,
    run_id: str,
    communes: tuple[str, ...],
    actor: str,
    reason: str,
    extracted_at: datetime | None = None,
    reading: Reading | None = None,
) -> dict[str, Any]:
    """Let the held communes of a run (all, when none is named) go live, in an apply run of their own.

    Where another person must say yes too, this one is kept and nothing goes live: `waits` of the result says for whom and why.

    extracted_at  when the delivery was extracted, where it does not say so itself: from here on it is ordered by this
    reading       in which reading a hold is let pass that tells one (`REKEYED`, `MOVED`); None: in its own

    Raises UsageError when there is nothing open to approve: not held, refused, approved before or superseded; nobody
    says when it was extracted; a hold tells no reading and one was chosen; or he may not. Raises DeliveryRejected where that moment cannot be.
    """
    row = ledger.get(dsn, run_id)
    chosen = _open_holds(dsn, run_id, communes, reason)
    _refuse_ignored(dsn, run_id, chosen)
    _refuse_without_reading(dsn, run_id, chosen, reading)
    _stated(dsn, run_id, extracted_at)
    asking = _asking(dsn, row, chosen, actor, extracted_at, reading)
    yes = _said_yes(dsn, asking, reason)
    if yes.missing:
        result = {"run": run_id, "state": "held", "communes": list(chosen), "deciders_named": True}
        return {**result, "waits": yes.as_document()}
    run = start_run(
        row["province_code"],
        actor,
        parent_run_id=run_id,
        communes=chosen,
        stated_at=extracted_at,
        reading=reading,
        dsn=dsn,
    )
    try:
        # Again under the lock: a newer delivery, or another approval, may have come in between.
        _open_holds(dsn, run_id, chosen, reason)
        _record(dsn, asking, reason, _weighed_again(dsn, asking))
        counts = {name: run_stage(name, run) for name in stages_of(run)}
    finally:
        state = finish_run(run.run_id, dsn=dsn)
    done = {"run": run.run_id, "state": state, "communes": list(chosen), "deciders_named": yes.anybody_named}
    return {**done, **counts["load"]}


def refuse(dsn: str, run_id: str, communes: tuple[str, ...], actor: str, reason: str) -> dict[str, Any]:
    """Close the held communes of a run (all, when none is named): the office is to deliver again."""
    row = ledger.get(dsn, run_id)
    chosen = _open_holds(dsn, run_id, communes, reason)
    asking = _asking(dsn, row, chosen, actor, None)
    with db.connect(dsn) as connection:
        yes = weighed(connection, asking, policy_at(today()).decisions)  # one person's no is enough
        _write(connection, asking, reason, "refuse", yes, waits=False)
        values = {"run_id": run_id, "communes": list(chosen), "state": "refused", "decided_by_run": None}
        db.execute(connection, "ledger/decide_hold", values)
    result = {"run": run_id, "state": "refused", "communes": list(chosen)}
    return {**result, "deciders_named": yes.anybody_named}


def _asking(
    dsn: str,
    row: db.Row,
    communes: tuple[str, ...],
    actor: str,
    stated_at: datetime | None,
    reading: Reading | None = None,
) -> Asking:
    judged_by = open_run(row["run_id"], dsn=dsn).judged_by
    return Asking(
        run_id=row["run_id"],
        province=row["province_code"],
        judged_by=judged_by,
        deliverer=ledger.get(dsn, judged_by)["actor"],
        communes=communes,
        actor=actor,
        stated_at=stated_at,
        reading=reading,
    )


def _said_yes(dsn: str, asking: Asking, reason: str) -> Yes:
    """What the yes is worth; kept at once where another person must say it, too."""
    with db.connect(dsn) as connection:
        yes = weighed(connection, asking, policy_at(today()).decisions)
        if yes.missing and not yes.repeated:
            _write(connection, asking, reason, "approve", yes, waits=True)
    return yes


def _weighed_again(dsn: str, asking: Asking) -> Yes:
    """Raises TransientError REVIEW-AT-ONCE where what was decided meanwhile asks for another person."""
    with db.connect(dsn) as connection:
        yes = weighed(connection, asking, policy_at(today()).decisions)
    if not yes.missing:
        return yes
    raise TransientError(
        "REVIEW-AT-ONCE",
        Bilingual(
            f"Lượt chạy {asking.run_id} vừa có quyết định khác; chưa có gì được nạp.",
            f"Something else of run {asking.run_id} was decided at the same moment; nothing was loaded.",
        ),
        Bilingual("Chạy lại lệnh này.", "Run the command again."),
    )


def _stated(dsn: str, run_id: str, extracted_at: datetime | None) -> None:
    """Refuse what leaves open when the delivery was extracted, and what would say it twice."""
    held = open_run(run_id, dsn=dsn)
    judged = ledger.get(dsn, held.judged_by)
    known = held.stated_at or judged["extracted_at"]
    if known is None and extracted_at is None:
        raise UsageError(
            "REVIEW-UNDATED",
            Bilingual(
                f"Gói dữ liệu của lượt chạy {run_id} không cho biết được trích xuất lúc nào; ngày nhận không nói lên điều đó.",
                f"The delivery of run {run_id} does not say when it was extracted, and when it arrived does not tell.",
            ),
            Bilingual(
                "Hỏi tỉnh rồi thêm, ví dụ: --extracted-at 2026-11-20T22:00+07:00.",
                "Ask the office, then add it, such as --extracted-at 2026-11-20T22:00+07:00.",
            ),
        )
    if known is not None and extracted_at is not None:
        raise UsageError(
            "REVIEW-DATED",
            Bilingual(
                f"Đã biết gói dữ liệu của lượt chạy {run_id} được trích xuất lúc {told(known)}.",
                f"It is known that the delivery of run {run_id} was extracted at {told(known)}.",
            ),
            Bilingual(
                "Bỏ --extracted-at; nếu thời điểm đó sai thì tỉnh sửa delivery.toml và gửi lại.",
                "Leave out --extracted-at; if that moment is wrong, the office corrects delivery.toml and delivers again.",
            ),
        )
    if extracted_at is not None:
        refuse_impossible("--extracted-at", extracted_at, judged["started_at"])


def _refuse_ignored(dsn: str, run_id: str, communes: tuple[str, ...]) -> None:
    """Refuse to apply what the merge ignored row by row: it would be ignored again."""
    with db.connect(dsn) as connection:
        holds = db.fetch(connection, "ledger/holds_of", {"run_id": run_id})
    nothing = [
        hold["commune_code"]
        for hold in holds
        if hold["commune_code"] in communes and ALL_OLDER in {reason["code"] for reason in hold["reasons"]}
    ]
    if nothing:
        listed = ", ".join(nothing[:10])
        raise UsageError(
            "REVIEW-NOTHING",
            Bilingual(
                f"Không có gì để duyệt ở xã {listed}: mọi dòng đều cũ hơn những gì đã biết.",
                f"There is nothing to approve in {listed}: something newer is known of every row.",
            ),
            Bilingual(
                f'Đóng lại: landsync refuse {run_id} --commune {nothing[0]} --reason "…"; các xã khác duyệt riêng bằng --commune.',
                f'Close it: landsync refuse {run_id} --commune {nothing[0]} --reason "…"; approve others by --commune.',
            ),
        )


def _refuse_without_reading(
    dsn: str, run_id: str, communes: tuple[str, ...], reading: Reading | None
) -> None:
    """Refuse a chosen reading of holds that tell none, but for those that must be decided together with one that does."""
    if reading is None:
        return
    with db.connect(dsn) as connection:
        holds = {
            row["commune_code"]: row["reasons"]
            for row in db.fetch(connection, "ledger/holds_of", {"run_id": run_id})
        }
    telling = {code for code in communes if reading_of(holds[code])}
    beside = {
        code
        for code in communes
        if _case(holds[code]) & telling or TIED in {reason["code"] for reason in holds[code]}
    }
    without = [code for code in communes if code not in telling | (beside if telling else set())]
    if without:
        listed = ", ".join(without[:10])
        named = "".join(f" --commune {code}" for code in sorted(telling))
        others = f" landsync approve {run_id}{named} --reading {reading}" if telling else ""
        raise UsageError(
            "REVIEW-READING",
            Bilingual(
                f"Lượt chạy {run_id} tạm giữ xã {listed} không phải vì REKEYED hay MOVED: không có cách hiểu nào để chọn.",
                f"Run {run_id} does not hold {listed} as REKEYED or MOVED: there is no reading to choose.",
            ),
            Bilingual(
                f"Duyệt các xã ấy riêng, bỏ --reading.{others}",
                f"Approve these apart, without --reading.{others}",
            ),
        )


def _case(reasons: list[dict[str, Any]]) -> set[str]:
    """The communes between which parcels move, and which are decided together; none where none do."""
    moves = [move for reason in reasons if reason["code"] == MOVED_COMMUNE for move in reason["moves"]]
    return {move[end] for move in moves for end in ("origin", "target")}


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
        raise _not_open(run_id, code, holds.get(code), _chain(dsn, run_id, code))
    if not wanted:
        raise _not_open(run_id, None, None, [])
    _refuse_a_part_of_a_case(run_id, wanted, holds)
    return wanted


def _refuse_a_part_of_a_case(run_id: str, wanted: tuple[str, ...], holds: dict[str, db.Row]) -> None:
    """Communes between which parcels move are decided together: what leaves one arrives in the other, or neither."""
    for code in wanted:
        case = sorted(_case(holds[code]["reasons"]))
        if missing := [other for other in case if other not in wanted and other in holds]:
            named = " ".join(f"--commune {each}" for each in case)
            raise UsageError(
                "REVIEW-CASE",
                Bilingual(
                    f"Xã {code} cùng một vụ việc với {', '.join(missing)}: thửa đất chuyển giữa các xã này.",
                    f"Commune {code} is one case with {', '.join(missing)}: parcels move between them.",
                ),
                Bilingual(
                    f"Quyết định cả vụ việc: landsync approve | refuse {run_id} {named}",
                    f"Decide the whole case: landsync approve | refuse {run_id} {named}",
                ),
            )


def _chain(dsn: str, run_id: str, commune: str) -> list[db.Row]:
    """The runs that took the place of what a run held of a commune, one after the other; the last with its state there."""
    with db.connect(dsn) as connection:
        return db.fetch(connection, "ledger/hold_chain", {"run_id": run_id, "commune": commune})


def _not_open(run_id: str, commune: str | None, hold: db.Row | None, chain: list[db.Row]) -> UsageError:
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
            "superseded": "đã được thay bằng dữ liệu mới hơn và đầy đủ của xã",
            "approved": "đã được duyệt",
            "refused": "đã bị từ chối",
        }[hold["state"]],
        {
            "superseded": "was superseded by a later delivery that is complete for it",
            "approved": "was approved",
            "refused": "was refused",
        }[hold["state"]],
    )
    by = f" ({hold['decided_by_run']})" if hold["decided_by_run"] else ""
    more = _in_its_place(commune, chain)
    if chain:
        by = " (" + " → ".join(f"{link['run_id']}, {told(link['since'])}" for link in chain) + ")"
    return UsageError(
        "REVIEW-" + str(hold["state"]).upper(),
        Bilingual(
            f"Xã {commune} của lượt chạy {run_id} {state.vi}{by}.{more.vi}",
            f"Commune {commune} of run {run_id} {state.en}{by}.{more.en}",
        ),
        Bilingual(
            "Chỉ duyệt được dữ liệu đang tạm giữ; xem `landsync status`.",
            "Only what is held can be decided; see `landsync status`.",
        ),
    )


def _in_its_place(commune: str | None, chain: list[db.Row]) -> Bilingual:
    """What can be decided instead."""
    if not chain or chain[-1]["state"] != "open":
        return Bilingual("", "")
    run = chain[-1]["run_id"]
    return Bilingual(
        f" Dữ liệu thay thế đang tạm giữ: landsync approve | refuse {run} --commune {commune}.",
        f" What took its place is held: landsync approve | refuse {run} --commune {commune}.",
    )


def _record(dsn: str, asking: Asking, reason: str, yes: Yes) -> None:
    with db.connect(dsn) as connection:
        _write(connection, asking, reason, "approve", yes, waits=False)


def _write(
    connection: db.Connection, asking: Asking, reason: str, decision: str, yes: Yes, *, waits: bool
) -> None:
    values = {
        "run_id": asking.run_id,
        "communes": list(asking.communes),
        "decision": decision,
        "actor": asking.actor,
        "reason": reason.strip(),
        "stated_at": asking.stated_at,
        "reading": asking.reading,
        "role": yes.role,
        "parcels": yes.parcels,
        "waits": waits,
    }
    db.execute(connection, "ledger/write_approval", values)
