-- What took its place did not come in vain.
-- It is counted by a note of its own, and not as outdated; nor is what took its place before and comes again.
UPDATE merge_row AS m
SET outdated = false,
    note = CASE WHEN x.again THEN 'repeated' ELSE 'placed' END
FROM (
    SELECT n.row_no, false AS again
    FROM merge_placed AS n
    WHERE n.row_no IS NOT NULL
    UNION ALL
    SELECT again.row_no, true
    FROM merge_row AS again
    JOIN {parcel} AS s ON s.row_no = again.row_no
    JOIN land.parcel_version AS v
      ON v.province_code = %(province)s AND v.parcel_uid = again.source_uid AND v.late_row > 0 AND v.recorded_from < %(now)s
     AND v.order_kind = %(order_kind)s::text AND v.source_order = s.source_order
     AND (v.closed_because = 'late_end') = (s.action IS NOT DISTINCT FROM 'end')
     AND (v.closed_because = 'late_end' OR (v.content_hash = s.content_hash AND v.commune_code = s.commune_code))
    WHERE again.status = 'ignored'
      AND again.note = 'older'
) AS x
WHERE x.row_no = m.row_no
  AND m.note IN ('older', 'superseded')
