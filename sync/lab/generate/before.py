"""What the nation knew of a province before its delivery, in labelled nations: live parcels, ended ones, claims.

Mostly what is delivered now; where a fault is one against history, history is made to contradict the delivery. What
was refused was never live, or is live as it should have been.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels.admin_units import commune as commune_at
from parcels.admin_units import provinces
from parcels.columns import DECIMAL_PLACES
from parcels.crs import to_wgs84
from parcels.decimals import from_floats
from parcels.geometry import area_m2, canonical_form, to_stored, to_wkb
from parcels.identifiers import encode, national_ids, sheet_handle, source_handle
from sync.lab.generate.along import along_other_provinces
from sync.lab.generate.arrow import digits, join
from sync.lab.generate.kinds import ALL, BY_NAME
from sync.lab.generate.merged import OLD
from sync.lab.generate.nation import Purpose, stream
from sync.lab.generate.province import Geometries, Integers, ProvinceBatch
from sync.lab.generate.spoil import put
from sync.lab.generate.spoil_shape import id_of_another_point
from sync.lab.generate.systems import uuids

_LIVE = ("source_key", "national_id", "map_set", "map_scale", "sheet_no", "parcel_no", "land_use")
LIVE_SCHEMA = pa.schema(
    [
        pa.field("province_code", pa.string()),
        pa.field("commune_code", pa.string()),
        pa.field("source_system", pa.string()),
        *[pa.field(name, pa.string()) for name in _LIVE[:-1]],
        pa.field(OLD, pa.string()),
        pa.field("parcel_uid", pa.string()),
        pa.field("land_use", pa.string()),
        pa.field("area_m2", pa.decimal128(18, DECIMAL_PLACES)),
        pa.field("geom", pa.binary()),
    ]
)
ENDED_SCHEMA = pa.schema(
    [
        pa.field("commune_code", pa.string()),
        pa.field("handle", pa.string()),
        pa.field("ended_on", pa.date32()),
        pa.field("source_handle", pa.string()),
        pa.field("national_id", pa.string()),
    ]
)
CLAIMS_SCHEMA = pa.schema([pa.field("national_id", pa.string()), pa.field("province_code", pa.string())])

_FEWER = (25, 0.05)  # of the live parcels so many, or this share, are not delivered: more than 20 and 2 %
_SHEET_PARCELS = 6  # of a sheet that is not delivered
_ANOTHER_NUMBER, _LOST_NUMBER = 50_000, 70_000  # beyond the numbers of any sheet
_MOVED_M = 300.0  # and as far again as the parcel is wide: moved is more than 20 m


@dataclass(frozen=True, slots=True)
class Before:
    """Of one province: LIVE_SCHEMA, ENDED_SCHEMA, CLAIMS_SCHEMA, and which of the live ones lie along other provinces.

    lost  commune code → its sheet that is not delivered
    """

    live: pa.Table
    ended: pa.Table
    claims: pa.Table
    border: pa.Table
    lost: dict[str, str]


def _live(batch: ProvinceBatch) -> tuple[str, ...]:
    """What is known of a live parcel: its old commune too, where the delivery says one."""
    return (*_LIVE, OLD) if OLD in batch.columns else _LIVE


def rows_of_kind(batch: ProvinceBatch, name: str) -> Integers:
    """The rows that carry a kind."""
    return np.flatnonzero(batch.kind == ALL.index(BY_NAME[name]))


def settle_ids(batch: ProvinceBatch) -> None:
    """Give the rows that the nation did not know the id that a recomputation gives, but for those that lack just that.

    Only of new and moved parcels is an id recomputed.
    """
    before = np.array([*(kind.before for kind in ALL), "same"])[batch.kind]
    new = (before == "absent") | np.isin(
        batch.kind, [ALL.index(BY_NAME[name]) for name in ("moved", "same_land_other_ids")]
    )
    other = rows_of_kind(batch, "id_of_another_point")
    new[other] = False
    new &= np.asarray(batch.columns["national_id"].is_valid())
    new[rows_of_kind(batch, "duplicate_national_id")] = False
    for k, part in enumerate(batch.delivery.parts):
        rows = np.flatnonzero(new & (batch.part == k))
        if len(rows):
            ids = national_ids(batch.geometry[rows], part.old_province.epsg)
            put(batch, "national_id", rows, ids)
        mine = other[batch.part[other] == k]
        if len(mine):
            put(batch, "national_id", mine, _in_a_corner(batch.geometry[mine], part.old_province.epsg))


def _in_a_corner(polygons: Geometries, epsg: int) -> pa.Array:
    """Ids of points 30 cm from a corner of each polygon, towards its inside."""
    _, first = np.unique(shapely.get_coordinates(polygons, return_index=True)[1], return_index=True)
    corner = shapely.get_coordinates(polygons)[first]
    inward = shapely.get_coordinates(shapely.point_on_surface(polygons)) - corner
    degrees = to_wgs84(corner + 0.3 * inward / np.hypot(*inward.T)[:, None], epsg)
    return encode(degrees[:, 0], degrees[:, 1])


def before_of(seed: int, batch: ProvinceBatch, wholes: dict[str, list[str]]) -> Before:
    """The state before the delivery of a province. wholes: faults of each commune as a whole, by code."""
    rng = stream(seed, Purpose.BEFORE, batch.delivery.province)
    before = np.array([*(kind.before for kind in ALL), "same"])[batch.kind]
    known = np.flatnonzero(before != "absent")
    clean = before[known] == "clean"
    geometry = np.where(clean, batch.clean_geometry[known], batch.geometry[known])
    columns = {
        name: pc.if_else(
            pa.array(clean),
            batch.clean_columns[name].take(pa.array(known)),
            batch.columns[name].take(pa.array(known)),
        )
        for name in _live(batch)
    }
    position = np.full(len(batch), -1)
    position[known] = np.arange(len(known))

    def change(name: str, rows: Integers, values: pa.Array) -> None:
        mask = np.zeros(len(known), dtype=bool)
        mask[position[rows]] = True
        columns[name] = pc.replace_with_mask(columns[name], pa.array(mask), values)

    other = rows_of_kind(batch, "same_land_other_ids")
    if len(other):
        change("source_key", other, _other_keys(batch, other))
        change("national_id", other, id_of_another_point(batch, other))
        number = batch.columns["parcel_no"].take(pa.array(other)).cast(pa.int64())
        change("parcel_no", other, pc.add(number, _ANOTHER_NUMBER).cast(pa.string()))
    changed = rows_of_kind(batch, "id_changed")
    if len(changed):
        change("national_id", changed, id_of_another_point(batch, changed))
    moved = rows_of_kind(batch, "moved")
    geometry[position[moved]] = _moved(batch.geometry[moved])

    codes = pa.array([t.commune.code for t in batch.delivery.territories])
    live = _table(
        batch, codes.take(pa.array(batch.commune[known])), columns, geometry, batch.part[known], rng
    )
    lost, sheets = _lost(batch, known, wholes, rng)
    return Before(
        live=pa.concat_tables([live, *lost]),
        ended=_ended(batch, codes),
        claims=_claims(batch),
        border=live.filter(pa.array(along_other_provinces(batch)[known])),
        lost=sheets,
    )


def _table(
    batch: ProvinceBatch,
    commune: pa.Array,
    columns: dict[str, pa.Array],
    geometry: Geometries,
    part: Integers,
    rng: np.random.Generator,
) -> pa.Table:
    stored, area = np.full(len(geometry), None, dtype=object), np.zeros(len(geometry))
    for k, each in enumerate(batch.delivery.parts):
        mine = np.flatnonzero(part == k)
        epsg = each.old_province.epsg
        canonical = canonical_form(geometry[mine], epsg)
        stored[mine], area[mine] = to_stored(canonical, epsg, canonical=True), area_m2(canonical, epsg)
    n = len(geometry)
    return pa.table(
        {
            "province_code": pa.repeat(batch.delivery.province, n),
            "commune_code": commune,
            "source_system": pa.repeat(batch.profile.system, n),
            **{name: columns[name] for name in _LIVE[:-1]},
            OLD: columns.get(OLD, pa.nulls(n, pa.string())),
            "parcel_uid": uuids(rng, "", n),
            "land_use": columns["land_use"],
            "area_m2": from_floats(area),
            "geom": pa.array(to_wkb(stored), pa.binary()),
        }
    ).cast(LIVE_SCHEMA)


def _other_keys(batch: ProvinceBatch, rows: Integers) -> pa.Array:
    return join("CU" + batch.delivery.province, digits(rows, 9))


def _moved(geometry: Geometries) -> Geometries:
    """So far east that nothing of the parcel is where it was."""
    west, _, east, _ = shapely.bounds(geometry).T
    xy, polygon = shapely.get_coordinates(geometry, return_index=True)
    return np.asarray(
        shapely.set_coordinates(
            geometry.copy(), xy + np.column_stack([(_MOVED_M + 2 * (east - west))[polygon], 0 * polygon])
        )
    )


def _lost(
    batch: ProvinceBatch, known: Integers, wholes: dict[str, list[str]], rng: np.random.Generator
) -> tuple[list[pa.Table], dict[str, str]]:
    """Live parcels that are not delivered: of a sheet, or of many; a square metre each, on land of the commune.

    Also the sheet, by commune code.
    """
    tables, lost = [], {}
    for k, territory in enumerate(batch.delivery.territories):
        rows = np.flatnonzero(batch.commune == k)
        whole = wholes.get(territory.commune.code, [])
        if "sheet_lost" in whole:
            sheets = batch.clean_columns["sheet_no"].take(pa.array(rows)).cast(pa.int64())
            last = int(pc.max(sheets).as_py())
            lost[territory.commune.code] = str(last + 1)
            tables.append(_squares(batch, k, rows[:1].repeat(_SHEET_PARCELS), str(last + 1), rng))
        if "fewer_parcels" in whole:
            unknown = len(rows) - int(np.isin(rows, known).sum())
            number = unknown + max(_FEWER[0], int(np.ceil(_FEWER[1] * len(rows))))
            tables.append(_squares(batch, k, np.resize(rows, number), None, rng))
    return tables, lost


def _squares(
    batch: ProvinceBatch, commune: int, rows: Integers, sheet: str | None, rng: np.random.Generator
) -> pa.Table:
    """Square metres inside the parcels of some rows, on a sheet of their own or on these parcels' sheets."""
    n = len(rows)
    x, y = shapely.get_coordinates(shapely.point_on_surface(batch.clean_geometry[rows])).T + rng.uniform(
        0, 2, (2, n)
    )
    squares = np.asarray(shapely.box(np.round(x, 3), np.round(y, 3), np.round(x + 1, 3), np.round(y + 1, 3)))
    columns = {name: batch.clean_columns[name].take(pa.array(rows)) for name in _live(batch)}
    columns["source_key"] = join(
        f"MAT{batch.delivery.territories[commune].commune.code}", digits(np.arange(n), 6)
    )
    columns["national_id"] = pa.nulls(n, pa.string())
    columns["parcel_no"] = pa.array(_LOST_NUMBER + np.arange(n)).cast(pa.string())
    if sheet is not None:
        columns["sheet_no"] = pa.repeat(sheet, n)
        columns["source_key"] = join(columns["source_key"], "T")
    code = batch.delivery.territories[commune].commune.code
    return _table(batch, pa.repeat(code, n), columns, squares, batch.part[rows], rng)


def _ended(batch: ProvinceBatch, codes: pa.Array) -> pa.Table:
    """The parcels that ended and whose sheet and number come again."""
    rows = rows_of_kind(batch, "number_reused")
    at = pa.array(rows)
    commune = codes.take(pa.array(batch.commune[rows]))
    since = {
        t.commune.code: found.valid_from
        for t in batch.delivery.territories
        if (found := commune_at(t.commune.code, batch.as_of)) is not None
    }
    handles = [
        sheet_handle(
            commune.filter(pc.equal(commune, code)),
            valid_from,
            **{
                name: batch.columns[name].take(at).filter(pc.equal(commune, code))
                for name in (*_live(batch)[len(_LIVE) :], "map_set", "map_scale", "sheet_no", "parcel_no")
            },
        )
        for code, valid_from in since.items()
    ]
    order = pa.concat_arrays(
        [pa.array([], pa.string()), *(commune.filter(pc.equal(commune, c)) for c in since)]
    )
    n = len(rows)
    keys = join("CU" + batch.delivery.province, digits(np.arange(n), 9), "E")
    return pa.table(
        [
            order,
            pa.concat_arrays([pa.array([], pa.string()), *handles]),
            pa.array(np.full(n, np.datetime64("2025-12-31"))),
            source_handle(pa.repeat(batch.profile.system, n), keys),
            pa.nulls(n, pa.string()),
        ],
        schema=ENDED_SCHEMA,
    )


def _claims(batch: ProvinceBatch) -> pa.Table:
    """Ids that are delivered here and that a parcel of another province has."""
    rows = rows_of_kind(batch, "claimed_elsewhere")
    elsewhere = next(code for code in provinces() if code != batch.delivery.province)
    ids = batch.columns["national_id"].take(pa.array(rows))
    return pa.table([ids, pa.repeat(elsewhere, len(rows))], schema=CLAIMS_SCHEMA)
