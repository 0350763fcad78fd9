"""Results of the population database: whatever a file holds, every line is accounted for, and only facts decide."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected, LandsyncError
from sync import db
from sync.known.database import known_to_the_nation
from sync.population.load import import_into, import_results, population_status
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import AS_OF, Plot, run_merge

pytestmark = pytest.mark.db

HEADER = "province,system,land_user_key,status,checked_at"
SYSTEM = "vbdlis"
KEYS = ("A1", "A2", "A3")  # land users of province 01; A1 holds two parcels
STATUSES = ("found", "mismatched", "not_found")
# What becomes of a line.
OUTCOMES = (
    "applied_new",
    "applied_changed",
    "unchanged",
    "late",
    "repeated",
    "contradicting",
    "unknown",
    "malformed",
)
DAYS = tuple(f"2026-0{month}-01T08:00:00+07:00" for month in range(1, 6))


@pytest.fixture
def nation(database: Database, tmp_path: Path) -> Database:
    """Province 01 with three people, one of them on two parcels, and one land user without a key."""
    plots = [
        Plot(f"k{number}", number=str(number), x=number, user_key=key)
        for number, key in enumerate(("A1", "A1", "A2", "A3", None))
    ]
    run_merge(database.dsn, tmp_path / "runs", [*plots, Plot("k9", number="9", x=9, user=None)])
    return database


def write(path: Path, lines: Iterable[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def line(key: str = "A1", status: str = "found", day: str = DAYS[0], province: str = "01") -> str:
    return f"{province},{SYSTEM},{key},{status},{day}"


def state(connection: db.Connection) -> dict[str, tuple[str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT province_code || '/' || source_system || '/' || land_user_key, status, checked_at "
            "FROM land_private.land_user_status"
        )
        return {name: (status, at) for name, status, at in cursor.fetchall()}


def balanced(told: dict[str, object]) -> bool:
    return told["lines"] == sum(int(str(told[name])) for name in OUTCOMES)


def test_every_line_has_one_outcome_and_land_users_balance(nation: Database, tmp_path: Path) -> None:
    first = write(
        tmp_path / "1.csv",
        [line("A1", "found", DAYS[1]), line("A2", "mismatched", DAYS[1]), line("A3", "not_found", DAYS[1])],
    )
    told = import_results(nation.dsn, first, "test")
    assert [told[name] for name in ("lines", "applied_new", "malformed")] == [3, 3, 0]
    (province,) = told["provinces"]
    assert province == {
        "code": "01", "lines": 3, "land_users": 4, "found": 1, "mismatched": 1, "not_found": 1, "not_sent": 1,
    }  # fmt: skip
    second = write(
        tmp_path / "2.csv",
        [
            line("A1", "found", DAYS[2]),  # checked again: as before
            line("A2", "found", DAYS[2]),  # changed
            line("A2", "found", DAYS[2]),  # the same line again
            line("A3", "found", DAYS[0]),  # older than what is known
            line("A3", "found", DAYS[3]),  # two results of one moment
            line("A3", "mismatched", DAYS[3]),
            line("B7", "found", DAYS[2]),  # nobody yet
            "01,vbdlis,A1,perhaps," + DAYS[2],
            "01,vbdlis,A1",
        ],
    )
    told = import_results(nation.dsn, second, "test")
    assert {name: told[name] for name in OUTCOMES} == {
        "applied_new": 0, "applied_changed": 1, "unchanged": 1, "late": 1, "repeated": 1, "contradicting": 2,
        "unknown": 1, "malformed": 2,
    }  # fmt: skip
    assert told["lines"] == 9
    assert told["malformed_lines"] == [{"line": 9, "reason": "status"}, {"line": 10, "reason": "columns"}]
    totals = population_status(nation.dsn)["totals"]
    assert totals == {"land_users": 4, "found": 2, "mismatched": 0, "not_found": 1, "not_sent": 1}
    lines = population_status(nation.dsn, "08")["provinces"]
    assert [(row["code"], row["land_users"]) for row in lines] == [("08", 0)]


def test_a_result_of_somebody_unknown_counts_once_the_land_user_is_there(
    nation: Database, tmp_path: Path
) -> None:
    told = import_results(nation.dsn, write(tmp_path / "r.csv", [line("B7")]), "test")
    assert (told["unknown"], told["provinces"][0]["found"]) == (1, 0)
    plots = [Plot("k7", number="7", x=7, user_key="B7")]
    run_merge(nation.dsn, tmp_path / "runs", plots, complete=())
    assert population_status(nation.dsn, "01")["totals"]["found"] == 1


def test_a_later_file_that_contradicts_a_result_withdraws_it_in_either_order(
    nation: Database, tmp_path: Path
) -> None:
    old = write(tmp_path / "0.csv", [line("A1", "mismatched", DAYS[0])])
    one = write(tmp_path / "1.csv", [line("A1", "found", DAYS[1])])
    two = write(tmp_path / "2.csv", [line("A1", "not_found", DAYS[1])])
    for order in ((old, one, two), (two, old, one)):
        with db.connect(nation.dsn) as connection:
            told = []
            for path in order:
                told.append(import_into(connection, path, "test"))
                drop(connection)
            assert state(connection)["01/vbdlis/A1"][0] == "mismatched"
            assert sum(each["withdrawn"] for each in told) == 1
            connection.rollback()


def test_no_result_changes_what_a_province_delivered(nation: Database, tmp_path: Path) -> None:
    def delivered() -> list[tuple[object, ...]]:
        with nation.connect() as link, link.cursor() as cursor:
            cursor.execute(
                "SELECT u.*, p.content_hash FROM land_private.land_user AS u JOIN land.parcel AS p "
                "USING (parcel_uid) ORDER BY u.parcel_uid"
            )
            return list(cursor.fetchall())

    before = delivered()
    import_results(nation.dsn, write(tmp_path / "r.csv", [line("A1", "mismatched")]), "test")
    assert delivered() == before


def test_the_context_knows_nothing_before_the_first_results_of_the_province(
    nation: Database, tmp_path: Path
) -> None:
    def known(province: str) -> object:
        with known_to_the_nation(nation.dsn, province, AS_OF) as nation_known:
            table = nation_known.authentication()
        return table if table is None else table.to_pylist()

    assert known("01") is None
    import_results(nation.dsn, write(tmp_path / "r.csv", [line("A2", "not_found")]), "test")
    assert known("01") == [{"system": SYSTEM, "land_user_key": "A2", "status": "not_found"}]
    assert known("08") is None


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "POP-COLUMNS"),
        (b"a;b;c\n1;2;3\n", "POP-COLUMNS"),
        ((HEADER + ",name\n").encode(), "POP-COLUMNS"),
        (HEADER.encode("utf-16"), "POP-ENCODING"),
        (b"PK\x03\x04\xff\xfe\x00", "POP-ENCODING"),
        (HEADER.encode() + b"\n01,vbdlis,\xe1\xba,found,2026-01-01\n", "POP-ENCODING"),
        (b"x" * 200_000, "POP-LINES"),
    ],
)
def test_what_is_no_table_of_results_is_refused_whole(
    nation: Database, tmp_path: Path, octets: bytes, code: str
) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(octets)
    with pytest.raises(DeliveryRejected) as refused:
        import_results(nation.dsn, path, "test")
    assert refused.value.code == code
    with nation.connect() as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.population_import")
        assert cursor.fetchone() == (0,)


def test_a_file_that_is_not_there_gets_a_sentence(nation: Database, tmp_path: Path) -> None:
    with pytest.raises(LandsyncError) as refused:
        import_results(nation.dsn, tmp_path / "none.csv", "test")
    assert (refused.value.code, refused.value.exit_status) == ("POP-FILE", 2)


def test_odd_but_honest_files_are_read(nation: Database, tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, quotes, another order of columns, no offset: Vietnam's time."""
    rows = ['"A1","found","01","2026-03-01 08:00","vbdlis"', "", "A2 , FOUND,01,2026-03-01T01:00:00Z, VBDLIS"]
    path = tmp_path / "r.csv"
    text = "\r\n".join(["land_user_key,status,Province,checked_at,system", *rows])
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    told = import_results(nation.dsn, path, "test")
    assert (told["lines"], told["applied_new"]) == (2, 2)
    with db.connect(nation.dsn) as connection:
        assert {at for _, at in state(connection).values()} == {datetime(2026, 3, 1, 1, tzinfo=UTC)}


def test_a_moment_that_cannot_be_is_malformed(nation: Database, tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    days = [tomorrow, "1017-10-09", "2026-02-30", "", "2026-01-01T08:00:00+07:00"]
    told = import_results(nation.dsn, write(tmp_path / "r.csv", [line(day=day) for day in days]), "test")
    assert (told["malformed"], told["applied_new"]) == (4, 1)
    assert told["malformed_because"] == {"checked_at": 4}


def test_many_malformed_lines_are_counted_and_some_are_named(nation: Database, tmp_path: Path) -> None:
    told = import_results(nation.dsn, write(tmp_path / "r.csv", ["\x00;" for _ in range(500)]), "test")
    assert told["malformed"] == told["lines"] == 500
    assert [each["line"] for each in told["malformed_lines"]] == list(range(2, 52))


def test_nothing_of_a_file_is_repeated_in_what_is_told(nation: Database, tmp_path: Path) -> None:
    secret = "079190000001"
    told = import_results(
        nation.dsn, write(tmp_path / "r.csv", [f"01,{SYSTEM},{secret},nguyễn văn thử,{DAYS[0]}"]), "test"
    )
    assert told["malformed"] == 1
    assert secret not in str(told)
    assert "thử" not in str(told)


GOOD = st.builds(
    line,
    st.sampled_from([*KEYS, "B7", "B8"]),
    st.sampled_from(STATUSES),
    st.sampled_from(DAYS),
    st.sampled_from(["01", "01", "08"]),
)
BAD = st.sampled_from(
    [
        "",
        ",,,,",
        "01,vbdlis,A1,found",
        "99,vbdlis,A1,found,2026-01-01",
        "01,vbdlis,,found,2026-01-01",
        '"',
        "x",
    ]
) | st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30)
FILES = st.lists(st.lists(GOOD | GOOD | BAD, max_size=12), min_size=1, max_size=3)


@pytest.fixture
def open_nation(nation: Database) -> Iterator[db.Connection]:
    with db.connect(nation.dsn) as connection:
        yield connection
        connection.rollback()


@settings(
    max_examples=counts(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(files=FILES, data=st.data())
def test_totals_balance_for_any_file_and_the_order_of_files_does_not_matter(
    open_nation: db.Connection,
    tmp_path_factory: pytest.TempPathFactory,
    files: list[list[str]],
    data: st.DataObject,
) -> None:
    open_nation.rollback()
    folder = tmp_path_factory.mktemp("results")
    paths = [write(folder / f"{number}.csv", lines) for number, lines in enumerate(files)]

    def imported(order: list[Path]) -> dict[str, tuple[str, datetime]]:
        for path in order:
            told = import_into(open_nation, path, "test")
            drop(open_nation)
            assert balanced(told), told
            assert told["lines"] == len(
                [text for text in path.read_text("utf-8").split("\n")[1:] if text.strip(" \t\r")]
            )
            for province in told["provinces"]:
                assert province["land_users"] == sum(
                    province[name] for name in ("found", "mismatched", "not_found", "not_sent")
                )
                assert province["land_users"] == (4 if province["code"] == "01" else 0)
        return state(open_nation)

    after = imported(paths)
    assert after == expected(files)
    # Once more, in any order and any number of times: nothing changes.
    again = data.draw(st.lists(st.sampled_from(paths), max_size=3))
    assert imported(again) == after
    open_nation.rollback()
    assert imported(data.draw(st.permutations(paths))) == after
    open_nation.rollback()


def drop(connection: db.Connection) -> None:
    """The working tables of an import, which otherwise go with its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE population_line, population_claim, population_now, population_outcome")


def expected(files: list[list[str]]) -> dict[str, tuple[str, datetime]]:
    """Plainly: of each person the latest moment at which one status and no other was said."""
    said: dict[str, dict[datetime, set[str]]] = {}
    for text in {text for lines in files for text in lines}:
        fields = text.split(",")
        if len(fields) == 5 and fields[3] in STATUSES and fields[4] in DAYS:
            moment = datetime.fromisoformat(fields[4])
            said.setdefault("/".join(fields[:3]), {}).setdefault(moment, set()).add(fields[3])
    alone = {
        who: {moment: statuses for moment, statuses in moments.items() if len(statuses) == 1}
        for who, moments in said.items()
    }
    return {
        who: (next(iter(moments[max(moments)])), max(moments)) for who, moments in alone.items() if moments
    }
