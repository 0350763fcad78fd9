"""Where the data lie and what that says: the CRS, a province or another country, old codes, and what a name shows."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import crs
from parcels.admin_units import LATEST, commune, communes_table
from parcels.provinces import OldProvince, old_provinces
from parcels.reference import table
from parcels.text import bare_text
from sync import clock
from sync.conform.eras import Era, Survey
from sync.conform.plausible import distances_km
from sync.declared.profile import FOREIGN
from sync.intake.sources import Layer
from validators.policy import policy_at

Floats = NDArray[np.float64]

_FAR_KM = 100.0  # no parcel of Vietnam is further from the point of the nearest commune
_SCALES = "200|500|1000|2000|5000|10000|25000"


@dataclass(frozen=True, slots=True)
class Crs:
    """What a layer states. epsg: None where it states none, or one without a code; degrees: in degrees."""

    epsg: int | None = None
    degrees: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parcels lie.

    crs          as the layer states it
    foreign      outside Vietnam
    measured_in  a metric CRS to measure degrees of another country in
    points       (n, 2) WGS 84 degrees of the rows, NaN where not known
    """

    crs: Crs
    foreign: bool
    measured_in: int | None
    points: Floats


def place_of(layer: Layer, geometries: NDArray[np.object_]) -> Place:
    """Where a layer's rows lie by the CRS that it states; nowhere where it states none."""
    stated = _stated(layer)
    points = np.full((len(geometries), 2), np.nan)
    if stated.epsg is not None:
        bounds = shapely.bounds(geometries)
        middle = np.column_stack(((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2))
        points = _to_degrees(middle, stated.epsg)
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return Place(stated, False, None, points)
    lon, lat = np.median(known, axis=0).tolist()
    foreign = _km_to_a_commune(lon, lat) > _FAR_KM
    return Place(stated, foreign, _utm(lon, lat) if foreign and stated.degrees else None, points)


def _stated(layer: Layer) -> Crs:
    """The CRS by its code: a VN-2000 zone by its definition, another as PROJ names it."""
    if layer.crs is None:
        return Crs()
    zones = [*crs.ZONES, crs.VN2000, crs.WGS84]
    zone = next((epsg for epsg in zones if crs.same_crs(epsg, layer.crs) == "same"), None)
    if zone is not None:
        return Crs(zone, zone in (crs.VN2000, crs.WGS84))
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_user_input(layer.crs)
        plane = found.sub_crs_list[0] if found.is_compound else found
        epsg = plane.to_epsg(min_confidence=70)
    except CRSError:
        return Crs()
    agreed = epsg is not None and crs.same_crs(epsg, layer.crs) == "same"
    return Crs(epsg if agreed else None, bool(plane.is_geographic))


def _to_degrees(points: Floats, epsg: int) -> Floats:
    """Near enough to say in which country they are."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(epsg, crs.WGS84, always_xy=True)
    placed = np.column_stack(transformer.transform(points[:, 0], points[:, 1], errcheck=False))
    placed[~np.isfinite(placed).all(axis=1)] = np.nan
    return placed


def _km_to_a_commune(lon: float, lat: float) -> float:
    known = communes_table(None, LATEST)
    places = np.column_stack((known["lon"].to_numpy(), known["lat"].to_numpy())).astype(np.float64)
    return float(np.nanmin(distances_km(places, lon, lat)))


def _utm(lon: float, lat: float) -> int:
    """The UTM zone on WGS 84 of a place."""
    zone = min(int((lon + 180) // 6) + 1, 60)
    return (32600 if lat >= 0 else 32700) + zone


@dataclass(frozen=True, slots=True)
class Codes:
    """What the commune codes of a file show.

    province      in which most of them lie; None where none is known
    era           whether they are those of before 1 July 2025; None where there are none
    old_province  the one of before in which all of them lie, where its province is made of several
    """

    province: str | None = None
    era: Era | None = None
    old_province: OldProvince | None = None


def codes_of(values: pa.Array, points: Floats) -> Codes:
    """`values`: (n,) commune codes as delivered, NULL where none is written."""
    codes = pc.utf8_lpad(values, 5, "0")
    everything = table("communes")
    where = pc.index_in(codes, value_set=everything["commune_code"].combine_chunks())
    counted = Counter(pc.drop_null(everything["province_code"].take(where)).to_pylist())
    if not counted:
        return Codes()
    province = counted.most_common(1)[0][0]
    survey = Survey(province, policy_at(clock.today()).commune_codes, None, set())
    rows = survey.wanted(codes)
    survey.add_places(codes.take(pa.array(rows)), points[rows])
    olds = set(pc.drop_null(everything["old_province_code"].take(where)).to_pylist())
    here = {old.code: old for old in old_provinces(province)}
    only = here.get(next(iter(olds))) if len(olds) == 1 and len(here) > 1 else None
    return Codes(province, survey.decide(None), only)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the names of the file, its folder and the layer show, for what no column holds."""

    commune_code: str | None = None
    map_scale: str | None = None


def shown_by_names(file: Path, layer: Layer) -> Shown:
    """A commune's code and a map scale, where the names show exactly one."""
    names = (file.stem, file.parent.name, layer.name)
    codes = {
        code
        for name in names
        for code in re.findall(r"(?<!\d)\d{5}(?!\d)", name)
        if commune(code) is not None
    }
    scales = {found for name in names for found in _scales(name)}
    return Shown(
        codes.pop() if len(codes) == 1 else None,
        scales.pop() if len(scales) == 1 else None,
    )


def _scales(name: str) -> list[str]:
    """`tl500`, `ty_le_1000`, `1-2000`, `1_500`: a bare 500 may be a sheet."""
    said = re.findall(rf"(?:ty\s*le|ti\s*le|tl)\D{{0,3}}(?:1\D)?({_SCALES})(?!\d)", _spaced(name))
    return [*said, *re.findall(rf"(?<!\d)1[-_:/ .]({_SCALES})(?!\d)", name)]


def _spaced(name: str) -> str:
    """The name in base letters, its words apart."""
    return " ".join(bare_text(word) for word in re.split(r"[\s_.\-]+", name))


def commune_name_for(file: Path) -> str:
    """A name for the one commune of a foreign file: letters, digits and underscores, as its folder is called."""
    return (re.sub(r"[^0-9A-Za-z]+", "_", file.stem.split(".")[0]).strip("_") or FOREIGN)[:32]
