-- Refused rows of before that wait no longer: their commune came whole, or a row of this run is the same one. A row is
-- known by its strongest handle, or by the parcel that it would have been, or by its geometry where it had no handle; by a
-- sheet of which a mark is not known on one side where one row and one waiting row fit each other and no others.
WITH spoken AS (
    SELECT m.row_no, m.parcel_uid, m.source_uid, s.source_alias, s.national_alias, s.sheet_alias, s.sheet_place, s.shape
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    WHERE m.counted
      AND m.status NOT IN ('ignored', 'held')
      AND NOT m.outdated
), waiting AS (
    SELECT q.run_id, q.row_no, q.commune_code, q.parcel_uid, q.source_alias, q.national_alias, q.sheet_alias, q.shape
    FROM ledger.quarantine_state AS q
    WHERE q.province_code = %(province)s
      AND q.state = 'open'
      AND q.run_id <> %(run_id)s
), placed AS MATERIALIZED (
    SELECT w.run_id, w.row_no, p.parts, concat_ws('|', p.parts[1], p.parts[2], p.parts[6], p.parts[7]) AS place
    FROM waiting AS w
    CROSS JOIN LATERAL (SELECT land.sheet_parts(w.sheet_alias) AS parts) AS p
    WHERE w.source_alias IS NULL
      AND w.national_alias IS NULL
      AND w.sheet_alias IS NOT NULL
), fit AS (
    SELECT w.run_id, w.row_no, count(*) OVER (PARTITION BY w.run_id, w.row_no) AS rows,
           count(*) OVER (PARTITION BY x.row_no) AS waiting
    FROM placed AS w
    JOIN spoken AS x ON x.sheet_place = w.place AND land.sheet_fits(land.sheet_parts(x.sheet_alias), w.parts)
), settled AS (
    SELECT f.run_id, f.row_no FROM fit AS f WHERE f.rows = 1 AND f.waiting = 1
    UNION
    SELECT w.run_id, w.row_no
    FROM waiting AS w
    JOIN merge_commune AS c ON c.commune_code = w.commune_code AND c.endable AND NOT c.held AND NOT %(changes)s
    UNION
    SELECT w.run_id, w.row_no FROM waiting AS w JOIN spoken AS x ON x.parcel_uid = w.parcel_uid
    UNION
    SELECT w.run_id, w.row_no FROM waiting AS w JOIN spoken AS x ON x.source_alias = w.source_alias
    UNION
    SELECT w.run_id, w.row_no
    FROM waiting AS w JOIN spoken AS x ON x.national_alias = w.national_alias
    WHERE w.source_alias IS NULL
    UNION
    SELECT w.run_id, w.row_no
    FROM waiting AS w JOIN spoken AS x ON x.sheet_alias = w.sheet_alias
    WHERE w.source_alias IS NULL AND w.national_alias IS NULL
    UNION
    SELECT w.run_id, w.row_no
    FROM waiting AS w JOIN spoken AS x ON x.shape = w.shape
    WHERE w.source_alias IS NULL AND w.national_alias IS NULL AND w.sheet_alias IS NULL
)
UPDATE ledger.quarantine_state AS q
SET state = 'closed', closed_by_run = %(run_id)s
FROM settled AS o
WHERE q.run_id = o.run_id
  AND q.row_no = o.row_no
