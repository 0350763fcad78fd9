"""All parcels of one province before they are written: geometry, attributes, and what was done to them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.crs import from_vn2000_geographic, from_wgs84, to_vn2000_geographic, to_wgs84
from parcels.identifiers import encode
from sync.declared.profile import Profile
from sync.lab.generate.arrow import Columns
from sync.lab.generate.attributes import Rows, attributes
from sync.lab.generate.edges import ALONE, FabricEdges, edges_of
from sync.lab.generate.fabric import Fabric, make_fabrics
from sync.lab.generate.holdings import HOLDING
from sync.lab.generate.kinds import Format
from sync.lab.generate.nation import PlannedDelivery, Purpose, Site, Territory, no_room, stream
from sync.lab.generate.options import Options
from sync.lab.generate.seams import SeamFaults, seam_faults
from sync.lab.generate.systems import system

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]


@dataclass(slots=True)
class ProvinceBatch:
    """A province's rows (n), part by part, commune by commune, in the order in which they are written.

    as_of           day of the delivery
    part, commune   (n,) index into delivery.parts, into delivery.territories
    geometry        (n,) in the zone of the row's part, metres on the millimetre grid
    columns         canonical name → (n,) Arrow array
    kind            (n,) index into kinds.KINDS of the row's defect, -1 without
    outlines        (communes,) outline of each commune, VN-2000 degrees (EPSG:4756)
    copied_from     (n,) for the second row of a pair its first row, else -1
    vertex          (n,) where the fault of a row with an edge to choose is, else -1
    clean_geometry, clean_columns  as they were before rows were spoilt
    wkb             row → well-known binary of what shapely cannot hold
    open_country    commune code → the middle of free land near it, WGS 84 degrees
    partial         communes of which only these rows are delivered
    grounds         of a labelled nation: the fabrics of its communes, by code of the site
    edges           of a labelled nation: edges of these rows, without those where two communes meet
    """

    delivery: PlannedDelivery
    profile: Profile
    as_of: date
    format: Format
    part: Integers
    commune: Integers
    geometry: Geometries
    columns: Columns
    outlines: Geometries
    edges: FabricEdges | None = None
    kind: NDArray[np.int16] = field(init=False)
    copied_from: Integers = field(init=False)
    vertex: Integers = field(init=False)
    open_country: dict[str, tuple[float, float]] = field(default_factory=dict)
    grounds: dict[str, "BuiltGround"] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()
    wkb: dict[int, bytes] = field(default_factory=dict)
    clean_geometry: Geometries = field(init=False)
    clean_columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        self.kind = np.full(len(self.geometry), -1, dtype=np.int16)
        self.copied_from = np.full(len(self.geometry), -1, dtype=np.int64)
        self.vertex = self.copied_from.copy()
        self.keep_clean()

    def keep_clean(self) -> None:
        """Remember the rows as they are now, before any of them is spoilt."""
        self.clean_geometry = self.geometry.copy()
        self.clean_columns = dict(self.columns)

    @property
    def many(self) -> bool:
        """Whether its people come as tables."""
        return HOLDING in self.columns

    def __len__(self) -> int:
        return len(self.geometry)


AS_GML = ("14", "31", "82")  # of a labelled nation


def file_format(profile: Profile, *, labelled: bool = False) -> Format:
    """What a province delivers: a layer that has a name of its own lies in a GeoPackage, else in a Shapefile.

    Some of a labelled nation deliver GML.
    """
    if labelled and profile.province in AS_GML:
        return "gml"
    return "gpkg" if all(part.layer for part in profile.parts) else "shapefile"


def make_province(
    options: Options, delivery: PlannedDelivery, profile: Profile, coarse: Collection[str] = ()
) -> ProvinceBatch:
    """Every parcel of a province, without faults but those of its borders.

    coarse  communes whose coordinates are whole decimetres

    Raises UsageError when a commune has no room for its own.
    """
    territories = delivery.territories
    sites = {territory.site.code: territory.site for territory in territories}
    grounds = {code: make_ground(options, site) for code, site in sites.items()}
    fabrics = [grounds[t.site.code].fabrics[t.member] for t in territories]
    sizes = np.array([len(fabric.geometry) for fabric in fabrics])
    commune = np.repeat(np.arange(len(fabrics)), sizes)
    parts = np.repeat(np.arange(len(delivery.parts)), [len(part.territories) for part in delivery.parts])
    part = parts[commune]
    placed = [_in_its_zone(grounds[t.site.code], t, t.commune.code in coarse) for t in territories]
    geometry: Geometries = np.concatenate([spoilt for _, spoilt in placed])
    rows = Rows(
        province=delivery.province,
        territories=territories,
        commune=commune,
        ground=np.concatenate([fabric.ground for fabric in fabrics]),
        sheet=np.concatenate([fabric.sheet for fabric in fabrics]),
        number=np.concatenate([fabric.number for fabric in fabrics]),
        area_m2=np.asarray(shapely.area(geometry)),
        national_id=national_ids(geometry, part, [p.old_province.epsg for p in delivery.parts]),
    )
    changed = stream(options.seed, Purpose.CHANGES, delivery.province).random(len(geometry)) < options.changes
    columns = attributes(
        stream(options.seed, Purpose.ATTRIBUTES, delivery.province),
        rows,
        system(profile.system),
        changed,
        options.as_of,
        stream(options.seed, Purpose.PEOPLE, delivery.province) if options.people == "many" else None,
    )
    zones = [t.old_province.epsg for t in territories]
    return ProvinceBatch(
        delivery=delivery,
        profile=profile,
        as_of=options.as_of,
        format=file_format(profile, labelled=options.labelled),
        part=part,
        commune=commune,
        geometry=geometry,
        columns=columns,
        outlines=np.array([_outline(clean, epsg) for (clean, _), epsg in zip(placed, zones, strict=True)]),
        edges=_edges(grounds, delivery, sizes) if options.labelled else None,
        grounds=grounds if options.labelled else {},
    )


@dataclass(frozen=True, slots=True)
class BuiltGround:
    """A fabric before it is divided among its communes; parcels are counted over all of them.

    commune  (n,) position of each parcel's commune in the site
    edges, faults  of a labelled nation
    """

    site: Site
    fabrics: list[Fabric]
    geometry: Geometries
    commune: Integers
    edges: FabricEdges | None = None
    faults: SeamFaults | None = None

    def first(self, member: int) -> int:
        """Where the parcels of a commune begin."""
        return int(np.searchsorted(self.commune, member))


def make_ground(options: Options, site: Site) -> BuiltGround:
    """The fabric of a site. Raises UsageError where it does not fit."""
    (centre,) = from_wgs84(np.array([[site.spot.lon, site.spot.lat]], dtype=np.float64), site.epsg)
    fabrics = make_fabrics(
        stream(options.seed, Purpose.FABRIC, site.code),
        site.style,
        site.parcels,
        (float(centre[0]), float(centre[1])),
        site.spot.radius_m,
    )
    if fabrics is None:
        raise no_room(sum(site.parcels), sum(site.parcels) * 3 // 4)
    geometry: Geometries = np.concatenate([fabric.geometry for fabric in fabrics])
    commune = np.repeat(np.arange(len(fabrics)), [len(fabric.geometry) for fabric in fabrics])
    if not options.labelled:
        return BuiltGround(site, fabrics, geometry, commune)
    edges = edges_of(geometry)
    faults = None
    if options.defects and len(fabrics) > 1:
        faults = seam_faults(stream(options.seed, Purpose.SEAMS, site.code), geometry, commune, edges)
    return BuiltGround(site, fabrics, geometry, commune, edges, faults)


def _in_its_zone(ground: BuiltGround, territory: Territory, coarse: bool) -> tuple[Geometries, Geometries]:
    """A commune's parcels in the zone of its part: without and with the faults of its borders."""
    first, size = ground.first(territory.member), territory.parcels
    clean = ground.geometry[first : first + size]
    epsg = territory.old_province.epsg
    if coarse:
        rounded = shapely.transform(clean, lambda xy: np.round(xy, 1))
        clean = rounded if shapely.is_valid(rounded).all() else clean
    if epsg != ground.site.epsg:
        clean = _from_zone_to_zone(clean, ground.site.epsg, epsg)
    spoilt = clean.copy()
    if ground.faults is not None:
        mine = (ground.faults.parcel >= first) & (ground.faults.parcel < first + size)
        shapes = ground.faults.geometry[mine]
        if epsg != ground.site.epsg:
            shapes = _from_zone_to_zone(shapes, ground.site.epsg, epsg)
        spoilt[ground.faults.parcel[mine] - first] = shapes
    return clean, spoilt


def _from_zone_to_zone(geometry: Geometries, here: int, there: int) -> Geometries:
    """The same vertices in another zone, on its millimetre grid."""
    return np.asarray(
        shapely.transform(
            geometry,
            lambda xy: np.round(from_vn2000_geographic(to_vn2000_geographic(xy, here), there), 3),
        )
    )


def _edges(grounds: dict[str, BuiltGround], delivery: PlannedDelivery, sizes: Integers) -> FabricEdges:
    """The edges that are no border: alone, or of two parcels of one commune; by rows of the batch."""
    pieces = []
    for k, territory in enumerate(delivery.territories):
        ground = grounds[territory.site.code]
        edges = ground.edges
        if edges is None:
            raise AssertionError("edges are asked of a fabric that has none")
        first = ground.first(territory.member)
        mine = ground.commune[edges.parcel] == territory.member
        inner = (edges.other == ALONE) | (ground.commune[edges.other] == territory.member)
        kept = edges.take(mine & inner)
        shift = int(sizes[:k].sum()) - first
        other = np.where(kept.other == ALONE, ALONE, kept.other + shift)
        pieces.append(FabricEdges(kept.parcel + shift, kept.vertex, other, kept.length))
    return FabricEdges(
        np.concatenate([piece.parcel for piece in pieces]),
        np.concatenate([piece.vertex for piece in pieces]),
        np.concatenate([piece.other for piece in pieces]),
        np.concatenate([piece.length for piece in pieces]),
    )


def national_ids(geometry: Geometries, part: Integers, zones: list[int]) -> pa.Array:
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
