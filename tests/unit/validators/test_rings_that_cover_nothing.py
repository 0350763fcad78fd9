"""Rings and parts that cover nothing, delivered so or on the grid: the row's own fault, with a reason that fits."""

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

from tests.unit.validators.validator_datasets import ORIGIN, context, dataset, squares, verdict
from validators.base import Subject
from validators.plane import plane_of
from validators.topology import topology_of

X, Y = ORIGIN[0], ORIGIN[1] + 500  # away from the squares
SQUARE = ((0, 0), (20, 0), (20, 20), (0, 20), (0, 0))
SPECK = ((5, 5), (5.00002, 5), (5.00002, 5.00002), (5, 5.00002), (5, 5))  # 0.02 mm
THREAD = ((5, 5), (9, 5), (9, 5.00002), (5, 5.00002), (5, 5))
POINT = ((5, 5),) * 4


def text(ring):
    return "(" + ", ".join(f"{X + x:.9f} {Y + y:.9f}" for x, y in ring) + ")" if ring else "EMPTY"


def polygon(*rings):
    return shapely.from_wkt(f"POLYGON ({', '.join(text(ring) for ring in rings)})")


def parts(*rings):
    written = ", ".join(f"({text(ring)})" if ring else "EMPTY" for ring in rings)
    return shapely.from_wkt(f"MULTIPOLYGON ({written})")


def far(by):
    return tuple((x + by, y) for x, y in SPECK)


FEW = "Too few points in geometry component"
CASES = {
    "four equal points": (polygon(POINT), "GEO-ZERO-AREA", None),
    "a triangle of 0.03 mm": (polygon(((0, 0), (3e-5, 0), (0, 3e-5), (0, 0))), "GEO-ZERO-AREA", "rounded"),
    "several specks": (parts(SPECK, far(30)), "GEO-ZERO-AREA", "rounded"),
    "a hole of one point": (polygon(SQUARE, POINT), "GEO-INVALID", FEW),
    "a second part of one point": (parts(SQUARE, tuple((x + 40, y) for x, y in POINT)), "GEO-INVALID", FEW),
    "a hole of 0.02 mm": (polygon(SQUARE, SPECK), "GEO-INVALID", "Collapsed Ring (rounded)"),
    "a second part of 0.02 mm": (parts(SQUARE, far(40)), "GEO-INVALID", "Collapsed Ring (rounded)"),
    "a hole without coordinates": (polygon(SQUARE, ()), "GEO-INVALID", "Hollow Ring"),
    "a part without coordinates": (parts(SQUARE, ()), "GEO-INVALID", "Hollow Ring"),
    "parts without coordinates": (parts((), ()), "GEO-EMPTY", None),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "code", "detail"), CASES.values(), ids=CASES)
def test_it_is_the_fault_of_its_row(shape, code, detail):
    judged = verdict(dataset([*squares(3), shape, *squares(5)[3:]], national_id=[None] * 6))
    table = judged.findings.filter(pc.equal(judged.findings["row_no"], 3))
    table = table.filter(pc.match_substring(table["check_code"], "GEO-"))
    assert table["check_code"].to_pylist() == [code]
    assert table["detail"].to_pylist() == [detail]
    assert not any(word in table["message_vi"][0].as_py() for word in ("Ring", "rounded", "{"))
    assert judged.rows["decision"].to_pylist() == ["accept"] * 3 + ["quarantine"] + ["accept"] * 2
    assert judged.counts.rows_with_error == 1


def test_a_hole_thinner_than_the_grid_is_told_with_its_place():
    judged = verdict(dataset([polygon(SQUARE, THREAD), *squares(1)], national_id=[None] * 2))
    (finding,) = judged.findings.filter(pc.equal(judged.findings["check_code"], "GEO-INVALID")).to_pylist()
    assert finding["detail"].endswith(" (rounded)")
    assert shapely.distance(shapely.from_wkb(finding["place_wkb"]), shapely.Point(X + 5, Y + 5)) < 5
    assert judged.rows["decision"].to_pylist() == ["quarantine", "accept"]


@pytest.mark.parametrize("shape", [polygon(SQUARE, SPECK), parts(SQUARE, SPECK)], ids=["hole", "part"])
def test_a_ring_that_falls_together_is_told_where_it_is(shape):
    table = verdict(dataset([shape], national_id=[None])).findings
    (finding,) = table.filter(pc.equal(table["check_code"], "GEO-INVALID")).to_pylist()
    assert shapely.distance(shapely.from_wkb(finding["place_wkb"]), shapely.Point(X + 5, Y + 5)) < 1e-3


def test_what_a_row_covers_without_its_hollow_ring_is_seen_by_its_neighbours():
    over = shapely.box(X + 10, Y + 5, X + 30, Y + 15)
    for odd in (polygon(SQUARE, ()), parts(SQUARE, ()), polygon(SQUARE, SPECK), polygon(SQUARE, POINT)):
        data = dataset([odd, over], national_id=[None] * 2)
        subject = Subject(data, context(data))
        assert subject.fact(plane_of).made_valid.tolist() == [True, False]
        (area,) = subject.fact(topology_of).overlap.measure
        assert area == pytest.approx(100, abs=0.01)


def test_a_layer_with_a_twentieth_of_degenerate_rings_has_the_right_reason_for_every_row():
    n = 1000
    shapes = squares(n)
    kinds = list(CASES.values())
    odd = np.arange(7, n, 20)
    for k, row in enumerate(odd):
        shape = kinds[k % len(kinds)][0]
        to = np.array(shapely.bounds(shapes[row])[:2]) - (X, Y)
        shapes[row] = shapely.transform(shape, lambda xy, to=to: xy + to)
    judged = verdict(dataset(shapes, national_id=[None] * n))
    assert len(odd) == n // 20
    found = {
        row: (code, detail)
        for row, code, detail in zip(
            *(judged.findings[name].to_pylist() for name in ("row_no", "check_code", "detail")), strict=True
        )
        if code.startswith("GEO-")
    }
    assert found == {row: kinds[k % len(kinds)][1:] for k, row in enumerate(odd.tolist())}
    refused = [said == "quarantine" for said in judged.rows["decision"].to_pylist()]
    assert np.flatnonzero(refused).tolist() == odd.tolist()
