"""The databases of a server that was just installed (docker/compose.yaml): what `up` does for a private cluster.

LANDSYNC_SUPERUSER_DSN names the server; the passwords to set are in LANDSYNC_OWNER_PASSWORD, LANDSYNC_LOADER_PASSWORD,
LANDSYNC_ANALYST_PASSWORD and LANDSYNC_AIRFLOW_PASSWORD. The installation's key is made beside them, once, in LANDSYNC_HOME.
May be run again at any time.
"""

import os
from collections.abc import Mapping

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync import keys
from sync.platform import land
from sync.platform.databases import ANALYST, LOADER, OWNER
from sync.platform.program import run
from sync.settings import settings

VARIABLES = {
    OWNER: "LANDSYNC_OWNER_PASSWORD",
    LOADER: "LANDSYNC_LOADER_PASSWORD",
    ANALYST: "LANDSYNC_ANALYST_PASSWORD",
    land.AIRFLOW: "LANDSYNC_AIRFLOW_PASSWORD",
}


def provision(variables: Mapping[str, str]) -> None:
    """Make or update the land database and Airflow's. UsageError when a variable is missing."""
    wanted = ["LANDSYNC_SUPERUSER_DSN", *VARIABLES.values()]
    if missing := [name for name in wanted if not variables.get(name)]:
        listed = ", ".join(missing)
        raise UsageError(
            "PLATFORM-VARIABLE-MISSING",
            Bilingual(f"Thiếu biến môi trường: {listed}.", f"Environment variables are missing: {listed}."),
            Bilingual("Xem docker/secrets.sh.", "See docker/secrets.sh."),
        )
    server = variables["LANDSYNC_SUPERUSER_DSN"]
    passwords = {role: variables[name] for role, name in VARIABLES.items()}
    land.build_land(server, passwords)
    land.build_metadata(server, passwords[land.AIRFLOW])


def new_server() -> None:
    """The key, and the databases as the environment says."""
    keys.create_once(settings())  # before the tables: what they hold of persons is hashed under it
    provision(os.environ)


if __name__ == "__main__":
    run(new_server)
