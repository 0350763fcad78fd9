"""How many rows a file holds, counted without landsync and without GDAL; and whether a run accounts for each."""

import csv
import json
import re
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq

from sync.folder.conform import Conformed
from sync.folder.judgement import load_verdicts


def unaccounted(run: Path) -> str | None:
    """What a judged run does not say of its rows; None where every one that was read has an end."""
    conformed = Conformed.load(run)
    for part in conformed.parts:
        behind = 0 if part.states is None else sum(part.states.rows.values()) - part.states.rows["current"]
        if part.read != sum(part.communes.values()) + behind:
            return f"part {part.part_no}: {part.read} read, {sum(part.communes.values())} in communes, {behind} behind"
    verdicts = load_verdicts(run)
    brought = sum(sum(part.communes.values()) for part in conformed.parts)
    brought += sum(each.without_geometry for each in conformed.lists)
    ended = sum(each.accepted + each.quarantined + each.unreadable for each in verdicts)
    if not brought == conformed.read == sum(each.read for each in verdicts) == ended:
        return f"{brought} rows in communes, {conformed.read} in the snapshot, {ended} accepted, refused or unreadable"
    return None


def read_of(run: Path) -> int:
    """Rows that the parts of a run brought, and those that their files mark as deleted."""
    return sum(part.read + part.deleted_in_file for part in Conformed.load(run).parts)


def counted(kind: str, delivery: Path) -> int | None:
    """Records in the file of a delivery of the small province; None where this way of counting cannot tell."""
    count = COUNTED.get(kind)
    files = [path for path in delivery.rglob("*") if path.is_file() and path.name != "delivery.toml"]
    try:
        return None if count is None else count(files)
    except (ValueError, KeyError, TypeError, OSError, sqlite3.Error, struct.error, StopIteration, csv.Error):
        return (
            None  # damaged for this reader: then landsync's refusal or its findings are looked at elsewhere
        )


def _geopackage(files: list[Path]) -> int:
    (file,) = files
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as link:
        ((table,),) = link.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        quoted = table.replace('"', '""')
        return len(link.execute(f'SELECT * FROM "{quoted}"').fetchall())


def _shapefile(files: list[Path]) -> int:
    (file,) = (each for each in files if each.suffix.lower() == ".dbf")
    return int(struct.unpack_from("<I", file.read_bytes(), 4)[0])


def _geojson(files: list[Path]) -> int:
    (file,) = files
    return len(json.loads(file.read_text(encoding="utf-8-sig"))["features"])


def _geojsonseq(files: list[Path]) -> int:
    (file,) = files
    return sum(bool(line.strip(b"\x1e \t\r\n")) for line in file.read_bytes().split(b"\n"))


def _csv(files: list[Path]) -> int:
    (file,) = files
    with file.open(encoding="utf-8-sig", newline="") as lines:
        records = csv.reader(lines, delimiter=";", strict=True)
        next(records)
        return sum(any(cell.strip() for cell in record) for record in records)


def _geoparquet(files: list[Path]) -> int:
    (file,) = files
    return int(pq.ParquetFile(file).read().num_rows)


def _gml(files: list[Path]) -> int:
    (file,) = files
    return len(re.findall(rb"<(?:gml:)?featureMember[\s>]", file.read_bytes()))


COUNTED: dict[str, Callable[[list[Path]], int]] = {
    "geopackage": _geopackage,
    "shapefile": _shapefile,
    "geojson": _geojson,
    "geojsonseq": _geojsonseq,
    "csv": _csv,
    "geoparquet": _geoparquet,
    "gml": _gml,
}
