"""The scale of each row's map: as it says, as its sheet shows, or as the policy assumes where nobody says.

How far a boundary point may be off follows from it. Where it is assumed, gaps are looked for as far as the assumed scale
allows, and the verdict says so; what two parcels may have in common is not allowed more for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from validators.base import Mask, Subject

Floats = NDArray[np.float64]

_WRITTEN = r"^(?:[^0-9]*\b1\s*[:/]\s*)?([0-9]{1,3})[.\s]?([0-9]{3})?$"  # 500, 1:1000, 1/2.000, Tỷ lệ 1:5 000
_SHEET = ("map_set", "sheet_no")


@dataclass(frozen=True, slots=True)
class Scales:
    """Of every row (n,).

    known    the scale's denominator as the policy writes it; NULL where nobody says one that the policy knows
    off_m    metres by which a boundary point may be off at most; as exact as coordinates are kept where it is not known
    gap_m    metres up to which land between two edges is a gap: the same, or that of the assumed scale
    assumed  whether the scale is assumed
    """

    known: pa.Array
    off_m: Floats
    gap_m: Floats
    assumed: Mask


def scales_of(subject: Subject) -> Scales:
    """The scales of a dataset's maps. Use as a fact."""
    rules = subject.context.policy.position_m
    known = _on_its_sheet(subject, _said(subject.text("map_scale"), list(rules.by_scale)))
    off_m = _metres(known, rules.by_scale, float(rules.unknown))
    if rules.assumed is None:
        return Scales(known, off_m, off_m, np.zeros(len(subject), dtype=bool))
    gap_m = _metres(known, rules.by_scale, float(rules.by_scale[rules.assumed]))
    return Scales(known, off_m, gap_m, np.asarray(pc.is_null(known).to_numpy(zero_copy_only=False)))


def scale_assumed(subject: Subject) -> Bilingual | None:
    """That the scale of some rows is assumed, and what to write; None where none is."""
    rules, rows = subject.context.policy.position_m, int(subject.fact(scales_of).assumed.sum())
    if not rows or rules.assumed is None:
        return None
    metres = f"{rules.by_scale[rules.assumed]:f}"
    return Bilingual(
        f"Tỷ lệ bản đồ của {rows} trong {len(subject)} thửa chưa khai báo: khe hở được tìm theo tỷ lệ giả định "
        f"1:{rules.assumed} (đến {metres.replace('.', ',')} m). Khai báo tỷ lệ thật trong hồ sơ của tỉnh: cột map_scale ở "
        f'[columns], hoặc map_scale = "{rules.assumed}" ở [constants].',
        f"The map scale of {rows} of {len(subject)} parcels is not said: gaps are looked for as at an assumed "
        f"1:{rules.assumed} (up to {metres} m). State the real one in the province's profile: a column map_scale in "
        f'[columns], or map_scale = "{rules.assumed}" in [constants].',
    )


def _said(scale: pa.Array, denominators: list[str]) -> pa.Array:
    """(n,) the denominators that a row itself states and the policy knows."""
    coded = scale.dictionary_encode()
    read = pc.replace_substring_regex(pc.utf8_trim_whitespace(coded.dictionary), _WRITTEN, r"\1\2")
    known = pc.is_in(read, value_set=pa.array(denominators, pa.string()))
    return pc.if_else(known, read, pa.scalar(None, pa.string())).take(coded.indices)


def _on_its_sheet(subject: Subject, said: pa.Array) -> pa.Array:
    """(n,) what a row says, else what the other rows of its sheet say, where these agree."""
    if not said.null_count or said.null_count == len(said):
        return said
    table = pa.table({name: subject.text(name) for name in _SHEET} | {"said": said})
    sheet = pc.binary_join_element_wise(pc.fill_null(table["map_set"], ""), table["sheet_no"], "|")
    table = table.append_column("sheet", sheet)
    shown = table.filter(pc.and_(pc.is_valid(table["said"]), pc.is_valid(table["sheet"])))
    by_sheet = shown.group_by("sheet").aggregate([("said", "count_distinct"), ("said", "min")])
    by_sheet = by_sheet.filter(pc.equal(by_sheet["said_count_distinct"], 1))
    at = pc.index_in(table["sheet"], value_set=by_sheet["sheet"].combine_chunks(), skip_nulls=True)
    return pc.coalesce(said, by_sheet["said_min"].combine_chunks().take(at.combine_chunks()))


def _metres(known: pa.Array, by_scale: Mapping[str, Decimal], otherwise: float) -> Floats:
    coded = known.dictionary_encode()
    metres = [float(by_scale[each]) for each in coded.dictionary.to_pylist()]
    index = np.asarray(pc.fill_null(coded.indices, len(metres)), dtype=np.int64)
    return np.array([*metres, otherwise])[index]
