"""Parts of one parcel in several rows are one parcel where the profile declares it, and repeated keys elsewhere."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from parcels.model import SNAPSHOT_SCHEMA
from parcels.wkb import read_wkb
from sync.conform.several_rows import join_rows_of
from sync.folder.conform import Conformed
from sync.report.intake import intake_notes
from tests.conftest import counts
from tests.support.strip import NEIGHBOUR, conformed, profile_of, snapshot_of, strip

Write = Callable[..., Path]
DECLARED = profile_of(parcels_in_several_rows=True)
SAME = ["thuaDatId", "soThua", "tenChu"]


def in_parts(frame: gpd.GeoDataFrame, *rows: int) -> gpd.GeoDataFrame:
    """The rows at these places as parts of the parcel at the first."""
    for row in rows[1:]:
        frame.loc[row, SAME] = frame.loc[rows[0], SAME].to_numpy()
    return frame


def keys_of(folder: Path) -> Counter[str | None]:
    return Counter(snapshot_of(folder)["source_key"].to_pylist())


def test_rows_of_one_parcel_are_joined_and_counted(gpkg: Write, tmp_path: Path) -> None:
    frame = in_parts(strip(8), 0, 2, 6)
    folder = conformed(gpkg(in_parts(frame, 3, 5)), DECLARED, tmp_path / "run")
    told, table = Conformed.load(folder), snapshot_of(folder)
    assert told.rows_joined == {"rows": 5, "parcels": 2}
    assert told.read == sum(told.communes.values()) == table.num_rows == 5
    assert sum(part.read for part in told.parts) == told.read + 5 - 2 == len(frame)
    assert table["source_row"].to_pylist() == [0, 1, 3, 4, 7]
    assert table["area_m2"].cast(pa.float64()).to_pylist() == pytest.approx(
        [1200, 400, 800, 400, 400], abs=0.5
    )
    delivered = read_wkb(table["source_wkb"].combine_chunks())
    for place, rows in ((0, [0, 2, 6]), (2, [3, 5])):
        assert delivered[place].equals(shapely.union_all(frame.geometry.iloc[rows].to_numpy()))
    stored = read_wkb(table["geom"].combine_chunks())
    assert shapely.get_num_geometries(stored).tolist() == [3, 1, 2, 1, 1]
    assert shapely.is_valid(stored).all()
    (said,) = [note.en for _, note in intake_notes(told) if "parts" in note.en]
    assert "5 rows are the parts of 2 parcels" in said


def test_without_the_declaration_nothing_is_joined(gpkg: Write, tmp_path: Path) -> None:
    folder = conformed(gpkg(in_parts(strip(4), 0, 2)), profile_of(), tmp_path / "run")
    told = Conformed.load(folder)
    assert (told.read, told.rows_joined) == (4, {})
    assert keys_of(folder)["T000001"] == 2


def test_the_order_of_the_parts_means_nothing(gpkg: Write, tmp_path: Path) -> None:
    frame = in_parts(strip(5), 0, 2, 4)
    one = conformed(gpkg(frame), DECLARED, tmp_path / "run")
    other = conformed(gpkg(frame.iloc[::-1], "turned.gpkg"), DECLARED, tmp_path / "turned")

    def stored(folder: Path) -> dict[str, bytes]:
        table = snapshot_of(folder)
        return dict(zip(table["source_key"].to_pylist(), table["geom"].to_pylist(), strict=True))

    assert stored(one) == stored(other)


@pytest.mark.parametrize("column", ["loaiDat", "dienTichPL", "tenChu", "soTo"])
def test_rows_that_disagree_stay_as_they_are(gpkg: Write, tmp_path: Path, column: str) -> None:
    frame = in_parts(in_parts(strip(6), 0, 2, 4), 1, 3)
    frame.loc[4, column] = {"loaiDat": "CLN", "dienTichPL": 401.0, "tenChu": None, "soTo": 8}[column]
    folder = conformed(gpkg(frame), DECLARED, tmp_path / "run")
    assert Conformed.load(folder).rows_joined == {"rows": 2, "parcels": 1}
    assert keys_of(folder)["T000001"] == 3


def test_what_is_no_part_of_its_own_is_not_joined(gpkg: Write, tmp_path: Path) -> None:
    """The same part twice, also where its ring begins elsewhere; a part without land."""
    frame = in_parts(in_parts(in_parts(strip(8), 0, 1), 2, 3), 4, 5)
    ring = list(frame.geometry[0].exterior.coords)[1:]
    frame.loc[[1], "geometry"] = gpd.GeoSeries([shapely.Polygon(ring)], index=[1], crs=frame.crs)
    frame.loc[[3], "geometry"] = gpd.GeoSeries([None], index=[3], crs=frame.crs)
    frame.loc[[5], "geometry"] = gpd.GeoSeries([frame.geometry[5].exterior], index=[5], crs=frame.crs)
    folder = conformed(gpkg(frame), DECLARED, tmp_path / "run")
    assert Conformed.load(folder).rows_joined == {}
    assert Conformed.load(folder).read == 8


def test_parts_that_overlap_are_joined_and_judged_as_one_shape(gpkg: Write, tmp_path: Path) -> None:
    frame = in_parts(strip(3), 0, 1)
    frame.loc[[1], "geometry"] = frame.geometry.translate(-5)[[1]]
    table = snapshot_of(conformed(gpkg(frame), DECLARED, tmp_path / "run"))
    assert table.num_rows == 2
    assert not shapely.is_valid(read_wkb(table["source_wkb"].combine_chunks())[0])


def test_a_parcel_over_a_border_of_communes_is_not_joined(gpkg: Write, tmp_path: Path) -> None:
    frame = pd.concat([strip(4), strip(4, NEIGHBOUR)], ignore_index=True)
    frame["thuaDatId"] = [f"K{row}" for row in range(8)]
    frame = in_parts(in_parts(frame, 0, 2, 4), 5, 7)
    folder = conformed(gpkg(frame), DECLARED, tmp_path / "run")
    told = Conformed.load(folder)
    assert told.joined.keys() == {NEIGHBOUR}
    assert told.rows_joined == {"rows": 2, "parcels": 1}
    assert keys_of(folder)["K0"] == 3


def test_rows_of_no_commune_are_not_joined(gpkg: Write, tmp_path: Path) -> None:
    frame = in_parts(strip(4), 0, 2)
    frame.loc[[0, 2], "maXa"] = "99999"
    assert keys_of(conformed(gpkg(frame), DECLARED, tmp_path / "run"))["T000001"] == 2


def test_no_key_and_keys_in_other_letters_name_no_one_parcel(gpkg: Write, tmp_path: Path) -> None:
    frame = in_parts(strip(6), 0, 1, 2, 3)
    frame["thuaDatId"] = [None, None, "t1", "T1", "", ""]
    folder = conformed(gpkg(frame), DECLARED, tmp_path / "run")
    assert Conformed.load(folder).rows_joined == {}
    assert Conformed.load(folder).read == 6


def test_a_change_set_is_refused(tmp_path: Path) -> None:
    frame = in_parts(strip(3), 0, 1)
    frame["action"], frame["phienBan"] = "update", "2"
    folder = tmp_path / "delivery"
    folder.mkdir()
    frame.to_file(folder / "a.gpkg", layer="thua_dat")
    (folder / "delivery.toml").write_text(
        'province = "08"\nkind = "changes"\nsince = 2026-11-19T22:00:00+07:00\nuntil = 2026-11-20T22:00:00+07:00\n'
        '[[parts]]\nfile = "a.gpkg"\n',
        "utf-8",
    )
    named = profile_of().columns | {"source_version": "phienBan"}
    with pytest.raises(DeliveryRejected) as caught:
        conformed(folder, profile_of(columns=named, parcels_in_several_rows=True), tmp_path / "run")
    assert caught.value.code == "DLV-CHANGES-PARTS"
    assert conformed(folder, profile_of(columns=named), tmp_path / "other")


def test_ten_thousand_rows_of_one_key_are_joined_in_seconds(gpkg: Write, tmp_path: Path) -> None:
    frame = strip(10_002, side_m=0.5)
    frame.loc[:9_999, SAME] = frame.loc[0, SAME].to_numpy()
    frame["geometry"] = frame.geometry.buffer(-0.1, join_style="mitre")
    file, began = gpkg(frame), time.monotonic()
    folder = conformed(file, DECLARED, tmp_path / "run")
    assert time.monotonic() - began < 20
    assert Conformed.load(folder).rows_joined == {"rows": 10_000, "parcels": 1}
    assert snapshot_of(folder).num_rows == 3


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "A", "b", "c", None]), st.sampled_from(["LUC", "CLN", None]), st.integers(-1, 5)
    ),
    max_size=25,
)


@settings(max_examples=counts(150))
@given(ROWS)
def test_every_row_is_in_one_parcel(rows: list[tuple[str | None, str | None, int]]) -> None:
    """By a loop over rows, beside the arrays."""
    x = np.array([500_000 + 30 * place for _, _, place in rows], dtype=float)
    shapes = np.array(
        [
            None if place < 0 else shapely.box(e, 2e6, e + 20, 2e6 + 20)
            for e, (_, _, place) in zip(x, rows, strict=True)
        ],
        dtype=object,
    )
    given_columns = {
        "row_no": pa.array(range(len(rows)), pa.int64()),
        "source_key": pa.array([key for key, _, _ in rows], pa.string()),
        "land_use": pa.array([use for _, use, _ in rows], pa.string()),
        "source_wkb": pa.array(shapely.to_wkb(shapes), pa.binary()),
        "source_srid": pa.array([9209] * len(rows), pa.int32()),
    }
    table = pa.table(
        [given_columns.get(field.name, pa.nulls(len(rows), field.type)) for field in SNAPSHOT_SCHEMA],
        names=SNAPSHOT_SCHEMA.names,
    )
    done = join_rows_of(table, pa.array(["c"], pa.string()))
    wanted, joined = set(range(len(rows))), 0
    for key in ("a", "A", "b"):
        mine = [number for number, row in enumerate(rows) if row[0] == key]
        places = [rows[number][2] for number in mine]
        same = len(mine) > 1 and len({rows[number][1] for number in mine}) == 1
        if same and -1 not in places and len(set(places)) == len(places):
            wanted -= set(mine[1:])
            joined += 1
    assert set(done.table["row_no"].to_pylist()) == wanted
    assert done.parcels == joined
    assert done.rows == len(rows) - len(wanted) + joined
    whole = read_wkb(done.table["source_wkb"].combine_chunks())
    assert np.nansum(shapely.area(whole)) == pytest.approx(400 * sum(place >= 0 for _, _, place in rows))
