"""Random histories of objects, told in any order: on every day, by what was known after every delivery, the database answers what a
plain model of both clocks says."""

import random
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.model.bitemporal import Claim, use_on, user_on
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.played import wipe

pytestmark = pytest.mark.db
START = date(2026, 1, 1)
DAYS = 40
OBJECTS = 4
SETTINGS = settings(
    max_examples=counts(8), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
LAND_USE = """
SELECT x.day, x.turn, coalesce((SELECT CASE WHEN p.state_known THEN p.land_use ELSE '?' END
                                FROM analyst.parcel_as_of(x.day, x.at) AS p WHERE p.province_code = '01' AND p.parcel_uid = %(uid)s), '')
FROM unnest(%(days)s, %(turns)s, %(moments)s) AS x (day, turn, at)
"""
LAND_USER = """
SELECT x.day, x.turn, coalesce((SELECT CASE WHEN u.state_known THEN u.land_user_name ELSE '?' END
                                FROM land_private.land_user_as_of(x.day, x.at) AS u
                                WHERE u.province_code = '01' AND u.parcel_uid = %(uid)s), '')
FROM unnest(%(days)s, %(turns)s, %(moments)s) AS x (day, turn, at)
"""


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def history(draw: random.Random) -> list[Claim]:
    """What a source says of an object: states and ends with and without days, corrections, returns; not told yet."""
    claims: list[Claim] = []
    observed = START + timedelta(days=draw.randrange(3))
    law = observed - timedelta(days=draw.randrange(5))
    alive = False
    for order in range(draw.randrange(1, 7)):
        ends = alive and draw.random() < 0.25
        alive = not ends
        dated = draw.random() < 0.5
        # A day of law before what was said last corrects it.
        day = (
            (law if draw.random() < 0.2 else observed - timedelta(days=draw.randrange(6))) if dated else None
        )
        same = not ends and bool(claims) and claims[-1].use is not None and draw.random() < 0.25
        use = None if ends else claims[-1].use if same else draw.choice(("ONT", "CLN", "LUC"))
        day = claims[-1].day if same else day
        claims.append(Claim(order, observed, 0, day, use, draw.choice(("A", "B"))))
        law = day or law
        observed += timedelta(days=draw.randrange(1, 7))
    return claims


def deliveries(draw: random.Random, sources: list[list[Claim]]) -> list[list[tuple[int, Claim]]]:
    """The first states of all objects, then everything else in any order, one or several in a set; some come twice."""
    first = [(number, claims[0]) for number, claims in enumerate(sources)]
    rest = [(number, claim) for number, claims in enumerate(sources) for claim in claims[1:]]
    draw.shuffle(rest)
    sets = [first]
    while rest:
        size = draw.choice((1, 1, 2, 4))
        sets.append(rest[:size])
        rest = rest[size:]
    for _ in range(draw.randrange(3)):
        sets.insert(draw.randrange(1, len(sets) + 1), draw.choice(sets))
    return sets


def row(number: int, claim: Claim) -> Plot:
    ends = claim.use is None
    return Plot(
        f"k{number}",
        None,
        str(number + 1),
        COMMUNES[0],
        x=number,
        land_use=claim.use or "ONT",
        user=claim.user,
        action="end" if ends else "update",
        order=int(noon(claim.observed).timestamp() * 1_000_000),
        valid_from=None if ends else claim.day,
        valid_to=claim.day if ends else None,
    )


def moment_of(database: Database) -> datetime:
    [(moment,)] = database.query("SELECT clock_timestamp()")
    assert isinstance(moment, datetime)
    return moment


@SETTINGS
@example(seed=154710)  # two late states that say the same, before another that was told again
@given(seed=st.integers(0, 10**9))
def test_on_every_day_by_every_knowledge_the_database_says_what_the_model_says(
    database: Database, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    draw = random.Random(seed)
    sources = [history(draw) for _ in range(OBJECTS)]
    wipe(database)
    told: dict[tuple[int, int], Claim] = {}
    moments: list[datetime] = []
    folder = tmp_path_factory.mktemp("told")
    for turn, rows in enumerate(deliveries(draw, sources)):
        until = max(claim.observed for _, claim in rows) + timedelta(days=draw.randrange(3))
        run_merge(
            database.dsn, folder, [row(*each) for each in rows], kind="changes", at=noon(until), order_kind="time",
            passed=COMMUNES, valid_from_means="state",
        )  # fmt: skip
        moments.append(moment_of(database))
        for number, claim in rows:
            said = Claim(claim.order, claim.observed, turn, claim.day, claim.use, claim.user)
            told.setdefault((number, claim.order), said)
    pairs = [(START + timedelta(days=day), turn) for day in range(-7, DAYS) for turn in range(len(moments))]
    asked = {
        "days": [day for day, _ in pairs],
        "turns": [turn for _, turn in pairs],
        "moments": [moments[turn] for _, turn in pairs],
    }
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(a.alias_value, '|', 2), a.parcel_uid::text FROM land.parcel_alias AS a WHERE alias_kind = 'source_key'"
        )
        uids = dict(cursor.fetchall())
        assert set(uids) == {f"k{number}" for number in range(OBJECTS)}
        for number in range(OBJECTS):
            claims = [claim for (of, _), claim in told.items() if of == number]
            for statement, model in ((LAND_USE, use_on), (LAND_USER, user_on)):
                cursor.execute(statement, {**asked, "uid": uids[f"k{number}"]})
                wrong = [
                    (day.isoformat(), turn, answer, model(claims, day, turn))
                    for day, turn, answer in cursor.fetchall()
                    if answer != model(claims, day, turn)
                ]
                assert wrong[:9] == [], (
                    model.__name__,
                    len(wrong),
                    sorted(claims, key=lambda claim: claim.order),
                )
