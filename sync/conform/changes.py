"""Change sets on the way into the snapshot: which columns they need, and the order of their versions.

In a full snapshot an action means nothing and a version that cannot be read orders nothing: it comes from the time
of extraction. In a change set both carry the meaning, so what is missing there is said before any row is read.
"""

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from parcels.versions import OrderKind, read_versions
from sync.declared.profile import Profile
from sync.folder.delivery import DeliveryRecord
from validators.policy import policy_at

NEEDED = ("source_key", "source_version")
ACTION = "action"  # also the delivered name, where the profile gives none


class Versions:
    """The versions of one delivery, batch by batch.

    changes  it is a change set
    latest   no version that is a time can be later: when it was extracted, and by how much clocks differ
    """

    def __init__(self, profile: Profile, latest: datetime, *, changes: bool) -> None:
        self._changes = changes
        self._latest = pa.scalar(int(latest.timestamp() * 1_000_000), pa.int64())
        self._kinds: set[OrderKind] = set()
        if changes:
            _refuse_incomplete(profile)

    def mapped(self, profile: Profile) -> Profile:
        """The profile with an action where this kind of delivery has one, and without where it has none."""
        columns = {name: rule for name, rule in profile.columns.items() if name != ACTION}
        if self._changes and ACTION not in profile.constants:
            columns[ACTION] = profile.columns.get(ACTION, ACTION)
        return profile.model_copy(update={"columns": columns})

    def read(self, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """What a batch's canonical columns say: `source_order`, and `action` where it is a change set's.

        Raises DeliveryRejected DLV-VERSION-MIXED.
        """
        versions = read_versions(columns["source_version"])
        self._kinds |= versions.kinds
        order = versions.order
        if versions.kinds == {"time"}:
            # It would outdate every right version until then.
            order = pc.if_else(pc.greater(order, self._latest), pa.scalar(None, pa.int64()), order)
        if not self._changes:
            return {"source_order": order, "action": pa.nulls(len(order), pa.string())}
        if len(self._kinds) > 1:
            raise _mixed()
        return {"source_order": order}

    @property
    def kind(self) -> OrderKind | None:
        """Of which kind all versions were; None where there are none, or a snapshot mixes both."""
        return next(iter(self._kinds)) if len(self._kinds) == 1 else None


def latest_of(record: DeliveryRecord) -> datetime:
    """The moment after which nothing of a delivery can have changed."""
    ahead = policy_at(record.as_of).moments.ahead_minutes
    return (record.extracted_at or record.received_at) + timedelta(minutes=ahead)


def _refuse_incomplete(profile: Profile) -> None:
    missing = [name for name in NEEDED if name not in profile.columns and name not in profile.constants]
    if missing:
        listed = ", ".join(missing)
        raise UsageError(
            "PRF-CHANGES",
            Bilingual(
                f"Hồ sơ tỉnh chưa nêu cột {listed}: gói biến động không thể nhận nếu thiếu.",
                f"The province's profile names no column for {listed}: a change set cannot be taken without.",
            ),
            Bilingual(
                "Hãy bổ sung vào [columns] của hồ sơ tỉnh; xem docs/changes.md.",
                "Add it to [columns] of the province's profile; see docs/changes.md.",
            ),
        )


def _mixed() -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-VERSION-MIXED",
        Bilingual(
            "Gói biến động có phiên bản vừa là số vừa là thời điểm: không thể sắp thứ tự.",
            "The change set has versions that are numbers and versions that are times: they cannot be ordered.",
        ),
        Bilingual(
            "Hãy xuất phiên bản của mọi đối tượng theo cùng một kiểu.",
            "Export the versions of all objects in the same form.",
        ),
    )
