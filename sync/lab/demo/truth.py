"""Does what the pipeline found equal what the generator seeded? Per commune: the group and the quarantined rows."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parcels.model import UNKNOWN_COMMUNE
from sync.lab.generate.deliver import GROUPS

Dataset = tuple[str, str]  # province, commune ("-" for rows of none)


@dataclass(frozen=True, slots=True)
class DatasetOutcome:
    """What is said of one dataset. Rows of no commune have no group."""

    group: int | None
    quarantined: int


@dataclass(frozen=True, slots=True)
class DatasetDifference:
    """A dataset of which truth and pipeline say different things; `found` is None when the pipeline says nothing."""

    province: str
    commune: str
    expected: DatasetOutcome
    found: DatasetOutcome | None

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        found = self.found
        return {
            "province": self.province,
            "commune": self.commune,
            "expected": {"group": self.expected.group, "quarantined": self.expected.quarantined},
            "found": found and {"group": found.group, "quarantined": found.quarantined},
        }


def read_truth(nation: Path) -> dict[Dataset, DatasetOutcome]:
    """The groups of a generated nation, as it was seeded."""
    with (nation / GROUPS).open(encoding="utf-8", newline="") as lines:
        return {
            (line["delivery"], line["commune"]): DatasetOutcome(
                int(line["group"]) if line["group"] else None, int(line["quarantined"])
            )
            for line in csv.DictReader(lines)
        }


def found_by(lines: Iterable[dict[str, Any]]) -> dict[Dataset, DatasetOutcome]:
    """The same from the receipts of the runs; unreadable rows are quarantined ones that nobody can tie to a parcel."""
    return {
        (line["province_code"], line["commune_code"]): DatasetOutcome(
            line["usability_group"] if line["commune_code"] != UNKNOWN_COMMUNE else None,
            line["quarantined"] + line["unreadable"],
        )
        for line in lines
        if line["commune_code"] is not None
    }


def differences(
    expected: dict[Dataset, DatasetOutcome], found: dict[Dataset, DatasetOutcome], provinces: Iterable[str]
) -> list[DatasetDifference]:
    """Every dataset of these provinces of which the two differ. A dataset without rows need not be mentioned."""
    asked = set(provinces)
    nothing = {
        key: DatasetOutcome(None, 0) for key in expected.keys() | found.keys() if key[1] == UNKNOWN_COMMUNE
    }
    expected, found = nothing | expected, nothing | found
    return [
        DatasetDifference(*key, expected.get(key, DatasetOutcome(None, 0)), found.get(key))
        for key in sorted(expected.keys() | found.keys())
        if key[0] in asked and expected.get(key) != found.get(key)
    ]
