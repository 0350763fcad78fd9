"""Results of the population database as an office imports them, and what they do to the group of a commune."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.conftest import Landsync

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "22"
PEOPLE = (
    "SELECT p.commune_code, array_agg(DISTINCT p.source_system || ',' || u.land_user_key) FROM land_private.land_user AS u "
    "JOIN land.parcel AS p USING (province_code, parcel_uid) GROUP BY p.commune_code ORDER BY p.commune_code"
)


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """300 faultless parcels of two communes."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 300, "--provinces", PROVINCE,
        "--communes-per-province", 2,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def results(path: Path, people: list[str], found: int) -> Path:
    now = datetime.now(UTC).isoformat()
    lines = [
        f"{PROVINCE},{person},{'found' if number < found else 'not_found'},{now}"
        for number, person in enumerate(people)
    ]
    path.write_text("\n".join(["province,system,land_user_key,status,checked_at", *lines]), encoding="utf-8")
    return path


def groups(landsync: Landsync) -> list[int]:
    rows = landsync.query("SELECT usability_group FROM land.dataset ORDER BY commune_code")
    return [number for (number,) in rows]


def test_a_commune_moves_between_groups_as_its_share_of_authenticated_land_users_crosses_the_limit(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    first = landsync("sync", "--province", PROVINCE, delivery)
    assert (first.status, groups(landsync)) == (0, [1, 1])
    assert landsync.query("SELECT DISTINCT provisional FROM land.dataset") == [(True,)]
    (_, one), (_, two) = landsync.query(PEOPLE)
    people, enough = [*one, *two], -(-4 * len(one) // 5)  # four of five, as the policy says
    for found, expected in ((enough - 1, [2, 2]), (enough, [1, 2]), (0, [2, 2])):
        told = landsync("population", "import", results(tmp_path / "r.csv", people, found))
        assert (told.status, told.document["lines"]) == (0, len(people))
        (province,) = told.document["provinces"]
        assert (province["land_users"], province["found"]) == (len(people), found)
        assert landsync("sync", "--province", PROVINCE, delivery).status == 0
        assert groups(landsync) == expected
    measured = landsync.query("SELECT DISTINCT (measures ->> 'xac_thuc')::float FROM land.dataset")
    assert measured == [(0.0,)]
    totals = landsync("population", "status").document["totals"]
    assert totals == {
        "land_users": len(people), "found": 0, "mismatched": 0, "not_found": len(people), "not_sent": 0,
    }  # fmt: skip
    assert landsync("reconcile", "--all").status == 0


def test_a_file_that_is_none_gets_a_sentence(landsync: Landsync, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("không phải kết quả")
    told = landsync("population", "import", tmp_path / "r.csv")
    assert (told.status, told.document["error"]["code"]) == (4, "POP-COLUMNS")
    gone = landsync("population", "import", tmp_path / "none.csv")
    assert (gone.status, gone.document["error"]["code"]) == (2, "POP-FILE")
