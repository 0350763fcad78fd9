"""One small province in every format gives the same canonical rows."""

import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from parcels.columns import delivered_columns
from parcels.crs import from_vn2000_geographic
from sync.conform import conform
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths, read_part
from sync.intake import sources
from sync.intake.fetch import fetch
from sync.intake.sources import SOURCES, Source
from tests.conftest import ROOT
from tests.support.formats import EVERY, WRITERS, Delivered
from tests.support.formats.base import SYSTEMS, delivered_by
from tests.support.tiny import EPSG, tiny

COMPARED = [column.name for column in delivered_columns()] + ["source_srid"]

UNWRITTEN = {"edigeo"}  # read from the real cadastre of France alone
NAMED_OTHERWISE = {"pl3": "spreadsheet"}


def test_every_kind_of_source_is_registered() -> None:
    modules = [
        importlib.import_module(f"{sources.__name__}.{each.name}")
        for each in pkgutil.iter_modules(sources.__path__)
    ]
    classes = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    assert {
        each.kind for each in classes if issubclass(each, Source) and "kind" in vars(each)
    } == SOURCES.keys()


def test_every_kind_of_source_is_written_by_another_hand() -> None:
    assert {NAMED_OTHERWISE.get(kind, kind) for kind in EVERY} | UNWRITTEN == SOURCES.keys()


@pytest.mark.parametrize("kind", SOURCES)
def test_every_suffix_has_a_section_that_says_what_is_lost(kind: str) -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    for suffix in SOURCES[kind].suffixes:
        told = [text for text in sections if f"`{suffix}" in text.partition("\n")[0].lower()]
        assert told, suffix
        assert any(re.search(r"\bLoses?\b", text) for text in told), suffix


def canonical_rows(delivered: Delivered, run_dir: Path) -> pa.Table:
    """The snapshot of a delivery, in order of identity."""
    fetch(delivered.path, delivered.profile, run_dir)
    conform(run_dir, delivered.profile)
    assert Conformed.load(run_dir).holds == {}
    parts = [read_part(path) for path in part_paths(run_dir).values()]
    rows = pa.concat_tables(parts)
    return rows.sort_by([("source_key", "ascending"), ("parcel_no", "ascending")])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """The canonical rows by way of a GeoPackage, which loses nothing."""
    folder = tmp_path_factory.mktemp("expected")
    return canonical_rows(WRITERS["geopackage"](tiny(), folder), tmp_path_factory.mktemp("run"))


def test_the_reference_itself_holds_what_was_generated(expected: pa.Table) -> None:
    made = tiny()
    order = pc.sort_indices(made.columns["source_key"])
    for name, values in made.columns.items():
        wanted = values.take(order)
        if pa.types.is_floating(wanted.type):
            wanted = pc.round(wanted, 4).cast(pa.decimal128(18, 4))
        assert expected[name].to_pylist() == wanted.to_pylist(), name


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_every_format_gives_the_same_canonical_rows(kind: str, expected: pa.Table, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    compare(WRITERS[kind](tiny(), folder), expected, tmp_path / "run")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_every_system_s_names_give_the_same_canonical_rows(
    kind: str, system: str, expected: pa.Table, tmp_path: Path
) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    with delivered_by(system):
        delivered = WRITERS[kind](tiny(), folder)
    if delivered.profile.system != system:
        pytest.skip(f"this format belongs to one system: {delivered.profile.system}")
    compare(delivered, expected, tmp_path / "run")


def compare(delivered: Delivered, expected: pa.Table, run_dir: Path) -> None:
    """The delivery's canonical rows are the expected ones, but for what its format loses."""
    rows = canonical_rows(delivered, run_dir)
    assert rows.num_rows == expected.num_rows
    for name in COMPARED:
        if name not in delivered.lost:
            assert rows[name].to_pylist() == expected[name].to_pylist(), name
    ours, theirs = (metres(table["geom"]) for table in (rows, expected))
    if delivered.grid_m:
        assert shapely.equals_exact(ours, theirs, tolerance=delivered.grid_m, normalize=True).all()
    else:
        assert rows["geom"].to_pylist() == expected["geom"].to_pylist()
        assert rows["area_m2"].to_pylist() == expected["area_m2"].to_pylist()


def metres(wkb: pa.ChunkedArray) -> np.ndarray:
    """Stored geometries in the zone, for comparing distances."""
    stored = shapely.from_wkb(np.asarray(wkb.to_numpy(), dtype=object))
    return shapely.transform(stored, lambda coords: from_vn2000_geographic(coords, EPSG))
