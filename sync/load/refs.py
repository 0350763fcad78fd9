"""Who a land user is, and which certificate is meant: pseudonyms under the province's key, the same for the same one (docs/adr/0199).

    key     the system's id, within that system; whoever has one is known by it alone
    number  without a key: his id number together with his folded name, for numbers are mistyped and a family writes the father's for
            all, or nine noughts; of a certificate its serial number
    parcel  without either he is known on the parcel that names him and nowhere else, by what tells him from others on it: folded
            name and year of birth (of a certificate the day of issue and the number in the book); who is alike in that, and
            described otherwise, by his turn in the order of content. That is a ref that is *bound*; which parcel it is, the
            database adds (land.bound_uid).

A ref is written as a content hash is (docs/architecture.md): `landsync.<record>_ref.v1;`, then each of these in its place, `N;` for
what does not count. Its HMAC-SHA256, cut to 16 octets, is the ref. Never change it, nor how names are folded, without a new
version: everybody without a key would be another one.
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.column import Column, Kind
from parcels.content_hash import hash_of_columns, to_hex
from parcels.personal import WHOLE_CERTIFICATE, WHOLE_USER
from parcels.text import clean, fold, nfc

Entity = Literal["land_user", "certificate"]
CONTENT: Final[dict[Entity, tuple[Column, ...]]] = {
    "land_user": WHOLE_USER,
    "certificate": WHOLE_CERTIFICATE,
}
REF: Final[dict[Entity, str]] = {"land_user": "user_ref", "certificate": "certificate_ref"}
BOUND: Final[dict[Entity, str]] = {"land_user": "user_bound", "certificate": "certificate_bound"}

VERSION: Final = 1


def _layout(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind, "", "") for name, kind in kinds.items())


# What a ref is made of, in its order.
LAYOUTS: Final[dict[Entity, tuple[Column, ...]]] = {
    "land_user": _layout(
        by="text", system="text", key="text", number="text", name="text", birth_year="integer", turn="integer"
    ),
    "certificate": _layout(
        by="text", system="text", key="text", number="text", issued_on="date", book_no="text", turn="integer"
    ),
}
# Of these, what tells those apart that are bound to one parcel.
_ALIKE: Final[dict[Entity, tuple[str, ...]]] = {
    "land_user": ("name", "birth_year"),
    "certificate": ("issued_on", "book_no"),
}
_ONE_DIGIT: Final = "^(" + "|".join(f"{digit}*" for digit in range(10)) + ")$"  # or none at all
_GROUPS: Final = (8, 4, 4, 4, 12)  # digits of a uuid's text


def refs_of(entity: Entity, said: pa.Table, key: bytes) -> tuple[pa.Array, pa.Array]:
    """The refs (n,) of land users or certificates, text of uuids; and whether they are bound to their parcel.

    said  row_no, source_system and the columns of CONTENT, text in NFC; each row names somebody. All that a row of parcels names
          stands in it: among these a turn is counted
    """
    if not said.num_rows:
        return pa.array([], pa.string()), pa.array([], pa.bool_())
    parts = _parts(entity, said)
    keyed = parts["key"].is_valid()
    numbered = pc.and_(pc.invert(keyed), parts["number"].is_valid())
    bound = pc.invert(pc.or_(keyed, numbered))
    alike = _ALIKE[entity]
    counts = {
        "system": keyed,
        "key": keyed,
        "number": numbered,
        **dict.fromkeys(alike, bound),
        **({"name": pc.invert(keyed)} if entity == "land_user" else {}),
    }
    by = pc.if_else(keyed, "key", pc.if_else(numbered, "number", "parcel"))
    fields = {"by": by, **{name: _where(mask, parts[name]) for name, mask in counts.items()}}
    fields["turn"] = _turns(said, CONTENT[entity], [fields[name] for name in alike], bound)
    prefix = f"landsync.{entity}_ref.v{VERSION};"
    return uuids(hash_of_columns(pa.table(fields), LAYOUTS[entity], prefix, key=key)), bound


def uuids(digests: pa.Array) -> pa.Array:
    """The first 16 octets of digests as the text of uuids."""
    text = pc.ascii_lower(to_hex(digests))
    ends = np.cumsum(_GROUPS).tolist()
    groups = [
        pc.utf8_slice_codeunits(text, end - length, end) for length, end in zip(_GROUPS, ends, strict=True)
    ]
    return pc.binary_join_element_wise(*groups, "-")


def _parts(entity: Entity, said: pa.Table) -> dict[str, pa.Array]:
    """What a ref may be made of, of every row; what does not count there is taken out afterwards."""

    def of(name: str) -> pa.Array:
        return one_array(said[name])

    system = {"system": of("source_system")}
    if entity == "land_user":
        own = _something(of("land_user_key"))
        # Folding a name costs most of all: of whoever has a key it is not looked at.
        name = _where(own.is_null(), of("land_user_name"))
        return {
            **system,
            "key": own,
            "number": _folded_number(of("land_user_id_number")),
            "name": _something(fold(name)),
            "birth_year": of("land_user_birth_year"),
        }
    return {
        **system,
        "key": _something(of("certificate_key")),
        "number": _folded_number(of("certificate_no")),
        "issued_on": of("certificate_issued_on"),
        "book_no": _folded_number(of("certificate_book_no")),
    }


def _folded_number(values: pa.Array) -> pa.Array:
    """A number as it is compared: blanks and capitals (A to Z, Đ) make no other one. Not as names are folded: BY and BI are two
    series. One digit over and over is written where there is none: it is nobody's.
    """
    said = nfc(pc.replace_substring(clean(values), " ", ""))
    said = pc.replace_substring(pc.ascii_lower(said), "Đ", "đ")
    return _where(pc.invert(pc.match_substring_regex(said, _ONE_DIGIT)), said)


def _something(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)


def _where(mask: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(mask, values, pa.scalar(None, values.type))


def _turns(said: pa.Table, content: Sequence[Column], alike: Sequence[pa.Array], bound: pa.Array) -> pa.Array:
    """(n,) which of those that one row of parcels calls the same it is, from 0, in the order of content: value after value, what is
    not said last. Described the same, it is the same one. NULL of what is not bound.
    """
    rows = np.flatnonzero(np.asarray(bound))
    turns = np.zeros(said.num_rows, np.int32)
    same = [one_array(said["row_no"]), *alike]
    columns = [*same, *(one_array(said[column.name]) for column in content)]
    some = pa.table(
        [column.take(pa.array(rows)) for column in columns], [str(at) for at in range(len(columns))]
    )
    order = np.asarray(pc.sort_indices(some, [(name, "ascending") for name in some.column_names]))
    sorted_ = [one_array(column) for column in some.columns]
    nth = np.cumsum(_begins(sorted_, order))
    since = np.maximum.accumulate(np.where(_begins(sorted_[: len(same)], order), nth, 0))
    turns[rows[order]] = nth - since
    return _where(bound, pa.array(turns))


def _begins(columns: Sequence[pa.Array], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) whether, in this order, a row differs from the one before it in any of these."""
    found = np.ones(len(order), np.bool_)
    found[1:] = False
    for column in columns:
        codes = np.asarray(pc.dictionary_encode(column, null_encoding="encode").indices)[order]
        found[1:] |= codes[1:] != codes[:-1]
    return found
