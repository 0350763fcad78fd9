-- The last good version stays live beside a refused row, and says since when it is old.
-- Not where another row of it is accepted, and not in held communes, which are as they were.
UPDATE land.parcel AS p
SET stale_since = %(now)s
FROM (
    SELECT named.parcel_uid FROM merge_refused AS named
    EXCEPT
    SELECT r.parcel_uid FROM merge_result AS r
) AS refused
WHERE p.province_code = %(province)s
  AND p.parcel_uid = refused.parcel_uid
  AND p.stale_since IS NULL
  AND NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = p.commune_code AND c.held)
