"""What the population database says of land users: read from result files, kept, and counted so that totals balance.

A result is a fact about a land user beside the province's data; it changes none of it.
"""

from typing import Final

STATUSES: Final = ("found", "mismatched", "not_found")
# What becomes of a line: lines = their sum.
OUTCOMES: Final = (
    "applied_new",
    "applied_changed",
    "unchanged",
    "late",
    "repeated",
    "contradicting",
    "unknown",
    "malformed",
)
