"""The whole way of one province, file to published rows, and everything that comes after: `python tests/bench/whole.py [parcels]`.

A province of the generator, all its communes, as files; on a private server with the platform's own settings. Line by line, as JSON:
the floor (`ogr2ogr` by COPY, with its index of geometries and of the key), the first load, the same bytes again, the same content in
another file, 1 % changed in a twentieth of the communes and in all, and what lies in the database afterwards. `cpu` is of our processes
and of the server's, in seconds; with each its `ratio` to the first load. The generated files are kept in --keep, so that a second
measurement begins at once.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ.get("CHECKOUT", str(Path(__file__).resolve().parents[2])))

import psutil
import psycopg2
from filelock import FileLock

from sync.platform import databases, packages
from sync.platform.cluster import Cluster
from sync.run import finish_run, start_run
from sync.stages import run_stage
from tests.bench.asked import answered, reconciled
from tests.bench.peak import peak, reset_peak
from tests.bench.rows_alone import rows_alone
from tests.bench.usual import usual
from tests.bench.variants import PROVINCE, change_set, changed, generated, later
from tests.conftest import key_file
from tests.support.database import PASSWORDS, Server, _prepare
from tests.support.databases import copy_database

TICK = os.sysconf("SC_CLK_TCK")
ROWS = ("read", "new", "changed", "unchanged", "quarantined", "held", "ended")  # of the load: what came of it
STAGES = ("fetch", "conform", "check", "gate", "load", "report")
SIZES = """
SELECT regexp_replace(n.nspname || '.' || c.relname, '_[0-9]{2}$', '') AS name, sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('land', 'land_private', 'ledger')
GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) > 1000000 ORDER BY sum(pg_total_relation_size(c.oid)) DESC
"""

HISTORY = """
SELECT (SELECT count(*) FROM land.parcel_version), sum(pg_total_relation_size(c.oid))::bigint
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('land', 'land_private') AND c.relname ~ '_version_[0-9]{2}$'
"""


class Clock:
    """Processor seconds of the server: of its living processes, and of those that ended."""

    def __init__(self, cluster: Cluster) -> None:
        pid = int((cluster.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        self.postmaster = psutil.Process(pid)

    def __call__(self) -> float:
        """So far."""
        took = self.postmaster.cpu_times()
        total = took.user + took.system + took.children_user + took.children_system
        for child in self.postmaster.children():
            try:
                own = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += own.user + own.system
        return float(total)


def own_seconds() -> float:
    """Of this process, of those that live under it, and of those that any of these waited for."""
    me, total = psutil.Process(), 0.0
    for each in (me, *me.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            took = each.cpu_times()
            total += took.user + took.system + took.children_user + took.children_system
    return total


@contextmanager
def server() -> Iterator[tuple[Cluster, str]]:
    """A server of its own, and the superuser's DSN of a migrated database on it."""
    programs = packages.installed()
    if programs is None:
        raise SystemExit("PostgreSQL with PostGIS is missing: python -m sync.platform.packages")
    folder = Path(tempfile.mkdtemp(prefix="landsync-whole-"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "cluster", programs, settings={"log_min_duration_statement": "300"})
    cluster.create()
    cluster.start()
    try:
        made = Server(cluster.dsn(), "template_whole")
        _prepare(made, FileLock(str(folder / "lock")))
        copy_database(made.superuser_dsn, "whole", made.template)
        yield cluster, made.dsn("whole")
    finally:
        cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


def slowest(cluster: Cluster, read: dict[Path, int]) -> list[str]:
    """The statements that took longest since the logs were `read` up to: seconds, and how each begins."""
    found = []
    for log in sorted((cluster.folder / "log").glob("*.log")):
        with log.open(encoding="utf-8", errors="replace") as file:
            file.seek(read.get(log, 0))
            for line in file.read().splitlines():
                took, _, text = line.partition("duration: ")[2].partition(" ms  statement: ")
                if text:
                    found.append((float(took) / 1000, text.lstrip("- ")[:70]))
            read[log] = file.tell()
    return [f"{took:.1f} {text}" for took, text in sorted(found, reverse=True)[:25]]


def stages(delivery: Path, province: str) -> None:
    """In a process of its own: the stages of a run, a line of JSON each."""
    run = start_run(province, "bench", path=delivery)
    for name in STAGES:
        reset_peak()
        began, used = time.monotonic(), own_seconds()
        counts = run_stage(name, run)
        told = {
            "stage": name,
            "seconds": time.monotonic() - began,
            "cpu": own_seconds() - used,
            "rss": peak(),
        }
        rows = {word: counts[word] for word in ROWS if word in counts}
        print(json.dumps(told | {"rows": rows}), flush=True)
    print(json.dumps({"stage": "end", "state": finish_run(run.run_id)}), flush=True)


def bring_in(
    clock: Callable[[], float], dsn: str, home: Path, delivery: Path, province: str = PROVINCE
) -> dict[str, Any]:
    """A run, stage by stage: wall and processor seconds, peak of memory; WAL in all."""
    environment = os.environ | {
        "LANDSYNC_DSN": dsn,
        "LANDSYNC_HOME": str(home),
        "LANDSYNC_KEY_FILE": key_file(),
    }
    wal, server_then = _wal(dsn), clock()
    work = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, "--stages", str(delivery), "--province", province],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told: dict[str, Any] = {}
    for line in work.stdout or ():
        said = json.loads(line)
        now = clock()
        if said["stage"] == "end":
            told["state"] = said["state"]
            continue
        told[said["stage"]] = {
            "seconds": round(said["seconds"], 1), "cpu": round(said["cpu"], 1), "server": round(now - server_then, 1),
            "mib": round(said["rss"] / 2**20),
        }  # fmt: skip
        if said["stage"] == "load":
            told["rows"] = said["rows"]
        server_then = now
    if work.wait():
        raise SystemExit(work.returncode)
    took = [told[name] for name in STAGES]
    told["seconds"] = round(sum(stage["seconds"] for stage in took), 1)
    told["cpu"] = round(sum(stage["cpu"] + stage["server"] for stage in took), 1)
    told["wal_mib"] = round((_wal(dsn) - wal) / 2**20)
    return told


def _wal(dsn: str) -> int:
    return int(_value(dsn, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"))


def _value(dsn: str, query: str) -> Any:
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()[0][0]


def floor(clock: Clock, dsn: str, delivery: Path) -> dict[str, Any]:
    """What the files cost that are merely copied into a table, with an index of geometries and one of the key."""
    used, server_then, began = own_seconds(), clock(), time.monotonic()
    for number, file in enumerate(sorted(delivery.glob("*.gpkg"))):
        subprocess.run(
            ["ogr2ogr", "-f", "PostgreSQL", f"PG:{dsn}", str(file), "-nln", f"floor{number}", "-lco", "SPATIAL_INDEX=GIST",
             "--config", "PG_USE_COPY", "YES"],
            check=True,
        )  # fmt: skip
        with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
            cursor.execute(f"CREATE UNIQUE INDEX ON floor{number} (thuadatid)")
            link.commit()
    told = {"seconds": time.monotonic() - began, "cpu": own_seconds() - used + clock() - server_then}
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        for number in range(len(list(delivery.glob("*.gpkg")))):
            cursor.execute(f"DROP TABLE floor{number}")
        link.commit()
    return {name: round(value, 1) for name, value in told.items()}


def sizes(dsn: str, parcels: int) -> dict[str, list[int]]:
    """Table → octets a parcel: of its rows, of its indexes."""
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        cursor.execute(SIZES)
        found = {
            name: [round(rows / parcels), round(indexes / parcels)]
            for name, rows, indexes in cursor.fetchall()
        }
    return found | {"all": [sum(each[k] for each in found.values()) for k in (0, 1)]}


def history(dsn: str) -> dict[str, int]:
    """What a closed version of a parcel takes, with whatever of its many-valued records was closed: octets."""
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        cursor.execute(HISTORY)
        [(versions, octets)] = cursor.fetchall()
    return {"versions": versions, "octets": round(octets / max(versions, 1))}


def a_night_passes(dsn: str) -> None:
    """What the server does of itself within minutes, and would else do in the middle of the next measurement."""
    with closing(psycopg2.connect(dsn)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


def main(arguments: argparse.Namespace) -> None:
    """Measure and print."""
    delivery = generated(arguments.keep, arguments.parcels)
    with server() as (cluster, superuser), tempfile.TemporaryDirectory(prefix="landsync-bench-") as temporary:
        folder, clock = Path(temporary), Clock(cluster)
        loader = superuser.replace(
            superuser.split("//")[1].split("@")[0], f"{databases.LOADER}:{PASSWORDS[databases.LOADER]}"
        )
        first: dict[str, Any] = {}
        read: dict[Path, int] = {}

        def tell(what: str, told: dict[str, Any]) -> None:
            if first:
                told["ratio"] = round(told["cpu"] / first["cpu"], 3)
            if arguments.statements:
                told["statements"] = slowest(cluster, read)
            print(
                json.dumps({"what": what, "parcels": arguments.parcels, **told}, ensure_ascii=False),
                flush=True,
            )

        tell("floor", floor(clock, superuser, delivery))
        tell("the usual script", usual(clock, own_seconds, superuser, delivery))
        told = bring_in(clock, loader, folder / "home", delivery)
        tell("first load", told)
        first = told
        alone = told["load"]
        tell("the rows of the load, copied in", rows_alone(clock, own_seconds, cluster, superuser))
        tell("the load alone", {"seconds": alone["seconds"], "cpu": alone["cpu"] + alone["server"]})
        print(json.dumps({"what": "sizes", **sizes(superuser, arguments.parcels)}), flush=True)
        a_night_passes(superuser)
        tell("the same bytes", bring_in(clock, loader, folder / "home", delivery))
        tell("the same content", bring_in(clock, loader, folder / "home", later(delivery, folder / "a", 1)))
        few = changed(delivery, folder / "b", 2, 20)
        tell("1 % changed in a twentieth of the communes", bring_in(clock, loader, folder / "home", few))
        spread = changed(delivery, folder / "c", 3, 1)
        tell("1 % changed in every commune", bring_in(clock, loader, folder / "home", spread))
        set_of = change_set(spread, folder / "d", 1)
        assert set_of is not None
        tell("0.1 % by change set, in all communes", bring_in(clock, loader, folder / "home", set_of))
        a_night_passes(superuser)
        print(json.dumps({"what": "history", **history(superuser)}), flush=True)
        for told in (*reconciled(clock, own_seconds, loader), *answered(loader, superuser, folder / "home")):
            print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parcels", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "landsync-bench")
    parser.add_argument("--statements", action="store_true", help="the slowest of each run")
    parser.add_argument("--stages", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--province", default=PROVINCE, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.stages:
        stages(asked.stages, asked.province)
    else:
        main(asked)
