"""People with many parcels, certificates and shares, to be delivered in every way: spouses on one parcel, co-owners with shares, a
certificate over three parcels, a user with 40 parcels in 6 communes, an organisation, a mortgage. All made up.
"""

import csv
from datetime import date
from itertools import starmap
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import pandas as pd
import pyogrio
import xlsxwriter

from sync.declared.profile import Profile
from tests.support.formats.pl3_01 import form_map, write_pl3_01
from tests.support.strip import LAYER, PROVINCE, ZONE, profile_of, strip

COMMUNES = ("00691", "00694", "00700", "00706", "00715", "00721")
EACH = 10  # parcels a commune
Rows = list[dict[str, Any]]
# Delivered names of the tables, by what they hold.
COLUMNS: dict[str, dict[str, str]] = {
    "users": {
        "land_user_key": "chuId",
        "land_user_name": "hoTen",
        "land_user_id_number": "soGiayTo",
        "land_user_birth_year": "ngaySinh",
        "land_user_birth_date": "ngaySinh",
        "land_user_gender": "gioiTinh",
        "land_user_address": "diaChi",
        "land_user_kind": "loaiChu",
    },
    "certificates": {
        "certificate_key": "gcnId",
        "certificate_no": "soPhatHanh",
        "certificate_issued_on": "ngayCap",
        "certificate_book_no": "soVaoSo",
    },
    "rights": {
        "right_key": "quyenId",
        "parcel_key": "thuaDatId",
        "land_user_key": "chuId",
        "certificate_key": "gcnId",
        "right_role": "vaiTro",
        "right_form": "hinhThuc",
        "share_numerator": "tuSo",
        "share_denominator": "mauSo",
    },
    "restrictions": {
        "restriction_key": "hanCheId",
        "parcel_key": "thuaDatId",
        "restriction_kind": "loai",
        "restriction_from": "tuNgay",
    },
}
LAYERS = {"users": "chu", "certificates": "gcn", "rights": "quyen", "restrictions": "han_che"}


def parcels() -> gpd.GeoDataFrame:
    """Ten parcels in each of six communes, numbers 1 to 60 over all of them."""
    frames = [strip(EACH, code, first=1 + at * EACH) for at, code in enumerate(COMMUNES)]
    frame = pd.concat(frames, ignore_index=True).drop(columns="tenChu")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=frames[0].crs)


def key(number: int) -> str:
    return f"T{number:06d}"


def commune_of(number: int) -> str:
    return COMMUNES[(number - 1) // EACH]


def _person(name: str, number: str, born: str, gender: str) -> dict[str, Any]:
    return {
        "chuId": f"U{number[-3:]}",
        "hoTen": name,
        "soGiayTo": number,
        "ngaySinh": born,
        "gioiTinh": gender,
        "diaChi": f"Thôn {number[-3:]}",
        "loaiChu": "cá nhân",
    }


def tables() -> dict[str, Rows]:
    """The four tables under their delivered names."""
    people = [
        _person("Nguyễn Văn Chồng", "008070000001", "02/03/1970", "nam"),
        _person("Trần Thị Vợ", "008172000002", "05/06/1972", "nữ"),
        _person("Lê Đồng Một", "008080000003", "07/08/1980", "nam"),
        _person("Lê Đồng Hai", "008082000004", "09/10/1982", "nam"),
        _person("Lê Đồng Ba", "008185000005", "11/12/1985", "nữ"),
        _person("Phạm Nhiều Đất", "008060000006", "13/01/1960", "nam"),
        {"chuId": "U007", "hoTen": "Công ty Thử", "soGiayTo": "0101234567", "loaiChu": "tổ chức"},
    ]
    rights: Rows = []
    certificates: Rows = []

    def certificate(of: str) -> str:
        number = len(certificates) + 1
        issued = f"{1 + number % 28:02d}/05/2015"
        certificates.append(
            {
                "gcnId": f"G{number:04d}",
                "soPhatHanh": f"{of} {number:06d}",
                "ngayCap": issued,
                "soVaoSo": f"CH {number:05d}",
            }
        )
        return f"G{number:04d}"

    def right(number: int, who: str, paper: str, **more: Any) -> None:
        said = {"quyenId": f"Q{len(rights):05d}", "thuaDatId": key(number), "chuId": who, "gcnId": paper}
        rights.append(said | more)

    over_three = certificate("AA")
    for number in (1, 2, 3):
        for who in ("U001", "U002"):
            right(number, who, over_three, vaiTro="vợ hoặc chồng", hinhThuc="sở hữu chung hợp nhất")
    shared = certificate("BB")
    for who, above, below in (("U003", 1, 2), ("U004", 1, 4), ("U005", 1, 4)):
        right(
            4,
            who,
            shared,
            vaiTro="đồng sở hữu",
            hinhThuc="sở hữu chung theo phần",
            tuSo=str(above),
            mauSo=str(below),
        )
    for number in [n for n in range(5, 61) if n % 10 not in (0, 9)][:40]:
        right(number, "U006", certificate("CC"), vaiTro="người sử dụng đất")
    right(60, "U007", certificate("DD"), vaiTro="người sử dụng đất")
    restrictions = [{"hanCheId": "H1", "thuaDatId": key(1), "loai": "thế chấp", "tuNgay": "01/02/2020"}]
    return {"users": people, "certificates": certificates, "rights": rights, "restrictions": restrictions}


def profile(**changes: Any) -> Profile:
    """A profile that knows the four tables by name, and form PL3-01."""
    made = {
        holds: {"layer": LAYERS[holds], "columns": columns}
        | ({"values": {"right_role": {"đồng sở hữu": "co_user"}}} if holds == "rights" else {})
        for holds, columns in COLUMNS.items()
    }
    columns = {
        "source_key": "thuaDatId", "commune_code": "maXa", "sheet_no": "soTo", "parcel_no": "soThua",
        "land_use": "loaiDat", "area_legal_m2": "dienTichPL",
    }  # fmt: skip
    return profile_of(**({"columns": columns, "tables": made, "lists": form_map()} | changes))


TOML = f"""
province = "{PROVINCE}"
extracted_at = 2026-11-20T22:00:00+07:00
commune_codes = "new"
[[parts]]
file = "thua.gpkg"
layer = "{LAYER}"
epsg = {ZONE}
"""


def toml(folder: Path, more: str = "") -> Path:
    (folder / "delivery.toml").write_text(TOML + more, encoding="utf-8")
    return folder


def listed(holds: str, file: str, layer: str | None = None) -> str:
    named = f'layer = "{layer}"\n' if layer else ""
    return f'[[tables]]\nholds = "{holds}"\nfile = "{file}"\n{named}'


def as_geopackage(folder: Path, said: dict[str, Rows], frame: gpd.GeoDataFrame | None = None) -> Path:
    """Parcels and tables as layers of one GeoPackage, found by their names."""
    folder.mkdir()
    (parcels() if frame is None else frame).to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    for holds, rows in said.items():
        frame_of = pd.DataFrame(rows, columns=names(holds))
        pyogrio.write_dataframe(frame_of, folder / "thua.gpkg", layer=LAYERS[holds], append=True)
    return toml(folder)


def as_csv(folder: Path, said: dict[str, Rows], *, declared: bool = True) -> Path:
    """A CSV file for each, declared or under the names by which the profile knows them."""
    folder.mkdir()
    parcels().to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    more = ""
    for holds, rows in said.items():
        name = f"{'bang ' if declared else ''}{LAYERS[holds]}.csv"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names(holds), restval="")
            writer.writeheader()
            writer.writerows(rows)
        more += listed(holds, name) if declared else ""
    return toml(folder, more)


def as_sheets(folder: Path, said: dict[str, Rows]) -> Path:
    """The sheets of one workbook."""
    folder.mkdir()
    parcels().to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    more = ""
    with xlsxwriter.Workbook(str(folder / "nguoi.xlsx")) as book:
        for holds, rows in said.items():
            page = book.add_worksheet(LAYERS[holds])
            page.write_row(0, 0, names(holds))
            for at, row in enumerate(rows, 1):
                for place, name in enumerate(names(holds)):
                    if row.get(name):
                        page.write_string(at, place, row[name])
            more += listed(holds, "nguoi.xlsx", LAYERS[holds])
    return toml(folder, more)


def names(holds: str) -> list[str]:
    return list(dict.fromkeys(COLUMNS[holds].values()))


def as_pl3_01(folder: Path, said: dict[str, Rows]) -> Path:
    """A row for each right, as form PL3-01 has it: without keys, forms and shares."""
    folder.mkdir()
    parcels().to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    users = {row["chuId"]: row for row in said["users"]}
    papers = {row["gcnId"]: row for row in said["certificates"]}
    rows = []
    for right in said["rights"]:
        number = int(right["thuaDatId"][1:])
        who, paper = users[right["chuId"]], papers[right["gcnId"]]
        day, month, year = map(int, paper["ngayCap"].split("/"))
        organisation = who["loaiChu"] == "tổ chức"
        rows.append(
            {
                "number": len(rows) + 1,
                "commune_code": commune_of(number),
                "sheet_no": "7",
                "parcel_no": str(number),
                "certificate_no": paper["soPhatHanh"],
                "certificate_issued_on": date(year, month, day),
                "certificate_book_no": paper["soVaoSo"],
                "user_kind": who["loaiChu"],
                "user_role": right["vaiTro"],
            }
            | (
                {"organisation_name": who["hoTen"], "organisation_number": who["soGiayTo"]}
                if organisation
                else {
                    "person_name": who["hoTen"],
                    "person_number": who["soGiayTo"],
                    "person_birth": who["ngaySinh"],
                    "person_gender": who["gioiTinh"],
                    "person_address": who["diaChi"],
                }
            )
        )
    write_pl3_01(folder / "pl3.xlsx", rows)
    return toml(folder, '[[lists]]\nfile = "pl3.xlsx"\n')


XML_READ: dict[str, Any] = {
    "users": {"DC_CaNhan": "caNhanId", "DC_ToChuc": "toChucId", "DC_VoChong": "voChongId"},
    "couples": {"DC_VoChong": {"voId": "DC_CaNhan", "chongId": "DC_CaNhan"}},
    "certificates": {"DC_GiayChungNhan": "giayChungNhanId"},
    "rights": {"DC_QuyenSuDungDat": "quyenSuDungDatId"},
    "restrictions": {"DC_HanCheQuyen": "hanCheQuyenId"},
}


def xml_profile() -> Profile:
    """The same people, by the names under which VBDLIS-style XML is read."""
    made = {
        "chuId": "nguoiSuDungId",
        "gcnId": "giayChungNhanId",
        "quyenId": "quyenSuDungDatId",
        "hanCheId": "hanCheQuyenId",
    }
    tables_of = {
        holds: {
            "layer": holds,
            "columns": {name: made.get(delivered, delivered) for name, delivered in columns.items()},
        }
        for holds, columns in COLUMNS.items()
    }
    tables_of["rights"]["values"] = {"right_role": {"đồng sở hữu": "co_user"}}
    return profile(tables=tables_of, read={"vbdlis_xml": XML_READ}, parts=[{"epsg": ZONE}])


def as_xml(folder: Path, said: dict[str, Rows]) -> Path:
    """One XML file: spouses as a couple, rights inside of parcels and outside, certificates and users by id or inside of a right."""
    folder.mkdir()
    users = {row["chuId"]: row for row in said["users"]}
    papers = {row["gcnId"]: row for row in said["certificates"]}
    rights: dict[str, list[str]] = {}
    outside: list[str] = []
    for at, right in enumerate(said["rights"]):
        if right["chuId"] == "U002":
            continue  # with her husband
        own = {name: right[name] for name in ("vaiTro", "hinhThuc", "tuSo", "mauSo") if name in right}
        named = leaf("toChucId" if right["chuId"] == "U007" else "caNhanId", right["chuId"])
        who = record_of(users[right["chuId"]]) if at % 2 else named
        if right["chuId"] == "U001":
            who = "<DC_VoChong><voChongId>1</voChongId><voId>U002</voId><chongId>U001</chongId></DC_VoChong>"
        paper = paper_of(papers[right["gcnId"]]) if at % 3 else leaf("giayChungNhanId", right["gcnId"])
        inner = leaf("quyenSuDungDatId", right["quyenId"]) + "".join(starmap(leaf, own.items())) + who + paper
        if at % 5:
            text = f"<DC_QuyenSuDungDat>{inner}</DC_QuyenSuDungDat>"
            rights.setdefault(right["thuaDatId"], []).append(text)
        else:
            outside.append(
                f"<DC_QuyenSuDungDat>{leaf('thuaDatId', right['thuaDatId'])}{inner}</DC_QuyenSuDungDat>"
            )
    outside += [record_of(row) for row in users.values()] + [paper_of(row) for row in papers.values()]
    outside += [
        f"<DC_HanCheQuyen>{leaf('hanCheQuyenId', row['hanCheId'])}"
        f"{''.join(leaf(name, row[name]) for name in ('thuaDatId', 'loai', 'tuNgay'))}</DC_HanCheQuyen>"
        for row in said["restrictions"]
    ]
    frame = parcels()
    inside = []
    for row in frame.to_dict("records"):
        shape = row.pop("geometry")
        inside.append(
            f"<DC_ThuaDat>{''.join(starmap(leaf, row.items()))}{''.join(rights.get(row['thuaDatId'], []))}"
            f"<geometry>{shape.wkt}</geometry></DC_ThuaDat>"
        )
    half = len(outside) // 2
    whole = "".join([*outside[:half], *inside, *outside[half:]])
    (folder / "thua.xml").write_text(f"<DuLieu>{whole}</DuLieu>", encoding="utf-8")
    (folder / "delivery.toml").write_text(
        TOML.replace("thua.gpkg", "thua.xml").replace(f'layer = "{LAYER}"\n', ""), encoding="utf-8"
    )
    return folder


def record_of(row: dict[str, Any]) -> str:
    name, own = ("DC_ToChuc", "toChucId") if row["chuId"] == "U007" else ("DC_CaNhan", "caNhanId")
    rest = "".join(leaf(field, value) for field, value in row.items() if field != "chuId")
    return f"<{name}>{leaf(own, row['chuId'])}{rest}</{name}>"


def paper_of(row: dict[str, Any]) -> str:
    rest = "".join(leaf(field, value) for field, value in row.items() if field != "gcnId")
    return f"<DC_GiayChungNhan>{leaf('giayChungNhanId', row['gcnId'])}{rest}</DC_GiayChungNhan>"


def leaf(name: str, value: Any) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"
