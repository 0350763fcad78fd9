"""Tables of people of deliveries whose rows are not simply parcels: parts in several rows, change sets, drafts, archives."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sync.folder.conform import Conformed
from sync.folder.people import read_people
from sync.folder.snapshot import part_paths
from tests.support import holders
from tests.support.strip import LAYER, conformed, snapshot_of


def unused(run: Path) -> dict[str, dict[str, int]]:
    people = Conformed.load(run).people
    assert people is not None
    return {table.holds: table.unused for table in people.tables}


def people_of(run: Path) -> pa.Table:
    return pa.concat_tables([read_people(run, code) for code in part_paths(run)])


def test_a_parcel_whose_parts_were_joined_is_one_that_rights_name(tmp_path: Path) -> None:
    frame = holders.parcels()
    part = frame.iloc[[3]].copy()
    part.geometry = part.geometry.translate(yoff=50.0)
    both = pd.concat([frame, part], ignore_index=True)
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables(), both)
    apart = conformed(folder, holders.profile(), tmp_path / "apart")
    assert unused(apart)["rights"] == {"parcel_several": 3}
    joined = conformed(folder, holders.profile(parcels_in_several_rows=True), tmp_path / "joined")
    assert unused(joined)["rights"] == {}
    assert people_of(joined).num_rows == 51


def test_a_change_set_says_who_has_the_parcels_that_it_brings(tmp_path: Path) -> None:
    folder = holders.as_csv(tmp_path / "delivery", holders.tables())
    frame = holders.parcels().iloc[:4].assign(phienBan="1", thaoTac="update")
    frame.to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    toml = (folder / "delivery.toml").read_text(encoding="utf-8")
    span = 'kind = "changes"\nsince = 2026-11-19T22:00:00+07:00\nuntil = 2026-11-20T22:00:00+07:00'
    (folder / "delivery.toml").write_text(toml.replace("extracted_at = 2026-11-20T22:00:00+07:00", span), encoding="utf-8")  # fmt: skip
    columns = holders.profile().columns | {"source_version": "phienBan", "action": "thaoTac"}
    run = conformed(folder, holders.profile(columns=columns), tmp_path / "run")
    assert people_of(run).num_rows == 10
    assert unused(run)["rights"] == {"parcel_unknown": 41}


def test_rights_to_drafts_and_to_parcels_of_no_commune(tmp_path: Path) -> None:
    """A draft is no parcel of today: its right is told. A parcel of no commune keeps its people."""
    frame = holders.parcels().assign(trangThai="1")
    frame.loc[frame["thuaDatId"] == holders.key(60), "trangThai"] = "0"
    frame.loc[frame["thuaDatId"] == holders.key(4), "maXa"] = "99999"
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables(), frame)
    states = {"column": "trangThai", "current": ["1"], "draft": ["0"], "blank": "current"}
    run = conformed(folder, holders.profile(states=states), tmp_path / "run")
    assert unused(run)["rights"] == {"parcel_unknown": 1}
    nowhere = read_people(run, "-")
    assert Counter(nowhere["land_user_key"].to_pylist()) == {"U003": 1, "U004": 1, "U005": 1}
    rows = snapshot_of(run).to_pylist()
    assert next(row for row in rows if row["parcel_no"] == "4")["land_user_key"] == "U003"


def test_tables_in_an_archive_are_named_and_found_as_in_a_folder(tmp_path: Path) -> None:
    plain = conformed(
        holders.as_csv(tmp_path / "plain", holders.tables()), holders.profile(), tmp_path / "run"
    )
    for name, declared in (("declared", True), ("found", False)):
        folder = holders.as_csv(tmp_path / name, holders.tables(), declared=declared)
        packed = tmp_path / f"packed {name}"
        packed.mkdir()
        shutil.make_archive(str(packed / "goi"), "zip", folder)
        run = conformed(packed, holders.profile(), tmp_path / f"run {name}")
        assert people_of(run).num_rows == people_of(plain).num_rows
        assert json.loads((run / "delivery.json").read_text(encoding="utf-8"))["unlisted"] == []
