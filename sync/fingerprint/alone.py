"""The figures of one delivery."""

from typing import Any

import numpy as np

from sync.fingerprint.columns import FILLED, HANDLES, NOTHING, DeliveredRows, Hashes, Mask
from sync.fingerprint.figures import count, part


def alone(rows: DeliveredRows) -> dict[str, Any]:
    """Rows, communes, fill rates, handles, shapes, states, sheets of a delivery."""
    n = len(rows)
    shaped = rows.geom != NOTHING
    per_commune = np.bincount(rows.commune, minlength=len(rows.communes))
    sheets, on_sheet = np.unique(rows.sheet[rows.sheet != NOTHING], return_counts=True)
    return {
        "rows": count(n),
        "communes": len(rows.communes),
        "rows_per_commune": _spread(per_commune),
        "filled": {name: part(int(rows.filled[:, k].sum()), n) for k, name in enumerate(FILLED)},
        "handles": {name: _handle(rows.handles[name]) for name in HANDLES},
        "without_geometry": part(int((~shaped).sum()), n),
        "identical_shapes": part(int(shared(rows.geom).sum()), n),
        "states": {name: count(number) for name, number in sorted(rows.states.items())},
        "sheets": {"sheets": count(len(sheets)), "rows_per_sheet": _spread(on_sheet)},
        "numbered": part(int(rows.numbered.sum()), n),
    }


def shared(values: Hashes) -> Mask:
    """(n,) which values stand in several rows."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((counts[inverse] > 1) & (values != NOTHING))


def _handle(values: Hashes) -> dict[str, Any]:
    there = values != NOTHING
    return {
        "rows": part(int(there.sum()), len(values)),
        "shared_by_several": part(int(shared(values).sum()), len(values)),
    }


def _spread(counts: np.ndarray) -> dict[str, Any]:
    """How many rows the groups have: the least, the middle and the most, small ones as small."""
    if not len(counts):
        return {"least": 0, "middle": 0, "most": 0}
    middle = np.percentile(counts, [0, 50, 100], method="nearest").astype(int).tolist()
    return dict(zip(("least", "middle", "most"), map(count, middle), strict=True))
