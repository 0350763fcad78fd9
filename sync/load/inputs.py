"""What the earlier stages left for the load."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from parcels.versions import OrderKind
from sync.check import load_rows, load_verdicts
from sync.conform import load_conform
from sync.gate import load_gate
from sync.intake.fetch import DeliveryRecord, load_delivery
from sync.run import Run
from validators.policy import Policy, policy_at


@dataclass(frozen=True, slots=True)
class Inputs:
    """The delivery as it was judged, and what the gate decided."""

    delivery: DeliveryRecord
    snapshot_sha256: str
    verdicts: dict[str, dict[str, Any]]  # judgement/datasets.json by commune
    gate: dict[str, Any]
    rows: pa.Table
    policy: Policy
    version_kind: OrderKind | None

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.delivery.kind == "changes"

    @property
    def observed_at(self) -> datetime:
        """Up to when the delivery is complete."""
        return self.delivery.span.until or self.delivery.extracted_at or self.delivery.received_at


def read_inputs(run: Run) -> Inputs:
    """Read them, of the run that judged."""
    folder = run.judged_folder
    delivery = load_delivery(folder)
    conformed = load_conform(folder)
    return Inputs(
        delivery=delivery,
        snapshot_sha256=conformed["snapshot_sha256"],
        version_kind=conformed.get("version_kind"),
        verdicts={verdict["code"]: verdict for verdict in load_verdicts(folder)},
        gate=load_gate(folder),
        rows=load_rows(folder).sort_by("row_no"),
        policy=policy_at(delivery.as_of),
    )
