"""Which delivered column is likely which canonical one, and why: by its name, by its values, each used once."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import crs
from parcels.admin_units import communes_table
from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.geometry import area_m2
from parcels.text import clean
from parcels.wkb import read_wkb
from sync.draft.evidence import FileSample, Look, look
from sync.draft.names import NameMatch, match_name, nearest_system
from sync.intake.sources import GEOMETRY, Layer, Source
from sync.intake.sources.guard import read_source

ROWS = 20_000  # enough to see what a column holds
ENOUGH = 0.6  # below it nothing is guessed
_CONTRADICTED = 0.2  # fewer fitting values than this speak against a name
_FITTING = 0.9  # more of them speak for a column whatever its name


@dataclass(frozen=True, slots=True)
class Guess:
    """One line of the map. `score` from 0 to 1."""

    canonical: str
    delivered: str
    score: float
    reasons: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file shows of itself.

    guesses   in the order of the canonical columns
    unused    delivered columns that nothing was guessed for
    system    the nearest known system, how many of its columns are there, of how many
    province  code, as most commune codes say; None where no column of them was found
    epsg      of the VN-2000 zone that the file states; None where it states none or another CRS
    """

    file: Path
    layer: Layer
    source: Source
    guesses: tuple[Guess, ...]
    unused: tuple[str, ...]
    system: tuple[str, int, int] | None
    province: str | None
    epsg: int | None
    rows_seen: int


def draft(file: Path, source: Source, layer: Layer) -> Draft:
    """Look at the first rows of a layer and guess. Raises DeliveryRejected as reading does."""
    epsg = _stated_zone(layer)
    sample, rows = _sample(file, source, layer, epsg)
    guesses = _assign(layer.columns, sample, cut_names=source.cut_names)
    taken = {guess.delivered for guess in guesses}
    codes = next((g.delivered for g in guesses if g.canonical == "commune_code"), None)
    return Draft(
        file=file,
        layer=layer,
        source=source,
        guesses=guesses,
        unused=tuple(name for name in layer.columns if name not in taken),
        system=nearest_system(layer.columns, cut_names=source.cut_names),
        province=_province(sample.texts[codes]) if codes else None,
        epsg=epsg,
        rows_seen=rows,
    )


def _stated_zone(layer: Layer) -> int | None:
    if layer.crs is None:
        return None
    zones = [*crs.ZONES, crs.VN2000, crs.WGS84]
    return next((epsg for epsg in zones if crs.same_crs(epsg, layer.crs) == "same"), None)


def _sample(file: Path, source: Source, layer: Layer, epsg: int | None) -> tuple[FileSample, int]:
    batches, rows = [], 0
    for batch in read_source(source, file, layer, list(layer.columns)):
        batches.append(batch)
        rows += batch.num_rows
        if rows >= ROWS:
            break
    if not batches:
        return FileSample({name: pa.array([], pa.string()) for name in layer.columns}, np.array([])), 0
    table = pa.Table.from_batches(batches).slice(0, ROWS).combine_chunks()
    areas = np.full(table.num_rows, np.nan)
    if epsg is not None:
        areas = area_m2(read_wkb(table[GEOMETRY].combine_chunks()), epsg)
    return FileSample(
        {name: _as_text(table[name].combine_chunks()) for name in layer.columns}, areas
    ), table.num_rows


def _as_text(values: pa.Array) -> pa.Array:
    """Any values as clean text, whole numbers without ".0"; what has no text form counts as empty."""
    if pa.types.is_floating(values.type):
        values = pc.replace_substring_regex(values.cast(pa.float64()).cast(pa.string()), r"\.0$", "")
    try:
        return clean(values.cast(pa.string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(values), pa.string())


def _assign(present: tuple[str, ...], sample: FileSample, *, cut_names: bool) -> tuple[Guess, ...]:
    """The best pairs first; every delivered column goes to one canonical column at most."""
    canonical = [column.name for column in delivered_columns()]
    pairs = [
        guess
        for delivered in present
        for name in canonical
        if (guess := _guess(name, delivered, sample, cut_names=cut_names)) is not None
    ]
    pairs.sort(key=lambda guess: -guess.score)
    chosen: dict[str, Guess] = {}
    taken: set[str] = set()
    for guess in pairs:
        if guess.canonical not in chosen and guess.delivered not in taken:
            chosen[guess.canonical] = guess
            taken.add(guess.delivered)
    return tuple(chosen[name] for name in canonical if name in chosen)


def _guess(canonical: str, delivered: str, sample: FileSample, *, cut_names: bool) -> Guess | None:
    name = match_name(delivered, canonical, cut_names=cut_names)
    seen = look(canonical, delivered, sample)
    score = _score(name, seen)
    if score < ENOUGH:
        return None
    reasons = [name.reason] if name else []
    if seen is not None:
        reasons.append(seen.said)
    return Guess(canonical, delivered, score, tuple(reasons))


def _score(name: NameMatch | None, seen: Look | None) -> float:
    by_name = name.score if name else 0.0
    if seen is None:
        return by_name
    if seen.share < _CONTRADICTED:
        return by_name * 0.5
    by_values = 0.8 * seen.share if seen.distinctive and seen.share >= _FITTING else 0.0
    return max(by_name, by_values) + 0.1 * seen.share * bool(by_name or by_values)


def _province(codes: pa.Array) -> str | None:
    """The province in which most of the commune codes lie."""
    communes = communes_table()
    places = pc.index_in(pc.utf8_lpad(codes, 5, "0"), value_set=communes["commune_code"].combine_chunks())
    provinces = Counter(pc.drop_null(communes["province_code"].take(places)).to_pylist())
    return provinces.most_common(1)[0][0] if provinces else None
