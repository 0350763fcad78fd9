"""What a command does not need it does not import: most of a short command's time would be that."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = {
    "numpy",
    "pandas",
    "pyarrow",
    "shapely",
    "pyogrio",
    "ezdxf",
    "duckdb",
    "psycopg2",
    "sqlalchemy",
    "airflow",
    "jinja2",
}
READS = HEAVY - {"ezdxf", "psycopg2", "sqlalchemy", "airflow", "jinja2"}


@pytest.mark.parametrize(
    ("modules", "allowed"),
    [
        ("sync.cli.app", set[str]()),
        ("sync.intake.fetch, sync.conform, sync.check", READS),
    ],
)
def test_nothing_more_is_imported(modules: str, allowed: set[str]) -> None:
    asked = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert HEAVY & set(done.stdout.split()) <= allowed
