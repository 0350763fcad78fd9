-- Rows that a name may mean and that the last judgements refused: those that live parcels rest on, and those that wait.
SELECT q.run_id, q.row_no, q.province_code, q.commune_code, q.source_key, q.national_id, q.sheet_no, q.parcel_no,
       q.parcel_uid::text AS parcel_uid
FROM ledger.quarantine AS q
WHERE q.run_id IN (
        SELECT d.run_id FROM land.dataset AS d
        UNION
        SELECT h.run_id FROM ledger.hold_state AS h WHERE h.state = 'open'
    )
  AND (q.source_key = %(text)s OR q.national_id = lower(%(text)s) OR q.parcel_uid = %(uid)s::uuid
       OR (q.commune_code = %(commune)s AND q.sheet_no = %(sheet)s AND q.parcel_no = %(number)s))
ORDER BY q.province_code, q.commune_code, q.row_no
LIMIT 100
