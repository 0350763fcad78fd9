"""Of which commune a figure of the land statistics is: codes of before 1 July 2025 are told, never taken for today's.

Two thirds of the codes live on, most of them for a larger commune. A figure of before is added up to the commune of today where
all that it was made of is there, whole; a divided commune cannot be added up.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from parcels import admin_units
from parcels.bilingual import Bilingual
from validators.base import FigureName

Codes = Literal["new", "old"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one commune as a file states it; `rows` and `old_communes` of which it was added up."""

    commune_code: str
    figure: FigureName
    amount: int
    source: str
    stated_on: date
    rows: tuple[int, ...]
    old_communes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A commune of today that figures of old communes do not add up to, and why."""

    commune_code: str
    rows: tuple[int, ...]
    said: Bilingual


@cache
def _made_of() -> dict[str, dict[str, bool]]:
    """Commune of today → old communes that it was made of, and whether each went into it whole."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for row in admin_units.conversion().select(["old_code", "new_code", "extent"]).to_pylist():
        found[row["new_code"]][row["old_code"]] = row["extent"] == "whole"
    return dict(found)


@cache
def _old_codes() -> dict[str, str]:
    """Every code of an old commune → that of June 2025: some were changed after January."""
    found: dict[str, str] = {}
    for row in admin_units.conversion().select(["old_code", "january_code"]).to_pylist():
        found[row["old_code"]] = row["old_code"]
        if row["january_code"]:
            found.setdefault(row["january_code"], row["old_code"])
    return found


@cache
def _went_into() -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for new, old_communes in _made_of().items():
        for old in old_communes:
            found[old].append(new)
    return {old: tuple(sorted(new)) for old, new in found.items()}


def named_once(code: str, codes: Codes | None) -> str:
    """One name of a commune: an old one may stand there by either of two codes."""
    return _old_codes().get(code, code) if codes == "old" else code


def wrong_with_code(code: str, stated_on: date, codes: Codes | None) -> Bilingual | None:
    """Why a code does not say which commune is meant; None where it does."""
    now, before = admin_units.commune(code), _old_codes().get(code)
    if codes == "old":
        if before is None:
            return Bilingual(f"mã {code} không phải mã xã cũ", f"{code} was no commune before 1 July 2025")
        return None
    if now is None:
        if before is None:
            return Bilingual(f"không có xã mang mã {code}", f"there is no commune {code}")
        into = ", ".join(_went_into()[before])
        return Bilingual(
            f"mã {code} là mã xã cũ (nay: {into}); nếu cả tệp theo xã cũ, thêm --codes old (khi check: --expected-codes old)",
            f"{code} is an old commune (now {into}); where the whole file is by old communes, add --codes old (of check: --expected-codes old)",
        )
    same = before is None or _made_of().get(code) == {code: True}
    if codes is None and not same and stated_on < admin_units.NEW_COMMUNES_FROM:
        return Bilingual(
            f"số liệu ngày {stated_on:%d/%m/%Y} có trước xã mới {code}: thêm --codes old nếu theo xã cũ, --codes new nếu "
            "đã tính lại theo xã mới",
            f"{stated_on.isoformat()} is before the commune {code} of today: add --codes old where the figures are by old "
            "communes, --codes new where they were counted again by those of today",
        )
    return None


def added_up(figures: Iterable[Figure]) -> tuple[list[Figure], list[LeftOut]]:
    """Figures of old communes as those of the communes of today, and the communes for which they do not suffice."""
    given: defaultdict[tuple[date, FigureName], dict[str, Figure]] = defaultdict(dict)
    for each in figures:
        given[each.stated_on, each.figure][_old_codes()[each.commune_code]] = each
    sums: list[Figure] = []
    left: dict[str, LeftOut] = {}
    for (_, name), mine in sorted(given.items()):
        concerned = sorted({new for old in mine for new in _went_into()[old]})
        for new in concerned:
            parts = _made_of()[new]
            there = [mine[old] for old in sorted(parts) if old in mine]
            why = _why_not(parts, mine, name)
            if why is None:
                sums.append(_sum(new, there))
            elif new not in left:
                left[new] = LeftOut(new, tuple(sorted({row for each in there for row in each.rows})), why)
    return sums, [left[code] for code in sorted(left)]


def _why_not(parts: dict[str, bool], mine: dict[str, Figure], name: FigureName) -> Bilingual | None:
    divided = sorted(old for old, whole in parts.items() if not whole)
    if divided:
        return Bilingual(
            f"xã cũ {', '.join(divided)} bị chia, không cộng được",
            f"the old commune {', '.join(divided)} was divided and cannot be added up",
        )
    lacking = sorted(set(parts) - set(mine))
    if lacking:
        what = Bilingual("số thửa", "parcels") if name == "parcels" else Bilingual("diện tích", "area")
        return Bilingual(
            f"thiếu {what.vi} của xã cũ {', '.join(lacking)}",
            f"{what.en} of the old commune {', '.join(lacking)} missing",
        )
    return None


def _sum(new: str, parts: list[Figure]) -> Figure:
    return replace(
        parts[0],
        commune_code=new,
        amount=sum(each.amount for each in parts),
        source="; ".join(dict.fromkeys(each.source for each in parts)),
        rows=tuple(sorted(row for each in parts for row in each.rows)),
        old_communes=tuple(sorted(each.commune_code for each in parts)),
    )
