"""A batch of a column taken apart into distinct values and their words, as Arrow and NumPy arrays."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.encodings.evidence import Vocabulary

# What parts words: blanks, digits and ASCII marks. Other controls do not: VISCII and VPS have letters there.
_BETWEEN: Final = r"[\t\n\x0b\x0c\r -@\[-`{-~]+"
_BEYOND_ASCII: Final = r"[^\t\n\x0b\x0c\r -~]"


@dataclass(frozen=True, slots=True, repr=False)  # it holds values of people
class WordBatch:
    """A batch (n,) by its distinct values and their words.

    coded    the batch, each distinct value once
    numbers  which distinct values hold more than ASCII (m,), and `texts`, those values
    places   numbers in Vocabulary of their words beyond ASCII, each distinct one once (w,)
    owners   for each occurrence of a word the value it stands in (0 … m-1), and `kind`, the word (0 … w-1)
    """

    coded: pa.DictionaryArray
    numbers: NDArray[np.intp]
    texts: pa.Array
    places: NDArray[np.intp]
    owners: NDArray[np.int64]
    kind: NDArray[np.intp]

    @classmethod
    def of(cls, values: pa.Array, words: Vocabulary) -> "WordBatch":
        """Take a batch apart; words that were not seen before are read."""
        coded = pc.dictionary_encode(values)
        accented = pc.match_substring_regex(coded.dictionary, _BEYOND_ASCII)
        numbers = np.flatnonzero(np.asarray(accented.to_numpy(zero_copy_only=False), np.bool_))
        texts = coded.dictionary.take(pa.array(numbers))
        pieces = pc.split_pattern_regex(texts, _BETWEEN)
        flat = pc.list_flatten(pieces)
        beyond = pc.match_substring_regex(flat, _BEYOND_ASCII)
        found = pc.dictionary_encode(flat.filter(beyond))
        return cls(
            coded=coded,
            numbers=numbers,
            texts=texts,
            places=words.places(found.dictionary.to_pylist()),
            owners=pc.list_parent_indices(pieces).filter(beyond).to_numpy(),
            kind=found.indices.to_numpy(zero_copy_only=False).astype(np.intp),
        )
