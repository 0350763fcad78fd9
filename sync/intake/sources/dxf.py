"""DXF: one file a map sheet, boundaries and labels by layer, as a DGN's are by level.

Read with ezdxf and not with GDAL, which strokes curves by the degree, splines by the piece, and a file that was cut
off without a word. It takes half a second to import, so only a drawing does.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel

from sync.intake.sources.base import Layer, Source
from sync.intake.sources.drawing import DrawingOptions, batches, layer_of, parcels_of


class Dxf(Source):
    """AutoCAD drawing interchange file, of text or binary (.dxf)."""

    kind = "dxf"
    suffixes = (".dxf",)
    single_layer = True
    options = DrawingOptions

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone: external references are not followed."""
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:
        """The sheet, after its end was seen and its parcels were made."""
        from sync.intake.sources.dxf_drawing import codec_of, drawing_of

        used = options if isinstance(options, DrawingOptions) else DrawingOptions()
        drawing, said = drawing_of(path, codec_of(path, encoding), used)
        return (layer_of(path, parcels_of(drawing, used, path.name), used, said),)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """The parcels, made again: the same file gives the same ones."""
        from sync.intake.sources.dxf_drawing import drawing_of

        used = layer.options if isinstance(layer.options, DrawingOptions) else DrawingOptions()
        drawing, _ = drawing_of(path, layer.encoding, used)
        yield from batches(path, parcels_of(drawing, used, path.name), used, columns)
