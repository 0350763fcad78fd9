"""What reading leaves out of shapes is still told: heights, arcs, curves of drawings; and proposals of repairs are kept."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from sync.check import check
from sync.check.parallel import each_in_order, in_order
from sync.conform import conform
from sync.conform.shapes import shapes_of
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.folder.judgement import load_findings, load_repairs
from sync.folder.notes import LayerNotes
from sync.intake.fetch import fetch
from tests.support.strip import strip

Write = Callable[..., Path]
EPSG = 9209


def judged(path: Path, profile: Profile, run: Path, curves: int = 0) -> list[dict[str, object]]:
    """The GEO findings of a delivery; `curves` as a drawing would tell them."""
    fetch(path, profile, run)
    conform(run, profile)
    if curves:
        told = Conformed.load(run)
        first, *others = told.parts
        drawn = first.model_copy(update={"notes": LayerNotes(curves=curves)})
        told.model_copy(update={"parts": (drawn, *others)}).save(run)
    check(run, profile)
    return [row for row in load_findings(run).to_pylist() if row["check_code"].startswith("GEO")]


def test_heights_are_told_from_the_file_on(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(5)
    frame.loc[2, "geometry"] = shapely.force_3d(frame.geometry[2], 7.0)
    found = judged(gpkg(frame), profile, tmp_path / "run")
    assert [(row["check_code"], row["row_no"], row["detail"]) for row in found] == [("GEO-ZM", 2, "Z")]


def test_heights_survive_coordinates_written_northing_first() -> None:
    wkb = shapely.to_wkb([shapely.box(1, 2, 3, 5), shapely.force_3d(shapely.box(1, 2, 3, 5), 7.0)])
    turned = shapely.from_wkb(
        shapes_of(pa.array(wkb), EPSG, "north-east").delivered.to_numpy(zero_copy_only=False)
    )
    assert shapely.has_z(turned).tolist() == [False, True]
    assert shapely.bounds(turned).tolist() == [[2, 1, 5, 3]] * 2
    assert shapely.get_coordinates(turned[1:], include_z=True)[:, 2].tolist() == [7.0] * 5


def test_curves_of_a_drawing_are_told_to_its_communes(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    (row,) = judged(gpkg(strip(5)), profile, tmp_path / "run", curves=3)
    assert (row["check_code"], row["row_no"], row["measure"], row["detail"]) == (
        "GEO-CURVE",
        -1,
        3.0,
        "straightened",
    )


def test_proposals_are_written_beside_the_findings(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(5)
    bow_tie = shapely.get_coordinates(frame.geometry[3])[[0, 2, 1, 3, 0]]
    frame.loc[3, "geometry"] = shapely.Polygon(bow_tie)
    found = judged(gpkg(frame), profile, tmp_path / "run")
    (line,) = load_repairs(tmp_path / "run").to_pylist()
    assert (line["kind"], line["row_no"]) == ("make_valid", 3)
    assert line["finding_id"] in {row["finding_id"] for row in found}
    assert shapely.is_valid(shapely.from_wkb(line["after_wkb"]))


def test_results_come_in_the_order_of_the_tasks_whichever_ends_first() -> None:
    gate = threading.Event()

    def first() -> int:
        assert gate.wait(30)
        return 0

    def second() -> int:
        gate.set()
        return 1

    assert list(in_order([first, second, lambda: 2, lambda: 3], threads=2)) == [0, 1, 2, 3]
    assert list(each_in_order(lambda n: n * n, range(20))) == [n * n for n in range(20)]


def test_tasks_are_asked_for_no_further_than_one_step_ahead() -> None:
    asked = 0

    def tasks() -> Iterator[Callable[[], int]]:
        nonlocal asked
        for number in range(50):
            asked += 1
            yield lambda number=number: number

    for number, got in enumerate(in_order(tasks(), threads=2)):
        assert got == number
        assert asked <= number + 3


def test_a_failing_task_is_raised_in_its_turn_and_no_more_are_begun() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        done.extend(each_in_order(work, np.arange(100).tolist()))
    assert done == [0, 1, 2]
