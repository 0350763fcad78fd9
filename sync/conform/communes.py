"""Which commune each row belongs to: by its code as delivered, or converted from the codes of before 1 July 2025.

An old commune that went whole into one new one converts by its code. A parcel of a divided one is decided by the
boundaries, by the sheet table, or not at all: where the two contradict each other nothing is decided, and no
guess is made.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.model import UNKNOWN_COMMUNE
from parcels.wkb import read_wkb
from sync.conform.eras import Era, Survey
from sync.conform.parts import ReadPart
from sync.conform.shapes import Shapes
from sync.conform.sheets import Matched, SheetTable, read_sheet_table
from sync.conform.territory import Territories
from sync.declared.profile import Profile
from sync.folder.boundaries import load_boundaries
from sync.folder.conform import CodesConverted
from sync.folder.delivery import DeliveryRecord
from validators.policy import CommuneCodeRules, policy_at

_FOREIGN_CODE = r"^[0-9A-Za-z][0-9A-Za-z_]{0,31}$"  # it becomes a file name
_NONE = pa.scalar(None, pa.string())
CONVERSION: Final = (
    "delivered_commune_code",
    "delivered_sheet_no",
    "commune_decided_by",
    "commune_undecided_because",
)
# Why a row is not decided, beside what `territory` says (see validators.identity.communes).
NO_EVIDENCE: Final = "no-evidence"
SHEET_UNLISTED: Final = "sheet-unlisted"
SHEET_AMBIGUOUS: Final = "sheet-ambiguous"
CONTRADICTION: Final = "contradiction"

Columns = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What can decide about divided communes in this run: boundaries, a sheet table, or nothing."""

    territories: Territories | None
    boundary_sources: tuple[str, ...]
    sheets: SheetTable | None

    @classmethod
    def of_run(cls, run_dir: Path, record: DeliveryRecord) -> "Evidence":
        """The evidence of a run. Raises DeliveryRejected for a sheet table that cannot be read."""
        boundaries = load_boundaries(run_dir)
        table = record.sheet_table
        return cls(
            None if boundaries is None else Territories(boundaries),
            () if boundaries is None else tuple(sorted(set(boundaries.sources))),
            None if table is None else read_sheet_table(record.path_of(table)),
        )


class CommuneFinder:
    """Assigns rows to communes; counts what became of old codes over all batches."""

    def __init__(self, record: DeliveryRecord, profile: Profile, evidence: Evidence) -> None:
        self.record = record
        self.profile = profile
        self.evidence = evidence
        self.rules: CommuneCodeRules = policy_at(record.as_of).commune_codes
        self.converted: Counter[str] = Counter()
        self.against_the_table = 0

    def declared(self, part: ReadPart) -> Era | None:
        """How the codes of a part are read, where the delivery or the profile says so; None where the data must."""
        if self.profile.foreign:
            return Era("new", "foreign")
        if part.commune_codes is not None:
            return Era(part.commune_codes, "declared")
        if self.profile.commune_codes is not None:
            return Era(self.profile.commune_codes, "profile")
        return None

    def survey(self) -> Survey:
        """To be shown the codes of a part that does not say what they are."""
        renumbered: set[str] = set()
        if self.evidence.sheets is not None:
            here = admin_units.communes_table(self.record.province, admin_units.EARLIEST)
            renumbered = self.evidence.sheets.renumbers(here["commune_code"].to_pylist())
        return Survey(self.record.province, self.rules, self.evidence.territories, renumbered)

    def assign(self, columns: Columns, shapes: Shapes, era: Era) -> tuple[Columns, pa.Array]:
        """The columns with today's commune codes and what was converted, and the dataset of each row.

        The dataset is the row's commune when that is one of this province on the day, else `-`.
        """
        n = len(columns["commune_code"])
        columns = {name: pa.nulls(n, pa.string()) for name in CONVERSION} | columns
        if self.profile.foreign:
            codes = columns["commune_code"]
            mine = pc.match_substring_regex(codes, _FOREIGN_CODE)
            return columns, pc.if_else(pc.fill_null(mine, False), codes, UNKNOWN_COMMUNE)
        decided = pa.repeat(pa.scalar(True), n)
        if era.codes == "old":
            columns, decided = self._converted(columns, shapes)
        codes = columns["commune_code"]
        distinct = codes.dictionary_encode()
        states = admin_units.classify_codes(distinct.dictionary, self.record.province, self.record.as_of)
        mine = pc.and_(pa.array(states == "known").take(distinct.indices), decided)
        return columns, pc.if_else(pc.fill_null(mine, False), codes, UNKNOWN_COMMUNE)

    def report(self) -> CodesConverted:
        """For conform.json: what decided, and what of the sheet table could not be used."""
        sheets = self.evidence.sheets
        return CodesConverted(
            boundaries=self.evidence.boundary_sources,
            sheet_table=None if sheets is None else sheets.used,
            sheet_table_against_the_official_table=self.against_the_table,
        )

    def _converted(self, columns: Columns, shapes: Shapes) -> tuple[Columns, pa.Array]:
        """Old codes to new ones, and for which rows that decided the commune.

        An undecided row keeps its old code and belongs to no commune: its five digits may name another
        territory today. Sheets of an absorbed commune are numbered again from 1: without a map set and without
        a new number from the sheet table, its old code is the map set.
        """
        old, sheet_no = columns["commune_code"], columns["sheet_no"]
        new, how = admin_units.convert_codes(old)
        said = self._asked_sheets(columns)
        divided = np.isin(how, ["part", "no_successor"])
        decided_by = np.full(len(old), None, dtype=object)
        decided_by[how == "whole"] = "whole"
        because = np.full(len(old), None, dtype=object)
        if divided.any():
            rows = np.flatnonzero(divided)
            found, by, why = self._decide(rows, old, shapes, said, how[rows])
            new = pc.replace_with_mask(new, pa.array(divided), found)
            decided_by[rows], because[rows] = by, why
        self._count(how, decided_by)
        renumbered = pa.nulls(len(old), pa.string())
        if said is not None:
            agrees = pc.fill_null(pc.equal(said.new, new), False)
            renumbered = pc.if_else(agrees, said.new_sheet, _NONE)
            contradicts = pc.and_(pa.array(how == "whole"), pc.fill_null(pc.not_equal(said.new, new), False))
            self.against_the_table += pc.sum(contradicts).as_py() or 0
        absorbed = pc.and_(pc.fill_null(pc.not_equal(old, new), False), pc.is_null(renumbered))
        converted = pa.array(pc.is_valid(pa.array(decided_by, pa.string())))
        result = columns | {
            "commune_code": pc.coalesce(new, old),
            "sheet_no": pc.coalesce(renumbered, sheet_no),
            "map_set": pc.if_else(absorbed, pc.coalesce(columns["map_set"], old), columns["map_set"]),
            "old_commune_code": pc.coalesce(old, columns["old_commune_code"]),
            "delivered_commune_code": pc.if_else(converted, old, _NONE),
            "delivered_sheet_no": pc.if_else(converted, sheet_no, _NONE),
            "commune_decided_by": pa.array(decided_by, pa.string()),
            "commune_undecided_because": pa.array(because, pa.string()),
        }
        return result, pc.is_valid(new)

    def _asked_sheets(self, columns: Columns) -> Matched | None:
        if self.evidence.sheets is None:
            return None
        names = ("commune_code", "sheet_no", "map_scale", "parcel_no")
        return self.evidence.sheets.match(*(columns[name] for name in names))

    def _decide(
        self,
        rows: NDArray[np.int64],
        old: pa.Array,
        shapes: Shapes,
        said: Matched | None,
        how: NDArray[np.object_],
    ) -> tuple[pa.Array, NDArray[np.object_], NDArray[np.object_]]:
        """New communes of rows of divided old ones, what decided each, and why the others are not decided."""
        at = pa.array(rows)
        n = len(rows)
        by = np.full(n, "undecided", dtype=object)
        because = np.where(how == "no_successor", "no-successor", NO_EVIDENCE).astype(object)
        found = pa.nulls(n, pa.string())
        named = pa.nulls(n, pa.string())
        if said is not None:
            named = said.new.take(at)
            because = np.where(said.listed[rows], SHEET_AMBIGUOUS, SHEET_UNLISTED).astype(object)
        by_sheet = np.asarray(pc.is_valid(named))
        if self.evidence.territories is None:
            found = named
            by[by_sheet] = "sheet"
        else:
            parcels = read_wkb(shapes.geom.take(at))
            pairs = admin_units.conversion_candidates()
            located = self.evidence.territories.locate(
                parcels, old.take(at), pairs, float(self.rules.geometry_share)
            )
            by_place = np.asarray(pc.is_valid(located.new))
            # A boundary that decides nothing may still speak against the sheet table: the parcel is nowhere near.
            apart = by_sheet & ~self.evidence.territories.reaches(parcels, named)
            apart |= by_place & np.asarray(pc.fill_null(pc.not_equal(located.new, named), False))
            sheet_only = by_sheet & ~by_place & ~apart
            found = pc.if_else(pa.array(by_place & ~apart), located.new, _NONE)
            found = pc.if_else(pa.array(sheet_only), named, found)
            by[by_place & ~apart], by[sheet_only] = "geometry", "sheet"
            because = located.because
            because[apart] = CONTRADICTION
        because[by != "undecided"] = None
        return found, by, because

    def _count(self, how: NDArray[np.object_], decided_by: NDArray[np.object_]) -> None:
        converted = np.asarray(pc.is_valid(pa.array(decided_by, pa.string())))
        labels = np.where(converted, decided_by, how).astype(str)
        kinds, rows = np.unique(labels, return_counts=True)
        self.converted.update(dict(zip(kinds.tolist(), rows.tolist(), strict=True)))
