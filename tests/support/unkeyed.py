"""A database of before there was a key, filled as a run of then left it: personal records hashed as anybody can."""

import hashlib
from typing import Any
from uuid import UUID

import pyarrow as pa

from parcels.columns import PRIVATE, RECORDS, Record
from parcels.content_hash import content_hash
from parcels.model import ARROW_TYPES
from sync.keys import PrivateKey
from sync.load import receipt
from tests.conftest import KEY
from tests.support.surface import Surface, uid

DAY, LATER = "2026-01-01 08:00+07", "2026-03-01 08:00+07"
ONE: dict[str, Any] = {
    "land_user_name": "Nguyễn Thị Hà", "land_user_id_number": "001170000001", "land_user_birth_year": 1970, "land_user_key": None
}  # fmt: skip
TWO = ONE | {"land_user_name": 'Lý "Âu",\nở nhờ', "land_user_id_number": "", "land_user_key": "K\\1"}
PAPER: dict[str, Any] = {"certificate_no": "AA 00000001", "certificate_issued_on": None}


def hashed(record: Record, values: dict[str, Any], version: int = 1) -> bytes:
    """The hash of some values, of before or of now; what is not named is not said."""
    table = pa.table({c.name: pa.array([values.get(c.name)], ARROW_TYPES[c.kind]) for c in RECORDS[record]})
    key = PrivateKey(KEY).store("01") if version > 1 and record in PRIVATE else None
    octets: bytes = content_hash(table, record, key=key, version=version)[0].as_py()
    return octets


def parcel_hashes(there: Surface, table: str = "land.parcel") -> dict[UUID, bytes]:
    """The hash of before, of version 1, of every parcel by its values."""
    columns = RECORDS["parcel"]
    names = ", ".join("ST_AsBinary(geom, 'NDR')" if c.kind == "geometry" else c.name for c in columns)
    uids, *values = zip(*there.run(f"SELECT parcel_uid, {names} FROM {table}"), strict=True)
    types = [pa.binary() if c.kind == "geometry" else ARROW_TYPES[c.kind] for c in columns]
    arrays = [
        pa.array([bytes(v) if isinstance(v, memoryview) else v for v in column], kind)
        for column, kind in zip(values, types, strict=True)
    ]
    stored = pa.table(dict(zip((c.name for c in columns), arrays, strict=True)))
    return dict(zip(uids, content_hash(stored, "parcel", version=1).to_pylist(), strict=True))


class Old(Surface):
    """A database of before, filled as a run of then left it."""

    def item(
        self,
        record: Record,
        parcel: int,
        values: dict[str, Any],
        *,
        stored: bytes | None = None,
        **closed: Any,
    ) -> bytes:
        """An item with its hash of then; what it adds to its parcel's items_hash."""
        schema = "land_private" if record in PRIVATE else "land"
        content = stored or hashed(record, values)
        self.add(
            f"{schema}.{record}{'_version' if closed else ''}", province_code="01", parcel_uid=uid(parcel), item_no=1, **values,
            content_hash=content, hash_version=1, recorded_from=DAY, run_id="run", **closed,
        )  # fmt: skip
        return f"{record}:1;".encode() + content

    def hash_parcels(self, table: str, number: int) -> None:
        """Give a parcel, or its closed versions, the hash of then."""
        self.run(
            f"UPDATE {table} SET hash_version = 1, content_hash = %s WHERE parcel_uid = %s",
            parcel_hashes(self, table)[uid(number)], uid(number),
        )  # fmt: skip

    def parcel(self, number: int, commune: str, items: list[bytes], **values: object) -> None:
        """A parcel in the manifest, with items as they were proved."""
        self.add_parcel(number, commune_code=commune, **values)
        self.hash_parcels("land.parcel", number)
        items_hash = hashlib.sha256(b"".join(sorted(items))).digest()
        self.run(
            "INSERT INTO ledger.manifest SELECT province_code, commune_code, parcel_uid, content_hash, %s, area_m2 FROM land.parcel "
            "WHERE parcel_uid = %s", items_hash, uid(number),
        )  # fmt: skip

    def receipt(self, wrong: str) -> None:
        """The receipt of that run, of form 2; of commune `wrong` with another digest than its manifest's."""
        zero = dict.fromkeys((*receipt.COUNTS, *receipt.AREAS), 0)
        lines = [
            zero | {"commune_code": code, "read": parcels, "new": parcels, "current_after": parcels, "area_in_m2": area,
                    "area_after_m2": area, "manifest_sha256": "0" * 64 if code == wrong else digest}
            for code, parcels, area, digest in self.run(
                "SELECT commune_code, count(*), sum(area_m2), encode(sha256(string_agg("
                "uuid_send(parcel_uid) || content_hash || items_hash, ''::bytea ORDER BY parcel_uid)), 'hex') "
                "FROM ledger.manifest GROUP BY 1 ORDER BY 1")
        ]  # fmt: skip
        self.add(
            "ledger.run",
            run_id="run",
            province_code="01",
            kind="sync",
            actor="t",
            dry_run=False,
            code_version="1",
            started_at=DAY,
        )
        self.add("ledger.run_state", run_id="run", state="held", updated_at=DAY)
        head: dict[str, Any] = {
            "run_id": "run", "province_code": "01", "sequence": 1, "delivery_sha256": "d", "snapshot_sha256": "s", "form": 2,
            "previous_sha256": None,
        }  # fmt: skip
        head["receipt_sha256"] = receipt.receipt_hash(head, lines)
        self.add("ledger.receipt", **head, created_at=DAY)
        for line in lines:
            self.add("ledger.receipt_line", run_id="run", **line)
        self.run(
            "UPDATE ledger.province_state SET receipt_sequence = 1, receipt_sha256 = %s WHERE province_code = '01'",
            head["receipt_sha256"],
        )


def fill(old: Old) -> set[bytes]:
    """A province of before; every hash of a person that may not be left of it."""
    use: dict[str, Any] = {"land_use_code": "ONT", "use_area_m2": None}
    plain = old.item("land_use_part", 1, use)
    old.parcel(1, "00004", [plain, old.item("land_user", 1, ONE), old.item("certificate", 1, PAPER)])
    old.item("land_user", 1, TWO, recorded_to=LATER, closed_by_run="run")
    old.item("certificate", 1, PAPER, recorded_to=LATER, closed_by_run="run", late_row=7)
    old.parcel(2, "00004", [old.item("land_use_part", 2, use)])
    # 3: another name was written in behind the pipeline. 4: a certificate was deleted. 5: a row was marked, to be written anew.
    proved = hashed("land_user", ONE)
    old.parcel(3, "00004", [old.item("land_user", 3, TWO, stored=proved)])
    old.parcel(4, "00008", [old.item("land_user", 4, ONE), b"certificate:1;" + hashed("certificate", PAPER)])
    old.item("land_user", 5, TWO, stored=hashlib.sha256(b"").digest())
    old.parcel(5, "00008", [b"land_user:1;" + hashed("land_user", TWO)])
    old.parcel(6, "00025", [old.item("land_user", 6, TWO)])
    old.receipt(wrong="00025")
    unkeyed = {proved, hashed("land_user", TWO), hashed("certificate", PAPER)}
    return unkeyed | {
        bytes(each)
        for (each,) in old.run("SELECT items_hash FROM ledger.manifest WHERE parcel_uid <> %s", uid(2))
    }
