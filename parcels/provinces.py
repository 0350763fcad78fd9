"""The 34 provinces and the 63 old ones. Only the standard library: DAG files read this at every parse."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_REFERENCE = Path(__file__).resolve().parent / "reference"


@dataclass(frozen=True, slots=True)
class Province:
    """One of the 34, as it is called now."""

    code: str
    name: str
    full_name: str


@dataclass(frozen=True, slots=True)
class OldProvince:
    """One of the 63 of before 1 July 2025: its cadastral zone is the default CRS of the parcels it surveyed."""

    code: str
    name: str
    province_code: str
    epsg: int


def _rows(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def provinces() -> dict[str, Province]:
    """The 34 provinces by code, in order of code."""
    return {
        row["province_code"]: Province(
            row["province_code"],
            row["name"],
            row["full_name"],
        )
        for row in _rows("provinces.csv")
    }


@cache
def _old_provinces() -> tuple[OldProvince, ...]:
    return tuple(
        OldProvince(
            row["old_province_code"],
            row["old_province"],
            row["province_code"],
            int(row["epsg"]),
        )
        for row in _rows("meridians.csv")
    )


def old_provinces(province_code: str | None = None) -> list[OldProvince]:
    """The old provinces that a new one (or the nation) is made of, each with the EPSG of its zone, by old code."""
    return [old for old in _old_provinces() if province_code in (None, old.province_code)]


@cache
def old_province(name_or_code: str) -> OldProvince | None:
    """An old province by its name (place of tones aside, with or without "Tỉnh") or its two-digit code."""
    from parcels.text import fold_text  # noqa: PLC0415 - brings PyArrow; names are rarely asked for

    names = {fold_text(old.name): old for old in _old_provinces()} | {
        old.code: old for old in _old_provinces()
    }
    # Names that were in use when the parcels were surveyed.
    names |= {fold_text(other): names["46"] for other in ("Thừa Thiên Huế", "Thừa Thiên - Huế")}
    wanted = fold_text(name_or_code)
    for kind in ("tỉnh", "thành phố"):
        wanted = wanted.removeprefix(fold_text(kind) + " ")
    return names.get(wanted)
