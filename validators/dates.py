"""ATT-DATE and ATT-UNDATED: dates that cannot be, and how many parcels do not say since when they exist.

Impossible is what is no day at all, lies after the day of the delivery, or before anything was registered. A day that
is only said in part (a year, a month) is unknown. A person's dates are never repeated.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import columns
from parcels.bilingual import Bilingual
from parcels.model import NOT_READABLE_JOINER, UNKNOWN_COMMUNE
from parcels.text import join_said
from validators.base import WHOLE, Check, Faults, Subject, where
from validators.column_words import short_name
from validators.people_of import persons

_DATES = ("surveyed_on", "valid_from")
# Of everybody on a parcel; a right may end in the future, and nothing else of these may lie there.
_OF_PERSONS = (
    "certificate_issued_on",
    "land_user_birth_year",
    "land_user_birth_date",
    "land_user_deceased_on",
    "certificate_ended_on",
    "right_from",
)
_BIRTH = "land_user_birth_year"
_JOINER = "+"
_WHY: dict[str, Bilingual] = {
    "unreadable": Bilingual("không phải ngày tháng", "is no date"),
    "early": Bilingual("quá sớm", "is too early"),
    "future": Bilingual("ở tương lai", "lies in the future"),
}


def impossible(subject: Subject) -> Faults:
    """Rows with a date that cannot be; the detail names columns, why, and values that are nobody's."""
    said = [pc.if_else(mask, text, pa.scalar(None, pa.string())) for mask, text in _faults(subject)]
    if not said:
        return Faults(np.empty(0, np.int64))
    joined = join_said(said, _JOINER)
    rows = where(np.asarray(joined.is_valid()))
    return Faults(rows, detail=joined.take(pa.array(rows)))


def _faults(subject: Subject) -> Iterator[tuple[pa.Array, pa.Array]]:
    """Where a column has a fault, and what is said there; only of columns and reasons that occur."""
    as_of, rules = subject.context.as_of, subject.context.policy.attributes
    first = date(rules.earliest_year, 1, 1)
    people, n = subject.fact(persons), len(subject)
    known = columns.by_name()
    for name in (*_DATES, *_OF_PERSONS):
        of_persons = name in _OF_PERSONS
        values = people.text(name) if of_persons else subject.text(name)
        lost = people.text("not_readable") if of_persons else subject.text("not_readable")
        bounds = (rules.earliest_year, as_of.year) if name == _BIRTH else (first, as_of)
        named = rf"(^|\{NOT_READABLE_JOINER}){name}($|\{NOT_READABLE_JOINER})"
        masks = {
            "unreadable": pc.and_(values.is_null(), pc.match_substring_regex(lost, named)),
            "early": pc.less(values, pa.scalar(bounds[0], values.type)),
            "future": pc.greater(values, pa.scalar(bounds[1], values.type)),
        }
        for why, mask in masks.items():
            found = pc.fill_null(mask, False)
            if not pc.any(found).as_py():
                continue
            text = f"{name}:{why}"
            if of_persons:
                yield pa.array(people.on(np.asarray(found, dtype=bool), n)), pa.repeat(text, n)
            elif known[name].confidentiality == "public" and why != "unreadable":
                yield found, pc.binary_join_element_wise(text, values.cast(pa.string()), ":")
            else:
                yield found, pa.repeat(text, n)


def undated(subject: Subject) -> Faults:
    """One fault of the commune: how many of its rows do not say since when the parcel exists."""
    n = len(subject)
    lacking = subject.dataset.column("valid_from").null_count
    if subject.context.changes or subject.dataset.commune_code == UNKNOWN_COMMUNE or not lacking:
        return Faults(np.empty(0, np.int64))
    return Faults(
        np.array([WHOLE]),
        measure=np.array([float(lacking)]),
        detail=pa.array([f"{lacking} / {n}"]),
        place=np.array([None], dtype=object),
        place_srid=np.array([0], np.int32),
    )


def _said(detail: str) -> Bilingual:
    parts = []
    for part in detail.split(_JOINER):
        name, why, *value = part.split(":")
        words, column = _WHY[why], short_name(name)
        day_vi = day_en = ""
        if value:
            year, month, day = value[0].split("-")
            day_vi, day_en = f" ({day}/{month}/{year})", f" ({value[0]})"
        parts.append(Bilingual(f"{column.vi} {words.vi}{day_vi}", f"{column.en} {words.en}{day_en}"))
    return Bilingual("; ".join(part.vi for part in parts), "; ".join(part.en for part in parts))


CHECKS: tuple[Check, ...] = (
    Check(
        "ATT-DATE",
        "error",
        quarantines=False,
        title=Bilingual("Ngày tháng không thể có", "Impossible date"),
        message=Bilingual("Ngày tháng không thể có: {detail}.", "A date that cannot be: {detail}."),
        advice=Bilingual(
            "Sửa ngày tháng theo hồ sơ gốc; nếu không biết thì để trống.",
            "Correct it from the original file; leave it empty where it is not known.",
        ),
        find=impossible,
        condenses=True,
        measures=("dung",),
        say_detail=_said,
    ),
    Check(
        "ATT-UNDATED",
        "info",
        quarantines=False,
        title=Bilingual("Chưa biết thửa đất có hiệu lực từ ngày nào", "Parcels without a date of validity"),
        message=Bilingual(
            "Số thửa đất không ghi ngày có hiệu lực trên tổng số thửa của xã: {detail}.",
            "Parcels that do not say since when they exist, of all of the commune: {detail}.",
        ),
        advice=Bilingual(
            "Bổ sung ngày có hiệu lực khi biến động thửa đất, để tra cứu được tình trạng tại một ngày.",
            "Add the date when the parcel changes, so that it can be asked how things were on a day.",
        ),
        find=undated,
    ),
)
