"""What nobody foresaw: its kind and its trace are shown and logged, its words are not, for they may quote a person's row."""

import io
import logging
import traceback

import pyarrow as pa
import pytest

from parcels.errors import Unexpected, unquoted
from sync.cli import guarded
from sync.intake.sources.guard import _in_a_sentence
from tests.support.markers import PEOPLE
from tests.support.searched import kinds_in

ONE = PEOPLE[7]


def misread() -> None:
    """Errors that say what they could not read, one as the reason of another."""
    try:
        pa.array([ONE.name]).cast(pa.int64())
    except pa.ArrowInvalid as first:
        try:
            int(ONE.certificate)
        except ValueError:
            raise KeyError(ONE.key) from first


def test_the_words_of_such_errors_would_name_a_person() -> None:
    with pytest.raises(KeyError) as raised:
        misread()
    assert kinds_in("".join(traceback.format_exception(raised.value))) >= {"name", "key"}


def test_a_command_shows_where_it_broke_and_of_whom_it_read_nothing() -> None:
    with pytest.raises(Unexpected, match=r"^builtins\.KeyError$") as raised, guarded():
        misread()
    shown = "".join(traceback.format_exception(raised.value))
    assert "in misread" in shown
    assert kinds_in(shown) == set()


def test_a_reader_s_surprise_is_logged_with_its_trace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.getLogger("sync.intake.sources.guard")
    monkeypatch.setattr(log, "disabled", False)  # Airflow, in a test before, may have configured logging anew
    log.addHandler(handler)
    try:
        with pytest.raises(Exception, match="ArrowInvalid") as raised, _in_a_sentence("thua.gpkg"):
            pa.array([ONE.name]).cast(pa.int64())
    finally:
        log.removeHandler(handler)
    told = stream.getvalue() + "".join(traceback.format_exception(raised.value))
    assert "thua.gpkg" in told
    assert "ArrowInvalid" in stream.getvalue()
    assert "test_a_reader_s_surprise" in stream.getvalue()
    assert kinds_in(told) == set()


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ImportError("psycopg2"), MemoryError()]
)
def test_what_a_machine_says_is_passed_on(error: Exception) -> None:
    assert unquoted(error) is error
    with pytest.raises(type(error)) as raised, guarded():
        raise error
    assert raised.value is error
