"""The rules that are a choice and may change: read from `policy/*.toml`, each with a version and dates of validity."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.errors import UsageError
from validators.brakes import BrakeRules
from validators.decision_rules import DecisionRules
from validators.groups import GroupDefinition, RehearsalRules, wrong_with_groups
from validators.identity_rules import IdentityRules
from validators.placeholders import PlaceholderRules
from validators.tolerances import (
    Amount,
    AttributeRules,
    BorderRules,
    CompletenessRules,
    CondenseRules,
    CountRules,
    HistoryRules,
    NumberRules,
    PositionRules,
    Rules,
    ShapeRules,
    Share,
    TopologyRules,
)

POLICIES: tuple[str, ...] = ("2025-three-groups", "2026-abce")  # files of policy/, oldest first

# What a policy that extends another says of itself.
_OWN = ("id", "version", "valid_from", "valid_to", "draft", "title", "extends")


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


class ExceptionRules(Rules):
    """For how many days at most somebody may answer for a finding before it must be looked at again."""

    max_days: Annotated[int, Field(ge=1)] = 365


class MomentRules(Rules):
    """When a delivery may say that it was extracted: so far ahead of the clock that received it, not before a year."""

    ahead_minutes: Annotated[int, Field(ge=0)] = 15
    earliest_year: Annotated[int, Field(ge=1)] = 1990


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
    """One policy file.

    draft   it is in force on no day, whatever its dates: for rehearsals, by name
    groups  best first; the first is number 1 everywhere
    """

    id: str
    version: Annotated[int, Field(ge=1)]
    valid_from: date
    valid_to: date | None = None
    draft: bool = False
    extends: str | None = None
    title: dict[str, str]
    groups: tuple[GroupDefinition, ...]
    rehearsal: RehearsalRules
    brake: BrakeRules
    tolerances: Tolerances
    position_m: PositionRules
    shape: ShapeRules
    topology: TopologyRules
    borders: BorderRules
    history: HistoryRules
    attributes: AttributeRules
    numbers: NumberRules
    condense: CondenseRules
    counts: CountRules
    completeness: CompletenessRules
    crs: CrsRules
    commune_codes: CommuneCodeRules = CommuneCodeRules()
    national_id: NationalIdRules = NationalIdRules()
    exceptions: ExceptionRules = ExceptionRules()
    moments: MomentRules = MomentRules()
    identity: IdentityRules = IdentityRules()
    decisions: DecisionRules = DecisionRules()
    placeholders: PlaceholderRules = PlaceholderRules()
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
        wrong = wrong_with_groups(self.groups)
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def name(self) -> str:
        """What a verdict is stamped with, such as `2025-three-groups/1`."""
        return f"{self.id}/{self.version}"

    def judges_like(self, other: "Policy") -> bool:
        """Whether both find the same in the same data: they differ in their groups at most."""
        apart = {
            *_OWN,
            "groups",
            "rehearsal",
            "brake",
            "commune_codes",
            "completeness",
            "crs",
            "decisions",
            "exceptions",
            "identity",
            "moments",
            "placeholders",
        }
        return self.model_dump(exclude=apart) == other.model_dump(exclude=apart)

    def required_at(self, as_of: date) -> tuple[str, ...]:
        """The canonical columns that every parcel must have at `as_of`."""
        return tuple(rule.column for rule in self.required if rule.in_force(as_of))


def parse_policy(text: str, origin: str) -> Policy:
    """A policy from the text of a TOML file; `origin` names the file in the error.

    A file with `extends` says only what differs from a policy that ships with landsync: tables are merged key by key,
    lists (groups, required) are replaced. Raises UsageError POLICY-INVALID when the text is no TOML or breaks the schema.
    """
    try:
        return Policy.model_validate(_extended(tomllib.loads(text, parse_float=Decimal), ()))
    except (tomllib.TOMLDecodeError, ValueError) as error:
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


def _extended(document: dict[str, Any], below: tuple[str, ...]) -> dict[str, Any]:
    """The document with what it extends. Raises ValueError for a policy that does not ship, or that extends itself."""
    base = document.get("extends")
    if base is None:
        return document
    if base not in POLICIES or base in below:
        raise ValueError(
            f"extends: {base!r} is none of {', '.join(name for name in POLICIES if name not in below)}"
        )
    inherited = _extended(tomllib.loads(_shipped(base), parse_float=Decimal), (*below, base))
    return _over({key: value for key, value in inherited.items() if key not in _OWN}, document)


def _over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def _shipped(name: str) -> str:
    return (resources.files("validators") / "policy" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def policies() -> tuple[Policy, ...]:
    """The policies that ship with landsync, oldest first."""
    return tuple(parse_policy(_shipped(name), f"{name}.toml") for name in POLICIES)


def named_policy(name: str) -> Policy:
    """A policy that ships with landsync, by its id; drafts too. Raises UsageError POLICY-UNKNOWN."""
    for policy in policies():
        if name in (policy.id, policy.name):
            return policy
    known = ", ".join(POLICIES)
    raise UsageError(
        "POLICY-UNKNOWN",
        Bilingual(f"Không có chính sách «{name}».", f"There is no policy “{name}”."),
        Bilingual(
            f"Các chính sách có sẵn: {known}; hoặc nêu đường dẫn đến một tệp .toml.",
            f"Those that ship: {known}; or give the path of a .toml file.",
        ),
    )


def policy_at(as_of: date) -> Policy:
    """The policy in force at `as_of`: the latest that has begun and not ended; never a draft.

    Raises UsageError POLICY-NONE when none is.
    """
    in_force = [
        policy
        for policy in policies()
        if not policy.draft
        and policy.valid_from <= as_of
        and (policy.valid_to is None or as_of < policy.valid_to)
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
