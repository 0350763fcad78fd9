"""What shows that a row and a parcel are the same land, or that they are not: `[identity]` of the policy (docs/identity.md)."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from validators.tolerances import Amount, Rules, Share


class IdentityRules(Rules):
    """What shows that a row and a parcel are the same land.

    same_land_share  both cover at least this share of the larger of the two: the same land
    apart_share      both cover less than this share of the smaller: land elsewhere, so that a handle that says that it is the
                     same parcel is contradicted
    shift_parcels, shift_spread_m  so many parcels of a commune moved, half of them by the same within this distance: a new
                     survey, which is laid back before land is compared
    edge_width_m, edge_m2  land of before in land of now is lineage where it is so wide (twice its area by its outline) and so large
    few_rows, few_share  up to so many contradicted rows, or this share of a commune's, wait by themselves; more hold it
    """

    same_land_share: Share = Decimal("0.8")
    apart_share: Share = Decimal("0.1")
    shift_parcels: Annotated[int, Field(ge=3)] = 10
    shift_spread_m: Amount = Decimal("0.5")
    edge_width_m: Amount = Decimal("0.5")
    edge_m2: Amount = Decimal("1.0")
    few_rows: Annotated[int, Field(ge=0)] = 3
    few_share: Share = Decimal("0.01")

    def few(self, contradicted: int, named: int) -> bool:
        """Whether so many contradicted rows, of those that their handles name, wait by themselves."""
        return contradicted <= max(Decimal(self.few_rows), self.few_share * named)
