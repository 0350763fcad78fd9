-- Parcels that end leave the living.
-- Not a loss: the row stands in land.parcel_version, closed as ended.
DELETE FROM land.parcel AS p
USING merge_ending AS e
WHERE p.province_code = %(province)s
  AND p.parcel_uid = e.parcel_uid
