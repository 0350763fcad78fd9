"""The old encodings of Vietnamese text: reading them, writing them, and telling which one a column is in.

tables     the letters of TCVN3 (ABC), VNI, VPS, VISCII and CP1258
codecs     text to Unicode and back
syllables  what a Vietnamese syllable is, and how likely each one
evidence   what words say about an encoding
batch      distinct values and their words, as arrays
column     a column, batch by batch: decided, converted, counted
"""

from parcels.encodings.codecs import (
    BYTES,
    ENCODINGS,
    LEGACY,
    UTF8,
    byte_text,
    decode,
    decode_text,
    encode_text,
    named,
)

__all__ = [
    "BYTES",
    "ENCODINGS",
    "LEGACY",
    "UTF8",
    "byte_text",
    "decode",
    "decode_text",
    "encode_text",
    "named",
]
