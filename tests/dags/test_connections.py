"""A connection that Airflow keeps reaches the sources of `sync`, which know nothing of Airflow."""

import pytest

from dags._common import uri_of_connection
from parcels.errors import ComponentMissing
from sync.intake.remotes import session_of
from sync.intake.remotes.secrets import handed_over, secret_of
from tests.support.remotes import profile_with

pytestmark = pytest.mark.airflow
SOURCE = {"kind": "postgis", "airflow_connection": "source_22", "table": "thua", "geometry": "geom"}


def test_the_dag_hands_over_what_airflow_keeps(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SOURCE_22", "postgres://doc:m%40t%2Fkhau@may.chu:5433/dia_chinh?__extra__=%7B%7D"
    )
    (connection,) = profile_with(**SOURCE).connection
    with pytest.raises(ComponentMissing) as refused:
        secret_of(connection)  # outside of a DAG nobody knows Airflow
    assert refused.value.code == "CON-SECRET"
    with handed_over(uri_of_connection):
        session = session_of(connection)
    assert session.engine.url.password == "m@t/khau"
    assert (session.engine.url.host, session.engine.url.port, session.engine.url.database) == (
        "may.chu",
        5433,
        "dia_chinh",
    )
    assert dict(session.engine.url.query) == {}
    assert "khau" not in session.where


def test_the_environment_answers_where_airflow_does_not_know(monkeypatch):
    monkeypatch.setenv("LANDSYNC_SOURCE_22", "postgresql://doc:x@may.chu/dia_chinh")
    (connection,) = profile_with(**SOURCE, dsn_env="LANDSYNC_SOURCE_22").connection
    with handed_over(lambda _: None):
        assert secret_of(connection).reveal() == "postgresql://doc:x@may.chu/dia_chinh"
