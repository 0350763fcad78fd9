"""In which CRS a dataset is, as far as its coordinates, ids and stated areas tell."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from parcels.admin_units import Commune, commune
from parcels.crs import ZONES, from_wgs84
from parcels.crs_hypotheses import declared
from parcels.identifiers import encode
from sync.conform.detective.decide import decide
from sync.conform.detective.sample import CrsSample
from sync.conform.detective.verdict import CrsVerdict
from sync.lab.measure.crs import _kept, _of_zone
from sync.lab.measure.crs_matrix import SETTINGS
from tests.conftest import ROOT
from tests.support.strip import COMMUNE
from validators.policy import policy_at

HANOI = "00004"  # Phường Ba Đình: 105°00′, the meridian of UTM 48 and of an old Gauss-Krüger zone
RULES = policy_at(date(2026, 7, 1)).crs
_CELLS = ("pass", "right proposal", "wrong proposal", "undecided", "right one not named")


def here(code: str) -> Commune:
    found = commune(code)
    assert found is not None
    return found


def parcels(code: str, n: int, seed: int = 1) -> np.ndarray:
    """Places (n, 2) of parcels about the commune's point, WGS 84."""
    place = here(code)
    spread = np.random.default_rng(seed).uniform(-0.005, 0.005, (n, 2))
    return np.array([[place.lon, place.lat]], dtype=np.float64) + spread


def sample(
    places: np.ndarray, epsg: int, *, ids: bool = True, ratio: float = 1.0, noise: float = 0.001
) -> CrsSample:
    """Squares of 20 m at places, written in `epsg`; stated areas are `ratio` times the planar ones."""
    n = len(places)
    xy = from_wgs84(places, epsg)
    made = CrsSample(RULES.sample, float(RULES.area_window))
    stated = 400 * ratio * np.exp(np.random.default_rng(2).normal(0, noise, n))
    codes = encode(*places.T) if ids else pa.nulls(n, pa.string())
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(n, 400.0), codes, stated)
    return made


def verdict(made: CrsSample, epsg: int, code: str = HANOI) -> CrsVerdict:
    found = decide(made, here(code), declared(epsg), RULES)
    assert found is not None
    return found


def names(found: CrsVerdict) -> set[str]:
    return {hypothesis.name for hypothesis in found.candidates}


# --- deciding ------------------------------------------------------------------------------------


def test_ids_decide_between_systems_of_one_meridian() -> None:
    right = verdict(sample(parcels(HANOI, 50), 5897), 5897)
    assert (right.outcome, names(right), right.ids) == ("agrees", {"EPSG:5897"}, "decide")
    wrong = verdict(sample(parcels(HANOI, 50), 3405), 5897)
    assert wrong.outcome == "contradicted"
    assert wrong.proposal == declared(3405)
    assert wrong.id_shift_m is not None
    assert 300 < abs(wrong.id_shift_m[1]) < 800


def test_without_ids_few_parcels_of_one_meridian_are_not_decided() -> None:
    for epsg in (5897, 3405):
        found = verdict(sample(parcels(HANOI, 200), epsg, ids=False, noise=0.01), 5897)
        assert (found.outcome, found.proposal) == ("undecided", None)
        assert names(found) >= {"EPSG:5897", "EPSG:3405"}


def test_many_stated_areas_tell_utm_from_tm3() -> None:
    utm = (0.9999 / 0.9996) ** 2  # areas are stated in TM-3
    found = verdict(sample(parcels(HANOI, 20_000), 3405, ids=False, ratio=utm, noise=0.01), 5897)
    assert (found.outcome, found.areas) == ("contradicted", "decide")
    assert found.proposal == declared(3405)


def test_stated_areas_never_rule_out_an_old_sheet_by_themselves() -> None:
    found = verdict(sample(parcels(HANOI, 20_000), 5897, ids=False), 5897)
    assert (found.outcome, names(found)) == ("undecided", {"EPSG:5897", "EPSG:2044"})
    lenient = RULES.model_copy(update={"hanoi72_same_meridian": False})
    again = decide(sample(parcels(HANOI, 20_000), 5897, ids=False), here(HANOI), declared(5897), lenient)
    assert again is not None
    assert again.outcome == "agrees"


def test_another_meridian_is_told_by_the_place_alone() -> None:
    made = sample(parcels(COMMUNE, 1), 9210, ids=False)
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.proposal) == ("contradicted", declared(9210))
    assert verdict(made, 9210, COMMUNE).outcome == "agrees"


def test_ids_that_point_everywhere_prove_nothing() -> None:
    places = parcels(COMMUNE, 60)
    made = CrsSample(RULES.sample, float(RULES.area_window))
    xy = from_wgs84(places, 9209)
    rng = np.random.default_rng(3)
    ids = encode(rng.uniform(103, 109, 60), rng.uniform(9, 23, 60))
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(60, 400.0), ids, np.full(60, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.ids) == ("agrees", "scattered")


def test_ids_that_are_off_together_and_fit_no_system_leave_it_undecided() -> None:
    places = parcels(COMMUNE, 60)
    made = CrsSample(RULES.sample, float(RULES.area_window))
    xy = from_wgs84(places, 9209)
    ids = encode(*(places + np.array([0.003, 0.003])).T)  # 450 m away
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(60, 400.0), ids, np.full(60, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.ids, found.proposal) == ("undecided", "fit nothing", None)


def test_a_tenth_of_bad_rows_changes_nothing() -> None:
    places = parcels(HANOI, 100)
    bad = np.arange(0, 100, 10)
    made = CrsSample(RULES.sample, float(RULES.area_window))
    xy = from_wgs84(places, 5897)
    xy[bad] += 300_000
    xy[bad[0]] = np.nan
    ids = np.array(encode(*places.T).to_pylist(), dtype=object)
    ids[bad] = None
    stated = np.full(100, 400.0)
    stated[bad] = 1.0
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(100, 400.0), pa.array(ids, pa.string()), stated)
    assert verdict(made, 5897).outcome == "agrees"


def test_two_systems_in_one_dataset_are_a_mixture() -> None:
    places = parcels(COMMUNE, 400)
    xy = np.concatenate((from_wgs84(places[:300], 9209), from_wgs84(places[300:], 9211)))
    made = CrsSample(RULES.sample, float(RULES.area_window))
    none = pa.nulls(400, pa.string())
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(400, 400.0), none, np.full(400, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.mixed_with, found.mixed_share) == ("contradicted", declared(9211), 0.25)


def test_no_coordinates_are_no_evidence() -> None:
    made = CrsSample(RULES.sample, float(RULES.area_window))
    nothing = np.full((3, 4), np.nan)
    made.add(nothing, nothing[:, 0], pa.nulls(3, pa.string()), nothing[:, 0])
    assert decide(made, here(HANOI), declared(5897), RULES) is None


def test_a_sample_is_bounded_and_does_not_depend_on_how_rows_come_in_batches() -> None:
    places = parcels(HANOI, 30_000)
    xy = from_wgs84(places, 5897)
    bounds, areas, ids = np.column_stack((xy - 10, xy + 10)), np.full(30_000, 400.0), encode(*places.T)
    whole, pieces = (CrsSample(2000, 0.05) for _ in range(2))
    whole.add(bounds, areas, ids, areas * 1.001)
    for start in range(0, 30_000, 700):
        rows = slice(start, start + 700)
        pieces.add(bounds[rows], areas[rows], ids[rows], areas[rows] * 1.001)
    assert (whole.rows, whole.areas, len(whole.middles)) == (30_000, 30_000, 2000)
    assert np.array_equal(np.sort(whole.middles, axis=0), np.sort(pieces.middles, axis=0))
    assert whole.area_ratio()[0] == pytest.approx(pieces.area_ratio()[0], rel=1e-12)
    assert whole.area_ratio()[0] == pytest.approx(np.log(1.001), rel=1e-9)


def test_a_scattered_commune_may_lie_far_from_its_point() -> None:
    place = here("07192")  # Cô Tô: its islands lie up to 40 km from the point of its area
    far = replace(place, lon=float(place.lon or 0) + 0.25)
    places = np.array([[far.lon, far.lat]], dtype=np.float64) + np.random.default_rng(1).uniform(
        -0.005, 0.005, (50, 2)
    )
    assert verdict(sample(places, 5899), 5899, "07192").outcome == "agrees"
    without = verdict(sample(places, 5899, ids=False), 5899, "07192")
    assert without.outcome == "undecided"  # a neighbouring zone brings them as near


# --- the whole matrix, small ---------------------------------------------------------------------


@pytest.mark.parametrize("zone", [5896, 5897])
def test_nothing_wrong_passes_and_proposals_are_right(zone: int) -> None:
    counts = _of_zone((zone, 1, 3))
    matrix: dict[str, dict[str, dict[str, int]]] = {}
    for (setting, _, column, cell), n in counts.items():
        matrix.setdefault(setting, {}).setdefault(column, dict.fromkeys(_CELLS, 0))[cell] = n
    assert _kept(matrix) == {
        "no_wrong_pass": True,
        "wrong_proposals_up_to_1_percent": True,
        "right_with_ids_pass_99_percent": True,
    }
    with_ids = matrix["600 parcels with ids"]
    assert sum(cells["right proposal"] for cells in with_ids.values()) >= 40


def test_the_page_keeps_a_matrix_of_every_zone_in_which_nothing_wrong_passes() -> None:
    lines = (ROOT / "docs" / "crs.md").read_text(encoding="utf-8").splitlines()
    zones = [line.split("|")[1:-1] for line in lines if re.match(r"\| \d{4} \| \d+/", line)]
    assert {int(cells[0]) for cells in zones} == set(ZONES)
    assert len(zones) == len(ZONES) * len(SETTINGS)
    for _, right, *others in zones:
        assert all(cell.strip().startswith("0/") for cell in others)
        assert sum(map(int, right.split("/"))) == 4
    totals = [line for line in lines if line.startswith("| right |")]
    assert len(totals) == len(SETTINGS)
