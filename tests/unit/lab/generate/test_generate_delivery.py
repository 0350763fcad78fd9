"""What lies in the files of a nation, read back with nothing but pyogrio."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import pytest
import shapely

from parcels.admin_units import old_provinces
from parcels.crs import from_wgs84, same_crs
from parcels.identifiers import decode, in_vietnam, is_well_formed
from sync.conform.expected import read_expected
from sync.declared.profile import load_profile
from sync.intake.delivery import read_listed
from sync.intake.listing import list_files
from sync.lab.generate import Options, generate
from sync.lab.generate.nation import plan, reach_km
from sync.lab.generate.province import make_province
from sync.lab.generate.write import write_delivery
from tests.unit.lab.generate.generated_nation import CLEAN, Nation, read_nation, read_part


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_the_same_options_give_the_same_bytes(clean: Nation, tmp_path: Path) -> None:
    generate(CLEAN, tmp_path / "again")
    assert everything(tmp_path / "again") == everything(clean.root)


def test_another_seed_gives_other_parcels(clean: Nation, tmp_path: Path) -> None:
    generate(replace(CLEAN, seed=8), tmp_path / "other")
    assert everything(tmp_path / "other")["01/hanoi.gpkg"] != everything(clean.root)["01/hanoi.gpkg"]


def test_a_later_delivery_of_the_same_nation_has_the_same_rows(
    clean: Nation, later: datetime, tmp_path: Path
) -> None:
    again = read_nation(tmp_path / "n", generate(replace(CLEAN, extracted_at=later), tmp_path / "n"))
    assert {part.toml["extracted_at"] for part in again.parts} == {later}
    for first, second in zip(clean.parts, again.parts, strict=True):
        assert first.table.equals(second.table)


def test_changes_touch_their_share_of_land_users_and_nothing_else(
    clean: Nation, later: datetime, tmp_path: Path
) -> None:
    options = replace(CLEAN, extracted_at=later, changes=0.1)
    again = read_nation(tmp_path / "n", generate(options, tmp_path / "n"))
    changed = rows = 0
    private = ("land_user_name", "land_user_id_number", "land_user_birth_year", "land_user_key")
    private += ("certificate_no", "certificate_issued_on", "source_version")
    for first, second in zip(clean.parts, again.parts, strict=True):
        differs = pc.not_equal(first.array("source_version"), second.array("source_version"))
        changed += pc.sum(differs).as_py() or 0
        rows += len(first.geometry)
        same = pc.invert(differs)
        assert first.table.filter(same).equals(second.table.filter(same))
        touched = [first.named(name) for name in private]
        assert first.table.drop_columns(touched).equals(second.table.drop_columns(touched))
    assert 0.05 * rows < changed < 0.1 * rows  # a tenth of those that people hold


def test_a_corrected_delivery_differs_only_where_defects_were_seeded(clean: Nation, spoilt: Nation) -> None:
    for good, bad in zip(clean.parts, spoilt.parts, strict=True):
        whole = np.ones(len(good.geometry), bool)
        whole[list(spoilt.faulty_rows(bad))] = False
        mask = pa.array(whole)
        assert good.table.filter(mask).equals(bad.table.filter(mask))


def test_counts_are_those_asked_for(clean: Nation) -> None:
    assert sum(len(part.geometry) for part in clean.parts) == CLEAN.parcels
    assert clean.document["totals"]["parcels"] == CLEAN.parcels
    assert clean.document["totals"]["communes"] == 6 * len(CLEAN.provinces)
    assert clean.truth.num_rows == 0
    assert set(clean.groups["group"].to_pylist()) == {1, None}


def test_a_delivery_says_whose_it_is_and_what_it_is_complete_for(clean: Nation) -> None:
    for province in CLEAN.provinces:
        delivery = read_listed(list_files(clean.root / province), load_profile(province))
        parts = [part for part in clean.parts if part.province == province]
        assert delivery.says.kind == "full"
        assert delivery.says.commune_codes == "new"
        assert delivery.says.extracted_at == CLEAN.extracted_at
        assert not delivery.unlisted
        codes = {code for part in parts for code in part.column("commune_code")}
        assert set(delivery.says.complete_for) == codes
        assert [(p.old_province, p.epsg) for p in delivery.says.parts] == [
            (old.name, old.epsg) for old in old_provinces(province)
        ]


def test_every_file_states_the_zone_that_delivery_toml_declares(clean: Nation) -> None:
    for part in clean.parts:
        if part.path.suffix == ".shp":
            stated = part.path.with_suffix(".prj").read_text()
            assert part.path.with_suffix(".cpg").read_text() == "UTF-8"
        else:
            stated = pyogrio.read_info(part.path)["crs"]
        assert same_crs(part.says["epsg"], stated) == "same"


@pytest.mark.parametrize("province", ["01", "51", "79", "80"])
def test_both_formats_read_back_equal_to_what_was_made(province: str, tmp_path: Path) -> None:
    options = Options(parcels=600, provinces=(province,), communes_per_province=4)
    (delivery,) = plan(options)
    batch = make_province(options, delivery, load_profile(province))
    (tmp_path / province).mkdir()
    write_delivery(options, batch, tmp_path / province)
    for number in range(len(delivery.parts)):
        part = read_part(tmp_path / province, number)
        rows = np.flatnonzero(batch.part == number)
        assert (shapely.normalize(part.geometry) == shapely.normalize(batch.geometry[rows])).all()
        for canonical, made in batch.columns.items():
            read = part.array(canonical)
            if canonical in ("sheet_no", "parcel_no"):
                read = read.cast(pa.int64()).cast(pa.string())
            assert read.cast(made.type).equals(made.take(pa.array(rows))), canonical


def test_sheet_and_parcel_numbers_come_as_text_whole_and_decimal_numbers(clean: Nation) -> None:
    types = {part.province: str(part.array("parcel_no").type) for part in clean.parts}
    assert types["79"] == "double"
    assert types["80"] == "int32"
    assert "string" in types["01"]


def test_neighbours_in_a_delivered_commune_share_their_vertices(clean: Nation) -> None:
    for part in clean.parts:
        codes = np.array(part.column("commune_code"))
        assert shapely.is_valid(part.geometry).all()
        for code in np.unique(codes):
            assert shapely.coverage_is_valid(part.geometry[codes == code])


def test_national_ids_are_unique_over_the_nation_and_decode_into_their_parcel(clean: Nation) -> None:
    ids = pa.concat_arrays([part.array("national_id").cast(pa.string()) for part in clean.parts])
    assert is_well_formed(ids).all()
    assert in_vietnam(ids).all()
    assert len(pc.unique(ids)) == len(ids)
    for part in clean.parts:
        cells = decode(part.array("national_id"))
        corners = [
            shapely.points(from_wgs84(np.column_stack([lon, lat]), part.says["epsg"]))
            for lon in (cells.lon_min, cells.lon_max)
            for lat in (cells.lat_min, cells.lat_max)
        ]
        for corner in corners:
            assert shapely.covers(part.geometry, corner).all()


def test_source_keys_are_unique_over_the_nation(clean: Nation) -> None:
    keys = [key for part in clean.parts for key in part.column("source_key")]
    assert len(set(keys)) == len(keys)


def test_registered_areas_are_near_the_computed_ones_and_equal_the_sum_of_the_uses(clean: Nation) -> None:
    for part in clean.parts:
        legal = np.array(part.column("area_legal_m2"))
        computed = shapely.area(part.geometry)
        assert (np.abs(legal - computed) <= np.maximum(0.01 * computed, 0.2)).all()
        for area, uses, areas in zip(
            part.column("area_legal_m2"), part.column("land_use"), part.column("land_use_areas"), strict=True
        ):
            each = [Decimal(text) for text in areas.split("+")]
            assert len(each) == uses.count("+") + 1
            assert min(each) > 0
            assert sum(each) == Decimal(str(area))


def test_texts_are_composed_and_nobody_is_real(clean: Nation) -> None:
    for part in clean.parts:
        names, numbers = part.column("land_user_name"), part.column("land_user_id_number")
        born = part.column("land_user_birth_year")
        assert all(unicodedata.is_normalized("NFC", name) for name in names)
        assert all(unicodedata.is_normalized("NFC", text) for text in part.column("address"))
        for name, number, year in zip(names, numbers, born, strict=True):
            if year is None:
                assert name.startswith("Ban quản lý hư cấu ")
                assert number.startswith("00000")
            else:
                assert 1900 <= year <= 1904  # nobody of these years was given a number of 12 digits
                assert re.fullmatch(rf"0[0-9]{{2}}[01]{year % 100:02d}[0-9]{{6}}", number)


def test_who_has_one_key_is_one_person(clean: Nation) -> None:
    for part in clean.parts:
        people = pa.table({name: part.array(f"land_user_{name}") for name in ("key", "name", "id_number")})
        keys = people.group_by("key").aggregate([("name", "count_distinct"), ("id_number", "count_distinct")])
        assert pc.max(keys["name_count_distinct"]).as_py() == 1
        assert pc.max(keys["id_number_count_distinct"]).as_py() == 1
        assert len(keys) < 0.8 * len(people)  # some hold several parcels


def test_the_outlines_lie_at_the_communes_places_hold_their_parcels_and_do_not_overlap(clean: Nation) -> None:
    meta, table = pyogrio.read_arrow(clean.root / "boundaries.gpkg", layer="commune")
    outlines = shapely.from_wkb(table[meta["geometry_name"]].to_numpy(zero_copy_only=False))
    assert meta["crs"] == "EPSG:4756"
    assert shapely.is_valid(outlines).all()
    assert len(outlines) == 6 * len(CLEAN.provinces)
    pairs = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    codes = table["commune_code"].to_pylist()
    size = np.degrees(shapely.minimum_bounding_radius(outlines)) * 111_000
    assert len(size) == len(codes)
    places = {t.commune.code: t.commune for d in plan(CLEAN) for t in d.territories}
    centres = shapely.get_coordinates(shapely.centroid(outlines))
    for code, (lon, lat) in zip(codes, centres, strict=True):
        away_km = np.hypot((lon - places[code].lon) * 104, (lat - places[code].lat) * 111)
        assert away_km < reach_km()[code] + 0.3  # 0.2 km between the datums


def test_an_earlier_nation_is_replaced_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    out = tmp_path / "n"
    generate(Options(parcels=300, provinces=("01", "51"), communes_per_province=2), out)
    (out / "notes.txt").write_text("mine")
    generate(Options(parcels=300, provinces=("04",), communes_per_province=2), out)
    assert sorted(path.name for path in out.iterdir()) == [
        "04",
        "boundaries.gpkg",
        "expected.csv",
        "nation.json",
        "notes.txt",
        "truth.csv",
        "truth_findings.csv",
        "truth_groups.csv",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["n"]


def test_the_statistics_beside_a_nation_expect_the_parcels_that_were_made(clean: Nation) -> None:
    """By the deliveries themselves: rows and areas of a nation without faults, commune by commune."""
    read = read_expected(clean.root / "expected.csv")
    said = {(row["commune_code"], row["figure"]): row["amount"] for row in read.table.to_pylist()}
    planned = {t.commune.code: t.parcels for d in plan(CLEAN) for t in d.territories}
    assert {code: said[code, "parcels"] for code in planned} == planned
    assert all(said[code, "area_m2"] > 0 for code in planned)
    assert len(said) == 2 * len(planned)
