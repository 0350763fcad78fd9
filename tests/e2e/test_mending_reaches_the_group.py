"""The smallest set of fixes, carried out, brings every commune of a labelled nation to the group it promises."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sync.folder.judgement import load_findings, load_rows, load_verdicts
from sync.folder.snapshot import part_paths
from sync.lab.evaluate import evaluate
from sync.lab.generate import Options, deliver
from sync.lab.generate.province import ProvinceBatch
from sync.lab.labelled import generate_labelled
from tests.support.fixes import smallest_fixes
from validators.fixes import Fixes
from validators.policy import policy_at
from validators.stored import CommuneVerdict
from validators.tally import incidence

OPTIONS = Options(
    parcels=2600, provinces=("01", "25", "80"), communes_per_province=5, defects=0.08, seed=4, labelled=True
)


@dataclass
class Work:
    """What is to be mended: rows by province (part, row of the part), land users by commune; what that promises."""

    rows: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    land_users: dict[str, int] = field(default_factory=dict)
    target: dict[tuple[str, str], int] = field(default_factory=dict)
    before: dict[tuple[str, str], int] = field(default_factory=dict)


def places(run_dir: Path) -> dict[int, tuple[int, int]]:
    tables = [
        pq.read_table(path, columns=["row_no", "part_no", "source_row"])
        for path in part_paths(run_dir).values()
    ]
    return {
        row["row_no"]: (row["part_no"], row["source_row"]) for row in pa.concat_tables(tables).to_pylist()
    }


def fixes_of(run_dir: Path, verdict: CommuneVerdict) -> tuple[Fixes | None, pa.Table]:
    rows, findings = (
        table.filter(pc.equal(table["dataset"], verdict.code))
        for table in (load_rows(run_dir), load_findings(run_dir))
    )
    return smallest_fixes(rows, findings, policy_at(date(2026, 11, 20)), verdict.measured), findings


def work_of(keep: Path) -> Work:
    work = Work()
    for run_dir in sorted(keep.iterdir()):
        place = places(run_dir)
        for verdict in load_verdicts(run_dir):
            if verdict.group in (None, 1):
                continue
            fixes, findings = fixes_of(run_dir, verdict)
            assert fixes is not None
            chosen = findings.filter(pc.is_in(findings["finding_id"], value_set=fixes.finding_ids))
            assert len(chosen) == fixes.findings
            work.rows[run_dir.name] |= {place[int(row)] for row in incidence(chosen)[1]}
            work.land_users[verdict.code] = fixes.land_users
            work.target[run_dir.name, verdict.code] = fixes.target
            work.before[run_dir.name, verdict.code] = verdict.group
    return work


def mend(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    """Let the generator deliver the chosen rows as they were before they were spoilt, and find more land users."""
    write, ask = deliver.write_delivery, deliver.authenticate

    def write_mended(options: Options, batch: ProvinceBatch, folder: Path) -> None:
        starts = np.searchsorted(batch.part, np.arange(len(batch.delivery.parts)))
        rows = np.array(
            sorted(starts[part] + row for part, row in work.rows[batch.delivery.province]), np.int64
        )
        mask = np.zeros(len(batch), dtype=bool)
        mask[rows] = True
        batch.geometry[mask] = batch.clean_geometry[mask]
        for name, clean in batch.clean_columns.items():
            batch.columns[name] = pc.if_else(pa.array(mask), clean, batch.columns[name])
        for row in rows:
            batch.wkb.pop(int(row), None)
        write(options, batch, folder)

    def ask_again(options: Options, batch: ProvinceBatch, wholes: dict[str, list[str]]) -> pa.Table:
        answers = ask(options, batch, wholes)
        status = answers["status"].to_pylist()
        at = {key: k for k, key in enumerate(answers["land_user_key"].to_pylist())}
        for k, territory in enumerate(batch.delivery.territories):
            keys = batch.columns["land_user_key"].filter(pa.array(batch.commune == k)).unique().to_pylist()
            asked = [at[key] for key in keys if key in at]
            unknown = [place for place in asked if status[place] != "found"]
            for place in unknown[: work.land_users.get(territory.commune.code, 0)]:
                status[place] = "found"
        return answers.set_column(3, "status", pa.array(status))

    monkeypatch.setattr(deliver, "write_delivery", write_mended)
    monkeypatch.setattr(deliver, "authenticate", ask_again)


def test_what_is_to_be_mended_reaches_the_group_that_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate_labelled(OPTIONS, tmp_path / "spoilt")
    evaluate(tmp_path / "spoilt", tmp_path / "before")
    work = work_of(tmp_path / "before")
    assert set(work.before.values()) == {2, 3}
    assert any(work.land_users.values())
    assert sum(len(rows) for rows in work.rows.values()) > 30
    mend(monkeypatch, work)
    generate_labelled(OPTIONS, tmp_path / "mended")
    evaluate(tmp_path / "mended", tmp_path / "after")
    after = {
        (run_dir.name, verdict.code): verdict.group
        for run_dir in sorted((tmp_path / "after").iterdir())
        for verdict in load_verdicts(run_dir)
        if verdict.group is not None
    }
    assert {place: after[place] for place in work.target} == work.target
    assert all(group == 1 for place, group in after.items() if place not in work.target)
