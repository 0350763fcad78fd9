"""How the parcels of different communes and provinces lie to each other, and to their commune's boundary (BRD-…)."""

from validators.borders.checks import CHECKS

__all__ = ["CHECKS"]
