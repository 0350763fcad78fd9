"""`unchanged.json`: of which run a delivery is the same again. Left by fetch, where it is (docs/adr/0202-the-same-again.md)."""

from typing import ClassVar

from sync.folder.document import Document


class Unchanged(Document):
    """That a delivery is the same as one that went live and was judged on an equal basis, so that it changes nothing.

    of_run    the run that judged it, whose folder the stages read
    sequence  of the receipt that was the province's last one then: behind it nothing may have come
    """

    FILE: ClassVar[str] = "unchanged.json"

    of_run: str
    sequence: int
