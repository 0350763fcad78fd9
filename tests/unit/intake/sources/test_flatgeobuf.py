"""FlatGeobuf: half a file reads silently with GDAL; here no cut of it passes."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from tests.support.formats.reading import layers_of, read_all, refusal

ROWS = 60


def write(path: Path, rows: int = ROWS, **options: str) -> bytes:
    """Squares in a row with long numbers, NULL and zeros; the file's bytes."""
    squares = shapely.box(np.arange(rows), 0, np.arange(rows) + 1, 1)
    keys = [f"{i:03}" for i in range(rows)]
    numbers = pa.array([2**53 + 1, *[None] * (rows - 1)][:rows], pa.int64())
    table = pa.table({"key": pa.array(keys, pa.string()), "n": numbers}).append_column(
        pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}),
        pa.array(shapely.to_wkb(squares), pa.binary()),
    )
    pyogrio.write_arrow(
        table,
        path,
        driver="FlatGeobuf",
        geometry_name="geom",
        geometry_type="Polygon",
        crs="EPSG:5899",
        **options,
    )
    return path.read_bytes()


@pytest.mark.parametrize("index", ["YES", "NO"])
def test_a_whole_file_is_read_and_any_cut_of_it_is_refused(tmp_path: Path, index: str) -> None:
    path = tmp_path / "t.fgb"
    content = write(path, SPATIAL_INDEX=index)
    read = read_all(path)
    assert sorted(read["key"].to_pylist()) == [f"{i:03}" for i in range(ROWS)]
    assert sorted(read["n"].to_pylist(), key=str) == [2**53 + 1, *[None] * (ROWS - 1)]
    assert layers_of(path)[0].crs == "EPSG:5899"
    cuts = [*range(0, len(content), 61), *range(len(content) - 200, len(content))]
    codes = set()
    for size in cuts:
        path.write_bytes(content[:size])
        codes.add(refusal(path).code)
    assert codes <= {"DLV-TRUNCATED", "DLV-CORRUPT", "DLV-ROWS-LOST", "DLV-EMPTY-FILE", "DLV-NOT-THIS-FORMAT"}
    if index == "YES":
        path.write_bytes(content[: len(content) // 2])
        assert refusal(path).code == "DLV-TRUNCATED"


def test_a_file_that_states_no_count_is_walked_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "t.fgb"
    content = write(path, rows=40, SPATIAL_INDEX="NO")
    counted = (40).to_bytes(8, "little")
    assert content.count(counted) == 1
    unstated = content.replace(counted, bytes(8))
    path.write_bytes(unstated)
    assert read_all(path).num_rows == 40
    path.write_bytes(unstated[:-10])
    assert refusal(path).code in {"DLV-CORRUPT", "DLV-ROWS-LOST"}


def test_an_empty_file_of_no_features_is_read_as_such(tmp_path: Path) -> None:
    write(tmp_path / "t.fgb", rows=0)
    assert read_all(tmp_path / "t.fgb").num_rows == 0


@pytest.mark.parametrize("step", [3, 5])
def test_damage_anywhere_in_the_header_and_the_index_never_crashes(tmp_path: Path, step: int) -> None:
    path = tmp_path / "t.fgb"
    content = write(path)
    for place in range(8, 600, step):
        path.write_bytes(content[:place] + b"\xff\x7f" + content[place + 2 :])
        try:
            read_all(path)
        except Exception as failure:
            assert type(failure).__name__ == "DeliveryRejected", (place, failure)  # noqa: PT017


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 256, 257])
def test_a_file_of_any_number_of_features_is_whole(tmp_path: Path, rows: int) -> None:
    write(tmp_path / "t.fgb", rows)
    assert read_all(tmp_path / "t.fgb").num_rows == rows
