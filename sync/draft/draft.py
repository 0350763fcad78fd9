"""What a file shows of itself: its columns, the system it comes from, where it lies, what no column holds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.admin_units import commune
from parcels.geometry import area_m2
from parcels.text import clean
from parcels.wkb import read_wkb
from sync.draft.evidence import FileSample
from sync.draft.guess import Guess, guess_columns
from sync.draft.names import Meaning, meanings
from sync.draft.place import Codes, Place, Shown, codes_of, place_of, shown_by_names
from sync.draft.said import said_values
from sync.draft.systems import Recognised, recognise
from sync.intake.sources import GEOMETRY, Layer, Source
from sync.intake.sources.guard import read_source

ROWS = 20_000  # enough to see what a column holds


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file shows of itself.

    guesses   in the order of the canonical columns
    beside    what a column without a guess may be, and why it was not taken
    unused    delivered columns that nothing was guessed for
    system    the known system whose names these are
    codes     what its commune codes show
    shown     what no column holds and the names of the file show
    """

    file: Path
    layer: Layer
    source: Source
    guesses: tuple[Guess, ...]
    beside: tuple[Guess, ...]
    unused: tuple[str, ...]
    system: Recognised | None
    place: Place
    codes: Codes
    shown: Shown
    rows_seen: int

    @property
    def province(self) -> str | None:
        """As most commune codes say, else the one commune that names show; None where nothing does."""
        shown = commune(self.shown.commune_code) if self.shown.commune_code else None
        return self.codes.province or (shown.province_code if shown else None)

    def guess(self, canonical: str) -> Guess | None:
        """The line of a canonical column."""
        return next((each for each in self.guesses if each.canonical == canonical), None)


def draft(file: Path, source: Source, layer: Layer) -> Draft:
    """Look at the first rows of a layer and guess. Raises DeliveryRejected as reading does."""
    texts, geometries = _rows(file, source, layer)
    place = place_of(layer, geometries)
    sample = FileSample(texts, _areas(geometries, place), place.foreign)
    system = recognise(layer.columns, cut_names=source.cut_names, drawn=source.kind in {"dgn", "dxf"})
    guesses = guess_columns(_named(layer, source, system, foreign=place.foreign), sample)
    taken = {guess.delivered for guess in guesses.chosen}
    codes = next((guess.delivered for guess in guesses.chosen if guess.canonical == "commune_code"), None)
    known = codes is not None and not place.foreign
    return Draft(
        file=file,
        layer=layer,
        source=source,
        guesses=guesses.chosen,
        beside=guesses.beside,
        unused=tuple(name for name in layer.columns if name not in taken),
        system=system,
        place=place,
        codes=codes_of(said_values("commune_code", texts[codes]), place.points)
        if known and codes
        else Codes(),
        shown=Shown() if place.foreign else shown_by_names(file, layer),
        rows_seen=len(geometries),
    )


def _named(
    layer: Layer, source: Source, system: Recognised | None, *, foreign: bool
) -> dict[str, tuple[Meaning, ...]]:
    """What each column's name may mean: in the system that was recognised, else by the vocabulary."""
    known = {} if system is None else {name: (each,) for name, each in system.meanings.items()}
    return {
        name: known.get(name) or meanings(name, cut_names=source.cut_names, foreign=foreign)
        for name in layer.columns
    }


def _rows(file: Path, source: Source, layer: Layer) -> tuple[dict[str, pa.Array], NDArray[np.object_]]:
    """The first rows: delivered column → clean text (n,), and the geometries (n,)."""
    batches, rows = [], 0
    for batch in read_source(source, file, layer, list(layer.columns)):
        batches.append(batch)
        rows += batch.num_rows
        if rows >= ROWS:
            break
    if not batches:
        return {name: pa.array([], pa.string()) for name in layer.columns}, np.array([], dtype=object)
    table = pa.Table.from_batches(batches).slice(0, ROWS).combine_chunks()
    texts = {name: _as_text(table[name].combine_chunks()) for name in layer.columns}
    if GEOMETRY not in table.column_names:  # a list of attributes
        return texts, np.full(table.num_rows, None, dtype=object)
    return texts, read_wkb(table[GEOMETRY].combine_chunks())


def _areas(geometries: NDArray[np.object_], place: Place) -> NDArray[np.float64]:
    """Computed areas (n,) in m²; NaN where the CRS is not known."""
    if place.crs.epsg is None:
        return np.full(len(geometries), np.nan)
    return area_m2(geometries, place.crs.epsg)


def _as_text(values: pa.Array) -> pa.Array:
    """Any values as clean text, whole numbers without ".0"; what has no text form counts as empty."""
    if pa.types.is_floating(values.type):
        values = pc.replace_substring_regex(values.cast(pa.float64()).cast(pa.string()), r"\.0$", "")
    try:
        return clean(values.cast(pa.string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(values), pa.string())
