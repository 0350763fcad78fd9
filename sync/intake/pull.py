"""Pull: what a province's [connection] offers becomes a delivery, a folder that goes the way of every other.

A GeoParquet file per connection and a `delivery.toml`. From there on nobody knows that it was no file: its bytes lie in
landing as evidence, and a replay reads them, not the source.

How far a source was read ("watermark") is known from the ledger: each fetch stage that pulled keeps it in its counts.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.errors import TerminalError, UsageError
from sync import db
from sync.declared.connection import PostGis, Sql
from sync.declared.delivery import DELIVERY_FILE, VIETNAM
from sync.declared.profile import Profile
from sync.folder.files import private_folder, read_json, write_json, write_text
from sync.intake.fetch import DELIVERY_JSON, load_delivery
from sync.intake.remotes import Connection, Offer, Watermark, session_of
from sync.intake.remotes.geoparquet import write_geoparquet
from sync.known.history import watermark
from sync.run import EVERYTHING, Run

LOG = logging.getLogger(__name__)

PULLED = "pulled"  # the folder in a run's own, gone once its bytes are in landing
PULLED_JSON = "pulled.json"  # what was pulled, for the ledger; written when all of it is there


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


def accepted(history: list[dict[str, Any]], covered_to: datetime | None) -> dict[str, Accepted]:
    """Per connection, from the entries of earlier pulls, newest first.

    covered_to  everything that the source changed up to this moment has come (`sync.known.history.watermark`): the
                newest pull that began no later is where to go on, whatever became of those after it
    """
    marks: dict[str, tuple[Watermark, str, datetime]] = {}
    full: dict[str, datetime] = {}
    for entry in history:
        name, began = entry["name"], datetime.fromisoformat(entry["extracted_at"])
        if covered_to is None or began > covered_to:
            continue
        if entry["watermark"]:
            marks.setdefault(name, (Watermark.from_dict(entry["watermark"]), entry["source"], began))
        if entry["kind"] == "full":
            full.setdefault(name, began)
    return {name: Accepted(*marks[name], full[name]) for name in marks if name in full}


def pull(
    profile: Profile,
    folder: Path,
    known: dict[str, Accepted] | None = None,
    *,
    full: bool = False,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Pull every connection of a profile into `folder` (made anew), the delivery.toml last.

    known  the last accepted pulls; full: everything, whatever the profile's mode
    Returns an entry per connection for the ledger: name, kind, where, rows, extracted_at, watermark, notes. Raises
    UsageError (CON-NONE) for a profile without connections, ComponentMissing, TransientError, DeliveryRejected; then
    the folder holds no delivery.
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
            entry = _entry(connection, offer, kind, began)
            rows = write_geoparquet(
                folder / f"{connection.name}.parquet",
                session.read(offer),
                offer.geometry,
                offer.crs,
                {key: entry[key] for key in ("where", "kind", "extracted_at", "rows")},
                offer.columns,
            )
        entries.append(entry | {"rows": rows})
        parts.append(_part(connection, offer))
    write_text(folder / DELIVERY_FILE, _toml(profile, last, began, entries, parts))
    return entries


@contextmanager
def pulled_for(run: Run) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """The folder that a run pulled, and its entries; removed when the block has taken it over.

    A retry goes on with a pull that was finished, in the folder or already in landing: what is synchronised is what
    the source had when the run began.
    """
    folder, document = run.folder / PULLED, run.folder / PULLED_JSON
    landed = _landed(run)
    if document.is_file() and (folder.is_dir() or landed is not None):
        entries = read_json(document)["pulled"]
        if landed is not None and not folder.is_dir():
            yield landed, entries
            return
    else:
        document.unlink(missing_ok=True)
        entries = pull(run.profile(), folder, _known(run), full=run.requested == EVERYTHING)
        for entry in entries:
            for note in entry["notes"]:
                LOG.warning("%s: %s | %s", entry["name"], note["vi"], note["en"])
        write_json(document, {"pulled": entries})
    try:
        yield folder, entries
    except TerminalError:  # trying again changes nothing
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _landed(run: Run) -> Path | None:
    """Where an earlier attempt of this stage has put what was pulled."""
    if not (run.folder / DELIVERY_JSON).is_file():
        return None
    root = load_delivery(run.folder).root
    return root if root.is_dir() else None


def _known(run: Run) -> dict[str, Accepted]:
    with db.connect(run.dsn) as connection:
        history = db.fetch(connection, "ledger/pulls", {"province": run.province})
    return accepted([row["entry"] for row in history], watermark(run.dsn, run.province).covered_to)


def no_connection(province: str) -> UsageError:
    """Somebody wants to pull from a province that only delivers files."""
    return UsageError(
        "CON-NONE",
        Bilingual(
            f"Hồ sơ của tỉnh {province} không có [connection]: không có nguồn nào để kéo dữ liệu.",
            f"The profile of province {province} has no [connection]: there is no source to pull from.",
        ),
        Bilingual(
            "Hãy chỉ một tệp hoặc thư mục, hoặc thêm [connection] vào hồ sơ tỉnh (docs/connections.md).",
            "Name a file or a folder, or add a [connection] to the province's profile (docs/connections.md).",
        ),
    )


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


def _entry(connection: Connection, offer: Offer, kind: str, began: datetime) -> dict[str, Any]:
    return {
        "name": connection.name,
        "kind": kind,
        "where": offer.where,
        "source": _source(connection),
        "rows": offer.rows,
        "extracted_at": began.isoformat(),
        "watermark": offer.watermark and offer.watermark.as_dict(),
        "notes": [note._asdict() for note in offer.notes],
    }


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
    entries: list[dict[str, Any]],
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


def _remark(entry: dict[str, Any]) -> str:
    text = f"{entry['name']}: {entry['rows']} rows from {entry['where']}, {entry['kind']}"
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(text: str) -> str:
    """A TOML string: JSON's form is one."""
    return json.dumps(text, ensure_ascii=False)
