"""A commune's verdict on its way from check to report: `CommuneVerdict` of the validators, then what gate and merge add."""

from datetime import date

from sync.folder.gate import Decision
from sync.folder.reasons import Reason
from validators.stored import CommuneVerdict


class DecidedVerdict(CommuneVerdict):
    """With what was decided about the commune, and why it waits; where it goes on, why some of its rows do.

    Counts, group and measures are those after the merge.
    """

    decision: Decision
    hold_reasons: tuple[Reason, ...]


class LoadedVerdict(DecidedVerdict):
    """As the load brings it into the ledger: the commune's key has the day it began; whether its missing parcels end."""

    valid_from: date
    complete: bool
