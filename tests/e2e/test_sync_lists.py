"""What a list names stays: a parcel that the map lacks and the list has does not end."""

from pathlib import Path

import geopandas as gpd
import pytest
import xlsxwriter

from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]


def test_a_parcel_that_only_the_list_names_does_not_end(landsync: Landsync, tmp_path: Path) -> None:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    first = tmp_path / "nation" / PROVINCE
    assert landsync("sync", "--province", PROVINCE, first).status == 0
    later = copy_of(first, "later")
    file = next(path for path in sorted(later.glob("*.gpkg")))
    frame = gpd.read_file(file)
    commune = frame["maXa"].iloc[0]
    gone = frame[frame["maXa"] == commune].iloc[:4]
    rewrite(later, file.name, lambda held: held[~held["thuaDatId"].isin(gone["thuaDatId"])])
    by_number, by_id, by_another, unnamed = gone.itertuples()
    with xlsxwriter.Workbook(str(later / "pl3.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(
            0,
            0,
            ["Mã ĐVHC cấp xã", "Số hiệu tờ bản đồ địa chính", "Số thứ tự thửa đất", "Mã định danh thửa đất"],
        )
        sheet.write_row(1, 0, [commune, by_number.soHieuToBanDo, by_number.soThuTuThua])
        sheet.write_row(2, 0, [commune, "999", "1", by_id.maDinhDanh])
        sheet.write_row(3, 0, ["99999", by_another.soHieuToBanDo, by_another.soThuTuThua])
    with (later / "delivery.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[lists]]\nfile = "pl3.xlsx"\n')
    told = landsync("sync", "--province", PROVINCE, later)
    assert (told.status, told.document["ended"], told.document["read"]) == (0, 1, 596)
    assert sum(told.document["lists"][0]["unmatched"].values()) == 3
    live = {key for (key,) in landsync.query("SELECT source_key FROM land.parcel")}
    assert len(live) == 599
    assert not live & {unnamed.thuaDatId}
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0
