"""What a format itself cannot carry, as docs/formats.md says under "Loses"."""

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from tests.support.formats.reading import layers_of, read_all

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "gml": "GML", "csv": "CSV", "fgb": "FlatGeobuf"}


def written(folder: Path, suffix: str, texts: list[str | None], column: str = "ghiChu") -> Path:
    """A row per text, from west to east."""
    squares = shapely.box([0, 10, 20], 0, [5, 15, 25], 5)
    frame = gpd.GeoDataFrame({"ma": ["a", "b", "c"], column: texts}, geometry=squares, crs="EPSG:5899")
    file = folder / f"thua.{suffix}"
    options = {"layer_options": {"GEOMETRY": "AS_WKT"}} if suffix == "csv" else {}
    pyogrio.write_dataframe(frame, file, driver=DRIVERS[suffix], **options)
    return file


@pytest.mark.parametrize(("suffix", "kept"), [("gpkg", True), ("shp", False), ("csv", False), ("gml", False)])
def test_only_some_formats_tell_empty_text_from_no_text(suffix: str, kept: bool, tmp_path: Path) -> None:
    rows = read_all(written(tmp_path, suffix, ["", None, "đất"])).sort_by("ma")
    empty, missing, third = rows["ghiChu"].to_pylist()
    assert third == "đất"
    assert (empty != missing) is kept
    assert missing in (None, "")


def test_a_shapefile_cuts_names_to_ten_letters(tmp_path: Path) -> None:
    (layer,) = layers_of(written(tmp_path, "shp", ["1", "2", "3"], "soThuTuThuaDat"))
    assert "soThuTuThu" in layer.columns
    assert "soThuTuThuaDat" not in layer.columns


def test_a_flatgeobuf_keeps_every_row_and_not_their_order(tmp_path: Path) -> None:
    rows = read_all(written(tmp_path, "fgb", ["1", "2", "3"]))
    assert sorted(rows["ma"].to_pylist()) == ["a", "b", "c"]
    assert rows["ma"].to_pylist() != ["a", "b", "c"]
