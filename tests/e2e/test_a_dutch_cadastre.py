"""GML as the Dutch service gives it, read by `landsync check`: the right reason for every row, and no row unaccounted for."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from sync.report.explain.judged import PARCELS
from tests.support.dutch_file import OUTLINES, DutchFile
from validators.tally import incidence

_OF_ALL_ROWS = {"ATT-REQUIRED", "ATT-UNDATED"}  # the layer has no land use and no days


@pytest.fixture(scope="module")
def made() -> DutchFile:
    return DutchFile()


@pytest.fixture(scope="module")
def out(made: DutchFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dutch")
    file = made.save(folder / "in")
    done = CliRunner().invoke(
        app, ["check", str(file), "--profile", str(folder / "brk.toml"), "--out", str(folder / "out"), "--json"]
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (folder / "out" / "said.json").write_text(done.stdout, encoding="utf-8")
    return folder / "out"


@pytest.fixture(scope="module")
def said(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "said.json").read_text(encoding="utf-8"))
    return document


def rows_of_features(out: Path) -> dict[int, dict[str, Any]]:
    """The feature's place in the file → its judged row."""
    return {row["file_row"] - 1: row for row in pq.read_table(out / PARCELS).to_pylist()}


def test_every_feature_is_current_and_judged_or_counted_by_its_state(
    made: DutchFile, out: Path, said: dict[str, Any]
) -> None:
    current = [at for at, feature in enumerate(made.features) if feature.state == "current"]
    assert sorted(rows_of_features(out)) == current
    assert said["not_current"] == {"draft": made.count("draft"), "historic": made.count("historic")}
    assert said["read"] + sum(said["not_current"].values()) == len(made.features)
    assert said["accepted"] + said["quarantined"] + said["unreadable"] == said["read"]
    assert made.count("historic") > 90
    assert made.count("draft") > 30


def test_every_row_has_its_right_reasons_and_no_other(made: DutchFile, out: Path) -> None:
    table = pq.read_table(out / "judgement" / "findings.parquet")
    finding, rows = incidence(table)
    codes = table["check_code"].to_pylist()
    found: dict[int, set[str]] = defaultdict(set)
    for at, row in zip(finding.tolist(), rows.tolist(), strict=True):
        if codes[at] not in _OF_ALL_ROWS:
            found[row].add(codes[at])
    wrong = {
        at: (made.features[at], found[row["row_no"]], row["decision"])
        for at, row in rows_of_features(out).items()
        if found[row["row_no"]] != made.features[at].codes
        or (row["decision"] == "quarantine") != made.features[at].quarantined
        or row["source_key"] != made.features[at].key
    }
    assert wrong == {}


def test_the_truth_has_every_outline_with_a_label_on_each_side(made: DutchFile) -> None:
    current = [feature for feature in made.features if feature.state == "current"]
    for name, (outline, *_) in OUTLINES.items():
        labels = {feature.label for feature in current if feature.outline == outline}
        assert labels == ({"behind"} if name == "a label alone" else {"before", "behind", "none"}), name
