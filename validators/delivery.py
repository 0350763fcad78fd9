"""The handles of a whole delivery, gone through once: what repeats in it, which ids it holds, which claims stand against it.

Of millions of handles almost all occur once and nobody else claims them. So one pass keeps a number for each, and only
the rows whose number comes again are looked at once more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from validators.base import Context, Mask, Repeated, Rows, positions
from validators.hashing import Hashes, text_hashes, twice
from validators.identity.fitting import fitting
from validators.identity.handles import CLAIMS_SCHEMA, Handles, handles_of
from validators.policy import Policy

_KINDS = Handles._fields


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a dataset: the rows that have a handle of each kind, a number for each of them, and its national ids once each."""

    rows: dict[str, Rows]
    numbers: dict[str, Hashes]
    ids: pa.Array

    def holding(self, wanted: Mapping[str, Hashes]) -> Rows:
        """The rows with a handle of one of these numbers."""
        found = [self.rows[kind][np.isin(self.numbers[kind], numbers)] for kind, numbers in wanted.items()]
        return np.unique(np.concatenate(found))


class Delivered:
    """The handles of a delivery."""

    def __init__(
        self, parts: Mapping[str, pa.Table], as_of: date, each: Callable[..., Iterable[Any]] = map
    ) -> None:
        """Nothing is read yet.

        parts  commune code (or `-`) → that dataset's table, KEY_COLUMNS at least; one is asked for at a time, and some of
               them again
        each   how a function is done for every part: as `map`, or in several threads at a time
        """
        self._tables, self.as_of, self._each = parts, as_of, each

    @cached_property
    def _parts(self) -> dict[str, _Part]:
        return dict(zip(self._tables, self._each(self._read, self._tables), strict=True))

    def _read(self, code: str) -> _Part:
        own = handles_of(self._tables[code], code, self.as_of)
        present = own._asdict().items()
        return _Part(
            {kind: positions(pc.is_valid(handles)) for kind, handles in present},
            {kind: text_hashes(pc.drop_null(handles)) for kind, handles in present},
            pc.unique(pc.drop_null(own.national_id)),
        )

    @cached_property
    def ids(self) -> pa.Table:
        """`national_id`, `commune_code`: the well-formed ids and where each is delivered, each pair once."""
        codes = [pa.repeat(pa.scalar(code), len(part.ids)) for code, part in self._parts.items()]
        return pa.table(
            {
                "national_id": pa.chunked_array([part.ids for part in self._parts.values()], pa.string()),
                "commune_code": pa.chunked_array(codes, pa.string()),
            }
        )

    def repeated(self, versions: pa.Table | None = None) -> Repeated:
        """The handles that occur more than once in the whole delivery.

        versions  of a change set: the versions that stand in several rows which differ
        """
        parts = self._parts.values()
        again = {
            kind: twice(np.concatenate([np.empty(0, np.uint64), *(part.numbers[kind] for part in parts)]))
            for kind in _KINDS
        }
        found = [handles for _, handles in self._holding(again)]
        return Repeated(
            **{kind: _more_than_once([getattr(handles, kind) for handles in found]) for kind in _KINDS},
            version=_more_than_once([]) if versions is None else versions,
        )

    def claims(self, register: pa.Table, province_code: str, complete: Sequence[str] = ()) -> pa.Table:
        """Of a register of claims, those that stand against ids delivered here; CLAIMS_SCHEMA.

        They are of other provinces, and of parcels of this one that are live in a commune and are not delivered: one
        that is speaks for itself, whether it brings an id or gives its own up. One of a commune that comes whole ends.

        register  `national_id`, `province_code`, and what else of CLAIMS_SCHEMA is known
        complete  the communes of which this delivery holds every parcel
        """
        claims = as_claims(register)
        claims = claims.filter(
            pc.is_in(claims["national_id"], value_set=self.ids["national_id"].combine_chunks())
        )
        own = pc.equal(claims["province_code"], province_code)
        ends = pc.is_in(claims["commune_code"], value_set=pa.array(sorted(complete), pa.string()))
        live = claims.filter(pc.and_(own, pc.and_(pc.is_valid(claims["commune_code"]), pc.invert(ends))))
        speaks = [pa.array([], pa.string())], [pa.array([], pa.string())]
        wanted = {
            kind: text_hashes(pc.drop_null(live[column]).combine_chunks())
            for kind, column in (("source_key", "source_handle"), ("sheet", "sheet_handle"))
        }
        for _, handles in self._holding(wanted):
            for said, kind in zip(speaks, (handles.source_key, handles.sheet), strict=True):
                said.append(kind)
        for said, column in zip(speaks, ("source_handle", "sheet_handle"), strict=True):
            those = pc.drop_null(pa.concat_arrays(said))
            live = live.filter(pc.invert(pc.is_in(live[column], value_set=those, skip_nulls=True)))
        live = live.filter(pa.array(~self._fitting(live.combine_chunks())))
        return pa.concat_tables([claims.filter(pc.invert(own)), live]).combine_chunks()

    def _fitting(self, live: pa.Table) -> Mask:
        """(n,) which live parcels the delivery has although a mark of their sheet is not known to both."""
        found = np.zeros(live.num_rows, dtype=bool)
        for code in pc.unique(live["commune_code"]).to_pylist():
            if code in self._tables:
                mine = positions(pc.equal(live["commune_code"], code).combine_chunks())
                own = handles_of(self._tables[code], code, self.as_of)
                theirs = live["sheet_handle"].combine_chunks().take(pa.array(mine))
                named = fitting(own.sheet, theirs, np.ones(len(own.sheet), dtype=bool)).named
                found[mine[named[named >= 0]]] = True
        return found

    def _holding(self, wanted: Mapping[str, Hashes]) -> Iterator[tuple[str, Handles]]:
        """The handles of the rows that have one of these numbers, by dataset."""
        if not any(len(numbers) for numbers in wanted.values()):
            return
        rows = {code: part.holding(wanted) for code, part in self._parts.items()}
        some = [code for code, held in rows.items() if len(held)]

        def read(code: str) -> Handles:
            return handles_of(self._tables[code].take(pa.array(rows[code])), code, self.as_of)

        yield from zip(some, self._each(read, some), strict=True)


def as_claims(claims: pa.Table) -> pa.Table:
    """CLAIMS_SCHEMA: a table of `national_id` and `province_code`, and of what else of it is known."""
    columns = [
        claims[field.name] if field.name in claims.column_names else pa.nulls(len(claims), field.type)
        for field in CLAIMS_SCHEMA
    ]
    return pa.table(columns, schema=CLAIMS_SCHEMA)


def context_of(
    delivered: Delivered,
    *,
    province_code: str,
    policy: Policy,
    claims: pa.Table | None = None,
    complete: Sequence[str] = (),
    not_applicable: Mapping[str, str] | None = None,
    repeats: Repeated | None = None,
) -> Context:
    """The context in which every dataset of one delivery is judged: made once per delivery.

    claims    the register of national ids, or the part of it that this delivery touches; None offline
    complete  the communes of which the delivery holds every parcel
    repeats   what repeats in it where it is a change set (`validators.change_sets.repeated_in_changes`)
    """
    return Context(
        as_of=delivered.as_of,
        province_code=province_code,
        policy=policy,
        repeated=repeats or delivered.repeated(),
        claims=None if claims is None else delivered.claims(claims, province_code, complete),
        not_applicable=dict(not_applicable or {}),
        changes=repeats is not None,
    )


def _more_than_once(handles: list[pa.Array]) -> pa.Table:
    present = pc.drop_null(pa.chunked_array(handles, pa.string()))
    counts = pc.value_counts(present)
    table = pa.table({"handle": counts.field("values"), "rows": counts.field("counts")})
    return table.filter(pc.greater(table["rows"], 1)).combine_chunks()
