"""`costs.json`: what the stages of a run took, beside what they usually take. Left as the report begins."""

from typing import ClassVar

from sync.folder.document import Document, Record


class StageCost(Record):
    """What the last attempt at a stage took; nothing where it could not be measured.

    worker_cpu_seconds  of the processes it began, beside its own `cpu_seconds`
    server_cpu_seconds  of the server's processes that worked for its sessions
    peak_bytes          the most resident memory of the largest of these processes, the server's left out
    bytes_read, bytes_written  what it and the processes it began read and wrote, of files mostly
    server_wal_bytes    WAL that the whole server wrote meanwhile, for whomever
    usual_seconds, usual_peak_bytes  the median of the runs that it is compared with
    """

    stage: str
    attempt: int
    outcome: str
    wall_seconds: float
    cpu_seconds: float | None
    worker_cpu_seconds: float | None
    server_cpu_seconds: float | None
    peak_bytes: int | None
    rows_read: int | None
    bytes_read: int | None
    bytes_written: int | None
    server_wal_bytes: int | None
    usual_seconds: float | None = None
    usual_peak_bytes: int | None = None


class Costs(Document):
    """The stages that were tried, in their order.

    compared       how many earlier runs of the province, which went the same way, stand behind what is usual
    wall_seconds   of all stages but the report, whose own cost is known only after it
    usual_seconds  of these, in the median; nothing where there is no run to compare with
    """

    FILE: ClassVar[str] = "costs.json"

    compared: int
    wall_seconds: float
    usual_seconds: float | None
    stages: tuple[StageCost, ...]
