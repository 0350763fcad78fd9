"""Who may decide: persons whom the owner of the database has named, each with his rights.

The loader can read who is named and cannot name anybody. An installation that names nobody (a trial, a demo) lets whoever runs
the commands decide; each such decision is marked `unnamed` for good. Who acts is who is logged in to the machine; where a person
was named with a login of the database, the server vouches for it.
"""

from dataclasses import dataclass
from typing import Literal

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from parcels.provinces import provinces
from sync import db
from validators.decision_rules import Role

UNNAMED: Literal["unnamed"] = "unnamed"
Right = Literal["office", "centre", "unnamed"]

TRIAL = Bilingual(
    "Bản cài này chưa chỉ định người quyết định: ai chạy lệnh cũng quyết định được, quyết định được ghi là «unnamed». "
    "Chỉ định: landsync deciders name.",
    "This installation names no deciders: whoever runs the command decides, and the decision is marked “unnamed”. "
    "Name them: landsync deciders name.",
)
ROLES: dict[str, Bilingual] = {
    "office": Bilingual("tỉnh", "office"),
    "centre": Bilingual("trung ương", "centre"),
    "unnamed": Bilingual("chưa chỉ định", "unnamed"),
}


@dataclass(frozen=True, slots=True)
class Decider:
    """Who acts, and what he may.

    anybody_named  whether the installation has ever named anybody: if not, everybody may everything
    """

    actor: str
    db_login: str
    anybody_named: bool
    rights: frozenset[tuple[str, str | None]]

    def right(self, role: Role, province: str) -> Right | None:
        """By which right he acts in this role for the province; None: he may not."""
        if not self.anybody_named:
            return UNNAMED
        held = (role, province if role == "office" else None) in self.rights
        return role if held else None


def decider(connection: db.Connection, actor: str) -> Decider:
    """What this person may decide in this session of the database."""
    row = db.fetch_one(connection, "deciding/rights", {"actor": actor})
    assert row is not None  # noqa: S101 - the statement has one row by construction
    rights = frozenset((role, province) for role, province in row["rights"])
    return Decider(actor, row["db_login"], row["anybody_named"], rights)


def required(who: Decider, role: Role, province: str, what: Bilingual) -> Right:
    """The right by which he may. Raises UsageError DECIDER-RIGHT; `what` he would decide."""
    right = who.right(role, province)
    if right is not None:
        return right
    of = Bilingual(f"tỉnh {province}", f"province {province}") if role == "office" else ROLES["centre"]
    raise UsageError(
        "DECIDER-RIGHT",
        Bilingual(
            f"{who.actor} (đăng nhập cơ sở dữ liệu {who.db_login}) không có quyền quyết định: {what.vi}. Quyền này của {of.vi}.",
            f"{who.actor} (database login {who.db_login}) may not decide {what.en}: that is for the {role} ({of.en}).",
        ),
        Bilingual(
            "Xem ai được chỉ định: landsync deciders list. Chỉ chủ cơ sở dữ liệu chỉ định được.",
            "See who is named: landsync deciders list. Only the owner of the database names deciders.",
        ),
    )


def named(dsn: str) -> list[db.Row]:
    """Who is named now, for what."""
    with db.connect(dsn) as connection:
        return db.fetch(connection, "deciding/deciders")


def name(
    owner_dsn: str, actor: str, role: Role, province: str | None, db_login: str | None, by: str, reason: str
) -> list[db.Row]:
    """Name a person; who is named then. Raises UsageError DECIDER-ROLE, DECIDER-ACTOR, DECIDER-REASON."""
    return _write(owner_dsn, "name", actor, role, province, db_login, by, reason)


def withdraw(
    owner_dsn: str, actor: str, role: Role, province: str | None, by: str, reason: str
) -> list[db.Row]:
    """Take a right back; who is named then. Raises UsageError as `name` does, and DECIDER-UNKNOWN."""
    return _write(owner_dsn, "withdraw", actor, role, province, None, by, reason)


def _write(
    dsn: str,
    decision: str,
    actor: str,
    role: Role,
    province: str | None,
    db_login: str | None,
    by: str,
    reason: str,
) -> list[db.Row]:
    if role not in ("office", "centre") or (role == "office") != (province in provinces()):
        raise UsageError(
            "DECIDER-ROLE",
            Bilingual(
                f"Quyền «{role}» không đi với tỉnh «{province or ''}».",
                f"The role “{role}” does not go with the province “{province or ''}”.",
            ),
            Bilingual(
                "Hoặc --role office --province NN (mã tỉnh), hoặc --role centre, không kèm tỉnh.",
                "Either --role office --province NN (the code of a province), or --role centre without a province.",
            ),
        )
    if not reason.strip():
        raise UsageError(
            "DECIDER-REASON",
            Bilingual("Chưa nêu lý do.", "No reason was given."),
            Bilingual('Thêm --reason "…".', 'Add --reason "…".'),
        )
    if ":" not in actor.strip():
        raise UsageError(
            "DECIDER-ACTOR",
            Bilingual(
                f"«{actor}» không phải tên như sổ ghi.", f"“{actor}” is not a name as the ledger writes it."
            ),
            Bilingual(
                "Ghi như trong ledger.run.actor, ví dụ cli:lan (tên đăng nhập máy).",
                "Write it as ledger.run.actor does, such as cli:lan (the login name on the machine).",
            ),
        )
    values = {
        "decision": decision,
        "actor": actor.strip(),
        "role": role,
        "province": province,
        "db_login": db_login,
        "named_by": by,
        "reason": reason.strip(),
    }
    with db.connect(dsn) as connection:
        before = db.fetch(connection, "deciding/deciders")
        held = {(row["actor"], row["role"], row["province_code"]) for row in before}
        if decision == "withdraw" and (values["actor"], role, province) not in held:
            raise UsageError(
                "DECIDER-UNKNOWN",
                Bilingual(f"{actor} không được chỉ định với quyền đó.", f"{actor} is not named for that."),
                Bilingual("Xem: landsync deciders list.", "See: landsync deciders list."),
            )
        db.execute(connection, "deciding/write_decider", values)
        return db.fetch(connection, "deciding/deciders")
