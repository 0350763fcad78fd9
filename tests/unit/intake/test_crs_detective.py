"""In which CRS each dataset is: what is found from its coordinates, what the office is told, what it then writes."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from parcels.admin_units import Commune, commune
from parcels.crs import ZONES, from_wgs84
from parcels.crs_hypotheses import declared
from parcels.errors import DeliveryRejected
from parcels.identifiers import encode, national_ids
from sync.conform import conform, load_conform
from sync.conform.detective.decide import decide
from sync.conform.detective.sample import Sample
from sync.conform.detective.verdict import Verdict
from sync.conform.snapshot import part_paths, read_part
from sync.fetch import fetch
from sync.gate import LivePlace, gate, load_gate
from sync.measure.crs import _kept, _of_zone
from sync.measure.crs_matrix import SETTINGS
from sync.profile import Profile
from tests.conftest import ROOT
from tests.support.strip import COMMUNE, LAYER, ZONE, profile_of, strip
from validators.policy import policy_at

Write = Callable[..., Path]
NEIGHBOUR = "00694"
HANOI = "00004"  # Phường Ba Đình: 105°00′, the meridian of UTM 48 and of an old Gauss-Krüger zone
RULES = policy_at(date(2026, 7, 1)).crs
IDS = {**profile_of().columns, "national_id": "maDinhDanh"}


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
) -> Sample:
    """Squares of 20 m at places, written in `epsg`; stated areas are `ratio` times the planar ones."""
    n = len(places)
    xy = from_wgs84(places, epsg)
    made = Sample(RULES.sample, float(RULES.area_window))
    stated = 400 * ratio * np.exp(np.random.default_rng(2).normal(0, noise, n))
    codes = encode(*places.T) if ids else pa.nulls(n, pa.string())
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(n, 400.0), codes, stated)
    return made


def verdict(made: Sample, epsg: int, code: str = HANOI) -> Verdict:
    found = decide(made, here(code), declared(epsg), RULES)
    assert found is not None
    return found


def names(found: Verdict) -> set[str]:
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
    made = Sample(RULES.sample, float(RULES.area_window))
    xy = from_wgs84(places, 9209)
    rng = np.random.default_rng(3)
    ids = encode(rng.uniform(103, 109, 60), rng.uniform(9, 23, 60))
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(60, 400.0), ids, np.full(60, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.ids) == ("agrees", "scattered")


def test_ids_that_are_off_together_and_fit_no_system_leave_it_undecided() -> None:
    places = parcels(COMMUNE, 60)
    made = Sample(RULES.sample, float(RULES.area_window))
    xy = from_wgs84(places, 9209)
    ids = encode(*(places + np.array([0.003, 0.003])).T)  # 450 m away
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(60, 400.0), ids, np.full(60, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.ids, found.proposal) == ("undecided", "fit nothing", None)


def test_a_tenth_of_bad_rows_changes_nothing() -> None:
    places = parcels(HANOI, 100)
    bad = np.arange(0, 100, 10)
    made = Sample(RULES.sample, float(RULES.area_window))
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
    made = Sample(RULES.sample, float(RULES.area_window))
    none = pa.nulls(400, pa.string())
    made.add(np.column_stack((xy - 10, xy + 10)), np.full(400, 400.0), none, np.full(400, 400.0))
    found = verdict(made, 9209, COMMUNE)
    assert (found.outcome, found.mixed_with, found.mixed_share) == ("contradicted", declared(9211), 0.25)


def test_no_coordinates_are_no_evidence() -> None:
    made = Sample(RULES.sample, float(RULES.area_window))
    nothing = np.full((3, 4), np.nan)
    made.add(nothing, nothing[:, 0], pa.nulls(3, pa.string()), nothing[:, 0])
    assert decide(made, here(HANOI), declared(5897), RULES) is None


def test_a_sample_is_bounded_and_does_not_depend_on_how_rows_come_in_batches() -> None:
    places = parcels(HANOI, 30_000)
    xy = from_wgs84(places, 5897)
    bounds, areas, ids = np.column_stack((xy - 10, xy + 10)), np.full(30_000, 400.0), encode(*places.T)
    whole, pieces = (Sample(2000, 0.05) for _ in range(2))
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


_CELLS = ("pass", "right proposal", "wrong proposal", "undecided", "right one not named")


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


# --- files, sentences, corrections ---------------------------------------------------------------


def run(path: Path, profile: Profile, folder: Path) -> Path:
    fetch(path, profile, folder)
    conform(folder, profile)
    return folder


def with_ids(frame: gpd.GeoDataFrame, epsg: int) -> gpd.GeoDataFrame:
    return frame.assign(maDinhDanh=national_ids(frame.geometry.to_numpy(), epsg).to_pylist())


def swapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(turned, crs=frame.crs))


def holds(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return load_conform(folder)["holds"]


def test_swapped_axes_are_proposed_and_what_was_proposed_passes(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(swapped(strip(4)), "goi/a.gpkg")
    toml = tmp_path / "goi" / "delivery.toml"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\n')
    ((reason,),) = holds(run(tmp_path / "goi", profile, tmp_path / "run")).values()
    assert reason["code"] == "CRS-IMPLAUSIBLE"
    assert 'epsg = 9209 và axes = "north-east"' in reason["vi"]
    assert 'epsg = 9209 and axes = "north-east"' in reason["en"]
    assert reason["evidence"]["proposal"] == "EPSG:9209 swapped"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\naxes = "north-east"\n')
    again = run(tmp_path / "goi", profile, tmp_path / "again")
    assert holds(again) == {}
    straight = run(gpkg(strip(4), "right.gpkg"), profile, tmp_path / "straight")
    geometry = [read_part(part_paths(folder)[COMMUNE])["geom"] for folder in (again, straight)]
    assert geometry[0].equals(geometry[1])


def test_axes_said_to_be_turned_that_are_not_are_proposed_the_other_way(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(strip(4), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\naxes = "north-east"\n'
    )
    ((reason,),) = holds(run(tmp_path / "goi", profile, tmp_path / "run")).values()
    assert 'axes = "east-north"' in reason["en"]


def test_two_datasets_of_one_file_may_be_in_two_systems(
    shapefile: Write, profile: Profile, tmp_path: Path
) -> None:
    other = strip(5, NEIGHBOUR, epsg=9210, first=50).set_crs(ZONE, allow_override=True)
    path = shapefile(pd.concat([strip(5), other]))
    path.with_suffix(".prj").unlink()
    folder = run(path, profile, tmp_path / "run")
    ((reason,),) = holds(folder).values()
    assert list(holds(folder)) == [NEIGHBOUR]
    assert "epsg = 9210" in reason["vi"]
    shown = load_conform(folder)["crs"]
    assert [shown[code][0]["outcome"] for code in (COMMUNE, NEIGHBOUR)] == ["agrees", "contradicted"]


@pytest.mark.parametrize(
    ("change", "proposed", "words"),
    [
        (lambda xy: xy - np.array([500_000.0, 0]), "EPSG:9209 no_false_easting", "cộng 500000 m"),
        (lambda xy: xy + np.array([18e6, 0]), "EPSG:9209 prefix", "bỏ số hiệu múi"),
        (lambda xy: xy / 0.3048, "EPSG:9209 feet", "từ foot sang mét"),
    ],
)
def test_what_no_epsg_code_can_say_is_to_be_mended_before_the_export(
    gpkg: Write, tmp_path: Path, change: Callable[..., Any], proposed: str, words: str
) -> None:
    frame = with_ids(strip(6), ZONE)
    moved = shapely.transform(frame.geometry.to_numpy(), change)
    path = gpkg(frame.set_geometry(gpd.GeoSeries(moved, crs=frame.crs)))
    ((reason,),) = holds(run(path, profile_of(columns=IDS), tmp_path / "run")).values()
    assert reason["evidence"]["proposal"] == proposed
    assert words in reason["vi"]
    assert "epsg = 9209" in reason["en"]


def test_a_file_that_is_right_against_the_declaration_is_named_as_the_proposal(
    gpkg: Write, tmp_path: Path
) -> None:
    folder = run(gpkg(strip(2, epsg=9210)), profile_of(parts=[{"epsg": ZONE}]), tmp_path / "run")
    ((reason,),) = holds(folder).values()
    assert reason["code"] == "CRS-MISMATCH"
    assert "khớp với hệ ghi trong tệp" in reason["vi"]
    assert "write epsg = 9210" in reason["en"].lower()


def test_a_declaration_that_is_right_against_the_file_is_said_to_be(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    path = gpkg(strip(2).set_crs(9210, allow_override=True))
    ((reason,),) = holds(run(path, profile, tmp_path / "run")).values()
    assert reason["code"] == "CRS-MISMATCH"
    assert "fit the declared EPSG:9209" in reason["en"]


def test_what_is_not_declared_is_refused_with_what_it_seems_to_be(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    with pytest.raises(DeliveryRejected) as caught:
        run(gpkg(strip(3, epsg=9210)), profile, tmp_path / "run")
    assert caught.value.code == "DLV-CRS-UNDECLARED"
    assert "ghi epsg = 9210 cho phần này" in caught.value.message.vi
    assert "write epsg = 9210 for this part" in caught.value.message.en.lower()


def test_hanoi_1972_is_to_be_transformed_and_not_declared(gpkg: Write, tmp_path: Path) -> None:
    place = parcels(COMMUNE, 1)
    from pyproj import Transformer  # noqa: PLC0415

    degrees = Transformer.from_crs(4326, 4147, always_xy=True, only_best=False, allow_ballpark=False)
    x, y = Transformer.from_crs(4147, 2044, always_xy=True).transform(*degrees.transform(*place[0]))
    squares = shapely.box(x + np.arange(6) * 20, y, x + np.arange(6) * 20 + 20, y + 20)
    frame = with_ids(strip(6), ZONE)
    at = np.array([[float(here(COMMUNE).lon or 0), float(here(COMMUNE).lat or 0)]])
    metres = (place - at) * np.array([[111_320 * np.cos(np.radians(at[0, 1])), 110_600]])
    assert np.abs(metres).max() < 2000
    frame = frame.assign(
        maDinhDanh=encode(
            place[0, 0] + (np.arange(6) * 20 + 10) / (111_320 * np.cos(np.radians(place[0, 1]))),
            np.full(6, place[0, 1] + 10 / 110_600),
        ).to_pylist()
    )
    path = gpkg(frame.set_geometry(gpd.GeoSeries(squares, crs=frame.crs)))
    ((reason,),) = holds(run(path, profile_of(columns=IDS), tmp_path / "run")).values()
    assert reason["evidence"]["proposal"] == "EPSG:2044 prefix"
    assert "HN-72 không được nhận trực tiếp" in reason["vi"]


# --- the gate ------------------------------------------------------------------------------------


@pytest.fixture
def undecided(gpkg: Write, tmp_path: Path) -> Path:
    """A conformed delivery in WGS 84 degrees, without ids: it might as well be VN-2000 degrees."""
    frame = strip(12).to_crs(4326)
    path = gpkg(frame)
    return run(path, profile_of(parts=[{"layer": LAYER, "epsg": 4326}]), tmp_path / "run")


def test_what_is_not_decided_waits_and_says_so(undecided: Path) -> None:
    ((reason,),) = holds(undecided).values()
    assert reason["code"] == "CRS-UNDECIDED"
    assert "EPSG:4756" in reason["vi"]
    assert gate(undecided)["held_communes"] == [COMMUNE]


def test_the_communes_own_parcels_settle_what_is_not_decided(undecided: Path) -> None:
    near = {(COMMUNE, 0): LivePlace(12, 0.3, -0.2)}
    assert gate(undecided, places=near)["held_communes"] == []
    (settled,) = load_gate(undecided)["communes"][COMMUNE]["settled"]
    assert settled["evidence"]["history"] == {"found": 12, "east_m": 0.3, "north_m": -0.2}


@pytest.mark.parametrize("place", [LivePlace(12, 195.0, -112.0), LivePlace(2, 0.0, 0.0)])
def test_parcels_that_lie_elsewhere_or_too_few_of_them_settle_nothing(
    undecided: Path, place: LivePlace
) -> None:
    assert gate(undecided, places={(COMMUNE, 0): place})["held_communes"] == [COMMUNE]
    (reason,) = load_gate(undecided)["communes"][COMMUNE]["reasons"]
    assert ("225 m" in reason["vi"]) == (place.found == 12)


def test_the_history_settles_no_contradiction(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    folder = run(gpkg(swapped(strip(8))), profile, tmp_path / "run")
    assert gate(folder, places={(COMMUNE, 0): LivePlace(8, 0.0, 0.0)})["held_communes"] == [COMMUNE]
