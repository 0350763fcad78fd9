"""Pull: what a province's [connection] offers becomes a delivery, a folder that goes the way of every other.

A GeoParquet file per connection and a `delivery.toml`. From there on nobody knows that it was no file: its bytes lie in
landing as evidence, and a replay reads them, not the source.

How far a source was read ("watermark") is known from the ledger: each fetch stage that pulled keeps it in its counts.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from parcels import admin_units
from parcels.errors import TerminalError
from sync.clock import VIETNAM
from sync.declared.connection import PostGis, Sql, no_connection
from sync.declared.delivery import DELIVERY_FILE
from sync.declared.profile import Profile
from sync.folder.delivery import DeliveryRecord
from sync.folder.files import private_folder, write_text
from sync.folder.pulled import KeptWatermark, Pulled, PulledEntry
from sync.intake.remotes import Connection, Offer, Watermark, session_of
from sync.intake.remotes.geoparquet import write_geoparquet

LOG = logging.getLogger(__name__)

PULLED = "pulled"  # the folder in a run's own, gone once its bytes are in landing


@dataclass(frozen=True, slots=True)
class Accepted:
    """From where on the changes of one connection are asked for.

    watermark  how far an earlier pull read, all of which has come
    source     what the profile named then
    since      when that pull began
    full_at    when everything was last pulled
    """

    watermark: Watermark
    source: str
    since: datetime
    full_at: datetime


def accepted(history: Iterable[PulledEntry], covered_to: datetime | None) -> dict[str, Accepted]:
    """Per connection, from the entries of earlier pulls, newest first.

    covered_to  everything that the source changed up to this moment has come (`sync.known.history.covered_to`): the
                newest pull that began no later is where to go on, whatever became of those after it
    """
    marks: dict[str, tuple[Watermark, str, datetime]] = {}
    full: dict[str, datetime] = {}
    for entry in history:
        name, began = entry.name, entry.extracted_at
        if covered_to is None or began > covered_to:
            continue
        if entry.watermark:
            marks.setdefault(name, (Watermark.from_dict(entry.watermark.model_dump()), entry.source, began))
        if entry.kind == "full":
            full.setdefault(name, began)
    return {name: Accepted(*marks[name], full[name]) for name in marks if name in full}


def pull(
    profile: Profile,
    folder: Path,
    known: dict[str, Accepted] | None = None,
    *,
    full: bool = False,
    now: datetime | None = None,
) -> tuple[PulledEntry, ...]:
    """Pull every connection of a profile into `folder` (made anew), the delivery.toml last.

    known  the last accepted pulls; full: everything, whatever the profile's mode
    Returns an entry per connection. Raises UsageError (CON-NONE) for a profile without connections, ComponentMissing,
    TransientError, DeliveryRejected; then the folder holds no delivery.
    """
    if not profile.connection:
        raise no_connection(profile.province)
    shutil.rmtree(folder, ignore_errors=True)
    private_folder(folder)
    began = (now or datetime.now(UTC)).astimezone(VIETNAM)
    last = {} if full else _last(profile, known or {}, began)
    kind: Literal["full", "changes"] = "changes" if last else "full"
    entries, parts = [], []
    for connection in profile.connection:
        since = last[connection.name].watermark if last else None
        with session_of(connection, since) as session:
            offer = session.probe()
            said = {"where": offer.where, "kind": kind, "extracted_at": began.isoformat(), "rows": offer.rows}
            rows = write_geoparquet(
                folder / f"{connection.name}.parquet",
                session.read(offer),
                offer.geometry,
                offer.crs,
                said,
                offer.columns,
            )
        entries.append(_entry(connection, offer, kind, began, rows))
        parts.append(_part(connection, offer))
    write_text(folder / DELIVERY_FILE, _toml(profile, last, began, entries, parts))
    return tuple(entries)


@contextmanager
def pulled_for(
    run_dir: Path, profile: Profile, known: Callable[[], dict[str, Accepted]], *, full: bool
) -> Iterator[tuple[Path, tuple[PulledEntry, ...]]]:
    """The folder that a run pulled, and its entries; removed when the block has taken it over.

    known  asked for the last accepted pulls, where something is to be pulled

    A retry goes on with a pull that was finished, in the folder or already in landing: what is synchronised is what
    the source had when the run began.
    """
    folder = run_dir / PULLED
    landed, earlier = _landed(run_dir), Pulled.find(run_dir)
    if earlier is not None and not folder.is_dir() and landed is not None:
        yield landed, earlier.pulled
        return
    if earlier is None or not folder.is_dir():
        (run_dir / Pulled.FILE).unlink(missing_ok=True)
        earlier = Pulled(pulled=pull(profile, folder, known(), full=full))
        for entry in earlier.pulled:
            for note in entry.notes:
                LOG.warning("%s: %s | %s", entry.name, note.vi, note.en)
        earlier.save(run_dir)
    try:
        yield folder, earlier.pulled
    except TerminalError:  # trying again changes nothing
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _landed(run_dir: Path) -> Path | None:
    """Where an earlier attempt of this stage has put what was pulled."""
    record = DeliveryRecord.find(run_dir)
    return record.root if record is not None and record.root.is_dir() else None


def _last(profile: Profile, known: dict[str, Accepted], now: datetime) -> dict[str, Accepted]:
    """Where to go on; empty when everything is pulled: a delivery is of one kind as a whole."""
    found: dict[str, Accepted] = {}
    for connection in profile.connection:
        last = known.get(connection.name)
        if not isinstance(connection, PostGis | Sql) or connection.mode != "since" or last is None:
            return {}
        if last.source != _source(connection):
            return {}  # the profile means another table now
        if now - last.full_at >= timedelta(days=connection.full_every_days):
            return {}
        found[connection.name] = last
    return found


def _entry(
    connection: Connection, offer: Offer, kind: Literal["full", "changes"], began: datetime, rows: int
) -> PulledEntry:
    return PulledEntry(
        name=connection.name,
        kind=kind,
        where=offer.where,
        source=_source(connection),
        rows=rows,
        extracted_at=began,
        watermark=KeptWatermark(**offer.watermark.as_dict()) if offer.watermark else None,
        notes=offer.notes,
    )


def _source(connection: Connection) -> str:
    """A short name of what a connection means; a watermark of one says nothing of another."""
    named = ("kind", "dsn_env", "airflow_connection", "table", "query", "watermark")
    said = {name: getattr(connection, name, None) for name in named}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _part(connection: Connection, offer: Offer) -> dict[str, Any]:
    said = {
        "file": f"{connection.name}.parquet",
        "epsg": connection.srid or offer.epsg,
        "old_province": connection.old_province,
        "axes": connection.axes,
    }
    return {key: value for key, value in said.items() if value is not None}


def _toml(
    profile: Profile,
    last: dict[str, Accepted],
    began: datetime,
    entries: list[PulledEntry],
    parts: list[dict[str, Any]],
) -> str:
    """The delivery.toml. Where the rows came from stands there as a remark: a delivery never names a connection."""
    kind = "changes" if last else "full"
    lines = [f"# {_remark(entry)}" for entry in entries]
    lines += [
        f"province = {_quoted(profile.province)}",
        f"kind = {_quoted(kind)}",
        f"extracted_at = {began.isoformat()}",
    ]
    if last:
        since = min(place.since for place in last.values())
        lines += [f"since = {since.isoformat()}", f"until = {began.isoformat()}"]
    elif all(connection.complete for connection in profile.connection):
        codes = [commune.code for commune in admin_units.communes(profile.province, began.date())]
        lines.append(f"complete_for = [{', '.join(map(_quoted, codes))}]")
    for part in parts:
        lines.append("\n[[parts]]")
        lines += [
            f"{key} = {value if isinstance(value, int) else _quoted(value)}" for key, value in part.items()
        ]
    return "\n".join(lines) + "\n"


def _remark(entry: PulledEntry) -> str:
    text = f"{entry.name}: {entry.rows} rows from {entry.where}, {entry.kind}"
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(text: str) -> str:
    """A TOML string: JSON's form is one."""
    return json.dumps(text, ensure_ascii=False)
