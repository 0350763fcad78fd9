-- A row that no handle knows is the parcel whose land it has, where that was known by a temporary number alone.
-- So a parcel that gets its final number is still itself. Only a row without key and id, in the same commune, and where land leaves
-- no doubt on either side. Not where the parcel is known by later data.
UPDATE merge_row AS m
SET parcel_uid = b.parcel_uid
FROM merge_by_land AS b
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid
WHERE b.row_no = m.row_no
  AND b.new
  AND b.sure
  AND m.status = 'accept'
  AND m.parcel_uid IS NULL
  AND m.source_alias IS NULL
  AND m.national_alias IS NULL
  AND p.source_key IS NULL
  AND p.national_id IS NULL
  AND p.commune_code = m.commune_code
  AND p.parcel_no ~ %(temporary)s
  AND land.told_until(%(province)s, p.parcel_uid, p.observed_at) <= %(observed_at)s::timestamptz
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = b.parcel_uid)
