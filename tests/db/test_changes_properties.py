"""Whatever a source does, however it is cut into change sets and snapshots, in whatever order and however often these
come: what is live in the end is what the source holds. Nothing is lost on the way, and every receipt balances."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels.versions import OrderKind
from sync.care.reconcile import reconcile
from sync.declared.changes import Span
from sync.load.receipt import totals
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import wipe

pytestmark = pytest.mark.db
PLACES = COMMUNES[:2]
KEYS = 5
START = datetime(2026, 11, 1, tzinfo=UTC)


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


@dataclass(frozen=True)
class Event:
    """On day `day` the source object `key` became `plot`, or ended."""

    day: int
    key: int
    plot: Plot
    ends: bool


@dataclass(frozen=True)
class Delivery:
    """A change set (its events, up to a day) or a full snapshot (of some communes, on a day)."""

    plots: tuple[Plot, ...]
    day: float
    complete: tuple[str, ...] | None  # None: a change set
    since: float = 0
    kind: OrderKind | None = None


def plot_of(key: int, version: int, draw: random.Random) -> Plot:
    """A version of an object: its national id may change with a re-survey, its number on the sheet is its own."""
    return Plot(
        f"k{key}",
        f"w7er83vw{key}{version % 2}00",
        str(key + 1),
        draw.choice(PLACES),
        x=draw.randrange(4),
        land_use=draw.choice(("ONT", "CLN")),
        user=draw.choice(("Người Thử", "Người Khác")),
    )


def history(draw: random.Random, kind: OrderKind) -> list[Event]:
    """What happens to a few objects, an event a day."""
    events, version, alive = [], [0] * KEYS, [False] * KEYS
    for day in range(1, draw.randrange(6, 14)):
        key = draw.randrange(KEYS)
        version[key] += 1
        ends = alive[key] and draw.random() < 0.3
        alive[key] = not ends
        order = version[key] if kind == "number" else int(moment(day).timestamp() * 1_000_000)
        action = "end" if ends else "insert" if version[key] == 1 else "update"
        plot = replace(plot_of(key, version[key], draw), order=order, action=action)
        events.append(Event(day, key, plot, ends))
    return events


def held_by(events: list[Event], day: float) -> dict[int, Plot]:
    """What the source holds on a day."""
    held: dict[int, Plot] = {}
    for event in events:
        if event.day <= day:
            if event.ends:
                held.pop(event.key, None)
            else:
                held[event.key] = event.plot
    return held


def deliveries(events: list[Event], kind: OrderKind, draw: random.Random) -> list[Delivery]:
    """The events as change sets that join on to each other, and full snapshots of some days."""
    last = events[-1].day
    cuts = [*sorted(draw.sample(range(1, last), draw.randrange(0, min(5, last - 1) + 1))), last]
    made, since = [], 0.0
    for cut in cuts:
        until = cut + 0.25
        inside = [event for event in events if since < event.day <= until]
        if draw.random() < 0.5:  # some systems export every version, others the last one
            inside = list({event.key: event for event in inside}.values())
        made.append(Delivery(tuple(event.plot for event in inside), until, None, since, kind))
        since = until
    for _ in range(draw.randrange(0, 4)):
        day = draw.randrange(0, last + 1) + 0.5
        complete = draw.choice((PLACES, PLACES[:1], PLACES[1:], ()))
        versioned = draw.random() < 0.6
        rows = [
            replace(plot, action=None, order=plot.order if versioned else None)
            for plot in held_by(events, day).values()
            if not complete or plot.commune in complete
        ]
        if rows:
            made.append(Delivery(tuple(rows), day, complete, kind=kind if versioned else None))
    return made


def live(database: Database) -> set[tuple[str, ...]]:
    return set(
        database.query(
            "SELECT p.source_key, p.commune_code, p.land_use, p.national_id, u.land_user_name, "
            "round((st_xmin(p.geom) - 105.8) / 0.0002)::integer::text FROM land.parcel AS p "
            "JOIN land_private.land_user AS u USING (province_code, parcel_uid)",
        )
    )


def expected(events: list[Event]) -> set[tuple[str, ...]]:
    return {
        (str(plot.key), plot.commune, plot.land_use, str(plot.national_id), str(plot.user), str(plot.x))
        for plot in held_by(events, events[-1].day).values()
    }


def deliver(database: Database, folder: Path, delivery: Delivery) -> None:
    """One delivery, with what must hold after each."""
    before = {uid for (uid,) in database.query("SELECT parcel_uid::text FROM land.parcel")}
    changes = delivery.complete is None
    merged = run_merge(
        database.dsn,
        folder,
        delivery.plots,
        complete=delivery.complete or (),
        passed=COMMUNES,
        moved=COMMUNES,
        absent=PLACES,
        kind="changes" if changes else "full",
        at=moment(delivery.day),
        order_kind=delivery.kind,
        span=Span(None, moment(delivery.since), moment(delivery.day)) if changes else None,
    )
    assert totals(merged.lines)["read"] == len(delivery.plots)
    after = {uid for (uid,) in database.query("SELECT parcel_uid::text FROM land.parcel")}
    ended = {
        uid
        for (uid,) in database.query(
            "SELECT parcel_uid::text FROM land.parcel_version WHERE closed_because = 'ended'"
        )
    }
    assert before <= after | ended, "a parcel vanished without a row that says so"
    assert (
        database.query(
            "SELECT p.parcel_uid FROM land.parcel AS p LEFT JOIN land.national_id_claim AS c "
            "ON c.national_id = p.national_id AND c.parcel_uid = p.parcel_uid WHERE c.national_id IS NULL",
        )
        == []
    )


SETTINGS = settings(
    max_examples=counts(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(seed=st.integers(0, 10**9), kind=st.sampled_from(["number", "time"]))
def test_any_order_of_change_sets_and_snapshots_comes_to_what_the_source_holds(
    database: Database, tmp_path_factory: pytest.TempPathFactory, seed: int, kind: OrderKind
) -> None:
    draw = random.Random(seed)
    events = history(draw, kind)
    sets = deliveries(events, kind, draw)
    sequence = sets + [draw.choice(sets) for _ in range(draw.randrange(0, 3))]
    draw.shuffle(sequence)
    wipe(database)
    folder = tmp_path_factory.mktemp("sequence")
    for delivery in sequence:
        deliver(database, folder, delivery)
    assert live(database) == expected(events)
    assert database.query("SELECT count(*) FROM land.parcel WHERE stale_since IS NOT NULL") == [(0,)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
    # Each object was one parcel all along, and everything that was live once is kept.
    assert database.query(
        "SELECT count(DISTINCT parcel_uid) = count(DISTINCT source_key) FROM land.parcel_version"
    ) == [(True,)]
    spans = database.query("SELECT commune_code FROM ledger.change_gap WHERE commune_code <> '-'")
    assert spans == [], "every change set came, so no gap is open"


@SETTINGS
@given(seed=st.integers(0, 10**9), kind=st.sampled_from(["number", "time"]))
def test_what_was_refused_comes_right_when_it_is_delivered_again(
    database: Database, tmp_path_factory: pytest.TempPathFactory, seed: int, kind: OrderKind
) -> None:
    draw = random.Random(seed)
    events = history(draw, kind)
    sets = deliveries(events, kind, draw)
    wipe(database)
    folder = tmp_path_factory.mktemp("sequence")
    for delivery in draw.sample(sets, len(sets)):
        spoilt = tuple(
            replace(plot, refused=("GEO-INVALID",)) if draw.random() < 0.3 else plot
            for plot in delivery.plots
        )
        deliver(database, folder, replace(delivery, plots=spoilt))
    for delivery in draw.sample(sets, len(sets)):
        deliver(database, folder, delivery)
    assert live(database) == expected(events)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
