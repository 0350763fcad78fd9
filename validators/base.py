"""What a check is, what it is given and what it hands back.

A check looks at one dataset (the parcels of one commune in one delivery) as a whole, never at one parcel. What it
found is about a row, about several parcels together (an overlap), or about the commune as a whole (a missing sheet).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.model import Dataset
from validators.measures import Measure, Portion
from validators.policy import Policy

Severity = Literal["info", "warning", "error"]
# self_contained: the delivery alone is enough. contextual: needs what the nation already knows (see Context).
Scope = Literal["self_contained", "contextual"]
# merge: only the database can tell, inside the merge; the check is in the catalogue for its words.
JudgedBy = Literal["judge", "merge"]

Rows = NDArray[np.int64]  # positions in the dataset, not row_no
Mask = NDArray[np.bool_]
T = TypeVar("T")

FigureName = Literal["parcels", "area_m2"]

WHOLE = -1  # in Faults.rows: the fault is of the commune as a whole, of no row


@dataclass(frozen=True, slots=True)
class Others:
    """The parcels that faults are about beside their first one; parallel arrays, in order of `fault`.

    fault    (m,) index into the faults
    row      (m,) position in the dataset; WHOLE where the parcel belongs to another dataset
    name     (m,) of those of other datasets: what they are named by (`validators.identity.naming`); else NULL
    former   (m,) of the same: what they were named by before sheets had their old commune; else NULL
    handle   (m,) as people know it; NULL where `row` says it, or where the parcel has none
    dataset  (m,) commune code of the other dataset; NULL where the parcel is of this one
    """

    fault: NDArray[np.int64]
    row: Rows
    name: pa.Array
    former: pa.Array
    handle: pa.Array
    dataset: pa.Array

    @classmethod
    def within(cls, fault: NDArray[np.int64], row: Rows) -> "Others":
        """Parcels of the dataset itself."""
        none = pa.nulls(len(row), pa.string())
        return cls(np.asarray(fault, np.int64), np.asarray(row, np.int64), none, none, none, none)

    @classmethod
    def together(cls, many: "Sequence[Others]") -> "Others":
        """Those of several, one after the other."""
        return cls(
            np.concatenate([others.fault for others in many]),
            np.concatenate([others.row for others in many]),
            *(
                pa.concat_arrays([getattr(others, name) for others in many])
                for name in ("name", "former", "handle", "dataset")
            ),
        )

    def keep(self, kept: Mask) -> "Others":
        """Those of the faults that are kept, with the faults numbered anew."""
        mine = kept[self.fault]
        at = pa.array(mine)
        number = np.cumsum(kept) - 1
        return Others(
            number[self.fault[mine]],
            self.row[mine],
            self.name.filter(at),
            self.former.filter(at),
            self.handle.filter(at),
            self.dataset.filter(at),
        )


@dataclass(frozen=True, slots=True)
class Faults:
    """What a check found: parallel arrays, one element per fault.

    rows        (k,) positions in the dataset, or WHOLE. A position occurs once at most, unless `others` or `key` tell
                its faults apart
    measure     (k,) how large the fault is, in the check's unit; NaN where it cannot be measured
    width_mm    (k,) how wide it is at its widest, in millimetres; NaN where that means nothing
    detail      (k,) what exactly, as text: a reason, a code, a column name; no personal data
    key         (k,) what names the fault beside its parcels (a sheet number); part of the finding's id; NULL for nothing
    place       (k,) shapely geometries of the fault; None where it has none. Absent: a point in the parcel
    place_srid  (k,) their EPSG code; absent: that of the delivered row. Must be there where `rows` has WHOLE
    others      the other parcels of faults that concern several; such a fault is one finding, an error of all of them
    """

    rows: Rows
    measure: NDArray[np.float64] | None = None
    detail: pa.Array | None = None
    place: NDArray[np.object_] | None = None
    place_srid: NDArray[np.int32] | None = None
    width_mm: NDArray[np.float64] | None = None
    key: pa.Array | None = None
    others: Others | None = None

    def __post_init__(self) -> None:
        for name in ("measure", "detail", "place", "place_srid", "width_mm", "key"):
            value = getattr(self, name)
            if value is not None and len(value) != len(self.rows):
                raise ValueError(f"{name} has {len(value)} elements for {len(self.rows)} faults")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def touched(self) -> tuple[NDArray[np.int64], Rows]:
        """Which fault touches which rows of the dataset: (m,) index of the fault, (m,) position; no order."""
        own = where(self.rows != WHOLE)
        if self.others is None:
            return own, self.rows[own]
        mine = self.others.row != WHOLE
        return (
            np.concatenate((own, self.others.fault[mine])),
            np.concatenate((self.rows[own], self.others.row[mine])),
        )

    def keep(self, kept: Mask) -> "Faults":
        """Only the faults that `kept` (k,) says."""
        at = pa.array(kept)
        return Faults(
            self.rows[kept],
            measure=None if self.measure is None else self.measure[kept],
            detail=None if self.detail is None else self.detail.filter(at),
            place=None if self.place is None else self.place[kept],
            place_srid=None if self.place_srid is None else self.place_srid[kept],
            width_mm=None if self.width_mm is None else self.width_mm[kept],
            key=None if self.key is None else self.key.filter(at),
            others=None if self.others is None else self.others.keep(kept),
        )


def words(known: Mapping[str, Bilingual]) -> Callable[[str], Bilingual]:
    """Words for values of `detail` from a table; a value that is not in it is shown as it is."""
    return lambda value: known.get(value, Bilingual(value, value))


def where(mask: Mask) -> Rows:
    """The positions at which `mask` holds."""
    return np.flatnonzero(mask).astype(np.int64, copy=False)


def positions(mask: pa.Array) -> Rows:
    """The positions at which an Arrow mask, without NULL, holds."""
    return where(np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool))


@dataclass(frozen=True, slots=True)
class Repeated:
    """Handles that occur more than once in the whole delivery, with the number of their rows.

    Each a table of `handle` (text) and `rows` (int64). Handles are texts of `validators.identity.handles`; `version` is of
    change sets: object and version that stand in several rows which differ.
    """

    source_key: pa.Table
    national_id: pa.Table
    sheet: pa.Table
    version: pa.Table


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the land statistics expect of a commune: parcels, or their area in whole m²; by whom, and as of which day."""

    figure: FigureName
    amount: int
    source: str
    stated_on: date


@dataclass(frozen=True, slots=True)
class Context:
    """What the dataset itself cannot tell.

    as_of           the day whose rules and codes hold
    province_code   whose delivery it is
    policy          tolerances, required attributes, groups
    repeated        handles that occur more than once in the whole delivery
    not_applicable  check code → why the province's profile leaves it out
    changes         the delivery is a change set: its rows are judged, its communes are not
    measured_in     EPSG code of the metric CRS in which a foreign cadastre is measured; see `validators.plane`
    straightened    part of the delivery → how many curves of its drawing were made into vertices
    complete        the delivery says that it holds every parcel of this commune

    What the nation already knows, as of the last accepted deliveries. None when it was not at hand: then what needs it
    is not run. Tables of live parcels are of `validators.live.LIVE_SCHEMA`.

    claims          national ids of this delivery that another province holds, or a parcel of another commune of this
                    one that the delivery does not have: CLAIMS_SCHEMA
    live            the live parcels of this commune; empty where nothing is live yet. To a change set those that matter to
                    its rows (`validators.few`)
    retired         sheet handles of this commune's parcels that ended: RETIRED_SCHEMA
    waiting         refused rows of this commune that wait to be put right: WAITING_SCHEMA
    neighbours      parcels of other communes along this commune's edge: those delivered with it as delivered, the
                    others as they are live
    neighbours_partly  there may be others: what else is live was not at hand. Seams are then judged by what is there,
                    and count as not run as well
    boundary        the outline of this commune (EPSG:4756); None too where none is loaded
    authentication  what the population database said of the province's land users: `system`, `land_user_key`,
                    `status` (found | mismatched | not_found); a land user who is not in it was not sent. None too
                    before the first results of the province
    excused         (…,) finding ids that somebody answers for, valid on the day: listed, and an error no more
    people          PEOPLE_SCHEMA: further users, certificates and restrictions of the rows of this commune; None for none
    people_faults   what rows of tables of people lack or contradict, by the parcel that it is told of: PEOPLE_FAULTS
    told_of_communes  (…,) ids of findings of communes as a whole that are open (`validators.condensed`)
    expected        parcels and area that the land statistics expect of this commune, each once; none where nobody knows
    """

    as_of: date
    province_code: str
    policy: Policy
    repeated: Repeated
    claims: pa.Table | None = None
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    changes: bool = False
    measured_in: int | None = None
    straightened: Mapping[int, int] = field(default_factory=dict)
    complete: bool = False
    live: pa.Table | None = None
    retired: pa.Table | None = None
    waiting: pa.Table | None = None
    neighbours: pa.Table | None = None
    neighbours_partly: bool = False
    boundary: shapely.Geometry | None = None
    authentication: pa.Table | None = None
    excused: pa.Array | None = None
    told_of_communes: pa.Array | None = None
    people: pa.Table | None = None
    people_faults: pa.Table | None = None
    expected: tuple[Expectation, ...] = ()


class Subject:
    """A dataset in its context, and what several checks want to know about it, worked out once."""

    def __init__(self, dataset: Dataset, context: Context) -> None:
        self.dataset = dataset
        self.context = context
        self._facts: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.dataset)

    def fact(self, compute: Callable[["Subject"], T]) -> T:
        """What `compute` says of this subject, computed at the first call and kept."""
        if compute not in self._facts:
            self._facts[compute] = compute(self)
        return self._facts[compute]  # type: ignore[no-any-return]

    def text(self, name: str) -> pa.Array:
        """A text column as one Arrow array."""
        return one_array(self.dataset.column(name))


@dataclass(frozen=True, slots=True)
class Check:
    """One opinion: a code, how bad its faults are, the words for them, and the function that finds them.

    message     a sentence with {detail}, {measure}, {width} (mm) and {others} (handles of the other parcels)
    say_detail  words for a value of `detail`; without it the value is shown as it is. Called once per
                distinct value: for details that are few
    numeric_detail `detail` is numbers, shown with the decimal mark of the language
    measures    the quality measures it counts for
    hardened_by severity under a policy at a date, where a rule becomes stricter with time
    can_run     whether the context holds what the check needs; when it does not, the check is not run
    may_lack    what it needs may exist nowhere (no boundary was ever loaded): that it was not run is said, but the verdict
                is not provisional for that
    runs_partly whether it holds only some of it: what is found counts, and the check is among those not run too
    changes_only  it is of change sets
    of_ends     it also looks at rows that end an object, of which no more is asked than that
    beside      it looks at what else is live in the commune, or waits, beside the rows of a part
    unreadable  (n,) which rows, where the fault is found, can be tied to nothing: neither to a parcel nor to a commune
    condenses   what it finds in nearly all rows of a commune is told once, of the commune (`validators.condensed`): its
                faults are of single rows and say the same of each; it quarantines nothing and proposes no repair
    lives       its row is refused in the counts, but nothing of it is wrong, it only lacks land: refused for nothing else, it
                goes live as a parcel without geometry, where its parcel has none yet
    share       how its measures are counted where they are not of rows; the same for all checks of a measure
    """

    code: str
    severity: Severity
    quarantines: bool
    title: Bilingual
    message: Bilingual
    advice: Bilingual
    find: Callable[[Subject], Faults] | None
    measures: tuple[Measure, ...] = ()
    unit: str | None = None
    scope: Scope = "self_contained"
    judged_by: JudgedBy = "judge"
    say_detail: Callable[[str], Bilingual] | None = None
    numeric_detail: bool = False
    hardened_by: Callable[[Policy, date], Severity] | None = None
    can_run: Callable[[Subject], bool] | None = None
    runs_partly: Callable[[Subject], bool] | None = None
    may_lack: bool = False
    changes_only: bool = False
    of_ends: bool = False
    beside: bool = False
    unreadable: Callable[[Subject], Mask] | None = None
    condenses: bool = False
    lives: bool = False
    share: Callable[[Subject], Portion | None] | None = None

    def severity_at(self, policy: Policy, as_of: date) -> Severity:
        """How bad a fault is under `policy` at `as_of`."""
        return self.hardened_by(policy, as_of) if self.hardened_by else self.severity
