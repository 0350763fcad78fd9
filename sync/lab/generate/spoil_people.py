"""Parcels with a fault of their people get a user and a certificate of their own: else all his parcels, and all on it, had the fault."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.arrow import digits, join
from sync.lab.generate.holdings import HOLDING, Holding
from sync.lab.generate.kinds import ALL, BY_NAME, OF_ITS_USER
from sync.lab.generate.province import ProvinceBatch
from sync.lab.generate.spoil import put

_ISSUED = date(2019, 5, 6)
_NUMBERS_FROM = 5_000_000  # above those of any parcel and any sale of the province
_IN_SHARES = ALL.index(BY_NAME["shares_over_the_whole"])


def set_apart(batch: ProvinceBatch) -> None:
    """Give the rows with such a fault their own user, alone save where shares are the fault, and their own certificate."""
    rows = np.flatnonzero(np.isin(batch.kind, [ALL.index(BY_NAME[name]) for name in OF_ITS_USER]))
    province = batch.delivery.province
    put(batch, "land_user_key", rows, join("CSD", province, "R", digits(rows, 8)))
    put(batch, "certificate_no", rows, join("ZZ", province, digits(_NUMBERS_FROM + rows, 7)))
    issued = batch.columns["certificate_issued_on"].take(pa.array(rows))
    put(batch, "certificate_issued_on", rows, pc.fill_null(issued, pa.scalar(_ISSUED, issued.type)))
    alone = np.where(batch.kind[rows] == _IN_SHARES, Holding.SHARES, Holding.SOLE)
    put(batch, HOLDING, rows, pa.array(alone.astype(np.int8)))
