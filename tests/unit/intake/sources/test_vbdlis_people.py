"""Records of people in VBDLIS-style XML: whose they are, nested or by id, in any order; and documents made to hurt."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected, LandsyncError
from sync.declared.profile import load_profile
from sync.intake.sources.base import Layer
from sync.intake.sources.guard import probe_source, read_source, tables_beside, tables_of
from sync.intake.sources.vbdlis_people import TABLES
from sync.intake.sources.vbdlis_xml import VbdlisOptions, VbdlisXml
from tests.conftest import counts

KIND = VbdlisXml()
OPTIONS = VbdlisOptions.model_validate(load_profile("22").read["vbdlis_xml"])
Rows = list[dict[str, Any]]


def written(folder: Path, inner: str) -> Path:
    file = folder / "thua.xml"
    file.write_text(f'<?xml version="1.0" encoding="UTF-8"?><DuLieu>{inner}</DuLieu>', encoding="utf-8")
    return file


def element(name: str, *inner: str, **fields: Any) -> str:
    return f"<{name}>{''.join(f'<{key}>{value}</{key}>' for key, value in fields.items())}{''.join(inner)}</{name}>"


def parcel(key: str, *inner: str) -> str:
    return element("DC_ThuaDat", *inner, thuaDatId=key, geometry="POLYGON ((0 0, 1 0, 1 1, 0 0))")


def rows_of(file: Path, layer: Layer) -> Rows:
    """The rows of a layer without what is not said; as many as were counted."""
    found = [
        {name: value for name, value in row.items() if value is not None and name != "wkb"}
        for batch in read_source(KIND, file, layer, list(layer.columns))
        for row in batch.to_pylist()
    ]
    assert len(found) == layer.rows
    return found


def tables(folder: Path, inner: str) -> dict[str, Rows]:
    file = written(folder, inner)
    (layer,) = probe_source(KIND, file, None, OPTIONS)
    assert len(rows_of(file, layer)) == layer.rows
    beside = tables_beside(KIND, file, layer, ())
    assert [table.name for table in beside] == [table.name for table in tables_of(KIND, file, None, OPTIONS)]
    return {name: [] for name in TABLES} | {table.name: rows_of(file, table) for table in beside}


def whose(rows: Rows) -> set[tuple[Any, ...]]:
    return {tuple(row.get(name) for name in ("thuaDatId", "nguoiSuDungId", "giayChungNhanId")) for row in rows}  # fmt: skip


def test_a_right_belongs_to_what_it_names_holds_or_is_held_by(tmp_path: Path) -> None:
    found = tables(
        tmp_path,
        parcel(
            "T1",
            element("DC_QuyenSuDungDat", element("DC_CaNhan", caNhanId=1, hoTen="A"), giayChungNhanId="G1"),
        )
        + parcel("T2")
        + element(
            "DC_GiayChungNhan",
            element("DC_QuyenSuDungDat", thuaDatId="T2", toChucId=1),
            parcel("T3", element("DS_Quyen", element("DC_QuyenSuDungDat", caNhanId=1))),
            giayChungNhanId="G1",
            soPhatHanh="AA 1",
        )
        + element("DC_ToChuc", toChucId=1, tenToChuc="X")
        + element("DC_CaNhan", element("DC_QuyenSuDungDat", thuaDatId="T2"), caNhanId=3),
    )
    assert whose(found["rights"]) == {
        ("T1", "DC_CaNhan:1", "G1"),
        ("T2", "DC_ToChuc:1", "G1"),
        ("T3", "DC_CaNhan:1", "G1"),
        ("T2", "DC_CaNhan:3", None),
    }
    assert {row["nguoiSuDungId"] for row in found["users"]} == {"DC_CaNhan:1", "DC_ToChuc:1", "DC_CaNhan:3"}
    assert found["certificates"] == [
        {"giayChungNhanId": "G1", "banGhi": "DC_GiayChungNhan", "soPhatHanh": "AA 1"}
    ]


@pytest.mark.parametrize(
    ("couple", "users"),
    [
        (element("DC_VoChong", voChongId=9, voId=1, chongId=2), {"DC_CaNhan:1", "DC_CaNhan:2"}),
        (
            element("DC_VoChong", element("DC_CaNhan", caNhanId=1), element("DC_CaNhan", caNhanId=2), voChongId=9),
            {"DC_CaNhan:1", "DC_CaNhan:2"},
        ),
        (element("DC_VoChong", element("vo", element("DC_CaNhan", caNhanId=1)), voChongId=9, chongId=2), {"DC_CaNhan:1", "DC_CaNhan:2"}),
        (element("DC_VoChong", voChongId=9, hoTen="Ông A và bà B"), {"DC_VoChong:9"}),
        (element("DC_VoChong", voChongId=9, voId=1), {"DC_VoChong:9"}),
    ],
)  # fmt: skip
def test_a_couple_is_its_two_persons_wherever_it_stands(tmp_path: Path, couple: str, users: set[str]) -> None:
    right = element("DC_QuyenSuDungDat", thuaDatId="T1", voChongId=9)
    for inner in (couple + right + parcel("T1"), right + parcel("T1") + couple, parcel("T1", right) + couple):
        found = tables(tmp_path, inner)
        assert {row["nguoiSuDungId"] for row in found["rights"]} == users
        assert all(row["loaiChu"] == "DC_VoChong" for row in found["rights"])
    nested = tables(tmp_path, parcel("T1", element("DC_QuyenSuDungDat", couple)))
    assert {row["nguoiSuDungId"] for row in nested["rights"]} == users


def test_a_couple_without_an_id_is_the_persons_that_it_holds(tmp_path: Path) -> None:
    couple = element("DC_VoChong", element("DC_CaNhan", caNhanId=1), element("DC_CaNhan", caNhanId=2))
    found = tables(tmp_path, parcel("T1", element("DC_QuyenSuDungDat", couple)))
    assert {row["nguoiSuDungId"] for row in found["rights"]} == {"DC_CaNhan:1", "DC_CaNhan:2"}


def test_which_of_contradicting_couples_counts_does_not_depend_on_their_order(tmp_path: Path) -> None:
    couples = [element("DC_VoChong", voChongId=9, voId=1, chongId=n) for n in (2, 3)]
    right = parcel("T1", element("DC_QuyenSuDungDat", voChongId=9))
    found = [tables(tmp_path, "".join(order) + right)["rights"] for order in (couples, couples[::-1])]
    assert content(found[0]) == content(found[1])


def test_a_restriction_over_two_parcels_is_one_of_each_and_what_is_not_read_is_told(tmp_path: Path) -> None:
    restriction = "<DC_HanCheQuyen><thuaDatId>T1</thuaDatId><thuaDatId>T2</thuaDatId><khac><x>1</x></khac></DC_HanCheQuyen>"
    inner = parcel("T1") + parcel("T2") + restriction + element("DC_SoDiaChinh", so=1)
    found = tables(tmp_path, inner)
    assert [row["thuaDatId"] for row in found["restrictions"]] == ["T1", "T2"]
    (layer,) = probe_source(KIND, tmp_path / "thua.xml", None, OPTIONS)
    assert layer.notes["elements_not_read"] == {"DC_SoDiaChinh": 1, "khac": 1}


def test_a_file_of_people_alone_has_tables_and_no_parcels(tmp_path: Path) -> None:
    file = written(tmp_path, element("DC_CaNhan", caNhanId=1))
    assert [layer.name for layer in tables_of(KIND, file, None, OPTIONS)] == ["users"]
    with pytest.raises(DeliveryRejected, match="DLV-NO-PARCEL-RECORDS"):
        probe_source(KIND, file, None, OPTIONS)


MANY = "".join(element("DC_CaNhan", caNhanId=n) for n in range(200))
PAPERS = "".join(element("DC_GiayChungNhan", giayChungNhanId=n) for n in range(200))


@pytest.mark.parametrize(
    "inner",
    [
        element("DC_QuyenSuDungDat", MANY, PAPERS),  # 40,000 rights of one record
        element("DC_QuyenSuDungDat", "<a/>" * 200_001),
        element("DC_QuyenSuDungDat", "".join(parcel(str(n)) for n in range(40)), MANY),
        element("DC_CaNhan", "<a>" * 5_000 + "</a>" * 5_000),
        "<DC_VoChong>" * 400 + "</DC_VoChong>" * 400,
        element("DC_GiayChungNhan", soPhatHanh="&b;"),
    ],
)
def test_what_no_program_writes_is_refused(tmp_path: Path, inner: str) -> None:
    file = written(tmp_path, parcel("T1") + inner)
    for probe in (probe_source, tables_of):
        with pytest.raises(DeliveryRejected, match="DLV-CORRUPT"):
            probe(KIND, file, None, OPTIONS)


def test_many_of_one_kind_are_no_harm_and_nothing_multiplies(tmp_path: Path) -> None:
    """A right of 2,000 parcels is one; rights in a right of many inherit none of them."""
    parcels = "".join(parcel(str(n)) for n in range(2_000))
    found = tables(tmp_path, element("DC_QuyenSuDungDat", parcels, caNhanId=1))
    assert len(found["rights"]) == 2_000
    inner = element("DC_QuyenSuDungDat") * 2_000
    found = tables(tmp_path, parcel("T") + element("DC_QuyenSuDungDat", MANY, inner, giayChungNhanId=1))
    assert len(found["rights"]) == 2_200


def test_a_record_in_a_record_as_deep_as_is_read_costs_little(tmp_path: Path) -> None:
    """Couples without ids in one another, as deep as XML is read: each names the persons of all within."""
    begun = perf_counter()
    deep = "<DC_VoChong>" * 200 + element("DC_CaNhan", caNhanId=1) + "</DC_VoChong>" * 200
    found = tables(tmp_path, parcel("T1", element("DC_QuyenSuDungDat", deep)) * 20)
    assert Counter(row["nguoiSuDungId"] for row in found["rights"]) == {"DC_CaNhan:1": 20}
    assert perf_counter() - begun < 10


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    right = element("DC_QuyenSuDungDat", element("DC_CaNhan", caNhanId=1))
    whole = written(tmp_path, "".join(parcel(str(n), right) for n in range(10))).read_bytes()
    for size in np.linspace(200, len(whole) - 1, 25).astype(int).tolist():
        (tmp_path / "cut.xml").write_bytes(whole[:size])
        with pytest.raises(DeliveryRejected, match=r"DLV-TRUNCATED|DLV-CORRUPT"):
            tables_of(KIND, tmp_path / "cut.xml", None, OPTIONS)


NAMES = ("DC_ThuaDat", "DC_QuyenSuDungDat", "DC_CaNhan", "DC_VoChong", "DC_ToChuc", "DC_GiayChungNhan", "DC_HanCheQuyen", "DS", "DC_TaiLieuDoDac")  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(["thuaDatId", "caNhanId", "voChongId", "toChucId", "voId", "chongId", "giayChungNhanId", "nguoiSuDungId", "banGhi", "hoTen", "taiLieuDoDacId"]),
    st.sampled_from(["1", "2", "", " ", "3&amp;", "x" * 50]),
    max_size=4,
)  # fmt: skip
TREES: st.SearchStrategy[str] = st.recursive(
    st.builds(lambda name, fields: element(name, **fields), st.sampled_from(NAMES), FIELDS),
    lambda below: st.builds(
        lambda name, fields, inner: element(name, *inner, **fields),
        st.sampled_from(NAMES),
        FIELDS,
        st.lists(below, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=counts(150), deadline=None)
@given(trees=st.lists(TREES, max_size=6), seed=st.randoms(use_true_random=False))
def test_any_document_is_read_or_refused_and_no_order_of_records_matters(trees: list[str], seed: Any) -> None:
    with TemporaryDirectory() as folder:
        try:
            found = tables(Path(folder), "".join(trees) + parcel("T0"))
            parcels = parcels_of(Path(folder) / "thua.xml", OPTIONS)
        except LandsyncError:
            return
        again = tables(Path(folder), parcel("T0") + "".join(seed.sample(trees, len(trees))))
        for table in TABLES:
            assert content(found[table]) == content(again[table])
        assert content(parcels) == content(parcels_of(Path(folder) / "thua.xml", OPTIONS))
        # Reading people takes no parcel away.
        without = parcels_of(written(Path(folder), "".join(trees) + parcel("T0")), VbdlisOptions())
        assert content(parcels) == content(without)


def parcels_of(file: Path, options: VbdlisOptions) -> Rows:
    (layer,) = probe_source(KIND, file, None, options)
    return [row for batch in read_source(KIND, file, layer, list(layer.columns)) for row in batch.to_pylist()]


def content(rows: Rows) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted((name, str(value)) for name, value in row.items() if value is not None)) for row in rows)  # fmt: skip
