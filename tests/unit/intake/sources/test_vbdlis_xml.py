"""XML of cadastral records: many uses in their order, documents wherever they stand, and hostile files."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from sync.intake.sources import source_of
from tests.support.formats.gml import NAMESPACES
from tests.support.formats.reading import layers_of, read_all, refusal

SQUARE = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"


def written(
    path: Path, inner: str, root: str = "DuLieu", head: str = '<?xml version="1.0" encoding="UTF-8"?>'
) -> Path:
    file = path / "thua.xml"
    file.write_text(f"{head}<{root} {NAMESPACES}>{inner}</{root}>", encoding="utf-8")
    return file


def parcel(key: str = "1", more: str = "", geometry: str = SQUARE) -> str:
    return f"<DC_ThuaDat><thuaDatId>{key}</thuaDatId>{more}<geometry>{geometry}</geometry></DC_ThuaDat>"


def use(number: str, code: str, area: str = "") -> str:
    stated = f"<dienTich>{area}</dienTich>" if area else ""
    return (
        f"<DC_MucDichSuDung><soThuTuMucDichSuDung>{number}</soThuTuMucDichSuDung>"
        f"<maMucDichSuDung>{code}</maMucDichSuDung>{stated}</DC_MucDichSuDung>"
    )


def test_many_uses_come_in_their_own_order_with_their_areas(tmp_path: Path) -> None:
    many = "".join([use("10", "NTS", "3"), use("2", "CLN"), use("1", "ONT", "60.5")])
    rows = read_all(written(tmp_path, parcel(more=many) + parcel("2") + parcel("3", use("1", "LUC", "5"))))
    assert rows["loaiDat"].to_pylist() == ["ONT+CLN+NTS", None, "LUC"]
    assert rows["dienTichTheoLoaiDat"].to_pylist() == ["60.5++3", None, "5"]


def test_a_survey_document_belongs_to_the_parcels_that_name_it(tmp_path: Path) -> None:
    """After the parcels, before them, or inside of one; its own commune stays its own."""
    document = "<DC_TaiLieuDoDac><taiLieuDoDacId>{}</taiLieuDoDacId><maXa>99999</maXa><tyLeDoDac>{}</tyLeDoDac></DC_TaiLieuDoDac>"
    named = "<maXa>00691</maXa><taiLieuDoDacId>{}</taiLieuDoDacId>"
    inner = document.format("A", 500) + parcel("1", named.format("B")) + parcel("2", named.format("A"))
    inner += parcel("3", "<maXa>00691</maXa>" + document.format("C", 2000)) + document.format("B", 1000)
    rows = read_all(written(tmp_path, inner))
    assert rows["tyLeDoDac"].to_pylist() == ["1000", "500", "2000"]
    assert rows["maXa"].to_pylist() == ["00691"] * 3


def test_what_no_map_names_is_a_column_or_told_as_not_read(tmp_path: Path) -> None:
    more = "<laMoi>x</laMoi><DC_NguonGocDat><nguonGoc>5</nguonGoc></DC_NguonGocDat>"
    more += "<DC_NguonGocDat><nguonGoc>6</nguonGoc></DC_NguonGocDat>"
    more += "<GiayChungNhan><soPhatHanh>AB 1</soPhatHanh><Nguoi><ten>A</ten></Nguoi></GiayChungNhan>"
    file = written(tmp_path, parcel(more=more) + "<DC_SoDiaChinh><soTrang>1</soTrang></DC_SoDiaChinh>")
    (layer,) = layers_of(file)
    assert {"laMoi", "DC_NguonGocDat.nguonGoc", "GiayChungNhan.soPhatHanh", "Nguoi.ten"} <= set(layer.columns)
    assert layer.notes["elements_not_read"] == {"DC_SoDiaChinh": 1}
    assert read_all(file)["DC_NguonGocDat.nguonGoc"].to_pylist() == ["5+6"]


def test_a_record_without_an_id_or_a_geometry_is_a_row_and_told(tmp_path: Path) -> None:
    inner = "<DC_ThuaDat><soThuTuThua>7</soThuTuThua></DC_ThuaDat>" + parcel(geometry="not a geometry")
    (layer,) = layers_of(written(tmp_path, inner))
    assert (layer.rows, layer.notes["records_without_id"], layer.notes["records_without_geometry"]) == (
        2,
        1,
        1,
    )
    rows = read_all(tmp_path / "thua.xml")
    assert rows["thuaDatId"].to_pylist() == [None, "1"]
    assert rows["wkb"].to_pylist() == [None, b"\x00"]  # seen as damaged, not as missing


@pytest.mark.parametrize(
    ("srs", "ring"),
    [
        ("EPSG:5899", "0 0 10 0 10 20 0 20 0 0"),
        ("urn:ogc:def:crs:EPSG::5899", "0 0 10 0 10 20 0 20 0 0"),
        ("urn:ogc:def:crs:EPSG::4756", "0 0 0 10 20 10 20 0 0 0"),  # latitude first by its definition
    ],
)
def test_gml_inside_a_record_has_the_axes_that_its_crs_name_means(
    srs: str, ring: str, tmp_path: Path
) -> None:
    shape = (
        f'<gml:Polygon srsName="{srs}"><gml:exterior><gml:LinearRing><gml:posList>{ring}</gml:posList>'
        "</gml:LinearRing></gml:exterior><gml:interior><gml:LinearRing>"
        "<gml:pos>1 1</gml:pos><gml:pos>2 1</gml:pos><gml:pos>2 2</gml:pos><gml:pos>1 1</gml:pos>"
        "</gml:LinearRing></gml:interior></gml:Polygon>"
    )
    file = written(tmp_path, parcel(geometry=shape))
    (layer,) = layers_of(file)
    assert layer.crs == f"EPSG:{srs[-4:]}"
    (found,) = shapely.from_wkb(read_all(file)["wkb"].to_pylist())
    assert shapely.bounds(found).tolist() == [0, 0, 10, 20]
    assert shapely.area(found) == pytest.approx(199.5)


def test_two_coordinate_systems_in_one_file_are_refused(tmp_path: Path) -> None:
    shape = '<gml:Polygon srsName="EPSG:{}"><gml:exterior><gml:LinearRing><gml:posList>0 0 1 0 1 1 0 0</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>'
    inner = parcel(geometry=shape.format(5899)) + parcel("2", geometry=shape.format(9209))
    assert refusal(written(tmp_path, inner)).code == "DLV-CRS-MIXED"


def test_it_is_told_from_gml_by_its_records(tmp_path: Path) -> None:
    assert source_of(written(tmp_path, parcel())).kind == "vbdlis_xml"
    features = written(tmp_path, "<gml:featureMember/>", root="gml:FeatureCollection")
    assert source_of(features).kind == "gml"


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path, "".join(parcel(str(k), use("1", "LUC")) for k in range(20))).read_bytes()
    (tmp_path / "thua.xml").unlink()
    for size in np.linspace(400, len(whole) - 1, 25).astype(int).tolist():
        file = tmp_path / "cut.xml"
        file.write_bytes(whole[:size])
        assert refusal(file).code in {"DLV-TRUNCATED", "DLV-CORRUPT"}, size


def test_a_file_without_parcels_is_refused(tmp_path: Path) -> None:
    assert (
        refusal(written(tmp_path, "<DC_SoDiaChinh><a>1</a></DC_SoDiaChinh>")).code == "DLV-NO-PARCEL-RECORDS"
    )


def test_no_entity_is_resolved_and_no_depth_kills(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    assert refusal(written(tmp_path, parcel(more="<a>&e;</a>"), head=head)).code == "DLV-XML-DOCTYPE"
    deep = "<a>" * 5000 + "</a>" * 5000
    assert refusal(written(tmp_path, parcel() + parcel(more=deep))).code == "DLV-CORRUPT"
