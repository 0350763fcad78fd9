"""File geodatabases: a folder that was copied in part is refused, whatever part it is."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from sync.intake.sources import is_source, source_of
from tests.support.formats.filegdb import GRID_M
from tests.support.formats.reading import layers_of, read_all, refusal

ROWS = 1100  # more than one block of the index
REFUSED = {"DLV-FILEGDB-INCOMPLETE", "DLV-TRUNCATED", "DLV-CORRUPT", "DLV-ROWS-LOST"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Squares with corners between the grid's lines, text with zeros, numbers beside NULL."""
    path = tmp_path_factory.mktemp("gdb") / "t.gdb"
    west = 500_000 + np.arange(ROWS) + 0.12344
    table = pa.table(
        {"ma": [f"{i:05}" for i in range(ROWS)], "so": pa.array([7, *[None] * (ROWS - 1)], pa.int32())}
    ).append_column(
        pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}),
        pa.array(shapely.to_wkb(shapely.box(west, 2_300_000, west + 1, 2_300_001)), pa.binary()),
    )
    pyogrio.write_arrow(
        table,
        path,
        driver="OpenFileGDB",
        layer="thua",
        geometry_name="geom",
        geometry_type="MultiPolygon",
        crs="EPSG:5899",
    )
    return path


@pytest.fixture
def gdb(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "t.gdb"))


def test_a_whole_folder_is_read(gdb: Path) -> None:
    assert is_source(gdb, folder=True)
    assert not is_source(gdb)
    members = source_of(gdb).members(gdb)
    assert {file.name for file in members} == {file.name for file in gdb.iterdir()}
    assert layers_of(gdb)[0].crs == "EPSG:5899"
    read = read_all(gdb)
    assert read["ma"].to_pylist() == [f"{i:05}" for i in range(ROWS)]
    assert read["so"].to_pylist() == [7, *[None] * (ROWS - 1)]


def test_coordinates_move_to_the_grid_and_no_further(gdb: Path) -> None:
    west = shapely.bounds(shapely.from_wkb(read_all(gdb)["wkb"].to_pylist()))[:, 0]
    moved = np.abs(west - (500_000 + np.arange(ROWS) + 0.12344))
    assert 0 < moved.max() < GRID_M


def test_every_file_that_is_missing_or_cut_is_noticed_or_not_needed(gdb: Path) -> None:
    whole = read_all(gdb)
    needed = 0
    for file in sorted(gdb.iterdir()):
        content = file.read_bytes()
        for kept in (None, content[: len(content) // 2], content[:10], b""):
            file.unlink()
            if kept is not None:
                file.write_bytes(kept)
            if file.suffix in (".gdbtable", ".gdbtablx"):
                assert refusal(gdb).code in REFUSED, (file.name, kept)
                needed += 1
            else:
                assert read_all(gdb).equals(whole), (file.name, kept)
            file.write_bytes(content)
    assert needed >= 4 * 16


def test_rows_that_the_index_no_longer_knows_are_missed(gdb: Path) -> None:
    index = max(gdb.glob("*.gdbtablx"), key=lambda file: file.stat().st_size)
    content = bytearray(index.read_bytes())
    width = content[12]
    content[16 + 5 * width : 16 + 6 * width] = bytes(width)
    index.write_bytes(content)
    assert refusal(gdb).code == "DLV-ROWS-LOST"


def test_a_compressed_one_is_refused_with_what_to_do(gdb: Path) -> None:
    table = max(gdb.glob("*.gdbtable"), key=lambda file: file.stat().st_size)
    table.rename(table.with_suffix(".cdf"))
    assert refusal(gdb).code == "DLV-FILEGDB-COMPRESSED"


def test_a_folder_of_that_name_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.gdb").mkdir()
    (tmp_path / "t.gdb" / "a.txt").write_text("x")
    assert refusal(tmp_path / "t.gdb").code == "DLV-FILEGDB-INCOMPLETE"
