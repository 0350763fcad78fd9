"""The maps of a report: where the faults are, as SVG inside the page. Nothing to load, nothing to run, printable.

One of the whole delivery, communes coloured by their group; one of each commune with faults, every fault at its place. What
is too much to draw is counted and said; `findings.gpkg` has all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed
from parcels.fence import each_row
from sync.folder.boundaries import load_boundaries
from sync.report.ground import DrawnGround, Paper, grounds, plane_of
from sync.report.material import Material, commune_name, is_commune
from sync.report.outlines import Outlines, outlines_of
from sync.report.places import report_srid
from validators.places import places_of

WIDTH = 960  # of the drawing, in its own units
PER_COMMUNE = 400  # faults drawn in one commune's map
COMMUNES = 40  # communes with a map of their own, those with the most errors first
LABELLED, FEW = (
    60,
    12,
)  # communes with their code on the overview; so few with their name, and on a telephone too
SMALL_PART = 4  # so many times as long as what was delivered is a province of which only a part is shown
_MARGIN = 56  # for labels, the bar and the arrow
_TALLEST = 720
_DOT = {"error": 4.0, "warning": 3.2, "info": 2.4}
_NICE = (1, 2, 5)

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Frame:
    """Paper to drawing: what is shown, and how large."""

    west: float
    north: float
    scale: float
    height: float

    @classmethod
    def around(cls, bounds: Iterable[float]) -> "Frame":
        """The frame that shows these bounds (west, south, east, north) with a margin."""
        west, south, east, north = bounds
        across, up = max(east - west, 1.0), max(north - south, 1.0)
        scale = min((WIDTH - 2 * _MARGIN) / across, (_TALLEST - 2 * _MARGIN) / up)
        left = west - (WIDTH / scale - across) / 2
        return cls(left, north + _MARGIN / scale, scale, up * scale + 2 * _MARGIN)

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places on paper (n, 2) in the drawing, a tenth of a unit exact."""
        drawn = np.column_stack((xy[:, 0] - self.west, self.north - xy[:, 1])) * self.scale
        return np.round(drawn, 1)

    def path(self, geometry: shapely.Geometry) -> str:
        """Lines and rings as the path of an SVG."""
        parts = []
        for piece in shapely.get_parts(geometry):
            closed = shapely.get_type_id(piece) == 3
            for ring in shapely.get_rings(piece) if closed else [piece]:
                xy = self.points(shapely.get_coordinates(ring))
                line = "L".join(f"{x:g} {y:g}" for x, y in xy.tolist())
                parts.append(f"M{line}{'Z' if closed else ''}")
        return "".join(parts)

    def bar(self) -> dict[str, Any]:
        """A bar of a round length: its width in the drawing and its label."""
        wanted = 0.2 * WIDTH / self.scale
        power = 10.0 ** np.floor(np.log10(wanted))
        metres = max(step * power for step in _NICE if step * power <= wanted)
        label = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
        return {"width": round(metres * self.scale, 1), "label": label}


def maps_of(material: Material) -> dict[str, Any]:
    """`overview` (None without any place) and `communes`: code → a drawing for the page's template."""
    srid = report_srid(material.conformed.srids)
    plane = plane_of(material.judged_dir, srid)
    known = grounds(material.judged_dir, plane)
    shown = {commune.code: known[commune.code] for commune in material.communes if commune.code in known}
    drawn = {code: ground for code, ground in shown.items() if ground.shape is not None}
    worst = sorted(material.communes, key=lambda commune: (-commune.rows_with_error, commune.code))
    homes = {code: ground.shape for code, ground in drawn.items() if is_commune(code)}
    outlines = (
        outlines_of(homes, load_boundaries(material.judged_dir), material.record.province, plane)
        if homes
        else None
    )
    communes = {}
    for commune in worst[:COMMUNES]:
        if commune.code in drawn:
            outline = outlines.communes.get(commune.code) if outlines else None
            picture = _commune(material, drawn[commune.code], outline, plane)
            if picture is not None:
                communes[commune.code] = picture
    return {"overview": _overview(material, outlines) if outlines else None, "communes": communes}


def _overview(material: Material, outlines: Outlines) -> dict[str, Any]:
    """The communes by their group, in the outline of the province as far as it lies near them."""
    frame = Frame.around(_shown(outlines))
    by_code = {commune.code: commune for commune in material.communes}
    pictures = []
    for code, outline in outlines.communes.items():
        (middle,) = frame.points(shapely.get_coordinates(shapely.point_on_surface(outline))[:1])
        commune = by_code[code]
        pictures.append(
            {
                "code": code,
                "name": commune_name(code, material),
                "group": commune.group or 0,
                "path": frame.path(outline),
                "x": float(middle[0]),
                "y": float(middle[1]),
                "left": float(middle[0]) > WIDTH / 2,  # where there is room for its name
                "errors": commune.rows_with_error,
                "held": commune.decision == "hold",
            }
        )
    return {
        "height": round(frame.height),
        "width": WIDTH,
        "province": frame.path(outlines.province),
        "others": "".join(frame.path(other) for other in outlines.others),
        "places": "".join(f"M{x:g} {y:g}h0" for x, y in frame.points(outlines.places).tolist()),
        "known": outlines.known,
        "communes": pictures,
        "labels": len(pictures) <= LABELLED,
        "few": len(pictures) <= FEW,
        "bar": frame.bar(),
    }


def _shown(outlines: Outlines) -> NDArray[np.float64]:
    """The bounds of the delivered communes; of the province where these are not a small part of it."""
    mine = np.asarray(shapely.total_bounds(np.array(list(outlines.communes.values()), dtype=object)))
    whole = np.asarray(shapely.bounds(outlines.province))
    far = (whole[2:] - whole[:2]).max() > SMALL_PART * (mine[2:] - mine[:2]).max()
    return mine if far else whole


def _commune(
    material: Material, ground: DrawnGround, outline: shapely.Geometry | None, plane: Paper
) -> dict[str, Any] | None:
    """One commune with its faults; None where no fault has a place. Findings come errors first."""
    findings = material.findings
    mine = findings.filter(
        pc.and_(pc.equal(findings["dataset"], ground.code), pc.is_valid(findings["place_wkb"]))
    )
    if not len(mine):
        return None
    chosen = mine.slice(0, PER_COMMUNE)
    places = plane.flat(shapely.force_2d(places_of(chosen, plane.srid)))
    there = placed(shapely.bounds(places))
    frame = Frame.around(_bounds(ground, places[there]))
    return {
        "height": round(frame.height),
        "width": WIDTH,
        "path": frame.path(ground.shape),
        "outline": frame.path(outline) if outline is not None else "",
        "marks": _marks(frame, chosen.filter(pa.array(there)), places[there]),
        "drawn": int(there.sum()),
        "of": len(mine),
        "bar": frame.bar(),
    }


def _bounds(ground: DrawnGround, places: Geometries) -> NDArray[np.float64]:
    """The commune, and the faults that lie near it: one far away must not shrink all the others to a point."""
    home = np.asarray(shapely.bounds(ground.shape), dtype=np.float64)
    reach = 0.5 * max(home[2] - home[0], home[3] - home[1])
    wide = home + np.array([-reach, -reach, reach, reach])
    bounds = shapely.bounds(places)
    near = bounds[(bounds[:, :2] >= wide[:2]).all(axis=1) & (bounds[:, 2:] <= wide[2:]).all(axis=1)]
    everything = np.vstack((home, near))
    return np.concatenate((everything[:, :2].min(axis=0), everything[:, 2:].max(axis=0)))


def _at(places: Geometries) -> NDArray[np.float64]:
    """Where the dot goes: lines begin at the parcel, everything else has a middle."""
    coordinates, owner = shapely.get_coordinates(places, return_index=True)
    first = coordinates[np.searchsorted(owner, np.arange(len(places)))]
    with np.errstate(invalid="ignore"):
        middle = shapely.get_coordinates(
            each_row(shapely.centroid, places, refused=shapely.Point(np.nan, np.nan))
        )
    return np.asarray(np.where((shapely.get_dimensions(places) == 1)[:, np.newaxis], first, middle))


def _marks(frame: Frame, findings: pa.Table, places: Geometries) -> list[dict[str, Any]]:
    """A dot for each fault, and its true shape where it has one; least severe first, so that errors lie on top."""
    middles = frame.points(_at(places))
    rows = findings.select(["check_code", "severity", "handle", "message_vi"]).to_pylist()
    types = shapely.get_dimensions(places)
    marks = []
    for row, place, dimension, (x, y) in zip(rows, places, types, middles.tolist(), strict=True):
        if not (0 <= x <= WIDTH and 0 <= y <= frame.height):
            continue
        marks.append(
            {
                "class": row["severity"],
                "x": x,
                "y": y,
                "r": _DOT[row["severity"]],
                "path": frame.path(place) if dimension > 0 else "",
                "area": dimension == 2,
                "title": f"{row['check_code']} {row['handle'] or ''}: {row['message_vi']}",
            }
        )
    return marks[::-1]
