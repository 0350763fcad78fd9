"""What offices and drawing programs leave behind, as the generator makes it: rings that cover nothing, placeholders."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from lxml import etree

from sync.declared.profile import load_profile
from sync.lab.generate import Options, generate
from sync.lab.generate.along import along_other_provinces
from sync.lab.generate.before import LIVE_SCHEMA
from sync.lab.generate.kinds import HARMLESS, NO_FAULT
from sync.lab.generate.nation import plan
from sync.lab.generate.places import Places
from sync.lab.generate.province import file_format, make_province
from sync.lab.generate.spoil import can_be_kinked, kinked
from sync.lab.generate.spoil_placeholders import WRITTEN
from sync.lab.generate.spoil_rings import SPOIL_RINGS
from validators.live import LIVE_SCHEMA as ASKED

EACH = 3
KINDS = (
    *SPOIL_RINGS,
    "placeholder_for_sheet",
    "placeholder_for_use",
    "placeholder_for_key",
    "placeholder_for_id",
)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd") / "n"
    generate(
        Options(
            parcels=900,
            provinces=("01",),
            communes_per_province=3,
            labelled=True,
            faults=dict.fromkeys(KINDS, EACH),
        ),
        folder,
    )
    return folder


def of_kind(nation: Path, kind: str) -> tuple[list[bytes], list[dict[str, object]]]:
    """Raw shapes and attributes of the rows that carry a kind, read with nothing but pyogrio."""
    truth = pyarrow.csv.read_csv(nation / "truth.csv").to_pylist()
    rows = [line["source_row"] for line in truth if line["kind"] == kind]
    (file,) = (nation / "01").glob("*.gpkg")
    meta, table = pyogrio.read_arrow(file)
    taken = table.take(rows)
    return taken[meta["geometry_name"]].to_pylist(), taken.drop([meta["geometry_name"]]).to_pylist()


def test_what_was_known_before_has_the_columns_that_a_context_is_made_of() -> None:
    assert set(LIVE_SCHEMA.names) == set(ASKED.names)


@pytest.mark.parametrize(
    ("kind", "rings_each"), [("ring_of_one_point", 1), ("hole_of_one_point", 2), ("part_of_one_point", 2)]
)
def test_rings_fall_together_where_they_should(nation: Path, kind: str, rings_each: int) -> None:
    shapes = shapely.from_wkb(of_kind(nation, kind)[0])
    assert len(shapes) == EACH
    rings = shapely.get_rings(shapely.get_parts(shapes))
    alike = [len(np.unique(shapely.get_coordinates(ring), axis=0)) == 1 for ring in rings]
    assert sum(alike) == EACH
    assert len(rings) == rings_each * EACH


@pytest.mark.parametrize("kind", ["ring_below_the_grid", "hole_below_the_grid"])
def test_rings_below_the_grid_cover_something_and_less_than_it(nation: Path, kind: str) -> None:
    rings = shapely.get_rings(shapely.from_wkb(of_kind(nation, kind)[0]))
    area = shapely.area(shapely.polygons(rings))
    assert ((area > 0) & (area < 1e-8)).sum() == EACH


def test_rings_without_points_are_written_as_they_are(nation: Path) -> None:
    hollow = shapely.from_wkb(of_kind(nation, "hole_without_points")[0])
    assert [shapely.is_empty(shape.interiors[0]) for shape in hollow] == [True] * EACH
    parts = shapely.from_wkb(of_kind(nation, "part_without_points")[0])
    assert [[part.is_empty for part in shape.geoms] for shape in parts] == [[False, True]] * EACH


def test_a_ring_runs_again_and_again(nation: Path) -> None:
    shapes = shapely.from_wkb(of_kind(nation, "ring_again_and_again")[0])
    assert (shapely.get_num_coordinates(shapes) > 5_000).all()
    assert all(len(np.unique(shapely.get_coordinates(shape), axis=0)) == 3 for shape in shapes)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("placeholder_for_sheet", "soHieuToBanDo"),
        ("placeholder_for_use", "loaiDat"),
        ("placeholder_for_key", "thuaDatId"),
        ("placeholder_for_id", "maDinhDanh"),
    ],
)
def test_placeholders_stand_in_their_column_and_before_they_were_values(
    nation: Path, kind: str, column: str
) -> None:
    rows = of_kind(nation, kind)[1]
    assert len(rows) == EACH
    assert {row[column] for row in rows} <= set(WRITTEN)
    live = pq.read_table(nation / "before" / "01" / "live.parquet")
    for name in ("sheet_no", "land_use", "source_key", "national_id"):
        assert not pc.any(pc.is_in(live[name], pc.cast(pyarrow.array(WRITTEN), live[name].type))).as_py()


def test_what_is_no_fault_is_labelled_and_expects_nothing(nation: Path) -> None:
    truth = pyarrow.csv.read_csv(nation / "truth.csv").to_pylist()
    none = {kind.name for kind in HARMLESS}
    assert {line["kind"] for line in truth if not line["expected_check"]} == none & set(KINDS)
    assert {kind.check for kind in HARMLESS} == {NO_FAULT}
    said = pyarrow.csv.read_csv(nation / "truth_findings.csv")
    assert not none & set(said["kind"].to_pylist())


def test_a_parcel_along_another_province_was_never_live_elsewhere() -> None:
    options = Options(
        parcels=3000, provinces=("25", "79", "80"), communes_per_province=6, labelled=True, seed=3
    )
    seen = 0
    for delivery in plan(options):
        batch = make_province(options, delivery, load_profile(delivery.province))
        border = along_other_provinces(batch)
        assert not (Places(batch).masks["inland"] & border).any()
        seen += int(border.sum())
    assert seen > 20


def test_a_loop_stays_inside_its_parcel_where_it_is_placed() -> None:
    """A long thin parcel has no edge at which it does; one of a dozen metres has."""
    thin = shapely.Polygon([(0, 0), (2.4, 0.5), (-8, 13.3), (-5, 4.9), (-5, 21.4), (-7.8, 20.6)])
    shapes = np.array([thin, shapely.box(0, 0, 9, 9)])
    assert can_be_kinked(shapes).tolist() == [False, True]
    options = Options(parcels=900, provinces=("01",), communes_per_province=3, labelled=True)
    (delivery,) = plan(options)
    batch = make_province(options, delivery, load_profile("01"))
    rows = np.flatnonzero(Places(batch).room["self_intersection"])
    assert len(rows) > 300
    mended = shapely.make_valid(kinked(batch.geometry[rows]))
    assert shapely.area(shapely.difference(mended, batch.geometry[rows])).max() < 0.01


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several") / "n"
    options = Options(
        parcels=6000,
        provinces=("08", "25", "80"),
        communes_per_province=8,
        labelled=True,
        defects=0.03,
        seed=7,
    )
    generate(options, folder)
    return folder


def test_a_part_of_a_commune_is_delivered_and_not_said_to_be_whole(several: Path) -> None:
    document = json.loads((several / "nation.json").read_text(encoding="utf-8"))
    partial = {code for line in document["provinces"] for code in line.get("partial", ())}
    assert partial
    groups = {
        line["commune"]: line["read"]
        for line in pyarrow.csv.read_csv(several / "truth_groups.csv").to_pylist()
    }
    for line in document["provinces"]:
        toml = tomllib.loads((several / line["code"] / "delivery.toml").read_text(encoding="utf-8"))
        assert not partial & set(toml["complete_for"])
        live = pq.read_table(several / "before" / line["code"] / "live.parquet")
        for code in line.get("partial", ()):
            known = pc.sum(pc.equal(live["commune_code"], code)).as_py()
            assert 0.3 * known < groups[code] < 0.7 * known


def test_old_communes_number_their_sheets_from_one_and_no_two_parcels_are_the_same(several: Path) -> None:
    shared = 0
    for file in (several / "before").glob("*/live.parquet"):
        live = pq.read_table(file)
        live = live.filter(pc.is_valid(live["old_commune_code"]))
        by_number = live.group_by(["commune_code", "sheet_no", "parcel_no"]).aggregate(
            [("old_commune_code", "count_distinct")]
        )
        shared += pc.sum(pc.greater(by_number["old_commune_code_count_distinct"], 1)).as_py() or 0
        first = live.group_by("old_commune_code").aggregate([("sheet_no", "min")])["sheet_no_min"]
        assert set(first.to_pylist()) <= {"1"}
    assert shared > 50


def test_a_province_that_delivers_gml_labels_its_parcels_and_bends_some_edges(tmp_path: Path) -> None:
    options = Options(
        parcels=300, provinces=("31",), communes_per_province=2, labelled=True,
        faults={"curved_boundary": 2, "null_geometry": 2, "damaged_text": 1},
    )  # fmt: skip
    document = generate(options, tmp_path / "n")
    assert document["provinces"][0]["format"] == "gml"
    (batch,) = (make_province(options, delivery, load_profile("31")) for delivery in plan(options))
    (file,) = (tmp_path / "n" / "31").glob("*.gml")
    features = [member[0] for member in etree.parse(file).getroot()]
    assert len(features) == 300
    order = [
        "".join(child.tag[-4:] for child in feature if child.tag[-4:] in ("nhan", "Gioi"))
        for feature in features
    ]
    assert {*order} == {"nhanGioi", "Gioinhan", "Gioi", ""}
    assert order.count("") == 2
    gml = "{http://www.opengis.net/gml/3.2}"
    assert len(etree.parse(file).findall(f".//{gml}Arc")) == 2
    plain = [k for k, feature in enumerate(features) if order[k] and feature.find(f".//{gml}Arc") is None]
    read = [
        [
            np.array(ring.text.split(), dtype=float).reshape(-1, 2)
            for ring in features[k].iter(f"{gml}posList")
        ]
        for k in plain
    ]
    written = [
        [
            shapely.get_coordinates(ring)
            for part in shapely.get_parts(batch.geometry[k])
            for ring in shapely.get_rings(part)
        ]
        for k in plain
    ]
    for one, other in zip(read, written, strict=True):
        assert len(one) == len(other)
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_only_labelled_nations_deliver_gml() -> None:
    assert file_format(load_profile("31")) == "gpkg"
    assert file_format(load_profile("31"), labelled=True) == "gml"
