"""Finding what is wrong with what a parcel is called and where it belongs: the functions of the IDN checks."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import identifiers
from validators.base import Faults, Subject, positions, where
from validators.identity import handles
from validators.identity.matching import live_handles
from validators.identity.national_id import candidates, far_from_parcel, well_formed
from validators.missing_values import lacking, written_for_nothing
from validators.plane import plane_of

_HANDLES = ("commune_code", "source_key", "national_id", "sheet_no", "parcel_no")


def missing(subject: Subject) -> Faults:
    """Rows without any handle; the detail is what was written for nothing."""
    rows = positions(pc.is_null(subject.fact(handles.known_as)))
    return Faults(rows, detail=written_for_nothing(subject, _HANDLES, rows))


def repeated_source_key(subject: Subject) -> Faults:
    """Rows that share their source key with another row of the delivery."""
    return _sharing(subject.fact(handles.own_handles).source_key, subject.context.repeated.source_key)


def repeated_national_id(subject: Subject) -> Faults:
    """Rows that share their well-formed national id with another row of the delivery. Use as a fact, too."""
    return _sharing(subject.fact(handles.own_handles).national_id, subject.context.repeated.national_id)


def repeated_sheet(subject: Subject) -> Faults:
    """Rows that share map set, scale, sheet and number with another row of their commune."""
    return _sharing(subject.fact(handles.own_handles).sheet, subject.context.repeated.sheet)


def claimed(subject: Subject) -> Faults:
    """Rows whose national id a parcel of another commune of this province holds; the detail is that commune.

    Without a known source key a row with such an id is that parcel, moved to this commune. An id that another province holds too
    is that one's (`withheld`).
    """
    foreign, own = _claims(subject)
    own = own.filter(pc.fill_null(pc.not_equal(own["commune_code"], subject.dataset.commune_code), False))
    mine, live_parcels = subject.fact(handles.own_handles), subject.context.live
    known = pa.array([], pa.string()) if live_parcels is None else subject.fact(live_handles).source_key
    is_another = pc.is_in(mine.source_key, value_set=pc.drop_null(known), skip_nulls=True)
    elsewhere = pc.is_in(mine.national_id, value_set=foreign["national_id"], skip_nulls=True)
    return _held(subject, own, "commune_code", pc.and_not(is_another, elsewhere))


def withheld(subject: Subject) -> Faults:
    """Rows whose national id a parcel of another province holds; the detail is that province."""
    foreign, _ = _claims(subject)
    return _held(subject, foreign, "province_code", pa.scalar(True))


def _claims(subject: Subject) -> tuple[pa.Table, pa.Table]:
    """Of other provinces, and of this one; in an order that does not depend on how they came."""
    claims = subject.context.claims
    if claims is None:
        raise ValueError("claims are not at hand: the check cannot run")
    claims = claims.sort_by(
        [(name, "ascending") for name in ("national_id", "province_code", "commune_code")]
    )
    own = pc.equal(claims["province_code"], subject.context.province_code)
    return claims.filter(pc.invert(own)), claims.filter(own)


def _held(subject: Subject, claims: pa.Table, detail: str, counts: pa.Array | pa.Scalar) -> Faults:
    """Of the rows that count (n,) those whose national id stands in these claims."""
    mine = subject.fact(handles.own_handles).national_id
    held = pc.index_in(mine, value_set=claims["national_id"], skip_nulls=True)
    rows = positions(pc.and_(pc.is_valid(held), counts))
    return Faults(rows, detail=claims[detail].combine_chunks().take(held.take(pa.array(rows))))


def malformed(subject: Subject) -> Faults:
    """Rows with a national id of another length or alphabet; measured by its length, never repeated."""
    ids = subject.text("national_id")
    present = ~np.asarray(pc.is_null(ids).to_numpy(zero_copy_only=False), dtype=bool)
    rows = where(present & ~subject.fact(well_formed))
    length = pc.utf8_length(ids.take(pa.array(rows)))
    return Faults(rows, measure=np.asarray(length, dtype=np.float64))


def foreign_prefix(subject: Subject) -> Faults:
    """Rows with a well-formed national id of a place outside Vietnam; the detail is how it begins."""
    ids = subject.text("national_id")
    rows = where(subject.fact(well_formed) & ~identifiers.in_vietnam(ids))
    return Faults(rows, detail=pc.utf8_slice_codeunits(ids.take(pa.array(rows)), 0, 2))


def outside(subject: Subject) -> Faults:
    """Rows whose national id names a place away from the parcel; measured in metres."""
    comparable = subject.fact(candidates).copy()
    comparable[subject.fact(repeated_national_id).rows] = False
    tolerance = float(subject.context.policy.tolerances.id_distance_m)
    rows, distance, line = far_from_parcel(subject, where(comparable), tolerance)
    plane = subject.fact(plane_of)
    srid = None if plane is None else np.full(len(rows), plane.srid, np.int32)
    return Faults(rows, measure=distance, place=line, place_srid=srid)


def national_missing(subject: Subject) -> Faults:
    """Rows without a national id; the detail is what was written for nothing."""
    rows = positions(pc.is_null(subject.text("national_id")))
    return Faults(rows, detail=written_for_nothing(subject, ("national_id",), rows))


def sheet_missing(subject: Subject) -> Faults:
    """Rows without sheet or parcel number; the detail names what is missing."""
    missed = pc.or_(pc.is_null(subject.text("sheet_no")), pc.is_null(subject.text("parcel_no")))
    rows = positions(missed)
    return Faults(rows, detail=lacking(subject, ("sheet_no", "parcel_no"), rows))


def _sharing(own: pa.Array, shared: pa.Table) -> Faults:
    rows, counts = handles.rows_sharing(own, shared)
    return Faults(rows, measure=counts)
