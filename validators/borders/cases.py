"""Cases over many judgements: what is known of a nation stays right when only some of its communes are judged anew.

A case at a seam is one, whichever side found it, and either side finds all of its own. So when communes were judged
anew, every case they are part of is replaced by what was found, and no other changes; to be judged anew are those that
changed and those that met one of them before or meet it now: a parcel that changed hands may have covered what now is
a gap between two others.
"""

from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

_SIDES = ("dataset", "other_dataset")
CASES_SCHEMA = pa.schema(
    [
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("check_code", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),  # of a seam the lesser code
        pa.field("other_dataset", pa.string()),  # of a seam the greater code
        pa.field("measure", pa.float64()),
        pa.field("width_mm", pa.float64()),
        pa.field("place_wkb", pa.binary()),
        pa.field("place_srid", pa.int32()),
    ]
)


def cases_of(findings: Iterable[pa.Table]) -> pa.Table:
    """CASES_SCHEMA: the cases that findings (FINDINGS_SCHEMA) of any communes tell of, each once, by id."""
    columns = [name for name in CASES_SCHEMA.names if name not in _SIDES]
    tables = [table.select([*_SIDES, *columns]) for table in findings]
    if not tables:
        return CASES_SCHEMA.empty_table()
    table = pa.concat_tables(tables).combine_chunks()
    own, other = (table[name].combine_chunks() for name in _SIDES)
    lesser = pc.min_element_wise(own, other)  # of what is not NULL
    greater = pc.if_else(pc.is_valid(other), pc.max_element_wise(own, other), pa.scalar(None, pa.string()))
    table = table.set_column(0, "dataset", lesser).set_column(1, "other_dataset", greater)
    table = table.sort_by([("finding_id", "ascending")])
    ids = table["finding_id"].combine_chunks()
    first = pc.not_equal(ids[1:], ids[:-1])
    return (
        table.filter(pa.concat_arrays([pa.array([True] * min(len(ids), 1), pa.bool_()), first]))
        .select(CASES_SCHEMA.names)
        .cast(CASES_SCHEMA)
    )


def to_judge(changed: Collection[str], met: Iterable[Mapping[str, Collection[str]]]) -> set[str]:
    """The communes to judge anew when some changed: these, and who met or meets one of them.

    met  who meets whom, before and after: commune code → codes
    """
    return {*changed, *(other for meeting in met for code in changed for other in meeting.get(code, ()))}


def renewed(cases: pa.Table, judged: Collection[str], findings: Iterable[pa.Table]) -> pa.Table:
    """CASES_SCHEMA: the cases after some communes were judged anew.

    cases     CASES_SCHEMA, as known before
    judged    the communes judged anew, with every neighbour at hand
    findings  what was found in them
    """
    those = pa.array(sorted(judged), pa.string())
    part = pc.or_(*(pc.is_in(cases[name], value_set=those, skip_nulls=True) for name in _SIDES))
    fresh = cases_of(findings)
    return pa.concat_tables([cases.filter(pc.invert(part)), fresh]).sort_by([("finding_id", "ascending")])
