"""The attributes of a province's parcels under their canonical names: text, numbers and dates as Arrow columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.admin_units import provinces
from sync.lab.generate.arrow import Columns, Integers, days, decimal, join, pick
from sync.lab.generate.block import GroundKind
from sync.lab.generate.holdings import HOLDING, held, holdings
from sync.lab.generate.nation import Territory
from sync.lab.generate.people import certificates, land_users
from sync.lab.generate.systems import System

# Land-use codes in force, by what the parcel is: (code, share). Towns and villages differ in house plots only.
_URBAN_HOUSE = (("ODT", 0.8), ("ODT+CLN", 0.2))
_USES: Final[Mapping[GroundKind, tuple[tuple[str, float], ...]]] = {
    GroundKind.HOUSE: (("ONT", 0.45), ("ONT+CLN", 0.45), ("ONT+CLN+NTS", 0.1)),
    GroundKind.FIELD: (("LUC", 0.5), ("LUK", 0.12), ("HNK", 0.2), ("RSX", 0.1), ("NTS", 0.08)),
    GroundKind.ORCHARD: (("CLN", 0.85), ("CLN+NTS", 0.15)),
    GroundKind.POND: (("NTS", 1.0),),
    GroundKind.PUBLIC: (("DGD", 0.3), ("DVH", 0.2), ("DYT", 0.15), ("TIN", 0.15), ("NTD", 0.2)),
    GroundKind.ROAD: (("DGT", 1.0),),
    GroundKind.CANAL: (("DTL", 0.7), ("SON", 0.3)),
}
_REGISTERED = np.timedelta64(180, "D")  # after the survey: the parcel exists by then
_SOLD_FROM = np.datetime64("2025-07-01")  # every delivery is of this day or later: see NEW_COMMUNES_FROM
_OF_PEOPLE = (GroundKind.HOUSE, GroundKind.FIELD, GroundKind.ORCHARD, GroundKind.POND)
_DRIFT = 0.001  # spread of the registered area about the computed one; rounding to 0.1 m² comes on top


@dataclass(frozen=True, slots=True)
class Rows:
    """What is known of a province's parcels before their attributes; n rows, commune by commune.

    commune   (n,) index into `territories`
    area_m2   (n,) computed in the zone
    """

    province: str
    territories: list[Territory]
    commune: Integers
    ground: NDArray[np.int8]
    sheet: Integers
    number: Integers
    area_m2: NDArray[np.float64]
    national_id: pa.Array


def attributes(
    rng: np.random.Generator,
    rows: Rows,
    system: System,
    changed: NDArray[np.bool_],
    as_of: date,
    many: np.random.Generator | None = None,
) -> Columns:
    """Every delivered column, by canonical name.

    changed  (n,) those of people have changed hands by `as_of`
    many     draws who holds what where people come as tables (`holdings`); None where each row has its one user
    """
    size = len(rows.commune)
    commune = pa.array(rows.commune)
    names = [territory.commune.name for territory in rows.territories]
    urban = np.array([territory.commune.kind == "phường" for territory in rows.territories])[rows.commune]
    people = np.isin(rows.ground, _OF_PEOPLE)
    sold = changed & people
    bodies = pa.array([f"Ban quản lý hư cấu {name}" for name in names]).take(commune)
    columns: Columns = {
        "source_key": system.keys(rng, rows.province, size),
        "national_id": rows.national_id,
        "commune_code": pa.array([t.commune.code for t in rows.territories]).take(commune),
        "source_version": pa.array(np.where(sold, "2", "1")),
        "address": _addresses(rng, rows, names),
    }
    columns |= _sheets(rng, rows, urban)
    columns |= _land_use(rng, rows, urban)
    birthplaces = join("0", pa.array([t.old_province.code for t in rows.territories]))
    users = land_users(rng, people, bodies, rows.commune, rows.province, birthplaces, 1)
    surveyed = columns["surveyed_on"].to_numpy(zero_copy_only=False)
    papers = certificates(rng, people, rows.province, 1, surveyed + _REGISTERED, _SOLD_FROM)
    beside: Columns = {}
    if many:
        beside = held(many, people, rows.commune, names, rows.province, users, papers)
        users, papers = ({name: beside.pop(name) for name in each} for each in (users, papers))
    if sold.any():
        new_users = land_users(rng, people, bodies, rows.commune, rows.province, birthplaces, size + 1)
        sales = np.full(size, _SOLD_FROM)
        new_papers = certificates(rng, people, rows.province, size + 1, sales, np.datetime64(as_of))
        users = {name: pc.if_else(pa.array(sold), new_users[name], old) for name, old in users.items()}
        papers = {name: pc.if_else(pa.array(sold), new_papers[name], old) for name, old in papers.items()}
        if many:
            anew = pa.array(holdings(many, people, new_users["land_user_key"]))
            beside[HOLDING] = pc.if_else(pa.array(sold), anew, beside[HOLDING])
    return columns | users | papers | beside


def _addresses(rng: np.random.Generator, rows: Rows, names: list[str]) -> pa.Array:
    hamlets = 9
    province = provinces()[rows.province].full_name
    texts = [
        f"{'Tổ dân phố' if name.startswith('Phường') else 'Thôn'} {h + 1}, {name}, {province}"
        for name in names
        for h in range(hamlets)
    ]
    return pick(
        texts, rows.commune * hamlets + (rows.sheet + rng.integers(2, size=len(rows.sheet))) % hamlets
    )


def _sheets(rng: np.random.Generator, rows: Rows, urban: NDArray[np.bool_]) -> Columns:
    """Sheet, number, and what is the same all over a sheet: scale, map set, date of survey."""
    _, sheet = np.unique(rows.commune * (int(rows.sheet.max()) + 1) + rows.sheet, return_inverse=True)
    sheets = int(sheet.max()) + 1
    town = np.zeros(sheets, dtype=bool)
    town[sheet] = urban
    scale = np.where(town, 500, np.where(rng.random(sheets) < 0.7, 1000, 2000))
    surveyed = days(rng, date(2004, 1, 1), date(2024, 12, 31), sheets)[sheet]
    after = rng.integers(0, 180, size=len(sheet)).astype("timedelta64[D]")  # it is surveyed before it exists
    unknown = rng.random(len(sheet)) < 0.03  # unknown is NULL, never a guess
    return {
        "sheet_no": pa.array(rows.sheet).cast(pa.string()),
        "parcel_no": pa.array(rows.number).cast(pa.string()),
        "map_scale": pa.array(scale).cast(pa.string()).take(pa.array(sheet)),
        "map_set": pa.array(np.full(len(sheet), "ĐC")),
        "surveyed_on": pa.array(surveyed),
        "valid_from": pa.array(surveyed + after, mask=unknown),
    }


def _land_use(rng: np.random.Generator, rows: Rows, urban: NDArray[np.bool_]) -> Columns:
    """Codes, the registered area on 0.1 m², and the area under each use, which add up to it exactly."""
    size = len(rows.ground)
    codes = sorted({code for uses in (*_USES.values(), _URBAN_HOUSE) for code, _ in uses})
    place = {code: k for k, code in enumerate(codes)}
    chosen = np.zeros(size, dtype=np.int64)
    draw = rng.random(size)
    for ground, uses in _USES.items():
        for town in (False, True):
            here = (rows.ground == ground) & (urban == town)
            table = _URBAN_HOUSE if town and ground == GroundKind.HOUSE else uses
            steps = np.cumsum([share for _, share in table])[:-1]
            which = np.searchsorted(steps, draw[here], side="right")
            chosen[here] = np.array([place[code] for code, _ in table])[which]
    drift = np.clip(rng.normal(0.0, _DRIFT, size), -3 * _DRIFT, 3 * _DRIFT)
    tenths = np.maximum(np.rint(rows.area_m2 * 10 * (1 + drift)).astype(np.int64), 1)
    uses_of = np.array([code.count("+") + 1 for code in codes])[chosen]
    first = (tenths * rng.uniform(0.3, 0.6, size)).astype(np.int64)
    second = ((tenths - first) * rng.uniform(0.4, 0.8, size)).astype(np.int64)
    one = decimal(tenths)
    two = join(decimal(first), decimal(tenths - first), between="+")
    three = join(decimal(first), decimal(second), decimal(tenths - first - second), between="+")
    return {
        "land_use": pick(codes, chosen),
        "area_legal_m2": pa.array(tenths / 10),
        "land_use_areas": pc.choose(pa.array(uses_of - 1), one, two, three),
    }
