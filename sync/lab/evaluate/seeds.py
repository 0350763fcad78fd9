"""The same evaluation of several nations that are alike but for their seeds: mean and worst of every check.

Each nation is made, checked, compared with its truth and thrown away; as many at a time as there are processors.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sync.lab.evaluate import Evaluation, evaluate
from sync.lab.evaluate.compare import CheckLine
from sync.lab.generate import Options
from sync.lab.labelled import generate_labelled
from validators.catalogue import CHECKS

Results = Mapping[int, Evaluation]  # by seed


@dataclass(frozen=True, slots=True)
class Spread:
    """A share over several nations; None where no nation has it."""

    mean: float | None
    worst: float | None

    @classmethod
    def of(cls, shares: Iterable[float | None]) -> "Spread":
        """Over the nations in which there was something to count."""
        known = [share for share in shares if share is not None]
        return cls(sum(known) / len(known), min(known)) if known else cls(None, None)


@dataclass(frozen=True, slots=True)
class CheckOfSeeds:
    """Of one check: findings of all nations together, and how its shares differ between them."""

    code: str
    seeded: int
    found: int
    false: int
    precision: Spread
    recall: Spread

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "code": self.code,
            "seeded": self.seeded,
            "found": self.found,
            "false": self.false,
            "precision_mean": self.precision.mean,
            "precision_worst": self.precision.worst,
            "recall_mean": self.recall.mean,
            "recall_worst": self.recall.worst,
        }


def checks_of(results: Sequence[Evaluation]) -> list[CheckOfSeeds]:
    """A line per check of which any nation has something, in the order of the catalogue."""
    lines: dict[str, list[CheckLine]] = {}
    for result in results:
        for line in result.checks:
            lines.setdefault(line.code, []).append(line)
    place = {check.code: k for k, check in enumerate(CHECKS)}
    return [
        CheckOfSeeds(
            code,
            seeded=sum(line.seeded for line in lines[code]),
            found=sum(line.found for line in lines[code]),
            false=sum(line.false for line in lines[code]),
            precision=Spread.of(line.precision for line in lines[code]),
            recall=Spread.of(line.recall for line in lines[code]),
        )
        for code in sorted(lines, key=lambda code: (place.get(code, len(place)), code))
    ]


def evaluate_seeds(
    options: Options, seeds: Sequence[int], progress: Callable[[int], None] | None = None
) -> dict[int, Evaluation]:
    """A labelled nation of these options for every seed, evaluated; in the order of the seeds. See `options_of`.

    progress  called with each seed when its nation is done
    """
    results: dict[int, Evaluation] = {}
    workers = min(os.cpu_count() or 1, len(seeds))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        begun = {pool.submit(_evaluated, options_of(options, seed)): seed for seed in seeds}
        for done in as_completed(begun):
            results[begun[done]] = done.result()
            if progress:
                progress(begun[done])
    return {seed: results[seed] for seed in seeds}


def options_of(options: Options, seed: int) -> Options:
    """Every other nation has its people as tables: what is wrong with tables is found only there."""
    return replace(options, seed=seed, labelled=True, people="one" if seed % 2 else "many")


def _evaluated(options: Options) -> Evaluation:
    with tempfile.TemporaryDirectory(prefix="landsync-nation-") as name:
        nation = Path(name) / "nation"
        generate_labelled(options, nation)
        return evaluate(nation)


def as_dict(results: Results) -> dict[str, Any]:
    """For --json: every nation by itself, and all of them together."""
    return {
        "seeds": [{"seed": seed} | result.as_dict() for seed, result in results.items()],
        "checks": [line.as_dict() for line in checks_of(list(results.values()))],
        "worst": min((result.worst for result in results.values()), default=1.0),
    }
