"""Whether commune codes are those of before or after 1 July 2025: stated, or shown by the data; never guessed.

The same five digits name two territories. For most codes either reading is the same commune (the old one went
whole into the new one of its number), and some exist in one list only. What is left are the codes of divided
communes that live on: there the number of other codes, or the places of the parcels, must show the reading;
where they do not, the commune waits for a person, with the sentence of what to write.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from sync.clock import VIETNAM
from sync.conform.territory import Territories
from sync.folder.conform import CodesRead
from sync.folder.reasons import Reason
from validators.policy import CommuneCodeRules

UNCLEAR: Final = "COMMUNE-CODES-UNCLEAR"
_SAMPLE: Final = 256  # places of a code looked at in one batch: enough to see where most of its parcels lie

Codes = Literal["new", "old"]


@dataclass(frozen=True, slots=True)
class Era:
    """How the codes of one part are read.

    shown_by  declared | profile | extracted_at | codes | places | same (either reading is the same) | unclear
    unclear   communes that must wait, because nothing shows which of two territories their code means
    rows      rows by what their code would mean (admin_units.code_readings), where the data was asked
    """

    codes: Codes
    shown_by: str
    unclear: frozenset[str] = frozenset()
    rows: dict[str, int] = field(default_factory=dict)

    def read(self) -> CodesRead:
        """For conform.json."""
        return CodesRead(
            codes=self.codes,
            shown_by=self.shown_by,
            unclear=tuple(sorted(self.unclear)),
            rows=dict(sorted(self.rows.items())),
        )


class Survey:
    """Collects the codes of one part and, where the code alone cannot tell, the places of some of their rows."""

    def __init__(
        self, province: str, rules: CommuneCodeRules, territories: Territories | None, renumbered: set[str]
    ) -> None:
        """`renumbered`: old communes of the province whose sheets a sheet table numbers anew (the readings differ)."""
        self._province = province
        self._rules = rules
        self._territories = territories
        self._renumbered = renumbered
        self._rows: Counter[str] = Counter()
        self._places: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        self._rng = np.random.default_rng(20250701)

    def wanted(self, codes: pa.Array) -> NDArray[np.int64]:
        """Count a batch; the rows (some of each code in doubt) whose places are wanted."""
        coded = codes.dictionary_encode()
        index = np.asarray(coded.indices.fill_null(-1), dtype=np.int64)
        names = coded.dictionary.to_pylist()
        for name, rows in zip(names, np.bincount(index[index >= 0], minlength=len(names)), strict=True):
            self._rows[name] += int(rows)
        chosen = [np.empty(0, dtype=np.int64)]
        for place in np.flatnonzero(self._readings(coded.dictionary) == "differs"):
            rows = np.flatnonzero(index == place)
            chosen.append(self._rng.permutation(rows)[:_SAMPLE])
        return np.sort(np.concatenate(chosen))

    def add_places(self, codes: pa.Array, places: NDArray[np.float64]) -> None:
        """Places (n, 2), WGS 84 degrees, of rows with these codes."""
        listed = np.array(codes.to_pylist(), dtype=object)
        known = np.isfinite(places).all(axis=1)
        for code in set(listed[known].tolist()):
            self._places[code].append(places[known & (listed == code)])

    def decide(self, extracted_at: datetime | None) -> Era:
        """What the data shows."""
        codes = sorted(self._rows)
        readings = dict(zip(codes, self._readings(pa.array(codes, pa.string())).tolist(), strict=True))
        rows: Counter[str] = Counter()
        for code, reading in readings.items():
            rows[reading] += self._rows[code]
        named = sum(rows[reading] for reading in ("new_only", "old_only", "same", "differs"))
        stray = float(self._rules.stray_share) * named
        only_new, only_old = rows["new_only"] > stray, rows["old_only"] > stray
        in_doubt = [code for code, reading in readings.items() if reading == "differs"]
        codes_of_today = self._named(readings)
        if only_new and only_old:
            era = Era("new", "unclear", frozenset(codes_of_today))
        elif only_old:
            era = Era("old", "codes")
        elif _before_the_change(extracted_at) and not only_new and named:
            era = Era("old", "extracted_at")
        elif not in_doubt:
            era = Era("new", "codes" if only_new else "same")
        else:
            era = self._by_places(in_doubt, only_new or len(codes_of_today) >= self._rules.enough_communes)
        return replace(era, rows=dict(rows))

    def _by_places(self, in_doubt: list[str], by_codes: bool) -> Era:
        """What the places of the codes in doubt show; `by_codes`: the part's other codes show new ones already."""
        seen = {code: self._seen(code) for code in in_doubt}
        if not by_codes and "old" in seen.values() and "new" not in seen.values():
            return Era("old", "places")
        unclear = {
            code for code, says in seen.items() if says == "old" or (says == "silent" and not by_codes)
        }
        if unclear:
            return Era("new", "unclear", frozenset(unclear))
        return Era("new", "codes" if by_codes else "places")

    def _readings(self, codes: pa.Array) -> NDArray[np.object_]:
        readings = admin_units.code_readings(codes, self._province)
        anew = np.asarray(pc.is_in(codes, value_set=pa.array(sorted(self._renumbered), pa.string())))
        readings[(readings == "same") & anew] = "differs"
        return readings

    @staticmethod
    def _named(readings: dict[str, str]) -> list[str]:
        """The codes that name a commune today."""
        return [code for code, reading in readings.items() if reading in ("new_only", "same", "differs")]

    def _seen(self, code: str) -> Literal["new", "old", "silent"]:
        """What the places of one code's rows show: that they lie in its new commune, that they do not, or nothing.

        A row outside the new commune but in another that the old one was divided between has an old code. Where
        the boundaries are not loaded, the reference points tell, and they can only speak for the new commune.
        """
        others = _others(code)
        if not self._places[code] or not others:
            return "silent"  # its readings differ in the numbers of sheets only: places show nothing
        places = np.concatenate(self._places[code])
        if self._territories is not None and code in set(self._territories.codes.to_pylist()):
            at = self._territories.communes_at(places)
            here = _share(pc.equal(at, code))
            elsewhere = _share(pc.is_in(at, value_set=pa.array(others, pa.string())))
            if here >= float(self._rules.inside_share):
                return "new"
            return "old" if elsewhere > 1 - float(self._rules.inside_share) else "silent"
        nearest = _nearest(places, [code, *others])
        near = float(np.mean(nearest == 0)) if len(nearest) else 0.0
        return "new" if near >= float(self._rules.near_share) else "silent"


def unclear_reason() -> Reason:
    """The sentence that a commune waits with."""
    return Reason.of(
        UNCLEAR,
        Bilingual(
            "Không rõ mã xã trong gói dữ liệu là mã trước hay sau ngày 01/7/2025: cùng năm chữ số này chỉ hai địa bàn "
            'khác nhau. Hãy ghi commune_codes = "old" (mã cũ) hoặc commune_codes = "new" (mã mới) trong delivery.toml '
            "hoặc trong [[parts]] của phần đó, rồi gửi lại. Nếu duyệt, dữ liệu được hiểu là mã mới.",
            "It is not clear whether the commune codes are those of before or after 1 July 2025: these five digits name "
            'two territories. Write commune_codes = "old" or commune_codes = "new" in delivery.toml, or in the '
            "[[parts]] concerned, and deliver again. Approving takes them for new codes.",
        ),
    )


def _before_the_change(extracted_at: datetime | None) -> bool:
    change = admin_units.NEW_COMMUNES_FROM
    return extracted_at is not None and extracted_at.astimezone(VIETNAM).date() < change


def _others(code: str) -> list[str]:
    """The other new communes that the old commune of this number was divided between."""
    pairs = admin_units.conversion_candidates()
    found = pairs.filter(pc.equal(pairs["old_code"], code))["new_code"].to_pylist()
    return [new for new in found if new != code]


def _share(mask: pa.Array) -> float:
    return float(np.mean(np.asarray(pc.fill_null(mask, False)))) if len(mask) else 0.0


def _nearest(places: NDArray[np.float64], codes: Iterable[str]) -> NDArray[np.int64]:
    """Which commune each place is nearest to, in radii of a circle of its area; communes without a point never are."""
    distances = []
    for code in codes:
        commune = admin_units.commune(code)
        if commune is None or commune.lon is None or commune.lat is None or not commune.area_km2:
            distances.append(np.full(len(places), np.inf))
            continue
        east = (places[:, 0] - commune.lon) * np.cos(np.radians(commune.lat))
        distances.append(np.hypot(east, places[:, 1] - commune.lat) / np.sqrt(commune.area_km2))
    return np.asarray(np.argmin(distances, axis=0), dtype=np.int64)
