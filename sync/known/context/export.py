"""A context file out of the database: one province as the nation knows it, for checking on the province's own machines."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units, identifiers
from sync.known.boundaries import boundaries_of
from sync.known.context.edge import Footprint
from sync.known.context.near import bounds_of
from sync.known.context.writer import ContextWriter
from sync.known.database import known_to_the_nation
from validators.identity.handles import national_handles

# Ids that other provinces hold are handed over for the cells of so many characters (39 by 20 km) that the province's land
# touches: an id of elsewhere is told by IDN-OUTSIDE, and by the centre (docs/adr/0123).
_CELL_CHARACTERS = 4


def export_context(
    dsn: str, province: str, path: Path, as_of: date, made_at: datetime | None = None
) -> dict[str, Any]:
    """Write the context of a province to `path`, whole or not at all; what is in it, in numbers."""
    boundaries = boundaries_of(dsn, province, as_of)
    footprint, cells = Footprint(), [_home_cells(province, as_of)]
    parcels = ended = communes = 0
    with (
        known_to_the_nation(dsn, province, as_of) as known,
        ContextWriter(path, province, as_of, made_at or datetime.now(UTC), known.receipts()) as writer,
    ):
        for commune in admin_units.communes(province, as_of):
            live_parcels, retired = known.live(commune.code), known.retired(commune.code)
            if not live_parcels.num_rows and not retired.num_rows:
                continue
            writer.add_commune(commune.code, live_parcels, retired)
            footprint.add(bounds_of(live_parcels))
            cells.append(_cells(national_handles(live_parcels)))
            communes += 1
            parcels += live_parcels.num_rows
            ended += retired.num_rows
        if boundaries is not None:
            footprint.add_outlines(boundaries.polygons)
        claims = known.claims_in(pc.unique(pa.concat_arrays(cells)))
        near = known.near_province(footprint.edge())
        authentication = known.authentication()
        excused = known.excused()
        expected = known.expected()
        writer.add_rest(
            claims=claims,
            near=near,
            authentication=authentication,
            excused=excused,
            told_of_communes=known.told_of_communes(),
            boundaries=boundaries,
            expected=expected,
        )
    return {
        "province": province,
        "file": str(path),
        "bytes": path.stat().st_size,
        "as_of": as_of.isoformat(),
        "communes": communes,
        "parcels": parcels,
        "ended": ended,
        "near": near.num_rows,
        "claims": claims.num_rows,
        "land_users": 0 if authentication is None else authentication.num_rows,
        "excused": len(excused),
        "expected": len(pc.unique(expected["commune_code"])),
        "boundaries": 0 if boundaries is None else len(boundaries.codes),
    }


def _home_cells(province: str, as_of: date) -> pa.Array:
    """The cells of the communes' own points, so that a province without live parcels has some."""
    known = [
        each
        for each in admin_units.communes(province, as_of)
        if each.lon is not None and each.lat is not None
    ]
    lon, lat = (
        np.array([getattr(each, name) for each in known], dtype=np.float64) for name in ("lon", "lat")
    )
    return _cells(identifiers.encode(lon, lat))


def _cells(ids: pa.Array) -> pa.Array:
    return pc.unique(pc.utf8_slice_codeunits(pc.drop_null(ids), 0, _CELL_CHARACTERS))
