"""What the checks find in a synthetic nation is what was seeded there, finding by finding, and nothing else."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sync.lab.evaluate import NOT_SEEDED, OF_TABLES, Evaluation, evaluate, read_truth
from sync.lab.generate import Options, generate
from sync.lab.generate.deliver import FINDINGS, NATION, TRUTH
from sync.lab.generate.kinds import ALL, AUTHENTICATED, HARMLESS, KINDS, LABELLED, NO_FAULT, SEAMS, WHOLE
from sync.lab.generate.province import AS_GML
from sync.lab.labelled import generate_labelled
from validators.catalogue import BY_CODE

# One zone and GeoPackage; three zones and Shapefile; two zones; decimals; whole numbers.
PROVINCES = ("01", "25", "51", "79", "80")


@dataclass(frozen=True)
class Judged:
    """A nation, what it is expected to show, and what came out."""

    nation: Path
    keep: Path
    result: Evaluation
    truth: pa.Table
    groups: pa.Table


def judged_nation(folder: Path, options: Options) -> Judged:
    nation, keep = folder / "nation", folder / "runs"
    (generate_labelled if options.labelled else generate)(options, nation)
    result = evaluate(nation, keep)
    return Judged(
        nation, keep, result, read_truth(nation / FINDINGS), read_truth(nation / "truth_groups.csv")
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    options = Options(parcels=5000, provinces=PROVINCES, communes_per_province=6, defects=0.12, seed=7)
    return judged_nation(tmp_path_factory.mktemp("plain"), options)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    options = Options(
        parcels=8400,
        provinces=(*PROVINCES, *AS_GML[:1]),
        communes_per_province=6,
        defects=0.05,
        seed=11,
        labelled=True,
    )
    return judged_nation(tmp_path_factory.mktemp("labelled"), options)


@pytest.fixture(scope="module", params=["plain", "labelled"])
def judged(request: pytest.FixtureRequest) -> Judged:
    nation: Judged = request.getfixturevalue(request.param)
    return nation


def test_every_seeded_fault_is_found_and_nothing_else(judged: Judged) -> None:
    assert [difference.as_dict() for difference in judged.result.differences] == []
    assert {line.code: (line.found, line.false) for line in judged.result.checks} == {
        line.code: (line.seeded, 0) for line in judged.result.checks
    }


def test_counts_and_groups_of_every_commune_are_those_of_the_truth(judged: Judged) -> None:
    assert judged.result.verdicts == []
    assert set(judged.groups["group"].to_pylist()) >= {1, 2, 3}


def test_kinds_that_need_no_context_are_all_there_in_a_plain_nation(plain: Judged) -> None:
    assert set(plain.truth["kind"].to_pylist()) >= {kind.name for kind in KINDS}
    assert len(pc.unique(plain.truth["finding"])) > 400


def test_every_kind_is_there_in_a_labelled_nation_and_every_check_has_something_to_find(
    labelled: Judged,
) -> None:
    kinds = {kind.name for kind in (*KINDS, *LABELLED, *SEAMS, *AUTHENTICATED, *WHOLE)}
    assert set(labelled.truth["kind"].to_pylist()) >= kinds
    # Its people come one a row; tables of people: tests/unit/lab/generate/test_generate_people.py.
    assert set(labelled.result.not_seeded) == {*NOT_SEEDED, *OF_TABLES}
    with (labelled.nation / TRUTH).open(encoding="utf-8", newline="") as lines:
        assert {line["kind"] for line in csv.DictReader(lines)} >= {kind.name for kind in HARMLESS}
    nation = json.loads((labelled.nation / NATION).read_text(encoding="utf-8"))
    assert {line["format"] for line in nation["provinces"]} == {"gpkg", "shapefile", "gml"}
    assert any(line.get("partial") for line in nation["provinces"])


def test_no_check_is_left_out_when_the_context_is_at_hand(labelled: Judged) -> None:
    assert labelled.result.not_run == []


def test_a_fault_between_provinces_is_expected_on_both_sides(labelled: Judged) -> None:
    borders = labelled.truth.filter(pc.is_in(labelled.truth["kind"], pa.array([kind.name for kind in SEAMS])))
    across = borders.filter(pc.not_equal(borders["delivery"], borders["parcel_delivery"]))
    assert len(across) > 3
    assert len(pc.unique(across["delivery"])) > 1


def test_the_codes_of_all_kinds_are_checks() -> None:
    faults = [kind for kind in ALL if kind.check != NO_FAULT]
    codes = {code for kind in faults for code in (kind.check, *kind.also)} | {kind.check for kind in WHOLE}
    assert codes <= BY_CODE.keys()
    assert {kind.check: (kind.severity, kind.quarantined) for kind in faults if not kind.also} == {
        kind.check: (BY_CODE[kind.check].severity, BY_CODE[kind.check].quarantines)
        for kind in faults
        if not kind.also
    }
