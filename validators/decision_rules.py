"""Who may decide what, and when the yes of one person is not enough: `[decisions]` of the policy."""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from validators.tolerances import Rules

Role = Literal["office", "centre"]
EventKind = Literal[
    "split",
    "merge",
    "reallocation",
    "exchange",
    "resurvey",
    "renumber",
    "rekey",
    "admin_merge",
    "correction",
    "hand_over",
    "replaced",
]


class DecisionRules(Rules):
    """Who may decide what, where the installation has named its deciders.

    technical      kinds of events that the centre decides, for they are about handles and surveys; the office of the province
                   decides all others, which are about land, on a document
    between_provinces  kinds of events that the centre decides, on a document: land of two provinces, of which neither speaks for the other
    two_persons_above  an approval of more parcels needs two persons; what one person alone let go of the same delivery counts too
    own_delivery   whether the person who brought a delivery in may let it go live without another one
    """

    technical: tuple[EventKind, ...] = ("renumber", "rekey", "resurvey")
    between_provinces: tuple[EventKind, ...] = ("hand_over",)
    two_persons_above: Annotated[int, Field(ge=0)] = 1000
    own_delivery: bool = False

    @model_validator(mode="after")
    def _each_once(self) -> "DecisionRules":
        named = (*self.technical, *self.between_provinces)
        if len(set(named)) < len(named):
            raise ValueError("a kind of event is named twice")
        return self

    def decided_by(self, kind: str) -> Role:
        """Whose an event of this kind is to decide."""
        return "centre" if kind in (*self.technical, *self.between_provinces) else "office"

    def needs_document(self, kind: str) -> bool:
        """Whether an event of this kind is confirmed only with the number of a document."""
        return kind not in self.technical

    def persons(self, parcels: int, *, by_deliverer: bool) -> int:
        """How many different persons must say yes to so many parcels.

        by_deliverer  nobody but who brought the delivery in has said yes
        """
        alone = parcels <= self.two_persons_above and (self.own_delivery or not by_deliverer)
        return 1 if alone else 2


EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
