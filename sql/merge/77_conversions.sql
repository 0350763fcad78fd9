-- The old commune and sheet of every accepted row that had any, with what decided.
-- Once for each different answer.
INSERT INTO land.parcel_conversion (
    parcel_uid, province_code, old_code, old_sheet_no, map_scale, new_code, new_sheet_no, decided_by, run_id, recorded_at)
SELECT r.parcel_uid, %(province)s, s.delivered_commune_code, s.delivered_sheet_no, s.map_scale, r.commune_code, s.sheet_no,
       s.commune_decided_by, %(run_id)s, %(now)s
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
LEFT JOIN LATERAL (
    SELECT c.old_code, c.old_sheet_no, c.map_scale, c.new_code, c.new_sheet_no, c.decided_by
    FROM land.parcel_conversion AS c
    WHERE c.province_code = %(province)s AND c.parcel_uid = r.parcel_uid
    ORDER BY c.recorded_at DESC
    LIMIT 1
) AS known ON NOT r.is_new
WHERE s.commune_decided_by IN ('whole', 'sheet', 'geometry')
  AND (known.old_code, known.old_sheet_no, known.map_scale, known.new_code, known.new_sheet_no, known.decided_by)
      IS DISTINCT FROM
      (s.delivered_commune_code, s.delivered_sheet_no, s.map_scale, r.commune_code, s.sheet_no, s.commune_decided_by)
