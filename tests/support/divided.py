"""Old communes that were divided between new ones, with parcels inside each of the new ones, made in code."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels import admin_units
from parcels.crs import VN2000
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.boundaries import Boundaries, write_boundaries
from sync.intake.fetch import fetch
from tests.support.strip import profile_of

SIDE_DEG = 0.0002  # about 20 m


@cache
def divided(province: str) -> dict[str, list[str]]:
    """Old commune → the new ones it was divided between, in one province."""
    old = admin_units.communes_table(province, admin_units.EARLIEST)["commune_code"].combine_chunks()
    _, how = admin_units.convert_codes(old)
    pairs = admin_units.conversion_candidates()
    split = old.filter(pa.array(how == "part"))
    mine = pairs.filter(pc.is_in(pairs["old_code"], value_set=split))
    found: dict[str, list[str]] = {}
    for code, new in zip(mine["old_code"].to_pylist(), mine["new_code"].to_pylist(), strict=True):
        found.setdefault(code, []).append(new)
    return found


def codes_of(province: str, reading: str) -> list[str]:
    """Codes of a province by what reading them as old or new would mean."""
    codes = sorted(
        set(admin_units.communes_table(province, admin_units.EARLIEST)["commune_code"].to_pylist())
        | set(admin_units.communes_table(province)["commune_code"].to_pylist())
    )
    readings = admin_units.code_readings(pa.array(codes), province)
    return [code for code, is_ in zip(codes, readings.tolist(), strict=True) if is_ == reading]


def cells(codes: Iterable[str], west: float, south: float, size: float = 0.02) -> Boundaries:
    """Square communes of `size` degrees in a row from the south-west corner, EPSG:4756."""
    ordered = sorted(codes)
    places = west + np.arange(len(ordered)) * size
    squares = shapely.multipolygons(
        [[square] for square in shapely.box(places, south, places + size, south + size)]
    )
    return Boundaries(tuple(ordered), admin_units.NEW_COMMUNES_FROM, squares, ("0" * 64,) * len(ordered))


def inside(polygon: shapely.Geometry, count: int, seed: int = 0) -> np.ndarray:
    """(count,) small squares wholly inside a polygon, EPSG:4756, at places spread over it."""
    rng = np.random.default_rng(seed)
    west, south, east, north = polygon.bounds
    room = shapely.buffer(polygon, -SIDE_DEG)
    shapely.prepare(room)
    found: list[shapely.Geometry] = []
    for _ in range(50):
        points = rng.uniform((west, south), (east, north), (200, 2))
        found += list(points[shapely.contains_xy(room, points)])
        if len(found) >= count:
            break
    at = np.array(found[:count])
    half = SIDE_DEG / 2
    return shapely.box(at[:, 0] - half, at[:, 1] - half, at[:, 0] + half, at[:, 1] + half)


def frame_of(rows: Iterable[tuple[str, str, np.ndarray]]) -> gpd.GeoDataFrame:
    """A delivery of (code, sheet number, parcels), under the names of `profile_of`, EPSG:4756."""
    pieces = []
    for code, sheet, shapes in rows:
        pieces.append(
            gpd.GeoDataFrame(
                {"maXa": [code] * len(shapes), "soTo": [sheet] * len(shapes)},
                geometry=shapes,
                crs="EPSG:4756",
            )
        )
    frame = gpd.GeoDataFrame(pd.concat(pieces, ignore_index=True))
    n = len(frame)
    numbers = [str(number) for number in range(1, n + 1)]
    return frame.assign(
        thuaDatId=[f"T{number}" for number in numbers],
        soThua=numbers,
        loaiDat="LUC",
        dienTichPL=400.0,
        tenChu="Người Thử",
    )


def profile_at(province: str, **changes: object) -> Profile:
    """The profile of `frame_of`."""
    return profile_of(province=province, parts=[{"layer": "thua_dat", "epsg": VN2000}], **changes)


def conformed(
    folder: Path,
    frame: gpd.GeoDataFrame,
    province: str,
    said: Mapping[str, str] | None = None,
    boundaries: Boundaries | None = None,
    sheets: pd.DataFrame | None = None,
    profile: Profile | None = None,
) -> Path:
    """Deliver the frame with these lines in delivery.toml, conform it, give the run's folder."""
    delivery = folder / "goi"
    delivery.mkdir(parents=True)
    frame.to_file(delivery / "thua.gpkg", driver="GPKG", layer="thua_dat")
    lines = {"province": f'"{province}"'} | dict(said or {})
    if sheets is not None:
        sheets.to_csv(delivery / "to.csv", index=False)
        lines["sheet_table"] = '"to.csv"'
    toml = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (delivery / "delivery.toml").write_text(toml, encoding="utf-8")
    run = folder / "run"
    used = profile or profile_at(province)
    fetch(delivery, used, run)
    if boundaries is not None:
        write_boundaries(run, boundaries)
    conform(run, used)
    return run


def sheet_table(rows: Iterable[tuple[str, str, str, str, str | None]]) -> pd.DataFrame:
    """(old commune, old sheet, scale, new commune, new sheet) in the form of VBDLIS."""
    table = pd.DataFrame(
        list(rows), columns=["xaIdCu", "soHieuToBanDoCu", "tyLe", "xaId", "soHieuToBanDo"], dtype=object
    )
    return table.assign(tinhId="01", tinhIdCu="01", soThuTuThua=None, soThuTuThuaCu=None, ghiChu="")
