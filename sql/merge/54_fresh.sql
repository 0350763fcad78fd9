-- Delivered again, accepted, unchanged: no longer stale, and no new version.
UPDATE land.parcel AS p
SET stale_since = NULL
FROM merge_result AS r
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND p.stale_since IS NOT NULL
