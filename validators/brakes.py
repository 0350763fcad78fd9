"""The brakes of a policy: how much of a commune a delivery may change before a person is asked.

Each limit is held against what one delivery would do to a commune, against that together with what its last days did, and
against all communes of the province that no limit of their own holds.
"""

from decimal import Decimal
from typing import Annotated, get_args

from pydantic import Field, model_validator

from parcels.brakes import ColumnGroup, Measure
from validators.tolerances import Rules, Share


class Limit(Rules):
    """One limit: more than `share`, and at least so many parcels.

    half            so large a share is too much however few parcels it is; None: nothing is
    lately, lately_parcels  the same for what the last days changed together; None: small amounts do not add up
    province        the same for the communes of the province together; None: only communes are looked at
    """

    share: Share
    parcels: Annotated[int, Field(ge=1)]
    half: Share | None = None
    lately: Share | None = None
    lately_parcels: Annotated[int, Field(ge=1)] = 1
    province: Share | None = None

    def exceeded(self, parcels: int, amount: float, out_of: float) -> bool:
        """Whether one delivery would change too much of one commune: `amount` of `out_of`, in so many parcels."""
        share = _share(amount, out_of)
        many = parcels >= self.parcels and share > self.share
        return many or (self.half is not None and parcels > 0 and share >= self.half)

    def exceeded_lately(self, amount: float, out_of: float) -> bool:
        """Whether what the last days changed is too much together."""
        return (
            self.lately is not None and amount >= self.lately_parcels and _share(amount, out_of) > self.lately
        )


def _share(amount: float, out_of: float) -> Decimal:
    """Their quotient, as a decimal: 2 of 100 are not more than 0.02."""
    return Decimal(str(amount)) / Decimal(str(out_of)) if out_of else Decimal(1 if amount > 0 else 0)


class BrakeRules(Rules):
    """The limits by measure, such as `loss`, or by measure and group of columns, such as `changed-geometry`.

    days              how long small amounts add up
    province_parcels  so many parcels at least, for a limit of the province to hold anything
    movement          how many parcels may pass from one commune to another, of the smaller one, before both are one case
    crossing          land uses of what crosses communes, roads and water: by these no two communes are one case,
                      and land says nothing of which of them a row is (sql/merge/35_land)
    """

    days: Annotated[int, Field(ge=1)]
    province_parcels: Annotated[int, Field(ge=1)]
    movement: Limit = Limit(share=Decimal("0.01"), parcels=5, half=Decimal("0.5"))
    crossing: tuple[str, ...] = ("DGT", "DTL", "SON")
    limits: dict[str, Limit]

    @model_validator(mode="after")
    def _limits_what_is_measured(self) -> "BrakeRules":
        measures = {measure.lower() for measure in get_args(Measure)}
        groups = {f"{measure}-{group}" for measure in measures for group in get_args(ColumnGroup)}
        if unknown := sorted(self.limits.keys() - measures - groups):
            raise ValueError(f"no such measure: {', '.join(unknown)}")
        if missing := sorted(measures - self.limits.keys()):
            raise ValueError(f"no limit for {', '.join(missing)}")
        return self

    def limit(self, measure: Measure, group: ColumnGroup | None = None) -> Limit:
        """The limit of a measure, where one of its group of columns has its own that one."""
        return self.limits.get(f"{measure.lower()}-{group}") or self.limits[measure.lower()]
