"""Random splits told late, decided and decided anew: on every day, by what was known after every decision, as-of says what a plain model of
the rule says. The model knows no database: what a decision with a legal date bounds stands in six lines."""

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parcels.errors import UsageError
from sync.deciding.events import Decision, decide
from tests.conftest import counts
from tests.db.test_lineage_plans import halves
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import wipe

pytestmark = pytest.mark.db
START, DAYS = date(2026, 1, 10), 50
EARLY, NEVER = date.min, date.max
SETTINGS = settings(
    max_examples=counts(6), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
# What may have happened, in the order of the source: from which day on it can have, and from which it surely has; its land use, or ""
# for an end; and whether it was told with the split or after it.
Told = tuple[date, date, str, bool]
ASKED = """
SELECT x.day, x.turn, k.key, coalesce((
    SELECT string_agg(CASE WHEN p.state_known THEN p.land_use ELSE '?' END, ',')
    FROM analyst.parcel_as_of(x.day, x.at) AS p WHERE p.source_key = k.key), '')
FROM unnest(%s::date[], %s::int[], %s::timestamptz[]) AS x (day, turn, at)
CROSS JOIN (VALUES ('k0'), ('k0a'), ('k0b')) AS k (key)
"""


def bounded(told: list[Told], law: date | None) -> list[Told]:
    """What is known of a parcel before or after, once a legal date counts."""
    if law is None or not told:
        return told
    before = [each for each in told if not each[3]]
    after = [(max(first, law), sure, use, True) for first, sure, use, late in told if late]
    if after and after[-1][2] == "":  # it ended: on that day, and not on another
        return [*before, (law, law, "", True)]
    return [*before, (law, NEVER, "?", True), *after]


def answer(told: list[Told], day: date) -> str:
    possible = [each for each in told if each[0] <= day]
    if not possible:
        return ""
    _, sure, use, _ = possible[-1]
    return use if sure <= day else "?"


def some_day(draw: random.Random) -> date:
    return START + timedelta(days=draw.randrange(DAYS))


def state(day: date | None, seen: date, use: str, late: bool) -> Told:
    return (day or EARLY, day or seen, use, late)


class History:
    """A parcel, changed or not, split, its parts changed or not; each with days or without. Delivered as it is drawn."""

    def __init__(self, draw: random.Random, database: Database, folder: Path) -> None:
        self.database, self.folder, self.draw = database, folder, draw
        self.seen = START
        self.rest = [Plot(f"r{i}", None, str(i + 10), x=i + 10, valid_from=START) for i in range(3)]
        keeps = draw.random() < 0.5
        plot = Plot("k0", None, "1", x=0, valid_from=START if draw.random() < 0.5 else None)
        self.told: dict[str, list[Told]] = {
            "k0": [state(plot.valid_from, self.bring([plot]), "ONT", False)],
            "k0a": [],
            "k0b": [],
        }
        if draw.random() < 0.6:
            plot = replace(plot, land_use="CLN", valid_from=self.dated())
            self.told["k0"].append(state(plot.valid_from, self.bring([plot]), "CLN", False))
        shown = self.seen
        parts = [replace(part, land_use="LUC", valid_from=self.dated()) for part in halves(plot, keeps=keeps)]
        split = self.bring(parts)
        if not keeps:
            self.told["k0"].append((min(shown + timedelta(days=1), split), split, "", True))
        for part in parts:
            self.told[str(part.key)].append(state(part.valid_from, split, "LUC", True))
        if draw.random() < 0.4:
            parts[1] = replace(parts[1], land_use="HNK", valid_from=self.dated())
            self.told[str(parts[1].key)].append(state(parts[1].valid_from, self.bring(parts), "HNK", True))

    def dated(self) -> date | None:
        return some_day(self.draw) if self.draw.random() < 0.5 else None

    def bring(self, plots: list[Plot]) -> date:
        """The day on which the source showed these."""
        self.seen += timedelta(days=self.draw.randrange(1, 10))
        noon = datetime(self.seen.year, self.seen.month, self.seen.day, 5, tzinfo=UTC)
        run_merge(
            self.database.dsn,
            self.folder,
            [*plots, *self.rest],
            at=noon,
            passed=COMMUNES,
            valid_from_means="state",
        )
        return self.seen

    def began(self) -> date:
        return min(first for first, _, _, late in self.told["k0"] if not late)


@SETTINGS
@example(seed=1)
@given(seed=st.integers(0, 10**9))
def test_on_every_day_by_every_decision_as_of_says_what_the_rule_says(
    database: Database, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    draw = random.Random(seed)
    wipe(database)
    history = History(draw, database, tmp_path_factory.mktemp("split"))
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event WHERE decides IS NULL")
    laws: list[date | None] = [None]
    moments = [datetime.now(UTC)]
    last: tuple[str, date | None] = ("proposed", None)
    for _ in range(draw.randrange(1, 4)):
        law = some_day(draw) if draw.random() < 0.8 else None
        said = ("confirmed", law) if draw.random() < 0.7 else ("refused", None)
        if said[0] == last[0] and (said[1] is None or said[1] == last[1]):
            continue
        decision = Decision(said[0], "cli:one", "so", "45/QĐ", said[1], again=True)  # type: ignore[arg-type]
        if said[1] is not None and said[1] < history.began():
            with pytest.raises(UsageError, match="LIN-DATE-PARCEL"):
                decide(database.dsn, [str(event)], decision)
            continue
        decide(database.dsn, [str(event)], decision)
        last = said
        laws.append(said[1])
        moments.append(datetime.now(UTC))
    pairs = [(START + timedelta(days=day), turn) for day in range(-3, DAYS + 30) for turn in range(len(laws))]
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(
            ASKED,
            ([day for day, _ in pairs], [turn for _, turn in pairs], [moments[turn] for _, turn in pairs]),
        )
        found = cursor.fetchall()
    wrong = [
        (day.isoformat(), turn, key, said_there, expected)
        for day, turn, key, said_there in found
        if said_there != (expected := answer(bounded(history.told[key], laws[turn]), day))
    ]
    assert wrong[:9] == [], (len(wrong), laws, history.told)
