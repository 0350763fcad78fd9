"""Boundaries of communes from a polygon layer of any kind of source: an input of the centre; this product ships none.

What is wrong with a layer is judged in `sync.known.boundary_checks`.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import admin_units, crs
from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from parcels.geometry import to_stored
from parcels.identifiers import normalise_number
from parcels.text import clean
from parcels.validity import is_valid
from parcels.wkb import read_wkb
from sync.declared.tomlfile import after, nearest
from sync.folder.boundaries import Boundaries
from sync.intake.landing import delivery_sha256, hash_files
from sync.intake.sources import GEOMETRY, Layer, Source, source_of
from sync.intake.sources.guard import probe_source

DEFAULT_VALID_FROM: Final = admin_units.NEW_COMMUNES_FROM
# How layers call the column of commune codes, folded; the first that is there is taken.
CODE_COLUMNS: Final = (
    "communecode", "communeco", "maxa", "xaid", "maxaphuong", "maphuongxa", "madvhc", "madvhcxa", "mapx", "wardcode", "code", "ma",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """A layer as it was read: `boundaries`, how many polygons of it, where the codes and coordinates came from."""

    boundaries: Boundaries
    file: str
    layer: str
    epsg: int
    code_column: str
    polygons: int


def read_boundaries(
    path: Path,
    *,
    code_column: str | None = None,
    layer: str | None = None,
    epsg: int | None = None,
    valid_from: date = DEFAULT_VALID_FROM,
) -> ReadLayer:
    """The boundaries in a polygon layer; several polygons of one commune become one outline.

    Raises UsageError (what must be said is not) and DeliveryRejected (the layer is not what it should be).
    """
    if not path.exists():
        raise UsageError(
            "BND-NOT-FOUND",
            Bilingual(f"Không tìm thấy tệp ranh giới «{path}».", f"There is no file “{path}”."),
            Bilingual("Hãy kiểm tra đường dẫn.", "Check the path."),
        )
    source = source_of(path)
    chosen = _layer(probe_source(source, path, None, None), layer, path.name)
    column = _code_column(chosen, code_column, path.name)
    zone = epsg if epsg is not None else _epsg(chosen, path.name)
    batches = list(source.read(path, chosen, [column]))
    codes = pa.chunked_array([_codes(batch.column(column)) for batch in batches], pa.string())
    shapes = [to_stored(read_wkb(batch.column(GEOMETRY)), zone) for batch in batches]
    outlines = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    _refuse_bad_rows(codes.combine_chunks(), outlines, path.name, valid_from)
    digest = _sha256(source, path)
    names, polygons = _by_commune(codes.combine_chunks(), outlines)
    found = Boundaries(names, valid_from, polygons, (digest,) * len(names))
    return ReadLayer(found, path.name, chosen.name, zone, column, len(outlines))


def _layer(layers: tuple[Layer, ...], wanted: str | None, file: str) -> Layer:
    by_name = {found.name: found for found in layers}
    if wanted in by_name:
        return by_name[wanted]
    if wanted is None and len(layers) == 1:
        return layers[0]
    present = ", ".join(by_name) or "-"
    raise UsageError(
        "BND-LAYER",
        Bilingual(
            f"Không rõ lớp ranh giới xã của tệp «{file}». Các lớp có trong tệp: {present}.",
            f"It is not clear which layer of “{file}” holds the boundaries. It has: {present}.",
        ),
        Bilingual("Hãy nêu lớp bằng --layer.", "Name the layer with --layer."),
    )


def _code_column(layer: Layer, wanted: str | None, file: str) -> str:
    folded = {column.casefold().replace("_", ""): column for column in reversed(layer.columns)}
    if wanted is not None:
        found = wanted if wanted in layer.columns else folded.get(wanted.casefold().replace("_", ""))
    else:
        found = next((folded[name] for name in CODE_COLUMNS if name in folded), None)
    if found is not None:
        return found
    like = after(nearest(wanted, layer.columns) if wanted else None)
    present = ", ".join(layer.columns) or "-"
    raise UsageError(
        "BND-COLUMN",
        Bilingual(
            f"Không tìm thấy cột mã xã trong lớp «{layer.name}» của tệp «{file}». Các cột: {present}.{like.vi}",
            f"No column of commune codes in layer “{layer.name}” of “{file}”. Columns: {present}.{like.en}",
        ),
        Bilingual("Hãy nêu cột bằng --code-column.", "Name the column with --code-column."),
    )


def _epsg(layer: Layer, file: str) -> int:
    if layer.crs is not None:
        for epsg in (crs.WGS84, crs.VN2000, *crs.ZONES):
            if crs.same_crs(epsg, layer.crs) == "same":
                return epsg
    raise UsageError(
        "BND-CRS",
        Bilingual(
            f"Lớp «{layer.name}» của tệp «{file}» không ghi hệ tọa độ WGS 84 hay VN-2000.",
            f"Layer “{layer.name}” of “{file}” states neither WGS 84 nor VN-2000.",
        ),
        Bilingual(
            "Hãy nêu mã EPSG bằng --epsg, ví dụ --epsg 4326.", "Give the EPSG code with --epsg, such as 4326."
        ),
    )


def _codes(values: pa.Array) -> pa.Array:
    """Commune codes as text, with the zeros that a number lost."""
    return pc.utf8_lpad(normalise_number(clean(values.cast(pa.string()))), 5, "0")


def _refuse_bad_rows(codes: pa.Array, outlines: NDArray[np.object_], file: str, at: date) -> None:
    """Refuse a layer with codes that are no commune's at the date, and outlines that are no valid polygon."""
    known = admin_units.communes_table(None, at)["commune_code"].combine_chunks()
    unknown = pc.unique(codes.filter(pc.invert(pc.is_in(codes, value_set=known, skip_nulls=True))))
    listed = [code or "?" for code in unknown.to_pylist()]
    if listed or not len(codes):
        raise DeliveryRejected(
            "BND-CODES",
            Bilingual(
                f"Tệp «{file}» có mã không phải xã có hiệu lực ngày {at:%d/%m/%Y}: {_some(listed)}.",
                f"“{file}” has codes that name no commune on {at.isoformat()}: {_some(listed)}.",
            ),
            Bilingual(
                "Hãy chọn đúng cột mã xã (--code-column) và đúng ngày hiệu lực (--valid-from).",
                "Choose the right column (--code-column) and the right day (--valid-from).",
            ),
        )
    missing = np.array([outline is None for outline in outlines], dtype=bool)
    broken = missing | ~is_valid(outlines)
    if broken.any():
        named = sorted(set(codes.filter(pa.array(broken)).to_pylist()))
        raise DeliveryRejected(
            "BND-INVALID",
            Bilingual(
                f"Ranh giới của {len(named)} xã trong tệp «{file}» không phải đa giác hợp lệ: {_some(named)}.",
                f"The boundaries of {len(named)} communes in “{file}” are no valid polygons: {_some(named)}.",
            ),
            Bilingual(
                "Hãy sửa hình học (ví dụ công cụ Fix geometries của QGIS) rồi nạp lại; hệ thống không tự sửa ranh giới.",
                "Mend the geometry (such as with Fix geometries in QGIS) and load again; boundaries are not mended here.",
            ),
            communes=named,
        )


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "") if codes else "-"


def _by_commune(
    codes: pa.Array, outlines: NDArray[np.object_]
) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """One outline per commune, in the order of codes."""
    coded = codes.dictionary_encode()
    index = np.asarray(coded.indices)
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    joined = np.empty(len(names), dtype=object)
    for place, name_no in enumerate(order):
        mine = outlines[index == name_no]
        whole = mine[0] if len(mine) == 1 else shapely.union_all(mine)
        joined[place] = whole if whole.geom_type == "MultiPolygon" else shapely.multipolygons([whole])
    return tuple(names[name_no] for name_no in order), joined


def _sha256(source: Source, path: Path) -> str:
    members = source.members(path)
    return delivery_sha256(
        hash_files(path.parent, sorted(member.relative_to(path.parent).as_posix() for member in members))
    )
