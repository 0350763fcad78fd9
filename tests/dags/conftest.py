"""Airflow for tests: a home of its own with SQLite, set before anything imports Airflow."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.dags.scratch_airflow import DAGS, airflow_environment

_home = tempfile.TemporaryDirectory(
    prefix="landsync-airflow-"
)  # one per pytest-xdist worker, removed at its end
os.environ.update(airflow_environment(Path(_home.name)))


@pytest.fixture(scope="session")
def bag():
    """All DAGs of the checkout, parsed as the dag processor does."""
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415  the environment above comes first

    return DagBag(dag_folder=DAGS)


@pytest.fixture(scope="session")
def metadata():
    """Airflow's own tables, in the scratch home of this process."""
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True, timeout=300
    )
