"""The truth against the files: every fault that is there is named, and every one that is named is there."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from parcels.admin_units import classify_codes
from parcels.crs import from_wgs84
from parcels.errors import UsageError
from parcels.identifiers import decode, is_well_formed
from parcels.land_use import explode
from parcels.land_use import status as land_use_status
from sync.declared.profile import load_profile
from sync.lab.generate import Options, generate
from sync.lab.generate.defects import Mood, plan_defects
from sync.lab.generate.kinds import KINDS, Kind
from sync.lab.generate.nation import plan
from sync.lab.generate.province import file_format
from sync.lab.generate.truth import expected_group
from tests.unit.lab.generate.generated_nation import SPOILT, Delivered, Nation, read_nation

AS_OF = date(2026, 11, 20)
Rows = set[int]


def where(mask: np.ndarray) -> Rows:
    return set(np.flatnonzero(mask).tolist())


def rows_of(part: Delivered, nation: Nation, *kinds: str) -> Rows:
    return {row for row, kind in nation.faulty_rows(part).items() if kind in kinds}


def missing(part: Delivered, column: str) -> Rows:
    return {row for row, value in enumerate(part.column(column)) if value is None}


def commune_states(part: Delivered, state: str) -> Rows:
    return where(
        classify_codes(pa.array(part.column("commune_code"), pa.string()), part.province, AS_OF) == state
    )


def shells_and_holes_wound_alike(part: Delivered) -> Rows:
    rings, polygon = shapely.get_rings(part.geometry, return_index=True)
    ccw = shapely.is_ccw(rings)
    hole = np.append(False, polygon[1:] == polygon[:-1])
    several = shapely.get_num_geometries(part.geometry)[polygon] > 1
    return set(polygon[hole & ~several & (ccw == np.roll(ccw, 1))].tolist())


def far_ids(part: Delivered) -> Rows:
    ids = pa.array(part.column("national_id"), pa.string())
    judged = np.isin(shapely.get_type_id(part.geometry), (3, 6)) & shapely.is_valid(part.geometry)
    judged &= (shapely.area(part.geometry) > 0) & is_well_formed(ids)
    cells = decode(ids.filter(pa.array(judged)))
    middle = np.column_stack([(cells.lon_min + cells.lon_max) / 2, (cells.lat_min + cells.lat_max) / 2])
    points = shapely.points(from_wgs84(middle, part.says["epsg"]))
    far = shapely.distance(part.geometry[judged], points) > 1.0
    return set(np.flatnonzero(judged)[far].tolist())


def wrong_areas(part: Delivered) -> Rows:
    legal = np.array(part.column("area_legal_m2"), dtype=float)
    computed = shapely.area(part.geometry)
    judged = shapely.is_valid(part.geometry) & (computed > 0) & ~np.isnan(legal)
    return where(judged & (np.abs(legal - computed) > np.maximum(0.05 * legal, 1.0)))


def with_land_use(part: Delivered, status: str) -> Rows:
    uses = explode(pa.array(part.column("land_use"), pa.string()))
    found = land_use_status(uses["land_use_code"], AS_OF) == status
    return set(uses["row"].to_numpy()[found].tolist())


# What is wrong, found without the generator's help, against the kinds that must be exactly there.
SIGNS: list[tuple[str, Callable[[Delivered], Rows], tuple[str, ...]]] = [
    ("null", lambda p: where(shapely.is_missing(p.geometry)), ("null_geometry",)),
    ("empty", lambda p: where(shapely.is_empty(p.geometry)), ("empty_geometry",)),
    ("a line", lambda p: where(shapely.get_type_id(p.geometry) == 1), ("line_geometry",)),
    (
        "no area",
        lambda p: where((shapely.get_type_id(p.geometry) == 3) & (shapely.area(p.geometry) == 0)),
        ("zero_area", "empty_geometry"),
    ),
    (
        "invalid",
        lambda p: where(
            ~shapely.is_missing(p.geometry) & ~shapely.is_valid(p.geometry) & (shapely.area(p.geometry) != 0)
        ),
        ("self_intersection", "hole_outside_shell"),
    ),
    ("ring order", shells_and_holes_wound_alike, ("hole_wound_as_shell",)),
    ("no source key", lambda p: missing(p, "source_key"), ("missing_identity",)),
    ("no national id", lambda p: missing(p, "national_id"), ("missing_identity", "missing_national_id")),
    ("no sheet", lambda p: missing(p, "sheet_no"), ("missing_identity", "missing_sheet_number")),
    ("no number", lambda p: missing(p, "parcel_no"), ("missing_identity", "missing_parcel_number")),
    ("unknown commune", lambda p: commune_states(p, "unknown"), ("unknown_commune", "missing_commune")),
    ("expired commune", lambda p: commune_states(p, "expired"), ("expired_commune",)),
    ("foreign commune", lambda p: commune_states(p, "other_province"), ("foreign_commune",)),
    (
        "malformed id",
        lambda p: (
            where(~is_well_formed(pa.array(p.column("national_id"), pa.string()))) - missing(p, "national_id")
        ),
        ("malformed_national_id",),
    ),
    ("no land use", lambda p: missing(p, "land_use"), ("missing_land_use",)),
    ("no area given", lambda p: missing(p, "area_legal_m2"), ("missing_legal_area",)),
    ("unknown use", lambda p: with_land_use(p, "unknown"), ("unknown_land_use",)),
    ("legacy use", lambda p: with_land_use(p, "legacy"), ("legacy_land_use",)),
    ("wrong area", wrong_areas, ("area_mismatch",)),
]


@pytest.mark.parametrize(("_name", "find", "kinds"), SIGNS, ids=[sign[0] for sign in SIGNS])
def test_a_fault_is_in_the_files_exactly_where_the_truth_says(
    spoilt: Nation, _name: str, find: Callable[[Delivered], Rows], kinds: tuple[str, ...]
) -> None:
    expected = 0
    for part in spoilt.parts:
        assert find(part) == rows_of(part, spoilt, *kinds)
        expected += len(rows_of(part, spoilt, *kinds))
    assert expected > 0


def test_ids_that_lie_elsewhere_are_named_and_no_others(spoilt: Nation) -> None:
    for part in spoilt.parts:
        found = far_ids(part) - rows_of(part, spoilt, "duplicate_national_id")
        assert found == rows_of(part, spoilt, "national_id_elsewhere")


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("duplicate_source_key", ("source_key",)),
        ("duplicate_national_id", ("national_id",)),
        ("duplicate_sheet_number", ("commune_code", "map_set", "map_scale", "sheet_no", "parcel_no")),
    ],
)
def test_both_rows_of_every_duplicate_are_named(spoilt: Nation, kind: str, columns: tuple[str, ...]) -> None:
    for province in {part.province for part in spoilt.parts}:
        parts = [part for part in spoilt.parts if part.province == province]
        keys: list[tuple[tuple[object, ...], tuple[int, int]]] = []
        for part in parts:
            values = zip(*(part.column(column) for column in columns), strict=True)
            keys += [(key, (part.part_no, row)) for row, key in enumerate(values) if None not in key]
        times = Counter(key for key, _ in keys)
        twice = {place for key, place in keys if times[key] > 1}
        named = {(part.part_no, row) for part in parts for row in rows_of(part, spoilt, kind)}
        assert twice == named
        assert max(times.values(), default=0) <= 2


def test_every_kind_of_defect_occurs(spoilt: Nation) -> None:
    assert set(spoilt.truth["kind"].to_pylist()) == {kind.name for kind in KINDS}


# What each check says by its definition: severity, and whether the row is quarantined.
CONTRACT = {
    "GEO-NULL": ("error", True),
    "GEO-EMPTY": ("error", True),
    "GEO-TYPE": ("error", True),
    "GEO-INVALID": ("error", True),
    "GEO-ZERO-AREA": ("error", True),
    "GEO-RING-ORDER": ("info", False),
    "IDN-MISSING": ("error", True),
    "IDN-DUP-SOURCE": ("error", True),
    "IDN-DUP-NATIONAL": ("error", True),
    "IDN-DUP-SHEET": ("error", True),
    "IDN-COMMUNE-UNKNOWN": ("error", True),
    "IDN-COMMUNE-EXPIRED": ("error", True),
    "IDN-COMMUNE-PROVINCE": ("error", True),
    "IDN-FORMAT": ("error", False),
    "IDN-OUTSIDE": ("error", False),
    "IDN-NATIONAL-MISSING": ("warning", False),
    "IDN-SHEET-MISSING": ("error", False),
    "ATT-REQUIRED": ("error", False),
    "ATT-LAND-USE": ("error", False),
    "ATT-LAND-USE-LEGACY": ("warning", False),
    "ATT-AREA": ("error", False),
}


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_kind_has_the_consequence_of_its_check(kind: Kind) -> None:
    assert (kind.severity, kind.quarantined) == CONTRACT[kind.check]
    assert kind.leaves == kind.check.startswith("IDN-COMMUNE-")


def test_communes_get_the_group_of_their_mood(spoilt: Nation) -> None:
    deliveries = plan(SPOILT)
    formats = {d.province: file_format(load_profile(d.province)) for d in deliveries}
    fates = plan_defects(SPOILT, deliveries, formats)
    groups = dict(zip(spoilt.groups["commune"].to_pylist(), spoilt.groups["group"].to_pylist(), strict=True))
    left = {line["home_commune"] for line in spoilt.truth.to_pylist() if line["commune"] == "-"}
    assert left
    for code, fate in fates.items():
        if fate.mood == Mood.BROKEN:
            assert groups[code] == 3
            assert code not in left  # a row that leaves would lower the share of its own commune
        elif fate.mood == Mood.SLOPPY:
            assert groups[code] == 2
            assert code not in left


def test_a_parcel_carries_one_defect_at_most_and_the_truth_repeats_its_key(spoilt: Nation) -> None:
    lines = spoilt.truth.to_pylist()
    places = [(line["delivery"], line["part_no"], line["source_row"]) for line in lines]
    assert len(set(places)) == len(places)
    keys = {(part.province, part.part_no): part.column("source_key") for part in spoilt.parts}
    for line in lines:
        delivered = keys[line["delivery"], line["part_no"]][line["source_row"]]
        assert (line["source_key"] or None) == delivered


def test_groups_and_counts_follow_from_the_files(spoilt: Nation) -> None:
    read: Counter[tuple[str, str]] = Counter()
    for part in spoilt.parts:
        states = classify_codes(pa.array(part.column("commune_code"), pa.string()), part.province, AS_OF)
        for code, state in zip(part.column("commune_code"), states, strict=True):
            read[part.province, code if state == "known" else "-"] += 1
    quarantined: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for line in spoilt.truth.to_pylist():
        dataset = (line["delivery"], line["commune"])
        quarantined[dataset] += line["quarantined"] == "yes"
        wrong[dataset] += line["severity"] == "error"
    for line in spoilt.groups.to_pylist():
        dataset = (line["delivery"], line["commune"])
        assert line["read"] == read.pop(dataset, 0)
        assert line["quarantined"] == quarantined[dataset]
        assert line["rows_with_error"] == wrong[dataset]
        share = quarantined[dataset] / max(line["read"], 1)
        if line["commune"] == "-":
            assert line["group"] is None
        elif share > 0.1:
            assert line["group"] == 3
        else:
            clean = not quarantined[dataset] and wrong[dataset] / line["read"] <= 0.1
            assert line["group"] == (1 if clean else 2)
    assert not read


def test_all_three_groups_occur_at_one_per_cent(tmp_path: Path) -> None:
    options = Options(parcels=6000, provinces=("01", "51"), defects=0.01)
    document = generate(options, tmp_path / "n")
    assert all(document["totals"]["groups"][number] > 0 for number in ("1", "2", "3"))


@pytest.mark.parametrize(
    ("read", "quarantined", "wrong", "group"),
    [
        (100, 0, 0, 1),
        (100, 0, 10, 1),
        (100, 0, 11, 2),
        (100, 1, 1, 2),
        (100, 10, 10, 2),
        (100, 11, 11, 3),
        (30, 3, 3, 2),
        (70, 7, 7, 2),
        (9, 1, 1, 3),
    ],
)
def test_the_group_turns_exactly_at_a_tenth(read: int, quarantined: int, wrong: int, group: int) -> None:
    assert expected_group(read, quarantined, wrong) == group


def test_exact_numbers_of_faults_are_placed_exactly(tmp_path: Path) -> None:
    faults = {"self_intersection": 1, "duplicate_source_key": 4, "hole_wound_as_shell": 2}
    options = Options(parcels=3000, provinces=("01",), communes_per_province=3, faults=faults)
    nation = read_nation(tmp_path / "n", generate(options, tmp_path / "n"))
    assert Counter(nation.truth["kind"].to_pylist()) == Counter(faults)


def test_a_fault_that_no_file_can_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    options = Options(parcels=300, provinces=("51",), communes_per_province=2, faults={"empty_geometry": 1})
    with pytest.raises(UsageError) as refused:
        generate(options, tmp_path / "n")
    assert refused.value.code == "GEN-FAULT-ROOM"
    assert not list(tmp_path.iterdir())
