"""Restrictions and transferees over random histories, beside a model that knows sets and nothing else."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import db
from sync.care.reconcile import reconcile
from tests.conftest import counts
from tests.support.changesets import HERE, THERE, day
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import one_session, wipe

pytestmark = pytest.mark.db
PARCELS = 5
Thing = tuple[str, Any]  # of restrictions kind and day, of transferees name and reason
RESTRICTIONS = [
    (kind, since) for kind in ("mortgage", "dispute") for since in (None, date(2020, 1, 1), date(2024, 5, 6))
]
TRANSFEREES = [
    (name, reason) for name in ("Lê Thị Hai", "Trần Văn Ba") for reason in (None, "nhận chuyển nhượng")
]
MERGE_OF = {
    "restriction": "restriction_kind, restriction_from",
    "transferee": "transferee_name, transfer_reason",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a delivery does: the plots, in whatever order, and the communes of which it says what comes and goes."""

    plots: tuple[Plot, ...]
    kind: str
    spoken: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(slots=True)
class Parcel:
    """What the model knows of one: what there is, since which delivery, and how many such things are over."""

    here: dict[str, dict[Thing, int]] = field(default_factory=lambda: {"restriction": {}, "transferee": {}})
    over: Counter[str] = field(default_factory=Counter)

    def becomes(self, record: str, wanted: set[Thing], now: int) -> None:
        had = self.here[record]
        self.over[record] += len(had.keys() - wanted)
        self.here[record] = {thing: had.get(thing, now) for thing in wanted}


def things(options: list[Thing]) -> st.SearchStrategy[tuple[Thing, ...]]:
    # The same said twice is one.
    return st.lists(st.sampled_from(options), max_size=4).map(tuple)


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    told = []
    for number in range(draw(st.integers(2, 5))):
        changes = number > 0 and draw(st.booleans())
        spoken = draw(st.sampled_from([(HERE, THERE), (HERE, THERE), (HERE,), ()]))
        plots = []
        for i in draw(st.permutations(range(PARCELS))):
            fate = draw(st.sampled_from(["there", "there", "there", "there", "refused", "away"]))
            if fate == "away" and (changes or number):
                continue
            commune = HERE if i < 3 else THERE
            said = commune in spoken
            plots.append(
                Plot(
                    f"k{i}", f"w7er83vw1{i:03d}", str(i + 1), commune, x=i, order=number,
                    action="update" if changes else None,
                    refused=("GEO-INVALID",) if fate == "refused" else (),
                    restrictions=draw(things(RESTRICTIONS)) if said else (),
                    transferees=draw(things(TRANSFEREES)) if said else (),
                )
            )  # fmt: skip
        held = draw(st.sampled_from([(), (), (), (HERE,)]))
        told.append(Told(tuple(plots), "changes" if changes else "full", spoken, held))
    return told


def model(register: dict[str, Parcel], told: Told, now: int) -> None:
    """What a delivery makes of the register: every row that is accepted says all of its parcel, where its commune is spoken of."""
    named = {plot.key for plot in told.plots}
    for plot in told.plots:
        assert plot.key is not None
        if plot.refused or plot.commune in told.held:
            continue
        parcel = register.setdefault(plot.key, Parcel())
        if plot.commune in told.spoken:
            parcel.becomes("restriction", set(plot.restrictions), now)
            parcel.becomes("transferee", set(plot.transferees), now)
    if told.kind == "full":
        for key, parcel in register.items():
            commune = HERE if int(key[1:]) < 3 else THERE
            # A commune of which no row came was promised, and waits for a person.
            came = any(plot.commune == commune for plot in told.plots)
            if key not in named and came and commune not in told.held:
                for record in parcel.here:
                    parcel.becomes(record, set(), now)


def stored(connection: db.Connection, record: str) -> Iterator[tuple[str, Thing, int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.alias_value, i.item_no, i.recorded_from, {MERGE_OF[record]} FROM land_private.{record} AS i "
            "JOIN land.parcel_alias AS a ON a.parcel_uid = i.parcel_uid AND a.alias_kind = 'source_key'"
        )
        for alias, number, since, *thing in cursor.fetchall():
            yield alias.rsplit("|", 1)[-1], tuple(thing), number, since


def over(connection: db.Connection, record: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.alias_value, count(*) FROM land_private.{record}_version AS i "
            "JOIN land.parcel_alias AS a ON a.parcel_uid = i.parcel_uid AND a.alias_kind = 'source_key' GROUP BY 1"
        )
        return {alias.rsplit("|", 1)[-1]: count for alias, count in cursor.fetchall()}


def as_known_at(connection: db.Connection, record: str, moment: datetime) -> set[tuple[str, Thing]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.alias_value, {MERGE_OF[record]} FROM land_private.{record}_as_of(known_at => %s) AS i "
            "JOIN land.parcel_alias AS a ON a.parcel_uid = i.parcel_uid AND a.alias_kind = 'source_key' WHERE i.state_known",
            (moment,),
        )
        return {(alias.rsplit("|", 1)[-1], tuple(thing)) for alias, *thing in cursor.fetchall()}


@settings(
    max_examples=counts(12),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(history=histories())
def test_they_come_and_go_as_a_model_of_sets_says(
    database: Database, tmp_path: Path, history: list[Told]
) -> None:
    wipe(database)
    register: dict[str, Parcel] = {}
    moments, answers = [], []
    with one_session(database.dsn):
        for now, told in enumerate(history):
            moments.append(datetime.now(UTC))
            run_merge(
                database.dsn, tmp_path, told.plots, complete=(HERE, THERE), passed=COMMUNES, at=day(now), order_kind="number",
                kind=told.kind, spoken=told.spoken, held=told.held,
            )  # type: ignore[arg-type]  # fmt: skip
            model(register, told, now)
            answers.append(
                {
                    record: {
                        (key, thing) for key, parcel in register.items() for thing in parcel.here[record]
                    }
                    for record in MERGE_OF
                }
            )
            after = datetime.now(UTC)
            with db.connect(database.dsn) as connection:
                for record in MERGE_OF:
                    rows = list(stored(connection, record))
                    assert {(key, thing) for key, thing, _, _ in rows} == answers[-1][record]
                    assert len(rows) == len(answers[-1][record])
                    for key, thing, _, since in rows:  # what stays is no new version
                        begun = register[key].here[record][thing]
                        assert moments[begun] <= since <= (moments[begun + 1] if begun < now else after)
                    assert over(connection, record) == {
                        k: p.over[record] for k, p in register.items() if p.over[record]
                    }
    with closing(psycopg2.connect(database.superuser_dsn)) as connection:
        for moment, answer in zip([*moments[1:], datetime.now(UTC)], answers, strict=True):
            for record in MERGE_OF:
                assert as_known_at(connection, record, moment) == answer[record]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
