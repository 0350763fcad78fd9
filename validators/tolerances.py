"""How exact is exact enough: the sections of a policy that the checks read, beside those of `validators.policy`.

Metres, square metres, shares 0 to 1. Values stand in `policy/*.toml`, each with where it comes from; none is a constant
in code, because no regulation in force states them (docs/adr/0105).
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Decimals, so that 10 % of the rows is 10 % of the rows and not 0.1000000000000000055 of them.
Share = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0)]


class Rules(BaseModel):
    """A section of a policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PositionRules(Rules):
    """How far a boundary point may be off, by the scale of its map.

    by_scale  denominator of the map scale → metres
    unknown   where the scale is not known or not in the table
    assumed   the scale by which gaps are looked for there; None: no further than `unknown`
    """

    by_scale: dict[str, Amount]
    unknown: Amount
    assumed: str | None = None

    @model_validator(mode="after")
    def _assumes_a_known_one(self) -> "PositionRules":
        if self.assumed is not None and self.assumed not in self.by_scale:
            raise ValueError(f"assumed: {self.assumed} is no scale of by_scale")
        return self


class ShapeRules(Rules):
    """GEO.

    spike_angle_deg, spike_edge_m, spike_opening_m   a spike: a vertex with a smaller angle, whose shorter edge is at
                         least so long, and whose sides are nowhere up to that edge's end so far apart
    sliver_width_m       a sliver parcel: twice the area by the perimeter is less
    tiny_edge_m          an edge that is shorter, and not 0
    area_min_m2, area_max_m2  what a parcel's area lies between
    grid_m, grid_share, grid_vertices   coordinates too coarse: at least so many vertices, and at least this share of
                         them on a grid of that size
    """

    spike_angle_deg: Amount
    spike_edge_m: Amount
    spike_opening_m: Amount
    sliver_width_m: Amount
    tiny_edge_m: Amount
    area_min_m2: Amount
    area_max_m2: Amount
    grid_m: Amount
    grid_share: Share
    grid_vertices: Annotated[int, Field(ge=1)]


class TopologyRules(Rules):
    """TOP. A gap is as wide as the position tolerance of its parcels' map at most; what is wider is land without a parcel.

    overlap_m2     parcels overlap when they share more than this
    gap_m2         a gap is more than this; a smaller one is an edge that does not match
    closed_gap_m   land with parcels all around is a gap up to this width too: no road leads there
    """

    overlap_m2: Amount
    gap_m2: Amount
    closed_gap_m: Amount = Decimal(0)


class BorderRules(Rules):
    """BRD: between communes, whose surveys and zones differ.

    overlap_m2, overlap_width_m   both must be exceeded
    gap_m2, gap_width_m           more area, and not wider: what is wider is land without a parcel
    gap_open_share                of what parcels bound of it, so much may be open: more is the corner of a road
    outside_m2, outside_m         out of the commune's boundary: more area, and further than this from it
    """

    overlap_m2: Amount
    overlap_width_m: Amount
    gap_m2: Amount
    gap_width_m: Amount
    gap_open_share: Share
    outside_m2: Amount
    outside_m: Amount


class HistoryRules(Rules):
    """IDN against what is live.

    same_place_m, same_area_share   the same land: middles no further apart, areas no more different
    moved_m                         the same parcel's middle lies further than this from where it was
    """

    same_place_m: Amount
    same_area_share: Share
    moved_m: Amount


class AttributeRules(Rules):
    """ATT.

    use_areas_m2     the areas of the uses may add up to so much more or less than the parcel's
    earliest_year    no survey, certificate or parcel of before; nobody born before
    """

    use_areas_m2: Amount
    earliest_year: Annotated[int, Field(ge=1)]


class CountRules(Rules):
    """CNT.

    fewer_share, fewer_parcels   fewer than live: by more than this share, and at least so many
    number_gaps_share, number_gaps   more than this share of a sheet's numbers is not there, and at least so many
    number_range, sheet_range    so many numbers missing at once and more: no gap, another range of numbers begins
    """

    fewer_share: Share
    fewer_parcels: Annotated[int, Field(ge=0)]
    number_gaps_share: Share
    number_gaps: Annotated[int, Field(ge=1)]
    number_range: Annotated[int, Field(ge=1)]
    sheet_range: Annotated[int, Field(ge=1)]


class CompletenessRules(Rules):
    """How complete a commune is (`validators.completeness`), by parcels or area against those that are expected.

    incomplete_below, more_above   of one figure less than the one share, or more than the other
    """

    incomplete_below: Share
    more_above: Annotated[Decimal, Field(ge=1)]


class NumberRules(Rules):
    """IDN: what the number of a sheet and of a parcel looks like; each a regular expression (RE2) of the whole number.

    longest  characters of a number at most
    """

    sheet: Annotated[tuple[str, ...], Field(min_length=1)]
    parcel: Annotated[tuple[str, ...], Field(min_length=1)]
    longest: Annotated[int, Field(ge=1)]


class CondenseRules(Rules):
    """When a fault of nearly all rows of a commune is told once, of the commune; see `validators.condensed`.

    share, rows  at least this share of the rows read, and at least so many
    until        once told so, it stays told so down to this share
    """

    share: Share
    rows: Annotated[int, Field(ge=1)]
    until: Share
