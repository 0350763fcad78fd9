"""The nation, province by province, file to published rows, on one private server that stays: `python tests/bench/nation.py FOLDER`.

46.07 million parcels are shared out by how many communes a province has; the largest provinces come first, --lanes of them side by side.
The files of these are generated, brought in by all stages with the whole catalogue, followed by a night's change sets of a thousandth (of those that
deliver GeoPackages) and a reconciliation, and deleted. FOLDER keeps the server, and
`nation.jsonl` with a line for each turn: whoever is interrupted begins the turn again that he was in. It ends when every province is in, when
--minutes are over, or when less than --spare GB of the disk are free. `--tell` prints what is in the log as a table, and does nothing else.

Provinces are generated one by one, so they have no seams with each other here; communes of a province stand apart as the generator puts
them. Nothing of the generator's work is counted. A turn lasts until the last of its provinces is in.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ.get("CHECKOUT", str(Path(__file__).resolve().parents[2])))

from filelock import FileLock

from parcels.admin_units import communes
from parcels.provinces import provinces
from sync import clock as today
from sync.care.reconcile import reconcile
from sync.platform import databases, packages
from sync.platform.cluster import Cluster
from tests.bench.variants import change_set
from tests.bench.whole import STAGES, Clock, _value, bring_in
from tests.support.database import Server, _prepare
from tests.support.databases import copy_database

PARCELS = 46_070_000
_SIZE = "SELECT pg_database_size(current_database())"


def sizes(scale: float) -> dict[str, int]:
    """Province → its parcels, the largest first."""
    here = {code: len(communes(code)) for code in provinces()}
    each = PARCELS * scale / sum(here.values())
    return {code: round(here[code] * each) for code in sorted(here, key=lambda code: (-here[code], code))}


def begun(folder: Path) -> tuple[Cluster, Server]:
    """The server of the folder, started; made where there is none."""
    programs = packages.installed()
    if programs is None:
        raise SystemExit("PostgreSQL with PostGIS is missing: python -m sync.platform.packages")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    cluster = Cluster(folder / "cluster", programs)
    cluster.create()
    cluster.start()
    made = Server(cluster.dsn(), "template_nation")
    _prepare(made, FileLock(str(folder / "lock")))
    if not databases.database_exists(made.superuser_dsn, "nation"):
        copy_database(made.superuser_dsn, "nation", made.template)
    return cluster, made


def generated(folder: Path, province: str, parcels: int) -> Path:
    """The delivery of a province, in the format of its system."""
    where = folder / "deliveries" / f"of-{province}"
    here = len(communes(province))
    subprocess.run(
        [str(Path(sys.executable).parent / "landsync"), "generate", "--out", str(where), "--parcels", str(parcels),
         "--provinces", province, "--communes-per-province", str(here)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return where / province


def come_in(folder: Path) -> list[dict[str, Any]]:
    """What the log has."""
    log = folder / "nation.jsonl"
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.is_file() else []


def main(asked: argparse.Namespace) -> None:
    """Bring in what is not in yet."""
    folder: Path = asked.folder.absolute()
    until = time.monotonic() + asked.minutes * 60
    there = {province for turn in come_in(folder) for province in turn["provinces"]}
    left = [(province, n) for province, n in sizes(asked.scale).items() if province not in there]
    cluster, made = begun(folder)
    try:
        dsn, clock = made.dsn("nation", databases.LOADER), Clock(cluster)
        while left and time.monotonic() < until and shutil.disk_usage(folder).free / 1e9 > asked.spare:
            turn, left = left[: asked.lanes], left[asked.lanes :]
            shutil.rmtree(folder / "deliveries", ignore_errors=True)
            line = {"on": today.now().date().isoformat()} | brought_in(folder, turn, clock, dsn)
            line |= {"database": _value(made.dsn("nation"), _SIZE)}
            with (folder / "nation.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
            print(json.dumps(line, ensure_ascii=False), flush=True)
            for gone in ("deliveries", *(f"home{lane}" for lane in range(asked.lanes))):
                shutil.rmtree(folder / gone, ignore_errors=True)
    finally:
        cluster.stop()


def brought_in(folder: Path, turn: list[tuple[str, int]], clock: Clock, dsn: str) -> dict[str, Any]:
    """These provinces side by side, each with a home of its own, then a night's change sets, then their reconciliation."""
    files = {province: generated(folder, province, parcels) for province, parcels in turn}
    server_then, began = clock(), time.monotonic()
    told = side_by_side(folder, files, dsn)
    line = {
        "provinces": {province: {"parcels": parcels, **told[province]} for province, parcels in turn},
        "seconds": round(time.monotonic() - began, 1),
        "server": round(clock() - server_then, 1),
    }
    sets = {
        province: change_set(file, folder / "deliveries" / f"set-{province}", 1)
        for province, file in files.items()
    }
    night = {province: file for province, file in sets.items() if file is not None}
    began = time.monotonic()
    changed = side_by_side(folder, night, dsn) if night else {}
    line["night"] = {
        "of_parcels": sum(parcels for province, parcels in turn if province in night),
        "rows": sum(each["rows"]["changed"] for each in changed.values()),
        "seconds": round(time.monotonic() - began, 1),
    }
    began = time.monotonic()
    with ThreadPoolExecutor(len(turn)) as lanes:
        compared = [lanes.submit(reconcile, [province], "bench", dsn=dsn) for province, _ in turn]
        agrees = all(each.result()["agrees"] for each in compared)
    return line | {"reconciled_seconds": round(time.monotonic() - began, 1), "agrees": agrees}


def side_by_side(folder: Path, files: dict[str, Path], dsn: str) -> dict[str, dict[str, Any]]:
    """These deliveries, each through its stages; what they cost, but for the server, which serves all of them."""
    with ThreadPoolExecutor(len(files)) as lanes:
        runs = {
            province: lanes.submit(bring_in, lambda: 0.0, dsn, folder / f"home{lane}", delivery, province)
            for lane, (province, delivery) in enumerate(files.items())
        }
        told = {province: run.result() for province, run in runs.items()}
    for each in told.values():
        del each["wal_mib"]  # of all of them together
    return told


def tell(turns: list[dict[str, Any]]) -> None:
    """A row for each province and each turn, and all of them together; per million what can be held against another number."""
    print(
        "| province | parcels | minutes | of these fetch, conform, check, load, report | own processor minutes | GiB of the largest process |"
    )
    print("| --- " * 6 + "|")
    for turn in turns:
        for province, told in turn["provinces"].items():
            split = ", ".join(f"{told[name]['seconds'] / 60:.1f}" for name in STAGES if name != "gate")
            own = sum(told[name]["cpu"] for name in STAGES) / 60
            largest = max(told[name]["mib"] for name in STAGES) / 1024
            print(
                f"| {province} | {told['parcels']:,} | {told['seconds'] / 60:.1f} | {split} | {own:.1f} | {largest:.2f} |"
            )
    if not turns:
        return
    every = [told for turn in turns for told in turn["provinces"].values()]
    parcels = sum(told["parcels"] for told in every)
    minutes, compared, server = (
        sum(turn[name] for turn in turns) / 60 for name in ("seconds", "reconciled_seconds", "server")
    )
    own = sum(told[name]["cpu"] for told in every for name in STAGES) / 60
    octets, share = turns[-1]["database"], PARCELS / parcels
    print(f"\n{len(every)} provinces, {parcels:,} parcels, {max(len(turn['provinces']) for turn in turns)} side by side: {minutes:.0f} minutes, "
          f"{own + server:.0f} processor minutes, of these {server:.0f} of the server; reconciled in {compared:.1f} minutes, "
          f"{'all agree' if all(turn['agrees'] for turn in turns) else 'NOT ALL AGREE'}; the database is {octets / 1e9:.1f} GB, "
          f"{octets / parcels:,.0f} octets a parcel.")  # fmt: skip
    print(
        f"\nThe nation at this rate: {minutes * share:.0f} minutes, reconciled in {compared * share:.0f}, {octets * share / 1e9:.0f} GB."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="of 46.07 million parcels")
    parser.add_argument("--lanes", type=int, default=2, help="provinces side by side")
    parser.add_argument("--minutes", type=float, default=600, help="after which no further province is begun")
    parser.add_argument("--spare", type=float, default=15, help="GB of the disk that stay free")
    parser.add_argument("--tell", action="store_true", help="what is in the log, and nothing else")
    given = parser.parse_args()
    if given.tell:
        tell(come_in(given.folder))
    else:
        main(given)
