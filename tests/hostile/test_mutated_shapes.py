"""Mutated parcels among sound ones, from the file to the report: no exception, every row accounted for, nobody else's loss."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from sync.check import check
from sync.folder.judgement import ROWS, Judged
from sync.gate import gate
from sync.report.writing import report
from tests.conftest import counts
from tests.hostile.shapes import mutated
from tests.support.strip import conformed, profile_of, strip

MUTANTS = counts(1000)
A_FILE = 100  # mutants in one delivery
SOUND = 20
AWAY_M = 3000.0  # the mutants lie so far north of the sound parcels
CLEAR_M = 0.01  # farther from itself than this everywhere, no grid of 0.1 mm can break a shape

PROFILE = profile_of(
    columns={
        "source_key": "ma",
        "commune_code": "maXa",
        "sheet_no": "soTo",
        "parcel_no": "soThua",
        "land_use": "loaiDat",
    },
    read={"csv": {"geometry": "hinh"}},
    parts=[{"epsg": 9209}],
)


def delivery(path: Path, shapes: list[bytes]) -> Path:
    """A CSV of these shapes and, before them, the sound parcels."""
    sound = strip(SOUND)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["ma", "maXa", "soTo", "soThua", "loaiDat", "hinh"])
        every = [*shapely.to_wkb(sound.geometry.to_numpy()), *shapes]
        for number, shape in enumerate(every, start=1):
            out.writerow([f"K{number}", sound["maXa"][0], "1", number, "LUC", shape.hex()])
    return path


def judged(path: Path, run: Path, *, whole: bool) -> tuple[pa.Table, Judged]:
    """What `landsync check` makes of it: rows and verdicts."""
    conformed(path, PROFILE, run)
    check(run, PROFILE)
    gate(run)
    if whole:
        report(run)
    return pq.read_table(run / ROWS).sort_by("row_no"), Judged.load(run)


def codes_of(rows: pa.Table, row_no: int) -> list[str]:
    """The codes of a row, without those that speak of several."""
    return [code for code in rows["codes"][row_no].as_py() if not code.startswith("TOP-")]


def must_be(octets: bytes) -> str | None:
    """What must become of a mutant, by another way than the code's: accepted, refused, or either (None)."""
    try:
        with np.errstate(invalid="ignore"):
            shape = shapely.from_wkb(octets)
            finite = np.isfinite(shapely.get_coordinates(shape)).all()
            if not finite:
                return "refused"
            parts = shapely.get_parts(shape)
            rings = [ring for part in parts for ring in [part.exterior, *part.interiors]]
            sound = shape.is_valid and all(len(ring.coords) for ring in rings) and shape.area > 0
    except shapely.GEOSException:
        return None  # an open ring: closed when it is read
    if not sound:
        return "refused"
    near = np.abs(shapely.get_coordinates(shape)).max() < 1e7
    return "accepted" if near and shapely.minimum_clearance(shape) > CLEAR_M else None


@pytest.mark.parametrize("number", range(-(-MUTANTS // A_FILE)))
def test_a_mutated_shape_is_the_fault_of_its_row_alone(number: int, tmp_path: Path) -> None:
    middle = strip(1).geometry[0].centroid
    made = [
        mutated(f"{number}/{k}", middle.x + 60.0 * (k % 10), middle.y + AWAY_M + 60.0 * (k // 10))
        for k in range(A_FILE)
    ]
    shapes = [octets for octets, _ in made]
    rows, found = judged(delivery(tmp_path / "t.csv", shapes), tmp_path / "run", whole=number < 5)
    assert rows["row_no"].to_pylist() == list(range(SOUND + A_FILE))
    assert sum(verdict.read for verdict in found.communes) == SOUND + A_FILE
    for verdict in found.communes:
        assert verdict.read == verdict.accepted + verdict.quarantined + verdict.unreadable

    alone, _ = judged(delivery(tmp_path / "alone.csv", []), tmp_path / "alone", whole=False)
    assert rows["decision"].to_pylist()[:SOUND] == alone["decision"].to_pylist() == ["accept"] * SOUND
    assert [codes_of(rows, k) for k in range(SOUND)] == [codes_of(alone, k) for k in range(SOUND)]

    wrong = []
    for k, (octets, done) in enumerate(made):
        refused = rows["decision"][SOUND + k].as_py() != "accept"
        expected = must_be(octets)
        geo = [code for code in codes_of(rows, SOUND + k) if code.startswith("GEO-")]
        if (expected == "refused" and not (refused and geo)) or (expected == "accepted" and refused):
            wrong.append((f"{number}/{k}", done, expected, geo))
    assert not wrong
