"""EDIGEO, the exchange format of the French cadastre: a `.THF` that names its lots, and for each lot files that describe and
hold it (`.GEN`, `.GEO`, `.QAL`, `.DIC`, `.SCD`, `.VEC`).

Every file ends with a mark of its own, and every feature names its class; so a cut is seen and the features of
a class are counted here, beside what GDAL assembles.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import Layer, Source, describe, layers_of, refuse_unless_whole, stream
from sync.intake.sources.refusals import corrupt, missing_file, truncated

_MAGIC = b"BOMT"
_END = b"EOMT"
_WHAT = Bilingual("EDIGEO (.THF)", "EDIGEO (.THF)")
_LARGEST = 1 << 28  # of one file; a sheet has a few megabytes
# Field of the .THF that names a file of a lot → that file's extension.
_FILES = {b"GNN": "GEN", b"GON": "GEO", b"QAN": "QAL", b"DIN": "DIC", b"SCN": "SCD", b"GDN": "VEC"}
_LOT = b"LON"
_FIELD = re.compile(rb"^([A-Z]{3})S[A-Z]\d+:([A-Za-z0-9_]{1,20})\s*$", re.MULTILINE)
_CLASS = re.compile(rb"^SCPCP\d+:[^;\r\n]*;[^;\r\n]*;OBJ;([^;\r\n]+?)\s*$", re.MULTILINE)


class Edigeo(Source):
    """EDIGEO (.THF with the files of its lots)."""

    kind = "edigeo"
    suffixes = (".thf",)
    driver = "EDIGEO"

    def members(self, path: Path) -> tuple[Path, ...]:
        """The .THF and every file of its lots that is there."""
        there = {other.name.upper(): other for other in path.parent.iterdir()}
        return (path, *(there[name] for name in _names(path) if name in there))

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - stated by its own files
        """Its classes of features with geometry, after every file of its lots was found to end as it must."""
        refuse_unless_whole(path, _MAGIC, _WHAT)
        _content(path)
        names = _names(path)
        if not names:
            raise corrupt(path.name, "EDIGEO: LON")
        there = {other.name.upper(): other for other in path.parent.iterdir()}
        rows: Counter[str] = Counter()
        for name in names:
            if name not in there:
                raise missing_file(name)
            refuse_unless_whole(there[name], _MAGIC, _WHAT)
            content = _content(there[name])
            if name.endswith(".VEC"):
                rows.update(found.decode("latin-1") for found in _CLASS.findall(content))
        # Labels are layers that GDAL makes of the places where the names of others are to be drawn.
        return tuple(self._layer(path, name, rows) for name, _ in layers_of(path) if name in rows)

    def _layer(self, path: Path, name: str, rows: Counter[str]) -> Layer:
        info = describe(path, name, self.driver)
        return Layer.described(info, rows[name])

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the class's features in the file's order."""
        yield from stream(path, layer, columns)


def _content(path: Path) -> bytes:
    """A file of the exchange, which must end with its mark."""
    if path.stat().st_size > _LARGEST:
        raise _too_large(path.name)
    content = path.read_bytes()
    last = content.rstrip().rsplit(b"\n", 1)[-1].strip()
    if not (last.startswith(_END) and last.endswith(b":")):
        raise truncated(path.name)
    return content


def _names(path: Path) -> tuple[str, ...]:
    """The upper-case names of the files of every lot, as the .THF lists them."""
    with path.open("rb") as file:
        content = file.read(_LARGEST)
    lot, names = "", []
    for field, value in _FIELD.findall(content):
        text = value.decode("ascii").upper()
        if field == _LOT:
            lot = text
        elif field in _FILES and lot:
            names.append(f"{lot}{text}.{_FILES[field]}")
    return tuple(dict.fromkeys(names))


def _too_large(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TOO-LARGE",
        Bilingual(
            f"Tệp «{name}» lớn hơn {_LARGEST >> 20} MiB: không phải một tờ EDIGEO.",
            f"The file “{name}” is larger than {_LARGEST >> 20} MiB: that is no sheet in EDIGEO.",
        ),
        Bilingual(
            "Hãy chia thành từng tờ bản đồ, hoặc gửi GeoPackage.",
            "Send it sheet by sheet, or as a GeoPackage.",
        ),
    )
