-- Rows elsewhere that waited only for a commune now let pass, and that only a weaker handle names.
-- As those that their key names, which were let go before it was asked what comes too late.
UPDATE merge_row AS m
SET status = 'accept',
    counted = true
FROM land.parcel AS p, {parcel} AS s
WHERE m.status = 'held'
  AND NOT m.counted
  AND p.province_code = %(province)s
  AND p.parcel_uid = m.parcel_uid
  AND p.commune_code = ANY (%(released)s::text[])
  AND NOT m.commune_code = ANY (%(still_held)s::text[])
  AND s.row_no = m.row_no
  AND s.content_hash IS NOT NULL
