"""Nights on which nothing goes wrong: what the people of an office change in a day, and now and then in one go.

The rates are assumptions, named here; a night's campaigns and events are told, so that what is held can be looked at.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.disasters.cadastre import USES, Cadastre, Column, numbered

# Of a thousand parcels in a night; an office of 3,000 parcels handles a few cases a day.
TRANSFERS, NEW_CERTIFICATES, OTHER_USES, OTHER_AREAS, OTHER_BOUNDARIES, OTHER_ADDRESSES = (
    0.5,
    0.5,
    0.2,
    0.2,
    0.1,
    0.1,
)
SPLITS, MERGERS, NEW_IDS, REFUSED = 0.2, 0.1, 1.0, 2.0
CAMPAIGNS = 0.002  # of the communes in a night: certificates, users or uses of one parcel in twenty in one go


@dataclass(slots=True)
class Register:
    """The office's own database, night after night. `serial`: the next new object's number."""

    land: Cadastre
    random: np.random.Generator
    serial: int = 100_000_000

    def night(self) -> list[str]:
        """A day's work; the events that somebody would tell of."""
        land, told = self.land, list[str]()
        land.refused[:] = self._some(REFUSED)
        self._transfer(self._some(TRANSFERS))
        self._certify(self._some(NEW_CERTIFICATES))
        self._set("land_use", self._some(OTHER_USES), np.array(USES, dtype=object))
        self._set("address", self._some(OTHER_ADDRESSES), numbered("Ấp {}", np.arange(1, 9)))
        rows = self._some(OTHER_AREAS)
        land.numbers["area"][rows] = (
            land.numbers["area"][rows] * self.random.uniform(0.95, 1.05, rows.sum())
        ).round(1)
        rows = self._some(OTHER_BOUNDARIES)
        land.numbers["x"][rows] += self.random.normal(0, 0.3, rows.sum()).round(2)
        missing = pc.is_null(pa.array(land.texts["national_id"], pa.string())).to_numpy(zero_copy_only=False)
        missing = missing & self._some(NEW_IDS)
        land.texts["national_id"][missing] = numbered("{:012d}", self._serials(missing.sum()))
        for code in land.communes:
            if self.random.random() < CAMPAIGNS:
                told.append(self._campaign(code))
        self._split(np.flatnonzero(self._some(SPLITS)))
        self._merge(np.flatnonzero(self._some(MERGERS)))
        return told

    def resurveyed(self, code: str) -> str:
        """A sheet measured anew: all of it moves by half a metre, each corner by some centimetres more."""
        land = self.land
        rows = land.of([code]) & (land.texts["sheet_no"] == "1")
        angle = self.random.uniform(0, 2 * np.pi)
        for name, way in (("x", np.cos(angle)), ("y", np.sin(angle))):
            land.numbers[name][rows] += 0.5 * way + self.random.normal(0, 0.02, rows.sum())
        return f"sheet 1 of {code} re-surveyed ({rows.sum()} parcels)"

    def other_keys(self, code: str) -> str:
        """An export that gives all its objects other keys."""
        rows = self.land.of([code])
        self.land.texts["source_key"][rows] = numbered("k{}", self._serials(rows.sum()))
        return f"other source keys in {code} ({rows.sum()} parcels)"

    def merged(self, origin: str, target: str) -> str:
        """A commune joins another one: its sheets are numbered on from there, its addresses say where they were."""
        land = self.land
        rows, there = land.of([origin]), land.of([target])
        sheets = land.texts["sheet_no"]
        sheets[rows] = numbered("{}", sheets[rows].astype(int) + sheets[there].astype(int).max())
        land.texts["address"][rows] = numbered(f"{{}}, {origin}", land.texts["address"][rows])
        land.texts["commune_code"][rows] = target
        return f"{origin} merged into {target} ({rows.sum()} parcels)"

    def _some(self, rate: float) -> Column:
        return self.random.random(len(self.land)) < rate / 1000

    def _serials(self, count: int) -> Column:
        self.serial += int(count)
        return np.arange(self.serial - int(count), self.serial)

    def _set(self, name: str, rows: Column, values: Column) -> None:
        self.land.texts[name][rows] = self.random.choice(values, rows.sum())

    def _transfer(self, rows: Column) -> None:
        serials = self._serials(rows.sum())
        self.land.texts["land_user_name"][rows] = numbered("Người {}", serials)
        self.land.texts["land_user_id_number"][rows] = numbered("{:012d}", serials)
        self._certify(rows)

    def _certify(self, rows: Column) -> None:
        self.land.texts["certificate_no"][rows] = numbered("CH {:09d}", self._serials(rows.sum()))

    def _campaign(self, code: str) -> str:
        rows = self.land.of([code]) & (self.random.random(len(self.land)) < 0.05)
        kind = str(self.random.choice(["certificates", "land uses", "registered areas"]))
        if kind == "certificates":
            self._certify(rows)
        elif kind == "land uses":
            self._set("land_use", rows, np.array(USES, dtype=object))
        else:
            self.land.numbers["area"][rows] = (self.land.numbers["area"][rows] * 1.01).round(1)
        return f"campaign in {code}: {kind} of {rows.sum()} parcels"

    def _split(self, parents: Column) -> None:
        """Two new parcels in the place of one."""
        if not len(parents):
            return
        halves = []
        for side in (-1, 1):
            child = self.land.where(parents).copy()
            serials = self._serials(len(parents))
            child.numbers["width"] = (child.numbers["width"] / 2).round(2)
            child.numbers["x"] = child.numbers["x"] + side * child.numbers["width"] / 2
            child.numbers["area"] = (child.numbers["area"] / 2).round(1)
            child.texts["source_key"] = numbered("k{}", serials)
            child.texts["national_id"] = numbered("{:012d}", serials)
            child.texts["parcel_no"] = numbered("{}", serials)
            child.texts["certificate_no"] = numbered("CH {:09d}", serials)
            halves.append(child)
        keep = np.ones(len(self.land), dtype=bool)
        keep[parents] = False
        self.land = self.land.where(keep).beside(halves[0]).beside(halves[1])

    def _merge(self, first: Column) -> None:
        """A parcel takes in the next one of its commune."""
        land = self.land
        first = first[first + 1 < len(land)]
        first = first[land.texts["commune_code"][first] == land.texts["commune_code"][first + 1]]
        land.numbers["width"][first] += 1.0
        land.numbers["area"][first] += land.numbers["area"][first + 1]
        keep = np.ones(len(land), dtype=bool)
        keep[first + 1] = False
        self.land = land.where(keep)
