"""Hostile deliveries through the whole of `landsync sync`: refused with a sentence, and the database as it was before."""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.hostile.base_deliveries import few
from tests.hostile.mutants import mutated
from tests.support.formats import EVERY
from tests.support.tiny import PROVINCE

pytestmark = [pytest.mark.db, pytest.mark.e2e]
# What a run that was refused may add: its own line, and that it was refused. Locks and clocks move.
OF_THE_RUN = {"ledger.run", "ledger.run_state", "ledger.stage", "ledger.stage_cost", "ledger.province_state"}


def contents(landsync: Landsync) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table of ours, those of the runs aside."""
    tables = landsync.query(
        "SELECT n.nspname || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('land', 'land_private', 'ledger', 'staging') "
        "AND has_table_privilege(c.oid, 'SELECT')"
    )
    digest = (
        "SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {} AS t"
    )
    return {name: landsync.query(digest.format(name))[0] for (name,) in tables if name not in OF_THE_RUN}


def delivered(kind: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    return EVERY[kind](few(), folder).path


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.gpkg", bytes(120 << 20))
    return folder / "x.zip"


def a_way_out(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as made:
        made.writestr("../../../evil.gpkg", b"SQLite format 3\0")
    return folder / "x.zip"


def a_link(folder: Path) -> Path:
    (folder / "x.gpkg").symlink_to("/etc/passwd")
    return folder


def entities(folder: Path) -> Path:
    (folder / "x.xml").write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><DC_ThuaDat>&e;</DC_ThuaDat>',
        encoding="utf-8",
    )
    return folder


def half_of(kind: str, suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = delivered(kind, folder / "in")
        half(next((folder / "in").rglob(f"*{suffix}")))
        return path

    return make


def with_layer_to_drop(folder: Path) -> Path:
    """A delivery.toml that names tables and files as an attacker would."""
    delivered("geopackage", folder / "in")
    toml = folder / "in" / "delivery.toml"
    text = toml.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("layer")]
    toml.write_text("\n".join([*lines, "layer = '\"; drop table land.parcel; --'"]), encoding="utf-8")
    return folder / "in"


def a_mutant(kind: str, seed: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = delivered(kind, folder / "in")
        (largest,) = sorted(
            (file for file in (folder / "in").rglob("*") if file.is_file()),
            key=lambda file: file.stat().st_size,
        )[-1:]
        largest.write_bytes(
            mutated(largest.read_bytes()[: largest.stat().st_size * 3 // 4], random.Random(seed))
        )
        return path

    return make


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "a zip bomb": a_bomb,
    "a zip with ../": a_way_out,
    "a symbolic link": a_link,
    "an XML with an external entity": entities,
    "half a GeoJSON sequence": half_of("geojsonseq", ".geojson*"),
    "half a FlatGeobuf": half_of("flatgeobuf", ".fgb"),
    "a .shp cut alone": half_of("shapefile", ".shp"),
    "a layer that drops a table": with_layer_to_drop,
    **{f"a mutated {kind}": a_mutant(kind, number) for number, kind in enumerate(sorted(EVERY))},
}


def test_no_hostile_delivery_changes_anything_in_the_database(landsync: Landsync, tmp_path: Path) -> None:
    first = landsync("sync", "--province", PROVINCE, delivered("geopackage", tmp_path / "good"))
    assert first.status == 0, first.words
    before = contents(landsync)
    assert before["land.parcel"][0] > 20
    assert {
        "ledger.receipt",
        "ledger.finding",
        "land_private.land_user",
        "land.national_id_claim",
    } <= before.keys()
    for number, (name, make) in enumerate(HOSTILE.items()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        told = landsync("sync", "--province", PROVINCE, make(folder))
        assert told.status == 4, (name, told.status, told.words)
        assert set(told.document["error"]) == {"code", "message", "hint"}, name
        assert "Traceback" not in told.words
        assert contents(landsync) == before, name
    states = {state for (state,) in landsync.query("SELECT DISTINCT state FROM ledger.run_state")}
    assert states == {"done", "rejected"}
    assert not list(tmp_path.rglob("evil.gpkg"))
    assert not [path for path in settings().home.rglob("*") if path.is_symlink()]
    again = landsync("sync", "--province", PROVINCE, tmp_path / "good")
    assert again.status == 0
    assert again.document["receipt"]["totals"]["unchanged"] == first.document["receipt"]["totals"]["new"]
