"""What the checks find in a synthetic nation is what was seeded there, row by row, and nothing else."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from sync.conform import conform
from sync.conform.snapshot import part_paths
from sync.fetch import fetch
from sync.generate import Options, generate
from sync.judge import judge, load_rows, load_verdicts
from sync.profile import load_profile
from tests.support.known import KnownTables

# One zone and GeoPackage; three zones and Shapefile; two zones; decimals; whole numbers.
PROVINCES = ("01", "25", "51", "79", "80")
# A row without any handle lacks its id and its numbers as well, and is told so.
FOLLOWS = {"IDN-MISSING": {"IDN-NATIONAL-MISSING", "IDN-SHEET-MISSING"}}


@dataclass(frozen=True)
class Judged:
    """The truth and the judgement of a nation, by province."""

    truth: dict[tuple[str, int, int], str]  # province, part, row of the part → expected check
    codes: dict[tuple[str, int, int], set[str]]  # the same → what was found
    refused: set[tuple[str, int, int]]
    must_refuse: set[tuple[str, int, int]]
    groups: dict[tuple[str, str], dict[str, object]]
    verdicts: dict[tuple[str, str], dict[str, object]]


def place_of_rows(run_dir: Path) -> dict[int, tuple[int, int]]:
    tables = [
        pq.read_table(path, columns=["row_no", "part_no", "source_row"])
        for path in part_paths(run_dir).values()
    ]
    rows = pa.concat_tables(tables)
    return {row["row_no"]: (row["part_no"], row["source_row"]) for row in rows.to_pylist()}


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Judged:
    folder = tmp_path_factory.mktemp("truth")
    nation = folder / "nation"
    generate(
        Options(parcels=5000, provinces=PROVINCES, communes_per_province=6, defects=0.12, seed=11), nation
    )
    as_text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(("delivery", "commune"), pa.string()))
    lines = pyarrow.csv.read_csv(nation / "truth.csv", convert_options=as_text).to_pylist()
    groups = pyarrow.csv.read_csv(nation / "truth_groups.csv", convert_options=as_text).to_pylist()
    codes, refused, verdicts = {}, set(), {}
    for province in PROVINCES:
        run_dir = folder / "runs" / province
        run_dir.mkdir(parents=True)
        profile = load_profile(province)
        fetch(nation / province, profile, run_dir)
        conform(run_dir, profile)
        judge(run_dir, profile, KnownTables())  # a first delivery
        places = place_of_rows(run_dir)
        for row in load_rows(run_dir).to_pylist():
            place = (province, *places[row["row_no"]])
            codes[place] = set(row["codes"])
            if row["decision"] != "accept":
                refused.add(place)
        verdicts |= {(province, each["code"]): each for each in load_verdicts(run_dir)}

    def place_of(line):
        return (line["delivery"], line["part_no"], line["source_row"])

    return Judged(
        truth={place_of(line): line["expected_check"] for line in lines},
        codes=codes,
        refused=refused,
        must_refuse={place_of(line) for line in lines if line["quarantined"] in {True, "yes"}},
        groups={(line["delivery"], line["commune"]): line for line in groups},
        verdicts=verdicts,
    )


def test_every_seeded_fault_is_found_in_its_row(judged):
    assert len(judged.truth) > 300
    assert len(set(judged.truth.values())) > 18
    missed = {place: code for place, code in judged.truth.items() if code not in judged.codes[place]}
    assert missed == {}


def test_nothing_is_found_where_nothing_was_seeded(judged):
    expected = {place: {code} | FOLLOWS.get(code, set()) for place, code in judged.truth.items()}
    surplus = {place: found - expected.get(place, set()) for place, found in judged.codes.items()}
    assert {place: found for place, found in surplus.items() if found} == {}


def test_exactly_the_rows_that_must_be_are_refused(judged):
    assert judged.refused == judged.must_refuse


def test_counts_and_groups_of_every_commune_are_those_of_the_truth(judged):
    assert {code for code in judged.groups if code[1] != "-"} == {
        code for code in judged.verdicts if code[1] != "-"
    }
    for place, line in judged.groups.items():
        verdict = judged.verdicts.get(
            place, {"read": 0, "quarantined": 0, "unreadable": 0, "rows_with_error": 0, "group": None}
        )
        found = (
            verdict["read"],
            verdict["quarantined"] + verdict["unreadable"],
            verdict["rows_with_error"],
            verdict["group"],
        )
        assert found == (line["read"], line["quarantined"], line["rows_with_error"], line["group"]), place
    assert {verdict["group"] for verdict in judged.verdicts.values()} >= {1, 2, 3}


def test_no_verdict_is_provisional_when_the_register_was_at_hand(judged):
    assert not any(verdict["provisional"] for verdict in judged.verdicts.values())
