"""Who has a parcel, as it is stored: spouses, co-owners, a certificate over three parcels, a user of forty, whichever file said it."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa
import pytest

from sync.care.reconcile import reconcile
from sync.folder.snapshot import part_paths, read_part
from sync.load.merge import Merged, MergeRequest
from sync.load.receipt import totals
from sync.load.staging import StagedRun
from sync.run import ledger
from tests.support import holders
from tests.support.database import Database
from tests.support.holders import Rows
from tests.support.judged import AS_OF, everything, merge_judged
from tests.support.played import wipe
from tests.support.strip import PROVINCE, conformed
from validators.judge import ROWS_SCHEMA
from validators.policy import policy_at

pytestmark = pytest.mark.db
WAYS: dict[str, Callable[[Path, dict[str, Rows]], Path]] = {
    "layers": holders.as_geopackage,
    "csv": holders.as_csv,
    "sheets": holders.as_sheets,
    "xml": holders.as_xml,
    "pl3": holders.as_pl3_01,
}
# Whom a right ties together, by what is said of them: pseudonyms are another way's where keys are.
TIED = (
    "SELECT a.alias_value, u.land_user_name, u.land_user_id_number, u.land_user_birth_date, u.land_user_gender, u.land_user_kind, "
    "c.certificate_no, c.certificate_issued_on, c.certificate_book_no, r.right_role{more} "
    "FROM land_private.land_right AS r "
    "JOIN land.parcel_alias AS a ON a.parcel_uid = r.parcel_uid AND a.alias_kind = 'source_key' "
    "LEFT JOIN land_private.land_user AS u ON u.parcel_uid = r.parcel_uid AND u.user_ref = r.user_ref "
    "LEFT JOIN land_private.certificate AS c ON c.parcel_uid = r.parcel_uid AND c.certificate_ref = r.certificate_ref"
)
MORE = ", r.right_form, r.share_numerator, r.share_denominator"


def stored(database: Database, tmp_path: Path, said: dict[str, Rows], way: str = "csv") -> Merged:
    """A delivery with these tables through conform, staging and merge; every row of it is accepted, everything is let pass."""
    run_id, _ = ledger.begin(database.dsn, ledger.RunRequest(PROVINCE, "test"))
    profile = holders.xml_profile() if way == "xml" else holders.profile()
    run = conformed(WAYS[way](tmp_path / f"delivery {run_id}", said), profile, tmp_path / run_id)
    parts = part_paths(run)
    rows = [
        {
            "row_no": row_no,
            "dataset": code,
            "decision": "accept",
            "codes": [],
            "has_error": False,
            "claims_id": False,
        }
        for code in parts
        for row_no in read_part(parts[code])["row_no"].to_pylist()
    ]
    rows.sort(key=lambda row: row["row_no"])
    now = datetime.now(UTC)
    staged = StagedRun(parts, run, pa.Table.from_pylist(rows, ROWS_SCHEMA), frozenset(), None, AS_OF)
    policy = policy_at(AS_OF)
    request = MergeRequest(
        run_id=run_id, province=PROVINCE, as_of=AS_OF, now=now, complete_for=tuple(parts), came_complete=tuple(parts),
        gate_held=(), passed=everything(*parts), brake=policy.brake, identity=policy.identity, policy=policy.name, observed_at=now,
        spoken=dict.fromkeys(("restriction", "transferee"), tuple(parts)),
    )  # fmt: skip
    return merge_judged(database.dsn, staged, request)


def tied(database: Database, more: str = MORE) -> Counter[tuple[Any, ...]]:
    return Counter(database.query(TIED.format(more=more)))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "csv"])
def test_whichever_file_says_it_the_same_is_stored(database: Database, tmp_path: Path, way: str) -> None:
    stored(database, tmp_path, holders.tables())
    more = "" if way == "pl3" else MORE  # the form has no shares
    before = tied(database, more)
    assert sum(before.values()) == 50
    wipe(database)
    stored(database, tmp_path, holders.tables(), way)
    assert tied(database, more) == before


def test_one_certificate_covers_three_parcels_of_spouses_and_one_user_has_forty(
    database: Database, tmp_path: Path
) -> None:
    merged = stored(database, tmp_path, holders.tables())
    assert totals(merged.lines)["new"] == 60
    users = database.query(
        "SELECT land_user_name, count(DISTINCT user_uid), count(DISTINCT u.parcel_uid), count(DISTINCT p.commune_code) "
        "FROM land_private.land_user AS u JOIN land.parcel AS p USING (province_code, parcel_uid) GROUP BY 1 ORDER BY 1"
    )
    assert ("Phạm Nhiều Đất", 1, 40, 6) in users
    assert ("Nguyễn Văn Chồng", 1, 3, 1) in users
    assert ("Trần Thị Vợ", 1, 3, 1) in users
    covered = database.query(
        "SELECT count(DISTINCT c.parcel_uid) FROM land_private.certificate AS c GROUP BY c.certificate_uid ORDER BY 1 DESC LIMIT 2"
    )
    assert covered == [(3,), (1,)]
    shares = database.query(
        "SELECT share_numerator, share_denominator FROM land_private.land_right WHERE share_numerator IS NOT NULL"
    )
    assert sorted(shares) == [(1, 2), (1, 4), (1, 4)], "joint property has none"
    assert reconcile([PROVINCE], "test", dsn=database.dsn)["agrees"]


def test_a_change_of_one_co_owner_is_one_version_seen_as_of_and_in_the_receipt(
    database: Database, tmp_path: Path
) -> None:
    said = holders.tables()
    stored(database, tmp_path, said)
    known = datetime.now(UTC)
    for user in said["users"]:
        if user["chuId"] == "U004":
            user["hoTen"] = "Lê Đồng Hai (đã sửa)"
    merged = stored(database, tmp_path, said)
    assert totals(merged.lines)["changed"] == 1
    closed = {
        table: database.query(f"SELECT count(*) FROM land_private.{table}_version")[0][0]
        for table in ("land_user", "certificate", "land_right", "restriction")
    }
    assert closed == {"land_user": 1, "certificate": 0, "land_right": 0, "restriction": 0}
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert [tuple(line.values())[1:] for line in merged.columns] == [("land_user", 1, 0, 0, 0)]
    names = "SELECT land_user_name FROM land_private.land_user_as_of(known_at => %s) WHERE land_user_name LIKE 'Lê Đồng Hai%%'"
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute("SET ROLE central_operator")
        for moment, name in ((known, "Lê Đồng Hai"), (datetime.now(UTC), "Lê Đồng Hai (đã sửa)")):
            cursor.execute(names, (moment,))
            assert cursor.fetchall() == [(name,)]
    assert reconcile([PROVINCE], "test", dsn=database.dsn)["agrees"]
    night = stored(database, tmp_path, said)
    assert (totals(night.lines)["unchanged"], night.columns) == (60, [])


def test_a_co_owner_who_leaves_and_one_who_joins_touch_nobody_else(
    database: Database, tmp_path: Path
) -> None:
    said = holders.tables()
    stored(database, tmp_path, said)
    said["rights"] = [row for row in said["rights"] if row["chuId"] != "U003"]
    left = stored(database, tmp_path, said)
    groups = {line["column_group"]: line["closed"] for line in left.columns}
    assert groups == {"land_user": 1, "land_right": 1}
    said["rights"].append({"quyenId": "Q9", "thuaDatId": holders.key(4), "chuId": "U007", "gcnId": "G0002"})
    joined = stored(database, tmp_path, said)
    assert [tuple(line.values())[1:] for line in joined.columns] == [
        ("land_right", 0, 0, 0, 1),
        ("land_user", 0, 0, 0, 1),
    ]
    assert database.query("SELECT count(*) FROM land_private.land_user_version") == [(1,)]
    assert database.query("SELECT count(*) FROM land_private.land_right_version") == [(1,)]
    of_four = database.query(
        "SELECT land_user_name FROM land_private.land_user AS u JOIN land.parcel AS p USING (province_code, parcel_uid) "
        "WHERE p.parcel_no = '4' ORDER BY 1"
    )
    assert [name for (name,) in of_four] == ["Công ty Thử", "Lê Đồng Ba", "Lê Đồng Hai"]
    assert reconcile([PROVINCE], "test", dsn=database.dsn)["agrees"]
