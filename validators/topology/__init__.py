"""How the parcels of one commune lie to each other (TOP-…): a partition of the land, or what keeps them from being one."""

from validators.topology.checks import CHECKS
from validators.topology.found import Topology, topology_of

__all__ = ["CHECKS", "Topology", "topology_of"]
