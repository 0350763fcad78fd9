"""Real cadastres dealt out to communes: none of their correct boundaries is a fault when it becomes a border."""

import numpy as np
import pyogrio
import pytest
import shapely

from parcels.crs import VN2000
from tests.support.seams import COMMUNES, ORIGIN, Nation, as_whole, cases

SETS = {
    "swiss": ("swiss/liegenschaften_polygonized.gpkg", "so_252400"),
    "edigeo": ("edigeo/edigeo_parcelles.gpkg", None),
}
ZONES = {"one zone": {}, "two zones and degrees": {COMMUNES[1]: 9210, COMMUNES[2]: VN2000}}


@pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES)
@pytest.mark.parametrize(("file", "layer"), SETS.values(), ids=SETS)
@pytest.mark.parametrize("dealt", ["halves", "parcel by parcel"])
def test_a_correct_cadastre_has_no_fault_at_any_border(shared_data, tmp_path, file, layer, zone, dealt):
    _, _, wkb, _ = pyogrio.raw.read(shared_data / "cadastre" / file, layer=layer, columns=[])
    shapes = shapely.from_wkb(wkb)
    low = shapely.total_bounds(shapes)[:2]
    shapes = shapely.transform(shapes, lambda coords: coords - low + np.array(ORIGIN))
    east = shapely.get_x(shapely.centroid(shapes))
    number = (
        (east > np.median(east)).astype(int)
        if dealt == "halves"
        else np.random.default_rng(1).integers(0, 3, len(shapes))
    )
    nation = Nation.of(shapes, np.array(COMMUNES[:3])[number], zone)
    assert cases(as_whole(nation, tmp_path).values()) == {}
