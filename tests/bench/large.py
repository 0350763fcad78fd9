"""A delivery of any number of parcels, made a commune at a time: what the measurements of memory read."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyogrio.raw import write_arrow

from parcels.admin_units import communes
from parcels.crs import from_wgs84, to_wgs84
from parcels.identifiers import encode
from sync.declared.profile import load_profile

PROVINCE = "22"
EPSG = 5899
SIDE_M = 20.0
GEOMETRY = pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})


def batches(parcels: int, in_communes: int | None = None) -> Iterator[pa.RecordBatch]:
    """Square parcels around each commune of the province, under the names of its profile; no two alike."""
    chosen = [commune for commune in communes(PROVINCE) if commune.lon is not None][:in_communes]
    shares = np.diff(np.linspace(0, parcels, len(chosen) + 1).astype(int))
    first = 0
    for commune, n in zip(chosen, shares.tolist(), strict=True):
        yield _commune(commune.code, np.array([[commune.lon, commune.lat]], float), first, n)
        first += n


def _commune(code: str, place: np.ndarray, first: int, n: int) -> pa.RecordBatch:
    profile = load_profile(PROVINCE)
    columns_of_grid = int(np.ceil(np.sqrt(n)))
    number = np.arange(n)
    x0, y0 = np.round(from_wgs84(place, EPSG)[0]) - SIDE_M * columns_of_grid / 2
    west, south = x0 + SIDE_M * (number % columns_of_grid), y0 + SIDE_M * (number // columns_of_grid)
    lon, lat = to_wgs84(np.column_stack((west + SIDE_M / 2, south + SIDE_M / 2)), EPSG).T
    text = pa.array(np.arange(first, first + n)).cast(pa.string())
    day = pa.repeat(pa.scalar("2015-06-01"), n).cast(pa.date32())
    values = {
        "source_key": pc.binary_join_element_wise("22", text, "-"),
        "source_version": pa.repeat("1", n),
        "national_id": encode(lon, lat),
        "commune_code": pa.repeat(code, n),
        "sheet_no": pa.array(number // 500 + 1).cast(pa.string()),
        "parcel_no": pa.array(number % 500 + 1).cast(pa.string()),
        "map_scale": pa.repeat("500", n),
        "map_set": pa.repeat("ĐC", n),
        "land_use": pa.repeat("ODT", n),
        "land_use_areas": pa.repeat("400.0", n),
        "area_legal_m2": pa.repeat(pa.scalar(400.0), n),
        "address": pc.binary_join_element_wise("Tổ dân phố", text, " "),
        "surveyed_on": day,
        "valid_from": day,
        "land_user_name": pc.binary_join_element_wise("Nguyễn Văn Thử", text, " "),
        "land_user_id_number": pc.utf8_lpad(text, 12, "9"),
        "land_user_birth_year": pa.repeat(pa.scalar(1970, pa.int32()), n),
        "certificate_no": pc.binary_join_element_wise("ZZ", text, ""),
        "certificate_issued_on": day,
    }
    named = {
        delivered: values[canonical]
        for canonical in profile.columns
        if (delivered := profile.delivered_name(canonical)) is not None and canonical in values
    }
    shapes = shapely.to_wkb(shapely.box(west, south, west + SIDE_M, south + SIDE_M))
    table = pa.table(named).append_column(GEOMETRY, pa.array(shapes, pa.binary()))
    (batch,) = table.combine_chunks().to_batches()
    return batch


def write(path: Path, parcels: int, in_communes: int | None = None) -> None:
    """One layer of so many parcels at `path` (.gpkg or .shp), and a delivery.toml beside it."""
    made = batches(parcels, in_communes)
    head = next(made)

    def every() -> Iterator[pa.RecordBatch]:
        yield head
        yield from made

    layer = load_profile(PROVINCE).parts[0].layer
    shape = path.suffix == ".shp"
    write_arrow(
        pa.RecordBatchReader.from_batches(head.schema, every()),
        path,
        layer=None if shape else layer,
        driver="ESRI Shapefile" if shape else "GPKG",
        geometry_name="geom",
        geometry_type="Polygon",
        crs=f"EPSG:{EPSG}",
        **({"encoding": "UTF-8"} if shape else {}),
    )
    (path.parent / "delivery.toml").write_text(
        f'province = "{PROVINCE}"\nextracted_at = 2026-11-20T22:00:00+07:00\ncommune_codes = "new"\n'
        f'[[parts]]\nfile = "{path.name}"\nepsg = {EPSG}\n' + ("" if shape else f'layer = "{layer}"\n'),
        encoding="utf-8",
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
