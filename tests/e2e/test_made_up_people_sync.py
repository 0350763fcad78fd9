"""A made-up province whose people come as tables, synchronised: the register has exactly the people of the delivered files.

What must be there is worked out here from the files as they lie, row by row, and counted by the generator's truth; nothing of it goes
through what reads, joins, hashes or stores.
"""

import csv
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from tests.e2e.conftest import Landsync

pytestmark = [pytest.mark.db, pytest.mark.e2e]

Row = dict[str, Any]
Register = dict[str, Counter[tuple[Any, ...]]]

# As the two systems call it: layers of the GeoPackage of 01, CSVs of 25.
LAYERS = {
    "01": {"users": "users", "certificates": "certificates", "rights": "rights", "restrictions": "restrictions"},
    "25": {"users": "ChuSD", "certificates": "GCN", "rights": "QuyenSD", "restrictions": "HanChe"},
}  # fmt: skip
PARCEL = {
    "01": ("thuaDatId", "chuSuDungId", "tenChu", "soDinhDanh", "namSinh", "soPhatHanhGCN", "ngayCapGCN"),
    "25": ("IDThua", "IDChu", "TenChu", "SoGiayTo", "NamSinh", "SoGCN", "NgayCapGCN"),
}
USER = {
    "01": ("nguoiSuDungId", "hoTen", "soDinhDanh", "namSinh", "banGhi", "gioiTinh", "diaChi", "ngayMat", "tinhTrang"),
    "25": ("IDChu", "TenChu", "SoGiayTo", "NamSinh", "LoaiChu", "GioiTinh", "DiaChi", "NgayMat", "TinhTrang"),
}  # fmt: skip
PAPER = {
    "01": ("giayChungNhanId", "soPhatHanh", "ngayCap", "soVaoSo", "tinhTrang"),
    "25": ("IDGCN", "SoGCN", "NgayCapGCN", "SoVaoSo", "TinhTrang"),
}
RIGHT = {
    "01": ("thuaDatId", "nguoiSuDungId", "giayChungNhanId", "loaiChu", "hinhThuc", "tuSo", "mauSo"),
    "25": ("IDThua", "IDChu", "IDGCN", "VaiTro", "HinhThuc", "TuSo", "MauSo"),
}
RESTRICTION = {
    "01": ("thuaDatId", "loaiHanChe", "ngayBatDau"),
    "25": ("IDThua", "LoaiHC", "TuNgay"),
}
WORDS = {
    "cá nhân": "individual", "tổ chức": "organisation", "nam": "male", "nữ": "female",
    "còn sống, đang hoạt động": "living", "đã chết, chưa đăng ký thừa kế": "deceased", "đang có giá trị": "live",
    "người sử dụng đất": "user", "vợ hoặc chồng": "spouse", "đồng sử dụng, đồng sở hữu": "co_user",
    "người thừa kế chưa đăng ký sang tên": "heir", "người được giao quản lý đất": "manager",
    "sử dụng riêng": "sole", "sở hữu chung hợp nhất": "joint", "sở hữu chung theo phần": "shared",
    "thế chấp": "mortgage", "tranh chấp": "dispute", "kê biên, ngăn chặn giao dịch": "blocked",
}  # fmt: skip
OF_PARCEL = " JOIN land.parcel_alias AS a ON a.parcel_uid = r.parcel_uid AND a.alias_kind = 'source_key'"
KEY = "split_part(a.alias_value, '|', 2)"
STORED = {
    "land_user": f"SELECT {KEY}, land_user_key, land_user_name, land_user_id_number, land_user_birth_year, land_user_kind, "
    "land_user_gender, land_user_address, land_user_deceased_on, land_user_state FROM land_private.land_user AS r",
    "certificate": f"SELECT {KEY}, certificate_key, certificate_no, certificate_issued_on, certificate_book_no, "
    "certificate_state FROM land_private.certificate AS r",
    "land_right": f"SELECT {KEY}, u.land_user_key, c.certificate_no, right_role, right_form, share_numerator, "
    "share_denominator FROM land_private.land_right AS r "
    "LEFT JOIN land_private.land_user AS u ON u.parcel_uid = r.parcel_uid AND u.user_ref = r.user_ref "
    "LEFT JOIN land_private.certificate AS c ON c.parcel_uid = r.parcel_uid AND c.certificate_ref = r.certificate_ref",
    "restriction": f"SELECT {KEY}, restriction_kind, restriction_from FROM land_private.restriction AS r",
}  # fmt: skip
DAY = {
    day: ("--extracted-at", f"2026-11-2{day}T22:00:00+07:00") for day in (1, 2)
}  # after the first, of the 20th
FAULTS = (
    "user_said_twice", "certificate_said_twice", "right_without_user", "right_without_certificate", "right_without_parcel",
    "shares_over_the_whole", "share_without_whole", "share_of_joint_property",
)  # fmt: skip


def value(said: Any) -> Any:
    """A cell, whichever format brings it."""
    if said is None or said == "":
        return None
    if isinstance(said, date):
        return said.date() if isinstance(said, datetime) else said
    if isinstance(said, str) and len(said) == 10 and said[4] == said[7] == "-":
        return date.fromisoformat(said)
    return WORDS.get(said, said) if isinstance(said, str) else int(said)


def rows_of(
    delivery: Path, name: str, columns: tuple[str, ...], numbers: tuple[str, ...] = ()
) -> list[tuple[Any, ...]]:
    """The rows of a table, or of all parcels (`*`)."""
    table = delivery / f"{name}.csv"
    rows: list[Row] = []
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    for file in () if table.is_file() else sorted([*delivery.glob("*.gpkg"), *delivery.glob("*.shp")]):
        layers = {str(layer): kind for layer, kind in pyogrio.list_layers(file)}
        for layer in [layer for layer, kind in layers.items() if (kind if name == "*" else layer == name)]:
            _, read = pyogrio.read_arrow(file, layer=layer, read_geometry=False)
            rows += read.to_pylist()
    return [
        tuple(int(row[each]) if each in numbers and row.get(each) else value(row.get(each)) for each in columns)
        for row in rows
    ]  # fmt: skip


def most(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Of each key what most rows say."""
    said: dict[str, Counter[tuple[Any, ...]]] = {}
    for row in rows:
        said.setdefault(row[0], Counter())[row] += 1
    return {key: each.most_common(1)[0][0] for key, each in said.items()}


def delivered(delivery: Path, province: str) -> Register:
    """Who must have which parcel of a delivery of parcels without a fault of their own."""
    names = LAYERS[province]
    parcels = {
        key: said
        for key, *said, action in rows_of(
            delivery, "*", (*PARCEL[province], "action"), (PARCEL[province][4],)
        )
        if action != "end"
    }
    users = most(rows_of(delivery, names["users"], USER[province], (USER[province][3],)))
    papers = most(rows_of(delivery, names["certificates"], PAPER[province]))
    must: Register = {record: Counter() for record in STORED}
    told = set()
    for parcel, user, paper, *how in rows_of(delivery, names["rights"], RIGHT[province], RIGHT[province][5:]):
        if parcel in parcels and user in users and (paper is None or paper in papers):
            told.add(parcel)
            must["land_user"][parcel, *users[user]] = 1
            must["land_right"][parcel, user, paper and papers[paper][1], *how] += 1
            if paper:
                must["certificate"][parcel, *papers[paper]] = 1
    for parcel, (user, name, number, born, paper, issued) in parcels.items():
        if parcel not in told:  # what its own row says
            must["land_user"][parcel, user, name, number, born, None, None, None, None, None] = 1
            must["land_right"][parcel, user, paper, None, None, None, None] = 1
            if paper:
                must["certificate"][parcel, None, paper, issued, None, None] = 1
    for parcel, *what in rows_of(delivery, names["restrictions"], RESTRICTION[province]):
        must["restriction"][parcel, *what] += 1
    return must


def stay(rows: Counter[tuple[Any, ...]], named: dict[str, str]) -> Counter[tuple[Any, ...]]:
    """What is said of parcels that a change set does not name."""
    return Counter({row: count for row, count in rows.items() if row[0] not in named})


def used(nation: Path, province: str) -> dict[str, int]:
    """How many rows of each table are used, as the generator says."""
    with (nation / "truth_people.csv").open(encoding="utf-8", newline="") as lines:
        told = [row for row in csv.DictReader(lines) if row["delivery"] == province and row["fate"] == "used"]
    return {row["holds"]: int(row["rows"]) for row in told}


def stored(landsync: Landsync) -> Register:
    return {record: Counter(landsync.query(text + OF_PARCEL)) for record, text in STORED.items()}


def differing(landsync: Landsync, must: Register) -> dict[str, list[tuple[Any, ...]]]:
    """What the register has and must not, and the other way round."""
    there = stored(landsync)
    wrong = {record: [*(there[record] - rows), *(rows - there[record])] for record, rows in must.items()}
    return {record: rows for record, rows in wrong.items() if rows}


def generated(landsync: Landsync, folder: Path, province: str, *more: object) -> Path:
    """A nation of this province alone: its parcels, and who has them."""
    told = landsync(
        "generate", "--out", folder, "--parcels", 400, "--provinces", province, "--communes-per-province", 2,
        "--people", "many", "--seed", 5, *more,
    )  # fmt: skip
    assert told.status == 0, told.words
    return folder / province


def synchronised(landsync: Landsync, province: str, delivery: Path) -> dict[str, int]:
    told = landsync("sync", "--province", province, delivery)
    assert told.status == 0, told.words
    assert landsync("reconcile", "--all").status == 0
    totals: dict[str, int] = told.document["receipt"]["totals"]
    return totals


@pytest.mark.parametrize("province", ["01", "25"])
def test_the_register_has_the_people_of_the_tables_and_nobody_else(
    landsync: Landsync, tmp_path: Path, province: str
) -> None:
    faults = [word for name in FAULTS for word in ("--fault", f"{name}=2")]
    first = generated(landsync, tmp_path / "first", province, *faults)
    assert synchronised(landsync, province, first)["new"] == 400
    must, truth = delivered(first, province), used(first.parent, province)
    assert differing(landsync, must) == {}
    # Six parcels have no right that can be used: what their rows say of a user and a certificate is a right as well.
    own = 6
    assert sum(must["land_right"].values()) == truth["rights"] + own
    assert sum(must["restriction"].values()) == truth["restrictions"] > 0
    for text, holds in (
        ("user_uid) FROM land_private.land_user", "users"),
        ("certificate_uid) FROM land_private.certificate", "certificates"),
    ):
        assert landsync.query(f"SELECT count(DISTINCT {text}") == [(truth[holds] + own,)]

    changes = ("--kind", "changes", "--changes", 0.05, *DAY[1])
    second = generated(landsync, tmp_path / "second", province, *changes)
    rows = rows_of(second, "*", (PARCEL[province][0], "action"))
    named = {key: action for key, action in rows if action != "insert"}
    totals = synchronised(landsync, province, second)
    assert totals["ended_by_row"] == sum(action == "end" for action in named.values()) > 0
    now = delivered(second, province)
    must = {record: stay(rows, named) + now[record] for record, rows in must.items()}
    assert differing(landsync, must) == {}

    third = generated(landsync, tmp_path / "third", province, "--changes", 0.05, *DAY[2])
    synchronised(landsync, province, third)
    must, truth = delivered(third, province), used(third.parent, province)
    assert differing(landsync, must) == {}
    assert sum(must["land_right"].values()) == truth["rights"]
    assert landsync.query("SELECT count(*) > 0 FROM land_private.land_user_version") == [(True,)]
    assert landsync("receipt", "verify").status == 0
