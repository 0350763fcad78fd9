"""The DAG files: they parse, stay light, and are what an operator expects to find."""

import json
import os
import subprocess
import sys
from copy import copy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from airflow.sdk.exceptions import AirflowSkipException, ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction

from dags._common import told
from parcels.admin_units import provinces
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, LandsyncError, TransientError, UsageError
from sync.settings import ROOT
from tests.dags.scratch_airflow import DAGS, airflow_environment

pytestmark = pytest.mark.airflow
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NATIONAL = {"nightly_reconciliation": 5, "housekeeping": 6}  # the hour at which each runs
OTHERS = sorted(path.stem for path in DAGS.glob("[!_]*.py") if path.stem != "province_sync")
HEAVY = {"geopandas", "numpy", "pandas", "psycopg2", "pyarrow", "pyogrio", "pyproj", "shapely", "sync"}


def province_dags(bag):
    return {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id.startswith("province_sync_")}


def as_the_scheduler_sees_it(dag):
    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


def test_every_dag_file_parses_without_an_error(bag):
    assert bag.import_errors == {}


def test_there_is_a_dag_for_each_of_the_34_provinces_and_the_nation_s_own(bag):
    assert set(bag.dags) == {f"province_sync_{code}" for code in provinces()} | NATIONAL.keys()
    assert len(provinces()) == 34


@pytest.mark.parametrize("language", ["", ".vi"])
def test_the_runbook_tells_when_each_national_dag_runs(language):
    night = (ROOT / "docs" / f"runbook-centre{language}.md").read_text(encoding="utf-8")
    assert [name for name, hour in NATIONAL.items() if f"| 0{hour}:00 | `{name}`" not in night] == []


def test_a_province_is_shown_by_its_vietnamese_name(bag):
    assert {dag_id[-2:]: dag.dag_display_name for dag_id, dag in province_dags(bag).items()} == {
        code: province.name for code, province in provinces().items()
    }


def test_each_province_has_a_minute_of_its_own_between_22_and_4_in_vietnam(bag):
    slots = set()
    for dag in province_dags(bag).values():
        timetable = as_the_scheduler_sees_it(dag).timetable.serialize()
        assert timetable["timezone"] == "Asia/Ho_Chi_Minh"
        minute, hour, *rest = timetable["expression"].split()
        assert rest == ["*", "*", "*"]
        assert int(hour) in (22, 23, 0, 1, 2, 3)
        slots.add((hour, minute))
    assert len(slots) == 34
    for name, national_hour in NATIONAL.items():
        after_them = as_the_scheduler_sees_it(bag.dags[name]).timetable.serialize()
        assert after_them["expression"] == f"0 {national_hour} * * *"
        assert after_them["timezone"] == "Asia/Ho_Chi_Minh"


def test_a_new_installation_does_not_run_last_night_again(bag):
    """With a start date in the past Airflow would set off every province the moment it starts."""

    for dag in bag.dags.values():
        assert dag.catchup is False
        assert dag.start_date is None
        info = as_the_scheduler_sees_it(dag).timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=dag.start_date, latest=None, catchup=False),
        )
        assert info.run_after > datetime.now(UTC) - timedelta(minutes=10)


def test_one_run_at_a_time_and_never_without_an_end_to_its_patience(bag):
    for dag in bag.dags.values():
        assert dag.max_active_runs == 1
        for task in dag.tasks:
            assert task.execution_timeout is not None
            assert task.execution_timeout <= timedelta(hours=4)


def test_what_uses_memory_and_what_writes_waits_for_its_pool(bag):
    made = json.loads((ROOT / "sync" / "platform" / "pools.json").read_text(encoding="utf-8"))
    for dag in province_dags(bag).values():
        assert dag.task_dict["judge"].pool == "geo"
        assert dag.task_dict["apply"].pool == "national_db"
    for dag in bag.dags.values():  # to close a run asks for nothing
        assert {task.pool for task in dag.tasks if task.task_id != "close"} <= set(made)


def test_a_province_run_checks_then_writes_then_closes_whatever_happened(bag):
    for dag in province_dags(bag).values():
        assert dag.task_dict["judge"].downstream_task_ids == {"apply"}
        assert dag.task_dict["apply"].downstream_task_ids == {"close"}
        assert dag.task_dict["close"].is_teardown
        assert not dag.task_dict["close"].on_failure_fail_dagrun  # it would hide a red `apply`


def test_what_was_begun_is_finished_before_another_province_begins(bag):
    for dag in province_dags(bag).values():
        weights = [
            as_the_scheduler_sees_it(dag).task_dict[task].weight_rule for task in ("judge", "apply", "close")
        ]
        assert {rule.__class__.__name__ for rule in weights} == {"_UpstreamPriorityWeightStrategy"}


def test_the_form_asks_for_a_delivery_and_a_dry_run_in_both_languages(bag):
    for dag_id, dag in province_dags(bag).items():
        assert dag.params.dump() == {"delivery": None, "extracted_at": None, "dry_run": False}
        for name in ("delivery", "extracted_at", "dry_run"):
            schema = dag.params.get_param(name).schema
            assert "(" in schema["title"]
            assert len(schema["description_md"].split("\n\n")) == 2
        assert f"inbox/{dag_id[-2:]}" in dag.params.get_param("delivery").schema["description_md"]


@pytest.mark.parametrize(
    ("field", "wrong"), [("delivery", 7), ("delivery", "x" * 300), ("extracted_at", 7), ("dry_run", "maybe")]
)
def test_the_form_refuses_what_is_no_name_and_no_yes_or_no(bag, field, wrong):
    param = copy(bag.dags["province_sync_01"].params.get_param(field))
    with pytest.raises(ParamValidationError):
        param.resolve(wrong)


def test_every_dag_says_in_both_languages_what_it_does_and_what_to_do_when_it_is_red(bag):
    for dag in bag.dags.values():
        vietnamese, _, english = dag.doc_md.partition("\n---\n")
        assert "màu đỏ" in vietnamese.lower()
        assert "red" in english.lower()
        assert dag.tags


def test_access_is_granted_from_outside_never_by_the_dag(bag):
    assert all(dag.access_control is None for dag in bag.dags.values())


TEXT = Bilingual("Sai.", "Wrong.")


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (DeliveryRejected("X", TEXT, TEXT), "fail"),
        (UsageError("X", TEXT, TEXT), "fail"),
        (TransientError("X", TEXT, TEXT), "retry"),
        (MemoryError(), "default"),
    ],
)
def test_only_the_class_of_an_error_decides_whether_a_task_is_tried_again(bag, error, action):
    with pytest.raises(BaseException) as raised, told():  # noqa: PT011
        raise error
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.retries > 0
            assert task.retry_policy.evaluate(raised.value, 1, 3).action.value == action


def test_an_error_of_ours_is_told_in_both_languages_and_leaves_without_a_stack_trace(caplog):
    error = DeliveryRejected(
        "READ-NOT", Bilingual("Không đọc được.", "Not readable."), Bilingual("Gửi lại.", "Send again.")
    )
    with caplog.at_level("ERROR", "landsync"), pytest.raises(SystemExit) as raised, told():
        raise error
    assert [record.getMessage() for record in caplog.records] == [
        "READ-NOT | Không đọc được.",
        "READ-NOT | Not readable.",
        "READ-NOT | Gửi lại.",
        "READ-NOT | Send again.",
    ]
    assert isinstance(raised.value, LandsyncError)
    assert raised.value.code == "READ-NOT"
    assert all(record.exc_info is None for record in caplog.records)


def test_an_empty_inbox_skips_the_run(bag):

    with pytest.raises(AirflowSkipException, match=r"Sai\. Wrong\."), told():
        raise UsageError("INBOX-EMPTY", TEXT, TEXT)


def test_parsing_imports_nothing_heavy_and_builds_one_dag_for_one_task(tmp_path):
    script = f"""
import importlib.util, json, os, sys
import airflow.sdk

before = set(sys.modules)

def dags_of(name):
    spec = importlib.util.spec_from_file_location(name, r"{DAGS}/" + name + ".py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return sum(type(value).__name__ == "DAG" for value in vars(module).values())

every = dags_of("province_sync")
for name in {OTHERS!r}:
    dags_of(name)
os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = "province_sync_68"
one = dags_of("province_sync")
print(json.dumps([sorted({{name.partition(".")[0] for name in set(sys.modules) - before}}), every, one]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | airflow_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    imported, every, one = json.loads(done.stdout.splitlines()[-1])
    assert "parcels" in imported
    assert HEAVY & set(imported) == set()
    assert OTHERS
    assert (every, one) == (34, 1)
