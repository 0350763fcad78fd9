"""The figures of a delivery and of two, against edits that are known because the test made them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from parcels.identifiers import national_ids
from sync.cli.app import app
from sync.fingerprint.figures import count, part
from sync.fingerprint.take import fingerprint
from tests.support.strip import COMMUNE, NEIGHBOUR, ZONE, profile_of, strip

Write = Callable[..., Path]
PROFILE = profile_of(columns={**profile_of().columns, "national_id": "maDinhDanh", "address": "diaChi"})
N = 60


def village() -> gpd.GeoDataFrame:
    """60 parcels in each of two communes, on two sheets each."""
    frames = [strip(N), strip(N, NEIGHBOUR, first=1001)]
    frame = pd.concat(frames, ignore_index=True)
    sheet = np.where(np.arange(2 * N) % N < N // 2, 7, 8).astype(np.int32)
    ids = national_ids(frame.geometry.to_numpy(), ZONE).to_pylist()
    return frame.assign(soTo=sheet, maDinhDanh=ids, diaChi="Thôn Thử")


def moved(frame: gpd.GeoDataFrame, rows: np.ndarray, east: float, north: float) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    shapes[rows] = shapely.transform(shapes[rows], lambda xy: xy + np.array([east, north]))
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def figures(gpkg: Write, a: gpd.GeoDataFrame, b: gpd.GeoDataFrame | None = None) -> dict[str, Any]:
    first = gpkg(a, "a.gpkg")
    return fingerprint(first, None if b is None else gpkg(b, "b.gpkg"), PROFILE)


def test_the_figures_of_one_delivery(gpkg: Write) -> None:
    frame = village()
    frame.loc[:9, "diaChi"] = None
    frame.loc[20:25, "thuaDatId"] = frame.loc[20, "thuaDatId"]
    shapes = frame.geometry.to_numpy().copy()
    shapes[30:37] = None
    shapes[40:46] = shapes[40]
    told = figures(gpkg, frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs)))
    one = told["a"]
    assert (one["rows"], one["communes"], told["b"]) == (120, 2, None)
    assert one["filled"]["address"] == {"count": 110, "of": 120, "share": round(110 / 120, 4)}
    assert one["filled"]["certificate_no"] == {"count": 0, "of": 120, "share": 0.0}
    assert one["handles"]["source_key"]["shared_by_several"]["count"] == 6
    assert one["without_geometry"]["count"] == 7
    assert one["identical_shapes"]["count"] == 6
    assert one["sheets"] == {"sheets": "<5", "rows_per_sheet": {"least": 30, "middle": 30, "most": 30}}


def test_a_delivery_against_itself_is_stable_in_everything(gpkg: Write) -> None:
    told = figures(gpkg, village(), village())["a_to_b"]
    for handle in told["handles"].values():
        assert handle["in_b"]["share"] == 1.0
        assert handle["land"]["unchanged"]["share"] == 1.0
    assert told["only_in"]["a"]["rows"]["count"] == told["only_in"]["b"]["rows"]["count"] == 0
    assert {said["count"] for what in ("changed", "emptied") for said in told[what].values()} == {0}


def test_keys_that_were_shuffled_name_other_land_and_rows_are_followed_by_what_stays(gpkg: Write) -> None:
    a = village()
    turned = np.r_[np.roll(np.arange(N), 1), N + np.roll(np.arange(N), 1)]
    b = a.assign(thuaDatId=a["thuaDatId"].to_numpy()[turned])
    told = figures(gpkg, a, b)["a_to_b"]
    keys = told["handles"]["source_key"]
    assert keys["in_b"]["share"] == 1.0
    assert keys["same_national_id"]["count"] == keys["same_sheet_and_number"]["count"] == 0
    assert keys["land"]["elsewhere"]["count"] == 120
    assert told["followed_by"] in ("national_id", "sheet_and_number")
    assert told["land"]["unchanged"]["share"] == 1.0


def test_a_sheet_that_moved_is_told_by_its_shift_and_a_changed_boundary_beside_it(gpkg: Write) -> None:
    a = village()
    sheet = np.flatnonzero((a["maXa"] == COMMUNE) & (a["soTo"] == 7))
    b = moved(a, sheet, 0.44, -0.31)
    shapes = b.geometry.to_numpy().copy()
    shapes[60:67] = [
        shapely.box(*(np.array(shape.bounds) + np.array([0, 0, 0, 6]))) for shape in shapes[60:67]
    ]
    told = figures(gpkg, a, b.set_geometry(gpd.GeoSeries(shapes, crs=b.crs)))["a_to_b"]
    land = told["handles"]["source_key"]["land"]
    assert (land["moved_together"]["count"], land["changed"]["count"]) == (30, 7)
    assert land["unchanged"]["count"] == 120 - 37
    (shift,) = told["shifts"]["communes"]
    assert (shift["pairs"], shift["spread_m"] < 0.02) == (30, True)
    assert np.hypot(shift["east_m"] - 0.44, shift["north_m"] + 0.31) < 0.02
    assert told["shifts"]["sheets"]["sheets"] == 1
    assert told["changed"]["geometry"]["count"] == 7


def test_what_was_emptied_and_what_was_changed_is_told_by_group(gpkg: Write) -> None:
    a = village()
    b = a.copy()
    b.loc[:11, "tenChu"] = None
    b.loc[20:29, "loaiDat"] = "CLN"
    b.loc[20:26, "dienTichPL"] = 77.0
    told = figures(gpkg, a, b)["a_to_b"]
    assert told["emptied"]["users"]["count"] == 12
    assert told["changed"]["users"]["count"] == 12
    assert told["changed"]["land_use"]["count"] == 10
    assert told["changed"]["area"]["count"] == 7
    assert told["changed"]["address"]["count"] == 0
    assert told["changed"]["any"]["count"] == 22


def test_parcels_in_one_only_and_those_that_have_but_other_names(gpkg: Write) -> None:
    a = village()
    b = a.drop(index=range(10)).reset_index(drop=True)
    b.loc[:7, "thuaDatId"] = [f"M{k}" for k in range(8)]
    b.loc[:7, "soThua"] = range(8000, 8008)
    b.loc[:7, "maDinhDanh"] = None
    told = figures(gpkg, a, b)["a_to_b"]["only_in"]
    assert told["a"]["rows"]["count"] == 18
    assert told["a"]["with_land_of_the_other"] == {"count": 8, "of": 18, "share": round(8 / 18, 4)}
    assert told["b"]["rows"]["count"] == 8


def test_nothing_of_any_attribute_is_shown_or_written(gpkg: Write, tmp_path: Path) -> None:
    a = village()
    b = moved(a, np.arange(N), 1.5, 0.5)
    paths = [str(gpkg(frame, name)) for frame, name in ((a, "a.gpkg"), (b, "b.gpkg"))]
    profile = tmp_path / "profile.toml"
    lines = [f'{name} = "{value}"' for name, value in PROFILE.columns.items()]
    part_of = ["[[parts]]", 'layer = "thua_dat"', f"epsg = {ZONE}"]
    head = ['province = "08"', 'system = "vbdlis"', "[columns]"]
    profile.write_text("\n".join([*head, *lines, *part_of]), "utf-8")
    arguments = ["fingerprint", *paths, "--profile", str(profile), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    written = (tmp_path / "out" / "fingerprint.json").read_text("utf-8")
    assert json.loads(written) == told
    page = (tmp_path / "out" / "fingerprint.html").read_text("utf-8")
    assert "Dấu vân tay" in page
    assert "Fingerprint" in page
    values = {
        str(value) for name in ("thuaDatId", "maXa", "tenChu", "maDinhDanh", "diaChi") for value in a[name]
    }
    for text in (written, page, done.stdout):
        assert [value for value in values if value in text] == []


@pytest.mark.parametrize(
    ("number", "of", "told"),
    [
        (0, 10, (0, 10, 0.0)), (3, 10, ("<5", 10, None)), (7, 10, (">5", 10, None)), (10, 10, (10, 10, 1.0)),
        (5, 10, (5, 10, 0.5)), (3, 4, ("<5", "<5", None)), (0, 0, (0, 0, None)), (0, 3, (0, "<5", None)),
        (996, 1000, (">995", 1000, None)), (4, 4, ("<5", "<5", None)),
    ],
)  # fmt: skip
def test_a_small_count_and_what_is_left_by_it_are_told_as_small(
    number: int, of: int, told: tuple[Any, Any, Any]
) -> None:
    assert tuple(part(number, of).values()) == told
    assert count(number) == ("<5" if 0 < number < 5 else number)
