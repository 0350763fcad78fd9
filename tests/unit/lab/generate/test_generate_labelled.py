"""A labelled nation: communes that touch, in one province and across provinces and zones, and what was known before."""

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.admin_units import communes
from parcels.crs import to_vn2000_geographic
from parcels.errors import UsageError
from sync.declared.profile import load_profile
from sync.lab.generate import Options, generate
from sync.lab.generate.edges import ALONE, edges_of
from sync.lab.generate.fabric import RURAL, make_fabrics
from sync.lab.generate.nation import PlannedDelivery, plan
from sync.lab.generate.province import ProvinceBatch, make_province
from sync.lab.generate.sites import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH
from tests.conftest import counts

WISH = Options(
    parcels=6000, provinces=("01", "25", "51", "79", "80"), communes_per_province=6, labelled=True, seed=3
)


@pytest.fixture(scope="module")
def deliveries() -> list[PlannedDelivery]:
    return plan(WISH)


@pytest.fixture(scope="module")
def batches(deliveries: list[PlannedDelivery]) -> dict[str, ProvinceBatch]:
    return {d.province: make_province(WISH, d, load_profile(d.province)) for d in deliveries}


def of_commune(batches: dict[str, ProvinceBatch], code: str) -> tuple[np.ndarray, int]:
    """Parcels of a commune, VN-2000 degrees, and the zone they were made in."""
    for batch in batches.values():
        for k, territory in enumerate(batch.delivery.territories):
            if territory.commune.code == code:
                epsg = territory.old_province.epsg
                rows = batch.geometry[batch.commune == k]
                return shapely.transform(rows, partial(to_vn2000_geographic, epsg=epsg)), epsg
    raise AssertionError(code)


@settings(max_examples=counts(20))
@given(seed=st.integers(0, 2**32), parcels=st.lists(st.integers(30, 200), min_size=2, max_size=3))
def test_fabrics_made_together_are_one_coverage_and_each_keeps_its_number(
    seed: int, parcels: list[int]
) -> None:
    fabrics = make_fabrics(np.random.default_rng(seed), RURAL, parcels, (500_000.0, 2_300_000.0), 1e5)
    assert fabrics is not None
    assert [len(fabric.geometry) for fabric in fabrics] == parcels
    everything = np.concatenate([fabric.geometry for fabric in fabrics])
    assert shapely.coverage_is_valid(everything)
    for fabric in fabrics:
        assert fabric.sheet.min() == 1
        assert set(np.unique(fabric.sheet)) == set(range(1, int(fabric.sheet.max()) + 1))
    member = np.repeat(np.arange(len(parcels)), parcels)
    edges = edges_of(everything)
    shared = edges.other != ALONE
    meet = {
        (int(a), int(b))
        for a, b in zip(member[edges.parcel[shared]], member[edges.other[shared]], strict=True)
    }
    assert all((k, k + 1) in meet for k in range(len(parcels) - 1))


def test_communes_touch_inside_a_province_and_across_provinces_and_zones(
    deliveries: list[PlannedDelivery], batches: dict[str, ProvinceBatch]
) -> None:
    sites = {t.site.code: t.site for d in deliveries for t in d.territories if len(t.site.communes) > 1}
    provinces = [{c.province_code for c in site.communes} for site in sites.values()]
    assert any(len(each) == 1 for each in provinces)
    assert any(len(each) == 2 for each in provinces)
    zones = set()
    for site in sites.values():
        one, other = (of_commune(batches, c.code) for c in site.communes[:2])
        zones.add(one[1] == other[1])
        near = shapely.distance(*(shapely.union_all(shapes) for shapes, _ in (one, other)))
        assert near < 2e-8  # two millimetres
        overlap = shapely.intersection(*(shapely.union_all(shapes) for shapes, _ in (one, other)))
        assert overlap.area * 1.2e10 < 0.3  # square metres, along a kilometre and more
    assert zones == {True, False}


def test_shared_fabrics_lie_near_their_communes_and_apart_from_all_others(
    deliveries: list[PlannedDelivery],
) -> None:
    sites = list({t.site.code: t.site for d in deliveries for t in d.territories}.values())
    scale = np.array([KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH])
    middle = np.array([(s.spot.lon, s.spot.lat) for s in sites]) * scale
    reach = np.array([s.spot.radius_m / 1000 for s in sites])
    apart = np.hypot(*(middle[:, None] - middle).transpose(2, 0, 1)) + np.diag(np.full(len(sites), np.inf))
    assert (apart > reach[:, None] + reach).all()
    area = {c.code: c.area_km2 or 0.0 for c in communes()}
    for site, (x, y) in zip(sites, middle, strict=True):
        for c in site.communes:
            away = np.hypot(x - (c.lon or 0) * scale[0], y - (c.lat or 0) * scale[1])
            assert away <= 0.75 * np.sqrt(area[c.code] / np.pi) + 1.0


def test_without_defects_nothing_contradicts_what_was_known_before(tmp_path) -> None:
    options = Options(parcels=900, provinces=("01", "25"), communes_per_province=3, labelled=True)
    document = generate(options, tmp_path / "n")
    assert document["totals"]["defects"] == 0
    live = pa.concat_tables(
        [pq.read_table(tmp_path / "n" / "before" / p / "live.parquet") for p in ("01", "25")]
    )
    assert live.num_rows == 900
    assert pc.count_distinct(live["national_id"]).as_py() == 900
    answers = (tmp_path / "n" / "population" / "01.csv").read_text(encoding="utf-8").splitlines()
    assert answers[0].replace('"', "") == "province,system,land_user_key,status,checked_at"
    assert {line.split(",")[3].strip('"') for line in answers[1:]} == {"found"}


def test_a_labelled_nation_is_the_same_again_and_a_change_set_is_none(tmp_path) -> None:
    options = Options(
        parcels=900, provinces=("01", "25"), communes_per_province=3, labelled=True, defects=0.05, seed=5
    )
    for name in ("a", "b"):
        generate(options, tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(tmp_path / "b") for p in (tmp_path / "b").rglob("*") if p.is_file())
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    with pytest.raises(UsageError) as refused:
        Options(parcels=900, labelled=True, changes=0.1)
    assert refused.value.code == "GEN-LABELLED"
