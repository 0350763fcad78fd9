"""Two thousand mutated files over all formats: none ends the process, hangs, takes a gibibyte, or gets less than a sentence.

The mutants are made from a seed: a failure names it, and `python -m tests.hostile.mutant KIND SEED FOLDER` writes the file.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import counts
from tests.hostile.base_deliveries import write_base
from tests.hostile.watched import Watched, mutants, wrong_with
from tests.support.formats import EVERY

MUTANTS = counts(2000)
EACH = -(-MUTANTS // len(EVERY))
# A kind that refused every mutant, or none, was not mutated where it counts.
OUTCOMES = {"refused"}


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_a_mutated_file_gets_a_sentence_or_a_judgement(kind: str, tmp_path: Path) -> None:
    write_base(kind, tmp_path / "base" / kind)
    outcomes: Counter[str] = Counter()
    failures = []
    with Watched(tmp_path / "base", tmp_path / "scratch") as watched:
        for job in mutants(kind, EACH):
            answer = watched.check(**job)
            outcomes[answer["outcome"]] += 1
            wrong = wrong_with(answer)
            if wrong is not None:
                failures.append(f"{job['seed']}: {wrong}")
        assert watched.printed() == set()
    assert not failures, "\n".join([f"{len(failures)} of {EACH}", *failures[:5]])
    assert set(outcomes) >= OUTCOMES
    assert outcomes["refused"] >= EACH // 4


def test_the_unchanged_delivery_of_every_format_is_judged_there(tmp_path: Path) -> None:
    """Otherwise the mutants prove nothing."""
    for kind in sorted(EVERY):
        write_base(kind, tmp_path / "base" / kind)
    with Watched(tmp_path / "base", tmp_path / "scratch") as watched:
        for kind in sorted(EVERY):
            base = tmp_path / "base" / kind
            answer = watched.check(
                path=str(base / "delivery"), profile=str(base / "profile.json"), whole=True
            )
            assert answer["outcome"] == "judged", (kind, answer)
            assert wrong_with(answer) is None


@pytest.mark.parametrize("what", ["die", "hang", "grow", "silent", "quote"])
def test_the_watch_sees_what_it_is_there_to_see(what: str, tmp_path: Path) -> None:
    """A child that crashes, hangs, grows or names a person is noticed; without this the other tests could not fail."""
    # Who hangs is waited for in vain; who grows takes as long as a busy machine needs.
    with Watched(tmp_path, tmp_path / "scratch", seconds=2.0 if what == "hang" else 60.0) as watched:
        wrong = wrong_with(watched.check(misbehave=what))
    assert wrong is not None
    seen = {"die": "died", "hang": "hung", "grow": "MiB", "silent": "no clear sentence", "quote": "a person"}
    assert seen[what] in wrong


def test_the_watch_sees_who_is_printed(tmp_path: Path) -> None:
    with Watched(tmp_path, tmp_path / "scratch") as watched:
        watched.check(misbehave="print")
        assert watched.printed() == {"number"}


@pytest.mark.shared_data
def test_every_known_case_gets_a_sentence_or_a_judgement(shared_data: Path, tmp_path: Path) -> None:
    write_base("geopackage", tmp_path / "base" / "geopackage")
    profile = str(tmp_path / "base" / "geopackage" / "profile.json")
    files = [path for path in sorted((shared_data / "cases").rglob("*")) if path.is_file()]
    assert len(files) > 150
    outcomes: Counter[str] = Counter()
    failures = []
    with Watched(tmp_path / "base", tmp_path / "scratch") as watched:
        for path in files:
            answer = watched.check(path=str(path), profile=profile)
            outcomes[answer["code"] or answer["outcome"]] += 1
            wrong = wrong_with(answer)
            if wrong is not None:
                failures.append(f"{path}: {wrong}")
    assert not failures, "\n".join(failures[:5])
    assert len(outcomes) >= 5
