"""Reading a file through its kind of source, as a test wants it: everything at once, or the code of the refusal."""

from pathlib import Path

import pyarrow as pa
import pytest

from parcels.errors import DeliveryRejected
from sync.intake.sources import Layer, read_options, source_of


def layers_of(path: Path, encoding: str | None = None, **said: object) -> tuple[Layer, ...]:
    """What the kind of source that takes this file finds in it."""
    source = source_of(path)
    return source.probe(path, encoding, read_options(source, said))


def read_all(
    path: Path, columns: list[str] | None = None, encoding: str | None = None, **said: object
) -> pa.Table:
    """The rows of the file's only layer."""
    (layer,) = layers_of(path, encoding, **said)
    asked = list(layer.columns) if columns is None else columns
    batches = list(source_of(path).read(path, layer, asked))
    return pa.Table.from_batches(batches) if batches else pa.table({name: [] for name in [*asked, "wkb"]})


def refusal(path: Path, encoding: str | None = None, **said: object) -> DeliveryRejected:
    """The refusal of a file that must not be read to its end."""
    with pytest.raises(DeliveryRejected) as refused:
        _to_the_end(path, encoding, said)
    return refused.value


def _to_the_end(path: Path, encoding: str | None, said: dict[str, object]) -> None:
    for layer in layers_of(path, encoding, **said):
        list(source_of(path).read(path, layer, list(layer.columns)))
