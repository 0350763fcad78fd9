"""The rows of a table of the land statistics as figures, and what is wrong with them, row by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from sync.conform.days import read_days
from sync.conform.expected_columns import M2_OF_A_HECTARE
from sync.conform.expected_communes import Codes, Figure, named_once, wrong_with_code
from sync.conform.numbers import Marks
from validators.base import FigureName
from validators.policy import policy_at

Bad = list[tuple[int, Bilingual]]

_SHOWN, _LONGEST = 30, 300  # characters of a value in a message, and of a source
_MOST: Final[dict[FigureName, int]] = {"parcels": 5_000_000, "area_m2": 10**11}
# A cell that says that its row adds others up, and nothing else: there are communes called Cộng Hòa.
_TOTALS: Final = r"(?i)(?:^|\x1f)\s*(?:tổng(?: cộng| số)?|cộng|toàn tỉnh|toàn thành phố|cả tỉnh|cả nước|total|sum)\s*[:.]?\s*(?:\x1f|$)"
_GROUPED: Final = r"^[0-9]{1,3}(?:[ .,][0-9]{3})+$"
_ONE_MARK: Final = r"^[0-9]{1,3}[.,][0-9]{3}$"
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said beside the file: source and day of rows that say none, of which communes its codes are; and today.

    exact  its numbers come out of a spreadsheet, with a point before decimals and nothing between thousands
    """

    source: str | None
    stated_on: date | None
    codes: Codes | None
    today: date
    exact: bool


def figures_of(rows: pa.Table, bad: Bad, beside: Beside) -> tuple[list[Figure], tuple[int, ...]]:
    """The figures of rows without a fault, and the numbers of rows that add others up; faults are added to `bad`.

    rows  clean text: `row`, `text`, and of `expected_columns.NAMES` what the file has
    """
    numbers = [int(row) for row in rows["row"].to_pylist()]
    without = pa.array([code is None for code in _codes(rows)], pa.bool_())
    total = pc.and_(without, _adds_up(rows["text"].combine_chunks()))
    totals = [number for number, adds in zip(numbers, total.to_pylist(), strict=True) if adds]
    rows = rows.filter(pc.invert(total)).combine_chunks()
    numbers = [int(row) for row in rows["row"].to_pylist()]
    codes = _codes(rows)
    days = (
        read_days(rows["stated_on"].combine_chunks()).to_pylist() if "stated_on" in rows.schema.names else []
    )
    days = days or [None] * len(numbers)
    said_days = _texts(rows, "stated_on")
    sources = _texts(rows, "source")
    amounts = list(_amounts(rows, beside))
    seen: dict[tuple[str, date], int] = {}
    found: list[Figure] = []
    for at, number in enumerate(numbers):
        faults: list[Bilingual] = []
        day = days[at] if said_days[at] is not None else beside.stated_on
        source = sources[at] or beside.source
        mine: dict[FigureName, int] = {}
        for name, values in amounts:
            value = values[at]
            if isinstance(value, Bilingual):
                faults.append(value)
            elif value is not None:
                mine[name] = value
        if not mine and not faults:
            faults.append(_NO_FIGURE)
        faults += _wrong_beside(source, day, said_days[at], beside)
        code = codes[at]
        if code is None:
            faults.append(_NO_CODE)
        elif day is not None:
            wrong = wrong_with_code(code, day, beside.codes)
            if wrong is not None:
                faults.append(wrong)
            first = seen.setdefault((named_once(code, beside.codes), day), number)
            if first != number:
                faults.append(_AGAIN.format(code=code, row=first))
        bad += [(number, fault) for fault in faults]
        if not faults and code is not None and day is not None and source is not None:
            found += [Figure(code, name, amount, source, day, (number,)) for name, amount in mine.items()]
    return found, tuple(totals)


_NO_FIGURE: Final = Bilingual("không có số thửa và không có diện tích", "neither parcels nor an area")
_NO_CODE: Final = Bilingual("không có mã xã gồm 5 chữ số", "no commune code of 5 digits")
_AGAIN: Final = Bilingual("xã {code} đã có ở dòng {row}, cùng ngày số liệu", "commune {code} stands in row {row} already, of the same day")  # fmt: skip


def _wrong_beside(source: str | None, day: date | None, said: str | None, beside: Beside) -> list[Bilingual]:
    wrong = []
    if source and len(source) > _LONGEST:
        wrong.append(Bilingual("tên nguồn quá dài", "the source is too long"))
    if not source:
        wrong.append(Bilingual("không ghi nguồn số liệu", "no source is stated"))
    earliest = policy_at(beside.today).moments.earliest_year
    if day is None and said is not None:
        wrong.append(Bilingual(f"«{said[:_SHOWN]}» không phải một ngày", f"“{said[:_SHOWN]}” is no day"))
    elif day is None:
        wrong.append(Bilingual("không ghi ngày số liệu", "the day of the figures is not stated"))
    elif day > beside.today or day.year < earliest:
        wrong.append(
            Bilingual(f"không thể là số liệu ngày {day:%d/%m/%Y}", f"figures cannot be of {day.isoformat()}")
        )
    return wrong


def _adds_up(text: pa.Array) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(text, _TOTALS), False)


def _nothing_said(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values say nothing: NULL, or what the policy calls a placeholder of an area (nought among them)."""
    pattern = policy_at(date.max).placeholders.pattern("area_legal_m2")
    nothing = pc.match_substring_regex(values, pattern) if pattern else pc.is_null(values)
    return pc.fill_null(nothing, True)


def _texts(rows: pa.Table, name: str) -> list[str | None]:
    """The values of a column, None where it says nothing or is not there."""
    if name not in rows.schema.names:
        return [None] * len(rows)
    values = rows[name]
    said: list[str | None] = pc.if_else(
        _nothing_said(values), pa.scalar(None, pa.string()), values
    ).to_pylist()
    return said


def _codes(rows: pa.Table) -> list[str | None]:
    """Commune codes with the zeros that a number lost; None where there is none."""
    digits = pc.replace_substring_regex(rows["commune_code"], r"^([0-9]{1,5})\.0+$", r"\1")
    fits = pc.fill_null(pc.match_substring_regex(digits, r"^[0-9]{1,5}$"), False)
    codes = pc.if_else(fits, pc.utf8_lpad(digits, 5, "0"), pa.scalar(None, pa.string()))
    return [None if code == "00000" else code for code in codes.to_pylist()]


def _amounts(rows: pa.Table, beside: Beside) -> Iterator[tuple[FigureName, list[int | Bilingual | None]]]:
    """Every figure of the table, by row: an amount, what is wrong with it, or None where nothing is said."""
    for name, figure, unit in (
        ("parcels", "parcels", 1),
        ("area_m2", "area_m2", 1),
        ("area_ha", "area_m2", M2_OF_A_HECTARE),
    ):
        if name not in rows.schema.names:
            continue
        written = _texts(rows, name)
        plain = _plain(
            pa.array(written, pa.string()), whole=figure == "parcels", exact=beside.exact
        ).to_pylist()
        yield figure, [_amount(*each, figure, unit) for each in zip(written, plain, strict=True)]  # type: ignore[misc, arg-type]


def _plain(text: pa.Array, *, whole: bool, exact: bool) -> pa.Array:
    """Numbers with a point before decimals and nothing between thousands; NULL where that cannot be told."""
    text = pc.replace_substring_regex(text, r"([0-9]) ([0-9])", r"\1\2")
    once = pc.match_substring_regex(text, _ONE_MARK)
    if whole:
        grouped = pc.match_substring_regex(text, _GROUPED)
        bare, pointed = pc.replace_substring_regex(text, "[.,]", ""), pc.replace_substring(text, ",", ".")
        return pc.if_else(
            pc.and_(once, exact), pa.scalar(None, pa.string()), pc.if_else(grouped, bare, pointed)
        )
    marks = Marks()
    plain = marks.plain(text)
    if exact and not marks.thousands:
        return plain
    unclear = pc.and_(once, not (marks.thousands or marks.decimals))
    return pc.if_else(pc.fill_null(unclear, False), pa.scalar(None, pa.string()), plain)


def _amount(written: str | None, plain: str | None, figure: FigureName, unit: int) -> int | Bilingual | None:
    if written is None:
        return None
    amount = Decimal(plain) * unit if plain is not None and _NUMBER.fullmatch(plain) else None
    rounded = 0 if amount is None else int(amount.to_integral_value())
    wrong = next((why for why, holds in _faults(plain, amount, rounded, figure) if holds), None)
    return rounded if wrong is None else wrong.format(shown=written[:_SHOWN])


def _faults(
    plain: str | None, amount: Decimal | None, rounded: int, figure: FigureName
) -> Iterator[tuple[Bilingual, bool]]:
    yield _UNCLEAR, plain is None
    yield _NO_NUMBER, amount is None
    if amount is not None:
        yield _NEGATIVE, amount < 0
        yield _NOT_WHOLE, figure == "parcels" and amount != rounded
        yield _IMPOSSIBLE, not 0 < rounded <= _MOST[figure]


_UNCLEAR: Final = Bilingual(
    "«{shown}»: dấu ở đây ngăn hàng nghìn hay phần thập phân, tệp không cho biết",
    "“{shown}”: whether its mark is before decimals or between thousands the file does not show",
)
_NO_NUMBER: Final = Bilingual("«{shown}» không phải một số", "“{shown}” is no number")
_NEGATIVE: Final = Bilingual("«{shown}» là số âm", "“{shown}” is negative")
_NOT_WHOLE: Final = Bilingual(
    "«{shown}» không phải số thửa nguyên", "“{shown}” is no whole number of parcels"
)
_IMPOSSIBLE: Final = Bilingual(
    "«{shown}» không thể là số liệu của một xã", "“{shown}” cannot be the figure of a commune"
)
