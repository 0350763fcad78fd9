"""Whether a delivery is the same again: the bytes of the one that went live last, on the same basis, over land that is as it was left.

Then judging and merging it would change nothing (docs/adr/0202-the-same-again.md), and the stages after fetch take what the run said that
judged it. Whatever is not certain is no reason to leave anything out: None, and the delivery goes the whole way.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from parcels.errors import ComponentMissing
from sync import db
from sync.folder.basis import Basis
from sync.folder.delivery import DeliveryRecord
from sync.folder.judgement import load_rows
from sync.folder.loaded import STANDING, UNKNOWN_BEFORE, Loaded
from sync.folder.snapshot import part_paths, read_part
from sync.folder.summary import Summary
from sync.folder.unchanged import Unchanged
from sync.known.basis import basis_of
from sync.known.boundaries import boundaries_of
from sync.known.database import NationalKnown, known_to_the_nation
from sync.run import Run
from sync.settings import settings

_MOVES = ("new", "changed", "ended", "ended_by_row", "moved_in", "moved_out")
_STANDING = {*STANDING, "hand_over_undecided"}  # what a merge tells although it changed nothing


def unchanged(run: Run) -> Unchanged | None:
    """What the run's delivery, fetched, is the same as; None where it has to be judged."""
    record = DeliveryRecord.load(run.folder)
    if record.changes or record.moment is None:
        return None
    with db.connect(run.dsn) as connection:
        # Not its own, where it is tried again after its load: a run is not the same as itself.
        last = db.fetch_one(
            connection, "ledger/last_receipt", {"province": run.province, "run_id": run.run_id}
        )
    if last is None or last["kind"] != "sync" or last["delivery_sha256"] != record.delivery_sha256:
        return None
    try:
        same = _settled(str(last["run_id"]), int(last["sequence"]))
        if same is None or not _on_the_same_basis(run, record, settings().runs / same.of_run):
            return None
    except (ComponentMissing, OSError, KeyError, pa.ArrowException):
        return None  # a folder that another version wrote, or of which somebody took a part
    with db.connect(run.dsn) as connection:
        # Since that run, not since the last receipt: what came between fetch and load of one that was the same is not forgotten.
        [decided] = db.fetch(connection, "ledger/decided_since", {"run_id": same.of_run})
        if decided["decided"] or not _as_left(connection, run.province, last["run_id"]):
            return None
    return same


def _as_left(connection: db.Connection, province: str, run_id: str) -> bool:
    """Whether the living parcels of a province are as its last receipt says, as far as a merge looks."""
    there = db.fetch(connection, "ledger/as_left", {"province": province, "communes": None})
    lines = db.fetch(connection, "ledger/receipt_lines", {"run_id": run_id, "province": province})
    digests = {commune["commune_code"]: commune["manifest_sha256"] for commune in there}
    return all(commune["as_left"] for commune in there) and all(
        digests.get(line["commune_code"]) == line["manifest_sha256"]
        for line in lines
        if line["current_after"]
    )


def _settled(run_id: str, sequence: int) -> Unchanged | None:
    """The run that judged what the last receipt is of, where all of it went live, and a merge of the same would change nothing.

    That is so where the merge itself changed nothing; and where it was the province's first, so that every row that was accepted is
    a parcel of its own under its own names, and no check had anything to compare with. Which predecessors are known, it could not know.
    """
    runs = settings().runs
    again = Unchanged.find(runs / run_id)
    of_run = run_id if again is None else again.of_run
    loaded = Loaded.find(runs / of_run)
    if loaded is None or not Basis.is_in(runs / of_run) or not Summary.is_in(runs / of_run):
        return None
    if loaded.held_communes or loaded.absent or loaded.quarantined_by_merge:
        return None
    if loaded.totals["held"] or loaded.totals["ignored"]:
        return None
    first = loaded.sequence == 1
    if not first and (loaded.columns or any(loaded.totals[name] for name in _MOVES)):
        return None
    if not loaded.changes.keys() <= _STANDING - ({UNKNOWN_BEFORE} if first else set()):
        return None
    return Unchanged(of_run=of_run, sequence=sequence)


def _on_the_same_basis(run: Run, record: DeliveryRecord, judged: Path) -> bool:
    """Asked as the check would ask, about what did not follow from the province's own deliveries."""
    boundaries = boundaries_of(run.dsn, run.province, record.as_of)
    with known_to_the_nation(run.dsn, run.province, record.as_of) as known:
        _ask(known, judged)
        return basis_of(run.folder, judged, known, boundaries) == Basis.load(judged)


def _ask(known: NationalKnown, judged: Path) -> None:
    known.authentication()
    known.excused()
    known.expected()
    known.claims(_ids_not_published(known, judged))


def _ids_not_published(known: NationalKnown, judged: Path) -> pa.Table:
    """`national_id`, `commune_code`: delivered ids that no living parcel of the province has; of the others it is the holder itself."""
    rows = load_rows(judged)
    refused = rows.filter(pc.not_equal(rows["decision"], "accept"))
    tables = [known.withheld()]
    for code, path in part_paths(judged).items():
        mine = refused.filter(pc.equal(refused["dataset"], code))["row_no"]
        if len(mine):
            part = read_part(path, ["row_no", "national_id"])
            ids = part.filter(pc.is_in(part["row_no"], value_set=mine.combine_chunks()))[
                "national_id"
            ].drop_null()
            tables.append(
                pa.table({"national_id": ids, "commune_code": pa.repeat(pa.scalar(code), len(ids))})
            )
    wanted = pa.concat_tables(tables)
    return wanted.group_by(wanted.column_names).aggregate([])
