"""A layer of parcels of which one in twenty has a ring that covers nothing, made in code: WKB by hand, in a GeoPackage.

Beside each row stands what a correct check says of it, written down here and not asked of any check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from tests.hostile.shapes import Ring, Shape, wkb
from tests.support.strip import COMMUNE, ZONE, strip

SIDE_M = 20.0
_ACROSS = 40
ODD_IN = 20  # one row in so many
Said = tuple[str, str | None]  # the check, and its reason
NOTHING: Said = ("GEO-ZERO-AREA", None)
EMPTY: Said = ("GEO-EMPTY", None)
ROUNDED_AWAY: Said = (
    "GEO-ZERO-AREA",
    "rounded",
)  # it covers something, but nothing that the grid of 0.1 mm can hold
COLLAPSED: Said = ("GEO-INVALID", "Collapsed Ring (rounded)")
TOO_FEW: Said = ("GEO-INVALID", "Too few points in geometry component")
HOLLOW: Said = ("GEO-INVALID", "Hollow Ring")
NO_NUMBER: Said = ("GEO-INVALID", "Invalid Coordinate")


def _tiny(x: float, y: float, size: float) -> Ring:
    return [(x, y), (x + size, y), (x, y + size), (x, y)]


def _square(x: float, y: float, side: float = SIDE_M) -> Ring:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def _flat(x: float, y: float) -> Ring:
    return [(x, y), (x + 9, y), (x + 4, y), (x, y)]


def _with_hole(hole: Callable[[float, float], Ring]) -> Callable[[float, float], Shape]:
    return lambda x, y: [[_square(x, y), hole(x + 7, y + 7)]]


def _with_part(part: Callable[[float, float], list[Ring]]) -> Callable[[float, float], Shape]:
    """The second part lies south of all parcels."""
    return lambda x, y: [[_square(x, y)], part(x + 7, y - 1_500)]


# What is drawn instead of a square with its south-west corner at x, y, and what is wrong with it.
ODD: dict[str, tuple[Callable[[float, float], Shape], Said]] = {
    "four equal points": (lambda x, y: [[[(x, y)] * 4]], NOTHING),
    "forty equal points": (lambda x, y: [[[(x, y)] * 40]], NOTHING),
    "a triangle of 0.03 mm": (lambda x, y: [[_tiny(x, y, 0.00003)]], ROUNDED_AWAY),
    "a line there and back": (lambda x, y: [[_flat(x, y)]], NOTHING),
    "two parts of one point": (lambda x, y: [[[(x, y)] * 4], [[(x + 5, y)] * 4]], NOTHING),
    "no ring": (lambda _x, _y: [[]], EMPTY),
    "a ring without points": (lambda _x, _y: [[[]]], EMPTY),
    "two parts without points": (lambda _x, _y: [[[]], []], EMPTY),
    "a hole of four equal points": (_with_hole(lambda x, y: [(x, y)] * 4), TOO_FEW),
    "a hole of 0.02 mm": (_with_hole(lambda x, y: _tiny(x, y, 0.00002)), COLLAPSED),
    "a hole without points": (_with_hole(lambda _x, _y: []), HOLLOW),
    "a second part of one point": (_with_part(lambda x, y: [[(x, y)] * 4]), TOO_FEW),
    "a second part of 0.03 mm": (_with_part(lambda x, y: [_tiny(x, y, 0.00003)]), COLLAPSED),
    "a second part without rings": (_with_part(lambda _x, _y: []), HOLLOW),
    "a second part without points": (_with_part(lambda _x, _y: [[]]), HOLLOW),
    "a corner that is no number": (
        lambda x, y: [[[(x, y), (x + SIDE_M, float("nan")), (x + SIDE_M, y + SIDE_M), (x, y)]]], NO_NUMBER,
    ),
    "a hole that is no number": (
        _with_hole(lambda x, y: [(x, y), (x, y + 2), (float("inf"), y + 2), (x, y)]), NO_NUMBER,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class DegenerateLayer:
    """The layer before it is written. shapes  WKB; odd  row → the name of what is odd about it"""

    table: pa.Table
    shapes: list[bytes]
    odd: dict[int, str]

    @property
    def expected(self) -> dict[int, list[Said]]:
        """Refused row → what a correct check says of it; nothing is wrong with any other."""
        return {row: [ODD[name][1]] for row, name in self.odd.items()}

    def save(self, file: Path) -> Path:
        """A GeoPackage whose layer holds anything."""
        table = self.table.append_column("geom", pa.array(self.shapes, pa.binary()))
        field = pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
        pyogrio.write_arrow(
            table.cast(table.schema.set(len(table.column_names) - 1, field)), file,
            layer="thua_dat", driver="GPKG", geometry_name="geom", geometry_type="Unknown", crs=f"EPSG:{ZONE}",
        )  # fmt: skip
        return file


def degenerate_layer(rows: int) -> DegenerateLayer:
    """Squares that touch, row by row; each odd one is a single one among sound neighbours."""
    frame = strip(rows)
    west, south, *_ = shapely.bounds(frame.geometry.iloc[0])
    k = np.arange(rows)
    corners = list(zip(west + k % _ACROSS * SIDE_M, south + k // _ACROSS * SIDE_M, strict=True))
    names = list(ODD)
    odd = {row: names[at % len(names)] for at, row in enumerate(range(ODD_IN // 2, rows, ODD_IN))}
    shapes = [
        wkb(ODD[odd[row]][0](x, y) if row in odd else [[_square(x, y)]], multi=True)
        for row, (x, y) in enumerate(corners)
    ]
    columns = frame.drop(columns="geometry").assign(dienTichPL=SIDE_M * SIDE_M, maXa=COMMUNE)
    return DegenerateLayer(pa.Table.from_pandas(columns, preserve_index=False), shapes, odd)
