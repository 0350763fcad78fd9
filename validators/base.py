"""What a check is, what it is given and what it hands back.

A check looks at one dataset (the parcels of one commune in one delivery) as a whole, never at one parcel,
and names the rows where it found something, at most once each.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.model import Dataset
from validators.policy import Policy

Severity = Literal["info", "warning", "error"]
Measure = Literal["dung", "du", "sach", "song", "thong_nhat", "dung_chung"]
# self_contained: the delivery alone is enough. contextual: needs the register of ids of the nation.
Scope = Literal["self_contained", "contextual"]
# merge: only the database can tell, inside the merge; the check is in the catalogue for its words.
JudgedBy = Literal["judge", "merge"]

Rows = NDArray[np.int64]  # positions in the dataset, not row_no
Mask = NDArray[np.bool_]
T = TypeVar("T")

MEASURES: dict[Measure, Bilingual] = {
    "dung": Bilingual("Đúng", "Correct"),
    "du": Bilingual("Đủ", "Complete"),
    "sach": Bilingual("Sạch", "Clean"),
    "song": Bilingual("Sống", "Up to date"),
    "thong_nhat": Bilingual("Thống nhất", "Consistent"),
    "dung_chung": Bilingual("Dùng chung", "Shared"),
}


@dataclass(frozen=True, slots=True)
class Faults:
    """What a check found: parallel arrays, one element per fault.

    rows        (k,) positions in the dataset, each at most once
    measure     (k,) how large the fault is, in the check's unit; NaN where it cannot be measured
    detail      (k,) what exactly, as text: a reason, a code, a column name; no personal data
    place       (k,) shapely geometries of the fault; None where it has none. Absent: a point in the parcel
    place_srid  (k,) their EPSG code; absent: that of the delivered row
    """

    rows: Rows
    measure: NDArray[np.float64] | None = None
    detail: pa.Array | None = None
    place: NDArray[np.object_] | None = None
    place_srid: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        for name in ("measure", "detail", "place", "place_srid"):
            value = getattr(self, name)
            if value is not None and len(value) != len(self.rows):
                raise ValueError(f"{name} has {len(value)} elements for {len(self.rows)} faults")


def words(known: Mapping[str, Bilingual]) -> Callable[[str], Bilingual]:
    """Words for values of `detail` from a table; a value that is not in it is shown as it is."""
    return lambda value: known.get(value, Bilingual(value, value))


def where(mask: Mask) -> Rows:
    """The positions at which `mask` holds."""
    return np.flatnonzero(mask).astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Handles that occur more than once in the whole delivery, with the number of their rows.

    Each a table of `handle` (text) and `rows` (int64). Handles are texts of `validators.handles`; `version` is of
    change sets: object and version that stand in several rows which differ.
    """

    source_key: pa.Table
    national_id: pa.Table
    sheet: pa.Table
    version: pa.Table


@dataclass(frozen=True, slots=True)
class Context:
    """What the dataset itself cannot tell.

    as_of           the day whose rules and codes hold
    province_code   whose delivery it is
    policy          tolerances, required attributes, groups
    repeated        handles that occur more than once in the whole delivery
    claims          national ids of this delivery that another province holds: `national_id`, `province_code`;
                    None when the register was not at hand: then what needs it is not run
    not_applicable  check code → why the province's profile leaves it out
    changes         the delivery is a change set: its rows are judged, its communes are not
    """

    as_of: date
    province_code: str
    policy: Policy
    repeated: Repeated
    claims: pa.Table | None = None
    not_applicable: Mapping[str, str] = field(default_factory=dict)
    changes: bool = False


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
        column = self.dataset.column(name)
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True, slots=True)
class Check:
    """One opinion: a code, how bad its faults are, the words for them, and the function that finds them.

    message     a sentence with {detail} and {measure}
    say_detail  words for a value of `detail`; without it the value is shown as it is. Called once per
                distinct value: for details that are few
    numeric_detail `detail` is numbers, shown with the decimal mark of the language
    measures    the quality measures it counts for
    hardened_by severity under a policy at a date, where a rule becomes stricter with time
    can_run     whether the context holds what the check needs; when it does not, the check is not run
    changes_only  it is of change sets
    of_ends     it also looks at rows that end an object, of which no more is asked than that
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
    changes_only: bool = False
    of_ends: bool = False

    def severity_at(self, policy: Policy, as_of: date) -> Severity:
        """How bad a fault is under `policy` at `as_of`."""
        return self.hardened_by(policy, as_of) if self.hardened_by else self.severity
