"""What it takes to hash what is stored anew: `python tests/bench/rehash.py [rows]`.

A province of before the key, with as many parcels, each with a land user, a certificate, a closed user and a closed version of its
own; then the migrations, that of persons (0027), that of parcels (0028), and that of pseudonyms and rights (0030). A line of JSON:
`wall` of each in seconds; how many manifests `differ` afterwards, which should be none; `mib`: the most memory that it took.
"""

import json
import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psycopg2
import pytest

from sync.db.migrations import migrate
from sync.platform import packages
from sync.platform.land import shape_of_the_database
from sync.settings import settings
from tests.conftest import KEY
from tests.support.before import database_of, upgrade
from tests.support.cluster import SharedCluster
from tests.support.database import Server, _prepare
from tests.support.key import with_key

USER = "'Nguyễn Thị Số ' || n, '0011' || lpad(n::text, 8, '0'), 1950 + n %% 50"
HASHED = (
    "sha256(convert_to('landsync.land_user.v1;' || octet_length('Nguyễn Thị Số ' || n) || ':Nguyễn Thị Số ' || n || "
    "';12:0011' || lpad(n::text, 8, '0') || ';4:' || 1950 + n %% 50 || ';', 'UTF8'))"
)
PAPER = "sha256(convert_to('landsync.certificate.v1;' || octet_length('AA ' || n) || ':AA ' || n || ';N;', 'UTF8'))"
ITEMS = f"sha256(convert_to('certificate:1;', 'UTF8') || {PAPER} || convert_to('land_user:1;', 'UTF8') || {HASHED})"
UID = "lpad(to_hex(n::bigint * 2654435761 %% 4294967296), 32, md5(n::text))::uuid"
SHAPE = (
    "ST_Multi(ST_Translate(ST_SnapToGrid(ST_Segmentize('SRID=4756;POLYGON((0 0, 0.0002 0, 0.0002 0.0003, 0 0.0003, 0 0))'::geometry, "
    "0.00009), 1e-9), 105 + n %% 1000 * 0.0003, 20 + n / 1000 * 0.0004))"
)
PARCEL = (
    "(parcel_uid, province_code, commune_code, commune_valid_from, sheet_no, parcel_no, source_system, source_key, land_use, "
    "source_srid, area_m2, geom, content_hash, hash_version, recorded_from, run_id"
)
PARCEL_ROW = f"SELECT {UID}, '01', '00004', '2025-07-01', n / 100, n %% 100, 'vbdlis', 'CSD' || n, 'ONT', 5897, 100.5, {SHAPE}, sha256(''), 1, "
FILL = (
    f"INSERT INTO land.parcel {PARCEL}) {PARCEL_ROW} now(), 'r' FROM generate_series(1, %s) AS n",
    f"INSERT INTO land.parcel_version {PARCEL}, recorded_to, closed_by_run, closed_because) {PARCEL_ROW} now() - interval '1 day', 'r', "
    "now(), 'r', 'changed' FROM generate_series(1, %s) AS n",
    "INSERT INTO land_private.land_user (province_code, parcel_uid, item_no, land_user_name, land_user_id_number, "
    f"land_user_birth_year, content_hash, hash_version, recorded_from, run_id) SELECT '01', {UID}, 1, {USER}, {HASHED}, 1, now(), 'r' "
    "FROM generate_series(1, %s) AS n",
    "INSERT INTO land_private.land_user_version (province_code, parcel_uid, item_no, land_user_name, land_user_id_number, "
    "land_user_birth_year, content_hash, hash_version, recorded_from, recorded_to, run_id, closed_by_run) "
    f"SELECT '01', {UID}, 1, {USER}, {HASHED}, 1, now() - interval '1 day', now(), 'r', 'r' FROM generate_series(1, %s) AS n",
    "INSERT INTO land_private.certificate (province_code, parcel_uid, item_no, certificate_no, content_hash, hash_version, "
    f"recorded_from, run_id) SELECT '01', {UID}, 1, 'AA ' || n, {PAPER}, 1, now(), 'r' FROM generate_series(1, %s) AS n",
    "INSERT INTO ledger.manifest (province_code, commune_code, parcel_uid, content_hash, items_hash, area_m2) "
    f"SELECT '01', '00004', {UID}, sha256(''), {ITEMS}, 1 FROM generate_series(1, %s) AS n",
)

REVISIONS = ("0027", "0028", "0029", "0030")
SAID = {
    record: f"convert_to('{record}:1;', 'UTF8') || sha256({record}.salt || {record}.content_hash)"
    for record in ("certificate", "land_right", "land_user")
}
DIFFER = (
    "SELECT count(*) FROM ledger.manifest AS m "
    + " ".join(f"LEFT JOIN land_private.{record} USING (province_code, parcel_uid)" for record in SAID)
    + f" WHERE m.items_hash IS DISTINCT FROM sha256({' || '.join(SAID.values())})"
)


def main() -> None:
    """Fill, migrate, tell."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    programs = packages.installed()
    if programs is None:
        pytest.exit("PostgreSQL is missing: make test installs it")
    shared = SharedCluster(programs)
    cluster = shared.acquire()
    try:
        server = Server(cluster.dsn(), f"landsync_template_{shape_of_the_database()}")
        _prepare(server, shared.lock)
        with (
            tempfile.TemporaryDirectory() as folder,
            with_key(Path(folder) / "key", KEY),
            database_of(server, "0026") as old,
        ):
            with closing(psycopg2.connect(old.superuser_dsn)) as link, link, link.cursor() as cursor:
                for statement in FILL:
                    cursor.execute(statement, (rows,))
            settings.cache_clear()
            wall = {}
            for revision in REVISIONS:
                begun = time.monotonic()
                upgrade(old.superuser_dsn, revision)
                wall[revision] = round(time.monotonic() - begun, 1)
            migrate(old.superuser_dsn)
            [(differ,)] = old.query(DIFFER)
            mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(json.dumps({"rows": rows, "wall": wall, "differ": differ, "mib": mib}))
    finally:
        shared.release()


if __name__ == "__main__":
    main()
