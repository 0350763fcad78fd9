"""One side of `old_and_new`: run by a checkout's own Python, from its own folder. Uses only what every version has."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.dom import minidom
from zipfile import ZipFile

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from psycopg2 import sql

from sync.platform import packages
from tests.support.cluster import SharedCluster
from tests.support.database import Server, _prepare

PROVINCES = ("22", "31")
SEEDED = ["--parcels", "1600", "--provinces", ",".join(PROVINCES), "--communes-per-province", "3"]
SEEDED += ["--defects", "0.03", "--seed", "11"]
# Columns that a clock, a dice or the version of the program fills, or that cover one that is.
LOOSE = re.compile(
    r"^(recorded_(from|to)|.*_at|stale_since|pid|host|started|finished|state_since|closed_on|code_version|version_num"
    r"|update_time|receipt_sha256|previous_sha256|manifest_sha256)$"
)
KEPT = {"extracted_at", "observed_at"}
UID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
RUN = re.compile(r"\b(\d{2})-\d{8}T\d{6}-[0-9a-f]{6}\b")
MOMENT = re.compile(r"\b20(2[6-9]|[3-9]\d)-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?")
DAY = re.compile(r"\b\d\d/\d\d/20(2[6-9]|[3-9]\d)( \d\d:\d\d)?")
COVERING = re.compile(
    r'("(?:receipt_sha256|previous_sha256|manifest_sha256|landsync|code_version)": )"[^"]*"'
)
# What a run took: of the machine and the moment.
COST = re.compile(
    r'("(?:\w*_seconds|peak_bytes|usual_peak_bytes|bytes_read|bytes_written|server_wal_bytes)": )[\d.e+-]+'
)
COST_TABLE = re.compile(r"<h2>Thời gian và tài nguyên .*?</table>", re.DOTALL)


class Side:
    """The commands of this checkout, and where what they say is kept."""

    def __init__(self, out: Path, dsn: str) -> None:
        self.out, self.told, self.home = out, out / "told", out / "home"
        self.told.mkdir()
        self.nation = out / "nation"
        key = out / "key.toml"
        key.write_text(f'key = "{bytes(range(32)).hex()}"\n', encoding="ascii")  # one for both sides
        key.chmod(0o600)
        self.environment = {
            **os.environ,
            "LANDSYNC_HOME": str(self.home),
            "LANDSYNC_DSN": dsn,
            "LANDSYNC_KEY_FILE": str(key),
            "COLUMNS": "200",
        }
        self.runs: dict[str, str] = {}
        self.count = 0

    def __call__(self, *arguments: object, may_be: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """Run `landsync …`, keep what it says, and return its JSON."""
        self.count += 1
        words = [str(argument) for argument in arguments]
        command = [str(Path(sys.executable).with_name("landsync")), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        named = [word for word in words[:3] if not word.startswith(("/", "-")) and not RUN.match(word)]
        name = "-".join(named)
        said = f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        if name == "context-export":  # packed uids, which a dice fills, take more or less room
            said = re.sub(r'("bytes": )\d+', r"\1…", said)
        self.keep(f"commands/{self.count:02}-{name}", said)
        if done.returncode not in may_be:
            raise SystemExit(f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        start = done.stdout.find("{")
        return json.loads(done.stdout[start:]) if start >= 0 and "--json" in words else {}

    def keep(self, name: str, text: str) -> None:
        """Text with what differs by its nature put aside."""
        text = text.replace(str(self.out), "OUT")
        for found in RUN.finditer(text):
            self.runs.setdefault(found[0], f"RUN-{found[1]}-{len(self.runs)}")
        text = RUN.sub(lambda found: self.runs[found[0]], text)
        text = COVERING.sub(r'\1"…"', MOMENT.sub("MOMENT", DAY.sub("DAY", text)))
        text = COST_TABLE.sub("COSTS", COST.sub(r"\1…", text))
        path = self.told / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def keep_folder(self, name: str, folder: Path) -> None:
        """The files of a report or a run's folder that are data: tables and workbooks by their content."""
        for path in sorted(folder.rglob("*")):
            where = f"{name}/{path.relative_to(folder).as_posix()}"
            if path.suffix == ".parquet":
                table = _fixed(pq.read_table(path))
                self.keep(
                    where, f"{table.schema.remove_metadata()}\n" + "\n".join(map(str, table.to_pylist()))
                )
            elif path.suffix == ".gpkg":
                for layer in pyogrio.list_layers(path)[:, 0]:
                    rows = _fixed(pyogrio.raw.read_arrow(path, layer=layer)[1])
                    self.keep(f"{where}.{layer}", "\n".join(map(str, rows.to_pylist())))
            elif path.suffix == ".xlsx":
                with ZipFile(path) as book:
                    for member in book.namelist():
                        if member.startswith("xl/worksheets/") or member == "xl/sharedStrings.xml":
                            parsed = minidom.parseString(book.read(member))
                            self.keep(f"{where}.{Path(member).name}", parsed.toprettyxml())
            elif path.name in {"summary.json", "report.html", "national.html"}:
                text = path.read_text(encoding="utf-8")
                if path.suffix == ".json":  # versions of documents may come, their content may not change
                    document = json.loads(text)
                    document.pop("version", None)
                    text = json.dumps(document, ensure_ascii=False, indent=1)
                self.keep(where, text)


def _fixed(table: pa.Table) -> pa.Table:
    """The columns that no clock fills."""
    return table.drop_columns([name for name in table.column_names if LOOSE.match(name) and name not in KEPT])


def tell(side: Side, dsn: str) -> None:
    """Everything, in the order in which an office and the centre would do it."""
    nation, changed, moved = side.nation, side.out / "changed", side.out / "moved"
    side("generate", "--out", nation, *SEEDED, "--labelled", "--json")
    later = ["--extracted-at", "2026-11-21T22:00:00+07:00", "--changes", "0.05", "--json"]
    side("generate", "--out", changed, *SEEDED, *later, "--kind", "changes")
    side("generate", "--out", moved, *SEEDED, *later)
    for folder in (nation, changed, moved):
        names = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip")
        digests = (
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.relative_to(folder)}" for path in names
        )
        side.keep(f"generated/{folder.name}", "\n".join(digests))
    for path in sorted(nation.glob("boundaries*")):
        side("boundaries", "load", path, "--json", may_be=(0, 2, 4))
    for path in sorted((nation / "population").glob("*")):
        side("population", "import", path, "--json", may_be=(0, 2, 4))
    for province in PROVINCES:
        checked = side.out / "checked" / province
        context = nation / "context" / f"{province}.zip"
        side("check", nation / province, "--province", province, "--context", context, "--out", checked, "--json",
             may_be=(0, 3))  # fmt: skip
        side.keep_folder(f"checked/{province}", checked)
    for delivery in (nation, nation, moved, changed):
        for province in PROVINCES:
            if (delivery / province).is_dir():
                side("sync", "--province", province, delivery / province, "--json", may_be=(0, 3, 4))
    lose_half(side, nation / PROVINCES[0])
    side("sync", "--province", PROVINCES[0], side.out / "half", "--json", may_be=(3,))
    held = side("status", "--json", may_be=(0, 3, 4, 5))["holds"]
    if held:
        run = held[0]["run_id"] if "run_id" in held[0] else held[0]["run"]
        side("approve", run, "--reason", "compared", "--json", may_be=(0, 3))
    side("reconcile", "--all", "--json", may_be=(0, 6))
    side("receipt", "verify", "--json")
    side("status", "--json", may_be=(0, 3, 4, 5))
    for province in PROVINCES:
        side("findings", "list", "--province", province, "--json", may_be=(0, 2))
        side("context", "export", "--province", province, "--out", side.out / f"{province}.context", "--json")
    for (commune,) in rows_of(dsn, "SELECT commune_code FROM land.dataset ORDER BY commune_code"):
        side("explain", commune, "--json")
    side("rehearse", "2026-abce", "--json", may_be=(0, 3, 6))
    side(
        "report", "national", "--format", "html", "--out", side.out / "national.html", "--json", may_be=(0, 2)
    )
    for run in sorted((side.home / "runs").iterdir(), key=lambda path: path.stat().st_mtime_ns):
        side.keep_folder(f"runs/{side.runs[run.name]}", run)
    tables(side, dsn)
    name_parcels(side, dsn)


def lose_half(side: Side, delivery: Path) -> None:
    """A delivery that lacks every second parcel of its first commune, a day later."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-11-22T22:00:00.000Z"})  # GeoPackages state it
    half = side.out / "half"
    shutil.copytree(delivery, half)
    toml = half / "delivery.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("2026-11-20T22", "2026-11-22T22"), encoding="utf-8"
    )
    for path in (p for p in half.iterdir() if p.suffix in {".gpkg", ".shp"}):
        for layer in pyogrio.list_layers(path)[:, 0]:
            frame = pyogrio.read_dataframe(path, layer=layer)
            kept = frame[(frame.index % 2 == 0) | (frame.index > len(frame) // 2)]
            path.unlink()
            pyogrio.write_dataframe(kept, path, layer=layer)


def rows_of(dsn: str, query: str | sql.Composable) -> list[tuple[Any, ...]]:
    """The rows of a query, as the superuser."""
    with psycopg2.connect(dsn) as link, link.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def tables(side: Side, dsn: str) -> None:
    """Every table of the product, without what a clock or a dice fills."""
    columns: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in rows_of(
        dsn,
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema IN ('land', 'land_private', 'ledger') ORDER BY 1, 2, ordinal_position",
    ):
        columns.setdefault((schema, table), []).append(column)
    del columns["ledger", "definitions"]  # the hash of the definitions as they are written
    columns.pop(("ledger", "stage_cost"), None)
    for (schema, table), names in columns.items():
        chosen = [name for name in names if name in KEPT or not LOOSE.match(name)]
        if not chosen:
            continue
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in chosen),
            sql.Identifier(schema, table),
        )
        lines = ["\t".join("\\N" if value is None else value for value in row) for row in rows_of(dsn, query)]
        side.keep(f"tables/{schema}.{table}", "\n".join(["\t".join(chosen), *lines]))


def name_parcels(side: Side, dsn: str) -> None:
    """uids become what their parcels are known by, everywhere; the lines of tables are put in order then."""
    names: dict[str, str] = {}
    for uid, *handles in rows_of(
        dsn,
        "SELECT parcel_uid::text, province_code, source_system, source_key, commune_code, sheet_no, parcel_no"
        " FROM (SELECT * FROM land.parcel_version ORDER BY recorded_from) AS closed"
        " UNION ALL SELECT parcel_uid::text, province_code, source_system, source_key, commune_code, sheet_no, parcel_no"
        " FROM land.parcel ORDER BY 1, 2, 3, 4, 5, 6, 7",
    ):
        names.setdefault(uid, "parcel " + "/".join(str(handle) for handle in handles))
    for path in (path for path in side.told.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        named = UID.sub(lambda found: names.get(found[0], found[0]), text)
        if path.parent.name == "tables":
            head, *lines = named.split("\n")
            named = "\n".join([head, *sorted(lines)])
        path.write_text(named, encoding="utf-8")


def run(out: Path) -> None:
    """Take a private server, make a database, tell everything, give the server back."""
    shared = SharedCluster(packages.installed())
    cluster = shared.acquire()
    try:
        server = Server(cluster.dsn(), "compared_template")
        _prepare(server, shared.lock)
        link = psycopg2.connect(server.superuser_dsn)
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute("CREATE DATABASE compared TEMPLATE compared_template OWNER landsync_owner")
        link.close()
        tell(Side(out, server.dsn("compared", "landsync_loader")), server.dsn("compared"))
    finally:
        shared.release()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
