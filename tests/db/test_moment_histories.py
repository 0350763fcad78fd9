"""Any history of deliveries, dated, undated, of the future, late, repeated, approved and refused, against a model in memory.

The model knows rows with moments and nothing of the merge. After every step the register is what the model says; in the
end, after one complete and right delivery that is dated, it is what the source holds.
"""

import random
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sync.care.reconcile import reconcile
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.moments import PLACES, Delivery, Outcome, Province, moment
from tests.support.played import wipe

pytestmark = pytest.mark.db
KEYS, LAST = 6, 300  # of day 300 of 2026 everything is past
FUTURE = {"extracted_at": "2099-01-01T00:00:00+07:00"}
Row = tuple[str, str]  # commune, land use
Rows = dict[str, Row]  # by key
NEVER = datetime.min.replace(tzinfo=UTC)


def said(day: float) -> dict[str, str]:
    return {"extracted_at": moment(day).isoformat()}


@dataclass(frozen=True)
class Waiting:
    """What is held of a commune.

    older_seen  a person was told that it is older
    nothing     all of it was ignored

    Without rows it was declared complete and none of it came: let pass, the commune is empty.
    """

    rows: Rows
    at: datetime | None
    complete: bool
    older_seen: bool = False
    nothing: bool = False


@dataclass
class Commune:
    """What is live, each row with the moment of which it is; the moment of the last delivery taken, and of the last whole one."""

    rows: dict[str, tuple[Row, datetime]] = field(default_factory=dict)
    last: datetime = NEVER
    whole: datetime = NEVER

    @property
    def known(self) -> datetime:
        return max(self.last, self.whole)

    def moment_of(self, key: str) -> datetime:
        return max(self.rows[key][1], self.whole) if key in self.rows else NEVER

    def apply(self, mine: Rows, at: datetime, *, complete: bool, anyway: bool) -> bool:
        """Take a delivery: its rows that are not older than what is known of theirs. Whether any was."""
        newer = {key for key in mine if anyway or at >= self.moment_of(key)}
        if mine and not newer:
            return False
        if complete:
            gone = {key for key in self.rows if key not in mine and (anyway or at >= self.moment_of(key))}
            self.rows = {
                key: (row, min(when, at) if anyway else when)
                for key, (row, when) in self.rows.items()
                if key not in gone
            }
            self.whole = at
        self.rows |= {key: (mine[key], at) for key in newer}
        self.last = at
        return True


@dataclass
class Model:
    """A province by its communes, and what waits, by run and commune."""

    communes: dict[str, Commune] = field(default_factory=lambda: {place: Commune() for place in PLACES})
    waiting: dict[tuple[str, str], Waiting] = field(default_factory=dict)

    def deliver(self, run: str, delivered: Rows, at: datetime | None, complete: tuple[str, ...]) -> None:
        for place in sorted({row[0] for row in delivered.values()}):
            mine = {key: row for key, row in delivered.items() if row[0] == place}
            said = Waiting(mine, at, place in complete, older_seen=at is not None)
            if at is None or at < self.communes[place].known:
                self.waiting[run, place] = said
            else:
                self._apply(run, place, replace(said, older_seen=False))
        for place in sorted(set(complete) - {row[0] for row in delivered.values()}):
            here = self.communes[place]
            if here.rows and (at is None or at >= here.whole):
                self.waiting[run, place] = Waiting({}, at, complete=True)
                if at is not None:
                    self._supersede(run, place, at)

    def approve(self, run: str, place: str, stated: datetime | None, applied_by: str) -> str | None:
        """Why it waits once more; None: it goes live."""
        said = self.waiting.pop((run, place))
        said = replace(said, at=said.at or stated)
        assert said.at is not None
        if said.at < self.communes[place].known and not said.older_seen:
            self.waiting[applied_by, place] = replace(said, older_seen=True)
            return "OLDER"
        return None if self._apply(applied_by, place, said) else "ALL-OLDER"

    def _supersede(self, run: str, place: str, at: datetime) -> None:
        """What waits of the commune and was extracted no later, or nobody says when, is set aside."""
        for name in [name for name in self.waiting if name[1] == place and name[0] != run]:
            other = self.waiting[name].at
            if other is None or other <= at:
                del self.waiting[name]

    def _apply(self, run: str, place: str, said: Waiting) -> bool:
        assert said.at is not None
        some = self.communes[place].apply(said.rows, said.at, complete=said.complete, anyway=said.older_seen)
        if not some:
            self.waiting[run, place] = replace(said, nothing=True)
        elif said.complete:
            self._supersede(run, place, said.at)
        return some

    @property
    def live(self) -> Rows:
        return {key: row for each in self.communes.values() for key, (row, _) in each.rows.items()}


class Source:
    """An office's system: what it held on any day."""

    def __init__(self, draw: random.Random, *, moves: bool = False) -> None:
        self.days: dict[int, Rows] = {0: {}}
        held: Rows = {}
        for day in range(1, LAST + 1, 10):
            for _ in range(draw.randrange(1, 4)):
                number = draw.randrange(KEYS)
                key, home = f"k{number}", PLACES[number % len(PLACES)]
                if key in held and draw.random() < 0.3:
                    held = {name: row for name, row in held.items() if name != key}
                else:
                    held = held | {key: (draw.choice(PLACES) if moves else home, f"U{draw.randrange(4)}")}
            self.days[day] = held

    def at(self, day: int) -> Rows:
        return self.days[max(each for each in self.days if each <= day)]


def plots(rows: Rows) -> tuple[Plot, ...]:
    return tuple(
        Plot(key, f"w7er83vw{key[1]}000", key[1:], commune, x=int(key[1:]), land_use=use)
        for key, (commune, use) in sorted(rows.items())
    )


def never_accepts_what_it_ignored(outcome: Outcome) -> None:
    if outcome.loaded is None:
        return
    lines = {line.commune_code: line for line in outcome.loaded.lines}
    for verdict in outcome.loaded.communes:
        line = lines[verdict.code]
        if verdict.decision == "accept" and outcome.loaded.changes.get("older"):
            assert line.ignored < line.read, "wholly ignored, and called accepted"
        assert (outcome.state == "held") == bool(outcome.loaded.held_communes)


def step(
    province: Province, model: Model, source: Source, draw: random.Random, earlier: list[Delivery]
) -> None:
    """One thing that may happen."""
    waiting, chance = sorted(model.waiting), draw.random()
    if waiting and chance < 0.3:
        run, place = draw.choice(waiting)
        if draw.random() < 0.3:
            province.refuse(run, place)
            del model.waiting[run, place]
            return
        if model.waiting[run, place].nothing:
            assert province.approve(run, place).refused == "REVIEW-NOTHING"
            return
        undated = model.waiting[run, place].at is None
        if undated and draw.random() < 0.3:
            assert province.approve(run, place).refused == "REVIEW-UNDATED"
            assert (
                province.approve(run, place, datetime.fromisoformat("2099-01-01T00:00+07:00")).refused
                == "DLV-FUTURE"
            )
            return
        stated = moment(draw.randrange(1, LAST)) if undated else None
        outcome = province.approve(run, place, stated)
        why = model.approve(run, place, stated, outcome.run_id)
        assert (outcome.state, outcome.held) == (("held", {place: why}) if why else ("done", {}))
        never_accepts_what_it_ignored(outcome)
        return
    if chance < 0.4:
        refused = province.deliver(Delivery(plots(source.at(LAST)), FUTURE, PLACES))
        assert (refused.state, refused.refused) == ("rejected", "DLV-FUTURE")
        return
    if earlier and chance < 0.5:
        delivery = draw.choice(earlier)
    else:
        day = draw.randrange(1, LAST)
        rows = {key: row for key, row in source.at(day).items() if draw.random() < 0.9 or draw.random() < 0.5}
        whole = draw.random() < 0.7
        rows = source.at(day) if whole else rows
        times = {} if draw.random() < 0.25 else said(day)
        delivery = Delivery(plots(rows), times, draw.choice((PLACES, PLACES[:1])) if whole else ())
    if not delivery.plots:
        return
    earlier.append(delivery)
    outcome = province.deliver(delivery)
    at = datetime.fromisoformat(delivery.said["extracted_at"]) if delivery.said else None
    rows = {str(plot.key): (plot.commune, plot.land_use) for plot in delivery.plots}
    model.deliver(outcome.run_id, rows, at, delivery.complete)
    never_accepts_what_it_ignored(outcome)
    assert set(outcome.held) == {place for run, place in model.waiting if run == outcome.run_id}


SETTINGS = settings(
    max_examples=counts(5), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def clean(database: Database) -> None:
    wipe(database)
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("land.dataset", "ledger.hold_state", "ledger.hold", "ledger.dataset_verdict"):
            cursor.execute(f"DELETE FROM {table}")
        link.commit()


@SETTINGS
@given(seed=st.integers(0, 10**9))
@example(seed=33811)  # an older delivery, complete for a commune that does not come
def test_the_register_is_what_a_model_of_moments_says(
    database: Database, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    draw = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        clean(database)
        province = Province(database, tmp_path_factory.mktemp("history"), patch)
        model, source = Model(), Source(draw)
        earlier: list[Delivery] = []
        for _ in range(draw.randrange(3, 9)):
            step(province, model, source, draw, earlier)
            assert province.live() == model.live
            assert province.open_holds() == sorted(model.waiting)
        last = source.at(LAST)
        outcome = province.deliver(Delivery(plots(last), said(LAST + 1), PLACES))
        gone = {place for place in PLACES if model.communes[place].rows} - {
            place for place, _ in last.values()
        }
        assert outcome.held == dict.fromkeys(gone, "ABSENT")
        for place in gone:
            assert province.approve(outcome.run_id, place).state == "done"
        assert province.live() == last
        assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def changed(plot: Plot, day: float) -> Plot:
    """A version of a day."""
    return replace(plot, action="update", order=int(moment(day).timestamp() * 1_000_000))


def test_a_change_set_of_which_everything_is_known_better_takes_its_place_in_history_and_is_nothing_to_decide(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = Province(database, tmp_path, monkeypatch)
    rows = plots({"k0": (PLACES[0], "ONT"), "k2": (PLACES[0], "ONT")})
    span = {"since": moment(1).isoformat(), "until": moment(2).isoformat()}
    province.deliver(Delivery(rows, said(3), PLACES))
    fresh = database.query("SELECT extracted_at, accepted_at, changed_at FROM land.dataset")
    late = Delivery(tuple(changed(plot, 1.5) for plot in rows), span, kind="changes")
    for note in ("placed", "repeated"):
        told = province.deliver(late)
        assert (told.state, told.loaded and told.loaded.changes) == ("done", {note: 2})
    assert database.query("SELECT extracted_at, accepted_at, changed_at FROM land.dataset") == fresh, (
        "no fresher by it"
    )
    # One that takes no place: its land is not the parcel's.
    elsewhere = tuple(replace(changed(plot, 1.4), x=plot.x + 50) for plot in rows)
    late = province.deliver(Delivery(elsewhere, span, kind="changes"))
    assert (late.state, late.held) == ("held", {PLACES[0]: "ALL-OLDER"})
    assert province.approve(late.run_id, PLACES[0]).refused == "REVIEW-NOTHING"
    province.refuse(late.run_id, PLACES[0])
    assert database.query("SELECT count(*) FROM ledger.change_gap") == [(0,)]
    # Of a set that is known in part, the rest is applied, and the others are counted.
    span = {"since": moment(2).isoformat(), "until": moment(4).isoformat()}
    partly = (changed(replace(rows[0], land_use="CLN"), 2.5), changed(replace(rows[1], land_use="CLN"), 3.5))
    told = province.deliver(Delivery(partly, span, kind="changes"))
    assert (told.state, told.loaded and told.loaded.changes) == ("done", {"placed": 1})
    assert province.live()["k2"] == (PLACES[0], "CLN")
    assert province.live()["k0"] == (PLACES[0], "ONT")
    assert province.open_holds() == []


def test_a_snapshot_of_which_every_row_is_known_better_by_changes_is_not_accepted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = Province(database, tmp_path, monkeypatch)
    rows = plots({"k0": (PLACES[0], "ONT")})
    province.deliver(Delivery(rows, said(1), PLACES))
    span = {"since": moment(1).isoformat(), "until": moment(4).isoformat()}
    province.deliver(Delivery((changed(replace(rows[0], land_use="CLN"), 3),), span, kind="changes"))
    late = province.deliver(Delivery(rows, said(2), PLACES))
    assert (late.state, late.held) == ("held", {PLACES[0]: "ALL-OLDER"})
    assert province.live()["k0"] == (PLACES[0], "CLN")
    assert province.deliver(Delivery(rows, said(5), PLACES)).state == "done"
    assert province.live()["k0"] == (PLACES[0], "ONT")
    assert province.open_holds() == [], "what is later takes its place"
