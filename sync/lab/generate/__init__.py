"""The synthetic nation: deliveries of all provinces with made-up parcels at real places, deterministic by seed.

Imports nothing from `validators`: what seeds faults must not know what finds them.
"""

from sync.lab.generate.deliver import generate
from sync.lab.generate.options import Options

__all__ = ["Options", "generate"]
