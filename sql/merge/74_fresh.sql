-- What was delivered again and accepted is no longer stale.
-- Where nothing changed it gets no new version; what its date of beginning means may be known by now, and is not forgotten. A
-- version that is known already says nothing of what was refused since.
UPDATE land.parcel AS p
SET stale_since = CASE WHEN m.note IS NOT DISTINCT FROM 'repeated' THEN p.stale_since END,
    valid_from_means = CASE WHEN %(valid_from_means)s = 'unknown' THEN p.valid_from_means ELSE %(valid_from_means)s END
FROM merge_result AS r
JOIN merge_row AS m ON m.row_no = r.row_no
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND (p.stale_since IS NOT NULL
       OR (p.valid_from IS NOT NULL AND p.valid_from_means <> %(valid_from_means)s AND %(valid_from_means)s <> 'unknown'))
