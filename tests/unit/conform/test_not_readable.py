"""Values that reading cannot keep are told row by row, and a snapshot of before such a column is read as if it were empty."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest

from sync.conform import conform
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch
from tests.support.strip import COMMUNE, LAYER, PROVINCE, ZONE, profile_of, strip

COLUMNS = {
    "source_key": "thuaDatId",
    "commune_code": "maXa",
    "sheet_no": "soTo",
    "parcel_no": "soThua",
    "area_legal_m2": "dienTich",
    "surveyed_on": "ngay",
    "land_user_birth_year": "sinh",
    "land_user_name": "ten",
    "address": { "join": ["soNha", "duong"] },
}  # fmt: skip
TOML = f"""
province = "{PROVINCE}"
commune_codes = "new"
[[parts]]
file = "thua.gpkg"
layer = "{LAYER}"
epsg = {ZONE}
"""


@pytest.fixture
def part(tmp_path: Path) -> Callable[..., Path]:
    """The one part of a snapshot of so many rows with these columns."""

    def made(n: int, **columns: list[object]) -> Path:
        frame: gpd.GeoDataFrame = strip(n)
        for name in ("dienTich", "ngay", "sinh", "ten", "soNha", "duong"):
            frame[name] = columns.get(name, [None] * n)
        folder = tmp_path / "delivery"
        folder.mkdir()
        frame.to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
        (folder / "delivery.toml").write_text(TOML, encoding="utf-8")
        profile = profile_of(columns=COLUMNS)
        fetch(folder, profile, tmp_path / "run")
        conform(tmp_path / "run", profile)
        return part_paths(tmp_path / "run")[COMMUNE]

    return made


def test_what_cannot_be_read_is_named_and_a_day_said_in_part_is_not(part: Callable[..., Path]) -> None:
    table = read_part(
        part(
            6,
            ngay=["31/02/2020", "2015", "05/2015", "hôm qua", None, "2020-02-29"],
            dienTich=["mét", "1", None, "12 m2", "", "2,5"],
            ten=["Mây\x07 Ổi", None, None, None, None, None],
        )
    )
    assert table["not_readable"].to_pylist() == [
        "area_legal_m2+surveyed_on+land_user_name", None, None, "area_legal_m2+surveyed_on", None, None,
    ]  # fmt: skip
    assert table["land_user_name"].to_pylist()[0] == "Mây Ổi"


def test_a_day_of_birth_among_years_of_birth_is_read_as_its_year(part: Callable[..., Path]) -> None:
    table = read_part(part(5, sinh=["1903", "12/05/1904", "1900-01-31", "1901.0", "khoảng 1902"]))
    assert table["land_user_birth_year"].to_pylist() == [1903, 1904, 1900, 1901, None]
    assert table["not_readable"].to_pylist() == [None, None, None, None, "land_user_birth_year"]


def test_joined_columns_that_are_all_empty_in_a_row_keep_the_row(part: Callable[..., Path]) -> None:
    table = read_part(part(4, soNha=["1", None, None, "4"], duong=["Phố Ảo", None, "Phố Hư", None]))
    assert table["address"].to_pylist() == ["1 Phố Ảo", None, "Phố Hư", "4"]


def test_a_snapshot_of_before_a_column_is_read_as_if_it_were_empty(part: Callable[..., Path]) -> None:
    path = part(2)
    whole = read_part(path)
    pq.write_table(pq.read_table(path).drop_columns(["land_user_key", "not_readable"]), path)
    assert read_part(path).schema.equals(whole.schema)
    assert read_part(path).equals(whole)
    assert read_part(path, ["parcel_no", "land_user_key", "sheet_no"]).equals(
        whole.select(["parcel_no", "land_user_key", "sheet_no"])
    )
