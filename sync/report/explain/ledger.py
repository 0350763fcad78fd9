"""What was last judged, by the ledger: of a commune, of a run, and of whatever parcel a name may mean."""

from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from parcels.bilingual import Bilingual
from parcels.errors import LandsyncError, UsageError
from parcels.model import UNKNOWN_COMMUNE
from parcels.provinces import provinces
from sync import db
from sync.declared.profile import load_profile
from sync.folder.judgement import is_judged
from sync.folder.unchanged import Unchanged
from sync.report.explain.commune import COUNTS
from sync.report.explain.judged import Judgement, from_run
from sync.report.explain.parcel import HANDLES, Wanted, find_rows
from sync.run import open_run
from sync.settings import settings
from validators.completeness import Completeness
from validators.policy import named_policy


def judged_by_run(run_id: str, dsn: str | None) -> Judgement:
    """The judgement of a run. Raises UsageError EXPLAIN-RUN where its folder is gone, RUN-UNKNOWN.

    dsn  None: without a database; then only a run that judged itself, not one that applied what was held
    """
    folder = settings().runs / run_id
    judged_folder = folder
    if not is_judged(folder) and dsn is not None:
        judged_folder = open_run(run_id, dsn=dsn).judged_folder
        folder = judged_folder if Unchanged.is_in(folder) else folder
    if not is_judged(judged_folder):
        raise UsageError(
            "EXPLAIN-RUN",
            Bilingual(
                f"Không có kết quả kiểm tra của lượt chạy {run_id} trên máy này.",
                f"The judgement of run {run_id} is not on this machine.",
            ),
            Bilingual(
                "Thư mục lượt chạy đã hết hạn lưu hoặc ở máy khác; hãy đồng bộ lại, hoặc dùng --report.",
                "Its folder has expired or lies elsewhere; synchronise again, or use --report.",
            ),
        )
    return from_run(run_id, folder, judged_folder)


def last_verdict(connection: db.Connection, commune: str) -> db.Row | None:
    """The last judgement of a commune, as the ledger has it."""
    return db.fetch_one(connection, "explain/last_verdict", {"commune": commune})


def stored_document(row: db.Row, code: str, name: str | None) -> dict[str, Any]:
    """What the ledger alone can explain of a commune whose run has no folder any more."""
    counted = {"read": row["rows_read"], "accepted": None, **{name: row.get(name) for name in COUNTS[2:]}}
    try:
        title: dict[str, str] | None = named_policy(row["policy"]).title
    except UsageError:
        title = None
    return {
        "kind": "commune",
        "code": code,
        "name": name,
        "province": row["province_code"],
        "source": {"kind": "ledger", "run": row["run_id"], "folder": None},
        "as_of": None,
        "policy": row["policy"],
        "policy_title": title,
        "notes": [_ONLY_THE_LEDGER._asdict()],
        "decision": row["decision"],
        "hold_reasons": [],
        **counted,
        "group": row["usability_group"],
        "group_code": row["group_code"],
        "group_title": row["group_title"],
        "assured_group": row["assured_group"],
        "reasons": row["reasons"],
        "provisional": row["provisional"],
        "groups": [],
        "measures": [],
        "completeness": _completeness(row["completeness"]),
        "checks": [],
        "not_run": [],
        "not_applicable": {},
        "fixes": row["fixes"],
    }


def _completeness(kept: dict[str, Any] | None) -> dict[str, Any]:
    """How complete the commune was, as the ledger keeps it; None of before it did."""
    found = _KEPT.validate_python(kept or {})
    return {**_KEPT.dump_python(found, mode="json"), **found.said._asdict()}


_KEPT = TypeAdapter(Completeness)
_ONLY_THE_LEDGER = Bilingual(
    "Thư mục của lượt chạy không còn: chỉ có những gì sổ ghi lại.",
    "The run's folder is gone: this is what the ledger kept.",
)


class Found:
    """A parcel that a name may mean: where it is live, in which judgement, and as which row it was delivered there."""

    def __init__(
        self, judged: Judgement, rows: pa.Table, live: dict[str, Any], handles: dict[str, Any]
    ) -> None:
        self.judged = judged
        self.rows = rows
        self.live = live
        said = {"row_no": None, "decision": None, "dataset": handles.get("commune_code")}
        kept = {name: handles.get(name) for name in HANDLES}
        self.parcel: dict[str, Any] = rows.to_pylist()[0] if len(rows) else {**said, **kept}


def find_parcels(connection: db.Connection, dsn: str, text: str) -> list[Found]:
    """The parcels that a name may mean, live or refused, each with the last judgement of its commune.

    What neither is live nor was refused (a held commune's new parcels) is found by commune/sheet/number alone.
    """
    values = _values(text)
    found: list[Found] = []
    judgements: dict[str, Judgement | None] = {}

    def judged_of(commune: str) -> Judgement | None:
        if commune not in judgements:
            row = last_verdict(connection, commune)
            try:
                judgements[commune] = None if row is None else judged_by_run(row["run_id"], dsn)
            except LandsyncError:
                judgements[commune] = None
        return judgements[commune]

    seen: set[tuple[str, int]] = set()
    named = db.fetch(connection, "explain/parcels", values)
    uids = [row["parcel_uid"] for row in named]
    lineage = _told(connection, "explain/lineage", uids)
    withheld = _told(connection, "explain/withheld", uids)
    people = _told(connection, "explain/people", uids)
    for row in named:
        judged = judged_of(row["commune_code"])
        if judged is None or row["commune_code"] not in judged.communes:
            continue
        rows = _row_of(judged, row)
        seen |= {(row["commune_code"], each) for each in rows["row_no"].to_pylist()}
        state = "stale" if row["stale_since"] else "live"
        live = {
            "state": state,
            **{key: row[key] for key in ("parcel_uid", "stale_since", "recorded_from", "run_id")},
            "lineage": lineage.get(row["parcel_uid"], []),
            "withheld": withheld.get(row["parcel_uid"], []),
            "people": people[row["parcel_uid"]][0],
        }
        found.append(Found(judged, rows, live, row))
    for row in db.fetch(connection, "explain/refused", values):
        code, again = row["commune_code"], row["came_again"]
        known = not again and (code, row["row_no"]) in seen
        judged = None if code == UNKNOWN_COMMUNE or known else judged_of(code)
        if judged is None or code not in judged.communes:
            continue
        rows = _row_of(judged, row) if again else find_rows(judged, Wanted(f"row:{row['row_no']}", code))
        seen |= {(code, each) for each in rows["row_no"].to_pylist()}
        if len(rows) and (row["source_key"] or row["national_id"] or row["parcel_no"]):
            found.append(Found(judged, rows, {"state": "not_live", "parcel_uid": row["parcel_uid"]}, row))
    if not found and values["sheet"] is not None and values["commune"] is not None:
        judged = judged_of(values["commune"])
        rows = None if judged is None else find_rows(judged, Wanted(text, values["commune"]))
        for number in [] if rows is None else rows["row_no"].to_pylist():
            assert judged is not None and rows is not None  # noqa: S101, PT018 - rows come from a judgement
            mine = rows.filter(pc.equal(rows["row_no"], number))
            found.append(Found(judged, mine, {"state": "not_live", "parcel_uid": None}, mine.to_pylist()[0]))
    return found


def _told(connection: db.Connection, statement: str, uids: list[str]) -> dict[str, list[db.Row]]:
    """By parcel: the events by which its land came from others, or went to others; the ids that two provinces use; how much of persons stands beside it."""
    told: dict[str, list[db.Row]] = {}
    for row in db.fetch(connection, statement, {"uids": uids, "provinces": sorted(provinces())}):
        told.setdefault(row.pop("parcel_uid"), []).append(row)
    return told


def _values(text: str) -> dict[str, Any]:
    steps = (text.split(" (", maxsplit=1)[0] if text.endswith(")") else text).split("/")
    systems = sorted({load_profile(code).system for code in provinces()})
    return {
        "provinces": sorted(provinces()),
        "text": text,
        "source_handles": [text, *(f"{system}|{text}" for system in systems)],
        "uid": _uid(text),
        "commune": steps[0] if len(steps) == 3 else None,
        "sheet": steps[1] if len(steps) == 3 else None,
        "number": steps[2] if len(steps) == 3 else None,
    }


def _uid(text: str) -> str | None:
    try:
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def _row_of(judged: Judgement, live: db.Row) -> pa.Table:
    """The row as which a live parcel, or one that was refused, was last delivered, by its strongest handle; no row where it was not."""
    parcels = judged.parcels(live["commune_code"])
    tries = [
        ("source_key",),
        ("national_id",),
        ("old_commune_code", "map_set", "map_scale", "sheet_no", "parcel_no"),
    ]
    for names in tries:
        if live[names[-1]] is None:
            continue
        rows = parcels
        for name in names:
            same = pc.is_null(rows[name]) if live[name] is None else pc.equal(rows[name], live[name])
            rows = rows.filter(pc.fill_null(same, False))
        if len(rows):
            return rows.slice(0, 1)
    numbered = parcels.filter(
        pc.and_kleene(
            pc.equal(parcels["sheet_no"], live["sheet_no"]), pc.equal(parcels["parcel_no"], live["parcel_no"])
        )
    )
    if len(numbered) == 1:  # a mark of its sheet became known, or is no more
        return numbered
    return parcels.slice(0, 0)
