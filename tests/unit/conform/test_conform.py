"""Conform: rows, communes and coordinates as they were delivered become the snapshot; nothing gets lost."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

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
from parcels.admin_units import conversion
from parcels.errors import DeliveryRejected
from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from sync.declared.profile import Profile
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths, split
from tests.support.strip import COMMUNE, NEIGHBOUR, ZONE, conformed, profile_of, snapshot_of, strip

Write = Callable[..., Path]


def test_every_row_reaches_the_snapshot_in_order(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    pieces = [strip(3), strip(2, NEIGHBOUR, first=50), strip(2, first=90), strip(1, first=99)]
    frame = pd.concat(pieces)
    frame.iloc[-1, frame.columns.get_loc("maXa")] = "99999"
    folder = conformed(gpkg(frame), profile, tmp_path / "run")
    table = snapshot_of(folder)
    assert table.schema.remove(len(SNAPSHOT_SCHEMA)).equals(SNAPSHOT_SCHEMA)
    assert table["row_no"].to_pylist() == list(range(8))
    assert table["source_row"].to_pylist() == list(range(8))
    assert table["source_key"].to_pylist() == frame["thuaDatId"].tolist()
    assert table["dataset"].to_pylist() == [COMMUNE] * 3 + [NEIGHBOUR] * 2 + [COMMUNE] * 2 + [UNKNOWN_COMMUNE]
    assert table["commune_code"].to_pylist()[-1] == "99999"  # kept as delivered
    said = Conformed.load(folder)
    assert said.communes == {UNKNOWN_COMMUNE: 1, COMMUNE: 5, NEIGHBOUR: 2}
    assert said.read == 8


def test_the_snapshot_is_geoparquet(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    frame = strip(4)
    frame.loc[2, "geometry"] = None
    folder = conformed(gpkg(frame), profile, tmp_path / "run")
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
    table = snapshot_of(conformed(gpkg(frame), profile, tmp_path / "run"))
    raw = shapely.from_wkb(table["source_wkb"].to_numpy())
    assert shapely.equals_exact(raw, frame.geometry.to_numpy(), 0).all()
    stored = shapely.get_coordinates(shapely.from_wkb(table["geom"].to_numpy()))
    assert (np.round(stored, 9) == stored).all()
    assert table["area_m2"].to_pylist() == [Decimal("400.0000")] * 2
    assert set(table["source_srid"].to_pylist()) == {ZONE}


def test_the_same_delivery_gives_the_same_snapshot(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    path = gpkg(pd.concat([strip(30), strip(20, NEIGHBOUR, first=50)]))
    first = Conformed.load(conformed(path, profile, tmp_path / "1")).snapshot_sha256
    assert Conformed.load(conformed(path, profile, tmp_path / "2")).snapshot_sha256 == first
    changed = strip(30)
    changed.loc[0, "loaiDat"] = "CLN"
    other = gpkg(changed, "other.gpkg")
    assert Conformed.load(conformed(other, profile, tmp_path / "3")).snapshot_sha256 != first


def test_a_layer_listed_twice_is_refused(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(1), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\n[[parts]]\nfile = "a.gpkg"\nlayer = "thua_dat"\n'
    )
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-TWICE"


def test_a_missing_layer_names_the_layers_there_are(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    gpkg(strip(2), "goi/a.gpkg", layer="thua_dat_cu")
    (tmp_path / "goi" / "delivery.toml").write_text(
        'province = "08"\n[[parts]]\nfile = "a.gpkg"\nlayer = "thua_dat"\nepsg = 9209\n'
    )
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-LAYER-MISSING"
    assert "thua_dat_cu" in caught.value.message.vi


def test_an_only_layer_needs_no_name_and_several_do(gpkg: Write, tmp_path: Path) -> None:
    profile = profile_of(parts=[{"epsg": ZONE}])
    path = gpkg(strip(2), layer="abc")
    assert len(snapshot_of(conformed(path, profile, tmp_path / "run"))) == 2
    strip(1).to_file(path, driver="GPKG", layer="def", mode="a")
    with pytest.raises(DeliveryRejected) as caught:
        conformed(path, profile, tmp_path / "run2")
    assert caught.value.code == "DLV-LAYER-UNKNOWN"


def test_every_layer_that_the_profile_names_is_read(gpkg: Write, tmp_path: Path) -> None:
    path = gpkg(strip(2), layer="a")
    strip(3, first=10).to_file(path, driver="GPKG", layer="b", mode="a")
    strip(1, first=50).to_file(path, driver="GPKG", layer="quy_hoach", mode="a")
    profile = profile_of(parts=[{"layer": "a", "epsg": ZONE}, {"layer": "b", "epsg": ZONE}])
    assert snapshot_of(conformed(path, profile, tmp_path / "run"))["part_no"].to_pylist() == [0, 0, 1, 1, 1]


def test_a_delivery_without_rows_is_refused(gpkg: Write, profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected) as caught:
        conformed(gpkg(strip(1).iloc[:0]), profile, tmp_path / "run")
    assert caught.value.code == "DLV-NO-ROWS"


def test_a_scope_that_names_no_commune_of_the_province_is_refused(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    gpkg(strip(1), "goi/a.gpkg")
    (tmp_path / "goi" / "delivery.toml").write_text('province = "08"\ncomplete_for = ["00691", "00004"]\n')
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-COMPLETE-FOR"
    assert "00004" in caught.value.message.vi
    assert "00691" not in caught.value.message.vi


def test_old_codes_in_a_scope_are_told_with_the_communes_that_took_them(
    gpkg: Write, profile: Profile, tmp_path: Path
) -> None:
    old, new = ["00688", "00692"], COMMUNE
    gpkg(strip(1), "goi/a.gpkg")
    listed = ", ".join(f'"{code}"' for code in old)
    (tmp_path / "goi" / "delivery.toml").write_text(f'province = "08"\ncomplete_for = [{listed}]\n')
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path / "goi", profile, tmp_path / "run")
    assert caught.value.code == "DLV-COMPLETE-FOR"
    assert f"{', '.join(old)} → {new}" in caught.value.hint.vi
    assert f"{', '.join(old)} → {new}" in caught.value.hint.en


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
    folder = conformed(tmp_path / "goi", profile, tmp_path / "run")
    table = snapshot_of(folder)
    assert table["dataset"].to_pylist() == [COMMUNE, UNKNOWN_COMMUNE, COMMUNE]
    assert table["commune_code"].to_pylist() == [COMMUNE, "99999", COMMUNE]
    assert table["map_set"].to_pylist() == [absorbed, None, absorbed]  # sheets of two communes stay apart
    assert Conformed.load(folder).old_codes == {"whole": 2, "unknown": 1}


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
    table = snapshot_of(conformed(tmp_path / "goi", profile, tmp_path / "run"))
    assert table["dataset"].to_pylist() == [UNKNOWN_COMMUNE] * 2
    assert table["commune_code"].to_pylist() == [divided] * 2


def test_a_foreign_profile_takes_communes_as_they_are_but_never_as_paths(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(4)
    frame["maXa"] = ["A1", "../../etc", None, "b_2"]
    profile = profile_of(province="00", foreign=True)
    folder = conformed(gpkg(frame), profile, tmp_path / "run")
    assert snapshot_of(folder)["dataset"].to_pylist() == ["A1", UNKNOWN_COMMUNE, UNKNOWN_COMMUNE, "b_2"]
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
