"""The neighbours of every commune of a delivery: what `Context.neighbours` is filled with.

Communes delivered together are seen as delivered, all others as `Known` says they are live. One pass over the parts
learns which cells each commune's land touches (`validators.borders.land`); parcels are kept, and asked for, only where
somebody else has a cell too. So what is held and compared follows the borders, not the area.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.model import UNKNOWN_COMMUNE
from parcels.versions import ends
from sync.check.parallel import in_order
from sync.folder.snapshot import read_part
from sync.known import Known
from validators.borders.land import Land, boxes_of, land_of
from validators.identity.handles import KEY_COLUMNS, handles_of, names_of
from validators.live import LIVE_SCHEMA

_GEOM = "geom"
Integers = NDArray[np.int64]


class Neighbours:
    """The neighbours within one delivery. Made once; holds cells of all its communes and parcels along their borders.

    Rows that are quarantined for whatever reason are among them: they lie where they lie, without them there would
    be gaps that nobody has, and which rows those are is not known before both sides are judged. Of a change set the
    rows that end a parcel are left out, and the other parcels of its communes are seen as they are live.
    """

    def __init__(
        self, parts: Mapping[str, Path], province: str, reach_m: float, changes_at: date | None = None
    ) -> None:
        """Reads the geometries of every part, and once more what lies along borders.

        reach_m     how far from each other parcels may be and still matter to a seam (`validators.borders.seam.reach_m`)
        changes_at  of a change set its day; None for a full delivery
        """
        self._codes = [code for code in parts if code != UNKNOWN_COMMUNE]
        self._changed = None if changes_at is None else _names(parts, changes_at)
        self._as_of = changes_at
        read = partial(_land, reach_m=reach_m, changes=changes_at is not None)
        lands = in_order(partial(read, parts[code]) for code in self._codes)
        held = {code: _compact(land) for code, land in zip(self._codes, lands, strict=True)}
        self._cells = {code: cells for code, (cells, _, _) in held.items() if len(cells)}
        everything = np.concatenate([np.empty(0, np.int64), *self._cells.values()])
        cells, communes = np.unique(everything, return_counts=True)
        shared = cells[communes > 1]
        tables = [LIVE_SCHEMA.empty_table()]
        places: list[tuple[Integers, Integers]] = []
        before = 0
        for code, (own, row, at) in held.items():
            common = np.isin(own, shared)[at]
            if common.any():
                rows, index = np.unique(row[common], return_inverse=True)
                tables.append(_along_borders(parts[code], province, code, rows))
                places.append((own[at[common]], index + before))
                before += len(rows)
        self._parcels = pa.concat_tables(tables).combine_chunks()
        self._owner = self._parcels["commune_code"].combine_chunks()
        cell = np.concatenate([np.empty(0, np.int64), *(cells for cells, _ in places)])
        parcel = np.concatenate([np.empty(0, np.int64), *(parcels for _, parcels in places)])
        order = np.argsort(cell, kind="stable")
        self._cell, self._parcel = cell[order], parcel[order]

    @property
    def several(self) -> bool:
        """Whether the delivery holds land of more than one commune."""
        return len(self._cells) > 1

    @property
    def held(self) -> int:
        """How many parcels are held: those along borders."""
        return int(self._parcels.num_rows)

    def cells(self, code: str) -> Integers:
        """The cells that a commune's land touches, sorted."""
        return self._cells.get(code, np.empty(0, np.int64))

    def delivered(self, code: str) -> pa.Table:
        """LIVE_SCHEMA: the parcels of the other communes of the delivery near a commune's land."""
        mine = self.cells(code)
        first, last = (np.searchsorted(self._cell, mine, side) for side in ("left", "right"))
        count = last - first
        at = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(count.sum())
        near = pa.array(np.unique(self._parcel[at]))
        return self._parcels.take(near.filter(pc.not_equal(self._owner.take(near), code))).combine_chunks()

    def of(self, code: str, known: Known | None) -> pa.Table | None:
        """LIVE_SCHEMA: `Context.neighbours` of a commune; None where none can be known.

        In the thread that opened `known`. Without it, those delivered together are all there is, and there must be some.
        """
        if known is None:
            return self.delivered(code) if self.several else None
        if code == UNKNOWN_COMMUNE or not len(self.cells(code)):
            return LIVE_SCHEMA.empty_table()
        changes = self._changed is not None
        live = known.near(code, boxes_of(self.cells(code)), () if changes else self._codes)
        if changes:
            live = live.filter(pa.array(~self._replaced(live)))
        return pa.concat_tables([self.delivered(code), live]).combine_chunks()

    def _replaced(self, live: pa.Table) -> NDArray[np.bool_]:
        """(n,) which live parcels a change set speaks of."""
        assert self._as_of is not None  # noqa: S101 - asked for of change sets
        result = np.zeros(live.num_rows, dtype=bool)
        codes = live["commune_code"].combine_chunks().dictionary_encode()
        for number, code in enumerate(codes.dictionary.to_pylist()):
            mine = np.flatnonzero(np.asarray(codes.indices) == number)
            known = names_of(handles_of(live.take(pa.array(mine)), code, self._as_of))
            result[mine] = np.asarray(pc.is_in(known, value_set=self._changed, skip_nulls=True))
        return result


def _names(parts: Mapping[str, Path], as_of: date) -> pa.Array:
    """What the rows of a change set are known by, rows of no commune too."""
    named = [
        names_of(handles_of(read_part(path, [*KEY_COLUMNS]), code, as_of)) for code, path in parts.items()
    ]
    return pc.unique(pc.drop_null(pa.chunked_array(named, pa.string())))


def _land(path: Path, reach_m: float, changes: bool) -> Land:
    part = read_part(path, [_GEOM, *(["action"] if changes else [])])
    geom = part.column(_GEOM).combine_chunks()
    if changes:
        geom = pc.if_else(pa.array(ends(part)), pa.scalar(None, pa.binary()), geom)
    return land_of(geom, reach_m)


def _compact(land: Land) -> tuple[Integers, NDArray[np.int32], NDArray[np.int32]]:
    """The cells, and which parcel touches which of them, in half the room."""
    cells, at = np.unique(land.cell, return_inverse=True)
    return cells, land.row.astype(np.int32), at.astype(np.int32)


def _along_borders(path: Path, province: str, code: str, rows: NDArray[np.int32]) -> pa.Table:
    """LIVE_SCHEMA: these rows of a part."""
    made = {
        "province_code": pa.repeat(province, len(rows)),
        "commune_code": pa.repeat(code, len(rows)),
        "parcel_uid": pa.nulls(len(rows), pa.string()),
    }
    part = read_part(path, [name for name in LIVE_SCHEMA.names if name not in made]).take(pa.array(rows))
    columns = [made[name] if name in made else part[name] for name in LIVE_SCHEMA.names]
    return pa.table(columns, schema=LIVE_SCHEMA)
