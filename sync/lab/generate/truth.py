"""What a correct check must find, and which group each commune must get: written beside the deliveries."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.model import UNKNOWN_COMMUNE
from sync.lab.generate.kinds import ALL
from sync.lab.generate.province import ProvinceBatch

# The usability rule, written down a second time on purpose (docs/adr/0023): the validators have their own.
ONE_IN = 10  # group 3: more than one row in ten is quarantined; group 1: none is, and at most one in ten has an error

TRUTH_SCHEMA = pa.schema(
    [
        pa.field("delivery", pa.string()),  # province code: the folder's name
        pa.field("commune", pa.string()),  # the dataset that the row is judged in, "-" for none
        pa.field("source_key", pa.string()),  # as delivered: empty where it was taken away
        pa.field("kind", pa.string()),
        pa.field("expected_check", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("quarantined", pa.string()),  # yes | no
        pa.field("home_commune", pa.string()),  # where the parcel really lies
        pa.field("part_no", pa.int32()),  # position of its part in delivery.toml, from 0
        pa.field("source_row", pa.int64()),  # position of its row in that part, from 0
    ]
)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The expected verdict on one dataset of one delivery; `group` is None for "-"."""

    delivery: str
    commune: str
    read: int
    quarantined: int
    rows_with_error: int
    group: int | None


def truth_of(batch: ProvinceBatch) -> pa.Table:
    """A line per row that carries a defect, in order of rows."""
    rows = np.flatnonzero(batch.kind >= 0)
    kind = pa.array(batch.kind[rows])
    home = _communes(batch)
    part_starts = np.searchsorted(batch.part, np.arange(len(batch.delivery.parts)))
    leaves = pa.array([k.leaves for k in ALL]).take(kind)
    columns = [
        pa.array([batch.delivery.province] * len(rows), pa.string()),
        pc.if_else(leaves, UNKNOWN_COMMUNE, home.take(pa.array(rows))),
        batch.columns["source_key"].take(pa.array(rows)),
        pa.array([k.name for k in ALL]).take(kind),
        pa.array([k.check for k in ALL]).take(kind),
        pa.array([k.severity for k in ALL]).take(kind),
        pa.array(["yes" if k.quarantined else "no" for k in ALL]).take(kind),
        home.take(pa.array(rows)),
        pa.array(batch.part[rows], pa.int32()),
        pa.array(rows - part_starts[batch.part[rows]], pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=TRUTH_SCHEMA)


def _communes(batch: ProvinceBatch) -> pa.Array:
    return pa.array([t.commune.code for t in batch.delivery.territories]).take(pa.array(batch.commune))


def groups_of(
    batch: ProvinceBatch, answers: pa.Table | None = None, further: pa.Table | None = None
) -> list[GroupLine]:
    """A line per commune in order of rows, and one for the rows that belong to none.

    answers  what the population database said of the land users (`population.RESULTS_SCHEMA`), where it was asked
    further  `row` and `land_user_key` of those that tables name beside the first of a parcel
    """
    communes = [t.commune.code for t in batch.delivery.territories]
    none = len(communes)
    seeded = batch.kind >= 0

    def of_kind(flags: list[bool]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([*flags, False])[batch.kind]  # the last one is for kind -1

    dataset = np.where(of_kind([k.leaves for k in ALL]), none, batch.commune)
    quarantined = seeded & of_kind([k.quarantined for k in ALL])
    error = seeded & of_kind([k.severity == "error" for k in ALL])
    read, bad, wrong = (
        np.bincount(dataset[mask], minlength=none + 1).tolist()
        for mask in (np.ones(len(batch), bool), quarantined, error)
    )
    province = batch.delivery.province
    users = _users(batch, dataset, none, answers, further)
    return [
        GroupLine(
            province, code, read[k], bad[k], wrong[k], expected_group(read[k], bad[k], wrong[k], users[k])
        )
        for k, code in enumerate(communes)
    ] + [GroupLine(province, UNKNOWN_COMMUNE, read[none], bad[none], wrong[none], None)]


def _users(
    batch: ProvinceBatch,
    dataset: np.ndarray[tuple[int], np.dtype[np.int64]],
    none: int,
    answers: pa.Table | None,
    further: pa.Table | None,
) -> list[tuple[int, int]]:
    """Of each dataset: its land users that the population database found, and all of them; once each."""
    if answers is None:
        return [(0, 0)] * (none + 1)
    named = [pa.table({"dataset": dataset, "key": batch.columns["land_user_key"]})]
    if further is not None:
        named.append(pa.table({"dataset": dataset[further["row"]], "key": further["land_user_key"]}))
    people = pa.concat_tables(named).group_by(["dataset", "key"]).aggregate([])
    found = answers.filter(pc.equal(answers["status"], "found"))["land_user_key"]
    known = np.asarray(pc.is_in(people["key"], value_set=found.combine_chunks()))
    of = np.asarray(people["dataset"])
    hits, all_ = (np.bincount(each, minlength=none + 1).tolist() for each in (of[known], of))
    return list(zip(hits, all_, strict=True))


def expected_group(read: int, quarantined: int, rows_with_error: int, users: tuple[int, int] = (0, 0)) -> int:
    """The usability group by the default policy; no row of a synthetic nation is unreadable.

    users: land users that the population database found, and all; (0, 0) where it was not asked
    """
    if quarantined * ONE_IN > read:
        return 3
    if quarantined == 0 and rows_with_error * ONE_IN <= read and users[0] * 5 >= users[1] * 4:
        return 1
    return 2
