"""docker/ is set up as the embedded platform is: where the two differ, it is written down here."""

import base64
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcels.errors import UsageError
from sync.platform import airflow_env
from sync.platform.provision import new_server, provision
from sync.platform.state import AirflowState
from sync.settings import ROOT, Settings, settings

DOCKER = ROOT / "docker"

# A container has its own addresses, keys and folders; its parallelism does not follow the machine's cores.
OF_THE_PLACE = {
    "AIRFLOW__API__BASE_URL", "AIRFLOW__API__HOST", "AIRFLOW__API__PORT", "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__CORE__PARALLELISM", "AIRFLOW__CORE__PLUGINS_FOLDER",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER", "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY",
}  # fmt: skip


@pytest.fixture
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return document


def test_airflow_in_docker_is_set_up_as_on_a_machine(compose: dict[str, Any], tmp_path: Path) -> None:
    state = AirflowState(secrets=airflow_env.new_secrets(), port=8080)
    dsn = "postgresql://x@127.0.0.1/land"
    embedded = airflow_env.environment(Settings(home=tmp_path), state, metadata_dsn=dsn, land_dsn=dsn)
    contained = compose["x-landsync"]["environment"]
    ours = {name for name in embedded if name.startswith("AIRFLOW__")}
    assert ours == {name for name in contained if name.startswith("AIRFLOW__")}
    different = {name for name in ours if embedded[name] != contained[name]}
    assert different <= OF_THE_PLACE


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_secrets_are_made_once_for_their_owner_and_are_all_that_compose_asks_for(tmp_path: Path) -> None:
    script = shutil.copy(DOCKER / "secrets.sh", tmp_path)
    subprocess.run(["sh", script], check=True)
    made = (tmp_path / ".env").read_text(encoding="ascii")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    values = dict(line.split("=", 1) for line in made.splitlines())
    wanted = set(re.findall(r"\$\{(\w+):\?", (DOCKER / "compose.yaml").read_text(encoding="utf-8")))
    assert values.keys() == wanted
    assert len(set(values.values())) == len(values)
    assert len(base64.urlsafe_b64decode(values["FERNET_KEY"])) == 32
    assert all(
        re.fullmatch(r"[\w-]{43}", value) for name, value in values.items() if name.endswith("PASSWORD")
    )
    subprocess.run(["sh", script], check=True, capture_output=True)
    assert (tmp_path / ".env").read_text(encoding="ascii") == made


def test_the_image_takes_the_uv_that_setup_takes() -> None:
    """One version of the tool reads the lock file everywhere."""
    setup = re.search(
        r"^UV_VERSION=(\S+)", (ROOT / "sync/platform/bootstrap.sh").read_text("utf-8"), re.MULTILINE
    )
    image = re.search(r"uv==(\S+)", (DOCKER / "Dockerfile").read_text("utf-8"))
    assert setup
    assert image
    assert setup.group(1) == image.group(1)


def test_every_folder_of_code_is_in_the_image() -> None:
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    assert {"dags", "parcels", "sql", "sync", "validators"} <= set(
        re.findall(r"^COPY (\w+) \w+$", text, re.MULTILINE)
    )


def test_provisioning_makes_the_key_of_the_installation_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_KEY_FILE", str(tmp_path / "keys" / "private.toml"))
    monkeypatch.setenv("LANDSYNC_SUPERUSER_DSN", "")
    settings.cache_clear()
    for _ in range(2):
        with pytest.raises(UsageError):
            new_server()
    made = [path.read_text(encoding="utf-8") for path in (tmp_path / "keys").iterdir()]
    settings.cache_clear()
    assert len(made) == 1


def test_provisioning_without_its_passwords_names_what_is_missing() -> None:
    with pytest.raises(UsageError) as caught:
        provision({"LANDSYNC_SUPERUSER_DSN": "postgresql://x", "LANDSYNC_OWNER_PASSWORD": "x"})
    assert "LANDSYNC_LOADER_PASSWORD" in caught.value.message.en
    assert "LANDSYNC_OWNER_PASSWORD" not in caught.value.message.en
