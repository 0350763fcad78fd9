"""The load of a delivery that is the same again: a receipt, and nothing else.

It says of every row what a merge would have said of it: that it is as it was (docs/adr/0202-the-same-again.md).
"""

from parcels.bilingual import Bilingual
from parcels.errors import TerminalError
from sync import db
from sync.folder.document import Counts
from sync.folder.loaded import STANDING, Gap, Loaded, ReceiptLine
from sync.folder.unchanged import Unchanged
from sync.known.gaps import open_gaps, told
from sync.load import receipt
from sync.load.keyed import key_of
from sync.load.publish import clock_of, counts_of, own_lock
from sync.run import Run
from sync.settings import settings

_FOUND = ("new", "open", "returned")  # states of a case that was found: it is open still
_GONE = ("fixed", "retired")


def load_again(run: Run, same: Unchanged) -> Counts:
    """Write the receipt of a run whose delivery changes nothing; `load.json`, as `load` does.

    Raises TransientError LOCK-LOST, TerminalError AGAIN-OVERTAKEN where another receipt came in between, and ComponentMissing as a
    merge does where the key is not the database's.
    """
    if receipt.show(run.dsn, run.run_id):
        return counts_of(run, Loaded.load(run.folder))
    before = Loaded.load(settings().runs / same.of_run)
    rows = [receipt.as_it_was(line.model_dump()) for line in before.lines]
    receipt.check_balances(rows)
    with db.connect(run.dsn, run.run_id) as connection:
        key_of(connection, remember=True)  # nobody is hashed, but that the key is gone is to be seen tonight
        chain = own_lock(connection, run)
        if chain["receipt_sequence"] != same.sequence:
            raise _overtaken(run)
        facts = {
            "run_id": run.run_id,
            "province_code": run.province,
            "delivery_sha256": before.delivery_sha256,
            "snapshot_sha256": before.snapshot_sha256,
        }
        head = receipt.write(connection, chain, clock_of(connection), facts, rows, [])
        loaded = Loaded(
            **head,
            dry_run=run.dry_run,
            totals=receipt.totals(rows),
            lines=tuple(ReceiptLine(**row) for row in rows),
            columns=(),
            story=(),
            absent=(),
            quarantined_by_merge=(),
            held_communes=(),
            communes=before.communes,
            changes=_notes(connection, run, before.changes),
            gaps=tuple(Gap(**gap) for gap in told(open_gaps(connection, run.province))),
            cases=_cases(before.cases),
        )
        loaded.save(run.folder)  # before the commit: where there is a receipt, there is this
        if run.dry_run:
            connection.rollback()
    return counts_of(run, loaded)


def _notes(connection: db.Connection, run: Run, before: dict[str, int]) -> dict[str, int]:
    """What is told again: what is so of the rows, and what waits between provinces."""
    [between] = db.fetch(connection, "hand_over/told", {"province": run.province, "run_id": run.run_id})
    standing = {name: before[name] for name in STANDING if name in before}
    return standing | {name: int(count) for name, count in between.items() if count}


def _cases(before: dict[str, int]) -> dict[str, int]:
    """Cases of the register by state: what was found is found still, what was settled is settled no more than once."""
    found = sum(before.get(name, 0) for name in _FOUND)
    return before | dict.fromkeys((*_FOUND, *_GONE), 0) | {"open": found}


def _overtaken(run: Run) -> TerminalError:
    return TerminalError(
        "AGAIN-OVERTAKEN",
        Bilingual(
            f"Tỉnh {run.province} đã có biên nhận khác trong khi lượt chạy {run.run_id} so sánh gói dữ liệu với lần trước.",
            f"Province {run.province} got another receipt while run {run.run_id} compared its delivery with the last one.",
        ),
        Bilingual("Không có gì được ghi; hãy đồng bộ lại.", "Nothing was written; synchronise again."),
    )
