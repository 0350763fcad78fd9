"""What the merge takes: `[CHECKOUT=FOLDER] python tests/bench/merging.py [parcels] [rounds] [--statements]`.

Parcels of a hundred communes go live; then, round by round, they come again unchanged, and with 1 % changed (land users,
land use, land). A line of JSON each: `wall` and `cpu` in seconds, of the merge alone; `cpu` is the server's process, so that
what else the machine does matters little. CHECKOUT measures another checkout by the same rows on the same settings: the two
in turn are a comparison.
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ.get("CHECKOUT", str(Path(__file__).resolve().parents[2])))

from sync import db
from sync.platform import databases, packages
from sync.platform.land import shape_of_the_database
from tests.support import judged
from tests.support.cluster import SharedCluster
from tests.support.database import Server, _prepare
from tests.support.databases import copy_database, drop_database

COMMUNES = 100
CHANGED_EVERY = 100
START = datetime(2026, 1, 1, tzinfo=UTC)
TICK = os.sysconf("SC_CLK_TCK")


def backend_seconds(pid: int) -> float:
    """Processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Watch:
    """The merge with what it took, and what each of its statements took."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.statements: Counter[str] = Counter()
        self.pid = 0
        self.merge = judged.merge
        judged.merge = self.watched
        for call in ("execute", "fetch"):
            setattr(db, call, self._counted(getattr(db, call)))

    def watched(self, connection: Any, request: Any) -> Any:
        """Merge."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.pid = cursor.fetchone()[0]
        self.statements.clear()
        cpu, wall = backend_seconds(self.pid), time.monotonic()
        merged = self.merge(connection, request)
        self.took = {"wall": time.monotonic() - wall, "cpu": backend_seconds(self.pid) - cpu}
        self.pid = 0
        return merged

    def _counted(self, call: Any) -> Any:
        def counted(connection: Any, name: str, *args: Any, **kwargs: Any) -> Any:
            before = backend_seconds(self.pid) if self.pid else 0.0
            told = call(connection, name, *args, **kwargs)
            if self.pid:
                self.statements[name] += backend_seconds(self.pid) - before
            return told

        return counted


@contextmanager
def fresh_database() -> Iterator[tuple[str, list[str]]]:
    """The loader's DSN of a new database on a private server, and communes of the province."""
    shared = SharedCluster(packages.installed())
    server = Server(shared.acquire().dsn(), f"landsync_template_{shape_of_the_database()}")
    name = f"bench_{secrets.token_hex(4)}"
    try:
        _prepare(server, shared.lock)
        copy_database(server.superuser_dsn, name, server.template)
        with databases.administer(server.dsn(name)) as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0')
            cursor.execute(f"ALTER DATABASE \"{name}\" SET work_mem = '64MB'")
            cursor.execute(
                "SELECT commune_code FROM land.commune WHERE province_code = '01' AND valid_to IS NULL "
                "ORDER BY 1 LIMIT %s",
                (COMMUNES,),
            )
            codes = [row[0] for row in cursor.fetchall()]
        yield server.dsn(name, databases.LOADER), codes
    finally:
        drop_database(server.superuser_dsn, name)
        shared.release()


def change(plots: list[judged.Plot], turn: int) -> None:
    """Change 1 % of the rows, others in each round: a third the land user, a third the use, a third the land."""
    for place, i in enumerate(range(turn, len(plots), CHANGED_EVERY)):
        changed = ({"user": f"Người {turn}"}, {"land_use": "CLN"}, {"x": len(plots) * turn + i})[place % 3]
        plots[i] = replace(plots[i], **changed)  # type: ignore[arg-type]


def main(arguments: argparse.Namespace) -> None:
    """Measure and print."""
    watch, rows = Watch(), arguments.parcels
    with fresh_database() as (dsn, codes):
        plots = [
            judged.Plot(f"k{i}", None, str(i + 1), codes[i * len(codes) // rows], x=i, user_key=f"u{i}")
            for i in range(rows)
        ]

        def deliver(what: str, day: int) -> None:
            with tempfile.TemporaryDirectory() as folder:
                at = START + timedelta(days=day)
                judged.run_merge(dsn, Path(folder), plots, complete=codes, at=at)
            told: dict[str, Any] = {"what": what, "parcels": rows, **watch.took}
            if arguments.statements:
                told["statements"] = {name: round(cpu, 2) for name, cpu in watch.statements.most_common(12)}
            print(json.dumps(told), flush=True)

        deliver("first", 0)
        for turn in range(1, arguments.rounds + 1):
            deliver("unchanged", 2 * turn)
            change(plots, turn)
            deliver("1 % changed", 2 * turn + 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parcels", nargs="?", type=int, default=200_000)
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--statements", action="store_true")
    main(parser.parse_args())
