"""Conform: columns, communes and coordinates as they were delivered become the snapshot; nothing gets lost."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parcels import admin_units
from parcels.admin_units import communes, conversion
from parcels.errors import DeliveryRejected, UsageError
from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from sync.conform import conform, load_conform
from sync.conform.columns import Mapper, find_columns
from sync.conform.plausible import distance_km, reach_of
from sync.conform.snapshot import part_paths, read_part, split
from sync.fetch import fetch
from sync.profile import Profile
from tests.support.strip import COMMUNE, LAYER, ZONE, profile_of, strip
from validators.policy import policy_at

Write = Callable[..., Path]
NEIGHBOUR = "00694"


def run(path: Path, profile: Profile, folder: Path) -> Path:
    """fetch and conform; the run's folder."""
    fetch(path, profile, folder)
    conform(folder, profile)
    return folder


def snapshot(folder: Path) -> pa.Table:
    """All parts in the order of row_no, with the commune of the part in `dataset`."""
    tables = []
    for code, path in part_paths(folder).items():
        part = read_part(path)
        tables.append(part.append_column("dataset", pa.repeat(pa.scalar(code), len(part))))
    return pa.concat_tables(tables).sort_by("row_no")


def one(values: list[Any], canonical: str, kind: pa.DataType | None = None, **changes: Any) -> list[Any]:
    """What becomes of delivered values in one canonical column."""
    profile = profile_of(columns={canonical: "x"}, **changes)
    batch = pa.RecordBatch.from_arrays([pa.array(values, kind)], names=["x"])
    return Mapper(profile, {canonical: "x"}, "f.gpkg").canonical(batch)[canonical].to_pylist()


def test_every_row_reaches_the_snapshot_in_order(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    pieces = [strip(3), strip(2, NEIGHBOUR, first=50), strip(2, first=90), strip(1, first=99)]
    frame = pd.concat(pieces)
    frame.iloc[-1, frame.columns.get_loc("maXa")] = "99999"
    folder = run(gpkg(frame), profile, tmp_path / "run")
    table = snapshot(folder)
    assert table.schema.remove(len(SNAPSHOT_SCHEMA)).equals(SNAPSHOT_SCHEMA)
    assert table["row_no"].to_pylist() == list(range(8))
    assert table["source_row"].to_pylist() == list(range(8))
    assert table["source_key"].to_pylist() == frame["thuaDatId"].tolist()
    assert table["dataset"].to_pylist() == [COMMUNE] * 3 + [NEIGHBOUR] * 2 + [COMMUNE] * 2 + [UNKNOWN_COMMUNE]
    assert table["commune_code"].to_pylist()[-1] == "99999"  # kept as delivered
    said = load_conform(folder)
    assert said["communes"] == {UNKNOWN_COMMUNE: 1, COMMUNE: 5, NEIGHBOUR: 2}
    assert said["read"] == 8


def test_the_snapshot_is_geoparquet(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(4)
    frame.loc[2, "geometry"] = None
    folder = run(gpkg(frame), profile, tmp_path / "run")
    path = part_paths(folder)[COMMUNE]
    read = gpd.read_parquet(path)
    assert read.crs.to_epsg() == 4756
    assert read.geometry.isna().tolist() == [False, False, True, False]
    assert set(read.geometry.dropna().geom_type) == {"MultiPolygon"}
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert geo["columns"]["geom"]["bbox"] == pytest.approx(read.total_bounds.tolist(), abs=1e-12)
    assert path.stat().st_mode & 0o777 == 0o600


def test_geometry_is_kept_raw_and_stored_on_the_grid(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(2)
    frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + 0.00004321)
    table = snapshot(run(gpkg(frame), profile, tmp_path / "run"))
    raw = shapely.from_wkb(table["source_wkb"].to_numpy())
    assert shapely.equals_exact(raw, frame.geometry.to_numpy(), 0).all()
    stored = shapely.get_coordinates(shapely.from_wkb(table["geom"].to_numpy()))
    assert (np.round(stored, 9) == stored).all()
    assert table["area_m2"].to_pylist() == [Decimal("400.0000")] * 2
    assert set(table["source_srid"].to_pylist()) == {ZONE}


def test_the_same_delivery_gives_the_same_snapshot(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    path = gpkg(pd.concat([strip(30), strip(20, NEIGHBOUR, first=50)]))
    first = load_conform(run(path, profile, tmp_path / "1"))["snapshot_sha256"]
    assert load_conform(run(path, profile, tmp_path / "2"))["snapshot_sha256"] == first
    changed = strip(30)
    changed.loc[0, "loaiDat"] = "CLN"
    other = gpkg(changed, "other.gpkg")
    assert load_conform(run(other, profile, tmp_path / "3"))["snapshot_sha256"] != first


def test_parts_in_different_zones_keep_their_own(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(2), "goi/a.gpkg")
    gpkg(strip(2, NEIGHBOUR, epsg=9211, first=10), "goi/b.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "b.gpkg"\nepsg = 9211\n[[parts]]\nfile = "a.gpkg"\nepsg = 9209\n'
    )
    folder = run(tmp_path / "goi", profile, tmp_path / "run")
    table = snapshot(folder)
    assert table["part_no"].to_pylist() == [0, 0, 1, 1]  # in the order of delivery.toml
    assert table["source_srid"].to_pylist() == [9211, 9211, 9209, 9209]
    assert load_conform(folder)["holds"] == {}


def test_zones_of_the_profile_are_told_apart_by_what_the_file_states(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    table = snapshot(run(gpkg(strip(1, epsg=9211)), profile, tmp_path / "run"))
    assert table["source_srid"].to_pylist() == [9211]


def test_an_undeclared_crs_is_refused_when_the_file_states_none_of_the_zones(
    gpkg: Write, tmp_path: Path
) -> None:
    profile = profile_of(parts=[{"layer": LAYER, "epsg": 9209}, {"layer": LAYER, "epsg": 9211}])
    with pytest.raises(DeliveryRejected) as caught:
        run(gpkg(strip(1, epsg=9210)), profile, tmp_path / "run")
    assert caught.value.code == "DLV-CRS-UNDECLARED"
    assert not (tmp_path / "run" / "snapshot").exists()


def test_an_old_province_has_its_zone_even_where_the_profile_is_silent(
    shapefile: Write, tmp_path: Path
) -> None:
    shapefile(strip(1, epsg=9211), "goi/a.shp").with_suffix(".prj").unlink()
    toml = tmp_path / "goi" / "delivery.toml"
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.shp"\nold_province = "Tuyên Quang"\n')
    folder = run(tmp_path / "goi", profile_of(parts=[]), tmp_path / "run")
    assert snapshot(folder)["source_srid"].to_pylist() == [9211]
    toml.write_text('province = "08"\n[[parts]]\nfile = "a.shp"\nold_province = "Hà Nội"\n')
    with pytest.raises(DeliveryRejected) as caught:
        run(
            tmp_path / "goi",
            profile_of(parts=[{"old_province": "Hà Giang", "epsg": 9209}]),
            tmp_path / "run2",
        )
    assert caught.value.code == "DLV-CRS-UNDECLARED"


def test_a_layer_listed_twice_is_refused(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(1), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\n[[parts]]\nfile = "a.gpkg"\nlayer = "thua_dat"\n'
    )
    with pytest.raises(DeliveryRejected) as caught:
        run(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-TWICE"


def test_a_file_that_states_another_crs_is_held(gpkg: Write, tmp_path: Path) -> None:
    path = gpkg(strip(2, epsg=9210))
    folder = run(path, profile_of(parts=[{"epsg": ZONE}]), tmp_path / "run")
    (reason, *_) = load_conform(folder)["holds"][COMMUNE]
    assert reason["code"] == "CRS-MISMATCH"
    assert "9209" in reason["vi"]
    assert "9210" in reason["en"]


def test_a_prj_with_a_shifted_false_easting_is_held(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    path = shapefile(strip(2))
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("500000.0", "510000.0"))
    folder = run(path, profile, tmp_path / "run")
    assert [reason["code"] for reason in load_conform(folder)["holds"][COMMUNE]] == ["CRS-MISMATCH"]


def test_parcels_far_from_their_commune_hold_that_commune_alone(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    frame = pd.concat([strip(5), strip(5, NEIGHBOUR, first=50)])
    shift = np.where(frame["maXa"] == COMMUNE, 25_000.0, 0.0)
    frame.geometry = [
        shapely.affinity.translate(geometry, dx) for geometry, dx in zip(frame.geometry, shift, strict=True)
    ]
    path = shapefile(frame)
    path.with_suffix(".prj").unlink()  # what the file does not state cannot contradict
    holds = load_conform(run(path, profile, tmp_path / "run"))["holds"]
    assert list(holds) == [COMMUNE]
    assert [reason["code"] for reason in holds[COMMUNE]] == ["CRS-IMPLAUSIBLE"]
    assert "Phường Hà Giang 2" in holds[COMMUNE][0]["vi"]


def test_a_few_stray_parcels_do_not_hold_a_commune(
    shapefile: Write, tmp_path: Path, profile: Profile
) -> None:
    frame = strip(11)
    frame.loc[:4, "geometry"] = frame.geometry[:5].translate(400_000)
    path = shapefile(frame)
    assert load_conform(run(path, profile, tmp_path / "run"))["holds"] == {}


def test_no_commune_of_2025_is_implausible_at_its_own_place_and_a_zone_error_is(shared_data: Path) -> None:
    polygons = gpd.read_file(shared_data / "admin" / "communes_2025_simplified.gpkg").set_index(
        "commune_code"
    )
    inside = polygons.geometry.representative_point()
    known = communes()
    caught = 0
    for commune in known:
        reach = reach_of(commune, policy_at(date(2026, 7, 1)).crs)
        assert reach is not None
        point = inside[commune.code]
        assert distance_km(point.x, point.y, reach.lon, reach.lat) <= reach.allowed
        caught += distance_km(reach.lon + 0.25, reach.lat, reach.lon, reach.lat) > reach.allowed
    assert caught > 0.97 * len(known)  # a quarter of a degree: the neighbouring zone


@pytest.mark.parametrize("epsg", [6957, 32648, 999999])
def test_a_crs_that_is_not_vietnams_is_refused(gpkg: Write, tmp_path: Path, epsg: int) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        run(gpkg(strip(1)), profile_of(parts=[{"epsg": epsg}]), tmp_path / "run")
    assert caught.value.code in ("DLV-CRS", "CRS-DEPRECATED")


def test_a_missing_column_names_the_nearest_present_one(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    path = gpkg(strip(2).rename(columns={"soThua": "soThuaDat"}))
    with pytest.raises(DeliveryRejected) as caught:
        run(path, profile, tmp_path / "run")
    assert caught.value.code == "DLV-COLUMN-MISSING"
    assert "soThuaDat" in caught.value.message.vi
    assert "soThua" in caught.value.message.en
    assert not list((tmp_path / "run").glob("*snapshot*"))


def test_a_missing_layer_names_the_layers_there_are(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(2), "goi/a.gpkg", layer="thua_dat_cu")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\nlayer = "thua_dat"\nepsg = 9209\n'
    )
    with pytest.raises(DeliveryRejected) as caught:
        run(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-LAYER-MISSING"
    assert "thua_dat_cu" in caught.value.message.vi


def test_an_only_layer_needs_no_name_and_several_do(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"epsg": ZONE}])
    path = gpkg(strip(2), layer="abc")
    assert len(snapshot(run(path, profile, tmp_path / "run"))) == 2
    strip(1).to_file(path, driver="GPKG", layer="def", mode="a")
    with pytest.raises(DeliveryRejected) as caught:
        run(path, profile, tmp_path / "run2")
    assert caught.value.code == "DLV-LAYER-UNKNOWN"


def test_every_layer_that_the_profile_names_is_read(gpkg: Write, tmp_path: Path) -> None:
    path = gpkg(strip(2), layer="a")
    strip(3, first=10).to_file(path, driver="GPKG", layer="b", mode="a")
    strip(1, first=50).to_file(path, driver="GPKG", layer="quy_hoach", mode="a")
    profile = profile_of(parts=[{"layer": "a", "epsg": ZONE}, {"layer": "b", "epsg": ZONE}])
    assert snapshot(run(path, profile, tmp_path / "run"))["part_no"].to_pylist() == [0, 0, 1, 1, 1]


def test_a_delivery_without_rows_is_refused(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        run(gpkg(strip(1).iloc[:0]), profile, tmp_path / "run")
    assert caught.value.code == "DLV-NO-ROWS"


def test_a_scope_that_names_no_commune_of_the_province_is_refused(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(strip(1), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text('province = "08"\ncomplete_for = ["00691", "00004"]\n')
    with pytest.raises(DeliveryRejected) as caught:
        run(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-COMPLETE-FOR"
    assert "00004" in caught.value.message.vi
    assert "00691" not in caught.value.message.vi


def test_columns_that_nobody_maps_are_reported(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(1)
    frame["ghiChu"] = "x"
    (part,) = load_conform(run(gpkg(frame), profile, tmp_path / "run"))["parts"]
    assert part["columns_not_mapped"] == ["ghiChu"]
    assert part["columns"]["parcel_no"] == "soThua"


def test_values_that_a_column_cannot_hold_are_counted(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(4)
    frame["ngay"] = ["2020-02-29", "31/02/2020", "hôm qua", None]
    frame["dienTichPL"] = ["12,5", "12.5 m2", "", None]
    profile = profile_of(
        columns={
            "source_key": "thuaDatId",
            "commune_code": "maXa",
            "surveyed_on": "ngay",
            "area_legal_m2": "dienTichPL",
        }
    )
    folder = run(gpkg(frame), profile, tmp_path / "run")
    assert snapshot(folder)["surveyed_on"].to_pylist() == [date(2020, 2, 29), None, None, None]
    assert snapshot(folder)["area_legal_m2"].to_pylist() == [Decimal("12.5000"), None, None, None]
    assert load_conform(folder)["parts"][0]["values_not_readable"] == {"surveyed_on": 2, "area_legal_m2": 1}


def test_identifiers_keep_every_digit() -> None:
    beyond = 9_007_199_254_740_993
    assert one([beyond, None], "source_key", pa.int64()) == [str(beyond), None]
    assert one([7.0, 7.5, None, float("nan")], "sheet_no", pa.float64()) == ["7", "7.5", None, None]
    assert one(["007", " 7 ", "7.0", ""], "parcel_no") == ["007", "7", "7", None]
    assert one([Decimal("12.00"), Decimal("12.50")], "sheet_no", pa.decimal128(18, 2)) == ["12", "12.50"]


def test_a_floating_identifier_that_lost_digits_is_refused() -> None:
    with pytest.raises(DeliveryRejected) as caught:
        one([9_007_199_254_740_992.0], "source_key", pa.float64())
    assert caught.value.code == "DLV-NUMBER-PRECISION"


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1))
def test_whole_numbers_become_their_own_text(numbers: list[int | None]) -> None:
    assert one(numbers, "source_key", pa.int64()) == [None if n is None else str(n) for n in numbers]


@given(st.lists(st.integers(-(2**52), 2**52), min_size=1))
def test_whole_floats_become_text_without_a_point(numbers: list[int]) -> None:
    assert one([float(n) for n in numbers], "source_key", pa.float64()) == [str(n) for n in numbers]


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1))
def test_areas_keep_four_decimals(areas: list[Decimal]) -> None:
    assert one([str(area) for area in areas], "area_legal_m2") == areas
    assert one([str(area).replace(".", ",") for area in areas], "area_legal_m2") == areas


def test_a_commune_code_regains_the_zeros_that_a_number_lost() -> None:
    assert one([691, 8, None], "commune_code", pa.int32()) == ["00691", "00008", None]
    assert one(["691"], "commune_code") == ["691"]  # text is what its writer meant


def test_text_is_nfc_and_land_use_has_one_form() -> None:
    decomposed = "Nguye\u0302\u0303n"
    assert one([decomposed, "  a\u00a0 b ", " "], "land_user_name") == ["Nguyễn", "a b", None]
    assert one(["ont + cln", "ODT"], "land_use") == ["ONT+CLN", "ODT"]


def test_dates_come_in_many_forms() -> None:
    written = [
        "2026-11-20",
        "20/11/2026",
        "20-11-2026",
        "20261120",
        "2026/11/20",
        "2026-11-20T08:00:00",
        "x",
        "",
    ]
    assert one(written, "surveyed_on") == [date(2026, 11, 20)] * 6 + [None, None]
    late = pa.timestamp("ms", "UTC")
    assert one([pd.Timestamp("2026-11-19T18:00", tz="UTC")], "surveyed_on", late) == [date(2026, 11, 20)]
    assert one([date(2026, 11, 20)], "surveyed_on", pa.date32()) == [date(2026, 11, 20)]


def test_constants_fill_every_row() -> None:
    profile = profile_of(
        columns={"source_key": "x"}, constants={"map_scale": 1000, "valid_from": date(2020, 1, 1)}
    )
    batch = pa.RecordBatch.from_arrays([pa.array(["a", "b"])], names=["x"])
    columns = Mapper(profile, {"source_key": "x"}, "f").canonical(batch)
    assert columns["map_scale"].to_pylist() == ["1000", "1000"]
    assert columns["valid_from"].to_pylist() == [date(2020, 1, 1)] * 2


def test_a_constant_that_its_column_cannot_hold_is_refused(gpkg: Write, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run(gpkg(strip(1)), profile_of(constants={"surveyed_on": "hôm qua"}), tmp_path / "run")
    assert caught.value.code == "PRF-CONSTANT"


def test_column_names_agree_in_spite_of_letter_case_and_of_the_ten_letters_of_a_shapefile() -> None:
    profile = profile_of(columns={"source_key": "thuaDatId", "area_legal_m2": "dienTichPhapLy"})
    assert find_columns(profile, ("THUADATID", "DIENTICHPHAPLY"), "f", cut_names=False) == {
        "source_key": ("THUADATID",),
        "area_legal_m2": ("DIENTICHPHAPLY",),
    }
    cut = find_columns(profile, ("thuaDatId", "dienTichPh"), "f", cut_names=True)
    assert cut["area_legal_m2"] == ("dienTichPh",)
    with pytest.raises(DeliveryRejected):
        find_columns(profile, ("thuaDatId", "dienTichPh"), "f", cut_names=False)
    with pytest.raises(DeliveryRejected):  # two answers are none
        find_columns(profile, ("ThuaDatID", "THUADATID", "dienTichPhapLy"), "f", cut_names=False)


def test_old_commune_codes_are_converted_where_the_old_commune_stayed_whole(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    pairs = conversion().to_pandas()
    mine = pairs[(pairs["new_code"] == COMMUNE) & (pairs["extent"] == "whole")]["old_code"].tolist()
    absorbed = next(code for code in mine if code != COMMUNE)
    frame = strip(3)
    frame["maXa"] = [absorbed, "99999", absorbed]
    gpkg(frame, "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text('province = "08"\ncommune_codes = "old"\n')
    folder = run(tmp_path / "goi", profile, tmp_path / "run")
    table = snapshot(folder)
    assert table["dataset"].to_pylist() == [COMMUNE, UNKNOWN_COMMUNE, COMMUNE]
    assert table["commune_code"].to_pylist() == [COMMUNE, "99999", COMMUNE]
    assert table["map_set"].to_pylist() == [absorbed, None, absorbed]  # sheets of two communes stay apart
    assert load_conform(folder)["old_codes"] == {"whole": 2, "unknown": 1}


def test_a_divided_old_commune_belongs_nowhere_even_where_its_number_lives_on(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    current = pa.array([commune.code for commune in admin_units.communes("08")])
    _, how = admin_units.convert_codes(current)
    divided = current.to_pylist()[list(how).index("part")]  # today another territory has this number
    frame = strip(2)
    frame["maXa"] = [divided, divided]
    gpkg(frame, "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text('province = "08"\ncommune_codes = "old"\n')
    table = snapshot(run(tmp_path / "goi", profile, tmp_path / "run"))
    assert table["dataset"].to_pylist() == [UNKNOWN_COMMUNE] * 2
    assert table["commune_code"].to_pylist() == [divided] * 2


def test_a_foreign_profile_takes_communes_as_they_are_but_never_as_paths(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(4)
    frame["maXa"] = ["A1", "../../etc", None, "b_2"]
    profile = profile_of(province="00", foreign=True)
    folder = run(gpkg(frame), profile, tmp_path / "run")
    assert snapshot(folder)["dataset"].to_pylist() == ["A1", UNKNOWN_COMMUNE, UNKNOWN_COMMUNE, "b_2"]
    assert sorted(path.name for path in (folder / "snapshot").iterdir()) == [
        "-.parquet",
        "A1.parquet",
        "b_2.parquet",
    ]


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=50))
def test_rows_are_split_by_commune_in_order(codes: list[str | None]) -> None:
    pieces = split(pa.array(codes, pa.string()))
    assert sorted(np.concatenate([rows for _, rows in pieces] or [np.empty(0)]).tolist()) == list(
        range(len(codes))
    )
    for name, rows in pieces:
        assert (np.diff(rows) > 0).all()
        assert {codes[row] or UNKNOWN_COMMUNE for row in rows} == {name}
