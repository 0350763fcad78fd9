-- Rows that a name may mean and that the last judgements refused: those that live parcels rest on, and those that wait.
-- `came_again`: of a commune that came as it came last, and was passed over: its last judgement has the row in another place.
SELECT q.run_id, q.row_no, q.province_code, q.commune_code, q.source_key, q.national_id, q.sheet_no, q.parcel_no,
       q.parcel_uid::text AS parcel_uid, s.old_commune_code, s.map_set, s.map_scale,
       s.run_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM land.dataset AS d WHERE d.commune_code = q.commune_code AND d.run_id = q.run_id) AS came_again
FROM ledger.quarantine AS q
LEFT JOIN ledger.quarantine_state AS s ON s.run_id = q.run_id AND s.row_no = q.row_no AND s.state = 'open'
WHERE (s.run_id IS NOT NULL
       OR q.run_id IN (
           SELECT d.run_id FROM land.dataset AS d
           UNION
           SELECT h.run_id FROM ledger.hold_state AS h WHERE h.state = 'open'
       ))
  AND (q.source_key = %(text)s OR q.national_id = lower(%(text)s) OR q.parcel_uid = %(uid)s::uuid
       OR (q.commune_code = %(commune)s AND q.sheet_no = %(sheet)s AND q.parcel_no = %(number)s))
ORDER BY q.province_code, q.commune_code, q.row_no
LIMIT 100
