"""The counters of the communes, held against a plain count of what lives there."""

from collections.abc import Callable
from typing import Any

_DIFFERENT = """
    SELECT coalesce(k.province_code, n.province_code), coalesce(k.commune_code, n.commune_code),
           k.parcels, n.parcels, k.stale_parcels, n.stale, k.without_geometry, n.bare, k.area_m2, n.area
    FROM land.commune_count AS k
    FULL JOIN (
        SELECT p.province_code, p.commune_code, count(*) AS parcels, count(*) FILTER (WHERE p.stale_since IS NOT NULL) AS stale,
               count(*) FILTER (WHERE p.geom IS NULL) AS bare, coalesce(sum(p.area_m2), 0) AS area
        FROM land.parcel AS p
        GROUP BY p.province_code, p.commune_code
    ) AS n ON n.province_code = k.province_code AND n.commune_code = k.commune_code
    WHERE (coalesce(k.parcels, 0), coalesce(k.stale_parcels, 0), coalesce(k.without_geometry, 0), coalesce(k.area_m2, 0))
          <> (coalesce(n.parcels, 0), coalesce(n.stale, 0), coalesce(n.bare, 0), coalesce(n.area, 0))
    ORDER BY 1, 2
"""


def miscounted(query: Callable[[str], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """Every commune whose counter is not what its rows are: of each figure what the counter says, and what there is."""
    return query(_DIFFERENT)
