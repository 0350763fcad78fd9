"""The marked persons in Airflow: not in a task's log, not in what passes between tasks, not in its database."""

import os
import sqlite3
import traceback
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dags._common import told
from parcels.errors import Unexpected
from sync.platform.databases import administer
from sync.settings import settings
from tests.support.database import database, server
from tests.support.deliveries import PROVINCE, copy_of
from tests.support.marker_story import each_layer, marked, renamed
from tests.support.markers import CANARY, PEOPLE, STEMS
from tests.support.searched import files_of, kinds_in, seen

__all__ = ["database", "server"]
pytestmark = [pytest.mark.airflow, pytest.mark.db]


def test_nobody_is_found_in_airflow(bag, database, metadata, tmp_path, monkeypatch, capfd, caplog):
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    settings.cache_clear()
    caplog.set_level("DEBUG")
    first = marked(tmp_path / "nation")
    later = copy_of(first, "later", hours=2)
    each_layer(later, renamed)
    inbox = settings().inbox / PROVINCE
    inbox.mkdir(parents=True)
    first.rename(inbox / CANARY)
    later.rename(inbox / "later")
    states = [run(bag, CANARY)]
    with administer(database.superuser_dsn) as cursor:
        cursor.execute(
            "ALTER TABLE land_private.land_user ADD CHECK (land_user_name NOT LIKE 'Đoàn%') NOT VALID"
        )
    states.append(run(bag, "later"))
    assert states == ["success", "failed"]
    printed = capfd.readouterr()
    outputs = dict(files_of(Path(os.environ["AIRFLOW_HOME"])))
    with closing(sqlite3.connect(Path(os.environ["AIRFLOW_HOME"]) / "airflow.db")) as metadata_now:
        outputs["metadata"] = "\n".join(metadata_now.iterdump()).encode()
    outputs |= {"out": printed.out.encode(), "err": printed.err.encode(), "log": caplog.text.encode()}
    assert seen(outputs) == {}
    assert "DB-NOT-TAKEN" in printed.out + printed.err + caplog.text
    assert "canary" in kinds_in(outputs["metadata"])  # as the form of the run
    hashes = [path.name for path in (settings().landing / "deliveries").iterdir()]
    assert len(hashes) == 2
    assert not [each for each in hashes if each.encode() in outputs["metadata"]], (
        "a hash over persons, without a key"
    )
    landed = dict(files_of(settings().landing))
    assert set().union(*map(kinds_in, landed.values())) >= set(STEMS)
    settings.cache_clear()


def run(bag, delivery):
    """The province's DAG, to its end."""
    form = {"delivery": delivery, "extracted_at": None, "dry_run": False}
    return str(
        bag.dags[f"province_sync_{PROVINCE}"].test(logical_date=datetime.now(UTC), run_conf=form).state
    )


def test_what_nobody_foresaw_reaches_airflow_without_its_words():
    one = PEOPLE[5]
    with pytest.raises(Unexpected, match=r"^builtins\.ValueError$") as raised, told():
        int(one.name)
    assert kinds_in("".join(traceback.format_exception(raised.value))) == set()
    with pytest.raises(AirflowFailException, match="as it is"), told():
        raise AirflowFailException("as it is")
