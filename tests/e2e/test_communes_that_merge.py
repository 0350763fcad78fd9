"""Communes that merge and boundaries that move, through the command line: one case, told once, decided as one."""

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync, Told
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"
COLUMNS = load_profile(PROVINCE).columns
COMMUNE, SHEET = (str(COLUMNS[name]) for name in ("commune_code", "sheet_no"))


class Office:
    """A province of three communes, and its nights. `old` is the smallest: it goes into `new`."""

    def __init__(self, landsync: Landsync, folder: Path) -> None:
        self.landsync, self.folder = landsync, folder
        assert self.sync(folder).document["new"] == 277
        found = landsync.query("SELECT commune_code, count(*) FROM land.parcel GROUP BY 1 ORDER BY 2")
        (self.old, self.count), (self.new, _), (self.third, _) = found
        self.before = self.lands()

    def sync(self, folder: Path) -> Told:
        return self.landsync("sync", "--province", PROVINCE, folder)

    def night(self, hours: int, share: float, complete: list[str]) -> Told:
        """This share of the old commune's parcels is the new one's, on other sheets."""
        made = copy_of(self.folder, f"night{hours}", hours=hours)
        for file in sorted(made.glob("*.gpkg")):
            rewrite(made, file.name, self.moved(share))
        said = (made / "delivery.toml").read_text(encoding="utf-8")
        listed = ", ".join(f'"{code}"' for code in [*complete, self.third])
        said = re.sub(r"complete_for = \[[^\]]*\]", f"complete_for = [{listed}]", said)
        (made / "delivery.toml").write_text(said, encoding="utf-8")
        return self.sync(made)

    def moved(self, share: float) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
        def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            frame = frame.copy()
            rows = frame.index[frame[COMMUNE] == self.old]
            rows = rows[: round(len(rows) * share)]
            frame.loc[rows, COMMUNE] = self.new
            frame.loc[rows, SHEET] = "5" + frame.loc[rows, SHEET].astype(str)
            return frame

        return change

    def lands(self) -> dict[str, str]:
        return dict(
            self.landsync.query("SELECT parcel_uid::text, ST_AsText(ST_Normalize(geom)) FROM land.parcel")
        )

    def live_in(self, commune: str) -> int:
        return int(
            self.landsync.query("SELECT count(*) FROM land.parcel WHERE commune_code = %s", commune)[0][0]
        )

    def holds(self) -> dict[str, list[str]]:
        """Commune → why it waits: the codes of the last hold."""
        found = self.landsync("status", "--province", PROVINCE).document["holds"]
        assert len({hold["run_id"] for hold in found}) <= 1, "an earlier hold is still open"
        return {hold["commune_code"]: [reason["code"] for reason in hold["reasons"]] for hold in found}

    def communes(self, *codes: str) -> list[str]:
        return [word for code in codes for word in ("--commune", code)]


@pytest.fixture
def office(landsync: Landsync, tmp_path: Path) -> Office:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 277, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    return Office(landsync, tmp_path / "nation" / PROVINCE)


@pytest.mark.parametrize("declared", ["both", "new", "old", "none"])
@pytest.mark.parametrize("share", [1.0, 0.65])
def test_a_case_is_held_once_and_its_approval_ends_it(office: Office, share: float, declared: str) -> None:
    complete = {"both": [office.old, office.new], "new": [office.new], "old": [office.old], "none": []}[
        declared
    ]
    count = round(office.count * share)
    first = office.night(1, share, complete)
    assert (first.status, first.document["changed"], first.document["ended"]) == (3, 0, 0)
    if declared != "none":
        assert office.night(2, share, complete).status == 3
    assert office.holds() == {office.old: ["MOVED-COMMUNE"], office.new: ["MOVED-COMMUNE"]}, (
        "the later night alone"
    )
    assert office.lands() == office.before

    (run,) = {hold["run_id"] for hold in office.landsync("status").document["holds"]}
    done = office.landsync("approve", run, "--reason", "resolution 1 of the National Assembly")
    assert (done.status, done.document["moved_in"], done.document["held"]) == (0, count, 0)
    assert office.lands() == office.before
    assert office.live_in(office.old) == office.count - count
    kind = "admin_merge" if share == 1 else "correction"
    assert office.landsync.query(
        "SELECT kind, commune_code, (evidence ->> 'parcels')::int FROM analyst.lineage_event WHERE state = 'confirmed'"
    ) == [(kind, office.new, count)]
    night = office.night(3, share, complete)
    assert (night.status, night.document["unchanged"], office.holds()) == (0, 277, {})
    assert office.landsync("reconcile", "--province", PROVINCE).document["agrees"]


def test_a_part_of_a_case_cannot_be_decided_and_it_is_told_once(office: Office) -> None:
    run = office.night(1, 1.0, [office.old, office.new]).document["run"]
    for command in ("approve", "refuse"):
        for code in (office.old, office.new):
            told = office.landsync(command, run, "--commune", code, "--reason", "looked at")
            assert (told.status, told.document["error"]["code"]) == (2, "REVIEW-CASE")
    assert office.lands() == office.before
    words = office.landsync("status", "--province", PROVINCE)
    (hold, other) = words.document["holds"]
    said = (
        f"{office.count} of {office.count} parcels of commune {office.old} are now in {office.new}: a merger"
    )
    assert hold["reasons"][0]["en"].startswith(said)
    assert hold["reasons"] == other["reasons"]
    both = office.communes(office.old, office.new)
    assert office.landsync("refuse", run, *both, "--reason", "not yet in force").status == 0
    assert office.holds() == {}
    assert office.night(2, 1.0, [office.old, office.new]).status == 3, "refused, it is told again"
    right = office.sync(copy_of(office.folder, "right", hours=3))
    assert (right.status, right.document["unchanged"], office.holds()) == (0, 277, {})


def test_an_earlier_case_of_the_same_movement_ends_with_the_approval_of_a_later_one(office: Office) -> None:
    office.night(1, 0.5, [])
    run = office.night(2, 0.65, []).document["run"]
    assert office.landsync("approve", run, "--reason", "looked at").status == 0
    assert office.holds() == {}
