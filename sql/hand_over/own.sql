-- Parcels that began or ended in this run and of which another province may know: by an id that was held before, or by land near its border.
-- `withheld`: the other province holds the id. `known_before`: the commune had parcels before, so that what begins in it is news and
-- not merely a commune that is delivered for the first time.
CREATE TEMP TABLE hand_over_own ON COMMIT DROP AS
SELECT r.parcel_uid, true AS began, r.commune_code, k.national_id, w.row_no IS NOT NULL AS withheld, c.current_before > 0 AS known_before,
       s.geom
FROM merge_changing AS g
JOIN merge_result AS r ON r.row_no = g.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
JOIN {parcel} AS s ON s.row_no = r.row_no
LEFT JOIN merge_known_id AS k ON k.row_no = r.row_no
LEFT JOIN merge_withheld AS w ON w.row_no = r.row_no
WHERE g.is_new
  AND (k.row_no IS NOT NULL
       OR s.geom IS NOT NULL AND EXISTS (SELECT FROM hand_over_near AS n WHERE n.commune_code = r.commune_code))
UNION ALL
SELECT v.parcel_uid, false, v.commune_code, i.national_id, false, true, v.geom
FROM merge_ending AS e
JOIN land.parcel_version AS v
  ON v.province_code = %(province)s AND v.parcel_uid = e.parcel_uid AND v.recorded_to = %(now)s
 AND v.closed_because = 'ended' AND v.late_row = 0
LEFT JOIN merge_giving_up AS i ON i.parcel_uid = e.parcel_uid
WHERE i.national_id IS NOT NULL
   OR v.geom IS NOT NULL AND EXISTS (SELECT FROM hand_over_near AS n WHERE n.commune_code = v.commune_code)
