"""The small province as drawings: a file a map sheet, boundaries as lines, what is known of a parcel as texts inside it.

DGN is written by GDAL, which the reader does not use; DXF by hand, group code by group code, which ezdxf reads.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio.raw
import shapely

from sync.declared.profile import load_profile
from tests.support.formats.base import Delivered
from tests.support.tiny import EPSG, PROVINCE, Tiny

CARRIED = ("commune_code", "sheet_no", "parcel_no", "land_use", "area_legal_m2")
PROFILE = f"""
province = "{PROVINCE}"
extends = "drawing"
[[parts]]
epsg = {EPSG}
"""
# A tenth of a millimetre, and a global origin, without which northings of Vietnam do not fit into 32 bits.
UNITS = {
    "MASTER_UNIT_NAME": "m",
    "SUB_UNIT_NAME": "mm",
    "SUB_UNITS_PER_MASTER_UNIT": 1000,
    "UOR_PER_SUB_UNIT": 10,
}

Labels = list[tuple[str, str, float, float]]  # level, text, x, y
WriteSheet = Callable[[Path, np.ndarray, Labels], None]


def write_dgn(tiny: Tiny, folder: Path) -> Delivered:
    """A DGN v7 a sheet."""
    return _write(tiny, folder, ".dgn", dgn)


def write_dxf(tiny: Tiny, folder: Path) -> Delivered:
    """A DXF a sheet."""
    return _write(tiny, folder, ".dxf", dxf)


def _write(tiny: Tiny, folder: Path, suffix: str, sheet: WriteSheet) -> Delivered:
    profile = folder.parent / "drawing.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    for name, rows in sheets(tiny):
        rings = shapely.get_rings(shapely.get_parts(tiny.geometry[rows]))
        sheet(folder / f"{name}{suffix}", _lines(rings), list(labels(tiny, rows)))
    lost = {name: "a drawing has no place for it" for name in tiny.columns if name not in CARRIED}
    return Delivered(folder, load_profile(PROVINCE, profile), lost, grid_m=0.001)


def sheets(tiny: Tiny) -> Iterator[tuple[str, np.ndarray]]:
    """Name of the file and rows of every map sheet."""
    names = pc.binary_join_element_wise(tiny.columns["commune_code"], tiny.columns["sheet_no"], "-")
    for name in pc.unique(names).to_pylist():
        yield name, np.flatnonzero(pc.equal(names, name).to_numpy(zero_copy_only=False))


def labels(tiny: Tiny, rows: np.ndarray) -> Iterator[tuple[str, str, float, float]]:
    """The texts of a sheet: in the larger part of each parcel, the area with one decimal."""
    parts, index = shapely.get_parts(tiny.geometry[rows], return_index=True)
    order = np.lexsort((-shapely.area(parts), index))
    first = order[np.unique(index[order], return_index=True)[1]]
    places = shapely.get_coordinates(shapely.point_on_surface(parts[first])).tolist()
    said = {name: tiny.columns[name].take(pa.array(rows)).to_pylist() for name in CARRIED}
    for k, (x, y) in enumerate(places):
        area = said["area_legal_m2"][k]
        yield "13", str(said["parcel_no"][k]), x, y
        if area is not None:
            yield "4", f"{area:.1f}", x, y
        if said["land_use"][k] is not None:
            yield "2", said["land_use"][k], x, y


def dgn(path: Path, lines: np.ndarray, texts: Labels, level: int = 10, **options: Any) -> None:
    """A DGN v7: GDAL makes the file with its units first, since it takes no columns while it does."""
    west, south = np.floor(shapely.total_bounds(lines)[:2])
    made = UNITS | {"ORIGIN": f"{-west},{-south},0"} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that no CRS was given: a DGN has none
        _gdal(path, lines[:0], **made)
        places = shapely.points(np.array([(x, y) for _, _, x, y in texts]).reshape(-1, 2))
        levels = np.array([level] * len(lines) + [int(at) for at, _, _, _ in texts], np.int32)
        written = np.array([None] * len(lines) + [text for _, text, _, _ in texts], dtype=object)
        _gdal(
            path,
            np.concatenate((lines, places)),
            {"Level": levels, "Text": written},
            append=True,
        )


def _gdal(
    path: Path, geometry: np.ndarray, fields: dict[str, np.ndarray] | None = None, **options: Any
) -> None:
    columns = fields or {}
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometry),
        list(columns.values()),
        list(columns),
        geometry_type="Unknown",
        driver="DGN",
        layer="elements",
        **options,
    )


def dxf(path: Path, lines: np.ndarray, texts: Labels, layer: str = "Level 10") -> None:
    """A DXF of the year 2000: open polylines and texts."""
    entities = "".join(polyline(shapely.get_coordinates(line), layer) for line in lines)
    entities += "".join(text(*label) for label in texts)
    path.write_text(document(entities), encoding="cp1252")


def document(entities: str, version: str = "AC1015") -> str:
    """A whole DXF around entities."""
    head = groups(0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, version, 0, "ENDSEC")
    return head + groups(0, "SECTION", 2, "ENTITIES") + entities + groups(0, "ENDSEC", 0, "EOF")


def groups(*said: object) -> str:
    """Group codes and values, each on a line of its own."""
    return "".join(f"{item}\n" for item in said)


def polyline(points: np.ndarray, layer: str = "10") -> str:
    """An open LWPOLYLINE."""
    start = groups(0, "LWPOLYLINE", 100, "AcDbEntity", 8, layer, 100, "AcDbPolyline", 90, len(points), 70, 0)
    return start + "".join(groups(10, repr(float(x)), 20, repr(float(y))) for x, y in points)


def text(layer: str, said: str, x: float, y: float) -> str:
    """A TEXT at its insertion point."""
    return groups(0, "TEXT", 8, layer, 10, repr(x), 20, repr(y), 40, 2, 1, said)


def _lines(rings: np.ndarray) -> np.ndarray:
    coordinates, index = shapely.get_coordinates(rings, return_index=True)
    return np.asarray(shapely.linestrings(coordinates, indices=index))
