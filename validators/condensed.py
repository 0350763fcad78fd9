"""What is true of a commune is told once: a fault that nearly all rows have becomes one finding of the commune.

Where no parcel has a national id, a warning for each of them hides the twenty faults that an office can mend today. A check
says whether its faults may be told so (`Check.condenses`); whether they are, the policy's shares decide, and with them what
is open in the register, so that a share near the limit does not change the cases every night (docs/adr/0160). The rows stand
in `other_rows`: every count of rows is what it was.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual, Lang
from parcels.model import UNKNOWN_COMMUNE
from validators.base import WHOLE, Check, Context
from validators.catalogue import BY_CODE, CHECKS
from validators.findings import FINDINGS_SCHEMA, uuid5
from validators.identity.members import SEPARATOR

CONDENSING: tuple[str, ...] = tuple(check.code for check in CHECKS if check.condenses)
UNIT = "parcels"
_SHARED = ("check_code", "severity", "dataset", "quarantines", "excused")  # the same of all rows
_SHOWN = 3  # of what the rows lack or have, the most frequent

Excused = Mapping[str, NDArray[np.int64]]


def finding_ids(commune_code: str) -> dict[str, str]:
    """Code of each check that may be told of a commune as a whole → the id of that finding."""
    names = pa.array([SEPARATOR.join((code, "commune", commune_code)) for code in CONDENSING], pa.string())
    return dict(zip(CONDENSING, uuid5(names).to_pylist(), strict=True))


def condense(
    table: pa.Table, fault: NDArray[np.int64], excused: Excused, commune_code: str, n: int, context: Context
) -> tuple[pa.Table, dict[str, NDArray[np.int64]]]:
    """The findings of a commune of `n` rows, with those of nearly all rows as one; and the excused faults by check.

    table    FINDINGS_SCHEMA, marked where somebody answers for one: these stay findings of their rows
    fault    which fault of its check each finding is
    excused  check code → its faults that somebody answers for
    """
    answered = dict(excused)
    if commune_code == UNKNOWN_COMMUNE or not len(table):
        return table, answered
    codes = table["check_code"].combine_chunks().dictionary_encode()
    index = np.asarray(codes.indices, dtype=np.int64)
    row_no = np.asarray(table["row_no"], dtype=np.int64)
    free = ~np.asarray(table["excused"].to_numpy(), dtype=bool) & (row_no != WHOLE)
    kept, more = np.ones(len(table), dtype=bool), []
    ids = finding_ids(commune_code)
    for number, code in enumerate(codes.dictionary.to_pylist()):
        mine = np.flatnonzero(index == number) if code in ids else np.empty(0, np.int64)
        chosen = mine[free[mine]]
        if not _of_the_commune(len(mine), len(chosen), n, ids.get(code, ""), context):
            continue
        kept[chosen] = False
        one = _one(BY_CODE[code], ids[code], table.take(pa.array(chosen)), n)
        if _among(ids[code], context.excused):
            answered[code] = np.concatenate((answered.get(code, np.empty(0, np.int64)), fault[chosen]))
            one = one | {"excused": True}
        more.append(one)
    if not more:
        return table, answered
    whole = pa.Table.from_pylist(more, schema=FINDINGS_SCHEMA)
    # Findings of the commune stand before those of rows, as the others of a commune do.
    order = [("row_no", "ascending"), ("check_code", "ascending"), ("finding_id", "ascending")]
    return pa.concat_tables([whole, table.filter(pa.array(kept))]).sort_by(order), answered


def _of_the_commune(found: int, free: int, n: int, finding_id: str, context: Context) -> bool:
    """Whether so many faulty rows of `n`, of which nobody answers for `free`, are told once."""
    rules = context.policy.condense
    if not free:
        return False
    if _among(finding_id, context.told_of_communes):
        return found >= rules.until * n
    # A part of a commune says little of all of it: what is live counts too.
    known = 0 if context.live is None else context.live.num_rows
    return not context.changes and found >= rules.share * max(n, known) and free >= rules.rows


def _among(finding_id: str, ids: pa.Array | None) -> bool:
    return ids is not None and bool(pc.any(pc.equal(ids, finding_id), min_count=0).as_py())


def _one(check: Check, finding_id: str, rows: pa.Table, n: int) -> dict[str, object]:
    """The finding of the commune in place of these. What is of single rows alone is NULL in it."""
    first: dict[str, object] = rows.select(list(_SHARED)).slice(0, 1).to_pylist()[0]
    return first | {
        "finding_id": finding_id,
        "row_no": WHOLE,
        "names": [],
        "other_names": [],
        "former_id": None,
        "measure": float(len(rows)),
        "unit": UNIT,
        "detail": f"{len(rows)} / {n}",
        "others": [],
        "message_vi": _message(check, "vi", rows, n),
        "message_en": _message(check, "en", rows, n),
        "other_rows": np.sort(np.asarray(rows["row_no"])).tolist(),
    }


def _message(check: Check, lang: Lang, rows: pa.Table, n: int) -> str:
    k = len(rows)
    percent = f"{np.floor(1000 * k / n) / 10:g}"
    said = Bilingual(
        f"{check.title.vi}: {k} trong {n} thửa đất của xã ({percent.replace('.', ',')} %)",
        f"{check.title.en}: {k} of {n} parcels of the commune ({percent} %)",
    ).say(lang)
    details = pc.value_counts(pc.drop_null(rows["detail"]))
    if not len(details):
        return f"{said}."
    ranked = sorted(details.to_pylist(), key=lambda each: (-each["counts"], each["values"]))[:_SHOWN]
    words = [
        _said(check, lang, each["values"]) + (f" ({each['counts']})" if each["counts"] < k else "")
        for each in ranked
    ]
    more = "; …" if len(details) > _SHOWN else ""
    return f"{said}: {'; '.join(words)}{more}."


def _said(check: Check, lang: Lang, detail: str) -> str:
    text = check.say_detail(detail).say(lang) if check.say_detail else detail
    return text.strip().removeprefix("(").removesuffix(")") if text.startswith(" (") else text


def by_row(table: pa.Table) -> pa.Table:
    """Findings with those told of a commune as a whole as one for each of its rows again: the same columns."""
    lists = table["other_rows"].combine_chunks()
    whole = np.asarray(table["row_no"]) == WHOLE
    told = whole & np.asarray(pc.is_in(table["check_code"], pa.array(CONDENSING)))
    if not told.any():
        return table
    parents = np.asarray(pc.list_parent_indices(lists), dtype=np.int64)
    rows = np.asarray(pc.list_flatten(lists), dtype=np.int64)
    mine = told[parents]
    apart = table.take(pa.array(parents[mine]))
    at = apart.schema.get_field_index("row_no")
    apart = apart.set_column(at, apart.schema.field(at), pa.array(rows[mine]))
    return pa.concat_tables([table.filter(pa.array(~told)), apart])
