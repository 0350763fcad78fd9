"""What the earlier stages left for the load."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from parcels.versions import OrderKind, ValidFromMeans
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.gate import Gated
from sync.folder.judgement import load_rows, load_verdicts
from sync.run import Run
from validators.policy import Policy, policy_at
from validators.stored import CommuneVerdict, beside_the_rest


@dataclass(frozen=True, slots=True)
class Inputs:
    """The delivery as it was judged, and what the gate decided.

    moment  up to when it is complete, by itself or by the person who approved it; None where nobody says it yet
    """

    delivery: DeliveryRecord
    snapshot_sha256: str
    verdicts: dict[str, CommuneVerdict]  # by commune
    gate: Gated
    rows: pa.Table
    policy: Policy
    version_kind: OrderKind | None
    valid_from_means: ValidFromMeans
    moment: datetime | None
    spoken: dict[str, tuple[str, ...]]  # what comes and goes of people → the communes of which it is said

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.delivery.changes


def read_inputs(run: Run) -> Inputs:
    """Read them, of the run that judged."""
    folder = run.judged_folder
    delivery = DeliveryRecord.load(folder)
    conformed = Conformed.load(folder)
    return Inputs(
        delivery=delivery,
        snapshot_sha256=conformed.snapshot_sha256,
        version_kind=conformed.version_kind,
        valid_from_means=conformed.valid_from_means,
        verdicts={verdict.code: beside_the_rest(verdict) for verdict in load_verdicts(folder)},
        gate=Gated.load(folder),
        rows=load_rows(folder).sort_by("row_no"),
        policy=policy_at(delivery.as_of),
        moment=run.stated_at or delivery.moment,
        spoken=conformed.spoken,
    )
