-- The last good version stays live beside a refused row, and says since when it is old.
-- Not in held communes, which are as they were, and not because of what came too late.
UPDATE land.parcel AS p
SET stale_since = %(now)s
FROM merge_row AS m
CROSS JOIN LATERAL (VALUES (m.parcel_uid), (m.source_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
WHERE m.status IN ('quarantine', 'unreadable')
  AND NOT m.outdated
  AND p.province_code = %(province)s
  AND p.parcel_uid = named.parcel_uid
  AND p.stale_since IS NULL
  AND NOT EXISTS (SELECT FROM merge_result AS r WHERE r.parcel_uid = p.parcel_uid)
  AND NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = p.commune_code AND c.held)
