-- What was delivered again and accepted is no longer stale.
-- Where nothing changed it gets no new version.
UPDATE land.parcel AS p
SET stale_since = NULL
FROM merge_result AS r
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND p.stale_since IS NOT NULL
