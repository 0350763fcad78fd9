-- Rows that were not applied, in the ledger.
-- With the codes that say why, and the parcel that stays live beside them.
INSERT INTO ledger.quarantine (
    run_id, row_no, province_code, commune_code, decision, codes, source_key, national_id, sheet_no, parcel_no, parcel_uid)
SELECT %(run_id)s, m.row_no, %(province)s, m.commune_code, m.status,
       CASE WHEN m.merge_code IS NULL THEN string_to_array(s.codes, ',') ELSE ARRAY[m.merge_code] END,
       s.source_key, coalesce(s.national_id, m.national_alias), s.sheet_no, s.parcel_no, p.parcel_uid
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
WHERE m.status IN ('quarantine', 'unreadable')
  AND m.counted
