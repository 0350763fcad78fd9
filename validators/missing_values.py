"""Which columns a row leaves empty, and what it wrote for nothing: the detail of findings about missing values.

A detail is column names joined by `+`, each with the placeholder that stood there, or with a mark where what came could
not be read: `sheet_no«0»+parcel_no+area_legal_m2?`.
"""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.model import NOT_READABLE_JOINER
from parcels.text import join_said
from validators.base import Rows, Subject
from validators.column_words import short_name
from validators.placeholders import counts_as_empty

_JOINER = "+"
_COLUMN = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?P<unread>\?)?(?:«(?P<value>.*?)»)?(?:\+(?=[a-z])|$)")
_QUOTES = "[«»]"
_COMMA = Bilingual(", ", ", ")
_UNREAD = Bilingual("có ghi nhưng không đọc được", "what is there cannot be read")
_NONE = pa.scalar(None, pa.string())


def lacking(subject: Subject, names: tuple[str, ...], rows: Rows) -> pa.Array:
    """(k,) of these rows the columns among `names` that are empty, with what was written for nothing."""
    at = pa.array(rows)
    maps = one_array(subject.dataset.column("placeholders")).take(at)
    lost = subject.text("not_readable").take(at)
    parts = []
    for name in names:
        missing = pc.is_null(one_array(subject.dataset.column(name)))
        said = _marked(name, lost)
        if maps.null_count < len(maps):
            wrote = pc.replace_substring_regex(pc.map_lookup(maps, name, "first"), _QUOTES, "")
            said = pc.coalesce(pc.binary_join_element_wise(name, "«", wrote, "»", ""), said)
        parts.append(pc.if_else(missing.take(at), said, _NONE))
    return join_said(parts, _JOINER)


def _marked(name: str, lost: pa.Array) -> pa.Array:
    """(n,) the column's name, marked where a value came that is none."""
    named = rf"(^|\{NOT_READABLE_JOINER}){name}($|\{NOT_READABLE_JOINER})"
    came = pc.fill_null(pc.match_substring_regex(lost, named), False)
    return pc.if_else(came, name + "?", name)


def written_for_nothing(subject: Subject, names: tuple[str, ...], rows: Rows) -> pa.Array:
    """(k,) the same, of the columns in which something was written; NULL where nothing was."""
    said = lacking(subject, names, rows)
    return pc.if_else(pc.match_substring(said, "«"), said, _NONE)


def saying(
    name_of: Callable[[str], Bilingual] = short_name, between: Bilingual = _COMMA
) -> Callable[[str], Bilingual]:
    """Words for a detail: its columns, each with what was written there."""

    def say(detail: str) -> Bilingual:
        told = []
        for name, unread, value in _pairs(detail):
            column = name_of(name)
            aside = _UNREAD if unread else counts_as_empty(value) if value is not None else None
            told.append(
                Bilingual(f"{column.vi} ({aside.vi})", f"{column.en} ({aside.en})") if aside else column
            )
        return Bilingual(between.vi.join(each.vi for each in told), between.en.join(each.en for each in told))

    return say


def say_written(detail: str) -> Bilingual:
    """Only what was written, as an aside after a sentence."""
    values = list(dict.fromkeys(value for *_, value in _pairs(detail) if value is not None))
    if not values:
        return Bilingual("", "")
    aside = counts_as_empty(*values)
    return Bilingual(f" ({aside.vi})", f" ({aside.en})")


def _pairs(detail: str) -> list[tuple[str, bool, str | None]]:
    return [(found["name"], bool(found["unread"]), found["value"]) for found in _COLUMN.finditer(detail)]
