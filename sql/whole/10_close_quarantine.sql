-- Refused rows of before that wait no longer: their commune came whole, or a row of this run is the same one. A row is
-- known by its strongest handle, or by the parcel that it would have been, or by its geometry where it had no handle.
WITH spoken AS (
    SELECT m.parcel_uid, m.source_uid, s.source_alias, s.national_alias, s.sheet_alias, s.shape
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    WHERE m.counted
      AND m.status NOT IN ('ignored', 'held')
      AND NOT m.outdated
)
UPDATE ledger.quarantine_state AS q
SET state = 'closed', closed_by_run = %(run_id)s
WHERE q.province_code = %(province)s
  AND q.state = 'open'
  AND q.run_id <> %(run_id)s
  AND (EXISTS (SELECT FROM merge_commune AS c
               WHERE c.commune_code = q.commune_code AND c.endable AND NOT c.held AND NOT %(changes)s)
       OR EXISTS (SELECT FROM spoken AS x WHERE x.parcel_uid = q.parcel_uid)
       OR EXISTS (SELECT FROM spoken AS x WHERE x.source_alias = q.source_alias)
       OR (q.source_alias IS NULL AND EXISTS (SELECT FROM spoken AS x WHERE x.national_alias = q.national_alias))
       OR (q.source_alias IS NULL AND q.national_alias IS NULL
           AND EXISTS (SELECT FROM spoken AS x WHERE x.sheet_alias = q.sheet_alias))
       OR (q.source_alias IS NULL AND q.national_alias IS NULL AND q.sheet_alias IS NULL
           AND EXISTS (SELECT FROM spoken AS x WHERE x.shape = q.shape)))
