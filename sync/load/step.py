"""A step of the merge: a statement of sql/merge, with when and how it runs.

The number of a file is its place; the last words of its name say when it runs, where that is not always, and how, where
that is not once:

    snapshot   only for a full snapshot
    changes    only for a change set
    compared   only where a delivery must be compared with what is known: a change set, and a snapshot of which
               something is known by later data
    older      only when a person let pass a snapshot that is older than what is live
    approved   only when a person let pass what was held
    items      once for each many-valued record: land uses, land users, certificates and so on; steps that follow each other run
               together, record by record
    many       once for each of those of which a parcel has any number, in no order
    again      steps that follow each other run again and again, until the first of them finds nothing more
"""

from dataclasses import dataclass
from typing import Literal

When = Literal["snapshot", "changes", "compared", "approved", "older"]
How = Literal["once", "items", "many", "again"]


@dataclass(frozen=True, slots=True)
class Step:
    """A statement of the merge.

    file  of sql/merge, without its ending
    why   what it does: the first line of the file says the same
    when  every word must hold; none: always
    fills  it may fill a table of the province that later steps join: the planner is told afterwards
    """

    file: str
    why: str
    when: tuple[When, ...] = ()
    how: How = "once"
    fills: bool = False
