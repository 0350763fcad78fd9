"""All checks, in the order in which they are listed and documented."""

from collections.abc import Iterable

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from validators import (
    attributes,
    authentication,
    borders,
    changes,
    counts,
    damaged_text,
    dates,
    geometry,
    identity,
    people_rights,
    persons,
    shape_quality,
    shape_reading,
    topology,
    use_areas,
)
from validators.base import Check

CHECKS: tuple[Check, ...] = (
    *geometry.CHECKS,
    *shape_quality.CHECKS,
    *shape_reading.CHECKS,
    *topology.CHECKS,
    *borders.CHECKS,
    *identity.CHECKS,
    *counts.CHECKS,
    *attributes.CHECKS,
    *use_areas.CHECKS,
    *dates.CHECKS,
    *persons.CHECKS,
    *people_rights.CHECKS,
    *damaged_text.CHECKS,
    *authentication.CHECKS,
    *changes.CHECKS,
)
BY_CODE: dict[str, Check] = {check.code: check for check in CHECKS}


def refuse_unknown(codes: Iterable[str]) -> None:
    """Raise UsageError CHECK-UNKNOWN for codes that are no checks, such as a mistyped one in a profile."""
    unknown = sorted(set(codes) - BY_CODE.keys())
    if unknown:
        named = ", ".join(unknown)
        raise UsageError(
            "CHECK-UNKNOWN",
            Bilingual(f"Không có phép kiểm tra nào mang mã {named}.", f"There is no check called {named}."),
            Bilingual("Các mã có trong docs/checks.md.", "docs/checks.md lists the codes."),
        )
