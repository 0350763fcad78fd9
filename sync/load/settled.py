"""Communes that are passed over: their rows are those that came last, and what came of these is what is there.

A merge of the same again would change nothing in them, so they are neither staged nor merged: the receipt says of their rows that they are
unchanged, their watermark and their verdict are written. What makes that certain stands in docs/adr/0206. Judged they are like any other:
what a judgement finds is part of what has to be the same.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.model import UNKNOWN_COMMUNE
from parcels.provinces import provinces
from sync import db
from sync.folder.judgement import load_findings
from sync.folder.list_rows import unmatched
from sync.folder.people import read_people
from sync.folder.snapshot import part_paths, read_part
from sync.known.engine import engine
from sync.load import receipt
from sync.load.inputs import Inputs
from sync.load.staging import staging_tables
from sync.run import Run

_SIDES = pa.schema(
    [
        ("finding_id", pa.string()),
        ("severity", pa.string()),
        ("measure", pa.float64()),
        ("width_mm", pa.float64()),
        ("detail", pa.string()),
        ("commune", pa.string()),
    ]
)
_TOLD = {
    "finding_ids": "finding_id",
    "finding_communes": "commune",
    "severities": "severity",
    "measures": "measure",
    "widths": "width_mm",
    "details": "detail",
}
# Where a row stood in its file, and in words what its codes and measures say: not what it says.
_NOT_CONTENT = {"row_no", "part_no", "source_row", "other_rows", "message_vi", "message_en"}


@dataclass(frozen=True, slots=True)
class Settling:
    """What a delivery may settle, and what it finds settled.

    contents  commune → HMAC-SHA-256 of all that came of it, under the province's key: what an equal one left, this one leaves
    passed    commune that is passed over → its line of the receipt
    findings  finding_id of what is found in these, which the register knows
    """

    contents: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, db.Row] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()

    @property
    def notes(self) -> dict[str, int]:
        """What is so of the rows that are passed over, and told each time."""
        without = sum(int(line["without_geometry"]) for line in self.passed.values())
        return {"without_geometry": without} if without else {}


def settling_of(connection: db.Connection, run: Run, inputs: Inputs, key: bytes) -> Settling:
    """What of the run's delivery may be passed over. Nothing of a change set, nor of what a person approved."""
    communes = _plain(run, inputs)
    if not communes:
        return Settling()
    found = load_findings(run.judged_folder)
    contents = {code: _content(run, inputs, code, path, found, key) for code, path in communes.items()}
    passed = _asked(connection, run, inputs, contents, found)
    return Settling(contents, passed, frozenset(_touching(found, passed)["finding_id"].to_pylist()))


def reached(connection: db.Connection, run: Run, inputs: Inputs, passed: Mapping[str, db.Row]) -> bool:
    """Whether what is staged has to do with a parcel of a commune that is to be passed over; then all has to be merged together."""
    values = {
        "province": run.province,
        "communes": list(passed),
        "other_provinces": [code for code in provinces() if code != run.province],
        **inputs.policy.identity.values(),
    }
    staged: db.Identifiers = {"parcel": staging_tables(run.run_id)["parcel"]}
    db.execute(connection, "load/refresh_statistics", {"of": run.province})
    return bool(db.fetch(connection, "settled/reached", values, staged)[0]["reached"])


def are_as_left(connection: db.Connection, run: Run, settling: Settling) -> bool:
    """Whether the communes that are to be passed over are as the run left them that settled them; in the merge's transaction."""
    passed = settling.passed
    if not passed:
        return True
    asked = {"province": run.province, "communes": list(passed)}
    there = {row["commune_code"]: row for row in db.fetch(connection, "ledger/as_left", asked)}
    still = {row["commune_code"] for row in db.fetch(connection, "settled/still", asked)}
    return all(
        code in still
        and code in there
        and there[code]["as_left"]
        and there[code]["manifest_sha256"] == line["manifest_sha256"]
        for code, line in passed.items()
    )


def write_settled(
    connection: db.Connection, run: Run, inputs: Inputs, settling: Settling, now: datetime
) -> None:
    """Which communes the merge left settled; of those that were passed over, up to when they are known whole.

    After the receipt is written, in the merge's transaction.
    """
    values = {"province": run.province, "run_id": run.run_id, "now": now}
    contents = {code: told for code, told in settling.contents.items() if code not in settling.passed}
    db.execute(connection, "settled/forget", values)
    db.execute(
        connection,
        "settled/write",
        values | {"communes": list(contents), "contents": list(contents.values())},
        {"parcel": staging_tables(run.run_id)["parcel"]},
    )
    if settling.passed:
        values |= {"observed_at": inputs.moment, "communes": list(settling.passed)}
        db.execute(connection, "settled/watermarks", values | {"sequence": inputs.delivery.span.sequence})
        db.execute(connection, "settled/refused", values)


def _plain(run: Run, inputs: Inputs) -> dict[str, Path]:
    """The parts of communes that came whole, in a delivery of which no row stands beside its communes."""
    if run.kind != "sync" or inputs.changes or inputs.moment is None:
        return {}
    if UNKNOWN_COMMUNE in inputs.verdicts or len(unmatched(run.judged_folder)):
        return {}
    whole = set(inputs.delivery.complete_for) - set(inputs.gate.held)
    plain = {
        code
        for code, verdict in inputs.verdicts.items()
        if code in whole and verdict.accepted and verdict.completeness.state != "part"
    }
    return {code: path for code, path in part_paths(run.judged_folder).items() if code in plain}


def _asked(
    connection: db.Connection, run: Run, inputs: Inputs, contents: Mapping[str, str], found: pa.Table
) -> dict[str, db.Row]:
    """The communes that were settled with this content, each with its line of the receipt."""
    sides = _sides(_touching(found, contents))
    values = {
        "province": run.province,
        "as_of": inputs.delivery.as_of,
        "communes": list(contents),
        "contents": list(contents.values()),
        **{name: sides[column].to_pylist() for name, column in _TOLD.items()},
    }
    settled = db.fetch(connection, "settled/asked", values)
    moment = {"province": run.province, "observed_at": inputs.moment}
    if not settled or db.fetch(connection, "merge/20_later_snapshot", moment)[0]["later"]:
        return {}
    return {row["commune_code"]: receipt.as_it_was(row) for row in settled}


def _sides(found: pa.Table) -> pa.Table:
    """Each finding with each commune that it is about (`commune`), as the register has it: of a seam from its lesser side."""
    found = found.sort_by([("finding_id", "ascending"), ("dataset", "ascending"), ("row_no", "ascending")])
    ids = found["finding_id"].to_numpy()
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    one = found.filter(pa.array(first))
    told = ["finding_id", "severity", "measure", "width_mm", "detail"]
    sides = [
        one.select([*told, name]).rename_columns([*told, "commune"]).filter(pc.is_valid(one[name]))
        for name in ("dataset", "other_dataset")
    ]
    return pa.concat_tables([side.cast(_SIDES) for side in sides])


def _touching(found: pa.Table, communes: Mapping[str, Any]) -> pa.Table:
    """The findings about these communes, on either side."""
    codes = pa.array(sorted(communes), pa.string())
    return found.filter(
        pc.or_(pc.is_in(found["dataset"], value_set=codes), pc.is_in(found["other_dataset"], value_set=codes))
    )


def _content(run: Run, inputs: Inputs, code: str, path: Path, found: pa.Table, key: bytes) -> str:
    """HMAC-SHA-256, in hexadecimal, of all that came of a commune and what was thought of it, in the order in which it came.

    With what a merge makes of it besides: the software, the rules, and of what the delivery speaks. Under the province's key: of a
    commune of few parcels, who had the rest could try persons against it.
    """
    table = read_part(path)
    row_no = table["row_no"].to_numpy()
    rows = inputs.rows.take(pa.array(np.searchsorted(inputs.rows["row_no"].to_numpy(), row_no)))
    people = read_people(run.judged_folder, code)
    of_row = pa.array(np.searchsorted(row_no, people["row_no"].to_numpy()))
    people = people.set_column(people.schema.get_field_index("row_no"), "of_row", of_row)
    basis = [
        engine(),
        inputs.policy.name,
        inputs.version_kind,
        inputs.valid_from_means,
        sorted(record for record, communes in inputs.spoken.items() if code in communes),
    ]
    digest = hmac.new(key, json.dumps(basis).encode(), "sha256")
    for part in (table, rows, people, _touching(found, {code: None})):
        digest.update(_octets(part))
    return digest.hexdigest()


def _octets(table: pa.Table) -> pa.Buffer:
    """What of a table is content, as Arrow writes it to a stream: of equal tables the same octets, of others never."""
    table = table.select([name for name in table.column_names if name not in _NOT_CONTENT])
    table = table.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
