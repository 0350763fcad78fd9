"""The nation, province by province, file to published rows, on one private server that stays: `python tests/bench/nation.py FOLDER`.

46.07 million parcels are shared out by how many communes a province has; the largest province comes first. Of each province the files are
generated, brought in by all stages with the whole catalogue, and deleted. FOLDER keeps the server, and `nation.jsonl` with a line for
each province: whoever is interrupted begins again where he was. It ends when every province is in, when --minutes are over, or when less
than --spare GB of the disk are free. `--tell` prints what is in the log as a table, and does nothing else.

Provinces are generated one by one, so they have no seams with each other here; communes of a province stand apart as the generator puts
them. Nothing of the generator's work is counted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ.get("CHECKOUT", str(Path(__file__).resolve().parents[2])))

from filelock import FileLock

from parcels.admin_units import communes
from parcels.provinces import provinces
from sync import clock as today
from sync.platform import databases, packages
from sync.platform.cluster import Cluster
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
    where = folder / "deliveries"
    shutil.rmtree(where, ignore_errors=True)
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
    there = {line["province"] for line in come_in(folder)}
    cluster, made = begun(folder)
    try:
        dsn, clock = made.dsn("nation", databases.LOADER), Clock(cluster)
        for province, parcels in sizes(asked.scale).items():
            spare = shutil.disk_usage(folder).free / 1e9
            if province in there or time.monotonic() > until or spare < asked.spare:
                continue
            delivery = generated(folder, province, parcels)
            told = bring_in(clock, dsn, folder / "home", delivery, province)
            line = {
                "province": province,
                "parcels": parcels,
                "on": today.now().date().isoformat(),
                **told,
                "database": _value(made.dsn("nation"), _SIZE),
            }
            with (folder / "nation.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
            print(json.dumps(line, ensure_ascii=False), flush=True)
            for gone in (delivery.parent, folder / "home" / "runs", folder / "home" / "landing"):
                shutil.rmtree(gone, ignore_errors=True)
    finally:
        cluster.stop()


def tell(lines: list[dict[str, Any]]) -> None:
    """A row for each province, and all of them together; per million what can be held against another number."""
    print(
        "| province | parcels | minutes | processor minutes | of these fetch, conform, check, load, report | GiB of the largest process |"
    )
    print("| --- " * 6 + "|")
    for line in lines:
        told = (line[name] for name in STAGES if name != "gate")
        split = ", ".join(f"{(stage['cpu'] + stage['server']) / 60:.1f}" for stage in told)
        largest = max(line[name]["mib"] for name in STAGES) / 1024
        print(
            f"| {line['province']} | {line['parcels']:,} | {line['seconds'] / 60:.1f} | {line['cpu'] / 60:.1f} | {split} | {largest:.2f} |"
        )
    if lines:
        parcels = sum(line["parcels"] for line in lines)
        minutes, cpu = (sum(line[name] for line in lines) / 60 for name in ("seconds", "cpu"))
        octets = lines[-1]["database"]
        print(f"| {len(lines)} provinces | {parcels:,} | {minutes:.0f} | {cpu:.0f} | | |")
        print(
            f"\nPer million: {minutes / parcels * 1e6:.1f} minutes, {cpu / parcels * 1e6:.1f} processor minutes; the database is "
            f"{octets / 1e9:.1f} GB, {octets / parcels:,.0f} octets a parcel. The nation at this rate: {minutes / parcels * PARCELS:.0f} "
            f"minutes, {octets / parcels * PARCELS / 1e9:.0f} GB."
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="of 46.07 million parcels")
    parser.add_argument("--minutes", type=float, default=600, help="after which no further province is begun")
    parser.add_argument("--spare", type=float, default=15, help="GB of the disk that stay free")
    parser.add_argument("--tell", action="store_true", help="what is in the log, and nothing else")
    given = parser.parse_args()
    if given.tell:
        tell(come_in(given.folder))
    else:
        main(given)
