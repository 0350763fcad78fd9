"""Drawings (DGN, DXF) to parcels: the boundary lines of a sheet are noded and polygonised, its label texts say what
each polygon is.

A drawing has no rows. What comes out is counted against what went in: lines that close nothing, polygons without a
number or with several, and labels that lie in no polygon are all told (`Layer.notes`). Nothing is moved to make
a boundary close.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from parcels.bilingual import Bilingual
from parcels.bounds import crossed_too_often
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import BATCH_ROWS, GEOMETRY, Layer

NUMBER, AREA, LAND_USE, LEGAL_LAND_USE = "soThua", "dienTich", "loaiDat", "loaiDatPhapLy"
LABELS = (NUMBER, AREA, LAND_USE, LEGAL_LAND_USE)
_EXAMPLES = 10  # places of each kind of trouble that are told

_MOST_VERTICES = 2_000_000  # of one drawing: a sheet has some thousands of parcels
_FURTHEST_M = 1e9

Points = NDArray[np.float64]


class TooLargeError(Exception):
    """More boundary than a sheet can have."""


class DrawingOptions(BaseModel):
    """`[read.dgn]` and `[read.dxf]`: what lies on which level (DXF: layer, as its number or its name).

    boundary            lines that bound parcels; some offices add 21, 23, 31, 32, 38
    number, area …      label texts. Levels as in Phụ lục 21 of the rules for cadastral maps, as implementers know them
    curve_tolerance_m   how far a line may lie from the curve that it stands for
    metres_per_unit     of a master unit (DGN) or drawing unit (DXF): files often name their units wrongly
    grid_m              lines are noded on this grid, the one on which parcels are stored
    name                a pattern over the file's name without its extension; its named groups become columns, such as
                        "(?P<maXa>[0-9]{5})_(?P<soHieuToBanDo>[0-9]+)"
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    boundary: tuple[str, ...] = ("10",)
    number: tuple[str, ...] = ("13",)
    area: tuple[str, ...] = ("4",)
    land_use: tuple[str, ...] = ("2",)
    legal_land_use: tuple[str, ...] = ("29",)
    curve_tolerance_m: Annotated[float, Field(ge=1e-4, le=1.0)] = 0.001
    metres_per_unit: Annotated[float, Field(gt=0)] = 1.0
    grid_m: Annotated[float, Field(ge=1e-6, le=0.1)] = 0.0001
    name: str | None = None

    @field_validator("boundary", "number", "area", "land_use", "legal_land_use", mode="before")
    @classmethod
    def _as_names(cls, value: object) -> object:
        """Levels may be written as numbers."""
        return tuple(level_name(str(item)) for item in value) if isinstance(value, (list, tuple)) else value

    @field_validator("name")
    @classmethod
    def _with_groups(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                groups = re.compile(value).groupindex
            except re.error as failure:
                raise ValueError("not a regular expression") from failure
            if not groups or set(groups) & set(LABELS):
                raise ValueError("needs named groups of names of their own")
        return value

    def label_levels(self) -> dict[str, tuple[str, ...]]:
        """Column → levels of its texts."""
        said = (self.number, self.area, self.land_use, self.legal_land_use)
        return dict(zip(LABELS, said, strict=True))


def level_name(said: str) -> str:
    """A level or layer as it is compared: "Level 10", "LV_10" and "10" are one."""
    return re.sub(r"^(level|lv)[ _-]*0*(?=\d+$)", "", " ".join(said.casefold().split()))


@dataclass(slots=True)
class Drawing:
    """What a reader found, coordinates in metres.

    lines    (m, 2) vertices of each boundary line
    texts    column → texts, and points column → (x, y) of their insertion points, in the file's order
    counts   what else the reader has to tell: elements read, deleted, of kinds that are not read …
    """

    lines: list[Points] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in LABELS})
    points: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {name: [] for name in LABELS}
    )
    counts: dict[str, Any] = field(default_factory=dict)
    vertices: int = 0

    def add_line(self, line: Points) -> None:
        """One boundary line (n, 2). Raises ValueError for what is none, TooLargeError for one too many."""
        if len(line) < 2 or not np.isfinite(line).all() or np.abs(line).max() > _FURTHEST_M:
            raise ValueError("no line")
        self.vertices += len(line)
        if self.vertices > _MOST_VERTICES:
            raise TooLargeError
        self.lines.append(line)

    def add_text(self, column: str, text: str, point: tuple[float, float]) -> None:
        """One label text. Raises ValueError for one that lies nowhere."""
        if not np.isfinite(point).all():
            raise ValueError("no place")
        self.texts[column].append(text)
        self.points[column].append(point)


@dataclass(frozen=True, slots=True)
class DrawnParcels:
    """A row per polygon, then a row without geometry per number label that lies in no polygon.

    columns  of LABELS (n,) text
    wkb      (n,) NULL for the rows without a polygon
    notes    counts, and places of what does not fit
    """

    columns: dict[str, pa.Array]
    wkb: pa.Array
    notes: dict[str, Any]

    def __len__(self) -> int:
        return len(self.wkb)


def parcels_of(drawing: Drawing, options: DrawingOptions, file: str) -> DrawnParcels:
    """The parcels of a drawing. Raises DeliveryRejected for one without boundary lines, or with too many over each other."""
    if not drawing.lines:
        raise _no_boundary(file, options)
    notes: dict[str, Any] = {"boundary_lines": len(drawing.lines)}
    polygons = _polygons(drawing.lines, options.grid_m, notes, file)
    tree = shapely.STRtree(polygons)
    columns: dict[str, pa.Array] = {}
    number = _labels(tree, drawing.texts[NUMBER], drawing.points[NUMBER], len(polygons))
    notes["polygons_without_number"] = number.values.null_count - number.notes["in_one_polygon_several"]
    without = len(number.strays)
    columns[NUMBER] = pa.concat_arrays([number.values, number.strays])
    notes[NUMBER] = number.notes
    for name in LABELS[1:]:
        found = _labels(tree, drawing.texts[name], drawing.points[name], len(polygons))
        columns[name] = pa.concat_arrays([found.values, pa.nulls(without, pa.string())])
        notes[name] = found.notes
    wkb = pa.concat_arrays([pa.array(shapely.to_wkb(polygons), pa.binary()), pa.nulls(without, pa.binary())])
    return DrawnParcels(columns, wkb, notes | drawing.counts)


def _polygons(lines: list[Points], grid: float, notes: dict[str, Any], file: str) -> NDArray[np.object_]:
    """The faces that the lines close, from south to north; a parcel inside another is a hole of it and its own face."""
    counts = np.fromiter((len(line) for line in lines), np.int64, len(lines))
    made = shapely.linestrings(np.concatenate(lines), indices=np.repeat(np.arange(len(lines)), counts))
    if crossed_too_often(made):
        raise _too_tangled(file)
    noded = shapely.union_all(made, grid_size=grid)
    faces, cuts, dangles, invalid = shapely.polygonize_full(np.atleast_1d(noded))
    polygons = np.asarray(shapely.get_parts(faces), dtype=object)
    bounds = shapely.bounds(polygons)
    notes["polygons"] = len(polygons)
    for name, left in (
        ("dangling_lines", dangles),
        ("lines_between_polygons", cuts),
        ("rings_not_valid", invalid),
    ):
        notes[name] = _told(np.asarray(shapely.get_parts(left), dtype=object))
    return polygons[np.lexsort((bounds[:, 0], bounds[:, 1]))]


def _told(lines: NDArray[np.object_]) -> dict[str, Any]:
    """How many lines are left, how long, and where the longest begin."""
    length = shapely.length(lines)
    longest = np.argsort(-length, kind="stable")[:_EXAMPLES]
    starts = shapely.get_coordinates(shapely.get_point(lines[longest], 0))
    return {
        "count": len(lines),
        "length_m": round(float(length.sum()), 3),
        "places": np.round(starts, 3).tolist(),
    }


@dataclass(frozen=True, slots=True)
class _Found:
    values: pa.Array
    strays: pa.Array
    notes: dict[str, Any]


def _labels(
    tree: shapely.STRtree, texts: list[str], points: list[tuple[float, float]], polygons: int
) -> _Found:
    """The one text of each polygon (NULL where it has none, or several that differ), and the texts in no polygon."""
    where = np.array(points, dtype=np.float64).reshape(-1, 2)
    label, polygon = tree.query(shapely.points(where), predicate="within")
    inside = pa.table(
        {"polygon": pa.array(polygon), "text": pa.array(texts, pa.string()).take(pa.array(label))}
    )
    each = inside.group_by("polygon").aggregate([("text", "count_distinct"), ("text", "min")])
    place = each["polygon"].to_numpy()
    alone = each["text_count_distinct"].to_numpy() == 1
    chosen = np.full(polygons, -1)
    chosen[place[alone]] = np.flatnonzero(alone)
    values = each["text_min"].combine_chunks().take(pa.array(chosen, mask=chosen < 0))
    stray = np.setdiff1d(np.arange(len(texts)), label)
    several = where[np.isin(np.arange(len(texts)), label[np.isin(polygon, place[~alone])])]
    notes = {
        "labels": len(texts),
        "in_no_polygon": len(stray),
        "in_one_polygon_several": int((~alone).sum()),
        "places_in_no_polygon": np.round(where[stray[:_EXAMPLES]], 3).tolist(),
        "places_of_several": np.round(several[:_EXAMPLES], 3).tolist(),
    }
    return _Found(values, pa.array(texts, pa.string()).take(pa.array(stray)), notes)


def layer_of(path: Path, parcels: DrawnParcels, options: DrawingOptions, encoding: str) -> Layer:
    """A sheet's one layer; a drawing states no CRS that could be trusted."""
    return Layer(
        name=path.stem,
        rows=len(parcels),
        columns=(*LABELS, *name_columns(path, options)),
        geometry_type="Polygon",
        encoding=encoding,
        options=options,
        notes=parcels.notes,
    )


def name_columns(path: Path, options: DrawingOptions) -> dict[str, str]:
    """What the file's name says, by column. Raises DeliveryRejected (DLV-NAME-PATTERN) for one that does not fit."""
    if options.name is None:
        return {}
    match = re.fullmatch(options.name, path.stem)
    if match is None:
        raise DeliveryRejected(
            "DLV-NAME-PATTERN",
            Bilingual(
                f"Tên tệp «{path.name}» không theo mẫu «{options.name}» mà hồ sơ tỉnh ghi trong [read].",
                f"The file name “{path.name}” does not follow the pattern “{options.name}” in [read] of the profile.",
            ),
            Bilingual(
                "Hãy đổi tên tệp cho đúng mã xã và số tờ bản đồ, hoặc sửa mẫu trong hồ sơ tỉnh.",
                "Rename the file by its commune and sheet, or correct the pattern in the province's profile.",
            ),
        )
    return {name: text or "" for name, text in match.groupdict().items()}


def batches(
    path: Path, parcels: DrawnParcels, options: DrawingOptions, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    """Batches of `columns` plus `wkb`."""
    n = len(parcels)
    named = {name: pa.repeat(pa.scalar(text), n) for name, text in name_columns(path, options).items()}
    table = parcels.columns | named
    arrays = [table[name] for name in columns] + [parcels.wkb]
    made = pa.RecordBatch.from_arrays(arrays, names=[*columns, GEOMETRY])
    for start in range(0, n, BATCH_ROWS):
        yield made.slice(start, BATCH_ROWS)


def too_large(file: str) -> DeliveryRejected:
    """A drawing with more boundary than a sheet can have."""
    return DeliveryRejected(
        "DLV-DRAWING-TOO-LARGE",
        Bilingual(
            f"Bản vẽ «{file}» có hơn {_MOST_VERTICES} đỉnh ranh thửa: quá lớn đối với một tờ bản đồ.",
            f"The drawing “{file}” has more than {_MOST_VERTICES} boundary vertices: too many for one map sheet.",
        ),
        Bilingual(
            "Hãy xuất mỗi tờ bản đồ thành một tệp, theo quy định.",
            "Export each map sheet to a file of its own, as the rules ask.",
        ),
    )


def _too_tangled(file: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-DRAWING-TOO-LARGE",
        Bilingual(
            f"Bản vẽ «{file}» có quá nhiều đường ranh thửa nằm chồng lên nhau để khép được vùng.",
            f"The drawing “{file}” has too many boundary lines over each other to close polygons from them.",
        ),
        Bilingual(
            "Hãy xem lớp ranh thửa có chứa lưới hay nét gạch không; xuất mỗi tờ bản đồ thành một tệp, theo quy định.",
            "See whether the level of the boundaries holds hatching or grids; export each map sheet to a file of its own.",
        ),
    )


def _no_boundary(file: str, options: DrawingOptions) -> DeliveryRejected:
    levels = ", ".join(options.boundary)
    return DeliveryRejected(
        "DLV-NO-BOUNDARY",
        Bilingual(
            f"Bản vẽ «{file}» không có đường ranh thửa nào trên lớp {levels}.",
            f"The drawing “{file}” has no boundary line on level {levels}.",
        ),
        Bilingual(
            "Hãy kiểm tra ranh thửa nằm trên lớp nào rồi ghi vào boundary trong [read.dgn] hoặc [read.dxf] của "
            "hồ sơ tỉnh.",
            "Find the level that holds the boundaries and name it as boundary in [read.dgn] or [read.dxf] of the "
            "province's profile.",
        ),
    )
