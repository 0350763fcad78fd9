"""What every kind of source can do, and the one way this project opens a file with GDAL.

A delivery is hostile until read: files are opened by local path only, never by a connection string, and
a file is first recognised by its own first bytes and then by the driver that GDAL chose for it. Rows come
as Arrow batches: numbers keep their type and identifiers never pass through a float.
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyogrio
from pydantic import BaseModel, ConfigDict
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyogrio.raw import open_arrow

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources import gdal  # noqa: F401 - from here on GDAL has the drivers that are read here, and no other
from sync.intake.sources.first_bytes import really
from sync.intake.sources.refusals import corrupt, missing_file, not_utf8, rows_lost, without_values

GEOMETRY = "wkb"  # the geometry column of every batch, whatever the file calls it
NO_GEOMETRY = "None"  # the geometry type of a layer that is a list of attributes, as GDAL calls it
ROW_NUMBER, ROW_TEXT = (
    "\nrow",
    "\ntext",
)  # columns that no file has: a row's number as its program counts, its texts
BATCH_ROWS = 32_768  # a few hundred megabytes at most while geometries are worked on

_SHOWN, _SHOWN_VALUES = 60, 12  # characters and values of a row's text

# Marks by which pyogrio or GDAL would take a path for an archive or an address on the network.
_NOT_A_LOCAL_PATH = ("!", "?", ";", "://")

READ_FAILURES = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    GeometryError,
    pa.ArrowInvalid,
    OSError,
    RuntimeError,
    UnicodeDecodeError,
    LookupError,
    ValueError,
    UnboundLocalError,  # pyogrio, where GDAL cannot write down the CRS that a file states
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of parcels in a file, as the file itself describes it.

    crs       what the file states, as text that pyproj reads; None when it states none
    rows      live rows by the file's own count: reading must give exactly as many
    deleted   rows that the file carries but marks as deleted
    encoding  of the text as the file holds it; parcels.encodings.BYTES where nobody knows: text then comes as a
              character per byte and is decoded by column
    options   what the kind was told, for reading
    notes     what else the kind has to tell about the layer, for conform.json
    """

    name: str
    rows: int
    columns: tuple[str, ...]
    geometry_type: str
    crs: str | None = None
    encoding: str = "UTF-8"
    deleted: int = 0
    options: BaseModel | None = None
    notes: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def described(cls, info: dict[str, Any], rows: int, **more: Any) -> "Layer":
        """The layer as `describe` found it; `rows` by the kind's own count, `more` in place of what GDAL says."""
        return cls(
            name=str(info["layer_name"]),
            rows=rows,
            columns=tuple(str(name) for name in info["fields"]),
            geometry_type=str(info["geometry_type"]),
            **({"crs": info["crs"]} | more),
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a column of a table.

    place  counted from 1, as a form counts its columns; name: among `Layer.columns`
    said   its heading, after the headings that are merged above it, the outermost first
    """

    place: int
    name: str
    said: str


class NoOptions(BaseModel):
    """A kind that needs to be told nothing. The others have a model of their own: the keys of `[read.<kind>]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(ABC):
    """One kind of source, in files.

    suffixes      lower case, with the point; the first is the usual one. Kinds may share one (.xml)
    folder        the source is a folder with such a name (FileGDB), not a file
    single_layer  a file is one layer, so that a layer's name means nothing
    cut_names     the format cuts the names of columns (shapefile: ten bytes)
    options       what a profile may say in `[read.<kind>]`
    tells_rows    `read` gives ROW_NUMBER and ROW_TEXT (`row_text`) where it is asked for them
    """

    kind: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    folder: ClassVar[bool] = False
    single_layer: ClassVar[bool] = False
    cut_names: ClassVar[bool] = False
    options: ClassVar[type[BaseModel]] = NoOptions
    tells_rows: ClassVar[bool] = False

    def recognises(self, path: Path) -> bool:  # noqa: ARG002 - a suffix that is its alone says it
        """Whether an existing file with one of its suffixes is of this kind, among kinds that share the suffix.

        Looks at the first bytes only; never raises for strange content.
        """
        return True

    def members(self, path: Path) -> tuple[Path, ...]:
        """The files that belong together, `path` first (for a folder: the files in it)."""
        return (path,)

    def headings(self, layer: Layer) -> tuple[Heading, ...]:
        """What stands over the columns of a layer that `probe` gave, in their order."""
        return tuple(Heading(at, name, name) for at, name in enumerate(layer.columns, 1))

    @abstractmethod
    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:
        """Its layers, after checking that the file is whole. Raises DeliveryRejected.

        encoding  as declared for the part; None when nobody declared any
        options   an instance of `options`; None for its defaults
        """

    def tables(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:
        """Its layers that may be tables beside the parcels, with or without geometry. Raises DeliveryRejected."""
        return self.probe(path, encoding, options)

    def beside(self, path: Path, layer: Layer, names: Collection[str]) -> tuple[Layer, ...]:  # noqa: ARG002
        """Tables without geometry in the file of a layer that `probe` gave: those of these names."""
        return ()

    @abstractmethod
    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of `columns` as the file holds them plus `wkb`, in the file's order.

        Raises DeliveryRejected when the file turns out to hold other than `layer` says.
        """


def local_path(path: Path) -> str:
    """The path as GDAL may see it: absolute, local, nothing that could be read as an address."""
    text = str(path.absolute())
    if text.startswith("/vsi") or any(mark in text for mark in _NOT_A_LOCAL_PATH):
        raise DeliveryRejected(
            "DLV-NAME",
            Bilingual(
                f"Đường dẫn «{text}» có ký tự không được phép (! ? ; ://).",
                f"The path “{text}” has characters that are not allowed (! ? ; ://).",
            ),
            Bilingual(
                "Hãy đổi tên tệp hoặc thư mục rồi chạy lại.", "Rename the file or folder and run again."
            ),
        )
    return text


def refuse_unless_whole(path: Path, magic: bytes, what: Bilingual) -> None:
    """Refuse a file that is missing, empty or does not begin as its kind begins."""
    name = path.name
    if not path.is_file():
        raise missing_file(name)
    if path.stat().st_size == 0:
        raise DeliveryRejected(
            "DLV-EMPTY-FILE",
            Bilingual(f"Tệp «{name}» rỗng (0 byte).", f"The file “{name}” is empty (0 bytes)."),
            Bilingual(
                "Có thể việc xuất hoặc chép tệp bị ngắt. Hãy xuất lại từ hệ thống nguồn và gửi lại.",
                "The export or the copy was probably cut off. Export it again from the source system.",
            ),
        )
    with path.open("rb") as file:
        start = file.read(len(magic))
    if start != magic:
        found = really(path)
        but = Bilingual("", "") if found is None else Bilingual(f" mà là {found.vi}", f" but {found.en}")
        raise DeliveryRejected(
            "DLV-NOT-THIS-FORMAT",
            Bilingual(
                f"Tệp «{name}» không phải là {what.vi}{but.vi}.",
                f"The file “{name}” is not {what.en}{but.en}.",
            ),
            Bilingual(
                "Đổi phần mở rộng của tên tệp không làm đổi định dạng. Hãy xuất lại đúng định dạng.",
                "Changing a file's extension does not change its format. Export it in the right format.",
            ),
        )


def layers_of(path: Path) -> list[tuple[str, str | None]]:
    """The layers that GDAL finds, with their geometry type; None of a layer without geometry."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            listed = pyogrio.list_layers(local_path(path))
        except READ_FAILURES as failure:
            raise corrupt(path.name, first_line(failure)) from failure
    return [(str(name), geometry) for name, geometry in listed]


def described_layer(info: dict[str, Any], path: Path, rows: int, **more: Any) -> Layer:
    """`Layer.described`, where GDAL must find as many rows as were counted here."""
    layer = Layer.described(info, rows, **more)
    if info["features"] != rows:
        raise rows_lost(path.name, layer.name, rows, int(info["features"]))
    return layer


def describe(
    path: Path, layer: str | None, driver: str, encoding: str = "UTF-8", **options: Any
) -> dict[str, Any]:
    """What GDAL says about one layer (None: the first); refuses a file that another driver than `driver` would open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            info: dict[str, Any] = pyogrio.read_info(
                local_path(path), layer=layer, encoding=encoding, force_feature_count=True, **options
            )
        except READ_FAILURES as failure:
            raise corrupt(path.name, first_line(failure)) from failure
    if info["driver"] != driver:
        raise corrupt(path.name, f"{info['driver']} ≠ {driver}")
    return info


def stream(
    path: Path,
    layer: Layer,
    columns: list[str],
    encoding: str = "UTF-8",
    also: tuple[str, ...] = (),
    sql: str | None = None,
    **options: Any,
) -> Iterator[pa.RecordBatch]:
    """Batches of `columns`, of the geometries `also` and, last, `wkb`; refuses when the rows read are not the rows stated.

    sql  a query for all of them, in place of the layer itself
    """
    read = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with open_arrow(
                local_path(path),
                layer=layer.name if sql is None else None,
                sql=sql,
                columns=columns,
                encoding=encoding,
                batch_size=BATCH_ROWS,
                use_pyarrow=True,
                **options,
            ) as (meta, reader):
                bare = layer.geometry_type == NO_GEOMETRY
                geometry = None if bare else meta["geometry_name"] or "wkb_geometry"
                for batch in reader:
                    read += batch.num_rows
                    yield _checked(_arranged(batch, [*columns, *also], geometry), path.name)
        except READ_FAILURES as failure:
            raise corrupt(path.name, first_line(failure)) from failure
    if read != layer.rows:
        raise rows_lost(path.name, layer.name, layer.rows, read)


def _arranged(batch: pa.RecordBatch, columns: list[str], geometry: str | None) -> pa.RecordBatch:
    """The columns asked for, in the order asked for, and the geometry last under its one name."""
    shapes = pa.nulls(batch.num_rows, pa.binary()) if geometry is None else batch.column(geometry)
    arrays = [*(batch.column(name) for name in columns), shapes]
    return pa.RecordBatch.from_arrays(arrays, names=[*columns, GEOMETRY])


def _checked(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """Refuse text that is not UTF-8 here: later it would only break far from its cause."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as failure:
        raise not_utf8(name) from failure
    return batch


def row_text(values: Iterable[str]) -> str:
    """The texts of a row, as far as they show whether it is one of a table: some of them, cut, with U+001F between them."""
    said = (text[:_SHOWN].strip() for text in values)
    return "\x1f".join(islice((text for text in said if text), _SHOWN_VALUES))


def first_line(failure: BaseException) -> str:
    """The short form of a library's message, for a sentence, without what it quotes."""
    if isinstance(failure, UnicodeError):
        return type(failure).__name__  # its message quotes the text, which may be personal
    text = without_values(str(failure)).strip() or type(failure).__name__
    return text.splitlines()[0][:200]
