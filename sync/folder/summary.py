"""`report/summary.json`: the outcome of a run for a machine, which `landsync check --json` prints. Left by report."""

from typing import Any, ClassVar

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from parcels.bilingual import BilingualText
from sync.folder.before_completeness import renamed_measures
from sync.folder.document import Document, Record, Upgrade
from sync.folder.gate import Decision
from sync.folder.reasons import Reason
from validators.completeness import Completeness
from validators.stored import KeptFixes

_SOMETIMES = ("not_current", "rows_joined")


class CommuneLine(Record):
    """A commune: reasons to hold first, then why it is in its group; `parcels`: rows read."""

    code: str
    decision: Decision
    parcels: int
    group: int | None
    excused: int
    reasons: tuple[Reason | BilingualText, ...]
    measures: dict[str, float | None]
    group_code: str | None
    fixes: KeptFixes | None
    completeness: Completeness = Completeness()


class ListLine(Record):
    """A list: its rows, those that match, and why → those that mean no parcel of the map; `read` counts none of them."""

    file: str
    rows: int
    matched: int
    unmatched: dict[str, int]
    beside: dict[str, int]


def _without_lists(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 said nothing of lists."""
    return content | {"lists": []}


class Summary(Document):
    """read = accepted + held + quarantined + unreadable, rows of parcels; lists: those of attributes.

    not_current  state → rows that are drafts or history in their own system: counted before `read`, and not part of it
    rows_joined  `rows` that were parts of `parcels`; `read` counts the parcels
    """

    FILE: ClassVar[str] = "report/summary.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_without_lists, renamed_measures)

    province: str
    delivery_sha256: str
    decision: Decision
    provisional: bool
    read: int
    accepted: int
    held: int
    quarantined: int
    unreadable: int
    findings: dict[str, int]
    not_applicable: dict[str, str]
    not_run: tuple[str, ...]
    lists: tuple[ListLine, ...]
    communes: tuple[CommuneLine, ...]
    not_current: dict[str, int] = Field(default_factory=dict)
    rows_joined: dict[str, int] = Field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return self.model_dump(mode="json")

    @model_serializer(mode="wrap")
    def _short(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `not_current` and `rows_joined` where there is none."""
        said: dict[str, Any] = whole(self)
        return {name: value for name, value in said.items() if name not in _SOMETIMES or value}
