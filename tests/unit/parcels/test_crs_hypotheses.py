"""What delivered coordinates may be in: each reading of them is PROJ's, and every mistake is undone exactly."""

import numpy as np
import pytest
from pyproj import CRS, Proj, Transformer
from pyproj.transformer import TransformerGroup

from parcels.crs import ZONES, from_wgs84, hanoi72_to_wgs84
from parcels.crs_hypotheses import (
    FOOT_M,
    Hypothesis,
    bases,
    declared,
    gauss_krueger_number,
    hypotheses,
    metres_between,
    places,
)

WITHIN = 4.4  # degrees from its meridian an easting stays between 0 and 1,000 km, and can carry a zone number
PLACES = np.array([[105.83, 21.03], [106.9, 10.4], [108.9, 12.2]])


def base(epsg: int):  # type: ignore[no-untyped-def]
    return next(found for found in bases() if found.epsg == epsg)


def test_hanoi_1972_is_read_as_proj_reads_it() -> None:
    group = TransformerGroup(4147, 4326, always_xy=True)
    shift = next(t for t in group.transformers if "Hanoi 1972 to WGS 84 (1)" in t.description)
    expected = np.column_stack(shift.transform(*PLACES.T))
    assert np.abs(hanoi72_to_wgs84(PLACES) - expected).max() < 1e-10


@pytest.mark.parametrize(("epsg", "number"), [(2044, 18), (2045, 19), (2093, None)])
def test_gauss_krueger_zones_are_those_of_epsg(epsg: int, number: int | None) -> None:
    here = PLACES[np.abs(PLACES[:, 0] - float(base(epsg).lon0)) < WITHIN]
    projected = np.column_stack(Transformer.from_crs(4147, epsg, always_xy=True).transform(*here.T))
    assert gauss_krueger_number(base(epsg)) == number
    read = Hypothesis(base(epsg), "plain" if number is None else "prefix").place(projected)
    assert np.abs(read - hanoi72_to_wgs84(here)).max() < 1e-10


@pytest.mark.parametrize("epsg", sorted(ZONES))
def test_every_mistake_with_a_zone_is_undone(epsg: int) -> None:
    here = PLACES[np.abs(PLACES[:, 0] - ZONES[epsg].lon0) < WITHIN]
    right = from_wgs84(here, epsg)
    spoilt = {
        ("plain", False): right,
        ("plain", True): right[:, ::-1],
        ("no_false_easting", False): right - np.array([500_000.0, 0.0]),
        ("prefix", False): right + np.array([48e6, 0.0]),
        ("feet", True): right[:, ::-1] / FOOT_M,
    }
    for (variant, swapped), coords in spoilt.items():
        read = Hypothesis(base(epsg), variant, swapped).place(coords)  # type: ignore[arg-type]
        metres = metres_between(read, here)
        assert np.abs(metres).max() < 1e-3, (variant, swapped)


def test_the_withdrawn_zones_are_read_as_epsg_defined_them() -> None:
    withdrawn = CRS.from_epsg(6957)
    coords = np.column_stack(Transformer.from_crs(4756, withdrawn, always_xy=True).transform(105.8, 21.0))
    read = Hypothesis(base(5897), "withdrawn").undone(coords)
    expected = np.column_stack(Transformer.from_crs(4756, 5897, always_xy=True).transform(105.8, 21.0))
    assert np.abs(read - expected).max() < 1e-6


def test_a_northing_is_no_easting_with_a_zone_number() -> None:
    northing_first = np.array([[2_300_000.0, 500_000.0]])
    assert np.isinf(Hypothesis(base(9209), "prefix").place(northing_first)).all()


def test_one_point_is_placed_under_all_of_them_as_under_each() -> None:
    every = hypotheses()
    (point,) = from_wgs84(PLACES[:1], 9209)
    together = places(point, every)
    near = np.flatnonzero(np.isfinite(together[:, 0]))
    assert len(near) >= len(ZONES)
    for k in near:
        assert np.array_equal(together[k : k + 1], every[k].place(point[np.newaxis]))
    alone = np.concatenate([hypothesis.place(point[np.newaxis]) for hypothesis in every])
    around = (np.abs(alone - np.array([106.0, 16.0])) < 8).all(axis=1)  # what is not transformed is not near
    assert set(np.flatnonzero(around)) <= set(near)
    assert len({hypothesis.name for hypothesis in every}) == len(every)


def test_areas_of_utm_and_tm3_of_one_meridian_differ_by_six_in_ten_thousand() -> None:
    scale = declared(5897).base.area_scale(105.8, 21.0) / declared(3405).base.area_scale(105.8, 21.0)
    assert scale == pytest.approx((0.9999 / 0.9996) ** 2, abs=1e-9)


@pytest.mark.parametrize("epsg", [3405, 3406, 5897, 9218])
def test_the_scale_of_areas_is_proj_s(epsg: int) -> None:
    for lon, lat in PLACES:
        scale = Proj(CRS.from_epsg(epsg)).get_factors(lon, lat).areal_scale
        assert base(epsg).area_scale(lon, lat) == pytest.approx(scale, abs=2e-6)


def test_what_cannot_be_declared_is_not() -> None:
    with pytest.raises(KeyError):
        declared(2044)
    assert not Hypothesis(base(2093)).declarable
    assert not Hypothesis(base(9209), "feet").declarable
    assert Hypothesis(base(9209), swapped=True).declarable
