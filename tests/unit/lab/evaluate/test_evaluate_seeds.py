"""Several nations together: sums, means, and the worst of each check."""

from sync.lab.evaluate import Evaluation
from sync.lab.evaluate.compare import CheckLine
from sync.lab.evaluate.page import page
from sync.lab.evaluate.seeds import as_dict, checks_of, evaluate_seeds
from sync.lab.generate import Options

ONE = Evaluation(10, 3, 2, [CheckLine("GEO-NULL", 4, 4, 0), CheckLine("TOP-GAP", 4, 3, 1)])
OTHER = Evaluation(20, 5, 2, [CheckLine("TOP-GAP", 2, 2, 0), CheckLine("TOP-EDGE", 0, 0, 1)])


def test_mean_and_worst_are_over_the_nations_that_have_something() -> None:
    lines = {line.code: line.as_dict() for line in checks_of([ONE, OTHER])}
    assert [*lines] == ["GEO-NULL", "TOP-GAP", "TOP-EDGE"]  # as in the catalogue
    assert lines["TOP-GAP"] == {
        "code": "TOP-GAP", "seeded": 6, "found": 5, "false": 1,
        "precision_mean": 0.875, "precision_worst": 0.75, "recall_mean": 0.875, "recall_worst": 0.75,
    }  # fmt: skip
    assert (lines["GEO-NULL"]["recall_mean"], lines["GEO-NULL"]["recall_worst"]) == (1.0, 1.0)
    assert (lines["TOP-EDGE"]["precision_worst"], lines["TOP-EDGE"]["recall_mean"]) == (0.0, None)
    assert as_dict({1: ONE, 2: OTHER})["worst"] == 0.0


def test_the_page_says_the_worst_of_every_check_and_of_every_nation() -> None:
    text = page({"seed 1": ONE, "seed 2": OTHER}, "landsync evaluate --seeds 2")
    assert "| TOP-GAP | 6 | 5 | 1 | 0.8750 | 0.7500 | 0.8750 | 0.7500 |" in text
    assert "| TOP-EDGE | 0 | 0 | 1 | 0.0000 | 0.0000 | – | – |" in text
    assert "| seed 1 | 10 | 3 | 0.7500 | 2 of 2 |" in text
    assert "| seed 2 | 20 | 5 | 0.0000 | 2 of 2 |" in text


def test_every_seed_is_a_nation_of_its_own_and_comes_in_its_turn() -> None:
    seeds = (3, 2)
    done: list[int] = []
    options = Options(parcels=300, provinces=("12",), communes_per_province=2, defects=0.05)
    results = evaluate_seeds(options, seeds, done.append)
    assert [*results] == [*seeds]
    assert sorted(done) == sorted(seeds)
    assert {result.parcels for result in results.values()} == {300}
    assert results[3].as_dict() != results[2].as_dict()
    assert {
        seed for seed, result in results.items() if "PER-SHARES" in {line.code for line in result.checks}
    } == {2}
    assert all(result.worst == 1.0 for result in results.values())
