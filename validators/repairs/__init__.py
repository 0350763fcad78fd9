"""Proposals of how a shape could be mended: before, after, what changes. Nothing here is ever applied.

Moving a boundary is a legal act; a proposal is a drawing for the person who decides. It is made only where it can be
made without a choice that somebody must answer for, and told only after the check that found the fault has looked at
the proposal and found it no more. See docs/repairs.md.
"""

from validators.repairs.proposals import propose
from validators.repairs.table import REPAIRS_SCHEMA

__all__ = ["REPAIRS_SCHEMA", "propose"]
