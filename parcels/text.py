"""Vietnamese text, vectorised: NFC, trimming, and a fold for comparing names. Ids and names are stored NFC.

Legacy encodings (TCVN3, VNI) do not belong here: by the time text is Arrow, it is Unicode.
"""

import re
import unicodedata
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import Values, one_array

# Tone marks of Vietnamese as combining characters: grave, acute, tilde, hook above, dot below.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# What a person cannot see and a name never needs: controls, soft hyphen, zero-width and direction marks. A NUL
# would also be refused by PostgreSQL. Both classes are spelled out, so that RE2 and Python agree.
_INVISIBLE = (
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
# Of these, what no program writes on purpose: where it stands, text was damaged.
CONTROL = "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f]"
_BLANKS = "[\\t-\\r \\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"


# Looking is ten times as fast as replacing, and most columns have nothing to replace.
_TO_CLEAN = f"{_INVISIBLE}|{_BLANKS.replace(' ', '', 1)}|  "
# Outside of these are letters that may combine, and those that are written as others in Form C.
_PERHAPS_NOT_NFC = "[^\\x00-\u02ff\u1ea0-\u1ef9\u2010-\u2027]"


def _any(values: Values, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())


def nfc(values: Values) -> Values:
    """Text in Normalisation Form C; NULL stays NULL."""
    return pc.utf8_normalize(values, form="NFC") if _any(values, _PERHAPS_NOT_NFC) else values


def clean(values: Values) -> Values:
    """NFC without invisible characters, runs of blanks made one, ends trimmed; nothing left is NULL."""
    if _any(values, _TO_CLEAN):
        visible = nfc(pc.replace_substring_regex(values, _INVISIBLE, ""))
        values = pc.replace_substring_regex(visible, _BLANKS, " ")
    single = pc.utf8_trim(nfc(values), " ")
    return pc.if_else(pc.equal(single, ""), pa.scalar(None, single.type), single)


def clean_text(value: str) -> str:
    """`clean` for one piece of text; empty where nothing is left."""
    visible = unicodedata.normalize("NFC", re.sub(_INVISIBLE, "", value))
    return re.sub(_BLANKS, " ", visible).strip(" ")


def join_said(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    """The parts of each row that are said, joined; NULL where none is.

    Arrow's own join that skips NULLs leaves out the rows in which every part is NULL.
    """
    joined = pc.binary_join_element_wise(
        pa.repeat("", len(parts[0])), *parts, separator, null_handling="skip"
    )
    said = pc.utf8_slice_codeunits(joined, len(separator))
    return pc.if_else(pc.equal(said, ""), pa.scalar(None, pa.string()), said)


def fold_text(value: str) -> str:
    """One name folded for comparison: no case, no place of the tone (hòa = hoà), y = i, one apostrophe.

    Letters keep their quality (ă, â, đ, ơ differ from a, d, o) and each word keeps its tone: "Hòa Bình" and
    "Hoá Bình" stay different. Nothing folded is ever stored or shown; but who has no key is known by what comes of it, under
    the key (sync/load/refs.py): folded otherwise, everybody is another one there.
    """
    return " ".join(_fold_word(word) for word in clean_text(value).casefold().split(" ") if word)


def _fold_word(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.replace("\u2019", "'").replace("\u2018", "'"))
    bare = "".join(letter for letter in letters if letter not in _TONES)
    tones = "".join(letter for letter in letters if letter in _TONES)
    return unicodedata.normalize("NFC", bare).replace("y", "i") + tones


def bare_text(value: str) -> str:
    """A name reduced to its base letters and digits: no marks, blanks, apostrophes; for spelling distance."""
    letters = unicodedata.normalize("NFD", clean_text(value).casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def fold(values: Values) -> Values:
    """`fold_text` over an Arrow column: folded once per distinct value; NULL stays NULL."""
    encoded = pc.dictionary_encode(one_array(values))
    folded = pa.array([fold_text(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return folded.take(encoded.indices)
