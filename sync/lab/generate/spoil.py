"""What each kind of defect does to the rows that carry it. One function per kind, all rows at once."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.admin_units import EARLIEST, communes_table
from parcels.identifiers import decode, encode
from sync.lab.generate.arrow import join, pick
from sync.lab.generate.province import Geometries, Integers, ProvinceBatch

Spoil = Callable[[np.random.Generator, ProvinceBatch, Integers, Integers], None]

_SHEET = ("sheet_no", "parcel_no", "map_scale", "map_set", "old_commune_code")
_FIRST_CODE = r"^[A-Z]+"


def put(batch: ProvinceBatch, name: str, rows: Integers, values: pa.Array | None) -> None:
    """Values, one for each of the rows, into one column; None for NULL."""
    column = batch.columns[name]
    mask = np.zeros(len(batch), dtype=bool)
    mask[rows] = True
    ordered = None if values is None else values.take(pa.array(np.argsort(rows)))
    replacement = pa.nulls(len(rows), column.type) if ordered is None else ordered.cast(column.type)
    batch.columns[name] = pc.replace_with_mask(column, pa.array(mask), replacement)


def _take(batch: ProvinceBatch, name: str, rows: Integers) -> pa.Array:
    return batch.columns[name].take(pa.array(rows))


# --- geometry: `rows` hold single polygons; the new coordinates are on the millimetre grid too


_KINK = 0.25  # of the edge's length
_KINK_M = (
    3.0,
    12.0,
)  # edges at which the loop is neither as narrow as a map's tolerance nor out of the parcel


def kinked(polygons: Geometries) -> Geometries:
    """Polygons of which an edge crosses itself in a loop on the inner side, as a slip of the hand does."""
    coords, ring = shapely.get_coordinates(polygons, return_index=True)
    start, loop, length, poor = _loops(polygons, coords, ring)
    best = np.lexsort((-length, poor, ring[start]))
    chosen = best[np.diff(ring[start][best], prepend=-1) > 0]
    after = np.repeat(start[chosen] + 1, 2)
    spoilt = np.insert(coords, after, loop[chosen].reshape(-1, 2), axis=0)
    which = np.insert(ring, after, np.repeat(np.arange(len(polygons)), 2))
    return np.asarray(shapely.polygons(shapely.linearrings(spoilt, indices=which)))


def can_be_kinked(polygons: Geometries) -> NDArray[np.bool_]:
    """(n,) the polygons of one ring with an edge at which the loop stays inside: of others it lies in a neighbour too."""
    coords, ring = shapely.get_coordinates(polygons, return_index=True)
    start, _, _, poor = _loops(polygons, coords, ring)
    can = np.zeros(len(polygons), dtype=bool)
    can[ring[start[~poor]]] = True
    return can


def _loops(
    polygons: Geometries, coords: NDArray[np.float64], ring: Integers
) -> tuple[Integers, NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Of each edge: its vertex, the two of its loop (k, 2, 2), its length, and whether the loop does not fit there."""
    start: Integers = np.flatnonzero(ring[1:] == ring[:-1]).astype(np.int64)
    origin, edge = coords[start], coords[start + 1] - coords[start]
    inward = np.column_stack([-edge[:, 1], edge[:, 0]]) * _KINK
    ends = np.stack([origin + 0.7 * edge + inward, origin + 0.3 * edge + inward], axis=1)
    loop = np.asarray(np.round(ends, 3), dtype=np.float64)
    reach = shapely.polygons(np.stack([origin, loop[:, 1], loop[:, 0], coords[start + 1]], axis=1))
    length: NDArray[np.float64] = np.hypot(*edge.T)
    poor = (length < _KINK_M[0]) | (length > _KINK_M[1]) | ~shapely.covers(polygons[ring[start]], reach)
    return start, loop, length, np.asarray(poor)


def _triangle_beside(polygons: Geometries, east: float) -> Geometries:
    """Smaller than any tolerance, and beyond all parcels: whatever it is taken for, it touches nobody."""
    _, ymin, _, _ = shapely.bounds(polygons).T
    xmax = np.full(len(polygons), east)
    corners = np.stack([xmax + 1, ymin, xmax + 1, ymin + 0.1, xmax + 1.1, ymin], axis=1).reshape(-1, 3, 2)
    return np.asarray(shapely.linearrings(np.round(corners, 3)))


def _self_intersection(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    batch.geometry[rows] = kinked(batch.geometry[rows])


def _hole_outside_shell(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    for commune in np.unique(batch.commune[rows]):
        mine = rows[batch.commune[rows] == commune]
        east = float(shapely.total_bounds(batch.geometry[batch.commune == commune])[2])
        shells = shapely.get_exterior_ring(batch.geometry[mine])
        rings = np.column_stack([shells, _triangle_beside(batch.geometry[mine], east)]).ravel()
        batch.geometry[mine] = shapely.polygons(rings, indices=np.repeat(np.arange(len(mine)), 2))


def _null_geometry(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    batch.geometry[rows] = None


def _empty_geometry(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    batch.geometry[rows] = shapely.from_wkt("POLYGON EMPTY")


def _zero_area(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A ring that runs along one line and back: exactly no area, because all its northings are equal."""
    xmin, ymin, xmax, _ymax = shapely.bounds(batch.geometry[rows]).T
    flat = np.stack([xmin, ymin, xmax, ymin, (xmin + xmax) / 2, ymin], axis=1).reshape(-1, 3, 2)
    batch.geometry[rows] = shapely.polygons(shapely.linearrings(np.round(flat, 3)))


def _line_geometry(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    coords, line = shapely.get_coordinates(batch.geometry[rows], return_index=True)
    batch.geometry[rows] = shapely.linestrings(coords, indices=line)


def _hole_wound_as_shell(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    rings, polygon = shapely.get_rings(batch.geometry[rows], return_index=True)
    hole = np.append(False, polygon[1:] == polygon[:-1])
    rings[hole] = shapely.reverse(rings[hole])
    batch.geometry[rows] = shapely.polygons(rings, indices=polygon)


# --- identity


def _copies(*names: str) -> Spoil:
    """The second row of each pair takes over what the first one has."""

    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, copied_from: Integers) -> None:
        second = copied_from >= 0
        for name in (name for name in names if name in batch.columns):
            put(batch, name, rows[second], _take(batch, name, copied_from[second]))

    return spoil


def _nulls(*names: str) -> Spoil:
    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        for name in names:
            put(batch, name, rows, None)

    return spoil


def _codes(at: date, province: str | None = None) -> set[str]:
    return set(communes_table(province, at)["commune_code"].to_pylist())


def _one_of(codes: set[str]) -> Spoil:
    words = sorted(codes)

    def spoil(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, _: Integers) -> None:
        put(batch, "commune_code", rows, pick(words, rng.integers(len(words), size=len(rows))))

    return spoil


def _unknown_commune(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, none: Integers) -> None:
    everything = _codes(EARLIEST) | _codes(batch.as_of)
    _one_of({f"{code:05d}" for code in range(98000, 99999)} - everything)(rng, batch, rows, none)


def _expired_commune(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, none: Integers) -> None:
    """Codes of communes of the province that ended on 1 July 2025 and whose code was not given again."""
    _one_of(_codes(EARLIEST, batch.delivery.province) - _codes(batch.as_of))(rng, batch, rows, none)


def _foreign_commune(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, none: Integers) -> None:
    here = _codes(batch.as_of, batch.delivery.province)
    _one_of(_codes(batch.as_of) - here)(rng, batch, rows, none)


def _malformed_national_id(
    rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers
) -> None:
    """Too short, too long, or with a letter that the alphabet lacks."""
    given = _take(batch, "national_id", rows)
    wrong = pick(["a", "i", "l", "o"], rng.integers(4, size=len(rows)))
    short = pc.utf8_slice_codeunits(given, 0, 11)
    foreign = join(pc.utf8_slice_codeunits(given, 0, 6), wrong, pc.utf8_slice_codeunits(given, 7, 12))
    which = pa.array(rng.integers(3, size=len(rows)))
    put(batch, "national_id", rows, pc.choose(which, short, join(given, "0"), foreign))


def _national_id_elsewhere(
    rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers
) -> None:
    """The id of a place one to three kilometres away, still with the first two characters of its own."""
    given = _take(batch, "national_id", rows)
    cells = decode(given)
    lon, lat = (cells.lon_min + cells.lon_max) / 2, (cells.lat_min + cells.lat_max) / 2
    shift = rng.uniform(0.01, 0.02, (2, len(rows)))
    there = encode(lon + shift[0], lat + shift[1])
    same = pc.equal(pc.utf8_slice_codeunits(there, 0, 2), pc.utf8_slice_codeunits(given, 0, 2))
    put(batch, "national_id", rows, pc.if_else(same, there, encode(lon - shift[0], lat - shift[1])))


# --- attributes


def _first_code(codes: list[str]) -> Spoil:
    """Another first code; the number of uses, and so their areas, stay as they are."""

    def spoil(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, _: Integers) -> None:
        rest = pc.replace_substring_regex(_take(batch, "land_use", rows), _FIRST_CODE, "")
        put(batch, "land_use", rows, join(pick(codes, rng.integers(len(codes), size=len(rows))), rest))

    return spoil


def _area_mismatch(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    given = np.asarray(_take(batch, "area_legal_m2", rows))
    wrong: NDArray[np.float64] = np.round(given * rng.uniform(1.2, 1.6, len(rows)) + 5, 1)
    put(batch, "area_legal_m2", rows, pa.array(wrong))
    put(batch, "land_use_areas", rows, None)  # they would contradict it as well, which is another fault


SPOIL: dict[str, Spoil] = {
    "self_intersection": _self_intersection,
    "hole_outside_shell": _hole_outside_shell,
    "null_geometry": _null_geometry,
    "empty_geometry": _empty_geometry,
    "zero_area": _zero_area,
    "line_geometry": _line_geometry,
    "duplicate_source_key": _copies("source_key"),
    "duplicate_national_id": _copies("national_id"),
    "duplicate_sheet_number": _copies(*_SHEET),
    "missing_identity": _nulls("source_key", "national_id", "sheet_no", "parcel_no"),
    "unknown_commune": _unknown_commune,
    "missing_commune": _nulls("commune_code"),
    "expired_commune": _expired_commune,
    "foreign_commune": _foreign_commune,
    "malformed_national_id": _malformed_national_id,
    "national_id_elsewhere": _national_id_elsewhere,
    "missing_sheet_number": _nulls("sheet_no"),
    "missing_parcel_number": _nulls("parcel_no"),
    "missing_land_use": _nulls("land_use", "land_use_areas"),
    "missing_legal_area": _nulls("area_legal_m2"),
    "unknown_land_use": _first_code(["XYZ", "QQQ", "DAT"]),
    "area_mismatch": _area_mismatch,
    "missing_national_id": _nulls("national_id"),
    "legacy_land_use": _first_code(["LNQ", "BHK", "TSN"]),
    "hole_wound_as_shell": _hole_wound_as_shell,
}
