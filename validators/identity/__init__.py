"""What a parcel is called, where it belongs, and which live parcel it is (IDN-…); what findings know parcels by."""

from validators.identity import checks, history, recomputed

CHECKS = (*checks.CHECKS, *history.CHECKS, *recomputed.CHECKS)

__all__ = ["CHECKS"]
