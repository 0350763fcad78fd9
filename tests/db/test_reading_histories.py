"""Whatever comes and whatever a person says of it: no name passes to other land in silence, and he is not asked for ever."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from sync.folder.reasons import Reading
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.moments import PLACES, Province
from tests.support.reading import HERE, THERE, approve, night, plots, reasons, sound

pytestmark = pytest.mark.db
TELLING, TOGETHER = {"REKEYED", "MOVED"}, {"MOVED-COMMUNE", "TIED"}


@pytest.fixture
def province(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    """Without brakes: what is asked is asked of land and handles."""
    return Province(database, tmp_path, monkeypatch)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_comes_and_whatever_is_said_no_name_passes_to_other_land_in_silence(
    province: Province, seed: int
) -> None:
    rng = Random(seed)
    rows = [*plots(12, ids=rng.random() < 0.5), *plots(12, THERE)]
    night(province, rows, 1)
    for day in range(2, 7):
        for _ in range(rng.randint(1, 3)):
            rows = rng.choice((_slip, _swap, _correct, _rename, _file_elsewhere))(rng, rows)
        outcome = night(province, rows, day, rng.choice((PLACES, PLACES, (HERE,), ())))
        for _ in range(6):
            if outcome.state != "held":
                break
            codes = reasons(province, outcome.run_id)
            reading: Reading | None = rng.choice((None, "rekeyed", "moved"))
            if not codes & TELLING or codes - TELLING - TOGETHER:
                reading = None
            done = approve(province, outcome.run_id, reading=reading)
            outcome = replace(outcome, run_id=done["run"], state=done["state"])
        assert outcome.state == "done", "asked again and again"
        sound(province)


def _some(rng: Random, rows: list[Plot], most: int = 8) -> list[int]:
    return rng.sample(range(len(rows)), rng.randint(2, most))


def _slip(rng: Random, rows: list[Plot]) -> list[Plot]:
    """Keys, or all handles, go round among some rows."""
    which, made, all_of = _some(rng, rows), list(rows), rng.random() < 0.5
    for at, other in zip(which, which[1:] + which[:1], strict=True):
        made[at] = replace(rows[at], key=rows[other].key)
        if all_of and rows[at].commune == rows[other].commune:
            made[at] = replace(made[at], number=rows[other].number, national_id=rows[other].national_id)
    return made if len({(r.commune, r.number) for r in made}) == len(made) and _ids_once(made) else rows


def _ids_once(rows: list[Plot]) -> bool:
    ids = [row.national_id for row in rows if row.national_id]
    return len(ids) == len(set(ids))


def _swap(rng: Random, rows: list[Plot]) -> list[Plot]:
    which, made = _some(rng, rows), list(rows)
    for at, other in zip(which, which[1:] + which[:1], strict=True):
        made[at] = replace(rows[at], x=rows[other].x)
    return made


def _correct(rng: Random, rows: list[Plot]) -> list[Plot]:
    made, taken = list(rows), {row.x for row in rows}
    for at in _some(rng, rows):
        place = rng.choice([x for x in range(2200) if x not in taken])
        taken.add(place)
        made[at] = replace(rows[at], x=place)
    return made


def _rename(rng: Random, rows: list[Plot]) -> list[Plot]:
    made = list(rows)
    for at in _some(rng, rows):
        made[at] = replace(rows[at], key=f"n{rng.random()}")
    return made


def _file_elsewhere(rng: Random, rows: list[Plot]) -> list[Plot]:
    made = list(rows)
    for at in _some(rng, rows):
        to = THERE if rows[at].commune == HERE else HERE
        number = str(max(int(row.number or 0) for row in made) + 1)
        made[at] = replace(rows[at], commune=to, number=number)
    return made
