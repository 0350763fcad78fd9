"""The rules that are a choice and may change: read from `policy/*.toml`, each with a version and dates of validity."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.errors import UsageError
from validators.tolerances import (
    Amount,
    AttributeRules,
    BorderRules,
    CountRules,
    HistoryRules,
    PositionRules,
    Rules,
    ShapeRules,
    Share,
    TopologyRules,
)

POLICIES: tuple[str, ...] = ("2025-three-groups",)  # files of policy/, oldest first


class GroupRules(Rules):
    """Shares of the rows read; see `validators.usability`."""

    unusable_above: Share
    usable_errors_up_to: Share


class BrakeRules(Rules):
    """When the loss of parcels holds a commune: more than `share` and at least `parcels`, or at least `half`."""

    share: Share
    parcels: Annotated[int, Field(ge=0)]
    half: Share

    def holds(self, before: int, lost: int) -> bool:
        """Whether a commune of `before` current parcels that would lose `lost` of them waits for a person."""
        if lost <= 0:
            return False
        return (lost > self.share * before and lost >= self.parcels) or lost >= self.half * before


class Tolerances(Rules):
    """Areas in m², distances in metres."""

    area_share: Share
    area_m2: Amount
    id_distance_m: Amount


class CommuneCodeRules(Rules):
    """What shows which of two territories a re-used commune code means, and which commune holds a parcel.

    geometry_share   a commune holds a parcel of a divided old one when more than this share of its area lies there
    stray_share      up to this share of the rows of a part may have codes of the other time by mistake
    enough_communes  so many different codes that all live on, and none that ended, are codes of today
    inside_share     of the looked-at parcels of a code, by boundaries: so many lie in the commune it names today
    near_share       the same by reference points, where no boundaries are loaded
    """

    geometry_share: Annotated[Decimal, Field(ge=Decimal("0.5"), lt=1)] = Decimal("0.8")
    stray_share: Share = Decimal("0.01")
    enough_communes: Annotated[int, Field(ge=1)] = 8
    inside_share: Share = Decimal("0.98")
    near_share: Share = Decimal("0.9")


class NationalIdRules(Rules):
    """From which day a missing national id is an error rather than a warning; never, when absent."""

    error_from: date | None = None


class CrsRules(Rules):
    """By what the CRS of a dataset is decided; see `sync.conform.detective`. Distances in km or m as named.

    radii, margin_km     how far from its commune's point the median of the parcels may lie: radii of the circle
                         of the commune's area, and a margin
    home_radii, far_radii  a CRS under which they lie further than far_radii (and the margin) is out when under
                         another one they lie within home_radii (and half the margin)
    reach_km             commune → how far its land reaches, for those that lie scattered over the sea
    hanoi72_same_meridian  whether Hanoi 1972 without its zone number is thought of where it lies as well
    sample               parcels per dataset whose coordinates and ids are looked at
    ids_at_least, id_shift_m   ids needed; how far the parcels may lie from their ids in the median
    id_spread_m          ids further apart than this from their parcels, half of them, prove nothing
    areas_at_least       stated areas needed
    area_window          a stated area further than this share from the computed one is left out as wrong
    area_sigmas, area_floor    standard errors by which a CRS is out; what stated areas may be off all together
    area_sigmas_to_pass  the same, where the declared CRS passes because the others are out
    strays_share, strays_at_least   parcels outside the commune that lie inside under one other CRS: a mixture
    history_at_least, history_shift_m   parcels found again, and how far they may lie from where they are live
    """

    radii: Amount
    margin_km: Amount
    home_radii: Amount
    far_radii: Amount
    reach_km: dict[str, Amount] = Field(default_factory=dict)
    hanoi72_same_meridian: bool
    sample: Annotated[int, Field(ge=100, le=10_000)]
    ids_at_least: Annotated[int, Field(ge=1)]
    id_shift_m: Amount
    id_spread_m: Amount
    areas_at_least: Annotated[int, Field(ge=2)]
    area_window: Share
    area_sigmas: Amount
    area_sigmas_to_pass: Amount
    area_floor: Share
    strays_share: Share
    strays_at_least: Annotated[int, Field(ge=1)]
    history_at_least: Annotated[int, Field(ge=1)]
    history_shift_m: Amount


class Required(Rules):
    """An attribute that every parcel must have, and since when."""

    column: str
    valid_from: date
    valid_to: date | None = None

    def in_force(self, as_of: date) -> bool:
        """Whether the rule holds at `as_of` (valid_to is the first day it no longer does)."""
        return self.valid_from <= as_of and (self.valid_to is None or as_of < self.valid_to)


class Policy(Rules):
    """One policy file."""

    id: str
    version: Annotated[int, Field(ge=1)]
    valid_from: date
    valid_to: date | None = None
    title: dict[str, str]
    groups: GroupRules
    brake: BrakeRules
    tolerances: Tolerances
    position_m: PositionRules
    shape: ShapeRules
    topology: TopologyRules
    borders: BorderRules
    history: HistoryRules
    attributes: AttributeRules
    counts: CountRules
    crs: CrsRules
    commune_codes: CommuneCodeRules = CommuneCodeRules()
    national_id: NationalIdRules = NationalIdRules()
    required: tuple[Required, ...] = ()

    @model_validator(mode="after")
    def _names_known_columns(self) -> "Policy":
        known = {column.name for column in delivered_columns()}
        unknown = [rule.column for rule in self.required if rule.column not in known]
        if unknown:
            raise ValueError(f"unknown column in [[required]]: {', '.join(unknown)}")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        if set(self.title) != {"vi", "en"}:
            raise ValueError("title needs vi and en")
        return self

    @property
    def name(self) -> str:
        """What a verdict is stamped with, such as `2025-three-groups/1`."""
        return f"{self.id}/{self.version}"

    def required_at(self, as_of: date) -> tuple[str, ...]:
        """The canonical columns that every parcel must have at `as_of`."""
        return tuple(rule.column for rule in self.required if rule.in_force(as_of))


def parse_policy(text: str, origin: str) -> Policy:
    """A policy from the text of a TOML file; `origin` names the file in the error.

    Raises UsageError POLICY-INVALID when the text is no TOML or breaks the schema.
    """
    try:
        return Policy.model_validate(tomllib.loads(text, parse_float=Decimal))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = (
            "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or '.'}: {fault['msg']}" for fault in error.errors()
            )
            if isinstance(error, ValidationError)
            else str(error)
        )
        raise UsageError(
            "POLICY-INVALID",
            Bilingual(
                f"Không dùng được tệp chính sách {origin}: {reason}.",
                f"The policy file {origin} cannot be used: {reason}.",
            ),
            Bilingual(
                "Hãy sửa tệp theo mẫu validators/policy/2025-three-groups.toml.",
                "Correct it after the model of validators/policy/2025-three-groups.toml.",
            ),
        ) from error


@cache
def policies() -> tuple[Policy, ...]:
    """The policies that ship with landsync, oldest first."""
    folder = resources.files("validators") / "policy"
    return tuple(
        parse_policy((folder / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")
        for name in POLICIES
    )


def policy_at(as_of: date) -> Policy:
    """The policy in force at `as_of`: the latest that has begun and not ended.

    Raises UsageError POLICY-NONE when none is.
    """
    in_force = [
        policy
        for policy in policies()
        if policy.valid_from <= as_of and (policy.valid_to is None or as_of < policy.valid_to)
    ]
    if not in_force:
        raise UsageError(
            "POLICY-NONE",
            Bilingual(
                f"Không có chính sách phân loại nào có hiệu lực vào ngày {as_of:%d/%m/%Y}.",
                f"No policy is in force on {as_of:%Y-%m-%d}.",
            ),
            Bilingual(
                f"Hãy chọn một ngày từ {policies()[0].valid_from:%d/%m/%Y} trở đi.",
                f"Choose a date from {policies()[0].valid_from:%Y-%m-%d} on.",
            ),
        )
    return in_force[-1]
