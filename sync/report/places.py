"""In which coordinate system a report draws.

The delivery's own zone where it has one: an office then lays the findings over its own data without any
transformation, and reads the coordinates it knows. Several zones: VN-2000 degrees (EPSG:4756), which need
no change of datum either; WGS 84 would, and QGIS picks one that is 0.8 m off in the Mekong delta.
"""

from parcels.crs import VN2000, WGS84, is_storable


def report_srid(delivered: set[int]) -> int:
    """The CRS of a report on data delivered in these."""
    if len(delivered) == 1:
        return next(iter(delivered))
    return VN2000 if all(is_storable(epsg) for epsg in delivered) else WGS84
