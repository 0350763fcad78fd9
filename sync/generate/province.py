"""All parcels of one province before they are written: geometry, attributes, and what was done to them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.crs import from_wgs84, to_vn2000_geographic, to_wgs84
from parcels.identifiers import encode
from sync.generate.attributes import Columns, Rows, attributes
from sync.generate.fabric import Fabric, make_fabric
from sync.generate.nation import Delivery, Purpose, Territory, no_room, stream
from sync.generate.options import Options
from sync.generate.systems import system
from sync.profile import Profile

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]


@dataclass(slots=True)
class Batch:
    """A province's rows (n), part by part, commune by commune, in the order in which they are written.

    as_of           day of the delivery
    part, commune   (n,) index into delivery.parts, into delivery.territories
    geometry        (n,) in the zone of the row's part, metres on the millimetre grid
    columns         canonical name → (n,) Arrow array
    kind            (n,) index into kinds.KINDS of the row's defect, -1 without
    outlines        (communes,) outline of each commune, VN-2000 degrees (EPSG:4756)
    """

    delivery: Delivery
    profile: Profile
    as_of: date
    format: Literal["gpkg", "shapefile"]
    part: Integers
    commune: Integers
    geometry: Geometries
    columns: Columns
    outlines: Geometries
    kind: NDArray[np.int16] = field(init=False)

    def __post_init__(self) -> None:
        self.kind = np.full(len(self.geometry), -1, dtype=np.int16)

    def __len__(self) -> int:
        return len(self.geometry)


def file_format(profile: Profile) -> Literal["gpkg", "shapefile"]:
    """What a province delivers: a layer that has a name of its own lies in a GeoPackage, else in a Shapefile."""
    return "gpkg" if all(part.layer for part in profile.parts) else "shapefile"


def make_province(options: Options, delivery: Delivery, profile: Profile) -> Batch:
    """Every parcel of a province, without defects. Raises UsageError when a commune has no room for its own."""
    territories = delivery.territories
    zones = [t.old_province.epsg for t in territories]
    fabrics = [_fabric(options.seed, territory) for territory in territories]
    sizes = np.array([len(fabric.geometry) for fabric in fabrics])
    commune = np.repeat(np.arange(len(fabrics)), sizes)
    parts = np.repeat(np.arange(len(delivery.parts)), [len(part.territories) for part in delivery.parts])
    part = parts[commune]
    geometry: Geometries = np.concatenate([fabric.geometry for fabric in fabrics])
    rows = Rows(
        province=delivery.province,
        territories=territories,
        commune=commune,
        ground=np.concatenate([fabric.ground for fabric in fabrics]),
        sheet=np.concatenate([fabric.sheet for fabric in fabrics]),
        number=np.concatenate([fabric.number for fabric in fabrics]),
        area_m2=np.asarray(shapely.area(geometry)),
        national_id=_national_ids(geometry, part, [p.old_province.epsg for p in delivery.parts]),
    )
    changed = stream(options.seed, Purpose.CHANGES, delivery.province).random(len(geometry)) < options.changes
    columns = attributes(
        stream(options.seed, Purpose.ATTRIBUTES, delivery.province), rows, system(profile.system), changed
    )
    return Batch(
        delivery=delivery,
        profile=profile,
        as_of=options.as_of,
        format=file_format(profile),
        part=part,
        commune=commune,
        geometry=geometry,
        columns=columns,
        outlines=np.array([_outline(f.geometry, epsg) for f, epsg in zip(fabrics, zones, strict=True)]),
    )


def _fabric(seed: int, territory: Territory) -> Fabric:
    place = territory.commune
    (centre,) = from_wgs84(np.array([[place.lon, place.lat]], dtype=np.float64), territory.old_province.epsg)
    fabric = make_fabric(
        stream(seed, Purpose.FABRIC, place.code),
        territory.style,
        territory.parcels,
        (float(centre[0]), float(centre[1])),
        territory.radius_m,
    )
    if fabric is None:
        raise no_room(territory.parcels, territory.parcels * 3 // 4)
    return fabric


def _national_ids(geometry: Geometries, part: Integers, zones: list[int]) -> pa.Array:
    """A GeoHash of a point inside each parcel.

    Not the deepest point, as the circular has it (`identifiers.national_ids`): finding it takes 0.3 ms per
    parcel, and an id is judged by whether it decodes into its parcel, which a point on the widest line
    across the parcel does as well.
    """
    inside = shapely.get_coordinates(shapely.point_on_surface(geometry))
    degrees = np.empty_like(inside)
    for k, epsg in enumerate(zones):
        degrees[part == k] = to_wgs84(inside[part == k], epsg)
    return encode(degrees[:, 0], degrees[:, 1])


def _outline(geometry: Geometries, epsg: int) -> shapely.Geometry:
    return shapely.transform(
        shapely.coverage_union_all(geometry), lambda coords: to_vn2000_geographic(coords, epsg)
    )
