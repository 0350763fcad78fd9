"""Parcels that come as several rows, one for each of their parts: joined into one, where the profile declares it.

Nothing is judged: what is joined is what the office would have delivered as one row. Rows that do not say the same stay as they
are, several rows of one source key, and the checks tell them.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.errors import DeliveryRejected
from parcels.geometry import is_polygonal
from parcels.model import UNKNOWN_COMMUNE
from parcels.wkb import read_wkb
from sync.conform.shapes import shapes_of
from sync.declared.profile import Profile
from sync.folder.conform import RowsJoined
from sync.folder.snapshot import SnapshotWriter

# What must be the same in all rows of a parcel: what was delivered and understood, and in which coordinates.
_SAID = [
    *(column.name for column in delivered_columns()),
    "source_srid",
    "delivered_commune_code",
    "delivered_sheet_no",
    "not_readable",
]
_SHAPE = ("area_m2", "source_wkb", "geom")


def join_rows(profile: Profile, writer: SnapshotWriter) -> dict[str, RowsJoined]:
    """Join the rows of one parcel in every commune of the snapshot; by commune how many rows became how many parcels."""
    if not profile.parcels_in_several_rows:
        return {}
    paths = writer.written()
    elsewhere = _in_several([one_array(writer.part(code, ["source_key"])["source_key"]) for code in paths])
    joined: dict[str, RowsJoined] = {}
    for code in paths:
        # Where a parcel of no known commune lies, and with what it belongs together, nobody can say.
        if code == UNKNOWN_COMMUNE or not _some_repeat(writer.part(code, ["source_key"])["source_key"]):
            continue
        done = join_rows_of(writer.part(code), elsewhere)
        if done.parcels:
            writer.replace(code, done.table)
            joined[code] = RowsJoined(rows=done.rows, parcels=done.parcels)
    return joined


@dataclass(frozen=True, slots=True)
class JoinedCommune:
    """The rows of a commune after joining: how many of before became how many parcels."""

    table: pa.Table
    rows: int
    parcels: int


def join_rows_of(table: pa.Table, elsewhere: pa.Array) -> JoinedCommune:
    """Rows of one commune with those of one parcel joined, each where its first row stood.

    elsewhere  keys that other communes have, too: a parcel lies in one
    """
    table = table.combine_chunks()
    at = np.flatnonzero(_candidates(table, elsewhere))
    some = table.take(pa.array(at))
    mine = np.flatnonzero(np.asarray(pc.is_in(some["source_key"], value_set=_agreeing(some)), dtype=bool))
    if not len(mine):
        return JoinedCommune(table, 0, 0)
    at, some = at[mine], some.take(pa.array(mine)).combine_chunks()
    parcel = np.asarray(one_array(some["source_key"]).dictionary_encode().indices, dtype=np.int64)
    first = np.unique(parcel, return_index=True)[1]
    shapes = _put_together(some, parcel, first)
    kept = np.ones(table.num_rows, dtype=bool)
    kept[at] = False
    kept[at[first]] = True
    changed = np.zeros(table.num_rows, dtype=bool)
    changed[at[first]] = True
    for name, values in shapes.items():
        column = pc.replace_with_mask(
            one_array(table[name]), pa.array(changed), values.cast(table[name].type)
        )
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
    return JoinedCommune(table.filter(pa.array(kept)), len(at), len(first))


def _candidates(table: pa.Table, elsewhere: pa.Array) -> NDArray[np.bool_]:
    keys = one_array(table["source_key"])
    free = pc.and_(pc.is_valid(keys), pc.invert(pc.is_in(keys, value_set=elsewhere)))
    return np.asarray(pc.and_(free, pc.is_in(keys, value_set=_repeated(keys))), dtype=bool)


def _agreeing(some: pa.Table) -> pa.Array:
    """The keys of which all rows say the same, each with a shape of its own."""
    said = some.group_by(_SAID, use_threads=False).aggregate([])
    alike = pc.invert(pc.is_in(some["source_key"], value_set=_repeated(one_array(said["source_key"]))))
    shapes = read_wkb(one_array(some["source_wkb"]))
    land = pa.array(is_polygonal(shapes) & ~shapely.is_empty(shapes))
    # As stored, where it is: then a ring that begins elsewhere is the same one.
    form = pc.coalesce(one_array(some["geom"]), one_array(some["source_wkb"]))
    forms = pa.table({"key": some["source_key"], "form": form})
    counted = forms.group_by(["key", "form"], use_threads=False).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))["key"].combine_chunks()
    unlike = pc.or_(pc.invert(alike), pc.or_(pc.invert(land), pc.is_in(some["source_key"], value_set=twice)))
    keys = some["source_key"]
    apart = pc.unique(keys.filter(unlike))
    return pc.unique(keys.filter(pc.invert(pc.is_in(keys, value_set=apart))))


def _put_together(some: pa.Table, parcel: NDArray[np.int64], first: NDArray[np.int64]) -> dict[str, pa.Array]:
    """The columns of the shape of each parcel, (parcels,): its parts side by side, as they were delivered."""
    order = np.argsort(parcel, kind="stable")
    parts, row = shapely.get_parts(read_wkb(one_array(some["source_wkb"]))[order], return_index=True)
    whole = np.asarray(shapely.multipolygons(parts, indices=parcel[order][row]))
    wkb = pa.array(shapely.to_wkb(whole), pa.binary())
    srids = np.asarray(some["source_srid"])[first]
    found = {name: pa.nulls(len(first), some[name].type) for name in _SHAPE}
    for srid in np.unique(srids):
        here = pa.array(srids == srid)
        shapes = shapes_of(wkb.filter(here), int(srid))  # the snapshot's have their easting first
        for name, values in zip(_SHAPE, (shapes.area, shapes.delivered, shapes.geom), strict=True):
            found[name] = pc.replace_with_mask(found[name], here, values.cast(found[name].type))
    return found


def _repeated(keys: pa.Array) -> pa.Array:
    """The values that come more than once; a missing one is none."""
    counts = pc.value_counts(pc.drop_null(keys))
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def _some_repeat(keys: pa.ChunkedArray) -> bool:
    return len(_repeated(one_array(keys))) > 0


def _in_several(keys: list[pa.Array]) -> pa.Array:
    """The keys of more than one commune; rows of no known commune are one of them."""
    once = [pc.unique(pc.drop_null(of)) for of in keys]
    return _repeated(pa.concat_arrays(once)) if once else pa.array([], pa.string())


def refuse_changes(profile: Profile) -> None:
    """Raise DeliveryRejected: of a parcel in several rows a change set does not say whether it brings all of them."""
    if not profile.parcels_in_several_rows:
        return
    raise DeliveryRejected(
        "DLV-CHANGES-PARTS",
        Bilingual(
            "Hồ sơ tỉnh khai một thửa đất có thể gồm nhiều dòng (parcels_in_several_rows): gói biến động không cho biết có đủ "
            "mọi phần của thửa hay không, nên không thể nhận.",
            "The province's profile declares that a parcel may come as several rows (parcels_in_several_rows): a change set does "
            "not say whether it brings all parts of a parcel, so it cannot be taken.",
        ),
        Bilingual(
            "Hãy gửi bản đầy đủ, hoặc xuất mỗi thửa thành một dòng và bỏ parcels_in_several_rows.",
            "Deliver a full snapshot, or export each parcel as one row and take parcels_in_several_rows out.",
        ),
    )
