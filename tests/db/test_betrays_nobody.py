"""Somebody knows all of a person but the number, and reads what his role may read: by trying numbers he finds nothing.

The space of numbers is small here; what counts is whether any value that he reads can be made from a guess at all.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg2
import pytest

from parcels.column import Record
from parcels.columns import RECORDS
from sync.db.migrations import migrate
from sync.keys import PrivateKey
from sync.load import receipt
from tests.conftest import KEY
from tests.support.before import database_of
from tests.support.database import Database, Server
from tests.support.judged import Plot, run_merge
from tests.support.surface import Surface, uid
from tests.support.unkeyed import ONE, Old, fill, hashed, parcel_hashes

pytestmark = pytest.mark.db

SPACE = [f"00117000{number:04}" for number in range(200)]  # ONE's is among them
ROLES = ("central_viewer", "analyst", "province_08")
UID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
HEX = re.compile(
    rf"(?<![0-9a-f])(?:[0-9a-f]{{64}}|[0-9a-f]{{40}}|[0-9a-f]{{32}}|{UID})(?![0-9a-f])", re.IGNORECASE
)


def read_by(there: Surface, role: str) -> set[bytes]:
    """Every hash in what a role may read: octets, and whatever looks like a hash in any text."""
    columns = there.run(
        "SELECT format('%%I.%%I', n.nspname, c.relname), quote_ident(a.attname) FROM pg_attribute AS a "
        "JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname IN ('land', 'land_private', 'ledger', 'analyst', 'province') AND c.relkind IN ('r', 'p', 'v') "
        "AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped "
        "AND has_schema_privilege(%s, n.oid, 'USAGE') AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')",
        role,
        role,
    )
    found: set[bytes] = set()
    with there.acting_as(role):
        for table, column in columns:
            for (text,) in there.run(
                f"SELECT DISTINCT {column}::text FROM {table} WHERE {column} IS NOT NULL"
            ):
                found |= {bytes.fromhex(each.replace("-", "")) for each in HEX.findall(text)}
    return found


def guesses(number: str, versions: tuple[int, ...] = (1,)) -> Iterator[tuple[str, bytes]]:
    """What could be made from a guess alone, by whoever knows the rest of ONE and of her parcel."""
    person = ONE | {"land_user_id_number": number}
    fields = [person["land_user_name"], number, str(person["land_user_birth_year"])]
    text = "".join(f"{len(field.encode())}:{field};" for field in fields)
    use = b"land_use_part:1;" + hashed("land_use_part", {"land_use_code": "ONT", "use_area_m2": None})
    for version in (1, 2):
        payload = f"landsync.land_user.v{version};{text}".encode()
        paper = (
            b"certificate:1;"
            + hashlib.sha256(f"landsync.certificate.v{version};11:AA 00000001;N;".encode()).digest()
        )
        user = b"land_user:1;" + hashlib.sha256(payload).digest()
        for name, items in {"use": [use], "paper": [paper], "both": [use, paper], "alone": []}.items():
            yield f"items v{version} {name}", hashlib.sha256(b"".join(sorted([user, *items]))).digest()
        for algorithm in ("sha256", "sha1", "md5"):
            yield f"{algorithm} v{version}", hashlib.new(algorithm, payload).digest()
    for algorithm in ("sha256", "sha1", "md5"):
        yield f"{algorithm} of the number", hashlib.new(algorithm, number.encode()).digest()


def of_receipts(there: Surface, number: str) -> Iterator[tuple[str, bytes]]:
    """The same through the digest of commune 00004, and the receipt over it: the other parcels are known."""
    items = dict(guesses(number))
    touched = hashlib.sha256(
        b"land_user:1;" + hashed("land_user", ONE | {"land_user_id_number": number})
    ).digest()
    of = {uid(1): items["items v1 both"], uid(2): None, uid(3): touched}
    rows = there.run(
        "SELECT parcel_uid, items_hash FROM ledger.manifest WHERE commune_code = '00004' ORDER BY 1"
    )
    contents = parcel_hashes(there)  # of the parcels themselves, which anybody may know
    text = b"".join(parcel.bytes + contents[parcel] + (of[parcel] or bytes(told)) for parcel, told in rows)
    digest = hashlib.sha256(text).hexdigest()
    yield "digest", bytes.fromhex(digest)
    names = (*receipt.COUNTS, *receipt.AREAS)
    lines: list[dict[str, Any]] = [
        dict(zip(("commune_code", "manifest_sha256", *names), line, strict=True))
        for line in there.run(
            f"SELECT commune_code, manifest_sha256, {', '.join(names)} FROM ledger.receipt_line WHERE run_id = 'run'"
        )
    ]
    for line in lines:
        if line["commune_code"] == "00004":
            line["manifest_sha256"] = digest
    head = {"run_id": "run", "province_code": "01", "sequence": 1, "delivery_sha256": "d", "snapshot_sha256": "s", "form": 2,
            "previous_sha256": None}  # fmt: skip
    yield "receipt", bytes.fromhex(receipt.receipt_hash(head, lines))


def found_by(there: Surface, read: set[bytes]) -> dict[str, set[str]]:
    """How a number is told apart from the others by what was read → the numbers that it could be."""
    found: dict[str, set[str]] = {}
    for number in SPACE:
        for how, value in (*guesses(number), *of_receipts(there, number)):
            if value in read:
                found.setdefault(how, set()).add(number)
    return found


def of_persons(there: Surface, record: Record) -> set[bytes]:
    """What somebody with the key makes of what is stored of persons: the hashes of its values, and the pseudonyms."""
    names = [column.name for column in RECORDS[record]]
    rows = [
        {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in there.run(f"SELECT {', '.join(names)} FROM land_private.{record}")
    ]
    refs = [row[name] for row in rows for name in names if name.endswith("_ref") and row[name] is not None]
    return {hashed(record, row, 2) for row in rows} | {UUID(ref).bytes for ref in refs}


@pytest.fixture
def there(server: Server) -> Iterator[tuple[Database, Surface]]:
    """A database of before with ONE in it, as its superuser."""
    with database_of(server, "0026") as database, closing(psycopg2.connect(database.superuser_dsn)) as link:
        fill(Old(link))
        link.commit()
        yield database, Surface(link)


def test_before_the_key_a_number_was_found_and_now_nobody_finds_it(there: tuple[Database, Surface]) -> None:
    database, surface = there
    right = {ONE["land_user_id_number"]}
    before = found_by(surface, read_by(surface, "landsync_owner"))
    assert before == dict.fromkeys(
        ("sha256 v1", "items v1 both", "items v1 alone", "items v1 paper", "digest", "receipt"), right
    )
    surface.link.rollback()
    migrate(database.superuser_dsn)
    for role in ROLES:
        read = read_by(surface, role)
        assert len(read) > 1 or role != "central_viewer"
        assert found_by(surface, read) == {}, role
    # Whoever may read the people may follow the receipts of before, which hold for good.
    assert found_by(surface, read_by(surface, "central_operator")) == {"digest": right, "receipt": right}


def test_not_even_with_the_key_is_anything_found_outside_of_the_tables_of_persons(
    there: tuple[Database, Surface],
) -> None:
    database, surface = there
    surface.link.rollback()
    migrate(database.superuser_dsn)
    keyed = {
        told for record in ("land_user", "certificate", "land_right") for told in of_persons(surface, record)
    }
    assert len(keyed) > 8
    assert read_by(surface, "central_operator") >= keyed
    for role in ROLES:
        assert read_by(surface, role) & keyed == set(), role


def test_what_a_load_writes_now_betrays_nobody(database: Database, tmp_path: Any) -> None:
    name, certificate = "Người Thử", "AA 00000001"
    run_merge(database.dsn, tmp_path, [Plot("1", user=name, certificate=certificate), Plot("2", user=name)])
    with closing(psycopg2.connect(database.superuser_dsn)) as link:
        surface = Surface(link)
        stored = {
            bytes(content) for (content,) in surface.run("SELECT content_hash FROM land_private.land_user")
        }
        [(number, year, key, ref)] = surface.run(
            "SELECT DISTINCT land_user_id_number, land_user_birth_year, land_user_key, user_ref::text FROM land_private.land_user"
        )
        person = {
            "land_user_name": name, "land_user_id_number": number, "land_user_birth_year": year, "land_user_key": key,
        }  # fmt: skip
        whole = person | {"user_ref": ref, "user_bound": key is None and number is None}
        assert stored == {hashed("land_user", whole, 2)}, "under the key of the province"
        plain = hashed("land_user", person)
        items = [bytes(told) for (told,) in surface.run("SELECT items_hash FROM ledger.manifest")]
        assert len(set(items)) == 2
        read = read_by(surface, "central_viewer")
        assert not read & {plain, hashed("land_user", whole), *stored, UUID(ref).bytes}
        assert set(items) <= read, "he reads the manifest, and it says nothing"
        assert PrivateKey(KEY).store("01") not in read | read_by(surface, "landsync_owner")
