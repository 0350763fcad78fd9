"""The kinds of defects that are seeded, and what a correct check says about each.

The check codes are a contract with the validators, written down here a second time on purpose: what seeds
faults must know nothing of what finds them.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
Format = Literal["gpkg", "shapefile", "gml"]
# Which parcels can carry it: polygons of one ring; those with a hole; those with an edge that nobody shares, and with
# open land before it; those with room for a strip; those of a person; those that no other province sees as they are live;
# those that share an edge with another.
Shape = Literal["any", "plain", "holed", "outer", "open", "roomy", "person", "inland", "shared"]
# What the nation knew before: the row as delivered, the parcel as it should have been, nothing of it.
Before = Literal["same", "clean", "absent"]

NO_FAULT = ""  # the check of a kind that is none

ANY_FORMAT: tuple[Format, ...] = ("gpkg", "shapefile", "gml")
GPKG: tuple[Format, ...] = ("gpkg",)
CURVES: tuple[Format, ...] = ("gpkg", "gml")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of defect.

    rows     parcels that one defect makes faulty (2 for duplicates, both of which are named in the truth)
    leaves   the row no longer belongs to any commune of the province (dataset "-")
    formats  file formats that can hold it
    weight   how often it occurs among the defects of an ordinary commune
    also     what a correct check must say of the same row beside `check`
    pair     the two rows are one finding, not one each
    labelled it is of labelled nations only
    """

    name: str
    check: str
    severity: Severity = "error"
    quarantined: bool = False
    rows: int = 1
    leaves: bool = False
    formats: tuple[Format, ...] = ANY_FORMAT
    shape: Shape = "any"
    weight: float = 1.0
    also: tuple[str, ...] = ()
    pair: bool = False
    before: Before = "same"
    labelled: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("self_intersection", "GEO-INVALID", quarantined=True, shape="plain", weight=2.0, before="clean"),
    Kind("hole_outside_shell", "GEO-INVALID", quarantined=True, shape="plain", formats=GPKG, before="clean"),
    Kind("null_geometry", "GEO-NULL", quarantined=True, before="clean"),
    Kind("empty_geometry", "GEO-EMPTY", quarantined=True, formats=GPKG, before="clean"),
    Kind("zero_area", "GEO-ZERO-AREA", quarantined=True, shape="plain", before="clean"),
    Kind("line_geometry", "GEO-TYPE", quarantined=True, shape="plain", formats=GPKG, before="clean"),
    Kind("duplicate_source_key", "IDN-DUP-SOURCE", quarantined=True, rows=2, before="clean"),
    Kind("duplicate_national_id", "IDN-DUP-NATIONAL", quarantined=True, rows=2, before="clean"),
    Kind("duplicate_sheet_number", "IDN-DUP-SHEET", quarantined=True, rows=2, before="clean"),
    Kind(
        "missing_identity",
        "IDN-MISSING",
        quarantined=True,
        weight=0.5,
        also=("IDN-NATIONAL-MISSING", "IDN-SHEET-MISSING"),
        before="absent",
    ),
    Kind(
        "unknown_commune", "IDN-COMMUNE-UNKNOWN", quarantined=True, leaves=True, weight=0.5, before="absent"
    ),
    Kind(
        "missing_commune", "IDN-COMMUNE-UNKNOWN", quarantined=True, leaves=True, weight=0.3, before="absent"
    ),
    Kind(
        "expired_commune", "IDN-COMMUNE-EXPIRED", quarantined=True, leaves=True, weight=0.5, before="absent"
    ),
    Kind(
        "foreign_commune", "IDN-COMMUNE-PROVINCE", quarantined=True, leaves=True, weight=0.5, before="absent"
    ),
    Kind("malformed_national_id", "IDN-FORMAT", weight=2.0),
    Kind("national_id_elsewhere", "IDN-OUTSIDE", weight=2.0),
    Kind("missing_sheet_number", "IDN-SHEET-MISSING"),
    Kind("missing_parcel_number", "IDN-SHEET-MISSING"),
    Kind("missing_land_use", "ATT-REQUIRED"),
    Kind("missing_legal_area", "ATT-REQUIRED"),
    Kind("unknown_land_use", "ATT-LAND-USE", weight=2.0),
    Kind("area_mismatch", "ATT-AREA", weight=3.0),
    Kind("missing_national_id", "IDN-NATIONAL-MISSING", severity="warning"),
    Kind("legacy_land_use", "ATT-LAND-USE-LEGACY", severity="warning"),
    Kind("hole_wound_as_shell", "GEO-RING-ORDER", severity="info", shape="holed", formats=GPKG),
)


def _more(
    name: str,
    check: str,
    severity: Severity = "warning",
    *,
    quarantined: bool = False,
    rows: int = 1,
    formats: tuple[Format, ...] = ANY_FORMAT,
    shape: Shape = "any",
    weight: float = 1.0,
    also: tuple[str, ...] = (),
    before: Before = "same",
) -> Kind:
    """A kind of labelled nations; two rows are one finding there."""
    return Kind(
        name, check, severity, quarantined, rows, False, formats, shape, weight, also, rows == 2, before, True
    )


def _ring(name: str, check: str, weight: float = 0.5) -> Kind:
    """A ring that covers nothing or too often: only a file that holds anything holds it."""
    return _more(
        name, check, "error", quarantined=True, formats=GPKG, shape="plain", weight=weight, before="clean"
    )


# Faults of shape, between parcels, of attributes, and against what the nation knew before.
LABELLED: tuple[Kind, ...] = (
    _more("spike", "GEO-SPIKE", shape="outer"),
    _more("sliver", "GEO-SLIVER", shape="roomy"),
    _more("repeated_vertex", "GEO-DUP-VERTEX", "info", shape="plain"),
    _more("tiny_edge", "GEO-TINY-EDGE", "info", shape="outer"),
    _more("crumb", "GEO-AREA-SMALL", shape="roomy"),
    _more("enormous", "GEO-AREA-LARGE", shape="plain", weight=0.0),  # as many as have room: see `far`
    _more(
        "curved_boundary",
        "GEO-CURVE",
        "error",
        quarantined=True,
        formats=CURVES,
        shape="plain",
        also=("GEO-TYPE",),
        before="clean",
    ),
    _more("heights", "GEO-ZM", "info", formats=GPKG, shape="plain"),
    _more("overlap", "TOP-OVERLAP", "error", rows=2, shape="shared", weight=2.0),
    _more("narrow_overlap", "TOP-OVERLAP-NARROW", rows=2, shape="shared"),
    _more("gap", "TOP-GAP", rows=2, shape="shared"),
    _more("unmatched_edge", "TOP-EDGE", "info", rows=2, shape="shared"),
    _more("drawn_twice", "TOP-DUPLICATE", "error", rows=2, shape="plain"),
    _more("drawn_inside", "TOP-INSIDE", "error", rows=2, shape="roomy"),
    _more("outside_its_commune", "BRD-OUTSIDE", shape="open"),
    _more("id_abroad", "IDN-OUTSIDE", "error", also=("IDN-PREFIX",)),
    _more("number_with_use", "IDN-NUMBER-FORM", "error"),
    _more("sheet_in_words", "IDN-SHEET-FORM", "error"),
    _more("zero_for_number", "IDN-SHEET-MISSING", "error"),
    _more("zero_for_area", "ATT-REQUIRED", "error"),
    _more("negative_area", "ATT-AREA-NEGATIVE", "error"),
    _more("use_areas", "ATT-USE-AREAS", "error"),
    _more("impossible_date", "ATT-DATE", "error"),
    _more("person_number", "ATT-PERSON-ID", shape="person"),
    _more("birth_year", "ATT-PERSON-BIRTH", shape="person"),
    _more("damaged_text", "ATT-TEXT"),
    _more("same_land_other_ids", "IDN-SAME-PLACE"),
    _more("moved", "IDN-MOVED", shape="inland"),  # where it was live may lie beyond the border
    _more("id_changed", "IDN-ID-CHANGED"),
    _more("number_reused", "IDN-NUMBER-REUSED", before="absent"),
    _more("claimed_elsewhere", "IDN-WITHHELD", "error", before="absent"),
    _more("id_of_another_point", "IDN-RECOMPUTED", "info", before="absent"),
    _ring("ring_of_one_point", "GEO-ZERO-AREA"),
    _ring("ring_below_the_grid", "GEO-ZERO-AREA"),
    _ring("hole_of_one_point", "GEO-INVALID"),
    _ring("hole_below_the_grid", "GEO-INVALID"),
    _ring("part_of_one_point", "GEO-INVALID"),
    _ring("hole_without_points", "GEO-INVALID"),
    _ring("part_without_points", "GEO-INVALID"),
    _ring("ring_again_and_again", "GEO-COMPLEX", weight=0.05),
    _more("placeholder_for_sheet", "IDN-SHEET-MISSING", "error", before="clean"),
    _more("placeholder_for_number", "IDN-SHEET-MISSING", "error", before="clean"),
    _more("placeholder_for_use", "ATT-REQUIRED", "error", before="clean"),
    _more("placeholder_for_id", "IDN-NATIONAL-MISSING", before="clean"),
)

# What is odd and no fault at all: a correct check says nothing of these rows.
HARMLESS: tuple[Kind, ...] = (
    _more("placeholder_for_key", NO_FAULT, "info", before="clean"),
    _more("placeholder_for_address", NO_FAULT, "info", before="clean"),
    _more("placeholder_for_use_areas", NO_FAULT, "info", before="clean"),
)

# Two kinds at borders, which are placed with the fabric (`seams`); each is one case for both communes.
SEAMS: tuple[Kind, ...] = (
    _more("border_overlap", "BRD-OVERLAP", rows=2, weight=0.0),
    _more("border_gap", "BRD-GAP", rows=2, weight=0.0),
)

# Results of the population database; a land user's are those of all their parcels (`population`).
AUTHENTICATED: tuple[Kind, ...] = (
    _more("user_mismatched", "ATT-USER-MISMATCHED", shape="person"),
    _more("user_not_found", "ATT-USER-NOT-FOUND", shape="person"),
)

# Faults of tables of people, in nations whose people come as tables (`tables`); the row is the parcel's. Each has a user, and
# a certificate, of its own, so that no other parcel is told of it. A right whose parcel is not there is told of no parcel.
PEOPLE: tuple[Kind, ...] = (
    _more("right_without_user", "PER-ORPHAN", shape="person"),
    _more("right_without_certificate", "PER-ORPHAN", shape="person"),
    _more("right_without_parcel", NO_FAULT, "info", shape="person"),
    _more("user_said_twice", "PER-CONFLICT", shape="person"),
    _more("certificate_said_twice", "PER-CONFLICT", shape="person"),
    _more("shares_over_the_whole", "PER-SHARES", shape="person"),
    _more("share_without_whole", "PER-SHARES", shape="person"),
    _more("share_of_joint_property", "PER-SHARES", shape="person"),
)
# What is said of the user of one row and would be said of all his parcels, were he not another user there.
OF_ITS_USER = ("person_number", "birth_year", *(kind.name for kind in PEOPLE))


@dataclass(frozen=True, slots=True)
class WholeKind:
    """A defect of a commune as a whole, in labelled nations.

    fewest  parcels that the commune must have
    alone   its fabric is its own
    """

    name: str
    check: str
    fewest: int
    severity: Severity = "warning"
    alone: bool = False


WHOLE: tuple[WholeKind, ...] = (
    WholeKind("coarse_coordinates", "GEO-PRECISION", 120, alone=True),
    WholeKind("sheet_lost", "CNT-SHEET-MISSING", 10),
    WholeKind("sheet_skipped", "CNT-SHEET-GAP", 200, "info"),
    WholeKind("numbers_skipped", "CNT-NUMBER-GAP", 100, "info"),
    WholeKind("fewer_parcels", "CNT-FEWER", 10),
)


# Of one commune too few land users are found, for which it falls to group 2; they are `user_not_found`.
UNMATCHED_PEOPLE = "unmatched_people"
# Of some communes only a part is delivered, which is no fault.
PART_DELIVERED = "part_delivered"
# What is live there under other ids stays live beside a part: that would be a second fault, between the two.
NOT_IN_PARTS = ("same_land_other_ids",)
# Some communes that were merged kept the sheets of the old ones, which is no fault either.
OLD_SHEETS = "old_sheets"
ALL: tuple[Kind, ...] = (
    *KINDS,
    *LABELLED,
    *SEAMS,
    *AUTHENTICATED,
    *HARMLESS,
    *PEOPLE,
)  # `Batch.kind` counts in this order
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in ALL}
