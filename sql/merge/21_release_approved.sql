-- Rows elsewhere that waited only for a commune now let pass.
-- A change set that was held is applied: rows of communes that nobody holds waited because they take a parcel out of one
-- that is now let pass.
UPDATE merge_row AS m
SET status = 'accept',
    counted = true
FROM land.parcel AS p
WHERE m.status = 'held'
  AND NOT m.counted
  AND p.province_code = %(province)s
  AND p.parcel_uid = m.source_uid
  AND p.commune_code = ANY (%(released)s::text[])
  AND NOT m.commune_code = ANY (%(still_held)s::text[])
