"""A commune that comes as it came last is not merged again; whatever happened meanwhile, what is said and written is what a merge would."""

from pathlib import Path

import geopandas as gpd
import pytest

from sync.folder.loaded import Loaded
from tests.e2e.conftest import Landsync
from tests.support.both_written import both_written
from tests.support.deliveries import PROVINCE, copy_of, rewrite
from tests.support.otherwise import OTHERWISE

pytestmark = [pytest.mark.db, pytest.mark.e2e]


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """300 parcels of three communes, some of them with a fault of every kind that the generator seeds."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 300, "--provinces", PROVINCE,
        "--communes-per-province", 3, "--defects", "0.02", "--seed", 5,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def _night(landsync: Landsync, delivery: Path) -> Loaded:
    told = landsync("sync", "--province", PROVINCE, delivery)
    assert told.status in (0, 3), told.words
    return Loaded.load(landsync.home / "runs" / told.document["run"])


def test_what_came_as_it_was_is_passed_over_with_what_is_refused_in_it(
    landsync: Landsync, delivery: Path
) -> None:
    first = _night(landsync, delivery)
    _night(landsync, copy_of(delivery, "second", 1))
    third = copy_of(delivery, "third", 2)
    assert both_written(landsync, third, province=PROVINCE).passed_over
    loaded = _night(landsync, third)
    assert loaded.passed_over == tuple(sorted(line.commune_code for line in loaded.lines))
    assert loaded.changes == first.changes == {"without_geometry": 1}
    assert loaded.totals["quarantined"] == first.totals["quarantined"] > 0
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0


def test_one_commune_that_differs_is_merged_and_the_others_are_not(
    landsync: Landsync, delivery: Path
) -> None:
    _night(landsync, delivery)
    second = _night(landsync, copy_of(delivery, "second", 1))
    third = copy_of(delivery, "third", 2)
    file = next(third.glob("*.gpkg"))
    code = second.lines[0].commune_code

    def changed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        mine = frame.index[frame["maXa"] == code][:3]
        frame.loc[mine, "diaChi"] = "Thôn Mới"
        return frame

    rewrite(third, file.name, changed)
    both_written(landsync, third, province=PROVINCE)
    loaded = _night(landsync, third)
    assert code not in loaded.passed_over
    assert len(loaded.passed_over) == len(loaded.lines) - 1
    assert loaded.totals["changed"] == 3


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_whatever_happened_between_two_nights_both_ways_say_the_same(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch, otherwise: str
) -> None:
    _night(landsync, delivery)
    _night(landsync, copy_of(delivery, "second", 1))
    assert _night(landsync, copy_of(delivery, "third", 2)).passed_over
    more = OTHERWISE[otherwise](landsync, monkeypatch, delivery)
    both_written(landsync, copy_of(delivery, "fourth", 3), *more, province=PROVINCE)


def test_a_row_that_was_refused_in_it_is_explained_as_the_row_that_it_is_now(
    landsync: Landsync, delivery: Path
) -> None:
    _night(landsync, delivery)
    _night(landsync, copy_of(delivery, "second", 1))
    loaded = _night(landsync, copy_of(delivery, "third", 2))
    refused = landsync.query(
        "SELECT source_key, commune_code FROM ledger.quarantine_state WHERE state = 'open' AND source_key IS NOT NULL ORDER BY 1"
    )
    mine = [key for key, commune in refused if commune in loaded.passed_over]
    assert mine
    for key in mine:
        told = landsync("explain", key)
        assert told.status == 0, told.words
        assert key in str(told.document)
