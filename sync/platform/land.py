"""The database part of `up`: the private cluster where one is needed, and the land database migrated in it."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from parcels.bilingual import Bilingual
from sync.platform import databases, packages
from sync.platform.cluster import Cluster
from sync.platform.databases import ANALYST, LOADER, OWNER
from sync.platform.server_user import ServerUser, server_user
from sync.platform.state import PlatformState, write_private
from sync.settings import ROOT, Settings

LAND, AIRFLOW = "land", "airflow"
OUTSIDE = Path("/var/lib/landsync")  # for root, where the server's user cannot reach the checkout
PEOPLES_TIMEZONE = "Asia/Ho_Chi_Minh"

Say = Callable[[Bilingual], None]


def cluster_of(settings: Settings, state: PlatformState, *, say: Say) -> Cluster:
    """This home's cluster, made or not. Installs PostgreSQL when it is missing; remembers the folder chosen."""
    programs = packages.ensure_installed(version=state.postgresql or None, say=say)
    user = server_user()
    if not state.cluster:
        state.cluster = _choose_folder(settings.home.absolute(), user, say)
        state.postgresql = programs.version
    return Cluster(settings.home.absolute() / state.cluster, programs, user=user)


def known_cluster(settings: Settings, state: PlatformState) -> Cluster | None:
    """The cluster that an earlier `up` made, without installing anything; None when there is none."""
    programs = packages.installed(state.postgresql or None)
    if not state.cluster or programs is None:
        return None
    return Cluster(settings.home.absolute() / state.cluster, programs)


def _choose_folder(home: Path, user: ServerUser, say: Say) -> str:
    if user.reaches(home):
        return "postgres"
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    folder, count = OUTSIDE / name, 1
    while (
        folder.exists()
    ):  # of an earlier checkout in the same place: its data are not ours to use or to delete
        say(
            Bilingual(
                f"{folder} là dữ liệu của một bản cài trước ở cùng đường dẫn: được giữ nguyên, không dùng lại.",
                f"{folder} holds the data of an earlier checkout at this path: left alone, not used.",
            )
        )
        count += 1
        folder = OUTSIDE / f"{name}-{count}"
    return str(folder)


def open_private_land(settings: Settings, state: PlatformState, cluster: Cluster) -> None:
    """Addresses of the land database in the running private cluster, and its passwords, into the state."""
    state.owner_dsn = cluster.dsn(LAND, OWNER, state.password(OWNER))
    state.dsn = cluster.dsn(LAND, LOADER, state.password(LOADER))
    state.analyst_dsn = cluster.dsn(LAND, ANALYST, state.password(ANALYST))
    lines = []
    for dsn in (state.analyst_dsn, state.dsn, state.owner_dsn):
        url = urlsplit(dsn)
        lines.append(f"{url.hostname}:{url.port}:{url.path[1:]}:{url.username}:{url.password}\n")
    write_private(pass_file(settings), "".join(lines))


def pass_file(settings: Settings) -> Path:
    """Passwords as libpq and QGIS read them: no password on a command line."""
    return settings.home.absolute() / "pgpass"


def migrate_private_land(state: PlatformState, cluster: Cluster) -> bool:
    """The land database in its newest shape; False when it already has it (nothing of ours changed since)."""
    wanted = shape_of_the_database()
    if state.shape == wanted and databases.database_exists(cluster.dsn(), LAND):
        return False
    build_land(cluster.dsn(), {role: state.password(role) for role in (OWNER, LOADER, ANALYST)})
    state.shape = wanted
    return True


def build_land(superuser_dsn: str, passwords: Mapping[str, str], name: str = LAND) -> None:
    """Make the land database on a server where nothing is prepared, or bring it up to date; roles get their passwords.

    `passwords`: of the owner, the loader and the analyst.
    """
    from sync.db.migrations import migrate

    databases.prepare_owner(superuser_dsn, passwords[OWNER])
    databases.create_database(superuser_dsn, name, owner=OWNER)
    databases.prepare_land(databases.dsn_of(superuser_dsn, name))
    migrate(databases.dsn_of(superuser_dsn, name, OWNER, passwords[OWNER]))
    databases.allow_login(superuser_dsn, {role: passwords[role] for role in (LOADER, ANALYST)})
    for role in (ANALYST, OWNER):  # whom people use by hand; the pipeline speaks UTC
        databases.set_for_role(superuser_dsn, role, "timezone", PEOPLES_TIMEZONE)


def migrate_own_land(dsn: str) -> None:
    """The land database of somebody's own server in its newest shape. Roles' logins are left to its owner."""
    from sync.db.migrations import migrate

    migrate(dsn)


def open_private_metadata(state: PlatformState, cluster: Cluster) -> None:
    """Airflow's metadata database in the running private cluster, into the state."""
    password = state.password(AIRFLOW)
    if build_metadata(cluster.dsn(), password):
        state.airflow.prepared = ""
    state.airflow_dsn = cluster.dsn(AIRFLOW, AIRFLOW, password)


def build_metadata(superuser_dsn: str, password: str) -> bool:
    """Airflow's own database, closed to the roles of the land database; False when it was there."""
    databases.allow_login(superuser_dsn, {AIRFLOW: password})
    made = databases.create_database(superuser_dsn, AIRFLOW, owner=AIRFLOW)
    if made:
        databases.close_to_public(superuser_dsn, AIRFLOW)
    return made


def shape_of_the_database(root: Path = ROOT) -> str:
    """Changes when anything changes that a migration puts into the database."""
    digest = hashlib.sha256()
    # Of sql/ what a migration runs; the rest are statements that Python sends when it needs them.
    folders = [root / "sql" / name for name in ("migrations", "app", "reference")] + [
        root / "parcels" / "reference"
    ]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for path in sorted([*files, *(root / "sql").glob("*.sql"), root / "parcels" / "columns.py"]):
        if path.suffix in (".sql", ".py", ".csv", ".toml"):
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
