"""The check stage and the gate: what the validators are handed, what is written of their answers, who waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest
import shapely

from parcels.errors import UsageError
from parcels.model import UNKNOWN_COMMUNE
from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.folder.dataset import load_dataset
from sync.folder.gate import Gated
from sync.folder.judgement import load_findings, load_rows, load_verdicts
from sync.folder.reasons import Reason
from sync.gate import gate
from sync.intake.fetch import fetch
from tests.support.known import KnownTables, claims_table
from tests.support.strip import COMMUNE, PROVINCE, ZONE, profile_of, strip

Write = Callable[..., Path]
NEIGHBOUR = "00694"
EXTRACTED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def folder(gpkg: Write, profile: Profile, tmp_path: Path) -> Path:
    """A conformed delivery: 30 parcels of one commune, 20 of the next, 1 of none; four faults."""
    frame = pd.concat([strip(30), strip(20, NEIGHBOUR, first=50), strip(1, first=99)], ignore_index=True)
    frame.loc[3, "geometry"] = None
    bow_tie = shapely.get_coordinates(frame.geometry[5])[[0, 2, 1, 3, 0]]
    frame.loc[5, "geometry"] = shapely.Polygon(bow_tie)
    frame.loc[31, "thuaDatId"] = frame.loc[0, "thuaDatId"]  # the same key in two communes
    frame.loc[50, "maXa"] = "99999"
    path = gpkg(frame)
    fetch(path, profile, tmp_path / "run", received_at=EXTRACTED, stated_at=EXTRACTED)
    conform(tmp_path / "run", profile)
    return tmp_path / "run"


def test_every_row_gets_one_decision_and_the_counts_balance(folder: Path, profile: Profile) -> None:
    counts = check(folder, profile)
    assert counts == {"read": 51, "accepted": 46, "quarantined": 5, "unreadable": 0}
    rows = load_rows(folder).sort_by("row_no")
    assert rows["row_no"].to_pylist() == list(range(51))
    refused = rows.filter(pc.not_equal(rows["decision"], "accept")).to_pylist()
    assert {row["row_no"]: row["codes"] for row in refused} == {
        0: ["IDN-DUP-SOURCE", "IDN-NATIONAL-MISSING"],
        3: ["GEO-NULL", "IDN-NATIONAL-MISSING"],
        5: ["GEO-INVALID", "IDN-NATIONAL-MISSING"],
        31: ["IDN-DUP-SOURCE", "IDN-NATIONAL-MISSING"],
        50: ["IDN-COMMUNE-UNKNOWN", "IDN-NATIONAL-MISSING"],
    }
    verdicts = {verdict.code: verdict for verdict in load_verdicts(folder)}
    assert set(verdicts) == {UNKNOWN_COMMUNE, COMMUNE, NEIGHBOUR}
    for verdict in verdicts.values():
        assert verdict.read == verdict.accepted + verdict.quarantined + verdict.unreadable
    assert verdicts[COMMUNE].findings["GEO-INVALID"] == 1
    assert [verdicts[code].group for code in (COMMUNE, NEIGHBOUR, UNKNOWN_COMMUNE)] == [2, 2, None]


def test_a_fault_has_its_place_in_the_delivered_zone(folder: Path, profile: Profile) -> None:
    check(folder, profile)
    findings = load_findings(folder)
    (row,) = findings.filter(pc.equal(findings["check_code"], "GEO-INVALID")).to_pylist()
    assert row["place_srid"] == ZONE
    corner = shapely.from_wkb(row["place_wkb"])
    delivered = load_dataset(folder, PROVINCE, COMMUNE).delivered[5]
    assert shapely.distance(corner, shapely.envelope(delivered)) == 0


def test_ids_of_other_provinces_are_told_where_they_are_known(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(3)
    frame["ma"] = ["w7er83vw181u", "w7er83vw181v", None]
    profile = profile_of(columns={"source_key": "thuaDatId", "commune_code": "maXa", "national_id": "ma"})
    fetch(gpkg(frame), profile, tmp_path / "run")
    conform(tmp_path / "run", profile)
    check(tmp_path / "run", profile)
    by_register = {"IDN-CLAIMED", "IDN-WITHHELD", "IDN-CONFLICT"}
    assert by_register <= set(load_verdicts(tmp_path / "run")[0].not_run)
    check(tmp_path / "run", profile, KnownTables(held=claims_table(("w7er83vw181v", "01"))))
    (verdict,) = load_verdicts(tmp_path / "run")
    assert not by_register & set(verdict.not_run)
    assert verdict.quarantined == 0
    assert "IDN-WITHHELD" in load_findings(tmp_path / "run")["check_code"].to_pylist()
    assert load_rows(tmp_path / "run")["claims_id"].to_pylist() == [True, True, False]


def test_the_three_forms_of_a_geometry_are_what_they_say(folder: Path) -> None:
    dataset = load_dataset(folder, PROVINCE, NEIGHBOUR)
    assert len(dataset) == len(dataset.delivered) == len(dataset.rounded) == len(dataset.stored) == 20
    assert shapely.equals(dataset.delivered, dataset.rounded[:]).all()
    assert set(shapely.get_type_id(dataset.stored)) == {6}
    assert (np.abs(shapely.bounds(dataset.stored)[:, 0] - 105) < 1).all()


def test_a_check_that_does_not_exist_cannot_be_left_out(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        check(folder, profile_of(not_applicable={"IDN-NONE": "vì sao"}))
    assert caught.value.code == "CHECK-UNKNOWN"
    assert not (folder / "judgement" / "rows.parquet").exists()


def decisions(folder: Path) -> dict[str, tuple[str, list[str]]]:
    return {
        code: (said.decision, [reason.code for reason in said.reasons])
        for code, said in Gated.load(folder).communes.items()
    }


def test_a_delivery_of_which_nothing_is_known_is_accepted(folder: Path) -> None:
    assert gate(folder)["decision"] == "accept"
    assert decisions(folder) == {COMMUNE: ("accept", []), NEIGHBOUR: ("accept", [])}


@pytest.mark.parametrize(("later", "decision"), [(-1, "accept"), (0, "accept"), (1, "hold")])
def test_a_commune_waits_only_when_newer_data_are_live(folder: Path, later: int, decision: str) -> None:
    history = {COMMUNE: EXTRACTED + timedelta(seconds=later), NEIGHBOUR: None}
    assert gate(folder, history) == {
        "decision": decision,
        "communes": 2,
        "held_communes": [COMMUNE] if decision == "hold" else [],
    }
    assert decisions(folder)[COMMUNE] == (decision, ["OLDER"] if decision == "hold" else [])
    assert decisions(folder)[NEIGHBOUR] == ("accept", [])


def test_what_conform_found_holds_that_commune(folder: Path) -> None:
    found = Reason(code="CRS-MISMATCH", vi="…", en="…")
    Conformed.load(folder).model_copy(update={"holds": {NEIGHBOUR: (found,)}}).save(folder)
    assert gate(folder)["held_communes"] == [NEIGHBOUR]
    assert decisions(folder)[NEIGHBOUR] == ("hold", ["CRS-MISMATCH"])
