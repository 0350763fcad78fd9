"""Which communes a nation has, where, in which zones, and how far they may reach."""

import numpy as np
import pyproj
import pytest

from parcels.admin_units import communes, old_provinces, provinces
from parcels.columns import delivered_columns
from parcels.errors import UsageError
from sync.declared.profile import load_profile
from sync.lab.generate import Options
from sync.lab.generate.defects import Mood, plan_defects
from sync.lab.generate.nation import plan, reach_km
from sync.lab.generate.province import file_format
from sync.lab.generate.systems import SYSTEMS


def test_circles_of_no_two_communes_meet() -> None:
    everywhere = communes()
    reach = np.array([reach_km()[place.code] for place in everywhere]) * 1000
    lon = np.array([place.lon for place in everywhere])
    lat = np.array([place.lat for place in everywhere])
    geod = pyproj.Geod(ellps="WGS84")
    for k in range(len(everywhere)):
        near = np.flatnonzero((np.abs(lon - lon[k]) < 0.3) & (np.abs(lat - lat[k]) < 0.3))
        near = near[near > k]
        _, _, distance = geod.inv(
            np.full(len(near), lon[k]), np.full(len(near), lat[k]), lon[near], lat[near]
        )
        assert (reach[k] + reach[near] < distance).all(), everywhere[k]


def test_every_zone_of_every_province_occurs_with_as_many_communes_as_old_provinces() -> None:
    for delivery in plan(Options(parcels=20_000, communes_per_province=3)):
        assert [part.old_province for part in delivery.parts] == old_provinces(delivery.province)


@pytest.mark.parametrize("parcels", [1400, 2345, 200_000, 20_000_000])
def test_numbers_of_parcels_differ_and_add_up(parcels: int) -> None:
    shares = [t.parcels for d in plan(Options(parcels=parcels)) for t in d.territories]
    assert sum(shares) == parcels
    assert len(set(shares)) > 1


def test_a_province_never_has_a_commune_twice_and_gives_all_when_asked_for_more() -> None:
    (delivery,) = plan(Options(parcels=100_000, provinces=("12",), communes_per_province=500))
    codes = [territory.commune.code for territory in delivery.territories]
    assert sorted(codes) == [place.code for place in communes("12")]


def test_another_seed_takes_other_communes() -> None:
    def codes(seed: int) -> list[str]:
        return [
            t.commune.code
            for d in plan(Options(parcels=5000, provinces=("01",), seed=seed))
            for t in d.territories
        ]

    assert codes(1) == codes(1)
    assert codes(1) != codes(2)


def test_all_moods_occur_in_a_nation_of_two_provinces_and_keep_near_the_rate_in_a_large_one() -> None:
    formats = {province: file_format(load_profile(province)) for province in provinces()}
    small = Options(parcels=10_000, provinces=("01", "51"), defects=0.01)
    assert {fate.mood for fate in plan_defects(small, plan(small), formats).values()} == set(Mood)
    large = Options(parcels=200_000, defects=0.01)
    count = sum(fate.count for fate in plan_defects(large, plan(large), formats).values())
    assert count == pytest.approx(2000, rel=0.15)


def test_no_defects_means_none() -> None:
    options = Options(parcels=10_000, provinces=("01",))
    fates = plan_defects(options, plan(options), {"01": "gpkg"})
    assert all(fate.count == 0 and not fate.faults for fate in fates.values())


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"parcels": 3}, "GEN-TOO-FEW"),
        ({"parcels": 500}, "GEN-TOO-FEW"),
        ({"parcels": 10**11}, "GEN-NO-ROOM"),
        ({"parcels": 1000, "provinces": ("99",)}, "GEN-PROVINCE"),
        ({"parcels": 1000, "provinces": ("01",), "communes_per_province": 0}, "GEN-COMMUNES"),
        ({"parcels": 1000, "defects": 0.9}, "GEN-SHARE"),
        ({"parcels": 1000, "changes": -0.1}, "GEN-SHARE"),
        ({"parcels": 1000, "seed": -1}, "GEN-SEED"),
        ({"parcels": 1000, "faults": {"no_such_kind": 1}}, "GEN-FAULT"),
        ({"parcels": 1000, "faults": {"duplicate_source_key": 3}}, "GEN-FAULT-COUNT"),
        ({"parcels": 1000, "faults": {"null_geometry": 0}}, "GEN-FAULT-COUNT"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused_in_words(wishes: dict, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan(Options(**wishes))
    assert refused.value.code == code
    assert refused.value.message.vi != refused.value.message.en
    assert refused.value.hint.vi


@pytest.mark.parametrize("province", list(provinces()))
def test_a_profile_names_every_column_and_the_zone_of_every_old_province(province: str) -> None:
    profile = load_profile(province)
    # What a row does is said in change sets only; without an entry the delivered column `action` is read.
    assert set(profile.columns) == {column.name for column in delivered_columns()} - {"action"}
    assert profile.system in SYSTEMS
    assert [(part.old_province, part.epsg) for part in profile.parts] == [
        (old.name, old.epsg) for old in old_provinces(province)
    ]
    shapefile = file_format(profile) == "shapefile"
    named = [profile.delivered_name(canonical) for canonical in profile.columns]
    names = [name[: 10 if shapefile else None] for name in named if name is not None]
    assert len(names) == len(named)
    assert len({name.lower() for name in names}) == len(names)
    if shapefile:
        assert all(name.isascii() for name in names)
        assert all(part.layer is None for part in profile.parts)


def test_both_formats_and_all_systems_occur_over_the_provinces() -> None:
    profiles = [load_profile(province) for province in provinces()]
    assert {file_format(profile) for profile in profiles} == {"gpkg", "shapefile"}
    assert {profile.system for profile in profiles} == set(SYSTEMS)
