"""Findings against the truth: which were expected, which were missed, which are false. All at once, by keys."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.kinds import ALL

# Findings about several parcels; of all others only the first parcel is compared.
PAIRED = sorted({kind.check for kind in ALL if kind.pair})
# Findings of a commune as a whole that are one for each sheet; of the others there is one.
BY_SHEET = ["CNT-SHEET-MISSING", "CNT-SHEET-GAP", "CNT-NUMBER-GAP"]
EXAMPLES = 5  # of each check, of what was missed and of what is false


@dataclass(frozen=True, slots=True)
class CheckLine:
    """Of one check: findings that were seeded, those of them that were found, and others."""

    code: str
    seeded: int
    found: int
    false: int

    @property
    def precision(self) -> float | None:
        """The share of what was found that was seeded; None where nothing was found."""
        return self.found / (self.found + self.false) if self.found + self.false else None

    @property
    def recall(self) -> float | None:
        """The share of what was seeded that was found; None where nothing was seeded."""
        return self.found / self.seeded if self.seeded else None

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "code": self.code,
            "seeded": self.seeded,
            "found": self.found,
            "false": self.false,
            "precision": self.precision,
            "recall": self.recall,
        }


@dataclass(frozen=True, slots=True)
class FindingDifference:
    """One finding that was missed, or one that nobody expected; `key` names it as the comparison does."""

    code: str
    what: str  # missed | false
    province: str
    commune: str
    key: str
    kind: str | None

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {name: getattr(self, name) for name in self.__slots__}


def compare(expected: pa.Table, found: pa.Table) -> tuple[list[CheckLine], list[FindingDifference]]:
    """A line for each check that was seeded or found, and examples of what differs.

    expected  as `truth_findings.csv`
    found     delivery, dataset, check_code, row_no (-1: of the commune as a whole), part_no, source_row, handle, others
              (list of handles), detail
    """
    wanted, said = _expected_keys(expected), _found_keys(found)
    both = pa.concat_tables([wanted, said]).group_by(
        ["delivery", "commune", "code", "key"], use_threads=False
    )
    counts = both.aggregate([("wanted", "sum"), ("said", "sum"), ("kind", "max")])
    want, say = (np.asarray(counts[f"{name}_sum"]) for name in ("wanted", "said"))
    hit = np.minimum(want, say)
    codes = counts["code"].combine_chunks().dictionary_encode()
    names, index = codes.dictionary.to_pylist(), np.asarray(codes.indices)
    sums = [np.bincount(index, weights=each, minlength=len(names)) for each in (want, hit, say - hit)]
    lines = [
        CheckLine(name, int(seeded), int(right), int(wrong))
        for name, seeded, right, wrong in zip(names, *sums, strict=True)
    ]
    return sorted(lines, key=lambda line: line.code), [
        *_examples(counts, index, want > hit, "missed"),
        *_examples(counts, index, say > hit, "false"),
    ]


def _examples(
    counts: pa.Table, code: np.ndarray[Any, Any], chosen: np.ndarray[Any, Any], what: str
) -> list[FindingDifference]:
    rows = np.flatnonzero(chosen)
    rank = np.arange(len(rows))
    order = np.argsort(code[rows], kind="stable")
    ordered = code[rows][order]
    rank[order] = np.arange(len(rows)) - np.searchsorted(ordered, ordered)
    return [
        FindingDifference(
            line["code"], what, line["delivery"], line["commune"], line["key"], line["kind_max"]
        )
        for line in counts.take(pa.array(rows[rank < EXAMPLES])).to_pylist()
    ]


def _expected_keys(expected: pa.Table) -> pa.Table:
    """A line per finding that should be there: whose it is, its check, and what names it there."""
    place = _place(expected)
    paired = pc.is_in(expected["expected_check"], pa.array(PAIRED))
    member = pc.if_else(
        paired,
        expected["source_key"],
        pc.if_else(pc.is_valid(expected["part_no"]), place, _sheet(expected["key"])),
    )
    lines = expected.select(["finding", "delivery", "commune", "expected_check", "kind"]).append_column(
        "member", member
    )
    lines = lines.sort_by([("finding", "ascending"), ("member", "ascending")])
    grouped = lines.group_by("finding", use_threads=False).aggregate(
        [
            ("delivery", "min"),
            ("commune", "min"),
            ("expected_check", "min"),
            ("kind", "min"),
            ("member", "list"),
        ]
    )
    return _keys(
        grouped["delivery_min"],
        grouped["commune_min"],
        grouped["expected_check_min"],
        pc.binary_join(grouped["member_list"].combine_chunks(), " "),
        grouped["kind_min"],
        wanted=1,
    )


def _found_keys(found: pa.Table) -> pa.Table:
    whole = pc.equal(found["row_no"], -1)
    by_sheet = pc.is_in(found["check_code"], pa.array(BY_SHEET))
    sheet = pc.struct_field(
        pc.extract_regex(pc.fill_null(found["detail"], ""), r"^(?P<sheet>[^ :(]*)"), "sheet"
    )
    single = pc.if_else(
        whole, pc.if_else(by_sheet, _sheet(sheet), _sheet(pa.nulls(len(found), pa.string()))), _place(found)
    )
    paired = pc.and_(pc.is_in(found["check_code"], pa.array(PAIRED)), pc.invert(whole))
    key = pc.if_else(paired, _members(found), single)
    kind = pa.chunked_array([pa.nulls(len(found), pa.string())])
    return _keys(found["delivery"], found["dataset"], found["check_code"], key, kind, wanted=0)


def _members(found: pa.Table) -> pa.Array:
    """(n,) the handles of all parcels of each finding, in order."""
    others = found["others"].combine_chunks()
    row = np.concatenate([np.arange(len(found)), np.asarray(pc.list_parent_indices(others))])
    handle = pa.concat_arrays([pc.fill_null(found["handle"].combine_chunks(), ""), pc.list_flatten(others)])
    table = pa.table({"row": row, "handle": handle}).sort_by([("row", "ascending"), ("handle", "ascending")])
    offsets = np.searchsorted(np.asarray(table["row"]), np.arange(len(found) + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), table["handle"].combine_chunks())
    return pc.binary_join(lists, " ")


def _place(table: pa.Table) -> pa.ChunkedArray:
    """(n,) part and row of the delivery."""
    return pc.binary_join_element_wise(
        table["part_no"].cast(pa.string()), table["source_row"].cast(pa.string()), ":"
    )


def _sheet(sheet: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.binary_join_element_wise("sheet ", pc.fill_null(sheet, ""), "")


def _keys(
    delivery: pa.ChunkedArray,
    commune: pa.ChunkedArray,
    code: pa.ChunkedArray,
    key: pa.Array | pa.ChunkedArray,
    kind: pa.ChunkedArray,
    wanted: int,
) -> pa.Table:
    n = len(delivery)
    return pa.table(
        {
            "delivery": delivery,
            "commune": commune,
            "code": code,
            "key": key,
            "kind": kind,
            "wanted": pa.array(np.full(n, wanted)),
            "said": pa.array(np.full(n, 1 - wanted)),
        }
    )
