"""How Airflow is set up here: environment variables alone, so that no airflow.cfg can disagree with them."""

import base64
import hashlib
import importlib.metadata
import json
import os
import secrets
import sys
from pathlib import Path

from sync.db.migrations import sqlalchemy_url
from sync.platform.ports import LOOPBACK
from sync.platform.state import AirflowState
from sync.settings import ROOT, Settings

TIMEZONE = "Asia/Ho_Chi_Minh"


def version() -> str | None:
    """The installed Airflow, without importing it; None when the extra `airflow` is not installed."""
    try:
        return importlib.metadata.version("apache-airflow")
    except importlib.metadata.PackageNotFoundError:
        return None


def new_secrets() -> dict[str, str]:
    """Keys for stored connections, sessions and tokens."""
    return {
        "fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"),
        "api": secrets.token_urlsafe(32),
        "jwt": secrets.token_urlsafe(48),
    }


def airflow_home(settings: Settings) -> Path:
    """Airflow's own folder."""
    return settings.home.absolute() / "airflow"


def passwords_file(settings: Settings) -> Path:
    """Where Airflow reads the administrator's password: JSON, mode 0600."""
    return airflow_home(settings) / "passwords.json"


def environment(
    settings: Settings, state: AirflowState, *, metadata_dsn: str, land_dsn: str
) -> dict[str, str]:
    """What is set for every Airflow process on top of the caller's environment."""
    variables = {
        f"AIRFLOW__{section}__{key}": value
        for section, keys in _configuration(settings, state, metadata_dsn).items()
        for key, value in keys.items()
    }
    return variables | {
        "AIRFLOW_HOME": str(airflow_home(settings)),
        "AIRFLOW_CONN_LAND": land_dsn,
        "LANDSYNC_DSN": land_dsn,
        "LANDSYNC_HOME": str(settings.home.absolute()),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _configuration(settings: Settings, state: AirflowState, metadata_dsn: str) -> dict[str, dict[str, str]]:
    """Airflow's own settings, by section and key."""
    home, url = airflow_home(settings), f"http://{LOOPBACK}:{state.port}"
    cores = os.cpu_count() or 2
    return {
        "CORE": {
            "EXECUTOR": "LocalExecutor",
            "DAGS_FOLDER": str(ROOT / "dags"),
            "PLUGINS_FOLDER": str(home / "plugins"),
            "LOAD_EXAMPLES": "False",
            "DEFAULT_TIMEZONE": TIMEZONE,
            "DAGS_ARE_PAUSED_AT_CREATION": "False",
            "PARALLELISM": str(cores + 2),
            "FERNET_KEY": state.secrets["fernet"],
            "HOSTNAME_CALLABLE": "socket.gethostname",  # the default asks DNS, slow where there is none
            "EXECUTION_API_SERVER_URL": f"{url}/execution/",
            "SIMPLE_AUTH_MANAGER_USERS": f"{state.user}:admin",
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(settings)),
        },
        "DATABASE": {
            "SQL_ALCHEMY_CONN": sqlalchemy_url(metadata_dsn),
            "SQL_ALCHEMY_POOL_SIZE": "5",
        },
        "API": {
            "HOST": LOOPBACK,
            "PORT": str(state.port),
            "BASE_URL": url,
            "SECRET_KEY": state.secrets["api"],
            "INSTANCE_NAME": "landsync",
            "WORKERS": "1",
        },
        "API_AUTH": {"JWT_SECRET": state.secrets["jwt"], "JWT_ISSUER": "landsync"},
        "DAG_PROCESSOR": {
            "REFRESH_INTERVAL": "15",  # a new file under dags/ shows at once, not after five minutes
            "MIN_FILE_PROCESS_INTERVAL": "300",  # a changed file is read at once all the same
            "PARSING_PROCESSES": "1",
            "PRINT_STATS_INTERVAL": "0",  # a table in the log every half minute
        },
        "SCHEDULER": {"SCHEDULER_IDLE_SLEEP_TIME": "0.5"},
        "LOGGING": {
            "BASE_LOG_FOLDER": str(home / "logs"),
            "DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home / "logs" / "dag_processor"),
            # No log server runs (airflow.py): nobody else's is to be asked on the usual ports.
            "WORKER_LOG_SERVER_PORT": "1",
            "TRIGGER_LOG_SERVER_PORT": "1",
            "COLORED_CONSOLE_LOG": "False",
            # Two lines per DAG at each reading of its file say nothing.
            "NAMESPACE_LEVELS": "airflow.models.dag=WARNING airflow.serialization.definitions.dag=WARNING",
            "FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
            "FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        },
    }


def fingerprint(variables: dict[str, str]) -> str:
    """Tells whether running processes were started with other settings, another Airflow or another environment."""
    text = json.dumps([variables, version(), sys.executable], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
