"""Drafts of proposals, and the table in which they are handed on: a line per proposal and parcel that it changes."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bilingual import Bilingual, Lang
from parcels.geometry import metres_at, to_wkb
from validators.base import Faults, Mask, Rows, Subject, where
from validators.findings import say_number, uuid5
from validators.identity.members import SEPARATOR, Named
from validators.repairs.place import areas_m2
from validators.shape import Geometries, source_srid

# All lines of one finding are one proposal: accept all of them or none.
REPAIRS_SCHEMA = pa.schema(
    [
        pa.field("repair_id", pa.string(), nullable=False),  # of the finding and the parcel
        pa.field("kind", pa.string(), nullable=False),  # one of WORDS
        pa.field("check_code", pa.string(), nullable=False),
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("row_no", pa.int64(), nullable=False),  # the parcel that changes
        pa.field("handle", pa.string()),
        pa.field("before_wkb", pa.binary(), nullable=False),
        pa.field("after_wkb", pa.binary(), nullable=False),
        pa.field("srid", pa.int32(), nullable=False),
        pa.field("area_before_m2", pa.float64()),
        pa.field("area_after_m2", pa.float64(), nullable=False),
        pa.field("area_change_m2", pa.float64()),
        pa.field("moved_mm", pa.float64()),  # the largest distance between the two boundaries
        pa.field(
            "neighbours", pa.list_(pa.string()), nullable=False
        ),  # the finding's other parcels, by handle
        pa.field("message_vi", pa.string(), nullable=False),
        pa.field("message_en", pa.string(), nullable=False),
    ]
)

_CHANGE = Bilingual(
    " Diện tích thay đổi {change} m², ranh giới dời tối đa {moved} mm.",
    " The area changes by {change} m², the boundary moves {moved} mm at most.",
)
_NOTHING = Bilingual(" Ranh giới không thay đổi.", " No boundary changes.")


def _and(words: Bilingual, more: Bilingual) -> Bilingual:
    return Bilingual(words.vi + more.vi, words.en + more.en)


WORDS: dict[str, Bilingual] = {
    "ring_order": _and(
        Bilingual("Đề xuất: thống nhất chiều các đường ranh giới.", "Proposed: wind all rings consistently."),
        _NOTHING,
    ),
    "repeated_vertices": _and(
        Bilingual("Đề xuất: bỏ các đỉnh lặp.", "Proposed: drop the repeated vertices."), _NOTHING
    ),
    "make_valid": _and(
        Bilingual(
            "Đề xuất: dựng lại vùng hợp lệ từ chính các đường ranh giới đã giao nộp.",
            "Proposed: the valid polygons that the delivered lines enclose.",
        ),
        _CHANGE,
    ),
    "gap": _and(
        Bilingual(
            "Đề xuất: nhập khe hở vào thửa có chung đường ranh dài nhất với khe.",
            "Proposed: the gap goes to the parcel with which it shares the longest boundary.",
        ),
        _CHANGE,
    ),
    "overlap": _and(
        Bilingual(
            "Đề xuất: bỏ phần chồng lấn khỏi một trong hai thửa để còn chung một đường ranh.",
            "Proposed: one of the two parcels gives the overlap up, so that one common line is left.",
        ),
        _CHANGE,
    ),
    "edge": _and(
        Bilingual(
            "Đề xuất: thêm hoặc dời đỉnh để ranh chung của các thửa khớp nhau.",
            "Proposed: vertices are added or moved so that the common boundary matches.",
        ),
        _CHANGE,
    ),
}


@dataclass(frozen=True, slots=True)
class Drafts:
    """Proposals of one kind before they are looked at again; parallel arrays, a line per fault and row that changes.

    fault   (k,) index into the faults of the check
    row     (k,) position in the dataset
    before, after  (k,) shapes in the CRS of the row; None where there is nothing to propose
    """

    kind: str
    fault: NDArray[np.int64]
    row: Rows
    before: Geometries
    after: Geometries

    @classmethod
    def one_each(cls, kind: str, faults: Faults, before: Geometries, after: Geometries) -> "Drafts":
        """A line for each fault, of its own row."""
        return cls(kind, np.arange(len(faults)), faults.rows, before, np.asarray(after, dtype=object))

    def keep(self, kept: Mask) -> "Drafts":
        """Only those lines."""
        return Drafts(self.kind, self.fault[kept], self.row[kept], self.before[kept], self.after[kept])


def lines_of(
    code: str, drafts: Drafts, faults: Faults, subject: Subject, named: Named, finding: pa.Array
) -> pa.Table:
    """REPAIRS_SCHEMA. `finding` (f,) the finding id of each fault of the check."""
    rows = pa.array(drafts.row)
    srid = subject.fact(source_srid)[drafts.row]
    before, after = areas_m2(drafts.before, srid), areas_m2(drafts.after, srid)
    moved = _moved_mm(drafts, srid)
    ids = finding.take(pa.array(drafts.fault))
    names = pc.binary_join_element_wise(ids, named.name.take(rows), SEPARATOR)
    k = len(drafts.row)
    return pa.table(
        [
            uuid5(names),
            pa.repeat(drafts.kind, k),
            pa.repeat(code, k),
            ids,
            pa.repeat(named.dataset, k),
            pa.array(named.row_no).take(rows),
            named.handle.take(rows),
            pa.array(to_wkb(drafts.before), pa.binary()),
            pa.array(to_wkb(drafts.after), pa.binary()),
            pa.array(srid, pa.int32()),
            before,
            after,
            after - before,
            moved,
            _neighbours(drafts, faults, named),
            _message(drafts.kind, "vi", after - before, moved),
            _message(drafts.kind, "en", after - before, moved),
        ],
        schema=REPAIRS_SCHEMA,
    )


def _moved_mm(drafts: Drafts, srid: NDArray[np.int32]) -> NDArray[np.float64]:
    """The largest distance from either boundary to the other, in millimetres."""
    moved = np.zeros(len(drafts.row))
    if drafts.kind in ("ring_order", "repeated_vertices"):
        return moved
    for epsg in np.unique(srid).tolist():
        mine = where(srid == epsg)
        scale = metres_at(shapely.get_coordinates(shapely.centroid(drafts.after[mine[:1]])), epsg)

        def scaled(shapes: Geometries, scale: NDArray[np.float64] = scale) -> Geometries:
            return np.asarray(shapely.transform(shapely.boundary(shapes), lambda coords: coords * scale))

        moved[mine] = 1000 * shapely.hausdorff_distance(
            scaled(drafts.before[mine]), scaled(drafts.after[mine])
        )
    return np.round(moved, 3)


def _neighbours(drafts: Drafts, faults: Faults, named: Named) -> pa.ListArray:
    """The handles of the other rows of each line's fault, sorted."""
    fault, row = faults.touched
    order = np.argsort(fault, kind="stable")
    fault, row = fault[order], row[order]
    begin, end = np.searchsorted(fault, drafts.fault), np.searchsorted(fault, drafts.fault, side="right")
    line = np.repeat(np.arange(len(drafts.fault)), end - begin)
    at = np.arange(len(line)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin) + begin[line]
    other = row[at] != drafts.row[line]
    table = pa.table({"line": line[other], "handle": named.handle.take(pa.array(row[at][other]))})
    table = table.filter(pc.is_valid(table["handle"])).sort_by(
        [("line", "ascending"), ("handle", "ascending")]
    )
    offsets = np.searchsorted(np.asarray(table["line"]), np.arange(len(drafts.fault) + 1))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), table["handle"].combine_chunks())


def _message(kind: str, lang: Lang, change: NDArray[np.float64], moved: NDArray[np.float64]) -> pa.Array:
    text = pa.repeat(WORDS[kind].say(lang), len(change))
    for name, values in (("{change}", change), ("{moved}", moved)):
        numbers = say_number(lang, pa.array(values, pa.float64(), mask=~np.isfinite(values)))
        text = _filled(text, name, pc.fill_null(numbers, "?"))
    return text


def _filled(text: pa.Array, name: str, values: pa.Array) -> pa.Array:
    if not len(text) or name not in text[0].as_py():
        return text
    pieces = pc.split_pattern(text, name, max_splits=1)
    return pc.binary_join_element_wise(pc.list_element(pieces, 0), values, pc.list_element(pieces, 1), "")
