"""A change set is judged beside the live parcels that matter to its rows as it is beside all of them: random communes and random rows."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from parcels.geometry import to_wkb
from parcels.model import Dataset
from tests.conftest import counts
from tests.support.known import live
from tests.unit.validators.validator_datasets import AS_OF, COMMUNE, EPSG, context, dataset, squares
from validators.change_sets import repeated_in_changes
from validators.few import concerned, few_of
from validators.judge import Verdict, judge
from validators.live import LIVE_SCHEMA, RETIRED_SCHEMA
from validators.policy import policy_at

SIDE = 20.0


def _handles(rng: Random, n: int) -> dict[str, list[Any]]:
    """Of living parcels: numbers that stand twice, some under two marks; some without a key or an id."""
    return {
        "source_key": [f"k{i}" if rng.random() < 0.8 else None for i in range(n)],
        "parcel_no": [str(i if rng.random() < 0.9 else rng.randrange(n)) for i in range(n)],
        "map_set": [rng.choice([None, None, "A", "B"]) for _ in range(n)],
    }


def _land(rng: Random, there: np.ndarray) -> shapely.Geometry:
    """Of a row: where a parcel is, almost there, a little larger, elsewhere, or on nobody's land."""
    base = there[rng.randrange(len(there))]
    away = rng.choice([0.0, 0.0, 0.3, 1.0, 2.0, 5.0, 40.0, 5000.0])
    moved = shapely.transform(base, lambda xy: xy + np.array([away, -away / 2]))
    grown = rng.choice([1.0, 1.0, 1.02, 1.2])
    west, south, east, north = moved.bounds
    return shapely.box(west, south, west + (east - west) * grown, round(south + (north - south) * grown, 3))


def _rows(rng: Random, before: Dataset, there: np.ndarray) -> Dataset:
    """Each a living parcel as it is, with its land and each of its handles left, another one's, a new one or none."""
    n, k = len(before), rng.randint(1, 4)
    own = [rng.randrange(n) for _ in range(k)]
    land = np.array([there[i] if rng.random() < 0.3 else _land(rng, there) for i in own], dtype=object)
    new = {"source_key": "new", "parcel_no": "9", "national_id": "w7er83vw181b"}

    def handles(name: str) -> list[str | None]:
        known = before.column(name).to_pylist()
        return [rng.choice([known[i], known[i], known[rng.randrange(n)], new[name], None]) for i in own]

    columns = {
        **{name: handles(name) for name in new},
        "map_set": [rng.choice([None, "A", "B"]) for _ in own],
        "action": [rng.choice(["insert", "update", "update", "end"]) for _ in own],
        "source_version": ["2"] * k,
        "source_order": [2] * k,
    }
    if rng.random() < 0.3:  # the ids of the land that they bring
        del columns["national_id"]
    made = dataset(land, **columns)
    return dataset(land, **columns, geom=to_wkb(made.stored))


def _retired(rng: Random, before: Dataset) -> pa.Table:
    number = rng.randrange(len(before))
    handle = f"{COMMUNE}|2025-07-01||||7|{900 + number}"
    return pa.Table.from_pylist([{"handle": handle, "ended_on": AS_OF}], schema=RETIRED_SCHEMA)


def _judged(rows: Dataset, there: pa.Table, retired: pa.Table) -> Verdict:
    parts = {COMMUNE: rows.table}
    known = context(rows, live=there, retired=retired, repeats=repeated_in_changes(parts, AS_OF))
    return judge(rows, replace(known, complete=False))


def test_a_change_set_is_judged_as_beside_all_of_them() -> None:
    """And what was compared says something: findings that come of a live parcel are among it, and most parcels are left out."""
    found: Counter[str] = Counter()
    left_out = 0
    for seed in range(counts(150)):
        rng = Random(seed)
        there = squares(rng.randint(1, 60), SIDE)
        if rng.random() < 0.5:  # wall to wall
            there = shapely.transform(
                there, lambda xy, low=there[0].bounds[:2]: xy - np.floor((xy - low) / 21.0)
            )
        before = dataset(there, epsg=EPSG, **_handles(rng, len(there)))
        everything, retired = live(before), _retired(rng, before)
        rows = _rows(rng, before, there)
        few = concerned(everything, few_of(rows.table, COMMUNE, AS_OF, policy_at(AS_OF)))
        whole, part = _judged(rows, everything, retired), _judged(rows, few, retired)
        assert part.findings.equals(whole.findings), seed
        assert part.rows.equals(whole.rows), seed
        assert part.kept() == whole.kept(), seed
        assert 1 <= few.num_rows <= everything.num_rows, seed
        found.update(whole.findings["check_code"].to_pylist())
        left_out += everything.num_rows - few.num_rows
    assert (
        not {"IDN-SAME-PLACE", "IDN-MOVED", "IDN-ID-CHANGED", "IDN-RECOMPUTED", "TOP-OVERLAP"} - found.keys()
    )
    assert left_out > 1000


def test_of_nothing_live_there_is_nothing() -> None:
    rows = dataset(2, action=["insert", "end"])
    asked = few_of(rows.table, COMMUNE, AS_OF, policy_at(AS_OF))
    assert concerned(LIVE_SCHEMA.empty_table(), asked).num_rows == 0
