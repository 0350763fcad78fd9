"""What the nation already knows, for the contextual checks: one object, made from the database or read from a file.

The database and the file answer the same questions with the same tables, so a check cannot tell them apart: what an
office sees offline with a context file is what the run at the centre will say, until something else goes live.
"""

from collections.abc import Collection
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Known(Protocol):
    """What contextual checks need of one province; schemas in `validators.live`. No personal data.

    Called from one thread at a time, a commune at a time.
    """

    def claims(self, wanted: pa.Table) -> pa.Table:
        """CLAIMS_SCHEMA: who else holds delivered ids: parcels of other provinces, and of other communes of this one.

        wanted  `national_id`, `commune_code` where it is delivered; no NULL, each pair once
        """
        ...

    def live(self, commune_code: str) -> pa.Table:
        """LIVE_SCHEMA: the live parcels of a commune; no rows where none is live."""
        ...

    def live_for(self, few: pa.Table) -> pa.Table:
        """LIVE_SCHEMA: of the communes of these rows the live parcels that matter to them (`validators.few`).

        few  FEW_SCHEMA: a change set's rows of all communes
        """
        ...

    def retired(self, commune_code: str) -> pa.Table:
        """RETIRED_SCHEMA: sheet handles of the commune's parcels that ended and that no live parcel has."""
        ...

    def waiting(self, commune_code: str) -> pa.Table:
        """WAITING_SCHEMA: refused rows of the commune that wait to be put right."""
        ...

    def near(self, commune_code: str, boxes: NDArray[np.float64], replaced: Collection[str] = ()) -> pa.Table:
        """LIVE_SCHEMA: live parcels of other communes, of any province, that touch one of these boxes.

        boxes     (k, 4) west, south, east, north, EPSG:4756: together the land of the commune and little more
        replaced  communes that are left out: what is asked for says itself how they are
        """
        ...

    def authentication(self) -> pa.Table | None:
        """AUTHENTICATION_SCHEMA of the province; None before its first results."""
        ...

    def excused(self) -> pa.Array:
        """Ids of findings that somebody answers for on the day."""
        ...

    def expected(self) -> pa.Table:
        """EXPECTED_SCHEMA: parcels and area that the land statistics expect of the communes, the newest of each figure."""
        ...

    def told_of_communes(self) -> pa.Array:
        """Ids of findings of communes as a whole that are open in the register (`validators.condensed`)."""
        ...
