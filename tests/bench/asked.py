"""What is asked of a loaded database, and how long the answer takes: the reconciliation, the command line, a click on the map, a tile."""

import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from sync.care.reconcile import reconcile
from tests.bench.variants import PROVINCE
from tests.conftest import key_file

TURNS = 40
ZOOM = 15
_TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname || '.' || c.relname IN ('land.parcel', 'land.land_use_part', 'land_private.land_user', 'land_private.certificate',
                                        'land_private.land_right', 'ledger.manifest')
"""
_SOME = "SELECT parcel_uid::text, public.ST_X(q.p), public.ST_Y(q.p) FROM (SELECT parcel_uid, public.ST_PointOnSurface(geom) AS p FROM land.parcel WHERE geom IS NOT NULL ORDER BY md5(parcel_uid::text) LIMIT %s) AS q"
_BY_ID = "SELECT * FROM analyst.parcel WHERE parcel_uid = %s"
_CLICK = "SELECT * FROM analyst.parcel WHERE public.ST_Covers(geom, public.ST_SetSRID(public.ST_MakePoint(%s, %s), 4756))"
_TILE = f"""
SELECT length(analyst.parcel_tile({ZOOM}, floor((%s + 180) / 360 * 2 ^ {ZOOM})::integer,
    floor((1 - asinh(tand(%s)) / pi()) / 2 * 2 ^ {ZOOM})::integer))
"""


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        return len(octets)


def reconciled(
    server: Callable[[], float], own: Callable[[], float], loader: str
) -> Iterator[dict[str, Any]]:
    """The reconciliation of the province's current rows, beside a COPY of these rows to nowhere: processor seconds."""
    for what, work in (("current rows copied out", _copied), ("reconciliation of current rows", _reconciled)):
        used, server_then, began = own(), server(), time.monotonic()
        work(loader)
        cpu = own() - used + server() - server_then
        yield {"what": what, "seconds": round(time.monotonic() - began, 1), "cpu": round(cpu, 1)}


def _copied(loader: str) -> None:
    with closing(psycopg2.connect(loader)) as link, link.cursor() as cursor:
        cursor.execute(_TABLES)
        for (name,) in cursor.fetchall():
            cursor.copy_expert(f"COPY (SELECT * FROM {name}) TO STDOUT", _Nowhere())


def _reconciled(loader: str) -> None:
    if not reconcile([PROVINCE], "bench", dsn=loader)["agrees"]:
        raise SystemExit("the reconciliation does not agree")


def answered(loader: str, superuser: str, home: Path) -> Iterator[dict[str, Any]]:
    """Milliseconds, median and worst: of commands with their start, of questions on an open connection."""
    program = str(Path(sys.executable).parent / "landsync")
    environment = os.environ | {
        "LANDSYNC_DSN": loader,
        "LANDSYNC_HOME": str(home),
        "LANDSYNC_KEY_FILE": key_file(),
    }
    for what, arguments in (
        ("status", ["status"]),
        ("report national", ["report", "national", "--draft", "--out", str(home)]),
    ):
        yield _told(what, [_command([program, *arguments, "--json"], environment) for _ in range(3)])
    with closing(psycopg2.connect(superuser)) as link, link.cursor() as cursor:
        cursor.execute(_SOME, (TURNS,))
        places = cursor.fetchall()
        for what, question, take in (
            ("a parcel by its id", _BY_ID, slice(0, 1)),
            ("a click", _CLICK, slice(1, 3)),
            ("a tile", _TILE, slice(1, 3)),
        ):
            took = []
            for place in places:
                began = time.monotonic()
                cursor.execute(question, place[take])
                cursor.fetchall()
                took.append(time.monotonic() - began)
            yield _told(what, took)


def _command(words: list[str], environment: dict[str, str]) -> float:
    began = time.monotonic()
    subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def _told(what: str, took: list[float]) -> dict[str, Any]:
    return {
        "what": what,
        "milliseconds": round(1000 * statistics.median(took), 1),
        "worst": round(1000 * max(took), 1),
        "turns": len(took),
    }
