"""What the land statistics would expect of each commune of a made-up nation: the parcels that were made, before any is spoilt."""

from datetime import date

import numpy as np
import pyarrow as pa
import shapely

from parcels.admin_units import NEW_COMMUNES_FROM
from sync.lab.generate.province import ProvinceBatch

SOURCE = "Thống kê đất đai (dữ liệu mẫu)"


def statistics_of(batch: ProvinceBatch, as_of: date) -> pa.Table:
    """A line per commune of a province, as of the end of the year before the delivery; area of its parcels in whole m²."""
    territories = batch.delivery.territories
    k = len(territories)
    area = np.bincount(batch.commune, weights=np.asarray(shapely.area(batch.geometry)), minlength=k)
    stated_on = max(date(as_of.year - 1, 12, 31), NEW_COMMUNES_FROM)
    return pa.table(
        {
            "commune_code": pa.array([territory.commune.code for territory in territories]),
            "parcels": pa.array(np.bincount(batch.commune, minlength=k)),
            "area_m2": pa.array(np.rint(area).astype(np.int64)),
            "source": pa.repeat(SOURCE, k),
            "stated_on": pa.repeat(stated_on, k),
        }
    )
