"""Change sets from file to receipt and report, as a person brings them in."""

import json
import re
from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import profile_file
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
SINCE = "2026-11-20T22:00:00+07:00"
UNTIL = "2026-11-21T22:00:00+07:00"


def generate(landsync: Landsync, out: Path, *more: object) -> Path:
    made = landsync(
        "generate",
        "--out",
        out,
        "--parcels",
        600,
        "--provinces",
        PROVINCE,
        "--communes-per-province",
        3,
        *more,
    )
    assert made.status == 0, made.words
    return out / PROVINCE


@pytest.fixture
def first(landsync: Landsync, tmp_path: Path) -> Path:
    """The full snapshot, brought in."""
    delivery = generate(landsync, tmp_path / "first")
    assert sync(landsync, delivery).status == 0
    return delivery


@pytest.fixture
def changed(landsync: Landsync, tmp_path: Path) -> Path:
    """What changed in the day after it."""
    return generate(
        landsync, tmp_path / "changed", "--kind", "changes", "--changes", 0.05, "--extracted-at", UNTIL
    )


def sync(landsync: Landsync, delivery: Path, *more: str):  # type: ignore[no-untyped-def]
    return landsync("sync", "--province", PROVINCE, delivery, *more)


def rows_of(delivery: Path) -> dict[str, int]:
    actions: dict[str, int] = {}
    for path in sorted(delivery.glob("*.gpkg")):
        for action in gpd.read_file(path)["action"]:
            actions[action] = actions.get(action, 0) + 1
    return actions


def restate(delivery: Path, pattern: str, text: str) -> None:
    """Change what a delivery.toml says."""
    path = delivery / "delivery.toml"
    said = path.read_text(encoding="utf-8")
    assert re.search(pattern, said)
    path.write_text(re.sub(pattern, text, said), encoding="utf-8")


def test_a_change_set_goes_from_file_to_receipt_and_report(
    landsync: Landsync, first: Path, changed: Path
) -> None:
    actions = rows_of(changed)
    before = landsync.query("SELECT commune_code, usability_group, rows_read FROM land.dataset ORDER BY 1")
    told = sync(landsync, changed)
    assert told.status == 0, told.words
    done = told.document
    assert (done["changed"], done["new"], done["ended_by_row"]) == (
        actions["update"], actions["insert"], actions["end"]
    )  # fmt: skip
    assert (done["ended"], done["gaps"]) == (0, [])
    after = landsync.query("SELECT commune_code, usability_group, rows_read FROM land.dataset ORDER BY 1")
    assert [row[:2] for row in after] == [row[:2] for row in before]
    more = actions["insert"] - actions["end"]  # a commune is counted as it stands
    assert sum(row[2] for row in after) == sum(row[2] for row in before) + more
    assert all(commune["group"] in (1, 2, 3) for commune in done["communes"])
    counted = landsync.query(
        "SELECT sum(change_rows)::integer, bool_and(provisional) FROM land.dataset WHERE change_rows > 0"
    )
    assert counted == [(sum(actions.values()), True)]
    page = (Path(done["report"]) / "report.html").read_text(encoding="utf-8")
    assert "Gói biến động" in page
    assert landsync("reconcile", "--all").status == 0
    assert landsync("receipt", "verify").status == 0

    again = sync(landsync, changed).document
    assert (again["changed"], again["new"], again["ended_by_row"]) == (0, 0, 0)
    assert (again["ignored"], again["unchanged"]) == (actions["end"], actions["update"] + actions["insert"])


def test_a_dry_run_of_a_change_set_writes_nothing(landsync: Landsync, first: Path, changed: Path) -> None:
    told = sync(landsync, changed, "--dry-run")
    assert (told.status, told.document["changed"] > 0) == (0, True)
    assert landsync.query("SELECT count(*) FROM ledger.change_set") == [(0,)]
    assert landsync.query("SELECT count(*) FROM land.source_state WHERE NOT by_snapshot") == [(0,)]
    assert landsync.query("SELECT count(*) FROM land.parcel_version") == [(0,)]


def test_a_gap_is_told_everywhere_and_closes_when_the_missing_set_comes(
    landsync: Landsync, first: Path, changed: Path
) -> None:
    restate(changed, "since = .*", "since = 2026-11-21T10:00:00+07:00")
    told = sync(landsync, changed)
    assert told.status == 0, "a gap refuses nothing"
    (gap,) = told.document["gaps"]
    assert "20/11/2026 22:00" in gap["en"]
    assert "21/11/2026 10:00" in gap["en"]
    assert gap["en"] in (Path(told.document["report"]) / "report.html").read_text(encoding="utf-8")
    assert landsync("status", "--province", PROVINCE).document["gaps"][0]["vi"] == gap["vi"]
    reconciled = landsync("reconcile", "--province", PROVINCE)
    assert (reconciled.status, len(reconciled.document["provinces"][0]["gaps"])) == (0, 1)

    restate(changed, "since = .*", f"since = {SINCE}")
    restate(changed, "until = .*", "until = 2026-11-21T10:00:00+07:00")
    for path in sorted(changed.glob("*.gpkg")):
        rewrite(changed, path.name, lambda frame: frame.iloc[:0])
    assert sync(landsync, changed).document["gaps"] == [], "a set without rows says that nothing changed"


def test_a_province_writes_its_actions_its_own_way(
    landsync: Landsync, first: Path, changed: Path, tmp_path: Path
) -> None:
    def rename(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        words = {"insert": "Thêm mới", "update": "Cập nhật", "end": "Kết thúc"}
        return frame.assign(loaiBienDong=frame["action"].map(words)).drop(columns="action")

    for path in sorted(changed.glob("*.gpkg")):
        rewrite(changed, path.name, rename)
    refused = sync(landsync, changed)
    assert (refused.status, refused.document["error"]["code"]) == (4, "DLV-COLUMN-MISSING")

    own = tmp_path / "own.toml"
    said = profile_file(PROVINCE).read_text(encoding="utf-8")
    own.write_text(
        said + '[columns]\naction = "loaiBienDong"\n[values.action]\n'
        '"Thêm mới" = "insert"\n"Cập nhật" = "update"\n"Kết thúc" = "end"\n',
        encoding="utf-8",
    )
    told = sync(landsync, changed, "--profile", str(own))
    assert told.status == 0, told.document
    assert told.document["ended_by_row"] > 0


@pytest.mark.parametrize(
    ("pattern", "text", "code"),
    [
        ("until = .*\n", "", "DLV-CHANGES"),
        ("since = .*\nuntil = .*\n", "", "DLV-CHANGES"),
        ("since = .*\nuntil = .*\n", "sequence = 4\n", "DLV-CHANGES"),
        ("until = .*", "until = 2026-11-19T22:00:00+07:00", "DLV-CHANGES"),
        ('commune_codes = "new"', 'commune_codes = "new"\ncomplete_for = ["00691"]', "DLV-CHANGES"),
    ],
)
def test_a_change_set_that_cannot_be_placed_is_rejected(
    landsync: Landsync, changed: Path, pattern: str, text: str, code: str
) -> None:
    restate(changed, pattern, text)
    told = sync(landsync, changed)
    assert (told.status, told.document["error"]["code"]) == (4, code)


def test_versions_of_two_kinds_are_rejected(landsync: Landsync, first: Path, changed: Path) -> None:
    def mix(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        versions = frame["phienBan"].astype(object)
        versions.iloc[0] = "2026-11-21"
        return frame.assign(phienBan=versions)

    rewrite(changed, sorted(changed.glob("*.gpkg"))[0].name, mix)
    told = sync(landsync, changed)
    assert (told.status, told.document["error"]["code"]) == (4, "DLV-VERSION-MIXED")


def test_check_judges_the_rows_of_a_change_set_without_a_database(
    landsync: Landsync, changed: Path, tmp_path: Path
) -> None:
    def spoil(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        actions = frame["action"].astype(object)
        actions.iloc[0] = "đổi"
        return frame.assign(action=actions)

    rewrite(changed, sorted(changed.glob("*.gpkg"))[0].name, spoil)
    told = landsync("check", changed, "--province", PROVINCE, "--out", tmp_path / "report")
    assert told.status == 0
    assert told.document["findings"]["CHG-ACTION"] == 1
    assert told.document["quarantined"] == 1
    assert {commune["group"] for commune in told.document["communes"]} == {None}


def test_what_a_change_set_holds_waits_for_its_approval_and_for_no_other_set(
    landsync: Landsync, first: Path, changed: Path
) -> None:
    """All but a few parcels of a commune end: the brake holds it. Another set does not push that aside."""
    (commune, count), *_ = landsync.query(
        "SELECT commune_code, count(*) FROM land.parcel GROUP BY commune_code ORDER BY 2"
    )
    files = sorted(first.glob("*.gpkg"))
    (file,) = [path for path in files if commune in set(gpd.read_file(path)["maXa"])]
    others = [path for path in sorted(changed.glob("*.gpkg")) if path.name != file.name]
    originals = gpd.read_file(file)
    originals = originals[originals["maXa"] == commune]

    def end_all(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return originals.assign(action="end", phienBan="2")[[*frame.columns]]

    rewrite(changed, file.name, end_all)
    for path in others:
        rewrite(changed, path.name, lambda frame: frame.iloc[:0])
    held = sync(landsync, changed)
    assert (held.status, held.document["held_communes"], held.document["held"]) == (3, [commune], count)

    restate(changed, "since = .*", f"since = {UNTIL}")
    restate(changed, "until = .*", "until = 2026-11-22T22:00:00+07:00")
    rewrite(
        changed,
        file.name,
        lambda frame: frame.iloc[:1].assign(action="update", phienBan="3", diaChi="Thôn Thử"),
    )
    assert sync(landsync, changed).document["changed"] == 1

    approved = landsync("approve", held.document["run"], "--reason", "kiểm tra")
    assert approved.status == 0, approved.words
    assert (approved.document["ended_by_row"], approved.document["ignored"]) == (count - 1, 1)
    assert landsync.query("SELECT count(*) FROM land.parcel WHERE commune_code = %s", commune) == [(1,)]
    assert json.dumps(landsync("reconcile", "--all").document["agrees"]) == "true"


def test_a_commune_that_parcels_would_leave_is_held_and_let_go_though_no_row_is_its_own(
    landsync: Landsync, first: Path, changed: Path
) -> None:
    frames = {path.name: gpd.read_file(path) for path in sorted(first.glob("*.gpkg"))}
    (name, frame), *_ = [(n, f) for n, f in frames.items() if f["maXa"].nunique() > 1]
    leaving, joined = sorted(frame["maXa"].unique())[:2]
    moving = frame[frame["maXa"] == leaving]
    moving = moving.iloc[: len(moving) * 3 // 4].assign(
        action="update", phienBan="2", maXa=joined, maDinhDanh=None
    )
    there = frame[frame["maXa"] == joined].geometry.union_all().centroid
    here = moving.geometry.union_all().centroid
    moving.geometry = moving.geometry.translate(round(there.x - here.x), round(there.y - here.y))
    moving["soHieuToBanDo"] = moving["soHieuToBanDo"].astype(int) + 500  # free numbers in the other commune
    for other in frames:
        rewrite(changed, other, lambda frame: frame.iloc[:0])
    rewrite(changed, name, lambda frame: moving[[*frame.columns]])
    held = sync(landsync, changed)
    assert held.status == 3
    # The one loses too much, the other gains too much: both are shown, and approved as one.
    assert sorted(held.document["held_communes"]) == [leaving, joined]
    assert held.document["held"] == len(moving)
    assert {hold["commune_code"] for hold in landsync("status").document["holds"]} == {leaving, joined}
    approved = landsync("approve", held.document["run"], "--reason", "kiểm tra")
    assert approved.status == 0, approved.words
    assert approved.document["moved_in"] == len(moving)
    assert landsync("reconcile", "--all").document["agrees"]
