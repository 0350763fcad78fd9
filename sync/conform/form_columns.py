"""Which columns of a table are those of a form: by place and heading, by heading alone, or refused.

Columns may be left out or added before one; they never change their order. Where several columns have one heading (the owner's
name and the transferee's), they are those of the form in their order if they are as many, else each must stand in its place.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from openpyxl.utils import get_column_letter

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.declared.form import FormColumn, bare_words
from sync.intake.sources.base import Heading

Form = Mapping[str, FormColumn]
Places = dict[str, frozenset[int]]


def form_columns(
    form: Form, headings: Sequence[Heading], file: str, row: int | None = None
) -> dict[str, str]:
    """The file's own name of each column of a form that it has. Raises DeliveryRejected (DLV-FORM-COLUMN).

    row  where the headings were read; no heading is repeated in a message: of a sheet that begins otherwise it may be a person
    """
    bare = {each.place: bare_words(f"{each.said} {each.name}") for each in headings}
    fits = {
        name: frozenset(place for place, text in bare.items() if column.fits(text))
        for name, column in form.items()
    }
    found = _placed(form, fits)
    for name, column in form.items():
        if name not in found and (fits[name] - set(found.values()) or not column.optional):
            raise _not_found(name, column, file, row, several=bool(fits[name]))
    in_order = sorted(found, key=lambda name: form[name].at)
    for one, after in pairwise(in_order):
        if found[one] >= found[after]:
            raise _out_of_order(one, after, found, file, row)
    names = {each.place: each.name for each in headings}
    return {name: names[found[name]] for name in in_order}


def _placed(form: Form, fits: Places) -> dict[str, int]:
    """Name → place, of all columns about which there is no doubt."""
    found: dict[str, int] = {}
    while True:
        taken = set(found.values())
        left = {name: places - taken for name, places in fits.items() if name not in found}
        alike: dict[frozenset[int], list[str]] = defaultdict(list)
        for name, places in left.items():
            alike[places].append(name)
        as_many = [(places, names) for places, names in alike.items() if len(places) == len(names)]
        if as_many:
            places, names = as_many[0]
            found |= dict(zip(sorted(names, key=lambda name: form[name].at), sorted(places), strict=True))
            continue
        standing = {name: form[name].at for name, places in left.items() if form[name].at in places}
        if not standing:
            return found
        found |= standing


def _where(column: FormColumn, row: int | None) -> Bilingual:
    letter = get_column_letter(column.at)
    if row is None:
        return Bilingual(f"cột thứ {column.at}", f"column {column.at}")
    return Bilingual(
        f"cột thứ {column.at} ({letter}), dòng tiêu đề {row}",
        f"column {column.at} ({letter}), header in row {row}",
    )


def _not_found(
    name: str, column: FormColumn, file: str, row: int | None, *, several: bool
) -> DeliveryRejected:
    at, words = _where(column, row), ", ".join(f"«{words}»" for words in column.heading)
    why = (
        Bilingual(
            "nhiều cột có tiêu đề như vậy, không cột nào ở đúng chỗ",
            "several columns have such a heading, none in its place",
        )
        if several
        else Bilingual("không cột nào có tiêu đề như vậy", "no column has such a heading")
    )
    return DeliveryRejected(
        "DLV-FORM-COLUMN",
        Bilingual(
            f"Tệp «{file}» không đúng mẫu đã khai: không xác định được cột {name} ({at.vi}; tiêu đề {words}): {why.vi}.",
            f"The file “{file}” is not the declared form: its column {name} cannot be told ({at.en}; heading {words}): {why.en}.",
        ),
        _correct(name),
        column=name,
    )


def _out_of_order(
    one: str, after: str, found: Mapping[str, int], file: str, row: int | None
) -> DeliveryRejected:
    at = "" if row is None else f" ({row})"
    return DeliveryRejected(
        "DLV-FORM-COLUMN",
        Bilingual(
            f"Tệp «{file}» không đúng mẫu đã khai: theo tiêu đề{at}, cột {one} đứng thứ {found[one]}, sau cột {after} đứng thứ "
            f"{found[after]}.",
            f"The file “{file}” is not the declared form: by its header{at}, {one} is column {found[one]} and stands behind "
            f"{after}, column {found[after]}.",
        ),
        _correct(one),
        column=one,
    )


def _correct(name: str) -> Bilingual:
    return Bilingual(
        f"Hãy gửi đúng mẫu; nếu tỉnh dùng phiên bản khác, hãy ghi vị trí và tiêu đề trong [lists.form.{name}] của hồ sơ tỉnh "
        "(at, heading); nếu dữ liệu không bắt đầu ở dòng đã khai, sửa data_row trong [lists.read.spreadsheet].",
        f"Send the form as it is declared; where the province has another version, write place and heading into "
        f"[lists.form.{name}] of its profile (at, heading); where data begin in another row, correct data_row in "
        "[lists.read.spreadsheet].",
    )
