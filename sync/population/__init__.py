"""What the population database says of land users: read from result files, kept, and counted so that totals balance.

A result is a fact about a land user beside the province's data; it changes none of it.
"""

from typing import Final

STATUSES: Final = ("found", "mismatched", "not_found")
