"""`basis.json`: what a judgement rests on, beside the delivery itself. Left by check of a run.

Where the same bytes come again and all of it is the same, judging them again would say the same
(docs/adr/0202-the-same-again.md). Nothing here is a value of a row.
"""

from datetime import date, datetime
from typing import ClassVar

from sync.folder.document import Document


class Basis(Document):
    """What was gone by. Two deliveries of the same bytes on an equal basis are judged alike.

    engine    SHA-256 of the code, the policies, the reference tables and the versions of the libraries
    profile   SHA-256 of the province's profile
    moment    up to when the delivery is complete, as it says or as a person stated; as_of: the day whose rules hold
    known     what the nation knew, by subject → SHA-256 of the answer: claims of other provinces, land of other provinces
              beside the delivery, statistics, exceptions, results of the population database, boundaries
    """

    FILE: ClassVar[str] = "basis.json"

    engine: str
    profile: str
    moment: datetime | None
    as_of: date
    known: dict[str, str]
