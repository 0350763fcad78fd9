"""Old communes to new ones: the official table of 1 July 2025 held against the list of January 2025.

The table has typing errors, names that changed between the two lists, and a note column that contradicts
itself. What is wrong is corrected with the reason written beside it, or left out and reported; whole or
part is derived by counting the new communes of each old one.
"""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from parcels.reference.tabular import clean, fold
from parcels.text import bare_text

CHANGE_DATE = "2025-07-01"
_KINDS = ("đặc khu", "thị trấn", "phường", "xã")
_ROMAN = {"II": "2", "IV": "4"}
_SIMILAR = 0.6  # share of equal base letters from which two spellings are of the same name


@dataclass(frozen=True, slots=True)
class OldCommune:
    """A row of the January list."""

    code: str
    name: str
    district_code: str
    district: str
    province_code: str
    province: str


@dataclass(slots=True)
class Pair:
    """One old commune going, wholly or partly, into one new commune."""

    line: int
    old_code: str
    old_name: str
    district: str
    district_code: str
    old_province_code: str
    new_code: str
    new_name: str
    province_code: str
    note: str
    printed_code: str
    name_check: str = "same"
    january_code: str = ""
    january_name: str = ""
    reasons: list[str] = field(default_factory=list)
    extent: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the report: what disagreed and what was done about it."""

    line: int
    subject: str
    code: str
    name: str
    action: str
    reason: str


@dataclass(slots=True)
class Conversion:
    """The derived table, the new communes it names, and the report."""

    pairs: list[Pair]
    new_names: dict[str, str]  # new code -> name
    new_provinces: dict[str, str]  # new code -> new province code
    new_old_provinces: dict[str, str]  # new code -> the one old province it lies in
    remarks: list[Remark]


def kind_of(name: str) -> str:
    """The kind of commune that a full name begins with: xã, phường, thị trấn, đặc khu; empty if none."""
    folded = clean(name).lower().replace("thi trấn", "thị trấn")
    return next((kind for kind in _KINDS if folded.startswith(kind + " ")), "")


def tidy_name(name: str) -> str:
    """A commune's full name, NFC, with its kind spelled and capitalised as is usual."""
    tidy = clean(name)
    kind = kind_of(tidy)
    if not kind:
        wrong = re.match(r"xa ", tidy, flags=re.IGNORECASE)  # "Xa Ea Kly": the accent was forgotten
        return "Xã " + tidy[3:] if wrong else tidy
    return kind.capitalize() + " " + tidy[len(kind) + 1 :]


def read_january(path: Path) -> dict[str, OldCommune]:
    """The communes of January 2025 by code; island districts without communes have no code and are left out."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [[clean(cell) for cell in row] for row in csv.reader(lines)]
    return {
        row[5]: OldCommune(row[5], tidy_name(row[4]), row[3], row[2], row[1], row[0])
        for row in rows[1:]
        if row[5]
    }


def _coded(cell: str) -> tuple[str, str]:
    """`Tên (mã)` → (name, code)."""
    match = re.fullmatch(r"(.*?)\s*\((\d+)\)", cell)
    if match is None:
        raise ValueError(f"no code in brackets: {cell!r}")
    return match.group(1), match.group(2)


def convert(path: Path, january: dict[str, OldCommune]) -> Conversion:
    """Read the official table, correct it against `january`, derive whole and part."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [[clean(cell) for cell in row] for row in csv.reader(lines)]
    pairs: list[Pair] = []
    remarks: list[Remark] = []
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    new_provinces: dict[str, str] = {}
    old_provinces: dict[str, set[str]] = defaultdict(set)
    for number, row in enumerate(rows, start=1):
        if not re.fullmatch(r"\d{5}", row[2]):
            continue  # headings and the provinces' own rows
        province_code = _coded(row[0])[1]
        district, district_code = _coded(row[6])
        old_province_code = _coded(row[7])[1]
        new_code, new_name = row[2], tidy_name(row[1])
        spellings[new_code][new_name] += 1
        new_provinces[new_code] = province_code
        if not row[4]:
            old_provinces[new_code].add(old_province_code)
            remarks.append(
                Remark(number, "row", new_code, row[3] or new_name, "left out", f"no old code: {row[5]}")
            )
            continue
        pairs.append(
            Pair(
                number,
                row[4],
                tidy_name(row[3]),
                district,
                district_code,
                old_province_code,
                new_code,
                new_name,
                province_code,
                row[5],
                row[4],
            )
        )
    _check(pairs, january)
    for pair in pairs:
        old_provinces[pair.new_code].add(pair.old_province_code)
    new_names = {code: names.most_common(1)[0][0] for code, names in spellings.items()}
    for pair in pairs:
        pair.new_name = new_names[pair.new_code]
    _derive_extent(pairs)
    remarks += _remarks(pairs, january)
    straddling = {code: found for code, found in old_provinces.items() if len(found) != 1}
    if straddling:
        raise ValueError(f"new communes over more than one old province: {straddling}")
    return Conversion(
        sorted(pairs, key=lambda pair: (pair.old_code, pair.new_code)),
        new_names,
        new_provinces,
        {code: next(iter(found)) for code, found in old_provinces.items()},
        remarks,
    )


def _check(pairs: list[Pair], january: dict[str, OldCommune]) -> None:
    """Hold each row against January: correct what is a typing error, write down every other difference."""
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for old in january.values():
        named[old.district_code, fold(old.name)].append(old.code)
    rightly_named = {
        pair.printed_code
        for pair in pairs
        if pair.printed_code in january and fold(january[pair.printed_code].name) == fold(pair.old_name)
    }
    for pair in pairs:
        listed = january.get(pair.printed_code)
        same_name = named[pair.district_code, fold(pair.old_name)]
        if listed is None:
            _new_code(pair, same_name)
            continue
        pair.january_code, pair.january_name = listed.code, listed.name
        if fold(listed.name) != fold(pair.old_name):
            if len(same_name) == 1 and pair.printed_code in rightly_named:
                _correct(pair, january[same_name[0]], listed)
            else:
                _describe(pair, listed)
        if pair.old_province_code != january[pair.old_code].province_code:
            right = january[pair.old_code]
            pair.reasons.append(
                f"old province printed as {pair.old_province_code}; the January list has it in "
                f"{right.province} ({right.province_code})"
            )
            pair.old_province_code = right.province_code


def _correct(pair: Pair, right: OldCommune, wrong: OldCommune) -> None:
    pair.name_check = "corrected"
    pair.reasons.append(
        f"printed {pair.printed_code}, which is {wrong.name}, as another row of the table says too; "
        f"{pair.old_name} of {pair.district} is {right.code} in the January list"
    )
    pair.old_code, pair.january_code, pair.january_name = right.code, right.code, right.name


def _new_code(pair: Pair, same_name: list[str]) -> None:
    pair.name_check = "new code"
    pair.january_code = same_name[0] if len(same_name) == 1 else ""
    known = f"; the January list has this name as {pair.january_code}" if pair.january_code else ""
    pair.reasons.append(f"code not in the January list: issued before July 2025{known}")


def _describe(pair: Pair, listed: OldCommune) -> None:
    """A name that differs while the code is right: another spelling, another kind, or a unit formed anew."""
    ours, theirs = _bare_name(pair.old_name), _bare_name(listed.name)
    if ours == theirs and kind_of(pair.old_name) not in ("", kind_of(listed.name)):
        pair.name_check = "kind"
        pair.reasons.append(f"January: {listed.name}; same name, another kind")
    elif SequenceMatcher(None, ours, theirs).ratio() >= _SIMILAR or theirs.endswith(ours):
        pair.name_check = "spelling"
        pair.reasons.append(f"January: {listed.name}; code and district agree, the spelling is close")
    else:
        pair.name_check = "renamed"
        pair.reasons.append(f"January: {listed.name}; renamed or formed anew between January and July 2025")


def _bare_name(name: str) -> str:
    """A name's base letters without its kind; abbreviations and Roman numbers written out."""
    kind = kind_of(name)
    own = re.sub(r"^N\.?T ", "Nông trường ", name[len(kind) :].strip())
    return bare_text(re.sub(r"\b(?:II|IV)$", lambda number: _ROMAN[number.group()], own))


def _derive_extent(pairs: list[Pair]) -> None:
    counts = Counter(pair.old_code for pair in pairs)
    for pair in pairs:
        pair.extent = "whole" if counts[pair.old_code] == 1 else "part"
        note = pair.note.lower()
        noted = "part" if "một phần" in note else "whole" if note.startswith("nhập toàn bộ") else ""
        if noted not in ("", pair.extent):
            pair.reasons.append(
                f"the note says {noted} ({pair.note}); the rows of the table say {pair.extent}"
            )


def _remarks(pairs: list[Pair], january: dict[str, OldCommune]) -> list[Remark]:
    remarks = [
        Remark(
            pair.line,
            "row",
            pair.old_code,
            pair.old_name,
            "corrected" if pair.name_check == "corrected" else "kept",
            "; ".join(pair.reasons),
        )
        for pair in pairs
        if pair.reasons
    ]
    reached = {pair.old_code for pair in pairs} | {pair.january_code for pair in pairs}
    remarks += [
        Remark(
            0,
            "january commune",
            old.code,
            old.name,
            "no successor given",
            "in the January list, in no row of the table: it was merged or renamed before July 2025",
        )
        for old in january.values()
        if old.code not in reached
    ]
    return remarks
