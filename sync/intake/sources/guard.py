"""The last fence around the readers: whatever a file does to one of them, the office gets a sentence.

Every reader refuses what it knows to be wrong, in its own words. What none of them thought of is caught here, where
the file is known; the log keeps the trace for those who mend the reader.
"""

import logging
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel

from parcels.errors import LandsyncError, unquoted
from sync.intake.sources.base import READ_FAILURES, Layer, Source
from sync.intake.sources.refusals import corrupt, not_utf8
from sync.intake.sources.stated_crs import stated

LOG = logging.getLogger(__name__)
# What parsing foreign bytes may raise, and what a defect in our own logic (a wrong call, a failed assertion) is not.
_BY_THE_DATA = (*READ_FAILURES, struct.error, ArithmeticError, EOFError, RecursionError, pa.ArrowException)


def probe_source(
    source: Source, path: Path, encoding: str | None, options: BaseModel | None
) -> tuple[Layer, ...]:
    """`source.probe`; a CRS that a file calls undefined is one that it does not state.

    Raises LandsyncError and nothing else because of the data.
    """
    with _in_a_sentence(path.name):
        layers = source.probe(path, encoding, options)
        return tuple(replace(layer, crs=stated(layer.crs)) for layer in layers)


def tables_of(
    source: Source, path: Path, encoding: str | None, options: BaseModel | None
) -> tuple[Layer, ...]:
    """`source.tables`. Raises LandsyncError and nothing else because of the data."""
    with _in_a_sentence(path.name):
        return source.tables(path, encoding, options)


def tables_beside(source: Source, path: Path, layer: Layer, names: Collection[str]) -> tuple[Layer, ...]:
    """`source.beside`. Raises LandsyncError and nothing else because of the data."""
    with _in_a_sentence(path.name):
        return source.beside(path, layer, names)


def read_source(source: Source, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """`source.read`, each batch checked to be what Arrow allows. Raises LandsyncError and nothing else because of the data."""
    with _in_a_sentence(path.name):
        batches = iter(source.read(path, layer, columns))
    while True:
        with _in_a_sentence(path.name):
            batch = next(batches, None)
        if batch is None:
            return
        try:
            batch.validate(full=True)
        except pa.ArrowInvalid as failure:  # later it would only break far from its cause
            raise not_utf8(path.name) from failure
        yield batch


@contextmanager
def _in_a_sentence(name: str) -> Iterator[None]:
    try:
        yield
    except LandsyncError:
        raise
    except _BY_THE_DATA as failure:
        seen = unquoted(failure)  # a parser's words quote what it could not parse
        LOG.error("a reader was surprised by %s", name, exc_info=(type(seen), seen, failure.__traceback__))
        raise corrupt(name, type(failure).__name__) from None
