-- Rows elsewhere that waited only for a commune now let pass.
-- What was held is applied: rows of communes that nobody holds waited because they take a parcel out of one that is now let
-- pass. Only those that were staged whole: of a full snapshot, of communes of which rows waited.
UPDATE merge_row AS m
SET status = 'accept',
    counted = true
FROM land.parcel AS p, {parcel} AS s
WHERE m.status = 'held'
  AND NOT m.counted
  AND p.province_code = %(province)s
  AND p.parcel_uid = m.source_uid
  AND p.commune_code = ANY (%(released)s::text[])
  AND NOT m.commune_code = ANY (%(still_held)s::text[])
  AND s.row_no = m.row_no
  AND s.content_hash IS NOT NULL
