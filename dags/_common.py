"""The one adapter between Airflow and our stages: schedule, retries, pools, and how a sentence reaches the log.

Parsed before every task of every DAG: nothing heavy at the top. What a stage needs is imported inside the task.
"""

import csv
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import (
    Context,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
)
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

import parcels
from parcels.errors import LandsyncError, TerminalError, TransientError, unquoted

log = logging.getLogger("landsync")

TIMEZONE = "Asia/Ho_Chi_Minh"
GEO_POOL = "geo"  # slots = what the memory of the machine allows
DATABASE_POOL = "national_db"  # few writers at a time
RETRY_DELAY = timedelta(minutes=1)
NOTHING_TO_DO = "INBOX-EMPTY"

# Our two error words decide, never the text of a message. What is neither is a broken machine or a defect:
# Airflow's own counting applies.
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=TerminalError, action=RetryAction.FAIL, reason="Trying again changes nothing."),
        RetryRule(
            exception=TransientError,
            action=RetryAction.RETRY,
            retry_delay=RETRY_DELAY,
            reason="The same call may succeed later.",
        ),
    ]
)


def province_names() -> dict[str, str]:
    """Name by code of the 34, in order of code.

    From the reference table itself: `parcels.admin_units` would bring NumPy and Arrow into every parse.
    """
    reference = Path(parcels.__file__).parent / "reference" / "provinces.csv"
    with reference.open(encoding="utf-8", newline="") as rows:
        return {row["province_code"]: row["name"] for row in csv.DictReader(rows) if not row["valid_to"]}


def task_defaults(execution_timeout: timedelta) -> dict[str, Any]:
    """What every task has: retries by error class and an end to its patience."""
    return {
        "retries": 3,
        "retry_delay": RETRY_DELAY,
        "retry_policy": RETRY_POLICY,
        "execution_timeout": execution_timeout,
    }


def nightly(minutes_after_22: int) -> CronTriggerTimetable:
    """Every night, so many minutes after 22:00 in Vietnam.

    A slot just missed (the machine was starting) is made up within ten minutes, an older one is not: without a
    `start_date` the first start of an installation does not set off 34 runs of a night that was before its time.
    """
    hour, minute = divmod(22 * 60 + minutes_after_22, 60)
    return CronTriggerTimetable(
        f"{minute} {hour % 24} * * *", timezone=TIMEZONE, run_immediately=timedelta(minutes=10)
    )


def actor(context: Context) -> str:
    """Who asked for this run, as the ledger writes it."""
    run = context["dag_run"]
    return f"airflow:{run.triggering_user_name or run.run_type.value}"


def name_of_run(context: Context) -> str:
    """The Airflow run as the ledger knows it: the same for every retry, another one when a person clears the run."""
    run = context["dag_run"]
    cleared = f"#{run.clear_number}" if run.clear_number else ""
    return f"{run.dag_id}/{run.run_id}{cleared}"


class _Stopped(TerminalError, SystemExit):
    """A terminal error that was told in the log: Airflow prints no stack trace for a SystemExit."""


class _Postponed(TransientError, SystemExit):
    """A transient error that was told in the log."""


def uri_of_connection(name: str) -> str | None:
    """A connection that Airflow keeps, as a URI with its password; None without one. Only for `sync.intake.remotes`."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(name).get_uri()
    except AirflowNotFoundException:
        return None


@contextmanager
def told() -> Iterator[None]:
    """Say our errors as sentences in both languages, without a stack trace; skip when there is nothing to do.

    The class that leaves is still Terminal or Transient, so that `RETRY_POLICY` decides.
    """
    try:
        yield
    except LandsyncError as error:
        if error.code == NOTHING_TO_DO:
            raise AirflowSkipException(f"{error.message.vi} {error.message.en}") from None
        for sentence in (error.message, error.hint):
            log.error("%s | %s", error.code, sentence.vi)
            log.error("%s | %s", error.code, sentence.en)
        outcome = _Postponed if isinstance(error, TransientError) else _Stopped
        raise outcome(error.code, error.message, error.hint, **error.facts) from None
    except AirflowException:
        raise
    except Exception as error:  # Airflow counts its tries as before; its words may quote a row
        raise unquoted(error) from None
