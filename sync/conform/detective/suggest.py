"""In which CRS an undeclared table seems to be: a suggestion for the sentence that refuses it, never an assumption."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.crs_hypotheses import Hypothesis
from parcels.errors import LandsyncError
from parcels.geometry import is_polygonal
from parcels.wkb import read_wkb
from sync.conform.columns import Mapper, find_columns
from sync.conform.detective.decide import decide
from sync.conform.detective.sample import CrsSample
from sync.conform.detective.words import listed, name_of, to_write
from sync.conform.numbers import MarksShown
from sync.declared.delivery import Axes
from sync.declared.profile import Profile
from sync.folder.delivery import DeliveryRecord
from sync.intake.sources import GEOMETRY, Layer, Source
from validators.policy import policy_at

_ROWS = 20_000  # enough to meet some communes
_COLUMNS = ("commune_code", "national_id", "area_legal_m2")


def suggest(
    record: DeliveryRecord, profile: Profile, source: Source, path: Path, layer: Layer, axes: Axes
) -> Bilingual | None:
    """What the first rows of a table fit, and what to write; None where they do not show it."""
    if profile.foreign:
        return None
    try:
        samples = _samples(record, profile, source, path, layer, axes)
    except (LandsyncError, MarksShown):  # what else there is to the table is said once its CRS is declared
        return None
    rules = policy_at(record.as_of).crs
    fits: dict[tuple[Hypothesis, ...], int] = {}
    for code, sample in samples.items():
        commune = admin_units.commune(code, record.as_of)
        verdict = decide(sample, commune, None, rules) if commune is not None else None
        if verdict is not None and verdict.candidates:
            fits[verdict.candidates] = fits.get(verdict.candidates, 0) + sample.rows
    if not fits:
        return None
    best = max(fits, key=lambda candidates: (len(candidates) == 1, fits[candidates]))
    others = {candidates for candidates in fits if best[0] not in candidates}
    if others:
        each = listed(tuple(dict.fromkeys(candidates[0] for candidates in (best, *others))))
        return Bilingual(
            f"Các xã trong tệp có vẻ thuộc nhiều hệ tọa độ khác nhau: {each.vi}. Hãy tách thành từng phần.",
            f"The communes of the file seem to be in different systems: {each.en}. Split it into parts.",
        )
    if len(best) == 1:
        write = to_write(best[0], axes)
        return Bilingual(
            f"Tọa độ có vẻ là {name_of(best[0]).vi}. Nếu đúng: {write.vi}",
            f"The coordinates seem to be {name_of(best[0]).en}. If that is right: {write.en}",
        )
    names = listed(best)
    return Bilingual(f"Tọa độ có thể là: {names.vi}.", f"The coordinates may be: {names.en}.")


def in_degrees(source: Source, path: Path, layer: Layer) -> bool:
    """Whether the first coordinates are degrees of Vietnam, in either order; no coordinates in metres look like them."""
    try:
        batch = next(iter(source.read(path, layer, [])), None)
    except LandsyncError:  # what else is wrong with the file is said once its CRS is declared
        return False
    if batch is None:
        return False
    bounds = shapely.bounds(read_wkb(batch.column(GEOMETRY)))
    known = bounds[np.isfinite(bounds).all(axis=1)]
    lon, lat = known[:, [0, 2]], known[:, [1, 3]]
    return len(known) > 0 and (_are_degrees(lon, lat) or _are_degrees(lat, lon))


def _are_degrees(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bool:
    return bool(((lon > 100) & (lon < 120)).all() and ((lat > 5) & (lat < 26)).all())


def _samples(
    record: DeliveryRecord, profile: Profile, source: Source, path: Path, layer: Layer, axes: Axes
) -> dict[str, CrsSample]:
    """A sample of each commune that the first rows belong to."""
    found = find_columns(profile, layer.columns, path.name, cut_names=source.cut_names)
    mapper = Mapper(profile, {name: found[name] for name in _COLUMNS if name in found}, path.name)
    rules = policy_at(record.as_of).crs
    samples: dict[str, CrsSample] = {}
    rows = 0
    for batch in source.read(path, layer, mapper.source_columns):
        columns = mapper.canonical(batch)
        codes = columns["commune_code"]
        if record.commune_codes == "old":
            codes = admin_units.convert_codes(codes)[0]
        shapes = read_wkb(batch.column(GEOMETRY))
        polygonal = is_polygonal(shapes)
        with np.errstate(invalid="ignore"):
            bounds = np.where(polygonal[:, np.newaxis], shapely.bounds(shapes), np.nan)
            planar = np.where(polygonal, shapely.area(shapes), np.nan)
        if axes == "north-east":
            bounds = bounds[:, [1, 0, 3, 2]]
        stated = np.asarray(
            pc.cast(columns["area_legal_m2"], pa.float64()).to_numpy(zero_copy_only=False), np.float64
        )
        for code in pc.unique(pc.drop_null(codes)).to_pylist():
            if admin_units.commune(code, record.as_of) is None:
                continue
            here = np.asarray(pc.fill_null(pc.equal(codes, code), False))
            sample = samples.setdefault(code, CrsSample(rules.sample, float(rules.area_window)))
            sample.add(
                bounds[here], planar[here], columns["national_id"].filter(pa.array(here)), stated[here]
            )
        rows += batch.num_rows
        if rows >= _ROWS:
            break
    return samples
