-- Applying what was held of a change set: the rows of other communes that waited only because they take a parcel out
-- of a commune that is now let pass.
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
