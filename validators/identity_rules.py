"""What shows that a row and a parcel are the same land, or that they are not: `[identity]` of the policy (docs/identity.md)."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from validators.tolerances import Amount, Rules, Share


def _readable(form: str) -> str:
    """The same expression. Raises ValueError for one that is none, or sets options that PostgreSQL takes at the very start only."""
    try:
        re.compile(form)
    except re.error as error:
        raise ValueError(f"no regular expression: {form}") from error
    if re.search(r"\(\?[a-zA-Z-]", form):
        raise ValueError(f"options in a regular expression: {form}")
    return form


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_readable)]


class IdentityRules(Rules):
    """What shows that a row and a parcel are the same land.

    same_land_share  both cover at least this share of the larger of the two: the same land
    apart_share      both cover less than this share of the smaller: land elsewhere, so that a handle that says that it is the
                     same parcel is contradicted
    shift_parcels, shift_spread_m  so many parcels of a commune moved, half of them by the same within this distance: a new
                     survey, which is laid back before land is compared
    edge_width_m, edge_m2  land of before in land of now is lineage where it is so wide (twice its area by its outline) and so large
    temporary        forms of parcel numbers that offices give for the time being and give again: such a number never names
                     land elsewhere, and gives way to what land says (PostgreSQL's and Python's regular expressions alike)
    withheld_days    an id that another province holds may be withheld so many days; after that somebody is told
    few_rows, few_share  up to so many contradicted rows, or this share of a commune's, wait by themselves; more hold it
    """

    same_land_share: Share = Decimal("0.8")
    apart_share: Share = Decimal("0.1")
    shift_parcels: Annotated[int, Field(ge=3)] = 10
    shift_spread_m: Amount = Decimal("0.5")
    edge_width_m: Amount = Decimal("0.5")
    edge_m2: Amount = Decimal("1.0")
    temporary: tuple[Pattern, ...] = ()
    withheld_days: Annotated[int, Field(ge=1)] = 30
    few_rows: Annotated[int, Field(ge=0)] = 3
    few_share: Share = Decimal("0.01")

    def values(self) -> dict[str, float | str]:
        """What statements are given by name: the limits, and one expression for the forms of temporary numbers."""
        limits = self.model_dump(exclude={"temporary", "withheld_days"})
        # Without forms one that nothing matches.
        forms = "|".join(f"(?:{form})" for form in self.temporary) or "(?!)"
        return {name: float(limit) for name, limit in limits.items()} | {"temporary": f"^(?:{forms})$"}

    def few(self, contradicted: int, named: int) -> bool:
        """Whether so many contradicted rows, of those that their handles name, wait by themselves."""
        return contradicted <= max(Decimal(self.few_rows), self.few_share * named)
