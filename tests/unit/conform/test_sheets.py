"""The sheet table as a file: found, whole, with its columns, or refused in a sentence."""

import zipfile
from pathlib import Path

import pytest

from parcels.errors import DeliveryRejected
from sync.conform.sheets import read_sheet_table
from tests.support.divided import cells, conformed, divided, frame_of, inside, sheet_table

OLD, PARTS = next((old, parts) for old, parts in divided("01").items() if len(parts) == 2)
TABLE = sheet_table([(OLD, "1", None, PARTS[0], "61")])


def refused(path: Path) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read_sheet_table(path)
    assert caught.value.message.vi
    assert caught.value.hint.en
    return caught.value


def test_a_missing_column_is_named_with_the_nearest_one_there(tmp_path: Path) -> None:
    TABLE.rename(columns={"soHieuToBanDoCu": "soHieuToBanDo_Cu"}).to_csv(tmp_path / "to.csv", index=False)
    error = refused(tmp_path / "to.csv")
    assert error.code == "DLV-SHEET-TABLE"
    assert "«soHieuToBanDoCu» (gần giống nhất: «soHieuToBanDo_Cu»)" in error.message.vi


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".txt"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"to{suffix}"
    path.write_bytes(b"\x00\xff\x00 no table \x00")
    refused(path)
    path.write_bytes(b"")
    refused(path)


def test_a_cut_workbook_and_one_that_swells_are_refused(tmp_path: Path) -> None:
    TABLE.to_excel(tmp_path / "to.xlsx", index=False)
    whole = (tmp_path / "to.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.xlsx")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
    refused(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize(("name", "code"), [("không_có.csv", "DLV-FILE-MISSING"), ("../to.csv", "DLV-TOML")])
def test_a_table_that_is_not_in_the_delivery_is_refused_before_anything_is_read(
    tmp_path: Path, name: str, code: str
) -> None:
    frame = frame_of([(OLD, "1", inside(cells(PARTS, 105.5, 21.0).polygons[0], 1))])
    with pytest.raises(DeliveryRejected) as caught:
        conformed(tmp_path, frame, "01", {"commune_codes": '"old"', "sheet_table": f'"{name}"'})
    assert caught.value.code == code


def test_entries_that_cannot_be_used_are_counted_by_why(tmp_path: Path) -> None:
    table = sheet_table(
        [(OLD, "1", None, PARTS[0], "61"), (OLD, "", None, PARTS[0], "62"), (OLD, "2", None, "26732", "1")]
    )
    parcels = sheet_table([(OLD, "3", None, PARTS[0], "63")]).assign(soThuTuThua="9", soThuTuThuaCu="8")
    both = table.merge(parcels, how="outer")
    both.to_csv(tmp_path / "to.csv", index=False)
    said = read_sheet_table(tmp_path / "to.csv").used
    counted = ("entries", "used", "incomplete", "against_the_official_table", "parcels_renumbered")
    assert [getattr(said, name) for name in counted] == [4, 1, 1, 1, 1]
