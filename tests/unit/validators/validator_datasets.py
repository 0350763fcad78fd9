"""Datasets made in code for the checks: a row of square parcels in a commune of Hà Nội, then spoilt at will.

Every parcel has a land user, whom the population database knows.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from parcels import admin_units, crs, geometry, identifiers
from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE, Dataset
from validators.base import Context
from validators.delivery import Delivered, context_of
from validators.judge import Verdict, judge
from validators.live import AUTHENTICATION_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA
from validators.policy import policy_at

AS_OF = date(2026, 11, 21)
PROVINCE = "01"
COMMUNE = admin_units.communes(PROVINCE, AS_OF)[0].code
EPSG = 5897
ORIGIN = (587_000.013, 2_326_000.037)  # Hà Nội in EPSG:5897; millimetres, as surveys give them


def squares(n: int, size: float = 20.0) -> np.ndarray:
    """(n,) square parcels in rows of a hundred, a lane of 1 m between them, on the millimetre grid."""
    x = ORIGIN[0] + (np.arange(n) % 100) * (size + 1.0)
    y = ORIGIN[1] + (np.arange(n) // 100) * (size + 1.0)
    return shapely.box(x, y, x + size, y + size)


def dataset(
    geometries: Any = 3,
    *,
    commune: str = COMMUNE,
    province_code: str = PROVINCE,
    epsg: int = EPSG,
    first_row: int = 0,
    **columns: Any,
) -> Dataset:
    """A faultless dataset of these geometries (or so many squares), with the given columns put in place."""
    delivered = squares(geometries) if isinstance(geometries, int) else np.asarray(geometries, dtype=object)
    n = len(delivered)
    rounded = geometry.canonical_form(delivered, epsg)
    areas = geometry.area_m2(rounded, epsg)
    areas = [None if np.isnan(area) else round(float(area), 4) for area in areas]
    numbers = range(first_row, first_row + n)
    if "national_id" not in columns:
        ids = identifiers.national_ids(delivered, epsg) if crs.is_storable(epsg) else [None] * n
        columns["national_id"] = ids
    values: dict[str, Any] = {
        "row_no": list(numbers),
        "part_no": [0] * n,
        "source_row": list(numbers),
        "commune_code": [commune] * n,
        "sheet_no": ["7"] * n,
        "parcel_no": [str(number + 1) for number in numbers],
        "source_key": [f"k{number}" for number in numbers],
        "source_system": ["made"] * n,
        "source_srid": [epsg] * n,
        "land_use": ["LUC"] * n,
        "valid_from": [date(2020, 1, 1)] * n,
        "area_m2": areas,
        "area_legal_m2": areas,
        "land_user_key": [f"u{number}" for number in numbers],
        **columns,
    }
    arrays = [
        pa.array(values[field.name], pa.float64()).cast(field.type)
        if pa.types.is_decimal(field.type) and field.name in values
        else pa.array(values.get(field.name, [None] * n), field.type)
        for field in SNAPSHOT_SCHEMA
    ]
    return Dataset(
        province_code=province_code,
        commune_code=commune,
        table=pa.table(arrays, schema=SNAPSHOT_SCHEMA),
        delivered=delivered,
        rounded=rounded,
        stored=geometry.to_stored(delivered, epsg),
    )


def nowhere(geometries: Any = 1, **columns: Any) -> Dataset:
    """The rows of no commune, with their codes as delivered."""
    return dataset(geometries, commune=UNKNOWN_COMMUNE, **columns)


def claims(*held: tuple[str, str]) -> pa.Table:
    """A register of national ids: (id, province)."""
    schema = pa.schema([("national_id", pa.string()), ("province_code", pa.string())])
    return pa.Table.from_pylist([{"national_id": i, "province_code": p} for i, p in held], schema=schema)


NO_CLAIMS = claims()
NOTHING_LIVE: dict[str, Any] = {
    "live": LIVE_SCHEMA.empty_table(),
    "retired": RETIRED_SCHEMA.empty_table(),
    "neighbours": LIVE_SCHEMA.empty_table(),
    "boundary": shapely.box(-180.0, -90.0, 180.0, 90.0),  # everything is inside
}
_KNOWN = {*NOTHING_LIVE, "authentication", "excused", "complete", "people", "people_faults"}


def everybody_found(*datasets: Dataset) -> pa.Table:
    """AUTHENTICATION_SCHEMA: all land users with a key were found."""
    people = {
        pair
        for data in datasets
        for pair in zip(
            data.column("source_system").to_pylist(), data.column("land_user_key").to_pylist(), strict=True
        )
        if pair[1] is not None
    }
    lines = [(system, key, "found") for system, key in sorted(people)]
    return pa.Table.from_pylist(
        [dict(zip(AUTHENTICATION_SCHEMA.names, line, strict=True)) for line in lines], AUTHENTICATION_SCHEMA
    )


def context(
    *datasets: Dataset, register: pa.Table | None = NO_CLAIMS, as_of: date = AS_OF, **more: Any
) -> Context:
    """The context of a delivery that consists of these datasets; with a register, of a nation that has nothing live.

    more  what else is known, in place of that; also what `context_of` takes
    """
    known = {} if register is None else NOTHING_LIVE | {"authentication": everybody_found(*datasets)}
    known |= {name: more.pop(name) for name in list(more) if name in _KNOWN}
    whole = context_of(
        Delivered({each.commune_code: each.table for each in datasets}, as_of),
        province_code=PROVINCE,
        policy=more.pop("policy", None) or policy_at(as_of),
        claims=register,
        **more,
    )
    return replace(whole, **known)


def verdict(data: Dataset, **more: Any) -> Verdict:
    """The verdict on a delivery that is this dataset alone."""
    return judge(data, context(data, **more))


def found(data: Dataset, **more: Any) -> dict[str, list[int]]:
    """Check code → row numbers in which it found something."""
    table = verdict(data, **more).findings
    result: dict[str, list[int]] = {}
    for code, row in zip(table["check_code"].to_pylist(), table["row_no"].to_pylist(), strict=True):
        result.setdefault(code, []).append(row)
    return result
