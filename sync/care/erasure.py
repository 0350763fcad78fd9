"""Lawful erasure: what was said of a person goes, living and closed; that somebody had the parcel, and every receipt, stays.

His rows keep their place under a new ref, a throw of the dice by which nobody is known. Their values go, the salts under which they were
hashed go, and so does the tie to whatever else is known of him. What had left the table of a living row, its salted hash, is kept
beside it (`erased`): so the manifest, the digests of the receipts and their chain still agree, and nothing can be tried against them.
The next receipt of the province says that it happened (docs/adr/0201).

Not here: the bytes that were delivered and the folders of runs. They still say what they said until housekeeping lets them go, and
nobody can look through them for one person; the answer names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.columns import RECORDS
from parcels.content_hash import content_hash, to_hex
from parcels.errors import UsageError
from parcels.model import ARROW_TYPES
from parcels.personal import LAND_RIGHT, WHOLE_USER
from parcels.text import fold
from sync import clock, db
from sync.db.columns import listed
from sync.deciding.people import decider, required
from sync.load.keyed import key_of
from sync.load.refs import refs_of

_RIGHT: Final = pa.schema(
    [
        ("parcel_uid", pa.string()),
        ("item_no", pa.int16()),
        ("recorded_from", pa.string()),
        ("late_row", pa.int64()),
        *((column.name, ARROW_TYPES[column.kind]) for column in LAND_RIGHT),
    ]
)
_WHERE_UIDS_ARE: Final = Bilingual(
    "Định danh là cột user_uid của land_private.land_user và land_user_version.",
    "The uid is column user_uid of land_private.land_user and land_user_version.",
)
_SHORT: Final = 3  # a name of fewer letters stands in too many words to be looked for


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Who is to be erased, and on what it rests: a decision, a law, a request with its number. Kept for good, so without his name."""

    province: str
    user_uid: str
    basis: str
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What went.

    parcels  that he has or had
    living   rows that say who has a parcel now; `closed`: who had it
    rights   that tied him, living and closed; they stay, and tie nobody
    results  of the population database
    """

    province: str
    erased_ref: str
    erased_at: datetime
    parcels: int
    living: int
    closed: int
    rights: int
    results: int
    dry_run: bool
    erasure_id: int


def erase(owner_dsn: str, asked: ErasureRequest, *, dry_run: bool) -> Erased:
    """Erase a person of a province; a dry run does everything and rolls it back. Only the owner of the database may.

    Raises UsageError ERASE-BASIS (nothing to rest on), ERASE-UNKNOWN (nobody has this uid), ERASE-UID (it is none), ERASE-AGAIN (whoever had it is erased),
    ERASE-NAMES (what would be kept for good says who he is), DECIDER-RIGHT; ComponentMissing KEY-MISSING and its like.
    """
    if not (asked.basis.strip() and asked.reason.strip()):
        raise UsageError(
            "ERASE-BASIS",
            Bilingual("Chưa nêu căn cứ hoặc lý do.", "No basis, or no reason, was given."),
            Bilingual(
                'Thêm --basis "số, ngày của quyết định" --reason "…".',
                'Add --basis "number and date of the decision" --reason "…".',
            ),
        )
    asked = replace(asked, user_uid=_uid(asked.user_uid))
    with db.connect(owner_dsn) as connection:
        who = decider(connection, asked.actor)
        what = Bilingual("xóa thông tin cá nhân", "on erasing a person")
        role = required(who, "centre", asked.province, what)
        chain = db.fetch_one(connection, "erasure/lock", {"province": asked.province})
        if chain is None:
            raise _unknown(asked)
        found = db.fetch(
            connection, "erasure/known", {"province": asked.province, "user_uid": asked.user_uid}
        )
        _refuse(connection, asked, found)
        values = {
            "province": asked.province,
            "user_uid": asked.user_uid,
            "erased_ref": str(uuid4()),
            "after_sequence": chain["receipt_sequence"],
            "actor": asked.actor,
            "role": role,
            "basis": asked.basis.strip(),
            "reason": asked.reason.strip(),
            "now": clock.now(),
        }
        erased = _erase(connection, found[0], values)
        if dry_run:
            connection.rollback()
    told = {name: values[name] for name in ("province", "erased_ref")}
    return Erased(**told, erased_at=values["now"], **erased, dry_run=dry_run)


def _erase(connection: db.Connection, found: db.Row, values: dict[str, Any]) -> dict[str, Any]:
    key = key_of(connection).store(values["province"])
    rights = _rights(connection, values, found)
    nobody = content_hash(_nobody(values["erased_ref"]), "land_user", key=key)
    values = {
        **values,
        "systems": _systems(connection, values, found["user_ref"], key),
        "content_hash": to_hex(nobody)[0].as_py(),
    }
    db.execute(connection, "settled/forget_province", {"province": values["province"]})
    # The event before the rows: closed ones may be written by it alone.
    counts = {**db.fetch(connection, "erasure/counts", values)[0], "rights": rights.num_rows}
    db.execute(connection, "erasure/number")
    event = db.fetch(connection, "erasure/write_erasure", {**values, **counts})[0]
    hashes = pc.binary_join_element_wise("\\x", to_hex(content_hash(rights, "land_right", key=key)), "")
    db.execute(connection, "erasure/create")
    tied = rights.select(_RIGHT.names[:4]).append_column("content_hash", hashes)
    db.copy_in(connection, ("pg_temp", "erasing_right"), tied)
    nulls = [db.sql.SQL("{} = NULL").format(db.sql.Identifier(column.name)) for column in WHOLE_USER]
    gone: db.Identifiers = {"gone": db.sql.SQL(", ").join(nulls)}
    for name in ("write_rights", "write_closed_rights"):
        db.execute(connection, f"erasure/{name}", values)
    for name in ("write_users", "write_closed_users"):
        db.execute(connection, f"erasure/{name}", values, gone)
    for name in ("write_results", "remove_status"):
        db.execute(connection, f"erasure/{name}", values)
    return {**counts, "erasure_id": event["erasure_id"]}


def _rights(connection: db.Connection, values: Mapping[str, Any], found: db.Row) -> pa.Table:
    """The rights that tie him, as they will read: content as LAND_RIGHT."""
    names = [column.name for column in LAND_RIGHT]
    query = db.compose(
        "erasure/rights",
        {
            "columns": listed(names, "i"),
            "others": listed([name for name in names if name != "user_ref"], "x"),
            **{
                place: db.sql.Literal(value)
                for place, value in (
                    ("province", values["province"]),
                    ("erased_ref", values["erased_ref"]),
                    ("user_ref", found["user_ref"]),
                    ("parcel", found["parcel_uid"]),
                )
            },
        },
    )
    return db.copy_out(connection, query, _RIGHT, lines_in_values=True)


def _nobody(ref: str) -> pa.Table:
    """The content of a row of whom nothing is known any more."""
    told = {"user_ref": ref, "user_bound": False}
    return pa.table(
        {
            column.name: pa.array([told.get(column.name)], ARROW_TYPES[column.kind])
            for column in RECORDS["land_user"]
        }
    )


def _systems(connection: db.Connection, values: Mapping[str, Any], user_ref: str, key: bytes) -> list[str]:
    """The systems whose key is his: in another one somebody else may have the same."""
    db.execute(connection, "erasure/keys", values)
    rows = db.fetch(connection, "erasure/systems", values)
    said = {column.name: pa.nulls(len(rows), ARROW_TYPES[column.kind]) for column in WHOLE_USER} | {
        "row_no": pa.array(range(len(rows)), pa.int64()),
        **{
            name: pa.array([row[name] for row in rows], pa.string())
            for name in ("source_system", "land_user_key")
        },
    }
    refs, _ = refs_of("land_user", pa.table(said), key)
    return [row["source_system"] for row, ref in zip(rows, refs.to_pylist(), strict=True) if ref == user_ref]


def _refuse(connection: db.Connection, asked: ErasureRequest, found: list[db.Row]) -> None:
    """What must not be begun."""
    before = db.fetch(connection, "ledger/erasures", {"province": asked.province})
    if asked.user_uid in {row["erased_ref"] for row in before}:
        raise UsageError(
            "ERASE-AGAIN",
            Bilingual(
                f"Thông tin của {asked.user_uid} đã được xóa.", f"Whoever was {asked.user_uid} is erased."
            ),
            Bilingual("Xem: landsync people erasures.", "See: landsync people erasures."),
        )
    if not found:
        raise _unknown(asked)
    kept = pa.array([f"{asked.basis} {asked.reason}"])
    words = fold(kept)[0].as_py()
    own = pa.array(
        [row[name] for row in found for name in ("land_user_name", "land_user_id_number")], pa.string()
    )
    if any(word and len(word) >= _SHORT and word in words for word in fold(own).to_pylist()):
        raise UsageError(
            "ERASE-NAMES",
            Bilingual(
                "Căn cứ hoặc lý do có tên hoặc số định danh của chính người đó; hai mục này được lưu vĩnh viễn.",
                "The basis or the reason says his name or his id number, and both are kept for good.",
            ),
            Bilingual(
                "Chỉ ghi số, ngày của văn bản; không ghi tên.",
                "Write number and date of the document, no names.",
            ),
        )


def _uid(text: str) -> str:
    """The uid as the database writes it. What is none may be a name: it is not said again."""
    try:
        return str(UUID(text))
    except ValueError:
        raise UsageError(
            "ERASE-UID",
            Bilingual("--user không phải là một định danh (UUID).", "What --user says is no uid (UUID)."),
            _WHERE_UIDS_ARE,
        ) from None


def _unknown(asked: ErasureRequest) -> UsageError:
    return UsageError(
        "ERASE-UNKNOWN",
        Bilingual(
            f"Tỉnh {asked.province} không có người sử dụng đất nào có định danh {asked.user_uid}.",
            f"Province {asked.province} has no land user with the uid {asked.user_uid}.",
        ),
        _WHERE_UIDS_ARE,
    )


def erasures(dsn: str, province: str | None) -> list[db.Row]:
    """Who was erased, of a province or of all, in its order: when, by whom, on what; nothing says who it was."""
    with db.connect(dsn) as connection:
        return db.fetch(connection, "ledger/erasures", {"province": province})
