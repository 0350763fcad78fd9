"""In which CRS the coordinates of one dataset are: what the commune's place, the ids and the stated areas leave open.

Three witnesses, from coarse to fine. The commune's place: the parcels must lie there, which tells zones, axes,
missing offsets and units apart. National ids: an id is a cell of 4 cm in WGS 84, so it tells all systems
apart by how far the parcels lie from where their ids point. Stated areas: they are areas in the TM-3 zone of
the old province, so the planar areas tell UTM from TM-3 of one meridian when there are enough of them.

What they leave open is not decided. Medians throughout: bad rows, short of half, change nothing.
"""

import numpy as np
from numpy.typing import NDArray

from parcels.admin_units import Commune, old_province
from parcels.crs_hypotheses import Hypothesis, gauss_krueger_number, hypotheses, metres_between, places
from parcels.crs_hypotheses import declared as declared_as
from sync.conform.detective.sample import CrsSample
from sync.conform.detective.verdict import CrsVerdict
from sync.conform.plausible import Reach, distances_km, reach_of
from sync.folder.reasons import Areas, Ids, Outcome
from validators.policy import CrsRules

Floats = NDArray[np.float64]

_SPREAD_TO_SIGMA = 1.4826  # median absolute deviation of a normal distribution
_MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean
_ERRORS_ALLOWED = 3.0
_IDS_NEAR_KM = (
    5.0  # a system that leaves the parcels further than this from their ids is not looked at closely
)
_STRAYS_HOME = 0.8  # of the strays, to speak of a mixture


def decide(
    sample: CrsSample, commune: Commune, declared: Hypothesis | None, rules: CrsRules
) -> CrsVerdict | None:
    """The verdict on a dataset; None where there is nothing to go by: no coordinates, or a commune of unknown place.

    declared  what the delivery says; None when it says nothing: then every answer is a proposal or undecided
    """
    reach = reach_of(commune, rules)
    if reach is None or not sample.rows:
        return None
    return _Case(sample, commune, reach, declared, rules).verdict()


class _Case:
    """One dataset before its three witnesses."""

    def __init__(
        self, sample: CrsSample, commune: Commune, reach: Reach, declared: Hypothesis | None, rules: CrsRules
    ) -> None:
        self.sample, self.commune, self.reach, self.declared, self.rules = (
            sample,
            commune,
            reach,
            declared,
            rules,
        )
        self.middles = sample.middles
        self.every = hypotheses()
        self.median = places(np.median(self.middles, axis=0), self.every)
        distances = distances_km(self.median, reach.lon, reach.lat).tolist()
        self.distance = dict(zip(self.every, distances, strict=True))
        self.ids_fit_declared = False
        old = old_province(commune.old_province_code)
        self.home = declared_as(old.epsg).base if old is not None else None

    def verdict(self) -> CrsVerdict:
        here = self._by_place()
        ids, fitting, shifts = self._by_ids(here)
        candidates = here if fitting is None else [h for h in here if h in fitting]
        if fitting is not None and not candidates:
            ids = "fit elsewhere" if fitting else "fit nothing"
        if fitting is None:
            candidates = self._thought_of(candidates)
        areas, ratio, error, candidates = self._by_areas(candidates)
        candidates = sorted(candidates, key=self._rank)
        mixed, share = None, 0.0
        if self.declared is not None and self.declared in candidates:
            mixed, share = self._strays(self.declared)
        outcome = self._outcome(candidates, here, ids, mixed)
        sole = candidates[0] if len(candidates) == 1 else None
        known = self.declared if self.declared in shifts else None
        return CrsVerdict(
            outcome=outcome,
            declared=self.declared,
            candidates=tuple(candidates),
            proposal=sole if sole != self.declared else None,
            distance_km=self.distance[self.declared] if self.declared else float("nan"),
            allowed_km=self.reach.allowed,
            parcels=self.sample.rows,
            ids=ids,
            id_count=int(np.isfinite(self.sample.ids).all(axis=1).sum()),
            id_shift_m=shifts[known] if known else None,
            areas=areas,
            area_count=self.sample.areas,
            area_ratio=ratio,
            area_error=error,
            mixed_with=mixed,
            mixed_share=share,
            shifts_m={h.name: shifts[h] for h in candidates if h in shifts},
        )

    def _outcome(
        self, candidates: list[Hypothesis], here: list[Hypothesis], ids: Ids, mixed: Hypothesis | None
    ) -> Outcome:
        if mixed is not None:
            return "contradicted"
        if self.declared in candidates:
            return "agrees" if len(candidates) == 1 else "undecided"
        if candidates:
            return "undecided" if self.declared is None and len(candidates) > 1 else "contradicted"
        # No system satisfies every witness: when one of them speaks for the declared one, they disagree.
        speaks = self.declared in here or (ids == "fit elsewhere" and self.ids_fit_declared)
        return "undecided" if speaks or self.declared is None else "contradicted"

    def _rank(self, hypothesis: Hypothesis) -> tuple[bool, bool, bool, float]:
        at_home = hypothesis.base == self.home
        plain = hypothesis.declarable and not hypothesis.swapped
        return not (at_home and plain), not at_home, not plain, self.distance[hypothesis]

    def _by_place(self) -> list[Hypothesis]:
        """The hypotheses under which the parcels lie in the commune."""
        near = [h for h in self.every if self.distance[h] <= self.reach.allowed]
        closest = min((self.distance[h] for h in near), default=np.inf)
        if self.reach.home is not None and closest <= self.reach.home:
            near = [h for h in near if self.distance[h] <= self.reach.far]
        return [h for h in near if self._spread_km(h) <= self.reach.allowed]

    def _spread_km(self, hypothesis: Hypothesis) -> float:
        """The distance from the median parcel within which half of the parcels lie."""
        placed = hypothesis.place(self.middles)
        away = np.hypot(*metres_between(placed, np.median(placed, axis=0, keepdims=True)).T)
        return float(np.median(np.where(np.isnan(away), np.inf, away))) / 1000

    def _by_ids(
        self, here: list[Hypothesis]
    ) -> tuple[Ids, set[Hypothesis] | None, dict[Hypothesis, tuple[float, float]]]:
        """Which hypotheses put the parcels where their ids point; None where the ids prove nothing."""
        ids = self.sample.ids
        known = np.isfinite(ids).all(axis=1)
        if int(known.sum()) < self.rules.ids_at_least:
            return "none", None, {}
        ids, middles = ids[known], self.middles[known]
        lon, lat = np.median(ids, axis=0)
        close = np.flatnonzero(distances_km(self.median, lon, lat) <= _IDS_NEAR_KM)
        near = {self.every[k] for k in close.tolist()}
        near |= set(here) | ({self.declared} if self.declared else set())
        fitting: set[Hypothesis] = set()
        shifts: dict[Hypothesis, tuple[float, float]] = {}
        smallest = np.inf
        for hypothesis in self.every:
            if hypothesis not in near:
                continue
            shift, spread = _shift(hypothesis.place(middles), ids)
            if shift is None:
                continue
            smallest = min(smallest, spread)
            shifts[hypothesis] = (float(shift[0]), float(shift[1]))
            error = _MEDIAN_ERROR * _SPREAD_TO_SIGMA * spread / np.sqrt(len(ids))
            if np.hypot(*shift) <= float(self.rules.id_shift_m) + _ERRORS_ALLOWED * error:
                fitting.add(hypothesis)
        if smallest > float(self.rules.id_spread_m):
            return "scattered", None, {}
        self.ids_fit_declared = self.declared in fitting
        return "decide", fitting, shifts

    def _thought_of(self, candidates: list[Hypothesis]) -> list[Hypothesis]:
        """The candidates without those that only an id could make likely; all of them when nothing else is left."""
        likely = [
            h
            for h in candidates
            if h.base.used_at(self.reach.lon, self.reach.lat)
            and (
                self.rules.hanoi72_same_meridian
                or h.base.family != "gk"
                or h.variant != "plain"
                or gauss_krueger_number(h.base) is None
            )
        ]
        return likely or candidates

    def _by_areas(
        self, candidates: list[Hypothesis]
    ) -> tuple[Areas, float | None, float | None, list[Hypothesis]]:
        """The candidates without those in which the stated areas would not be what they are."""
        if self.sample.areas < self.rules.areas_at_least:
            return "none", None, None, candidates
        mean, error = self.sample.area_ratio()
        if len(candidates) < 2:
            return "not needed", mean, error, candidates
        left = self._with_areas(candidates, mean, error, float(self.rules.area_sigmas))
        if left == [self.declared]:
            left = self._with_areas(candidates, mean, error, float(self.rules.area_sigmas_to_pass))
        if not left:
            return "fit nothing", mean, error, candidates
        return ("decide" if len(left) == 1 else "leave open"), mean, error, left

    def _with_areas(
        self, candidates: list[Hypothesis], mean: float, error: float, sigmas: float
    ) -> list[Hypothesis]:
        """The candidates that the stated areas leave; none where the areas are what they would be under none.

        One is out when another explains the areas better by so much (a ratio of likelihoods), not when it merely
        explains them badly: a few areas that are odd by chance then prove nothing.
        """
        total = float(np.hypot(error, float(self.rules.area_floor)))
        odd = {
            h: min(((mean - expected) / total) ** 2 for expected in self._expected(h))
            for h in candidates
            if h.base.family != "degrees" and self._expected(h)
        }
        best = min(odd.values(), default=0.0)
        if best > sigmas**2:
            return []
        return [h for h in candidates if odd.get(h, 0.0) - best <= sigmas**2]

    def _expected(self, hypothesis: Hypothesis) -> tuple[float, ...]:
        """log(stated / planar) under a hypothesis: areas are stated in the TM-3 zone of the old province.

        Or in the TM-3 zone that is declared, or in the one that the coordinates are in, or in the plane of an old
        sheet in Hanoi 1972; never in UTM, which is for small scales.
        """
        lon, lat = self.reach.lon, self.reach.lat
        unit = float(np.log(hypothesis.area_unit()))
        stated_in = [self.home] if self.home is not None else []
        stated_in += [self.declared.base] if self.declared is not None else []
        stated_in += [hypothesis.base]
        planar = hypothesis.base.area_scale(lon, lat)
        return tuple(
            unit + float(np.log(base.area_scale(lon, lat) / planar))
            for base in stated_in
            if base.family in ("tm3", "gk")
        )

    def _strays(self, declared: Hypothesis) -> tuple[Hypothesis | None, float]:
        """The other CRS in which those parcels are that lie outside the commune, if there is one, and their share."""
        outside = self._outside(declared, self.middles)
        count, share = int(outside.sum()), float(outside.mean())
        if count < self.rules.strays_at_least or share < float(self.rules.strays_share):
            return None, 0.0
        strays = self.middles[outside]
        median = places(np.median(strays, axis=0), self.every)
        close = np.flatnonzero(distances_km(median, self.reach.lon, self.reach.lat) <= self.reach.allowed)
        likely = self._thought_of([self.every[k] for k in close.tolist() if self.every[k] != declared])
        for hypothesis in sorted(likely, key=self._rank):
            if 1 - self._outside(hypothesis, strays).mean() >= _STRAYS_HOME:
                return hypothesis, share
        return None, 0.0

    def _outside(self, hypothesis: Hypothesis, middles: Floats) -> NDArray[np.bool_]:
        away = metres_between(hypothesis.place(middles), np.array([[self.reach.lon, self.reach.lat]]))
        return np.asarray(~(np.hypot(*away.T) <= self.reach.allowed * 1000))


def _shift(placed: Floats, ids: Floats) -> tuple[Floats | None, float]:
    """East and north (2,) in metres from the ids to the parcels, in the median, and half the parcels' spread about it."""
    known = np.isfinite(placed).all(axis=1)
    if not known.any():
        return None, np.inf
    metres = metres_between(placed[known], ids[known])
    shift = np.median(metres, axis=0)
    return shift, float(np.median(np.hypot(*(metres - shift).T)))
