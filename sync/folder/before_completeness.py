"""Verdicts from before completeness was held against what should be there: what was called đủ said how far rows are filled in."""

from typing import Any

_WAS, _IS = "du", "thong_tin"


def renamed_measures(content: dict[str, Any]) -> dict[str, Any]:
    """A document's `communes` with that measure under its name of today; how complete they were nobody knew."""
    return content | {"communes": [_renamed(entry) for entry in content["communes"]]}


def _renamed(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {
        name: {**entry[name], _WAS: None, _IS: entry[name][_WAS]}
        for name in ("measures", "measured")
        if _WAS in entry.get(name, {}) and _IS not in entry[name]
    }
