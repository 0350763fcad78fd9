"""Coordinate systems of Vietnam: every VN-2000 zone, and the one pinned way to WGS 84 and back.

Never `Transformer.from_crs` between VN-2000 and WGS 84: inside the Mekong delta PROJ silently prefers
another operation, 0.8 m away. The seven parameters are those of QĐ 05/2007/QĐ-BTNMT = EPSG "VN-2000 to
WGS 84 (2)" in coordinate-frame convention; signs copied into `+towgs84` would be 0.545 m off.

Transformers are made on first use in each process and thread, never at import.
"""

import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected

if TYPE_CHECKING:
    from pyproj import Transformer

Floats = NDArray[np.float64]

VN2000 = 4756
WGS84 = 4326
GRID_M = 1e-4  # projected coordinates: 0.1 mm
GRID_DEG = 1e-9  # geographic coordinates

_HELMERT = (
    "+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 "
    "+step +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 "
    "+rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame "
    "+step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3"
)
# EPSG "Hanoi 1972 to WGS 84 (1)", accuracy 5 m, meant for the south; nothing better is public for the north.
_HANOI72 = (
    "+step +proj=push +v_3 +step +proj=cart +ellps=krass "
    "+step +proj=helmert +x=-17.51 +y=-108.32 +z=-62.39 "
    "+step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3"
)
_RAD_TO_DEG = "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
_DEG_TO_RAD = "+step +proj=unitconvert +xy_in=deg +xy_out=rad"


@dataclass(frozen=True, slots=True)
class Zone:
    """A projected VN-2000 zone: transverse Mercator on the WGS 84 ellipsoid, axes east and north, metres."""

    epsg: int
    name: str
    lon0: float
    k: float
    false_easting: float = 500_000.0

    @property
    def projection(self) -> str:
        """The projection step of a PROJ pipeline."""
        return (
            f"+proj=tmerc +lat_0=0 +lon_0={self.lon0!r} +k={self.k!r} "
            f"+x_0={self.false_easting!r} +y_0=0 +ellps=WGS84"
        )


ZONES: dict[int, Zone] = {
    zone.epsg: zone
    for zone in (
        Zone(3405, "VN-2000 / UTM zone 48N", 105.0, 0.9996),
        Zone(3406, "VN-2000 / UTM zone 49N", 111.0, 0.9996),
        Zone(5896, "VN-2000 / TM-3 zone 481", 102.0, 0.9999),
        Zone(5897, "VN-2000 / TM-3 zone 482", 105.0, 0.9999),
        Zone(5898, "VN-2000 / TM-3 zone 491", 108.0, 0.9999),
        Zone(5899, "VN-2000 / TM-3 107-45", 107.75, 0.9999),
        Zone(9205, "VN-2000 / TM-3 103-00", 103.0, 0.9999),
        Zone(9206, "VN-2000 / TM-3 104-00", 104.0, 0.9999),
        Zone(9207, "VN-2000 / TM-3 104-30", 104.5, 0.9999),
        Zone(9208, "VN-2000 / TM-3 104-45", 104.75, 0.9999),
        Zone(9209, "VN-2000 / TM-3 105-30", 105.5, 0.9999),
        Zone(9210, "VN-2000 / TM-3 105-45", 105.75, 0.9999),
        Zone(9211, "VN-2000 / TM-3 106-00", 106.0, 0.9999),
        Zone(9212, "VN-2000 / TM-3 106-15", 106.25, 0.9999),
        Zone(9213, "VN-2000 / TM-3 106-30", 106.5, 0.9999),
        Zone(9214, "VN-2000 / TM-3 107-00", 107.0, 0.9999),
        Zone(9215, "VN-2000 / TM-3 107-15", 107.25, 0.9999),
        Zone(9216, "VN-2000 / TM-3 107-30", 107.5, 0.9999),
        Zone(9217, "VN-2000 / TM-3 108-15", 108.25, 0.9999),
        Zone(9218, "VN-2000 / TM-3 108-30", 108.5, 0.9999),
    )
}

UTM = (3405, 3406)  # the zones of six degrees

# False easting 0; withdrawn by EPSG. Data tagged with them is suspect: refused, with the zone that replaced it.
DEPRECATED: dict[int, int] = {6956: 5896, 6957: 5897, 6958: 5898, 6959: 5899}


def is_vn2000(epsg: int) -> bool:
    """Whether landsync can store coordinates of this CRS as VN-2000 by definition: a zone, or 4756 itself."""
    return epsg == VN2000 or epsg in ZONES


def is_storable(epsg: int) -> bool:
    """Whether parcels in this CRS can be stored: VN-2000, or WGS 84 through the inverse pinned Helmert."""
    return epsg == WGS84 or is_vn2000(epsg)


def refuse_deprecated(epsg: int) -> None:
    """Raise DeliveryRejected for the withdrawn zones with false easting 0."""
    if epsg in DEPRECATED:
        instead = DEPRECATED[epsg]
        raise DeliveryRejected(
            "CRS-DEPRECATED",
            Bilingual(
                f"EPSG:{epsg} là hệ tọa độ đã bị hủy bỏ (độ dời trục tung bằng 0).",
                f"EPSG:{epsg} was withdrawn (its false easting is 0).",
            ),
            Bilingual(
                f"Kiểm tra kinh tuyến trục và độ dời 500 km rồi khai báo EPSG:{instead} hoặc múi đúng của tỉnh cũ.",
                f"Check the meridian and the false easting of 500 km, then declare EPSG:{instead} "
                "or the right zone of the old province.",
            ),
            epsg=epsg,
        )


def grid_size(epsg: int) -> float:
    """The grid of delivered coordinates: 0.1 mm in the units of a metric CRS, 1e-9 degree if geographic.

    A CRS in feet uses the number of its units nearest to 0.1 mm from below that is a power of ten: 1e-4.
    """
    return GRID_DEG if is_geographic(epsg) else GRID_M


@cache
def is_geographic(epsg: int) -> bool:
    """Whether coordinates are degrees. Reads PROJ's database for CRS that are not Vietnam's."""
    if epsg in ZONES:
        return False
    if epsg in (VN2000, WGS84):
        return True
    from pyproj import CRS  # noqa: PLC0415 - PROJ's database is opened only for foreign CRS

    return bool(CRS.from_epsg(epsg).is_geographic)


def is_metric(epsg: int) -> bool:
    """Whether it is the code of a projected CRS whose unit is the metre."""
    if epsg in ZONES:
        return True
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        return False
    return bool(found.is_projected and found.axis_info[0].unit_conversion_factor == 1.0)


class _Local(threading.local):
    def __init__(self) -> None:
        self.made: dict[str, Transformer] = {}


_local = _Local()


def _run(pipeline: str, coords: Floats, *, inverse: bool = False) -> Floats:
    """Coordinates (n, 2) through a pipeline; made once per process and thread. What cannot be placed is inf."""
    made = _local.made
    if pipeline not in made:
        from pyproj import Transformer  # noqa: PLC0415 - nothing of PROJ before the first transformation

        made[pipeline] = Transformer.from_pipeline(pipeline)
    direction = "INVERSE" if inverse else "FORWARD"
    x, y = made[pipeline].transform(coords[:, 0], coords[:, 1], errcheck=False, direction=direction)
    placed = np.column_stack((x, y))
    placed[np.isnan(placed)] = np.inf  # a ring that begins with NaN could not be closed
    return placed


def _zone(epsg: int) -> Zone:
    refuse_deprecated(epsg)
    if epsg not in ZONES:
        raise ValueError(f"EPSG:{epsg} is not a VN-2000 zone")
    return ZONES[epsg]


def to_vn2000_geographic(coords: Floats, epsg: int) -> Floats:
    """Coordinates (n, 2) of a VN-2000 zone, 4756 or 4326 → longitude, latitude in VN-2000 (4756), degrees.

    A zone is only un-projected (no datum changes); WGS 84 goes through the inverse of the pinned Helmert.
    Raises DeliveryRejected for the deprecated zones, ValueError for a foreign CRS.
    """
    if epsg == VN2000:
        return coords.copy()
    if epsg == WGS84:
        return _shift_back(coords)
    return _run(f"+proj=pipeline +step +inv {_zone(epsg).projection} {_RAD_TO_DEG}", coords)


def from_vn2000_geographic(coords: Floats, epsg: int) -> Floats:
    """Longitude, latitude in VN-2000 (n, 2), degrees → a VN-2000 zone, 4756 or 4326 (inverse of the above)."""
    if epsg == VN2000:
        return coords.copy()
    if epsg == WGS84:
        return _run(f"+proj=pipeline {_DEG_TO_RAD} {_HELMERT} {_RAD_TO_DEG}", coords)
    return _run(f"+proj=pipeline {_DEG_TO_RAD} +step {_zone(epsg).projection}", coords)


def to_wgs84(coords: Floats, epsg: int) -> Floats:
    """Coordinates (n, 2) of a VN-2000 zone or 4756 → WGS 84 longitude, latitude in degrees, pinned pipeline."""
    if epsg == WGS84:
        return coords.copy()
    if epsg == VN2000:
        return _run(f"+proj=pipeline {_DEG_TO_RAD} {_HELMERT} {_RAD_TO_DEG}", coords)
    projection = _zone(epsg).projection
    return _run(f"+proj=pipeline +step +inv {projection} {_HELMERT} {_RAD_TO_DEG}", coords)


def nearest_zone(lon: float) -> int:
    """The TM-3 zone whose central meridian is nearest to a longitude, to measure degrees in."""
    return min((abs(zone.lon0 - lon), epsg) for epsg, zone in ZONES.items() if epsg not in UTM)[1]


def to_metric(coords: Floats, epsg: int, metric: int) -> Floats:
    """Coordinates (n, 2) in a projected CRS, to measure in: within Vietnam by the pinned way, else as PROJ chooses.

    What cannot be placed is inf.
    """
    if epsg == metric:
        return coords.copy()
    if is_storable(epsg) and metric in ZONES:
        return from_vn2000_geographic(to_vn2000_geographic(coords, epsg), metric)
    return _foreign(coords, epsg, metric)


def _foreign(coords: Floats, epsg: int, metric: int) -> Floats:
    """Between CRS of other countries: nothing that is stored goes this way."""
    made, name = _local.made, f"{epsg}>{metric}"
    if name not in made:
        from pyproj import Transformer  # noqa: PLC0415

        made[name] = Transformer.from_crs(epsg, metric, always_xy=True)
    placed = np.column_stack(made[name].transform(coords[:, 0], coords[:, 1], errcheck=False))
    placed[np.isnan(placed)] = np.inf
    return placed


def from_wgs84(coords: Floats, epsg: int) -> Floats:
    """WGS 84 longitude, latitude (n, 2) in degrees → a VN-2000 zone or 4756, inverse of the pinned pipeline."""
    return coords.copy() if epsg == WGS84 else from_vn2000_geographic(_shift_back(coords), epsg)


def hanoi72_to_wgs84(coords: Floats, lon0: float | None = None) -> Floats:
    """Coordinates (n, 2) in Hanoi 1972 → WGS 84 degrees, to tell that they are; parcels are not stored through it.

    lon0  central meridian of a Gauss-Krüger zone (k = 1, easting 500,000 m there, no zone number in front);
          None for longitude and latitude in degrees
    """
    if lon0 is None:
        start = _DEG_TO_RAD
    else:
        start = f"+step +inv +proj=tmerc +lat_0=0 +lon_0={lon0!r} +k=1 +x_0=500000 +y_0=0 +ellps=krass"
    return _run(f"+proj=pipeline {start} {_HANOI72} {_RAD_TO_DEG}", coords)


def _shift_back(coords: Floats) -> Floats:
    """WGS 84 → VN-2000, degrees: the exact inverse of the pinned shift of the horizontal position.

    Running the pipeline backwards is 0.8 mm off, because both directions take the height on their own
    ellipsoid as zero; one step of correction brings the way there and back under a thousandth of that.
    """
    shift = f"{_DEG_TO_RAD} {_HELMERT} {_RAD_TO_DEG}"
    back = _run(f"+proj=pipeline {shift}", coords, inverse=True)
    return back - (_run(f"+proj=pipeline {shift}", back) - coords)


def same_crs(epsg: int, file_crs: str) -> Literal["same", "different", "unreadable"]:
    """Whether a file's CRS (WKT, PROJ string or "EPSG:n") is the declared one, and not merely named like it.

    Equality of definition, axis order aside: the ESRI form of a .prj agrees; a shifted false easting or
    k = 1.0 under the right name does not. A TOWGS84 clause and a height system beside it do not matter.
    """
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        found = CRS.from_user_input(file_crs)
    except CRSError:
        return "unreadable"
    declared = CRS.from_epsg(epsg)
    if found.is_bound and found.source_crs is not None:
        found = found.source_crs
    if found.is_compound and not declared.is_compound:
        found = found.sub_crs_list[0]
    if declared.equals(found, ignore_axis_order=True):
        return "same"
    return "different"
