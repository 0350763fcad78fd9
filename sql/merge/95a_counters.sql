-- The counters of every commune that this run touched: what questions about the nation read.
-- A held commune is as it was, and so is its counter, which may be what it is held for; where a person let pass what others had done to
-- it, the counter is written anew as the manifest is.
INSERT INTO land.commune_count AS k (province_code, commune_code, parcels, stale_parcels, without_geometry, area_m2)
SELECT %(province)s, c.commune_code, coalesce(l.parcels, 0), coalesce(l.stale, 0), coalesce(l.without_geometry, 0), coalesce(l.area, 0)
FROM merge_commune AS c
LEFT JOIN merge_live AS l ON l.commune_code = c.commune_code
WHERE (NOT c.held OR c.commune_code = ANY (%(foreign_hands_passed)s::text[]))
  AND (l.commune_code IS NOT NULL
       OR EXISTS (SELECT FROM land.commune_count AS was WHERE was.province_code = %(province)s AND was.commune_code = c.commune_code))
ON CONFLICT (province_code, commune_code) DO UPDATE
SET parcels = excluded.parcels,
    stale_parcels = excluded.stale_parcels,
    without_geometry = excluded.without_geometry,
    area_m2 = excluded.area_m2
WHERE (k.parcels, k.stale_parcels, k.without_geometry, k.area_m2)
      IS DISTINCT FROM (excluded.parcels, excluded.stale_parcels, excluded.without_geometry, excluded.area_m2)
