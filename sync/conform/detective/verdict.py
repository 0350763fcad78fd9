"""What was found out about the CRS of one dataset, for sentences and for machines."""

from dataclasses import dataclass, field

import numpy as np

from parcels.crs_hypotheses import Hypothesis
from sync.folder.reasons import Areas, CrsEvidence, Ids, Metres, Outcome

_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class CrsVerdict:
    """What was found about one dataset.

    outcome     agrees: the declared CRS and no other; undecided: others are as good; contradicted: not this one
    candidates  what the evidence leaves, the zone of the old province first, the declared one included
    proposal    the only one it leaves, where that is not the declared one
    mixed_with  the CRS in which some of the parcels are, when not all are in one
    distance_km, allowed_km   of the median parcel from the commune's point under the declared CRS
    shifts_m    candidate → east and north of the parcels from their ids, in the median
    """

    outcome: Outcome
    declared: Hypothesis | None
    candidates: tuple[Hypothesis, ...]
    proposal: Hypothesis | None
    distance_km: float
    allowed_km: float
    parcels: int
    ids: Ids = "none"
    id_count: int = 0
    id_shift_m: tuple[float, float] | None = None
    areas: Areas = "none"
    area_count: int = 0
    area_ratio: float | None = None
    area_error: float | None = None
    mixed_with: Hypothesis | None = None
    mixed_share: float = 0.0
    shifts_m: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def id_distance_m(self) -> int | None:
        """How far the parcels lie from their ids under the declared CRS, in the median."""
        return round(float(np.hypot(*self.id_shift_m))) if self.id_shift_m is not None else None

    def evidence(self, part_no: int) -> CrsEvidence:
        """As conform.json and gate.json hold it, of a dataset in this part of the delivery."""
        return CrsEvidence(
            outcome=self.outcome,
            declared=self.declared.name if self.declared else None,
            proposal=self.proposal.name if self.proposal else None,
            candidates=tuple(hypothesis.name for hypothesis in self.candidates[:_MOST_LISTED]),
            parcels=self.parcels,
            distance_km=_short(self.distance_km, 2),
            allowed_km=_short(self.allowed_km, 2),
            ids=self.ids,
            id_count=self.id_count,
            id_shift_m=_metres(self.id_shift_m) if self.id_shift_m else None,
            id_shifts_m={name: _metres(shift) for name, shift in self.shifts_m.items()},
            areas=self.areas,
            area_count=self.area_count,
            area_ratio=_short(self.area_ratio, 6),
            area_error=_short(self.area_error, 6),
            mixed_with=self.mixed_with.name if self.mixed_with else None,
            mixed_share=round(self.mixed_share, 4),
            part_no=part_no,
        )


def _metres(shift: tuple[float, float]) -> Metres:
    east, north = shift
    return round(east, 1), round(north, 1)


def _short(value: float | None, digits: int) -> float | None:
    return round(value, digits) if value is not None and np.isfinite(value) else None
