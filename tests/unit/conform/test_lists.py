"""Lists of attributes: joined by a key, and no row of a list or of the map is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pytest
import xlsxwriter

from parcels.errors import DeliveryRejected, LandsyncError
from sync.conform import conform
from sync.conform.kept import KEPT_TYPE
from sync.conform.list_join import both as _both
from sync.declared.profile import Profile, load_profile
from sync.folder.conform import Conformed
from sync.folder.list_rows import load_list_rows
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch
from tests.support.strip import COMMUNE, LAYER, PROVINCE, ZONE, profile_of, strip

COLUMNS = {
    "commune_code": "Mã xã",
    "sheet_no": "Tờ",
    "parcel_no": "Thửa",
    "land_use": "Loại đất",
    "area_legal_m2": "Diện tích",
    "certificate_no": "GCN",
    "certificate_issued_on": "Ngày cấp",
    "national_id": "Mã định danh",
}
TOML = f"""
province = "{PROVINCE}"
extracted_at = 2026-11-20T22:00:00+07:00
commune_codes = "new"
[[parts]]
file = "thua.gpkg"
layer = "{LAYER}"
epsg = {ZONE}
[[lists]]
file = "list.xlsx"
"""


def listed(**changes: Any) -> Profile:
    own: dict[str, Any] = {"columns": COLUMNS}
    return profile_of(lists=own | changes)


def list_of(path: Path, *rows: list[Any], header: tuple[str, ...] = tuple(COLUMNS.values())) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("PL3")
        for r, row in enumerate([list(header), *rows]):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif value is not None:
                    page.write(r, c, value)
    return path


@pytest.fixture
def delivered(tmp_path: Path) -> Callable[..., tuple[list[dict[str, Any]], Conformed]]:
    """The snapshot, in order of row, of three parcels and a list; and conform.json."""

    def run(
        *rows: list[Any],
        profile: Profile | None = None,
        toml: str = TOML,
        frame: gpd.GeoDataFrame | None = None,
    ) -> tuple[list[dict[str, Any]], Conformed]:
        folder = tmp_path / "delivery"
        folder.mkdir(exist_ok=True)
        (strip(3) if frame is None else frame).to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
        list_of(folder / "list.xlsx", *rows)
        (folder / "delivery.toml").write_text(toml, encoding="utf-8")
        used = profile or listed()
        fetch(folder, used, tmp_path / "run")
        conform(tmp_path / "run", used)
        parts = [read_part(path) for path in part_paths(tmp_path / "run").values()]
        return pa.concat_tables(parts).sort_by("row_no").to_pylist(), Conformed.load(tmp_path / "run")

    return run


def test_a_list_says_more_than_the_map_and_the_map_keeps_its_own(delivered: Callable[..., Any]) -> None:
    """Sheet 7 of the map is 007, 7 or 7.0 of a list, and a code that Excel took for a number is the commune's."""
    rows, said = delivered(
        [691, "007", 1, "ONT+CLN", 401.5, "AB 123", "05/06/2024"],
        [COMMUNE, 7, " 2 ", None, None, "AB 124", None],
    )
    assert [row["land_use"] for row in rows] == ["ONT+CLN", "LUC", "LUC"]
    assert [float(row["area_legal_m2"]) for row in rows] == [401.5, 400.0, 400.0]
    assert [row["certificate_no"] for row in rows] == ["AB 123", "AB 124", None]
    assert [row["sheet_no"] for row in rows] == ["7", "7", "7"]
    assert str(rows[0]["certificate_issued_on"]) == "2024-06-05"
    (one,) = said.lists
    assert (one.rows, one.matched, one.parcels, sum(one.unmatched.values()), one.repeated) == (
        2,
        2,
        2,
        0,
        0,
    )
    assert one.differing == {"area_legal_m2": 1, "land_use": 1}
    assert not said.holds


def told(said: Conformed) -> list[tuple[int, str, str | None]]:
    """Row, why and the parcel number of the parcel with that id, of the rows that mean no parcel."""
    (one,) = said.lists
    unmatched = sum(one.unmatched.values())
    assert one.rows == one.matched + one.by_national_id + one.repeated + unmatched + sum(one.beside.values())
    assert unmatched >= len(one.examples)
    return [(row.row, row.why, row.of_parcel_no) for row in one.examples]


def test_a_row_without_a_parcel_is_told_and_is_no_parcel(
    delivered: Callable[..., Any], tmp_path: Path
) -> None:
    rows, said = delivered(
        [COMMUNE, 7, 99, "LUC", 5, None, None],
        [None, None, None, "tổng"],
        [COMMUNE, 7, 3, "CLN", 9, None, None],
        [COMMUNE, 8, 3, "CLN", 9, None, None],
        ["00001", 7, 3, "CLN", 9, None, None],
        [COMMUNE, None, 3, "CLN", 9, "AB 1", None],
        ["Tổng cộng", None, None, None, 9],
    )
    assert [row["parcel_no"] for row in rows] == ["1", "2", "3"]
    assert said.read == 3
    assert told(said) == [
        (2, "parcel_not_on_map", None),
        (5, "sheet_not_on_map", None),
        (6, "commune_not_on_map", None),
        (7, "no_key", None),
    ]
    (one,) = said.lists
    assert (one.without_key, one.matched, one.beside) == (1, 1, {"footer": 2})
    assert said.holds == {}
    left = load_list_rows(tmp_path / "run").to_pylist()
    assert [(row["row"], row["why"]) for row in left] == [
        (2, "parcel_not_on_map"),
        (3, "footer"),
        (5, "sheet_not_on_map"),
        (6, "commune_not_on_map"),
        (7, "no_key"),
        (8, "footer"),
    ]


def with_ids(*ids: str | None) -> tuple[gpd.GeoDataFrame, Profile]:
    used = listed()
    used = used.model_copy(update={"columns": used.columns | {"national_id": "ma"}})
    return strip(len(ids)).assign(ma=list(ids)), used


def test_a_row_that_contradicts_the_number_of_its_national_id_is_told_with_that_parcel(
    delivered: Callable[..., Any],
) -> None:
    """Old sheet numbers in a list: the id names a parcel, and its number says another. No second parcel is made."""
    frame, used = with_ids("w7er83vtcr9d", "w7er83vw1809", "w7er83vw1810")
    rows, said = delivered(
        [COMMUNE, 2, 11, "CLN", None, None, None, "W7ER83VTCR9D"],
        [COMMUNE, 2, 12, "CLN", None, None, None, "w7er83vw1809"],
        profile=used,
        frame=frame,
    )
    assert [row["land_use"] for row in rows] == ["LUC"] * 3
    assert told(said) == [(2, "other_number", "1"), (3, "other_number", "2")]


def test_a_row_without_a_whole_key_means_the_parcel_of_its_id_if_nothing_contradicts(
    delivered: Callable[..., Any],
) -> None:
    frame, used = with_ids("w7er83vtcr9d", "w7er83vw1809", "w7er83vw1810")
    rows, said = delivered(
        [None, 7, 1, "CLN", None, None, None, "w7er83vtcr9d"],
        [None, 7, 3, "ONT", None, None, None, "w7er83vw1809"],  # 7/3 is another parcel
        [None, None, None, "BHK", None, None, None, "w7er83vw1810"],
        profile=used,
        frame=frame,
    )
    assert [row["land_use"] for row in rows] == ["CLN", "LUC", "BHK"]
    assert said.lists[0].by_national_id == 2
    assert told(said) == [(3, "other_number", "2")]


def test_an_id_of_two_rows_or_of_two_parcels_joins_nothing_by_itself(delivered: Callable[..., Any]) -> None:
    frame, used = with_ids("w7er83vtcr9d", "w7er83vtcr9d", "w7er83vw1810")
    rows, said = delivered(
        [None, 7, None, "CLN", None, None, None, "w7er83vw1810"],
        [None, None, 3, "ONT", None, None, None, "w7er83vw1810"],
        [COMMUNE, 9, 9, "BHK", None, None, None, "w7er83vtcr9d"],
        profile=used,
        frame=frame,
    )
    assert [row["land_use"] for row in rows] == ["LUC"] * 3
    assert told(said) == [(2, "other_number", "3"), (3, "other_number", "3"), (4, "sheet_not_on_map", None)]


def test_a_merged_cell_speaks_for_its_rows(delivered: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    with xlsxwriter.Workbook(str(folder / "merged.xlsx")) as book:
        page = book.add_worksheet("PL3")
        page.write_row(0, 0, list(COLUMNS.values()))
        page.merge_range(1, 0, 3, 0, COMMUNE)
        page.merge_range(1, 3, 2, 4, "CLN")  # over two columns: its first one
        for row in range(3):
            page.write_row(row + 1, 1, [7, row + 1])
    rows, said = delivered(toml=TOML.replace("list.xlsx", "merged.xlsx"))
    assert [row["land_use"] for row in rows] == ["CLN", "CLN", "LUC"]
    assert [float(row["area_legal_m2"]) for row in rows] == [400.0] * 3
    (one,) = said.lists
    assert (one.matched, one.unmatched, one.notes.merged_ranges) == (3, {}, ("A2:A4", "D2:E3"))


def test_the_first_of_several_rows_counts_and_the_others_are_told(delivered: Callable[..., Any]) -> None:
    rows, said = delivered(
        [COMMUNE, 7, 1, "ONT", 1, "A", None], [COMMUNE, 7, 1, "CLN", 2, "B", None], [COMMUNE, 8, 1, "CLN", 2, "B", None],
        [COMMUNE, 8, 1, "LUC", 2, "C", None],
    )  # fmt: skip
    assert (rows[0]["land_use"], rows[0]["certificate_no"]) == ("ONT", "A")
    assert len(rows) == 3
    (one,) = said.lists
    assert (one.repeated, one.matched, one.unmatched) == (2, 1, {"sheet_not_on_map": 1})


def test_what_means_something_together_comes_from_one_side(delivered: Callable[..., Any]) -> None:
    """A certificate's day is not that of another certificate."""
    frame = strip(3).assign(gcn="OLD 1", ngay="2001-01-01")
    columns = listed().columns | {"certificate_no": "gcn", "certificate_issued_on": "ngay"}
    rows, _ = delivered(
        [COMMUNE, 7, 1, None, None, "NEW 1", None],
        profile=listed().model_copy(update={"columns": columns}),
        frame=frame,
    )
    assert [row["certificate_no"] for row in rows] == ["NEW 1", "OLD 1", "OLD 1"]
    assert [row["certificate_issued_on"] is None for row in rows] == [True, False, False]


def test_a_land_user_keeps_the_key_while_the_list_contradicts_nothing_of_the_person(
    delivered: Callable[..., Any],
) -> None:
    frame = strip(3).assign(khoa=["K1", "K2", "K3"])
    columns = listed().columns | {"land_user_key": "khoa"}
    of_list = {name: column for name, column in COLUMNS.items() if name != "certificate_no"}
    profile = listed(columns=of_list | {"land_user_name": "GCN"}).model_copy(update={"columns": columns})
    names = frame["tenChu"].tolist()
    rows, _ = delivered(
        [COMMUNE, 7, 1, None, None, names[0], None],
        [COMMUNE, 7, 2, None, None, "Người Khác", None],
        profile=profile,
        frame=frame,
    )
    assert [row["land_user_name"] for row in rows] == [names[0], "Người Khác", names[2]]
    assert [row["land_user_key"] for row in rows] == ["K1", None, "K3"]


def test_a_list_may_be_joined_by_the_national_id(delivered: Callable[..., Any]) -> None:
    frame = strip(3).assign(ma=["w7er83vtcr9d", "w7er83vw1809", None])
    used = listed()
    used = used.model_copy(update={"columns": used.columns | {"national_id": "ma"}})
    toml = TOML + 'on = ["national_id"]\n'
    rows, said = delivered(
        ["99999", 9, 9, "CLN", 5, None, None, "W7ER83VW1809"], profile=used, toml=toml, frame=frame
    )
    assert [row["land_use"] for row in rows] == ["LUC", "CLN", "LUC"]
    assert rows[1]["parcel_no"] == "2"  # what names the parcel stays the map's
    assert said.lists[0].on == ("national_id",)


def test_a_csv_is_a_list_too(delivered: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "list.csv").write_text(
        f"Mã xã,Tờ,Thửa,Loại đất\n{COMMUNE},7,2,CLN\n{COMMUNE},9,2,CLN\nNgười lập biểu,,,\nNguyễn Văn A,,,\n",
        encoding="utf-8",
    )
    columns = {name: COLUMNS[name] for name in ("commune_code", "sheet_no", "parcel_no", "land_use")}
    rows, said = delivered(profile=listed(columns=columns), toml=TOML.replace("list.xlsx", "list.csv"))
    assert [row["land_use"] for row in rows] == ["LUC", "CLN", "LUC"]
    assert told(said) == [(3, "sheet_not_on_map", None)]
    assert said.lists[0].beside == {"footer": 2}


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(LandsyncError) as refused:
        call()
    return refused.value.code


def test_a_list_alone_or_without_its_map_is_refused(delivered: Callable[..., Any], tmp_path: Path) -> None:
    assert code_of(lambda: delivered([COMMUNE, 7, 1], profile=profile_of())) == "PRF-LISTS"
    assert (
        code_of(
            lambda: delivered(
                [COMMUNE, 7, 1],
                toml=TOML.split("[[lists]]", maxsplit=1)[0] + '[[parts]]\nfile = "list.xlsx"\n',
            )
        )
        == "DLV-LIST-ALONE"
    )
    assert code_of(lambda: delivered([COMMUNE, 7, 1], toml=TOML + 'on = ["source_key"]\n')) == "PRF-LISTS-KEY"
    assert (
        code_of(lambda: delivered([COMMUNE, 7, 1], toml=TOML.replace("list.xlsx", "other.xlsx")))
        == "DLV-FILE-MISSING"
    )
    assert code_of(delivered) == "DLV-LIST-EMPTY"
    alone = list_of(tmp_path / "pl3.xlsx", [COMMUNE, 7, 1])
    fetch(alone, listed(), tmp_path / "run2")
    with pytest.raises(DeliveryRejected) as refused:
        conform(tmp_path / "run2", listed())
    assert refused.value.code == "DLV-LIST-ALONE"
    assert "[[lists]]" in refused.value.hint.vi


def test_nothing_of_a_list_stays_in_the_run(delivered: Callable[..., Any], tmp_path: Path) -> None:
    delivered([COMMUNE, 7, 1, "ONT", 1, "A", None])
    assert not (tmp_path / "run" / ".lists").exists()


def test_a_profile_s_lists_extend_a_base_profile(tmp_path: Path) -> None:
    file = tmp_path / "22.toml"
    file.write_text(
        'province = "22"\nextends = "vbdlis"\n[lists]\nextends = "pl3"\n[lists.columns]\nparcel_no = "STT thửa"\n',
        encoding="utf-8",
    )
    used = load_profile("22", file)
    assert used.lists is not None
    assert used.lists.columns["sheet_no"] == "Số hiệu tờ bản đồ địa chính"
    assert used.lists.columns["parcel_no"] == "STT thửa"
    assert "parcel_no" not in used.lists.assumed
    assert used.columns["parcel_no"] == "soThuTuThua"
    assert Profile.model_validate(used.model_dump(mode="json")).lists == used.lists


def test_texts_as_delivered_come_together_from_both_sides() -> None:
    a = pa.array([[("x", "1")], None, [("x", "2")], None], KEPT_TYPE)
    b = pa.array([[("y", "3")], [("y", "4")], None, None], KEPT_TYPE)
    assert _both(a, b).to_pylist() == [[("x", "1"), ("y", "3")], [("y", "4")], [("x", "2")], None]
    assert _both(a, pa.nulls(4, KEPT_TYPE)) is a
