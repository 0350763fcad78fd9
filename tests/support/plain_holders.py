"""Who has a parcel, read a row at a time with hashlib and hmac alone: the definition of refs and of what is hashed, written again."""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from parcels.text import clean_text, fold_text

Row = dict[str, Any]
USER = (
    "land_user_name", "land_user_id_number", "land_user_birth_year", "land_user_key", "land_user_kind", "land_user_birth_date",
    "land_user_gender", "land_user_address", "land_user_deceased_on", "land_user_state",
)  # fmt: skip
CERTIFICATE = (
    "certificate_no", "certificate_issued_on", "certificate_key", "certificate_book_no", "certificate_state", "certificate_ended_on",
    "certificate_replaced_by",
)  # fmt: skip
OF_RIGHT = ("right_role", "right_form", "share_numerator", "share_denominator", "right_from", "right_to")
RIGHT = ("user_ref", "certificate_ref", *OF_RIGHT)
STORED = {
    "land_user": (*USER, "user_ref", "user_bound"),
    "certificate": (*CERTIFICATE, "certificate_ref", "certificate_bound"),
    "land_right": RIGHT,
}
ALWAYS = {
    "land_user": 3,
    "certificate": 2,
    "land_right": len(RIGHT),
}  # the others only as far as one says something


def field(value: Any) -> str:
    if value is None:
        return "N;"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = f"{value.year:04d}-{value.month:02d}-{value.day:02d}" if isinstance(value, date) else text
    text = unicodedata.normalize("NFC", text)
    return f"{len(text.encode())}:{text};"


def content_payload(record: str, values: Sequence[Any]) -> str:
    values = list(values)
    while len(values) > ALWAYS[record] and values[-1] is None:
        values.pop()
    return f"landsync.{record}.v2;" + "".join(map(field, values))


def ref_payload(entity: str, *values: Any) -> str:
    """by, system, key, number, then name and year of birth or day of issue and number in the book, and the turn."""
    return f"landsync.{entity}_ref.v1;" + "".join(map(field, values))


def keyed(key: bytes, payload: str) -> bytes:
    return hmac.digest(key, payload.encode(), "sha256")


def ref(key: bytes, payload: str) -> str:
    return str(UUID(bytes=keyed(key, payload)[:16]))


def in_order(values: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(1,) if value is None else (0, value) for value in values]


def number(value: str | None) -> str | None:
    text = unicodedata.normalize("NFC", clean_text(value or "").replace(" ", ""))
    text = "".join(letter.lower() if letter.isascii() or letter == "Đ" else letter for letter in text)
    one_digit = len(set(text)) == 1 and text[0] in "0123456789"  # says that there is none
    return None if not text or one_digit else text


def composed(row: Row, names: Sequence[str]) -> Row:
    said = {name: row.get(name) for name in names}
    return {k: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for k, v in said.items()}


def user_payload(user: Row, system: str, others: list[Row]) -> tuple[str, bool]:
    """What his ref is made of, among the others of the row; whether it is bound."""

    def alike(who: Row) -> tuple[Any, ...] | None:
        if who["land_user_key"] or number(who["land_user_id_number"]):
            return None
        return fold_text(who["land_user_name"] or "") or None, who["land_user_birth_year"]

    if user["land_user_key"]:
        return ref_payload("land_user", "key", system, user["land_user_key"], *[None] * 4), False
    name = fold_text(user["land_user_name"] or "") or None
    told = number(user["land_user_id_number"])
    if told:
        return ref_payload("land_user", "number", None, None, told, name, None, None), False
    turn = turn_of(user, [other for other in others if alike(other) == alike(user)])
    return ref_payload(
        "land_user", "parcel", None, None, None, name, user["land_user_birth_year"], turn
    ), True


def certificate_payload(paper: Row, system: str, others: list[Row]) -> tuple[str, bool]:
    def alike(which: Row) -> tuple[Any, ...] | None:
        if which["certificate_key"] or number(which["certificate_no"]):
            return None
        return which["certificate_issued_on"], number(which["certificate_book_no"])

    if paper["certificate_key"]:
        return ref_payload("certificate", "key", system, paper["certificate_key"], *[None] * 4), False
    if number(paper["certificate_no"]):
        told = number(paper["certificate_no"])
        return ref_payload("certificate", "number", None, None, told, None, None, None), False
    turn = turn_of(paper, [other for other in others if alike(other) == alike(paper)])
    issued, book = paper["certificate_issued_on"], number(paper["certificate_book_no"])
    return ref_payload("certificate", "parcel", None, None, None, issued, book, turn), True


def turn_of(one: Row, alike: list[Row]) -> int:
    contents = {tuple(other.values()) for other in alike}
    return sorted(contents, key=in_order).index(tuple(one.values()))


def plain_holders(rows: list[Row], people: list[Row], key: bytes) -> tuple[list[Row], list[Row], list[Row]]:
    """Users, certificates and rights of rows, as they are staged."""
    users: list[Row] = []
    papers: list[Row] = []
    rights: list[Row] = []
    for row in rows:
        said = [each for each in people if each["says"] == "right" and each["row_no"] == row["row_no"]]
        said = [each for each in said if names_anybody(each)] or [row]
        told = set()
        for each in said:
            user, paper = composed(each, USER), composed(each, CERTIFICATE)
            of_right = composed(each, OF_RIGHT)
            told.add((tuple(user.items()), tuple(paper.items()), tuple(of_right.items())))
        named = [tuple(map(dict, each)) for each in told]
        mine: dict[str, list[Row]] = {"land_user": [], "certificate": [], "land_right": []}
        for user, paper, of_right in named:
            one = entity("user", user, row, key, [each[0] for each in named if any_said(each[0])])
            other = entity("certificate", paper, row, key, [each[1] for each in named if any_said(each[1])])
            if one is None and other is None:
                continue
            mine["land_user"] += [one] if one else []
            mine["certificate"] += [other] if other else []
            refs = {
                "user_ref": (one or {}).get("user_ref"),
                "certificate_ref": (other or {}).get("certificate_ref"),
            }
            mine["land_right"].append(refs | of_right)
        for (record, found), kept in zip(mine.items(), (users, papers, rights), strict=True):
            contents = {hashed(record, [each[name] for name in STORED[record]], key): each for each in found}
            for item_no, content in enumerate(sorted(contents), 1):
                kept.append(
                    {
                        "row_no": row["row_no"],
                        "item_no": item_no,
                        **contents[content],
                        "content_hash": content,
                    }
                )
    return users, papers, rights


def names_anybody(row: Row) -> bool:
    return any(row.get(name) is not None for name in (*USER, *CERTIFICATE))


def any_said(values: Row) -> bool:
    return any(value is not None for value in values.values())


def entity(kind: str, said: Row, row: Row, key: bytes, others: list[Row]) -> Row | None:
    if not any_said(said):
        return None
    payload = user_payload if kind == "user" else certificate_payload
    text, bound = payload(said, row["source_system"], others)
    return said | {f"{kind}_ref": ref(key, text), f"{kind}_bound": bound}


def hashed(record: str, values: Iterable[Any], key: bytes) -> str:
    return "\\x" + keyed(key, content_payload(record, list(values))).hex().upper()
