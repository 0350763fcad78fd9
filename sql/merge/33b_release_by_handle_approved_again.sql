-- Rows elsewhere that waited only for a handle which a commune now let pass gives up.
-- The parcel that the handle names lives there, or its own row is one of those that are applied: again, for one of these may have
-- waited itself.
UPDATE merge_row AS m
SET status = 'accept',
    counted = true
FROM {parcel} AS s
WHERE m.status = 'held'
  AND NOT m.counted
  AND NOT m.commune_code = ANY (%(still_held)s::text[])
  AND s.row_no = m.row_no
  AND s.content_hash IS NOT NULL
  AND EXISTS (SELECT
              FROM (VALUES (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
              JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
              WHERE named.parcel_uid IS DISTINCT FROM m.parcel_uid
                AND (p.commune_code = ANY (%(released)s::text[])
                     OR EXISTS (SELECT FROM merge_row AS own WHERE own.parcel_uid = p.parcel_uid AND own.status = 'accept' AND own.counted)))
