"""Delivered columns to canonical ones, a batch at a time: names by the profile's map, values in their normal form.

What a column's type cannot hold becomes NULL and is counted by column, never dropped silently; the
delivered bytes stay in landing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import land_use
from parcels.bilingual import Bilingual
from parcels.column import Column
from parcels.columns import delivered_columns
from parcels.decimals import from_floats
from parcels.errors import DeliveryRejected
from parcels.identifiers import normalise_number
from parcels.model import ARROW_TYPES, NOT_READABLE_JOINER
from parcels.text import CONTROL, clean, join_said
from parcels.versions import read_actions
from sync.conform.codes import DIGITS, whole_codes
from sync.conform.days import has_days, read_days
from sync.conform.numbers import Habits
from sync.conform.placeholders import PLACEHOLDERS, Kept, Placeholders, as_said
from sync.declared.mapped import Joined
from sync.declared.profile import DBF_NAME_BYTES, Profile
from sync.declared.tomlfile import after, nearest
from validators.placeholders import PlaceholderRules

_EXACT_IN_FLOAT = 2**53
_EXACT_IN_SINGLE = 2**24
_NUMBERS: Final = ("sheet_no", "parcel_no", "map_scale")
_CODES: Final = ("commune_code", "old_commune_code")

_DECIMAL_TEXT = r"^[+-]?([0-9]{1,14}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?0?[0-9]{1,2})?$"
_GROUPED_SCALE = r"^([1-9][0-9]?)[.,]([0-9]{3})$"
# A year, or a month of one: a day that is not said whole is unknown, not impossible.
_PART_OF_A_DATE = (
    r"^(?:(?:0?[1-9]|1[0-2])[-/.])?(?:18|19|20)[0-9]{2}$|^(?:18|19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])$"
)

NOT_READABLE: Final = "not_readable"


Found = dict[str, tuple[str, ...]]


def find_columns(profile: Profile, present: tuple[str, ...], file: str, *, cut_names: bool) -> Found:
    """Canonical name → the file's own names for it. Raises DeliveryRejected (DLV-COLUMN-MISSING).

    Letter case does not matter where it leaves one answer; nor, for shapefiles (`cut_names`), does what lies
    beyond the tenth letter.
    """
    found: Found = {}
    for canonical, rule in profile.columns.items():
        wanted = rule.join if isinstance(rule, Joined) else (rule,)
        optional = isinstance(rule, Joined) and rule.optional
        names = []
        for name in wanted:
            there = present_name(name, present, cut_names=cut_names)
            if there is not None:
                names.append(there)
            elif not optional:
                raise missing_column(name, canonical, present, file)
        found[canonical] = tuple(names)
    return found


def present_name(wanted: str, present: tuple[str, ...], *, cut_names: bool) -> str | None:
    """The file's own name for a column; None where it has none, or several that fit."""
    if wanted in present:
        return wanted
    forms = [wanted.casefold()] + ([wanted[:DBF_NAME_BYTES].casefold()] if cut_names else [])
    for form in forms:
        alike = [name for name in present if name.casefold() == form]
        if len(alike) == 1:
            return alike[0]
    return None


def missing_column(wanted: str, canonical: str, present: tuple[str, ...], file: str) -> DeliveryRejected:
    near = nearest(wanted, present)
    like = after(near)
    return DeliveryRejected(
        "DLV-COLUMN-MISSING",
        Bilingual(
            f"Tệp «{file}» không có cột «{wanted}» (ứng với {canonical} trong hồ sơ tỉnh).{like.vi}",
            f"The file “{file}” has no column “{wanted}” ({canonical} in the province's profile).{like.en}",
        ),
        Bilingual(
            "Hãy xuất lại đủ cột, hoặc sửa bảng [columns] trong hồ sơ tỉnh; "
            f"lệnh «landsync profile init {file}» soạn sẵn hồ sơ theo các cột có trong tệp.",
            "Export all columns, or correct [columns] in the province's profile; "
            f"“landsync profile init {file}” drafts one from the columns that the file has.",
        ),
        column=wanted,
        nearest=near,
    )


@dataclass(slots=True)
class Mapper:
    """Turns batches of one part into canonical columns.

    found       canonical name → the file's names
    habits      what the delivery shows of how numbers are written; part_no: under which number this part's are kept
    unreadable  canonical name → values that its type could not hold, over all batches so far
    rules       what says nothing; of the latest policy where none is given
    wanted      the columns to give; those of parcels where none are named
    like        canonical name → the column whose placeholders are its own
    """

    profile: Profile
    found: Found
    file: str
    habits: Habits = field(default_factory=Habits)
    part_no: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    rules: PlaceholderRules | None = None
    wanted: tuple[Column, ...] = field(default_factory=lambda: tuple(delivered_columns()))
    like: dict[str, str] = field(default_factory=dict)
    _nothing: Placeholders = field(init=False)

    def __post_init__(self) -> None:
        self._nothing = Placeholders(self.profile, *([] if self.rules is None else [self.rules]))

    @property
    def source_columns(self) -> list[str]:
        """The columns to read, each once."""
        return list(dict.fromkeys(name for names in self.found.values() for name in names))

    def canonical(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """Every wanted canonical column (n,), in its type; NULL where the profile has none, or where a placeholder stood.

        And `not_readable` and `placeholders`. Raises MarksShown.
        """
        lost: list[pa.Array] = []
        kept = Kept()
        columns = {column.name: self._column(column, batch, lost, kept) for column in self.wanted}
        said = join_said(lost, NOT_READABLE_JOINER) if lost else pa.nulls(batch.num_rows, pa.string())
        return columns | {NOT_READABLE: said, PLACEHOLDERS: kept.column(batch.num_rows)}

    def _column(
        self, column: Column, batch: pa.RecordBatch, lost_names: list[pa.Array], kept: Kept
    ) -> pa.Array:
        kind = ARROW_TYPES[column.kind]
        if column.name in self.profile.constants:
            given = self.profile.constants[column.name]
            values = pa.repeat(pa.scalar(given), batch.num_rows)
        elif self.found.get(column.name):
            values = self._delivered(column, batch, kept)
            if pa.types.is_null(values.type):
                return pa.nulls(batch.num_rows, kind)
            return self._read(column, values, lost_names, kept)
        else:
            return pa.nulls(batch.num_rows, kind)
        return self._whole(column, READERS[column.kind](values, column, self.file))

    def _whole(self, column: Column, values: pa.Array) -> pa.Array:
        """Commune codes with the zeros that they lost on the way."""
        if column.name != "commune_code" or self.profile.foreign:
            return values
        return whole_codes(values, self.profile.province)

    def _read(self, column: Column, values: pa.Array, lost_names: list[pa.Array], kept: Kept) -> pa.Array:
        """Delivered values in the column's type, without placeholders."""
        if column.kind == "text" and pa.types.is_string(values.type):
            stray = pc.fill_null(pc.match_substring_regex(values, CONTROL), False)
            if pc.any(stray).as_py():
                lost_names.append(pc.if_else(stray, pa.scalar(column.name), pa.scalar(None, pa.string())))
        if column.kind == "text":
            text = self._without(column, _plain_text(values, column, self.file), kept)
            normal = _normal_form(text, column, numeric=not pa.types.is_string(values.type))
            return self._whole(column, normal)
        values = self._without(column, clean(values) if pa.types.is_string(values.type) else values, kept)
        numbers = values
        if column.kind == "decimal" and pa.types.is_string(values.type):
            numbers = self.habits.of[self.part_no, column.name].plain(values)
        result = READERS[column.kind](numbers, column, self.file)
        lost = result.null_count - _missing(values)
        if lost > 0:
            self.unreadable[column.name] += lost
            lost_names.append(_where_lost(column, values, result))
        return self._without(column, result, kept) if column.kind == "date" else result

    def _without(self, column: Column, values: pa.Array, kept: Kept) -> pa.Array:
        """The values with NULL where a placeholder stands, which is kept. What the profile translates to is none."""
        meant = self.profile.values.get(column.name, {}).values()
        nothing = self._nothing.of(self.like.get(column.name, column.name), values, meant)
        return values if nothing is None else kept.without(column.name, values, as_said(values), nothing)

    def _delivered(self, column: Column, batch: pa.RecordBatch, kept: Kept) -> pa.Array:
        """The delivered values of one canonical column: of its one column, or of several joined; values mapped."""
        names = self.found[column.name]
        rule, meanings = self.profile.columns[column.name], self.profile.values.get(column.name)
        if not isinstance(rule, Joined):
            values = batch.column(names[0])
            return _mapped(_plain_text(values, column, self.file), meanings) if meanings else values
        texts = [
            _mapped(_plain_text(batch.column(name), column, self.file), meanings or {}) for name in names
        ]
        return join_said([self._without(column, text, kept) for text in texts], rule.separator)


def _plain_text(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Any values as clean text, whole numbers without ".0"."""
    if pa.types.is_floating(values.type):
        values = _whole_or_plain(values, column, file)
    return clean(values if pa.types.is_string(values.type) else _cast(values, column, file))


def _mapped(values: pa.Array, meanings: dict[str, str]) -> pa.Array:
    """Values that the profile gives another meaning, replaced; the others stay."""
    if not meanings:
        return values
    places = pc.index_in(values, value_set=pa.array(list(meanings)), skip_nulls=True)
    return pc.coalesce(pa.array(list(meanings.values())).take(places), values)


def _where_lost(column: Column, values: pa.Array, result: pa.Array) -> pa.Array:
    """The column's name where a value was delivered that could not be read, else NULL."""
    said = clean(values) if pa.types.is_string(values.type) else values
    lost = pc.and_(said.is_valid(), result.is_null())
    if column.kind == "date" and pa.types.is_string(said.type):
        part = pc.fill_null(pc.match_substring_regex(said, _PART_OF_A_DATE), False)
        lost = pc.and_(lost, pc.invert(part))
    return pc.if_else(lost, pa.scalar(column.name), pa.scalar(None, pa.string()))


def _missing(values: pa.Array) -> int:
    """Values that say nothing: NULL, and blank text."""
    if pa.types.is_string(values.type):
        return int(clean(values).null_count)
    return int(values.null_count)


def _as_text(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Any values as text in the form of its column."""
    return _normal_form(
        _plain_text(values, column, file), column, numeric=not pa.types.is_string(values.type)
    )


def _normal_form(text: pa.Array, column: Column, *, numeric: bool) -> pa.Array:
    """Clean text in the form of its column. Numbers keep every digit; a commune code regains the zeros that a number lost."""
    if column.name == "map_scale":
        text = pc.replace_substring_regex(text, _GROUPED_SCALE, r"\1\2")
    if column.name in _NUMBERS:
        return normalise_number(text)
    if column.name in _CODES and numeric:
        return pc.utf8_lpad(text, DIGITS, "0")
    if column.name == "land_use":
        return land_use.canonical(text)
    if column.name == "action":
        return read_actions(text)
    return text


def _whole_or_plain(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Text of floats: whole ones without ".0"; refused beyond the whole numbers that a float can hold."""
    exact = _EXACT_IN_FLOAT if pa.types.is_float64(values.type) else _EXACT_IN_SINGLE
    numbers = values.cast(pa.float64())
    finite = pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    if pc.any(pc.greater_equal(pc.abs(finite), exact)).as_py():
        raise DeliveryRejected(
            "DLV-NUMBER-PRECISION",
            Bilingual(
                f"Cột định danh {column.name} của tệp «{file}» là số thực và có giá trị quá lớn: "
                "các chữ số cuối đã mất.",
                f"The identifier column {column.name} of the file “{file}” is a floating number with values "
                "too large for it: their last digits are lost.",
            ),
            Bilingual(
                "Hãy xuất cột này dưới dạng văn bản.",
                "Export this column as text.",
            ),
        )
    whole = pc.equal(finite, pc.floor(finite))
    integers = pc.if_else(pc.fill_null(whole, False), finite, pa.scalar(None, pa.float64())).cast(pa.int64())
    return pc.coalesce(integers.cast(pa.string()), finite.cast(pa.string()))


def _cast(values: pa.Array, column: Column, file: str) -> pa.Array:
    try:
        return values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as failure:
        raise DeliveryRejected(
            "DLV-COLUMN-TYPE",
            Bilingual(
                f"Không đọc được cột {column.name} của tệp «{file}» thành văn bản (kiểu {values.type}).",
                f"Column {column.name} of the file “{file}” cannot be read as text (type {values.type}).",
            ),
            Bilingual("Hãy xuất cột này dưới dạng văn bản.", "Export this column as text."),
        ) from failure


def _as_decimal(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Numbers, or text with a point before the decimals (`sync.conform.numbers`), to decimal(18, 4)."""
    return from_floats(np.asarray(_as_float(values, column, file), dtype=np.float64))


def _as_float(values: pa.Array, column: Column, file: str) -> pa.Array:
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return values.cast(pa.float64(), safe=False)
    text = clean(values if pa.types.is_string(values.type) else _cast(values, column, file))
    plain = pc.if_else(pc.match_substring_regex(text, _DECIMAL_TEXT), text, pa.scalar(None, pa.string()))
    return plain.cast(pa.float64())


def _as_integer(values: pa.Array, column: Column, file: str) -> pa.Array:
    if column.name == "land_user_birth_year":
        values = _years(values, column, file)
    numbers = np.asarray(_as_float(values, column, file), dtype=np.float64)
    good = np.isfinite(numbers) & (numbers == np.rint(numbers)) & (np.abs(numbers) < 2**31)
    return pa.array(np.where(good, numbers, 0).astype(np.int32), mask=~good)


def _years(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Whole dates as their year, other values as they are: registers hold years of birth and days of birth mixed."""
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return values
    if pa.types.is_string(values.type):
        text = clean(values)
        # A number of eight digits may be anything; a day is written with its signs here.
        dated = pc.if_else(pc.match_substring_regex(text, r"[-/.]"), text, pa.scalar(None, pa.string()))
        return pc.coalesce(pc.year(_as_date(dated, column, file)).cast(pa.string()), text)
    return pc.year(_as_date(values, column, file))


def _as_date(values: pa.Array, column: Column, file: str) -> pa.Array:
    if has_days(values.type) or pa.types.is_string(values.type):
        return read_days(values)
    return read_days(_cast(values, column, file))


READERS: dict[str, Callable[[pa.Array, Column, str], pa.Array]] = {
    "text": _as_text,
    "integer": _as_integer,
    "decimal": _as_decimal,
    "date": _as_date,
}
